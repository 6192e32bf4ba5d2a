"""Which ways items really take through a flow: every kind of item that its conditions tell apart is walked once.

Values that all conditions of a flow treat alike are one kind, so a handful of walks stands for every item there can be.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice, pairwise, product

from tenants.review.definition.model import FIELD_WORDS, PLAIN, Condition, Definition, hold
from tenants.review.definition.words import VALUE_WORDS

MAX_WALKS = 4096
_OTHER = "\x00"  # a category that no condition names

Example = Mapping[str, "str | tuple[str, ...]"]


@dataclass(frozen=True, slots=True)
class Reach:
    """The ways through a flow.

    `ways` holds each sequence of places once, with the facts of an item that takes it. `is_complete` is False when the
    conditions tell apart more kinds of items than were walked: then a way that is not here may still exist.
    """

    ways: Mapping[tuple[int, ...], Example]
    is_complete: bool

    @property
    def places(self) -> frozenset[int]:
        """The places that some item comes to."""
        return frozenset(place for way in self.ways for place in way)

    @property
    def links(self) -> frozenset[tuple[int | None, int | None]]:
        """From which place to which items go on: None is the start, and the end."""
        found: set[tuple[int | None, int | None]] = set()
        for way in self.ways:
            stations = [None, *way, None]
            found |= set(pairwise(stations))
        return frozenset(found)


def reach(definition: Definition) -> Reach:
    """Return the ways through `definition` of the items that it takes."""
    kinds = list(islice(_kinds(definition), MAX_WALKS + 1))
    found: dict[tuple[int, ...], Example] = {}
    for facts in kinds[:MAX_WALKS]:
        if hold(definition.when, _undecided(facts)):
            for way in _ways(definition, facts):
                found.setdefault(way, facts)
    return Reach(found, len(kinds) <= MAX_WALKS)


def _ways(definition: Definition, facts: Example) -> Iterator[tuple[int, ...]]:
    """Yield the way of a review, and of a clearance, which begins with what the review has decided.

    Where an item goes and how difficult it is are known from the steps that ask for it.
    """
    if definition.asks_for("destination"):
        yield tuple(definition.walk(facts))
    known, way, place = dict(_undecided(facts)), list[int](), next(definition.walk(_undecided(facts)), None)
    while place is not None:
        way.append(place)
        step = definition.steps[place]
        if step.asks_destination:
            known["destination"] = facts["destination"]
        if step.asks_difficulty:
            known["difficulty"] = facts["difficulty"]
        place = next(definition.walk(known, place), None)
    yield tuple(way)


def _undecided(facts: Example) -> Example:
    return {**facts, "destination": (), "difficulty": PLAIN}


def _kinds(definition: Definition) -> Iterator[Example]:
    """Yield facts of one item of every kind."""
    conditions = list(_conditions(definition))
    asks_difficulty = any(step.asks_difficulty for step in definition.steps)
    choices: list[Collection[str | tuple[str, ...]]] = []
    for field in FIELD_WORDS:
        mine = [set(one.values) for one in conditions if one.field == field]
        values = list(VALUE_WORDS[field]) or [*sorted(set().union(*mine)), _OTHER]
        told_apart = {tuple(value in group for group in mine): value for value in reversed(values)}
        if field == "destination":
            named = [value for signs, value in told_apart.items() if any(signs)]
            choices.append([some for size in range(len(named) + 1) for some in combinations(named, size)])
        elif field == "difficulty" and not asks_difficulty:
            choices.append([PLAIN])
        else:
            choices.append(list(told_apart.values()))
    for chosen in product(*choices):
        yield dict(zip(FIELD_WORDS, chosen, strict=True))


def _conditions(definition: Definition) -> Iterator[Condition]:
    yield from definition.when
    for step in definition.steps:
        yield from step.when
        for link in step.links:
            yield from link.when
