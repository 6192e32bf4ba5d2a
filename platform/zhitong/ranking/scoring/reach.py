"""How far an event is felt: whether a rule set lets it change lines of other matters, or of others than its own."""

from collections.abc import Iterable, Iterator

from zhitong.ranking.scoring.drafts import Fits
from zhitong.ranking.scoring.engine import priced
from zhitong.ranking.scoring.events import ScoringEvent
from zhitong.ranking.scoring.rules import Limit, RuleSet, When
from zhitong.ranking.scoring.steps import count_events

_OF_ONE_MATTER = ("item", "matter", "event")


def looks_at_several_matters(rules: RuleSet, events: Iterable[ScoringEvent] | None = None) -> bool:
    """Return whether lines depend on other matters than their own, as a yearly cap or "the third in a month" lets them.

    Args:
        rules: the rule set.
        events: all of some matters, and of all that merges bind to them; then only their lines are asked about. A rule
            that none of these fits is one that they have no say in.

    Raises:
        EventError: as `score`.
    """
    steps, ties = (*rules.steps, *rules.needs), list(_ties(rules))
    if not (steps or ties or any(table.nth for table in rules.tables)):
        return False
    if events is None:
        return True
    found = priced(events, rules)
    return (
        found.numbered
        or any(
            count_events(step, found.standing, rules, found.parties[step.subject or rules.subject]) for step in steps
        )
        or any(any(map(Fits(when), found.drafts)) for when in ties)
    )


def looks_at_several_subjects(rules: RuleSet) -> bool:
    """Return whether lines of one subject depend on those of others, as with a cap on what a group has together."""
    return any(limit.across for limit in _limits(rules))


def _ties(rules: RuleSet) -> Iterator[When]:
    """Which lines have a say in those of other matters, once they are priced."""
    for choice in rules.choices:
        if choice.within not in _OF_ONE_MATTER:
            yield choice.of
            if choice.replaced_by is not None:
                yield choice.replaced_by
    for step in (*rules.steps, *rules.needs):
        if step.sums is not None:
            yield step.sums
    for limit in _limits(rules):
        yield limit.of
        yield from (when for when in (limit.condition, limit.part_of) if when is not None)


def _limits(rules: RuleSet) -> Iterator[Limit]:
    return (limit for limit in rules.limits if limit.per not in _OF_ONE_MATTER)
