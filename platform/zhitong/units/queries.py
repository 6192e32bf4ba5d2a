"""Reads over units: who may send to whom, who stands above whom."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Length

from zhitong.core.errors import NotFound
from zhitong.units.models import ExternalBody, Host, Lifecycle, Route, RouteKind, Unit, UnitKind


@dataclass(frozen=True)
class Destination:
    """One receiver that a unit may send to, and why.

    Exactly one of `unit` and `body` is set. `key` names it in forms (`u:<uuid>` or `b:<uuid>`).
    """

    kind: RouteKind
    unit: Unit | None = None
    body: ExternalBody | None = None
    shows_contacts: bool = False

    @cached_property
    def key(self) -> str:
        """Name the destination in a form."""
        return f"u:{self.unit.uuid}" if self.unit else f"b:{self.body.uuid}"  # type: ignore[union-attr]

    @property
    def name(self) -> str:
        """Return the short name of the receiver."""
        return (self.unit or self.body).short_name  # type: ignore[union-attr]


def destinations(unit: Unit, on: date) -> list[Destination]:
    """Return where `unit` may send on that day: derived routes first, explicit ones after, each receiver once.

    Closed units receive nothing.
    """
    found: list[Destination] = []
    line = RouteKind.PARTY_LINE if unit.kind == UnitKind.PARTY else RouteKind.HIERARCHY
    if unit.participates_in and unit.participates_in.is_open:
        found.append(Destination(RouteKind.PARTICIPATION, unit=unit.participates_in))
    if unit.parent and unit.parent.is_open:
        found.append(Destination(line, unit=unit.parent))
    explicit = (
        Route.objects.filter(sender=unit, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        .filter(Q(receiver__isnull=True) | Q(receiver__lifecycle=Lifecycle.ACTIVE))
        .select_related("receiver", "body")
        .order_by("kind", "id")
    )
    found += [Destination(RouteKind(r.kind), r.receiver, r.body, r.shows_contacts) for r in explicit]
    return list({entry.key: entry for entry in reversed(found)}.values())[::-1]


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
