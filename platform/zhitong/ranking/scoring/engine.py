"""`score`: events and one rule set in, ledger lines out. No clock, no database, no binary floating point."""

from collections.abc import Iterable
from operator import attrgetter

from zhitong.ranking.scoring.clauses import choose, limit
from zhitong.ranking.scoring.drafts import Draft
from zhitong.ranking.scoring.errors import EventError
from zhitong.ranking.scoring.events import ScoringEvent
from zhitong.ranking.scoring.holders import Parties
from zhitong.ranking.scoring.pricing import Pricer
from zhitong.ranking.scoring.rules import Entry, RuleSet
from zhitong.ranking.scoring.steps import take_step


def score(events: Iterable[ScoringEvent], rules: RuleSet) -> list[Entry]:
    """Every ledger line that the events earn under the rules, those that do not count included.

    The result does not depend on the order of the events. An event counts on the day the rules say, and only within
    their validity. Prices come first, then choices, steps and limits, each in the order of the rule set. A reversed
    event takes part in nothing and shows as two lines that cancel out. Events must be complete for the periods that the
    rules look at (a year, where a limit is yearly). Raises `EventError` for double ids and impossible reversals.
    """
    ordered = sorted(events, key=attrgetter("id"))
    reversed_by = _reversals(ordered)
    ordered = [event for event in ordered if not event.reverses]
    ordered.sort(key=attrgetter("dates.occurred"))

    parties = Parties(rules)
    pricer = Pricer(rules, parties)
    drafts: list[Draft] = []
    for event in ordered:
        drafts += pricer.price(event, reversed_by.get(event.id, ""))
    drafts += pricer.numbered()
    for choice in rules.choices:
        choose(drafts, choice, rules)
    if rules.steps:
        standing = [event for event in ordered if event.id not in reversed_by]
        for step in rules.steps:
            drafts += take_step(step, standing, rules, parties)
    for bound in rules.limits:
        drafts = limit(drafts, bound, rules)
    drafts.sort(key=attrgetter("counted_on"))
    return [draft.frozen() for draft in drafts]


def _reversals(ordered: list[ScoringEvent]) -> dict[str, str]:
    """Which event is taken back by which: a reversal that is itself taken back takes nothing back."""
    reversing: dict[str, list[ScoringEvent]] = {}
    known: set[str] = set()
    for event in ordered:
        if event.id in known:
            raise EventError("duplicate_id", event.line, name=event.id)
        known.add(event.id)
        if event.reverses:
            reversing.setdefault(event.reverses, []).append(event)
    for target, by in reversing.items():
        if target not in known:
            raise EventError("reverses_nothing", by[0].line, name=target)

    settled: dict[str, str] = {}

    def reverser(name: str, above: frozenset[str]) -> str:
        """The id of the standing event that takes `name` back, or nothing."""
        if name in above:
            raise EventError("reverses_itself", 0, name=name)
        if name not in settled:
            standing = [by.id for by in reversing.get(name, ()) if not reverser(by.id, above | {name})]
            settled[name] = standing[0] if standing else ""
        return settled[name]

    return {target: by for target in reversing if (by := reverser(target, frozenset()))}
