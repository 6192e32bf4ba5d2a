"""`score`: events and one rule set in, ledger lines out. No clock, no database, no binary floating point."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from zhitong.ranking.scoring.clauses import choose, limit
from zhitong.ranking.scoring.drafts import Draft
from zhitong.ranking.scoring.errors import EventError
from zhitong.ranking.scoring.events import ScoringEvent
from zhitong.ranking.scoring.holders import Parties
from zhitong.ranking.scoring.pricing import Pricer
from zhitong.ranking.scoring.rules import Entry, RuleSet, SubjectKind
from zhitong.ranking.scoring.steps import take_step

_SUBJECTS: tuple[SubjectKind, ...] = ("unit", "person", "group")


def score(events: Iterable[ScoringEvent], rules: RuleSet) -> list[Entry]:
    """Every ledger line that the events earn under the rules, those that do not count included.

    The result does not depend on the order of the events. Prices come first, then choices, steps, needs and limits,
    each in the order of the rule set, over all events; of the outcome those lines stay that count on a day of the
    rules' validity. So where one version follows another in mid-year, a yearly sum knows the whole year under both.
    A reversed event takes part in nothing and shows as two lines that cancel out. Events must be complete for
    the periods that the rules look at (a year, where a limit is yearly).

    Raises `EventError` for double ids, impossible reversals and authors of merged events without a place.
    """
    with _no_collector():
        first, last = rules.valid_from or date.min, rules.valid_to or date.max
        return [
            draft.frozen()
            for draft in _drafts(events, rules)
            if first <= draft.counted_on <= last and draft.holder.subject.id
        ]


@contextmanager
def _no_collector() -> Iterator[None]:
    """Pause the cycle collector: no line refers back to itself, and walking all lines again and again would take
    a third of the time.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _drafts(events: Iterable[ScoringEvent], rules: RuleSet) -> list[Draft]:
    found = priced(events, rules)
    drafts = found.drafts
    for choice in rules.choices:
        choose(drafts, choice, rules)
    for step in (*rules.steps, *rules.needs):
        drafts += take_step(step, found.standing, drafts, rules, found.parties[step.subject or rules.subject])
    for bound in rules.limits:
        drafts = limit(drafts, bound, rules)
    drafts.sort(key=attrgetter("counted_on"))
    return drafts


@dataclass(frozen=True, slots=True)
class Priced:
    """What events are worth one by one, before rules look at several together.

    `standing` are the events that nothing takes back, in their order; `numbered` says whether a table asked the
    how-many-th of its kind one of them is.
    """

    drafts: list[Draft]
    standing: list[ScoringEvent]
    parties: dict[SubjectKind, Parties]
    numbered: bool


def priced(events: Iterable[ScoringEvent], rules: RuleSet) -> Priced:
    """Price every event, those that were taken back included; raises what `score` raises."""
    ordered = sorted(events, key=attrgetter("id"))
    reversed_by = _reversals(ordered)
    ordered = [event for event in ordered if not event.reverses]
    ordered.sort(key=attrgetter("dates.occurred"))

    parties = {kind: Parties(rules, kind) for kind in _SUBJECTS}
    pricer = Pricer(rules, parties)
    drafts: list[Draft] = []
    for event in ordered:
        pricer.price(event, reversed_by.get(event.id, ""), drafts)
    numbered = pricer.number(drafts)
    return Priced(drafts, [event for event in ordered if event.id not in reversed_by], parties, numbered)


def _reversals(ordered: list[ScoringEvent]) -> dict[str, str]:
    """Which event is taken back by which: a reversal that is itself taken back takes nothing back."""
    known: set[str] = set()
    reversing: dict[str, list[ScoringEvent]] = {}
    for event in ordered:
        if event.id in known:
            raise EventError("duplicate_id", event.line, name=event.id)
        known.add(event.id)
        if event.reverses:
            reversing.setdefault(event.reverses, []).append(event)
    for target, by in reversing.items():
        if target not in known:
            raise EventError("reverses_nothing", by[0].line, name=target)
    return _standing_reversals(reversing)


def _standing_reversals(reversing: dict[str, list[ScoringEvent]]) -> dict[str, str]:
    """Settle chains from their ends: first the reversals that nothing takes back, then what those decide."""
    waiting_for = {target: len(by) for target, by in reversing.items()}
    reversals = {event.id: event for by in reversing.values() for event in by}
    ready = [event for event in reversals.values() if event.id not in reversing]
    taken_back: dict[str, str] = {}
    while ready:
        event = ready.pop()
        target = event.reverses
        if event.id not in taken_back:
            taken_back[target] = min(event.id, taken_back.get(target, event.id))
        waiting_for[target] -= 1
        if waiting_for[target] == 0:
            del waiting_for[target]
            if target in reversals:
                ready.append(reversals[target])
    if waiting_for:
        stuck = min(waiting_for)
        raise EventError("reverses_itself", reversing[stuck][0].line, name=stuck)
    return taken_back
