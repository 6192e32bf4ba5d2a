"""Journeys: what became of an item at every level, read from public rows by a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Set
from uuid import UUID

from django.db.models import Q

from zhitong.core import clock
from zhitong.exchange.journeys import OUTCOMES, Journey, Link, Node, Stop
from zhitong.exchange.journeys.stops import height
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemFact
from zhitong.exchange.queries.chains import Reached, ways_down, ways_up
from zhitong.exchange.queries.merging import Merge, merges_of
from zhitong.units.queries import Names, names_of
from zhitong.web.parts import Track

_PARENTS = "parent__parent__parent"  # of a branch: county, city, province
_ABOUT_DISPATCH = {
    EventKind.SENT,
    EventKind.RECEIVED,
    EventKind.ACCEPTED,
    EventKind.RETURNED,
    EventKind.NOT_OURS,
    EventKind.RECALL_ASKED,
    EventKind.RECALL_REFUSED,
    EventKind.RECALLED,
    EventKind.READDRESSED,
    EventKind.KEPT,
    EventKind.DECLINED,
    EventKind.URGED,
}


def journey(
    unit_id: int, item_uuid: UUID, *, for_the_office: bool = False, with_lines: Iterable[UUID] = ()
) -> Journey | None:
    """Return the journey of an item: its contributors below, itself, and every level above; None when unknown.

    The caller has checked that the reader may see the items. Leader and words of an event that its recorder keeps from
    authors and the units below (`Visibility.FACT`) appear to the office of the recorder's own unit, and to that of a
    unit above it that took part: one that recorded an outcome of its own. Why contributors below, and others whom they
    sent to, returned or declined something is told to neither: reasons go down, to who sent and who wrote.

    Args:
        unit_id: the reader's unit.
        item_uuid: its item.
        for_the_office: the reader reads for the unit, not as an author (`items.read_all`).
        with_lines: items of the same unit on the other lines of the matter, shown with it.
    """
    own = Node(unit_id, item_uuid)
    starts = list(dict.fromkeys([own, *(Node(unit_id, other) for other in with_lines)]))
    down, up = ways_down(starts), ways_up(starts)
    # What contributors below decided among themselves is told as they decided it.
    below = {start: [one._replace(merged=False) for one in down[start][1:]] for start in starts}
    together: dict[Node, Reached] = {}
    for start in starts:
        for one in (*below[start], *up[start]):
            together.setdefault(one.node, one)
    found = _assemble({own: list(together.values())}).get(own)
    if found is not None:
        contributors = {one.node for way in below.values() for one in way}
        contributors -= {one.node for way in up.values() for one in way}
        _keep_reasons(found.stops, contributors, unit_id)
    if found is None or not for_the_office:
        return found
    deciding = {
        Node(event.unit_id, event.item_uuid)
        for stop in found.stops
        for event in stop.events
        if event.unit_id == unit_id and event.kind in OUTCOMES
    }
    insider = {node for node in together if node.unit_id == unit_id}
    for start in starts:
        if deciding & {one.node for one in (*below[start], *up[start])}:
            insider |= {one.node for one in below[start]}
    return Journey(found.fact, found.stops, found.links, frozenset(insider))


def _keep_reasons(stops: Iterable[Stop], contributors: Set[Node], reader: int) -> None:
    """Let the places of contributors, and of what they sent elsewhere, tell no reason but the reader's unit's own."""
    for stop in stops:
        if stop.fact:
            node = Node(stop.fact.unit_id, stop.fact.item_uuid)
        elif stop.dispatch:
            node = Node(stop.dispatch.sender_id, stop.dispatch.item_uuid)
        else:
            continue
        if node in contributors:
            stop.reasons_of = reader


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
    receivers = {d.receiver_id for way in sendings.values() for d in way if d.receiver_id}
    read = _Read(facts, sendings, by_item, by_dispatch, merges_of(units, items), names_of(units | receivers))
    return {start: Journey(facts[start], *read.stops(way)) for start, way in ways.items() if start in facts}


def _events(
    units: set[int], items: set[UUID], dispatches: list[int]
) -> tuple[dict[Node, list[Event]], dict[int, list[Event]]]:
    by_item: dict[Node, list[Event]] = defaultdict(list)
    by_dispatch: dict[int, list[Event]] = defaultdict(list)
    events = (
        Event.objects.filter(Q(unit_id__in=units, item_uuid__in=items) | Q(dispatch_id__in=dispatches))
        .select_related("body", "reversed_by", "adopted_text", "handling_step__assignment__handling")
        .defer("adopted_text__content")
        .order_by("at", "id")
    )
    for event in events:
        if event.dispatch_id and (event.body_id or event.kind in _ABOUT_DISPATCH):
            by_dispatch[event.dispatch_id].append(event)
        else:
            by_item[Node(event.unit_id, event.item_uuid)].append(event)
    return by_item, by_dispatch


class _Read:
    """The rows of some ways, and the places that they make, each with the name of its time."""

    def __init__(
        self,
        facts: dict[Node, ItemFact],
        sendings: dict[Node, list[Dispatch]],
        by_item: dict[Node, list[Event]],
        by_dispatch: dict[int, list[Event]],
        merges: dict[Node, Merge],
        names: Names,
    ) -> None:
        self.names = names
        self.facts, self.sendings, self.merges = facts, sendings, merges
        self.by_item, self.by_dispatch = by_item, by_dispatch

    def stops(self, way: list[Reached]) -> tuple[list[Stop], list[Link]]:
        """Return one stop for every item of the way and one for every receiver that made none, with what links them."""
        nodes = {node: merged for node, merged, _withdrawn in way if node in self.facts}
        made = {
            Node(dispatch.receiver_id, dispatch.accepted_item_uuid): dispatch
            for node in nodes
            for dispatch in self.sendings[node]
            if dispatch.receiver_id and dispatch.accepted_item_uuid
        }
        places = {node: self._stop(node, made.get(node), merged) for node, merged in nodes.items()}
        stops, links = list(places.values()), []
        for node, stop in places.items():
            for dispatch in self.sendings[node]:
                if dispatch.receiver_id and dispatch.accepted_item_uuid:
                    target = places.get(Node(dispatch.receiver_id, dispatch.accepted_item_uuid))
                else:
                    target = self._waiting(dispatch, through_merge=stop.through_merge)
                    stops.append(target)
                if target:
                    links.append(Link(stop.key, target.key))
            merge = self.merges.get(node)
            into = places.get(Node(node.unit_id, merge.into)) if merge else None
            if into:
                links.append(Link(stop.key, into.key, is_merge=True))
        return sorted(stops, key=lambda stop: stop.order), links

    def _stop(self, node: Node, came_by: Dispatch | None, through_merge: bool) -> Stop:  # noqa: FBT001 - a fact of the row
        fact, merge = self.facts[node], self.merges.get(node)
        own = [*(self._about(came_by) if came_by else []), *self.by_item[node]]
        return Stop(
            self.names.on(fact.unit, fact.submitted_on),
            fact.unit.level,
            (height(fact.unit.level), fact.submitted_at),
            fact.unit,
            came_by,
            fact,
            sorted(own, key=lambda event: (event.at, event.pk)),
            through_merge,
            merge.others if merge else 0,
        )

    def _waiting(self, dispatch: Dispatch, *, through_merge: bool) -> Stop:
        level = (dispatch.receiver or dispatch.body).level  # type: ignore[union-attr]
        name = dispatch.receiver_name
        if dispatch.receiver and not dispatch.follows_id:  # a successor came to it later than it was sent
            name = self.names.on(dispatch.receiver, clock.local_date(dispatch.sent_at))
        return Stop(
            name,
            level,
            (height(level), dispatch.sent_at),
            dispatch.receiver,
            dispatch,
            None,
            self._about(dispatch),
            through_merge,
        )

    def _about(self, dispatch: Dispatch) -> list[Event]:
        """Return the events of a dispatch; of one that follows another, that one's passing on first."""
        before = self.by_dispatch[dispatch.follows_id] if dispatch.follows_id else []
        return [*(event for event in before if event.kind == EventKind.READDRESSED), *self.by_dispatch[dispatch.pk]]
