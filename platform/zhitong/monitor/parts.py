"""The parts of a dashboard as values for its components: figures, bars, funnel, lines, tiles, short lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.urls import reverse

from zhitong.core import clock
from zhitong.monitor.queries import Overdue, Silent
from zhitong.monitor.regions import region_of, regions
from zhitong.monitor.scopes import Scope
from zhitong.monitor.shares import Part
from zhitong.ranking.counting import Counts, rate
from zhitong.ranking.models import Standing
from zhitong.ranking.periods import Period
from zhitong.ranking.words import COUNTS, rank_change
from zhitong.units.models import LEVEL_ORDER, Level, Unit
from zhitong.web.charts import Line, LineChart, line_chart, spark
from zhitong.web.parts import BarRow, Change, FunnelRow, HeatGroup, HeatTile, KeyFigure, MiniRow
from zhitong.web.templatetags.zt import zt_due

_AGAINST, _NOTHING_BEFORE = "比上年同期", "上年没有数据"
_FIGURES = 6
Months = Mapping[tuple[int, int], int]


@lru_cache(maxsize=8192)
def _address(page: str, unit: UUID) -> str:
    """The address of a page of a unit: a dashboard names a hundred of them."""
    return reverse(page, args=[unit])


class Links:
    """Where figures lead: counts of one unit to its items, sums over a group to the table of its units."""

    def __init__(self, scope: Scope, when: Period, group: str) -> None:
        self._scope, self._group = scope, group
        self.when, self._period = when, when.query

    def on(self, when: Period) -> "Links":
        """Return the same for another period."""
        return Links(self._scope, when, self._group)

    @property
    def query(self) -> str:
        """What is looked at, in an address."""
        return f"group={self._group}&{self._period}" if self._group else self._period

    def page(self, what: str = "rank") -> str:
        """Return the table of units in the order of a count."""
        return f"{self._scope.url('units')}?what={what}&{self.query}"

    def head(self, what: str) -> str:
        """Return the list behind a leading figure."""
        unit = self._scope.unit
        return self.items(unit, what) if unit else self.page(what)

    @property
    def month(self) -> str:
        """The list of what came in under the leading figures, without its period."""
        unit = self._scope.unit
        if unit:
            return f"{reverse('ranking:list', args=[unit.uuid])}?what=received"
        return f"{self._scope.url('units')}?group={self._group}&what=received"

    def items(self, unit: Unit, what: str) -> str:
        """Return the items behind a count of one unit."""
        return f"{_address('ranking:list', unit.uuid)}?what={what}&{self._period}"

    def dashboard(self, unit: Unit) -> str:
        """Return the page of one unit below."""
        return f"{_address('monitor:unit', unit.uuid)}?{self._period}"

    def ledger(self, unit: Unit) -> str:
        """Return the lines behind a unit's points."""
        return f"{_address('ranking:ledger', unit.uuid)}?{self._period}"


def levels_above(level: str) -> list[str]:
    """Return the counts of adoptions above a level, the nearest first."""
    above = LEVEL_ORDER[LEVEL_ORDER.index(Level(level)) + 1 :]
    return [name for name in (f"higher_{one}" for one in above) if name in COUNTS]


def key_figures(level: str, links: Links, this: Counts, last: Counts | None) -> list[KeyFigure]:
    """Return the figures that lead: what came in and was adopted, what went up, what became of it, leaders' words."""
    higher = levels_above(level)[-2:]
    names = ["received", "rate", "sent", *higher, "instructions"][:_FIGURES]
    return [_rate(links, this, last) if name == "rate" else _figure(name, links, this, last) for name in names]


def today(links: Links, counts: Counts) -> list[KeyFigure]:
    """Return what came in, was adopted and went up today."""
    day = clock.today()
    on = links.on(Period(day, day))
    return [
        KeyFigure(COUNTS[name], getattr(counts, name), "篇", on.head(name)) for name in ("received", "adopted", "sent")
    ]


def _figure(name: str, links: Links, this: Counts, last: Counts | None) -> KeyFigure:
    value = getattr(this, name)
    change = _difference(value, getattr(last, name), "篇") if last else None
    return KeyFigure(COUNTS[name], value, "篇", links.head(name), _AGAINST if change else _NOTHING_BEFORE, change)


def _rate(links: Links, this: Counts, last: Counts | None) -> KeyFigure:
    now = rate(this.adopted, this.received, places=1)
    before = rate(last.adopted, last.received, places=1) if last else None
    change = _difference(now, before, "个百分点") if now is not None and before is not None else None
    against = _AGAINST if change else _NOTHING_BEFORE
    return KeyFigure("本级采用率", now, "%", links.head("adopted"), against, change, "没有收稿")


def _difference(now: int | Decimal, before: int | Decimal, unit: str) -> Change:
    if now == before:
        return Change("持平")
    gap = abs(now - before)
    return Change(f"+{gap:,} {unit}", "up") if now > before else Change(f"−{gap:,} {unit}", "down")


def bars(
    rows: Sequence[Standing], links: Links, months: Mapping[int, Months], year: int, *, by_points: bool
) -> list[BarRow]:
    """Return the units with their points (or what came in) to scale, and beside each what came in month by month."""
    values = [row.points if by_points else Decimal(row.received) for row in rows]
    longest = max(values, default=Decimal(0)) or Decimal(1)
    last = months_shown(year)
    return [
        BarRow(
            label=place(row.unit),
            value=value if by_points else row.received,
            share=100 * value / longest,
            rank=(row.rank or None) if by_points else None,
            url=links.dashboard(row.unit),
            value_url=links.ledger(row.unit) if by_points else links.items(row.unit, "received"),
            change=rank_change(row) if by_points else None,
            second=row.received if by_points else row.sent,
            second_url=links.items(row.unit, "received" if by_points else "sent"),
            top=by_points and 0 < row.rank <= 3,
            spark=spark([months.get(row.unit_id, {}).get((year, month), 0) for month in range(1, last + 1)]),
        )
        for row, value in zip(rows, values, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a funnel: a count, its share of the first one (length), its share of the one above (in words)."""

    what: str
    value: int
    share: Decimal
    of_previous: str


def steps(level: str, counts: Counts) -> list[Step]:
    """Return the steps from what came in to the national level; levels not above the units' own are left out."""
    found: list[Step] = []
    for name in ["received", "adopted", *levels_above(level)]:
        value = getattr(counts, name)
        of_previous = rate(value, found[-1].value, places=1) if found else None
        share = Decimal(100 * value) / counts.received if counts.received else Decimal(0)
        found.append(Step(name, value, share, f"{of_previous}%" if of_previous is not None else ""))
    return found


def funnel(level: str, links: Links, this: Counts) -> list[FunnelRow]:
    """Return the funnel of the leading figures, each step the way to its list."""
    return [
        FunnelRow(COUNTS[step.what], step.value, step.share, links.head(step.what), step.of_previous)
        for step in steps(level, this)
    ]


def share_bars(found: Sequence[Part], when: Period) -> list[BarRow]:
    """Return groups or persons by what came in from them, beside what was adopted of it."""
    longest = max((part.received for part in found), default=0) or 1

    def url(part: Part, what: str) -> str:
        base = reverse("ranking:list", args=[part.share.unit.uuid])
        return f"{base}?what={what}&{when.query}{part.share.part.query}"

    return [
        BarRow(
            part.share.name,
            part.received,
            Decimal(100 * part.received) / longest,
            value_url=url(part, "received"),
            second=part.adopted,
            second_url=url(part, "adopted"),
        )
        for part in found
    ]


def trend(year: int, months: Iterable[Months], url: str, title: str = "每月收稿") -> LineChart:
    """Return what came in month by month, beside the year before; each month leads to its list.

    Args:
        year: the year that is looked at.
        months: what came in of each unit, by year and month.
        url: the list of a month, without the period.
        title: what came in, in the words of the reader.
    """
    sums: dict[tuple[int, int], int] = {}
    for each in months:
        for month, number in each.items():
            sums[month] = sums.get(month, 0) + number
    today, shown = clock.today(), months_shown(year)
    every = range(1, 13)

    def line(which: int, upto: int, *, past: bool) -> Line:
        values = [sums.get((which, month), 0) if month <= upto else None for month in every]
        return Line(f"{which} 年", values, past, [f"{url}&{Period.of_month(which, month).query}" for month in every])

    lines = [line(year, shown, past=False)]
    if any(which == year - 1 for which, _ in sums):
        lines.append(line(year - 1, 12, past=True))
    note = f"{today.month} 月至 {today.day} 日" if year == today.year else ""
    return line_chart(title, [f"{month} 月" for month in every], lines, note=note)


def months_shown(year: int) -> int:
    """Return the last month of a year that has begun."""
    today = clock.today()
    return today.month if year == today.year else 12


def tiles(rows: Sequence[Standing], links: Links) -> list[HeatGroup]:
    """Return a tile for each unit, by region; five steps divide the span between the lowest and the highest rate."""
    rates = {row.pk: rate(row.adopted, row.received, places=1) for row in rows}
    known = [one for one in rates.values() if one is not None]
    low, span = (min(known), max(known) - min(known)) if known else (Decimal(0), Decimal(0))
    found: dict[str, list[HeatTile]] = {name: [] for name in [*regions(), ""]}
    for row in sorted(rows, key=lambda each: (each.unit.division_code, each.unit_id)):
        one = rates[row.pk]
        step = 1 + min(4, int(5 * (one - low) / span)) if one is not None and span else 1
        tile = HeatTile(place(row.unit), f"{one:.0f}" if one is not None else "—", step, links.dashboard(row.unit))
        found[region_of(row.unit.division_code) if row.unit.level == Level.CITY else ""].append(tile)
    return [HeatGroup(name, group) for name, group in found.items() if group]


def silent_rows(found: Iterable[Silent], links: Links) -> list[MiniRow]:
    """Return the units that sent nothing for long, with how long."""
    return [MiniRow(one.unit.short_name, one.words, links.dashboard(one.unit)) for one in found]


def overdue_rows(found: Iterable[Overdue], units: Mapping[int, Unit]) -> list[MiniRow]:
    """Return who is late with what; a unit leads to the list of what it owes, a department outside has none."""
    return [MiniRow(one.name, f"{one.number} 篇", _owed(one, units), one.what, zt_due(one.since)) for one in found]


def _owed(one: Overdue, units: Mapping[int, Unit]) -> str:
    if one.unit_id is None:
        return ""
    tab = "late" if one.is_receipt else "answers"
    return f"{reverse('monitor:unit_waiting', args=[units[one.unit_id].uuid])}?tab={tab}&alone=1"


def place(unit: Unit) -> str:
    """Return what a committee is called where there is little room: its place; other units are never cut."""
    name = unit.short_name
    return name.removesuffix("政协").removesuffix("市") or name
