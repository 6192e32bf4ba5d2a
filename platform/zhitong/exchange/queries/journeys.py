"""Journeys: what became of an item at every level, read from public rows by a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zhitong.core import clock, glossary
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind, ItemFact, Visibility
from zhitong.exchange.queries.chains import Node, Reached, ways_down, ways_up
from zhitong.exchange.queries.merging import merged_with
from zhitong.exchange.words import leader_words
from zhitong.units.models import LEVEL_ORDER, Level, Unit, UnitKind
from zhitong.web.parts import JourneyEvent, JourneyStep, NowLine, State, Station, StationKind, Tag, Track
from zhitong.web.templatetags.zt import zt_short

STATIONS = 4  # of a track: branch or county, city, province, nation
_NATION = "全国政协"
_PARENTS = "parent__parent__parent"  # of a branch: county, city, province


@dataclass
class Stop:
    """One place of a journey: a unit (or a body, without `unit`), with its events and the dispatch that led there.

    `through_merge` says that what the item became here was made of others too: it reaches the item as 综合.
    `merged_with` is with how many others the item was merged here.
    """

    name: str
    level: str
    order: tuple[int, datetime]
    unit: Unit | None = None
    dispatch: Dispatch | None = None
    fact: ItemFact | None = None
    events: list[Event] = field(default_factory=list)
    through_merge: bool = False
    merged_with: int = 0

    @property
    def is_merged(self) -> bool:
        """Whether the item went on from here as part of another one of the same unit."""
        return self.outcome[0] == glossary.MERGED

    def mode_of(self, event: Event) -> AdoptionMode:
        """Return how an adoption counts for the item whose journey it is."""
        return AdoptionMode.MERGED if self.through_merge else AdoptionMode(event.mode)

    @property
    def outcome(self) -> tuple[str, StationKind]:
        """Return the word and look of what became of the item here."""
        standing = [event for event in self.events if _stands(event)]
        by_kind = {EventKind(event.kind): event for event in standing}
        if EventKind.ADOPTED in by_kind and EventKind.MERGED not in by_kind:
            return self.mode_of(by_kind[EventKind.ADOPTED]).label, "ok"
        for kind, word, look in _ENDINGS:
            if kind in by_kind:
                return word, look
        if self.dispatch and self.dispatch.body_id:
            return glossary.AWAITING_FEEDBACK, "now"
        if self.fact is None:
            return (glossary.RECEIVED if EventKind.RECEIVED in by_kind else glossary.AWAITING_RECEIPT), "now"
        return glossary.IN_REVIEW, "now"


# What a unit says on an item by itself; everything else follows from the way it takes.
_OUTCOMES = frozenset(
    {
        EventKind.ADOPTED,
        EventKind.KEPT,
        EventKind.DECLINED,
        EventKind.INSTRUCTION,
        EventKind.REPLIED,
        EventKind.PUBLISHED,
    }
)
_ENDINGS: list[tuple[EventKind, str, StationKind]] = [
    (EventKind.KEPT, glossary.KEPT, "kept"),
    (EventKind.DECLINED, glossary.DECLINED, "kept"),
    (EventKind.RETURNED, glossary.SENT_BACK, "back"),
    (EventKind.NOT_OURS, glossary.SENT_BACK, "back"),
    (EventKind.RECALLED, glossary.WITHDRAWN, "kept"),
    (EventKind.WITHDRAWN, glossary.WITHDRAWN, "kept"),
    (EventKind.MERGED, glossary.MERGED, "ok"),
]


@dataclass(frozen=True)
class Journey:
    """The whole way of one item, as one reader may see it.

    `stops` are in the order of levels and time; `now` says what is awaited; `steps` are ready to be drawn. `insider_of`
    are the units whose events are open to the reader in full; of the others' they see what the recorder let go down.
    """

    fact: ItemFact
    stops: Sequence[Stop]
    insider_of: frozenset[int] = frozenset()

    @property
    def track(self) -> Track:
        """The way as a line of stations: those reached, then those of the line above that may follow."""
        # What went on as part of another item of the unit stands there as that item.
        stations = [Station(_place(stop.name), *stop.outcome) for stop in self.stops if not stop.is_merged]
        may_follow = [Station(_place(name), glossary.NOT_SENT) for name in self._ahead()]
        return Track([*stations, *may_follow[: max(0, STATIONS - len(stations))]], instructed=self.instructed)

    @property
    def instructed(self) -> bool:
        """Whether a leader wrote an instruction anywhere on the way."""
        return any(_stands(event) and event.kind == EventKind.INSTRUCTION for s in self.stops for event in s.events)

    @property
    def steps(self) -> list[JourneyStep]:
        """The way as levels with their events."""
        return [_step(stop, self.insider_of) for stop in self.stops]

    @property
    def now(self) -> NowLine:
        """Where the item is and what comes next."""
        waiting = [stop for stop in self.stops if stop.outcome[1] == "now"]
        stop = waiting[-1] if waiting else self.stops[-1]
        word = stop.outcome[0]
        if not waiting:
            return NowLine(where=f"{stop.name}，{word}")
        since = stop.dispatch.sent_at if stop.dispatch else self.fact.submitted_at
        days = (clock.today() - clock.local_date(since)).days
        return NowLine(where=f"{stop.name}，{word}", waited=f"已等 {days} 天" if days else "", next=_next(stop))

    def _ahead(self) -> list[str]:
        """Return the names of the units above the last stop, up to the nation, while the item may still go there."""
        last = self.stops[-1]
        if last.unit is None or last.outcome[1] not in {"ok", "now"}:
            return []
        names, unit = [], last.unit.parent
        while unit is not None:
            names.append(unit.short_name)
            unit = unit.parent
        if last.unit.kind == UnitKind.COMMITTEE:
            names.append(_NATION)
        return [name for name in names if name not in {stop.name for stop in self.stops}]


def journey(unit_id: int, item_uuid: UUID, *, for_the_office: bool = False) -> Journey | None:
    """Return the journey of an item: its contributors below, itself, and every level above; None when unknown.

    The caller has checked that the reader may see the item. Leader and words of an event that its recorder keeps from
    authors and the units below (`Visibility.FACT`) appear to the office of the recorder's own unit, and to that of a
    unit above it that took part: one that recorded an outcome of its own.

    Args:
        unit_id: the reader's unit.
        item_uuid: its item.
        for_the_office: the reader reads for the unit, not as an author (`items.read_all`).
    """
    own = Node(unit_id, item_uuid)
    # What contributors below decided among themselves is told as they decided it.
    below = [one._replace(merged=False) for one in ways_down([own])[own][1:]]
    found = _assemble({own: [*below, *ways_up([own])[own]]}).get(own)
    if found is None or not for_the_office:
        return found
    takes_part = any(
        event.unit_id == unit_id and event.kind in _OUTCOMES for stop in found.stops for event in stop.events
    )
    return replace(found, insider_of=frozenset({unit_id, *(one.node.unit_id for one in below if takes_part)}))


def tracks(unit_id: int, item_uuids: Iterable[UUID]) -> dict[UUID, Track]:
    """Return the upward track of many items of one unit, by a constant number of queries."""
    ways = ways_up([Node(unit_id, item_uuid) for item_uuid in item_uuids])
    return {node.item_uuid: way.track for node, way in _assemble(ways).items()}


def _assemble(ways: dict[Node, list[Reached]]) -> dict[Node, Journey]:
    nodes = {one.node for way in ways.values() for one in way}
    if not nodes:
        return {}
    units, items = {n.unit_id for n in nodes}, {n.item_uuid for n in nodes}
    facts = {
        Node(fact.unit_id, fact.item_uuid): fact
        for fact in ItemFact.objects.filter(unit_id__in=units, item_uuid__in=items).select_related(f"unit__{_PARENTS}")
    }
    sendings: dict[Node, list[Dispatch]] = defaultdict(list)
    for dispatch in (
        Dispatch.objects.filter(sender_id__in=units, item_uuid__in=items)
        .select_related(f"receiver__{_PARENTS}", "body")
        .order_by("sent_at", "id")
    ):
        sendings[Node(dispatch.sender_id, dispatch.item_uuid)].append(dispatch)
    by_item, by_dispatch = _events(units, items, [d.pk for way in sendings.values() for d in way])
    others = merged_with(units, items)
    return {
        start: Journey(facts[start], _stops(way, facts, sendings, by_item, by_dispatch, others))
        for start, way in ways.items()
        if start in facts
    }


def _events(
    units: set[int], items: set[UUID], dispatches: list[int]
) -> tuple[dict[Node, list[Event]], dict[int, list[Event]]]:
    by_item: dict[Node, list[Event]] = defaultdict(list)
    by_dispatch: dict[int, list[Event]] = defaultdict(list)
    events = (
        Event.objects.filter(Q(unit_id__in=units, item_uuid__in=items) | Q(dispatch_id__in=dispatches))
        .select_related("body", "reversed_by")
        .order_by("at", "id")
    )
    for event in events:
        if event.dispatch_id and (event.body_id or event.kind in _ABOUT_DISPATCH):
            by_dispatch[event.dispatch_id].append(event)
        else:
            by_item[Node(event.unit_id, event.item_uuid)].append(event)
    return by_item, by_dispatch


_ABOUT_DISPATCH = {
    EventKind.SENT,
    EventKind.RECEIVED,
    EventKind.ACCEPTED,
    EventKind.RETURNED,
    EventKind.NOT_OURS,
    EventKind.RECALL_ASKED,
    EventKind.RECALL_REFUSED,
    EventKind.RECALLED,
    EventKind.KEPT,
    EventKind.DECLINED,
}


def _stops(
    way: list[Reached],
    facts: dict[Node, ItemFact],
    sendings: dict[Node, list[Dispatch]],
    by_item: dict[Node, list[Event]],
    by_dispatch: dict[int, list[Event]],
    others: dict[tuple[int, UUID], int],
) -> list[Stop]:
    """One stop for every item of the way, and one for every receiver that has not made its own item."""
    made = {
        Node(dispatch.receiver_id, dispatch.accepted_item_uuid): dispatch
        for node, _, _ in way
        for dispatch in sendings[node]
        if dispatch.receiver_id and dispatch.accepted_item_uuid
    }
    stops: list[Stop] = []
    for node, merged, _withdrawn in way:
        if node not in facts:
            continue
        fact, came_by = facts[node], made.get(node)
        own = [*(by_dispatch[came_by.pk] if came_by else []), *by_item[node]]
        stops.append(
            Stop(
                fact.unit.short_name,
                fact.unit.level,
                (_height(fact.unit.level), fact.submitted_at),
                fact.unit,
                came_by,
                fact,
                sorted(own, key=lambda event: (event.at, event.pk)),
                merged,
                others.get(node, 0),
            )
        )
        for dispatch in sendings[node]:
            if dispatch.receiver_id and dispatch.accepted_item_uuid:
                continue
            level = (dispatch.receiver or dispatch.body).level  # type: ignore[union-attr]
            stops.append(
                Stop(
                    dispatch.receiver_name,
                    level,
                    (_height(level), dispatch.sent_at),
                    dispatch.receiver,
                    dispatch,
                    None,
                    by_dispatch[dispatch.pk],
                    merged,
                )
            )
    return sorted(stops, key=lambda stop: stop.order)


def _height(level: str) -> int:
    return LEVEL_ORDER.index(Level(level))


def _place(name: str) -> str:
    return name.removesuffix("政协") or name


def _is_undone(event: Event) -> bool:
    return hasattr(event, "reversed_by")


def _stands(event: Event) -> bool:
    return event.reverses_id is None and not _is_undone(event)


_LOOK = {"ok": "ok", "now": "now", "back": "back", "kept": "kept", "": "off"}


def _step(stop: Stop, insider_of: frozenset[int]) -> JourneyStep:
    word, look = stop.outcome
    state = State(word, {"ok": "ok", "now": "now", "back": "soon", "kept": "off", "": ""}[look])  # type: ignore[arg-type]
    has_instruction = any(event.kind == EventKind.INSTRUCTION and _stands(event) for event in stop.events)
    return JourneyStep(
        stop.name,
        state,
        [_line(event, stop, is_open=_is_open(event, insider_of)) for event in stop.events],
        _LOOK[look],  # type: ignore[arg-type]
        [Tag("批示", "pishi")] if has_instruction else [],
        _next(stop) if look == "now" else "",
    )


def _is_open(event: Event, insider_of: frozenset[int]) -> bool:
    return event.visibility == Visibility.FULL or event.unit_id in insider_of


def _line(event: Event, stop: Stop, *, is_open: bool) -> JourneyEvent:
    what = stop.mode_of(event).label if event.mode else EventKind(event.kind).label
    if event.reverses_id:
        what = "拆开综合稿" if event.kind == EventKind.MERGED else f"冲正：{what}"
    where = f"刊《{event.bulletin}》" if event.bulletin else ""
    if event.issue_number:
        where += f"第 {event.issue_number} 期"
    if event.kind == EventKind.INSTRUCTION and not event.reverses_id:
        detail = event.leader if is_open and event.leader else leader_words(event.leader_rank)
    else:
        detail = where or event.reason
    if event.kind == EventKind.SUBMITTED and stop.fact:
        detail = f"编号 {stop.fact.number_label}"
    if event.kind == EventKind.ACCEPTED and stop.fact:
        detail = f"编号 {stop.fact.number_label}"
    if event.kind == EventKind.MERGED and _stands(event):
        detail = f"与另外 {stop.merged_with} 篇综合成一篇"
    return JourneyEvent(
        when=zt_short(event.at),
        what=what,
        detail=detail,
        quote=event.words if is_open else "",
        hidden=f"{EventKind(event.kind).label}全文未开放" if event.words and not is_open else "",
        outcome=event.kind in _OUTCOMES,
        undone=_is_undone(event),
    )


def _next(stop: Stop) -> str:
    if stop.dispatch and stop.dispatch.body_id:
        return f"等{stop.name}答复，由报送单位登记结果"
    if stop.dispatch and stop.fact is None and stop.dispatch.due_at:
        return f"等{stop.name}签收，应在 {stop.dispatch.due_at.astimezone(clock.SHANGHAI):%m-%d %H:%M} 前"
    return f"等{stop.name}审核"
