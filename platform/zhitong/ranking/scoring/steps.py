"""Steps: one sum for how many items, points, or what part of them, a subject reached in a period."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from zhitong.ranking.scoring.conditions import Holder, Shape, Verdict, facts_of, holds, narrow, shaper
from zhitong.ranking.scoring.drafts import Draft, Fits, Source
from zhitong.ranking.scoring.events import ScoringEvent
from zhitong.ranking.scoring.holders import Parties
from zhitong.ranking.scoring.numbers import exact_decimal, plain, rounded
from zhitong.ranking.scoring.periods import period_of
from zhitong.ranking.scoring.pricing import day_counted, identity
from zhitong.ranking.scoring.rules import Clause, RuleRef, RuleSet, Step, StepLine, When

_NO_FACTS: dict[str, frozenset[str]] = {
    name: frozenset() for name in ("kind", "mode", "level", "body", "bulletin", "leader_rank", "flag")
}


class _Count:
    """What was counted: each once by its name, with its day and its number."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: dict[str, tuple[date, Decimal]] = {}

    def add(self, name: str, day: date, number: Decimal) -> None:
        known = self.found.get(name)
        self.found[name] = (day, number) if known is None else (min(day, known[0]), known[1])

    @property
    def total(self) -> Fraction:
        return Fraction(sum((number for _, number in self.found.values()), Decimal(0)))


class _Tally:
    """What one subject reached in one period: the measure itself, and what it is measured against."""

    __slots__ = ("base", "counted", "events", "holder", "last_day")

    def __init__(self, holder: Holder, last_day: date) -> None:
        self.holder = holder
        self.last_day = last_day
        self.counted = _Count()
        self.base = _Count()
        self.events: list[str] = []


Tallies = dict[tuple[str, date], _Tally]


def take_step(
    step: Step, events: list[ScoringEvent], drafts: list[Draft], rules: RuleSet, parties: Parties
) -> list[Draft]:
    """One line for each subject and period in which something was counted or due.

    `events` are those that stand, in order; `drafts` the lines so far, for steps that sum points.
    """
    tallies = count_events(step, events, rules, parties)
    if step.sums is not None:
        _count_points(step, step.sums, drafts, rules, tallies)
    source = Source(RuleRef(rules.code, rules.version, step.key, step.name), _NO_FACTS)
    return [_line(step, tally, source, rules) for _, tally in sorted(tallies.items(), key=lambda each: each[0])]


def count_events(step: Step, events: Iterable[ScoringEvent], rules: RuleSet, parties: Parties) -> Tallies:
    """What a step counts, and what it is measured against, of the events for each subject and period."""
    shape_of = shaper(rules)
    shapes: dict[Shape, tuple[Verdict, Verdict]] = {}
    tallies: Tallies = {}
    base_when = step.out_of or step.less
    for event in events:
        shape = shape_of(event)
        if shape not in shapes:
            facts = facts_of(shape)
            counts = False if step.sums is not None else narrow(step.count, facts)
            shapes[shape] = (counts, narrow(base_when, facts) if base_when else False)
        counts, base = shapes[shape]
        due = event.kind == "due"
        if counts is False and base is False and not due:
            continue
        day = day_counted(event.dates, step.dated or rules.dated)
        _, last_day = period_of(step.per, day, rules.year_from)
        for holder in parties.holders(event, rules.share)[0]:
            is_counted, is_base = holds(counts, holder), holds(base, holder)
            if not (is_counted or is_base or due):
                continue
            tally = tallies.setdefault((holder.subject.id, last_day), _Tally(holder, last_day))
            tally.holder = holder
            tally.events.append(event.id)
            by_quantity = step.by == "quantity"
            name = event.id if by_quantity else identity(step.by, event, holder)
            number = event.many if by_quantity else Decimal(1)
            if is_counted:
                tally.counted.add(name, day, number)
            if is_base:
                tally.base.add(name, day, number)
    return tallies


def _count_points(step: Step, sums: When, drafts: Iterable[Draft], rules: RuleSet, tallies: Tallies) -> None:
    fits = Fits(sums)
    kind = step.subject or rules.subject
    lines = (draft for draft in drafts if draft.clause is None and draft.holder.subject.kind == kind and fits(draft))
    for number, draft in enumerate(sorted(lines, key=lambda each: each.order)):
        _, last_day = period_of(step.per, draft.counted_on, rules.year_from)
        tally = tallies.setdefault((draft.holder.subject.id, last_day), _Tally(draft.holder, last_day))
        tally.events += draft.event_ids
        tally.counted.add(str(number), draft.counted_on, draft.points)


def _line(step: Step, tally: _Tally, source: Source, rules: RuleSet) -> Draft:
    measure, words = _measured(step, tally)
    reached = next((line for line in step.lines if _reaches(line, measure)), None)
    points = step.otherwise if reached is None else reached.points
    if reached is not None:
        from_zero = reached.each and reached.bound == 0 and reached.side == "at_least"
        words += "" if from_zero else f" {'≥' if reached.side == 'at_least' else '<'} {plain(reached.bound)}"
        if reached.each:
            ways = _ways(reached, measure)
            points = reached.points * ways
            words += "" if from_zero else f",相差 {plain(abs(measure - reached.bound))}"
            words += f",每 {plain(reached.every)} 计一次共 {plain(ways)} 次" if reached.every != 1 else ""
            words += f" × {plain(reached.points)}"
    points = rounded(points, rules.rounding)
    words, clause = _gate(step, words, reached) if step.gate else (f"{words} = {plain(points)}", None)
    return Draft(
        source,
        tally.holder,
        tuple(dict.fromkeys(tally.events)),
        "",
        "",
        exact_decimal(points),
        _day(step, tally, reached),
        words,
        clause,
    )


def _measured(step: Step, tally: _Tally) -> tuple[Fraction, str]:
    """The measure, and how it came about."""
    count, base = tally.counted.total, tally.base.total
    words = f"{step.name} {plain(count)}"
    if step.out_of is not None:
        return (count / base if base else Fraction(0)), f"{words}/{plain(base)}"
    if step.less is not None:
        return count - base, f"{words} - {plain(base)}"
    return count, words + (" 分" if step.sums is not None else " 件")


def _reaches(line: StepLine, measure: Fraction) -> bool:
    return measure >= line.bound if line.side == "at_least" else measure < line.bound


def _ways(line: StepLine, measure: Fraction) -> Fraction:
    """How many times the line pays: the distance itself, or how often the given stretch goes into it."""
    distance = abs(measure - line.bound)
    return distance if line.every == 1 else Fraction(floor(distance / line.every))


def _gate(step: Step, words: str, reached: StepLine | None) -> tuple[str, Clause | None]:
    if reached is not None:
        return f"{words},参加排名", None
    words += f",未达到 {plain(step.lines[0].bound)},不参加排名"
    return words, Clause(step.key, words)


def _day(step: Step, tally: _Tally, reached: StepLine | None) -> date:
    """The day a count of things reached the step; otherwise the last day of the period, which decides it."""
    plain_count = step.out_of is None and step.less is None and step.sums is None and step.by != "quantity"
    if reached and reached.side == "at_least" and not reached.each and plain_count:
        number = ceil(reached.bound)
        if 1 <= number <= len(tally.counted.found):
            return sorted(day for day, _ in tally.counted.found.values())[number - 1]
    return tally.last_day
