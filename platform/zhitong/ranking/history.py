"""From the network's events to what is scored and counted: read-only, a constant number of queries a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from zhitong.exchange.models import Event, EventKind, ItemFact
from zhitong.exchange.queries.chains import Node, chains_down, chains_up
from zhitong.ranking.scoring import Author, Contributor, Dates, ScoringEvent

SCORED = (
    EventKind.SUBMITTED,
    EventKind.ADOPTED,
    EventKind.KEPT,
    EventKind.DECLINED,
    EventKind.INSTRUCTION,
    EventKind.REPLIED,
    EventKind.PUBLISHED,
)


@dataclass(frozen=True, slots=True)
class Happening:
    """An outcome with everyone who has a part in it.

    `nodes` are the item it happened to and all items it was made from, nearest first. A unit that decides on its own
    item is no contributor to that decision; one whose item a body outside decides on is.
    """

    event: Event
    nodes: tuple[Node, ...]
    facts: tuple[ItemFact, ...]
    undone: bool

    @property
    def contributing(self) -> tuple[ItemFact, ...]:
        """The facts of the units that get credit."""
        if self.event.body_id:
            return self.facts
        return tuple(fact for fact in self.facts if fact.unit_id != self.event.unit_id)


def happenings(year: int, around: int | None = None) -> list[Happening]:
    """Return everything of `year` that may score, in order; `around` a unit: only what concerns an item of it.

    Of the year is what happened in it, what happened later to a matter that came in during it (rule sets may date by
    submission), and every correction of these, whenever it was made.
    """
    start, end = date(year, 1, 1), date(year, 12, 31)
    in_year = Q(occurred_on__range=(start, end))
    came_in = ItemFact.objects.filter(submitted_on__range=(start, end), is_received=False).values("matter_id")
    wanted = in_year | Q(reverses__occurred_on__range=(start, end)) | Q(matter_id__in=came_in)
    if around is not None:
        wanted &= Q(item_uuid__in=_items_above(around))
    events = list(
        Event.objects.filter(wanted, kind__in=SCORED)
        .select_related("unit", "body", "reversed_by", "reverses")
        .order_by("at", "id")
    )
    ways = chains_down({Node(event.unit_id, event.item_uuid) for event in events})
    nodes = {node for way in ways.values() for node in way}
    facts = _facts(nodes)
    return [
        Happening(
            event,
            tuple(way := ways[Node(event.unit_id, event.item_uuid)]),
            tuple(facts[node] for node in way if node in facts),
            undone=hasattr(event, "reversed_by"),
        )
        for event in events
    ]


def scoring_events(found: Iterable[Happening]) -> list[ScoringEvent]:
    """Return the events in the form that `scoring.score` reads; a reversal becomes an event of its own kind."""
    found = list(found)
    known = {happening.event.pk for happening in found}
    return [_scoring_event(h) for h in found if h.event.reverses_id is None or h.event.reverses_id in known]


def _items_above(unit_id: int) -> set[UUID]:
    """The items of a unit and all that were made from them."""
    own = ItemFact.objects.filter(unit_id=unit_id).values_list("item_uuid", flat=True)
    ways = chains_up(Node(unit_id, item) for item in own)
    return {node.item_uuid for way in ways.values() for node in way}


def _facts(nodes: set[Node]) -> dict[Node, ItemFact]:
    rows = ItemFact.objects.filter(
        unit_id__in={node.unit_id for node in nodes}, item_uuid__in={node.item_uuid for node in nodes}
    ).select_related("unit")
    return {Node(fact.unit_id, fact.item_uuid): fact for fact in rows}


def _scoring_event(happening: Happening) -> ScoringEvent:
    event = happening.event
    origin = [fact for fact in happening.facts if not fact.is_received]
    submitted = min((fact.submitted_on for fact in origin), default=None)
    return ScoringEvent(
        id=str(event.uuid),
        kind="reversal" if event.reverses_id else event.kind,
        mode=event.mode,
        level=event.level,
        body=event.body_kind,
        bulletin=event.bulletin,
        leader_rank=event.leader_rank,
        matter=str(event.matter_id),
        item=str(event.item_uuid),
        dates=Dates(
            occurred=event.occurred_on,
            submitted=submitted,
            adopted=event.occurred_on if event.kind == EventKind.ADOPTED else None,
        ),
        contributors=tuple(_contributor(fact) for fact in happening.contributing),
        authors=tuple(_authors(origin)),
        flags=frozenset({"answers_call"} if any(fact.source == "call" for fact in origin) else ()),
        reverses=str(_reversed_uuid(event)) if event.reverses_id else "",
        reason=event.reason,
    )


def _contributor(fact: ItemFact) -> Contributor:
    """A county and the city that forwarded its report stand on one road, hence one share order for all."""
    return Contributor(
        unit=str(fact.unit.uuid),
        unit_kind=fact.unit.kind,
        unit_level=fact.unit.level,
        item=str(fact.item_uuid),
        share_order=1,
    )


def _authors(origin: list[ItemFact]) -> list[Author]:
    return [
        Author(
            person=str(author["person"]),
            unit=str(fact.unit.uuid),
            rank=author.get("rank", ""),
            kind=author.get("kind", ""),
            group=fact.group_name,
            item=str(fact.item_uuid),
        )
        for fact in origin
        for author in fact.authors
        if author.get("person")
    ]


def _reversed_uuid(event: Event) -> UUID:
    wrong = event.reverses
    assert wrong is not None
    return wrong.uuid
