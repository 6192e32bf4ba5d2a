"""From the network's events to what is scored and counted: read-only, a constant number of queries a year."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from zhitong.exchange.models import (
    AdoptionMode,
    CallAnswer,
    Event,
    EventKind,
    ItemFact,
    MergePart,
    Paper,
    PaperKind,
)
from zhitong.exchange.queries import Node
from zhitong.exchange.queries.chains import roads_down
from zhitong.exchange.queries.merging import merged_into_matters
from zhitong.ranking.scoring import Author, Contributor, Dates, ScoringEvent
from zhitong.units.models import Unit

SCORED = (
    EventKind.SUBMITTED,
    EventKind.ADOPTED,
    EventKind.KEPT,
    EventKind.DECLINED,
    EventKind.INSTRUCTION,
    EventKind.REPLIED,
    EventKind.PUBLISHED,
)
_BATCH = 4_000  # matters that are read at once


@dataclass(frozen=True, slots=True)
class Happening:
    """An outcome with everyone who has a part in it.

    `facts` are of the item it happened to and of all items it was made from, nearest first. `parts` says of what was
    merged (综合) on the way by which part of which merged item it came in; what was withdrawn before the outcome is
    not among them. A unit that decides on its own item is no contributor to that decision; one whose item a body
    outside decides on is. A unit that merged items has its credit for the merged one, and not once more for its own
    among the sources.
    """

    event: Event
    facts: tuple[ItemFact, ...]
    parts: Mapping[Node, MergePart]
    undone: bool

    def part_of(self, fact: ItemFact) -> MergePart | None:
        """Return the last merge that the item of a fact went through, None when nothing was merged on its way."""
        return self.parts.get(_node(fact))

    @property
    def heads(self) -> tuple[ItemFact, ...]:
        """The facts without those that stand in a merged item of their own unit."""
        return tuple(
            fact for fact in self.facts if (part := self.part_of(fact)) is None or part.unit_id != fact.unit_id
        )

    @property
    def contributing(self) -> tuple[ItemFact, ...]:
        """The facts of the units that get credit."""
        return tuple(fact for fact in self.facts if fact.unit_id not in self._without_credit(fact))

    def _without_credit(self, fact: ItemFact) -> set[int]:
        found = set() if self.event.body_id else {self.event.unit_id}
        part = self.part_of(fact)
        while part is not None:
            found.add(part.unit_id)
            part = self.parts.get(Node(part.unit_id, part.item_uuid))
        return found


def happenings(year: int, units: Collection[int] | None = None) -> list[Happening]:
    """Return everything of `year` that may score, in order; with `units` only what concerns an item of theirs.

    Of the year is what happened in it, what else ever happened to the same matters (an instruction may replace an
    adoption of the year before), what happened later to a matter that came in during it (rule sets may date by
    submission), and every correction of these, whenever it was made.
    """
    return of_matters(matters_of(year, units))


def matters_of(year: int, units: Collection[int] | None = None) -> set[int]:
    """Return the matters to which something happened in a year that may score, or that came in during it.

    Args:
        year: the calendar year.
        units: only matters that an item of theirs is about, or was merged into.
    """
    days = (date(year, 1, 1), date(year, 12, 31))
    happened = Event.objects.filter(kind__in=SCORED, occurred_on__range=days)
    came_in = ItemFact.objects.filter(submitted_on__range=days, is_received=False)
    if units is None:
        found = set(happened.values_list("matter_id", flat=True)) | set(came_in.values_list("matter_id", flat=True))
        return found | merged_into_matters(found)
    own = ItemFact.objects.filter(unit__in=units)
    here = Exists(happened.filter(matter=OuterRef("matter")).order_by())
    found = set(own.filter(Q(submitted_on__range=days) | here).values_list("matter_id", flat=True))
    merged = MergePart.objects.filter(source_matter__in=own.values("matter"), ended_at__isnull=True)
    return found | merged_into_matters(set(merged.values_list("source_matter_id", flat=True)) | found)


def of_matters(matters: Iterable[int]) -> list[Happening]:
    """Return everything that may score of these matters, in order."""
    found: list[Happening] = []
    waiting = sorted(matters)
    for at in range(0, len(waiting), _BATCH):
        events = list(
            Event.objects.filter(matter_id__in=waiting[at : at + _BATCH], kind__in=SCORED).select_related(
                "body", "reversed_by", "reverses"
            )
        )
        units = Unit.objects.in_bulk({event.unit_id for event in events})
        for event in events:
            event.unit = units[event.unit_id]
        roads = roads_down({Node(event.unit_id, event.item_uuid) for event in events})
        facts = _facts({node for road in roads.values() for node in road})
        merges = _merges({part for road in roads.values() for part in road.values() if part is not None})
        found += [_happening(event, roads[Node(event.unit_id, event.item_uuid)], facts, merges) for event in events]
    return sorted(found, key=lambda happening: (happening.event.at, happening.event.pk))


def _happening(
    event: Event, road: Mapping[Node, int | None], facts: Mapping[Node, ItemFact], merges: Mapping[int, MergePart]
) -> Happening:
    # A correction concerns those whom the corrected outcome concerned.
    moment = event.reverses.at if event.reverses else event.at
    parts = {node: merges[key] for node, key in road.items() if key is not None}
    gone = {part.pk for part in parts.values() if part.withdrawal and part.withdrawal.at <= moment}

    def is_gone(node: Node) -> bool:
        part = parts.get(node)
        while part is not None:
            if part.pk in gone:
                return True
            part = parts.get(Node(part.unit_id, part.item_uuid))
        return False

    standing = [node for node in road if node in facts and not is_gone(node)]
    return Happening(
        event,
        tuple(facts[node] for node in standing),
        {node: parts[node] for node in standing if node in parts},
        undone=hasattr(event, "reversed_by"),
    )


def scoring_events(found: Iterable[Happening]) -> list[ScoringEvent]:
    """Return the events in the form that `scoring.score` reads; a reversal becomes an event of its own kind.

    What happened to a merged item is one event for those who stand above the merge, and one more for the contributors
    of each merge, who have it as 综合 in the order of the sources: so a city gets the whole of what its report earned,
    and its counties share what a merged one earns (DOMAIN §6). Both are the same event (`event_uuid`).
    """
    found = list(found)
    known = {happening.event.pk for happening in found}
    shown = _exemplars({happening.event.item_uuid for happening in found})
    issued: dict[Node, date] = {}
    for happening in found:
        event = happening.event
        if event.kind == EventKind.PUBLISHED and not event.reverses_id and not happening.undone:
            node = Node(event.unit_id, event.item_uuid)
            issued[node] = min(event.occurred_on, issued.get(node, event.occurred_on))
    return [
        _later(scoring, issued.get(node), is_exemplar=node in shown)
        for happening in found
        if happening.event.reverses_id is None or happening.event.reverses_id in known
        for node in [Node(happening.event.unit_id, happening.event.item_uuid)]
        for scoring in _scoring_events(happening)
    ]


def _exemplars(items: set[UUID]) -> set[Node]:
    """Those of the items that their unit shows to all as exemplars."""
    shown = Paper.objects.filter(kind=PaperKind.EXEMPLAR, withdrawn_at__isnull=True, item_uuid__in=items)
    return {Node(unit_id, item) for unit_id, item in shown.values_list("unit_id", "item_uuid") if item}


def _later(scoring: ScoringEvent, issued: date | None, *, is_exemplar: bool) -> ScoringEvent:
    """What became known of the item after the event: the day of its issue, and that it is an exemplar."""
    if issued:
        scoring = replace(scoring, dates=replace(scoring.dates, issued=issued))
    return replace(scoring, flags=scoring.flags | {"exemplar"}) if is_exemplar else scoring


def event_uuid(scoring_id: str) -> str:
    """Return the uuid of the event that a scoring event stands for."""
    return scoring_id.partition("/")[0]


def _facts(nodes: set[Node]) -> dict[Node, ItemFact]:
    rows = ItemFact.objects.filter(item_uuid__in={node.item_uuid for node in nodes})
    answers = CallAnswer.objects.filter(unit=OuterRef("unit"), item_uuid=OuterRef("item_uuid"))
    facts = {_node(fact): fact for fact in rows.annotate(is_answer=Exists(answers))}
    units = Unit.objects.in_bulk({fact.unit_id for fact in facts.values()})
    for fact in facts.values():
        fact.unit = units[fact.unit_id]
    return {node: fact for node, fact in facts.items() if node in nodes}


def _merges(keys: set[int]) -> dict[int, MergePart]:
    return MergePart.objects.select_related("withdrawal").in_bulk(keys)


def _node(fact: ItemFact) -> Node:
    return Node(fact.unit_id, fact.item_uuid)


def _scoring_events(happening: Happening) -> list[ScoringEvent]:
    groups: dict[UUID | None, list[ItemFact]] = {None: []}
    for fact in happening.facts:
        part = happening.part_of(fact)
        groups.setdefault(part.item_uuid if part else None, []).append(fact)
    return [_scoring_event(happening, merged, facts) for merged, facts in groups.items()]


def _scoring_event(happening: Happening, merged: UUID | None, facts: list[ItemFact]) -> ScoringEvent:
    """Return the event for those above all merges (`merged` None), or for the contributors of one merged item."""
    event, suffix = happening.event, f"/{merged}" if merged else ""
    origin = [fact for fact in facts if not fact.is_received]
    behind = origin or [fact for fact in happening.facts if not fact.is_received]
    return ScoringEvent(
        id=f"{event.uuid}{suffix}",
        kind="reversal" if event.reverses_id else event.kind,
        mode=AdoptionMode.MERGED if merged and event.mode else event.mode,
        level=event.level,
        body=event.body_kind,
        bulletin=event.bulletin,
        leader_rank=event.leader_rank,
        matter=str(event.matter_id),
        item=str(event.item_uuid),
        dates=Dates(
            occurred=event.occurred_on,
            submitted=min((fact.submitted_on for fact in behind), default=None),
            adopted=event.occurred_on if event.kind == EventKind.ADOPTED else None,
        ),
        contributors=tuple(_contributors(happening, facts)),
        authors=tuple(_authors(origin)),
        flags=frozenset({"answers_call"} if any(_answers_call(fact) for fact in behind) else ()),
        reverses=f"{_reversed_uuid(event)}{suffix}" if event.reverses_id else "",
        reason=event.reason,
    )


def _answers_call(fact: ItemFact) -> bool:
    """Whether an item answers a call of the network, or says of itself that it was called for."""
    return bool(getattr(fact, "is_answer", False)) or fact.source == "call"


def _contributors(happening: Happening, facts: list[ItemFact]) -> Iterator[Contributor]:
    """A county and the city that forwarded its report stand on one road, hence one share order for both.

    Each source of a merged item is a road of its own, in the order of the sources; where nobody gets credit for one (it
    is the merging unit's own), it holds its place for its authors alone.
    """
    parts = {part.pk: part for fact in facts if (part := happening.part_of(fact))}
    places = {key: place for place, key in enumerate(sorted(parts, key=lambda key: parts[key].order), start=1)}
    credited = {_node(fact) for fact in happening.contributing}
    roads: dict[int, list[ItemFact]] = {}
    for fact in facts:
        part = happening.part_of(fact)
        roads.setdefault(places[part.pk] if part else 1, []).append(fact)
    for place, road in roads.items():
        own = [fact for fact in road if _node(fact) in credited]
        for fact in own or (road[-1:] if parts else []):
            part = happening.part_of(fact)
            yield Contributor(
                unit=str(fact.unit.uuid) if own else "",
                unit_kind=fact.unit.kind,
                unit_level=fact.unit.level,
                item=str(fact.item_uuid),
                share_order=place,
                group=fact.group_name,
                share=part.share or 0 if part else 0,
                matter=str(fact.matter_id) if part else "",
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
