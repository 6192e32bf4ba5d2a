"""Two definitions of a flow compared in words: what a step says now and what it said before."""

from collections.abc import Iterator
from dataclasses import dataclass

from tenants.review.definition.model import Definition
from tenants.review.definition.words import Names, flow_words, step_words


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: `step` is its name (empty: the flow itself), `key` names it in the newer definition."""

    step: str
    what: str
    before: str
    after: str
    key: str = ""


def compare(before: Definition, after: Definition, names: Names) -> list[Difference]:
    """Return what differs between two definitions, in the order of the newer one; steps are the same by their key."""
    old, new = flow_words(before), flow_words(after)
    found = [Difference("", label, old[label], new[label]) for label in new if old[label] != new[label]]
    olds = {step.key: place for place, step in enumerate(before.steps)}
    news = {step.key: place for place, step in enumerate(after.steps)}
    for key, place in news.items():
        name = after.steps[place].name
        if key not in olds:
            found.append(Difference(name, "新增", "没有这一步", _short(after, place, names), key))
        else:
            found += _of_step(before, olds[key], after, place, names)
    found += [
        Difference(before.steps[place].name, "删去", _short(before, place, names), "没有这一步")
        for key, place in olds.items()
        if key not in news
    ]
    return found + list(_of_order(before, after))


def _of_step(before: Definition, old: int, after: Definition, new: int, names: Names) -> Iterator[Difference]:
    step = after.steps[new]
    was, now = step_words(before, old, names), step_words(after, new, names)
    for label in now:
        if was[label] != now[label]:
            yield Difference(step.name, label, was[label] or "没有", now[label] or "没有", step.key)


def _of_order(before: Definition, after: Definition) -> Iterator[Difference]:
    kept = {step.key for step in before.steps} & {step.key for step in after.steps}
    was = [step.key for step in before.steps if step.key in kept]
    now = [step.key for step in after.steps if step.key in kept]
    if was != now:
        yield Difference("", "步骤的次序", _row(before, kept), _row(after, kept))


def _row(definition: Definition, kept: set[str]) -> str:
    return "、".join(step.name for step in definition.steps if step.key in kept)


def _short(definition: Definition, place: int, names: Names) -> str:
    said = step_words(definition, place, names)
    return "，".join(said[label] for label in ("谁办", "怎样算通过", "时限") if said[label])
