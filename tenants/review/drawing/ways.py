"""From a definition to what is drawn: from which step to which one, and the words at the fork.

A step that has a condition of its own is drawn as a branch: those who meet it go through it, the others pass by.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tenants.review.definition import Condition, Definition, Link, Reach, conditions_words, values_words

REST = "其余"
Station = int | None  # a place of the flow; None is the start where a way begins, the end where it leads


@dataclass(frozen=True, slots=True)
class Way:
    """A drawn line: from a step (None: the start) to a step (None: the end).

    `words` are at most two short words at the fork, `told` the whole condition; both empty where there is no choice.
    `field` is what the first condition asks, for its mark; empty for the rest.
    """

    source: Station
    target: Station
    words: tuple[str, ...] = ()
    told: str = ""
    field: str = ""


def ways_of(definition: Definition, reach: Reach) -> list[Way]:
    """Return what is drawn, in the order of steps and of their branches.

    Ways that no item can take are left out, except those to a step that would else hang in the air.
    """
    found: list[Way] = []
    real = reach.links
    hanging = set(range(len(definition.steps))) - reach.places
    for source in [None, *range(len(definition.steps))]:
        begun = [Link(0)] if source is None else definition.steps[source].links
        possible = list(_expand(definition, begun, (), set()))
        kept = [one for one in possible if not reach.is_complete or (source, one[0]) in real]
        kept = kept or (possible if source in hanging else [])
        known = {target for target, _ in kept}
        kept += [one for one in possible if one[0] in hanging and one[0] not in known]
        found += _joined(source, kept)
    return found


def _expand(
    definition: Definition, links: Sequence[Link], given: tuple[Condition, ...], passed: set[int]
) -> Iterator[tuple[Station, tuple[Condition, ...]]]:
    """Yield where links lead when steps whose own condition fails are passed by; each is passed by once."""
    for link in links:
        conditions = (*given, *(one for one in link.when if one not in given))
        if link.to is None:
            yield None, conditions
            continue
        step = definition.steps[link.to]
        yield link.to, (*conditions, *(one for one in step.when if one not in conditions))
        if step.when and link.to not in passed:
            passed.add(link.to)
            yield from _expand(definition, step.links, conditions, passed)


def _joined(source: Station, found: Sequence[tuple[Station, tuple[Condition, ...]]]) -> list[Way]:
    """Give each target one way with the words of its conditions; the unconditional one among others is the rest."""
    targets: dict[Station, list[tuple[Condition, ...]]] = {}
    for target, conditions in found:
        targets.setdefault(target, []).append(conditions)
    if len(targets) == 1:
        return [Way(source, next(iter(targets)))]
    ways = []
    for target, every in targets.items():
        conditions = () if () in every else every[0]
        words = tuple(("非" if one.negated else "") + values_words(one) for one in conditions)
        told = " 或者 ".join(conditions_words(one) for one in every if one) if conditions else REST
        ways.append(Way(source, target, words or (REST,), told, conditions[0].field if conditions else ""))
    return ways
