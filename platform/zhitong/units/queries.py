"""Reads over units: who may send to whom, who stands above whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Length

from zhitong.core import clock, rows
from zhitong.core.errors import NotFound
from zhitong.units.models import (
    ChangeKind,
    ExternalBody,
    Host,
    Lifecycle,
    QuotaPeriod,
    Route,
    RouteKind,
    RouteTerms,
    Unit,
    UnitChange,
    UnitKind,
    UnitName,
)


class Way(NamedTuple):
    """An open route, by keys: why, to which unit or body, and whether authors' contacts may go along."""

    kind: str
    receiver_id: int | None
    body_id: int | None
    shows_contacts: bool


class Terms(NamedTuple):
    """What binds sendings to one receiver; the fields of `RouteTerms`."""

    quota: int | None = None
    quota_period: str = ""
    only_signed: bool = False
    receipts_at_once: bool = False
    sender_posts: Sequence[str] = ()

    @property
    def quota_words(self) -> str:
        """The limit in words: 每月 10 篇; empty without one."""
        return f"{QuotaPeriod(self.quota_period).label} {self.quota} 篇" if self.quota else ""


NO_TERMS = Terms()


@dataclass(frozen=True)
class Destination:
    """One receiver that a unit may send to, why, and on which terms.

    Exactly one of `unit` and `body` is set. `key` names it in forms (`u:<uuid>` or `b:<uuid>`).
    """

    kind: RouteKind
    unit: Unit | None = None
    body: ExternalBody | None = None
    shows_contacts: bool = False
    terms: Terms = NO_TERMS

    @cached_property
    def key(self) -> str:
        """Name the destination in a form."""
        return f"u:{self.unit.uuid}" if self.unit else f"b:{self.body.uuid}"  # type: ignore[union-attr]

    @property
    def way(self) -> Way:
        """The route behind it."""
        unit_id = self.unit.pk if self.unit else None
        return Way(self.kind, unit_id, self.body.pk if self.body else None, self.shows_contacts)

    @property
    def name(self) -> str:
        """Return the short name of the receiver."""
        return (self.unit or self.body).short_name  # type: ignore[union-attr]


# Questions of `rows.ask`: the explicit routes of %(unit)s on the day %(on)s; which of the units %(receivers)s are open.
ROUTES = rows.many("""
SELECT kind, receiver_id, body_id, shows_contacts FROM public.units_route
 WHERE sender_id = %(unit)s AND valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s)
 ORDER BY kind, id
""")
# The terms of %(unit)s by receiver.
TERMS = rows.many("""
SELECT receiver_id, body_id, quota, quota_period, only_signed, receipts_at_once, sender_posts
  FROM public.units_routeterms WHERE sender_id = %(unit)s
""")
RECEIVING = "ARRAY(SELECT id FROM public.units_unit WHERE id = ANY(%(receivers)s) AND lifecycle = 'active')"


def ways_of(unit: Unit, routes: Iterable[Mapping[str, Any]], receiving: Collection[int]) -> list[Way]:
    """Return where `unit` may send: derived routes first, explicit ones after, each receiver once.

    Args:
        routes: the answer to ROUTES.
        receiving: keys of open units; others receive nothing.
    """
    line = RouteKind.PARTY_LINE if unit.kind == UnitKind.PARTY else RouteKind.HIERARCHY
    ways = [
        Way(RouteKind.PARTICIPATION, unit.participates_in_id, None, shows_contacts=False),
        Way(line, unit.parent_id, None, shows_contacts=False),
        *(Way(**route) for route in routes),
    ]
    first: dict[tuple[int | None, int | None], Way] = {}
    for way in ways:
        if way.body_id or way.receiver_id in receiving:
            first.setdefault((way.receiver_id, way.body_id), way)
    return list(first.values())


def destinations(unit: Unit, on: date) -> list[Destination]:
    """Return where `unit` may send on that day, in the order of `ways_of`. Closed units receive nothing."""
    routes, terms = rows.ask({"unit": unit.pk, "on": on}, ROUTES, TERMS)
    terms_of = {(row.pop("receiver_id"), row.pop("body_id")): Terms(**row) for row in terms}
    above = [unit.participates_in_id, unit.parent_id, *(route["receiver_id"] for route in routes)]
    units = {found.pk: found for found in Unit.objects.filter(pk__in=above, lifecycle=Lifecycle.ACTIVE)}
    bodies = ExternalBody.objects.in_bulk([route["body_id"] for route in routes if route["body_id"]])
    return [
        Destination(
            RouteKind(way.kind),
            units[way.receiver_id] if way.receiver_id else None,
            bodies[way.body_id] if way.body_id else None,
            way.shows_contacts,
            terms_of.get((way.receiver_id, way.body_id), NO_TERMS),
        )
        for way in ways_of(unit, routes, units)
    ]


def routes_in(unit: Unit) -> QuerySet[Route]:
    """Return the explicit routes to the unit that are open today or will be, with their senders."""
    return _lasting(Route.objects.filter(receiver=unit)).select_related("sender").order_by("sender__short_name", "pk")


def routes_out(unit: Unit) -> QuerySet[Route]:
    """Return the explicit routes from the unit that are open today or will be, with their receivers."""
    return _lasting(Route.objects.filter(sender=unit)).select_related("receiver", "body").order_by("kind", "pk")


def _lasting(routes: QuerySet[Route]) -> QuerySet[Route]:
    return routes.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()))


def senders_to(unit: Unit) -> QuerySet[Unit]:
    """Return the open units that may report to the unit today: below it, taking part in it, or by a route."""
    by_route = Route.objects.filter(receiver=unit, sender=OuterRef("pk"), valid_from__lte=clock.today())
    found: QuerySet[Unit] = Unit.objects.filter(
        Q(parent=unit) | Q(participates_in=unit) | Exists(_lasting(by_route)), lifecycle=Lifecycle.ACTIVE
    ).order_by("short_name", "pk")
    return found


def units_below(unit: Unit) -> QuerySet[Unit]:
    """Return the open units that the unit may address downward: all below it on its line, and who takes part in it."""
    # A line has no more steps than there are levels of units (branch, county, city, province).
    line = Q(parent=unit) | Q(parent__parent=unit) | Q(parent__parent__parent=unit)
    found: QuerySet[Unit] = Unit.objects.filter(line | Q(participates_in=unit), lifecycle=Lifecycle.ACTIVE)
    return found


def subtree(unit: Unit) -> dict[int, UUID]:
    """Return the unit and all that stand below it by line or by participation, closed ones too: key and uuid."""
    below: dict[int | None, list[int]] = defaultdict(list)
    uuids: dict[int, UUID] = {}
    for pk, uuid, parent, committee in Unit.objects.values_list("pk", "uuid", "parent_id", "participates_in_id"):
        uuids[pk] = uuid
        for above in {parent, committee}:
            below[above].append(pk)
    found, waiting = {unit.pk: uuids[unit.pk]}, [unit.pk]
    for above in waiting:
        for pk in below[above]:
            if pk not in found:
                found[pk] = uuids[pk]
                waiting.append(pk)
    return found


def named(words: str) -> Unit | None:
    """Return the open unit of exactly this full or short name."""
    found: Unit | None = Unit.objects.filter(Q(name=words) | Q(short_name=words), lifecycle=Lifecycle.ACTIVE).first()
    return found


class Names:
    """What units were called on a day."""

    def __init__(self, former: Iterable[UnitName] = ()) -> None:
        self._former: dict[int, list[UnitName]] = defaultdict(list)
        for name in former:
            self._former[name.unit_id].append(name)

    def on(self, unit: Unit, day: date) -> str:
        """Return the short name that the unit had on that day."""
        for name in self._former.get(unit.pk, ()):  # the earliest that had not ended
            if day <= name.valid_to:
                return name.short_name
        return str(unit.short_name)


def names_of(units: Iterable[int]) -> Names:
    """Return what these units (by key) were called, by one query."""
    return Names(UnitName.objects.filter(unit_id__in=set(units)).order_by("unit_id", "valid_to"))


def ending_of(unit: Unit) -> UnitChange | None:
    """Return how the unit ended, with its successor; None while it is there."""
    ended = UnitChange.objects.select_related("successor").filter(unit=unit).exclude(kind=ChangeKind.RENAMED)
    return ended.first()


def changes_of(unit: Unit) -> list[UnitChange]:
    """Return how the unit changed, latest first, with those who took over."""
    return list(UnitChange.objects.filter(unit=unit).prefetch_related("successors").order_by("-made_at", "-pk"))


def ended_words(name: str, successor: str) -> str:
    """Return what to say to whoever still asks for a unit that is no more."""
    return f"{name}已撤销，{f'现由{successor}接办' if successor else '不再接收'}。"


def closed_words(unit: Unit) -> str:
    """Return `ended_words` of a closed unit, by one query."""
    ended = ending_of(unit)
    return ended_words(unit.short_name, ended.successor.short_name if ended and ended.successor else "")


def kind_of_way(sender: Unit, receiver: Unit) -> RouteKind | None:
    """Return by which line of units one reports to another; None when only an explicit route can lead there."""
    if sender.participates_in_id == receiver.pk:
        return RouteKind.PARTICIPATION
    if sender.parent_id == receiver.pk:
        return RouteKind.PARTY_LINE if sender.kind == UnitKind.PARTY else RouteKind.HIERARCHY
    return None


def terms_in(unit: Unit, senders: Iterable[Unit]) -> dict[int, RouteTerms]:
    """Return on which terms the unit takes what these send, by key of the sender; nothing for who has none."""
    return {terms.sender_id: terms for terms in RouteTerms.objects.filter(receiver=unit, sender__in=list(senders))}


def committees() -> QuerySet[Unit]:
    """Return the committees that are ranked: active ones, by level and division code."""
    found: QuerySet[Unit] = Unit.objects.filter(kind=UnitKind.COMMITTEE, lifecycle=Lifecycle.ACTIVE).order_by(
        "level", "division_code"
    )
    return found


def unit_at(host: str) -> Unit:
    """Return the unit at a host: its label under the base domain (`nanhai`) or the whole name.

    Raises:
        NotFound: there is none.
    """
    domain = host.lower() if "." in host else f"{host.lower()}.{settings.BASE_DOMAIN}"
    unit: Unit | None = Unit.objects.filter(domains__domain=domain).first()
    if unit is None:
        raise NotFound(f"没有域名为 {domain} 的单位。")
    return unit


def with_hosts() -> QuerySet[Unit]:
    """Return all units with the name of their primary host as `host` (None without one); without order."""
    primary = Host.objects.filter(tenant=OuterRef("pk"), is_primary=True).values("domain")[:1]
    annotated: QuerySet[Unit] = Unit.objects.annotate(host=Subquery(primary))
    return annotated


def find_open(words: str, limit: int) -> list[Unit]:
    """Return up to `limit` active units whose name holds `words`, with `host`; for the chooser of the bare host.

    What begins with the words comes first, committees before the units that take part in them.
    """
    begins = Case(When(short_name__istartswith=words, then=0), default=1)
    committees = Case(When(kind=UnitKind.COMMITTEE, then=0), default=1)
    found = named_like(with_hosts(), words).filter(lifecycle=Lifecycle.ACTIVE)
    return list(found.order_by(begins, committees, Length("short_name"), "short_name")[:limit])


def named_like(units: QuerySet[Unit], words: str) -> QuerySet[Unit]:
    """Return those of the units whose full or short name holds `words`."""
    return units.filter(Q(name__icontains=words) | Q(short_name__icontains=words))


def under_their_parents(short_names: Iterable[str]) -> list[tuple[str, bool]]:
    """Return names of units so that each stands below the unit it reports to, where that is among them, by one query.

    Each comes with whether it stands below another; what is no unit's name keeps its place.
    """
    names = list(dict.fromkeys(short_names))
    parents = dict(Unit.objects.filter(short_name__in=names).values_list("short_name", "parent__short_name"))
    heads = [name for name in names if parents.get(name) not in parents]
    found: list[tuple[str, bool]] = []
    for head in heads:
        found += [(head, False), *((name, True) for name in _line_below(head, names, parents))]
    return found


def _line_below(head: str, names: Iterable[str], parents: Mapping[str, str | None]) -> Iterator[str]:
    for name in names:
        if parents.get(name) == head:
            yield name
            yield from _line_below(name, names, parents)
