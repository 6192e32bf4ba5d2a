"""Prices: every table is asked for every event, its first line that fits prices it, then factors and shares."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter

from zhitong.ranking.scoring.conditions import Holder, Shape, Verdict, facts_of, narrow, shaper
from zhitong.ranking.scoring.drafts import Draft, Source
from zhitong.ranking.scoring.errors import EventError
from zhitong.ranking.scoring.events import Dates, ScoringEvent
from zhitong.ranking.scoring.holders import Cut, Parties
from zhitong.ranking.scoring.numbers import cut, exact_decimal, plain, rounded
from zhitong.ranking.scoring.periods import period_of
from zhitong.ranking.scoring.rules import Clause, Factor, Line, RuleRef, RuleSet, Share, Span, SubjectKind, Table

Price = tuple[Decimal, str, Clause | None]


class _PlannedLine:
    """A line for one shape of event, with the factors that may apply. Its identity serves as a key."""

    __slots__ = ("check", "factors", "line", "source")

    def __init__(self, line: Line, check: Verdict, source: Source, factors: tuple[tuple[Verdict, Factor], ...]) -> None:
        self.line = line
        self.check = check
        self.source = source
        self.factors = factors


class _PlannedTable:
    """A table for one shape of event: the lines that may fit it."""

    __slots__ = ("dated", "lines", "parties", "share", "table")

    def __init__(self, table: Table, lines: list[_PlannedLine], rules: RuleSet, parties: Parties) -> None:
        self.table = table
        self.parties = parties
        self.lines = lines
        self.share = table.share or rules.share
        self.dated = attrgetter(table.dated or rules.dated)


def day_counted(dates: Dates, name: str) -> date:
    """The day an event counts on: the date of that name, or where it is unknown, the day it occurred."""
    day: date | None = getattr(dates, name)
    return day or dates.occurred


class Pricer:
    """Turns events into drafts for one rule set. Feed it events in order, then call `number`."""

    def __init__(self, rules: RuleSet, parties: Mapping[SubjectKind, Parties]) -> None:
        self._rules = rules
        self._parties = parties
        self._shape_of = shaper(rules)
        self._plans: dict[Shape, list[_PlannedTable]] = {}
        self._prices: dict[tuple[object, ...], Price] = {}
        self._waiting: list[tuple[date, str, _PlannedTable, Holder, Cut, ScoringEvent, str]] = []
        self._seen: dict[tuple[str, str, str], dict[str, int]] = {}

    def price(self, event: ScoringEvent, reversed_by: str, drafts: list[Draft]) -> None:
        """Append the lines of one event; those of tables that count "the n-th" wait for `number`."""
        shape = self._shape_of(event)
        plan = self._plans.get(shape)
        if plan is None:
            plan = self._plans[shape] = self._planned(shape)
        share: Share | None = None
        parties: Parties | None = None
        for planned in plan:
            day = planned.dated(event.dates) or event.dates.occurred
            if planned.share is not share or planned.parties is not parties:
                share, parties = planned.share, planned.parties
                holders, places = parties.holders(event, share)
            for holder in holders:
                if planned.table.nth:
                    self._waiting.append((day, event.id, planned, holder, places, event, reversed_by))
                    continue
                for chosen in planned.lines:
                    check = chosen.check
                    if check is True or (check is not False and check(holder)):
                        self._draft(drafts, chosen, holder, places, event, day, reversed_by)
                        break

    def number(self, drafts: list[Draft]) -> bool:
        """Append the lines of all waiting events, in the order of the days they count on; return whether any waited."""
        self._waiting.sort(key=lambda each: each[:2])
        for day, _, planned, holder, places, event, reversed_by in self._waiting:
            for chosen in planned.lines:
                check = chosen.check
                if check is False or (check is not True and not check(holder)):
                    continue
                number = self._number(planned.table, holder, event, day, counts=not reversed_by)
                if not chosen.line.nth or _within(number, chosen.line.nth):
                    self._draft(drafts, chosen, holder, places, event, day, reversed_by)
                    break
        return bool(self._waiting)

    def _number(self, table: Table, holder: Holder, event: ScoringEvent, day: date, *, counts: bool) -> int:
        """The how-many-th it is for this subject; a reversed event takes no place from the others."""
        assert table.nth is not None
        period, _ = period_of(table.nth.per, day, self._rules.year_from)
        seen = self._seen.setdefault((table.key, holder.subject.id, period), {})
        name = identity(table.nth.by, event, holder)
        number = seen.get(name, len(seen) + 1)
        if counts:
            seen[name] = number
        return number

    def _planned(self, shape: Shape) -> list[_PlannedTable]:
        facts = facts_of(shape)
        plan = []
        for table in self._rules.tables:
            outer = narrow(table.when, facts)
            if outer is False:
                continue
            lines = []
            for line in table.lines:
                check = _both(outer, narrow(line.when, facts))
                if check is not False:
                    lines.append(self._planned_line(table, line, check, shape))
            if lines:
                parties = self._parties[table.subject or self._rules.subject]
                plan.append(_PlannedTable(table, lines, self._rules, parties))
        return plan

    def _planned_line(self, table: Table, line: Line, check: Verdict, shape: Shape) -> _PlannedLine:
        ref = RuleRef(self._rules.code, self._rules.version, f"{table.key}.{line.key}", table.name)
        source = Source(ref, facts_of(shape))
        factors = [(narrow(factor.when, source.facts), factor) for factor in self._rules.factors]
        return _PlannedLine(line, check, source, tuple(each for each in factors if each[0] is not False))

    def _draft(
        self,
        drafts: list[Draft],
        chosen: _PlannedLine,
        holder: Holder,
        places: Cut,
        event: ScoringEvent,
        day: date,
        reversed_by: str,
    ) -> None:
        factors = tuple(
            factor for check, factor in chosen.factors if check is True or (check is not False and check(holder))
        )
        own = event.points if chosen.line.points is None else None
        number = _number_of(chosen.line, event) if chosen.line.times else None
        key = (chosen, own, number, factors, places, holder.slots)
        price = self._prices.get(key)
        if price is None:
            price = self._prices[key] = self._priced(chosen.line, own, number, factors, places, holder, event)
        points, words, clause = price
        if event.reason and own is not None:
            words = f"{event.reason}:{words}"
        item = holder.contributor.item or event.item
        matter = holder.contributor.matter or event.matter or item
        if not reversed_by:
            drafts.append(Draft(chosen.source, holder, (event.id,), item, matter, points, day, words, clause))
            return
        gone = Clause("reversal", f"已由事件 {reversed_by} 冲正")
        drafts.append(Draft(chosen.source, holder, (event.id,), item, matter, points, day, words, gone))
        back = f"冲正:{words},冲回 {plain(-points)}"
        both = (event.id, reversed_by)
        drafts.append(Draft(chosen.source, holder, both, item, matter, -points, day, back, gone))

    def _priced(
        self,
        line: Line,
        own: Decimal | None,
        number: Decimal | None,
        factors: tuple[Factor, ...],
        places: Cut,
        holder: Holder,
        event: ScoringEvent,
    ) -> Price:
        base = line.points if line.points is not None else None if own is None else Fraction(own)
        if base is None:
            raise EventError("no_points", event.line, name=line.key)
        amount = base
        words = f"{line.name} {plain(base)}"
        if number is not None:
            amount *= Fraction(number)
            words += f" × {plain(number)}{'天' if line.times == 'days_late' else ''}"
        for factor in factors:
            amount *= factor.times
            words += f" × {factor.name} {plain(factor.times)}"
        shares = cut(amount, places.parts, self._rules.rounding)
        slots = holder.slots if places.adds_up else (max(holder.slots, key=lambda slot: places.parts[slot]),)
        part = sum((places.parts[slot] for slot in slots), Fraction(0))
        points = sum((shares[slot] for slot in slots), Fraction(0))
        if part == 0:
            return (
                exact_decimal(points),
                f"{words} × 0 = 0",
                Clause("share", f"第 {holder.place} 位不参与计分"),
            )
        if part != 1:
            words += f" × {part}"
        if part != 1 or factors or number is not None or points != amount:
            words += f" = {plain(points)}"
        extra = points - rounded(amount * part, self._rules.rounding)
        if extra:
            words += f"(含分割取整的余数 {plain(extra)})"
        return exact_decimal(points), words, None


def _number_of(line: Line, event: ScoringEvent) -> Decimal:
    return Decimal(event.days_late) if line.times == "days_late" else event.many


def identity(by: str, event: ScoringEvent, holder: Holder) -> str:
    """What makes two events the same for counting: the subject's own item, the matter, or nothing."""
    item = holder.contributor.item or event.item
    if by == "item":
        return item or event.id
    if by == "matter":
        return holder.contributor.matter or event.matter or item or event.id
    return event.id


def _within(number: int, spans: tuple[Span, ...]) -> bool:
    return any(number in span for span in spans)


def _both(first: Verdict, second: Verdict) -> Verdict:
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    return lambda holder: first(holder) and second(holder)
