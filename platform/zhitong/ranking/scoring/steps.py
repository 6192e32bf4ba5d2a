"""Steps: one sum for how many items (or what part of them) a subject reached in a period."""

from datetime import date
from fractions import Fraction
from math import ceil

from zhitong.ranking.scoring.conditions import Holder, Shape, Verdict, facts_of, holds, narrow, shape_of
from zhitong.ranking.scoring.drafts import Draft, Source
from zhitong.ranking.scoring.events import ScoringEvent
from zhitong.ranking.scoring.holders import Parties
from zhitong.ranking.scoring.numbers import exact_decimal, plain, rounded
from zhitong.ranking.scoring.periods import period_of
from zhitong.ranking.scoring.pricing import day_counted, identity
from zhitong.ranking.scoring.rules import RuleRef, RuleSet, Step, StepLine

_NO_FACTS: dict[str, frozenset[str]] = {
    name: frozenset() for name in ("kind", "mode", "level", "body", "bulletin", "leader_rank", "flag")
}


class _Tally:
    """What one subject reached in one period."""

    __slots__ = ("base", "counted", "events", "holder", "last_day")

    def __init__(self, holder: Holder, last_day: date) -> None:
        self.holder = holder
        self.last_day = last_day
        self.counted: dict[str, date] = {}
        self.base: set[str] = set()
        self.events: list[str] = []


def take_step(step: Step, events: list[ScoringEvent], rules: RuleSet, parties: Parties) -> list[Draft]:
    """One line for each subject and period in which something was counted or due. `events` in order."""
    shapes: dict[Shape, tuple[Verdict, Verdict]] = {}
    tallies: dict[tuple[str, date], _Tally] = {}
    for event in events:
        shape = shape_of(event)
        if shape not in shapes:
            facts = facts_of(shape)
            shapes[shape] = (narrow(step.count, facts), narrow(step.out_of, facts) if step.out_of else False)
        counts, base = shapes[shape]
        due = event.kind == "due"
        day = day_counted(event.dates, step.dated or rules.dated)
        if (counts is False and base is False and not due) or not _valid(rules, day):
            continue
        _, last_day = period_of(step.per, day, rules.year_from)
        for holder in parties.holders(event, rules.share)[0]:
            is_counted, is_base = holds(counts, holder), holds(base, holder)
            if not (is_counted or is_base or due):
                continue
            tally = tallies.setdefault((holder.subject.id, last_day), _Tally(holder, last_day))
            tally.holder = holder
            tally.events.append(event.id)
            name = identity(step.by, event, holder)
            if is_counted:
                tally.counted[name] = min(day, tally.counted.get(name, day))
            if is_base:
                tally.base.add(name)
    source = Source(RuleRef(rules.code, rules.version, step.key, step.name), _NO_FACTS)
    return [_line(step, tally, source, rules) for _, tally in sorted(tallies.items(), key=lambda each: each[0])]


def _valid(rules: RuleSet, day: date) -> bool:
    return (rules.valid_from or date.min) <= day <= (rules.valid_to or date.max)


def _line(step: Step, tally: _Tally, source: Source, rules: RuleSet) -> Draft:
    if step.out_of is None:
        measure, shown = Fraction(len(tally.counted)), f"{step.name} {len(tally.counted)} 件"
    else:
        both = len(tally.base & set(tally.counted)) if tally.base else 0
        measure = Fraction(both, len(tally.base)) if tally.base else Fraction(0)
        shown = f"{step.name} {both}/{len(tally.base)}"
    reached = next((line for line in step.lines if _reaches(line, measure)), None)
    points = step.otherwise if reached is None else reached.points
    words = f"{shown}"
    if reached is not None:
        words += f" {'≥' if reached.side == 'at_least' else '<'} {plain(reached.bound)}"
        if reached.each:
            distance = abs(measure - reached.bound)
            points = reached.points * distance
            words += f",相差 {plain(distance)} × {plain(reached.points)}"
    points = rounded(points, rules.rounding)
    return Draft(
        source,
        tally.holder,
        tuple(dict.fromkeys(tally.events)),
        "",
        "",
        exact_decimal(points),
        _day(step, tally, reached, rules),
        f"{words} = {plain(points)}",
    )


def _reaches(line: StepLine, measure: Fraction) -> bool:
    return measure >= line.bound if line.side == "at_least" else measure < line.bound


def _day(step: Step, tally: _Tally, reached: StepLine | None, rules: RuleSet) -> date:
    """The day a plain count reached the step; otherwise the last day of the period, which decides it."""
    if reached and reached.side == "at_least" and not reached.each and step.out_of is None:
        number = ceil(reached.bound)
        if 1 <= number <= len(tally.counted):
            return sorted(tally.counted.values())[number - 1]
    return min(tally.last_day, rules.valid_to or date.max)
