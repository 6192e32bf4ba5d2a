"""Reads of the desk: what waits, and an item's whole history in one list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.accounts.models import User
from tenants.items import queries as items
from tenants.items.models import Item, State
from tenants.review.models import Task
from tenants.review.queries.history import timeline
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.core.text import whole_number
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind, MergePart, Packet
from zhitong.exchange.queries import inbox, parts_of, sent
from zhitong.ranking.queries import network_rules, points_of_items, shows_points
from zhitong.units.current import unit_in_force
from zhitong.units.models import ExternalBody


@dataclass(frozen=True, slots=True)
class Pick:
    """One of what is merged: a dispatch to the unit, taken in or not, or an item of the unit."""

    uuid: UUID
    is_dispatch: bool = False


_LATELY = timedelta(days=180)
_GONE = (Dispatch.State.RECALLED, Dispatch.State.RETURNED)
_WAITING = (Dispatch.State.SENT, Dispatch.State.RECEIVED)
# What review tells already in its own words: how an item came in and how the unit's own decision went.
_TOLD = Q(kind=EventKind.SUBMITTED) | Q(
    kind__in=[EventKind.KEPT, EventKind.DECLINED, EventKind.WITHDRAWN], body__isnull=True, dispatch__isnull=True
)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of an item's history: when, who, what, why."""

    at: datetime
    who: str
    what: str
    why: str = ""


def waiting(unit_id: int) -> QuerySet[Dispatch]:
    """Return the dispatches that the unit has not dealt with, oldest first."""
    return inbox(unit_id).filter(state__in=_WAITING).order_by("sent_at", "id")


def to_send() -> QuerySet[Item]:
    """Return the items approved lately that have not been sent anywhere, newest first.

    What lay longer than half a year was left here on purpose (`long_unsent`) and waits for nobody.
    """
    return _unsent().filter(decided_at__gte=clock.now() - _LATELY)


def long_unsent() -> QuerySet[Item]:
    """Return the items approved before that and never sent, newest first."""
    return _unsent().filter(decided_at__lt=clock.now() - _LATELY)


def returned_to(unit_id: int) -> QuerySet[Dispatch]:
    """Return what receivers gave back to the unit and it has not dealt with, newest first.

    Dealt with is what was sent on since, to the same receiver or another, and what was settled as it is.
    """
    since = Dispatch.objects.filter(
        sender_id=unit_id, item_uuid=OuterRef("item_uuid"), sent_at__gt=OuterRef("closed_at")
    ).exclude(state=Dispatch.State.RECALLED)
    returned = sent(unit_id).filter(state=Dispatch.State.RETURNED, settled_at__isnull=True)
    return returned.filter(~Exists(since)).order_by("-closed_at", "-id")


def earlier_attempt(dispatch: Dispatch) -> Dispatch | None:
    """Return the sending to the same receiver that this one follows, None for the first."""
    same = Dispatch.objects.filter(
        sender_id=dispatch.sender_id,
        item_uuid=dispatch.item_uuid,
        receiver_id=dispatch.receiver_id,
        body_id=dispatch.body_id,
    )
    return same.filter(attempt__lt=dispatch.attempt).select_related("packet", "sender").order_by("-attempt").first()


def recall_reason(dispatch: Dispatch) -> str:
    """Return why the sender asks a dispatch back; empty without a standing request."""
    if not dispatch.recall_is_asked:
        return ""
    asked = Event.objects.filter(dispatch=dispatch, kind=EventKind.RECALL_ASKED).order_by("-id")
    return asked.values_list("reason", flat=True).first() or ""


def went_under_pseudonym(item: Item) -> bool:
    """Return whether the item went out under a pseudonym before, so that nobody forgets it the second time."""
    return Packet.objects.filter(sender_id=require_unit(), item_uuid=item.uuid, content__under_pseudonym=True).exists()


def _unsent() -> QuerySet[Item]:
    unit_id = require_unit()
    gone = Dispatch.objects.filter(sender_id=unit_id, item_uuid=OuterRef("uuid")).exclude(state__in=_GONE)
    returned = returned_to(unit_id).filter(item_uuid=OuterRef("uuid")).order_by()
    return (
        Item.objects.filter(state=State.APPROVED, import_key__isnull=True)
        .filter(~Exists(gone), ~Exists(returned))
        .order_by("-decided_at", "-id")
    )


def has_gone(item: Item) -> bool:
    """Return whether a sending of the item stands at some receiver."""
    return Dispatch.objects.filter(sender_id=require_unit(), item_uuid=item.uuid).exclude(state__in=_GONE).exists()


def history_of(item: Item, *, hide_names: bool = False, inner: bool = False) -> list[HistoryLine]:
    """Return everything that happened to an item in this unit and to what was sent from it, oldest first.

    With `hide_names` nobody of the unit is named but the authors; with `inner` it also tells what reviewers asked of
    others and were answered.
    """
    lines = [
        HistoryLine(line.at, line.by, f"{line.step}：{line.words}" if line.step else line.words, line.why)
        for line in timeline(item, hide_names=hide_names, inner=inner)
    ]
    events = (
        Event.objects.filter(unit_id=require_unit(), item_uuid=item.uuid)
        .exclude(_TOLD)
        .select_related("body", "dispatch__receiver", "dispatch__body")
    )
    lines += [
        HistoryLine(event.at, "" if hide_names else event.by, event_words(event), event.reason) for event in events
    ]
    return sorted(lines, key=lambda line: line.at)


def event_words(event: Event) -> str:
    """Return what an event says, in the words of the trade; never a leader's words."""
    what = AdoptionMode(event.mode).label if event.mode else EventKind(event.kind).label
    if event.body:
        what = f"{event.body.short_name}{what}"
    if event.kind == EventKind.SENT and event.dispatch:
        what = f"报送{event.dispatch.receiver_name}"
    if event.kind == EventKind.READDRESSED and event.reason:
        what = event.reason
    if event.bulletin:
        what += f"，《{event.bulletin}》"
    if event.issue_number:
        what += f"第 {event.issue_number} 期"
    return f"冲正：{what}" if event.reverses_id else what


@dataclass(frozen=True, slots=True)
class Source:
    """A source of a merged item: the unit's own item, who sent it, its place and share."""

    item: Item
    part: MergePart

    @property
    def withdrawn(self) -> Event | None:
        """The event by which its contributor took it back, None while it stands."""
        return self.part.withdrawal


def sources_of(item: Item) -> list[Source]:
    """Return the sources of a merged item in their order, withdrawn ones included; nothing for any other item."""
    parts = parts_of(require_unit(), item.uuid) if item.is_merged else []
    found = {one.uuid: one for one in Item.objects.filter(uuid__in=[part.source_uuid for part in parts])}
    return [Source(found[part.source_uuid], part) for part in parts]


@dataclass(frozen=True, slots=True)
class Picked:
    """A row of what is to be merged: its key on the page, title, and where it came from."""

    key: str
    uuid: UUID
    title: str
    note: str


def picked_rows(picks: Iterable[Pick]) -> list[Picked]:
    """Return the rows of picked dispatches and items in their order; what is not this unit's is left out."""
    picks = list(picks)
    wanted = [pick.uuid for pick in picks]
    sent = inbox(require_unit()).filter(uuid__in=wanted)
    rows = {one.uuid: Picked(f"d:{one.uuid}", one.uuid, one.title, one.sender.short_name) for one in sent}
    own = Item.objects.filter(uuid__in=wanted).exclude(number__isnull=True)
    rows |= {one.uuid: Picked(f"i:{one.uuid}", one.uuid, one.title, one.from_unit or "本单位") for one in own}
    return [rows[uuid] for uuid in dict.fromkeys(wanted) if uuid in rows]


def mergeable(words: str, *, without: Iterable[UUID]) -> QuerySet[Item]:
    """Return the items of the unit whose title holds `words` and that can be merged, newest first."""
    sent = Dispatch.objects.filter(sender_id=require_unit(), item_uuid=OuterRef("uuid")).exclude(state__in=_GONE)
    free = Q(state=State.IN_REVIEW) | (Q(state=State.APPROVED) & ~Exists(sent))
    found = Item.objects.filter(free, title__icontains=words, is_merged=False, import_key__isnull=True)
    return found.exclude(uuid__in=list(without)).order_by("-submitted_at", "-id")


def found_items(words: str, *, without: Item) -> QuerySet[Item]:
    """Return the unit's submitted items whose title holds `words` or whose number they are, newest first."""
    number = whole_number(words.strip("号 ").rpartition("〕")[2], 9)
    named = Q(title__icontains=words) | (Q() if number is None else Q(number=number))
    found = Item.objects.filter(named, number__isnull=False).exclude(pk=without.pk)
    return found.order_by("-submitted_at", "-id")


def late_tasks(user: User) -> QuerySet[Task]:
    """Return the open tasks past their time, the oldest first: the unit's for who reads all reviews, else the own."""
    late = Task.objects.filter(state=Task.State.OPEN, due_at__lt=clock.now())
    if not user.has_zt_perm("review.read_all"):
        late = late.filter(holder=user)
    return late.select_related("run__item", "holder").order_by("due_at", "id")


def late_sendings(unit_id: int) -> QuerySet[Dispatch]:
    """Return what the unit sent and the receiver has not signed for in time, the oldest first."""
    late = sent(unit_id).filter(state=Dispatch.State.SENT, due_at__lt=clock.now())
    return late.order_by("due_at", "id")


def received_dispatch(dispatch_uuid: UUID) -> Dispatch:
    """Return a dispatch to the unit in force, recalled ones included.

    Raises:
        NotFound: absent, or another unit's.
    """
    found = (
        Dispatch.objects.select_related("packet", "sender")
        .filter(uuid=dispatch_uuid, receiver_id=require_unit())
        .first()
    )
    if found is None:
        raise NotFound
    return found


def own_year(user: User, year: int) -> tuple[int, int, str]:
    """Return how many items the user sent in and had adopted in a year, and the points that these items earned.

    The points are those that stand under each item: what it earned the unit by the rules of the network; no words for
    them where their owner shows none.
    """
    own = items.own_items(user).filter(year=year)
    unit, rules = unit_in_force(), network_rules()
    earned = points_of_items(rules, unit, own.values_list("uuid", flat=True))
    points = sum(earned.values(), Decimal())
    adopted = own.filter(state=State.APPROVED).count()
    if not shows_points(rules, unit):
        return own.count(), adopted, ""
    return own.count(), adopted, f"{points:f}".rstrip("0").rstrip(".") if points else "0"


def answering_bodies(item_uuid: UUID | None = None) -> list[ExternalBody]:
    """Return the bodies outside that may have answered: those that an item (any, without one) was sent to, and those
    that the unit has a route to.
    """
    unit_id = require_unit()
    sent = Dispatch.objects.filter(sender_id=unit_id, body__isnull=False)
    if item_uuid:
        sent = sent.filter(item_uuid=item_uuid)
    known = Q(pk__in=sent.values("body_id")) | Q(routes_in__sender_id=unit_id)
    return list(ExternalBody.objects.filter(known).distinct().order_by("level", "pk"))
