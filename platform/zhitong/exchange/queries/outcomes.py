"""What became of many items on their way, in words and by level, by two queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zhitong.exchange.journeys import Node
from zhitong.exchange.models import AdoptionMode, Event, EventKind
from zhitong.exchange.queries.chains import ways_up
from zhitong.units.models import LEVEL_ORDER, Level

_TOLD = (EventKind.ADOPTED, EventKind.INSTRUCTION)
# What can become of a report, the most first.
OUTCOME_WORDS: dict[str, str] = {
    EventKind.INSTRUCTION.value: str(EventKind.INSTRUCTION.label),
    **{mode.value: str(mode.label) for mode in (AdoptionMode.SINGLE, AdoptionMode.PASSED_ON, AdoptionMode.MERGED)},
}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of an item: a line for each place, nearest first, and the highest level that adopted it.

    Attributes:
        lines: place and what it did (佛山市政协 综合采用); of an instruction the fact alone.
        level: empty when nobody adopted it.
        best: a leader's instruction before any adoption, a single one before a merged one; empty without either.
    """

    lines: Sequence[str] = ()
    level: str = ""
    best: str = ""


def outcomes(nodes: Iterable[Node]) -> dict[Node, Outcomes]:
    """Return what became of items, wherever above them it was recorded; every item asked for is there."""
    asked = list(nodes)
    ways = ways_up(asked)
    through = {start: {reached.node: reached.merged for reached in way} for start, way in ways.items()}
    happened: dict[Node, list[Event]] = defaultdict(list)
    for event in _events({node for way in through.values() for node in way}):
        happened[Node(event.unit_id, event.item_uuid)].append(event)
    return {start: _of(through.get(start, {}), happened) for start in asked}


def _events(nodes: set[Node]) -> Iterable[Event]:
    standing = Event.objects.filter(kind__in=_TOLD, reverses__isnull=True, reversed_by__isnull=True)
    return (
        standing.filter(unit_id__in={node.unit_id for node in nodes}, item_uuid__in={node.item_uuid for node in nodes})
        .select_related("unit", "body")
        .order_by("at", "id")
    )


def _of(way: dict[Node, bool], happened: dict[Node, list[Event]]) -> Outcomes:
    told = [(event, merged) for node, merged in way.items() for event in happened.get(node, [])]
    adopted = [event.level for event, _merged in told if event.kind == EventKind.ADOPTED]
    highest = max(adopted, key=lambda level: LEVEL_ORDER.index(Level(level)), default="")
    what = [(event, _what(event, merged=merged)) for event, merged in told]
    lines = [f"{(event.body or event.unit).short_name} {OUTCOME_WORDS[code]}" for event, code in what]
    best = min((code for _event, code in what), key=list(OUTCOME_WORDS).index, default="")
    return Outcomes(list(dict.fromkeys(lines)), highest, best)


def _what(event: Event, *, merged: bool) -> str:
    if event.kind == EventKind.INSTRUCTION:
        return EventKind.INSTRUCTION.value
    return AdoptionMode.MERGED.value if merged else event.mode
