"""Periods that people compare: months, quarters, half-years, years, terms and any range of days."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhitong.core import clock
from zhitong.core.errors import NotFound

FIRST_YEAR = 1949
_PART = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|H([12])))?")
_QUARTERS = "一二三四"
_HALVES = "上下"


class Kind(StrEnum):
    """What sort of period it is; its like stands before it."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    RANGE = "range"


_MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.HALF: 6, Kind.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both within; `name` is what people call it where it has a name of its own (届)."""

    first: date
    last: date
    name: str = ""

    @classmethod
    def of_year(cls, year: int) -> "Period":
        """A calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def of_half(cls, year: int, half: int) -> "Period":
        """The first or second half of a year."""
        return cls._months(year, 6 * half - 5, 6)

    @classmethod
    def of_quarter(cls, year: int, quarter: int) -> "Period":
        """A quarter, 1 to 4."""
        return cls._months(year, 3 * quarter - 2, 3)

    @classmethod
    def of_month(cls, year: int, month: int) -> "Period":
        """A month, 1 to 12."""
        return cls._months(year, month, 1)

    @classmethod
    def _months(cls, year: int, month: int, count: int) -> "Period":
        following = year * 12 + month - 1 + count
        return cls(date(year, month, 1), date(following // 12, following % 12 + 1, 1) - timedelta(days=1))

    @property
    def kind(self) -> Kind:
        """Which sort of period these days are."""
        for kind, count in _MONTHS.items():
            begins = not self.name and (self.first.month - 1) % count == 0
            if begins and self == self._months(self.first.year, self.first.month, count):
                return kind
        return Kind.RANGE

    @property
    def year(self) -> int:
        """The year in which it begins."""
        return self.first.year

    @property
    def month(self) -> int:
        """The month that it is, 0 for anything longer or shorter."""
        return self.first.month if self.kind == Kind.MONTH else 0

    @property
    def is_stored(self) -> bool:
        """Whether standings of it are kept: those of months and years are."""
        return self.kind in {Kind.MONTH, Kind.YEAR}

    @property
    def part(self) -> str:
        """The part of the year as an address says it: 03, Q1, H1; empty for the whole year and for ranges."""
        return self.code.partition("-")[2] if self.kind != Kind.RANGE else ""

    @property
    def code(self) -> str:
        """The period in an address: 2026, 2026-H1, 2026-Q1, 2026-03, 2026-01-01..2026-03-15."""
        kind, month = self.kind, self.first.month
        if kind == Kind.RANGE:
            return f"{self.first}..{self.last}"
        ends = {Kind.YEAR: "", Kind.HALF: f"-H{(month + 5) // 6}", Kind.QUARTER: f"-Q{(month + 2) // 3}"}
        return f"{self.year:04}{ends.get(kind, f'-{month:02}')}"

    @property
    def query(self) -> str:
        """The period as the parameter of an address."""
        return f"period={self.code}"

    @property
    def words(self) -> str:
        """The period as a reader says it."""
        year, month = self.year, self.first.month
        if self.name:
            return self.name
        if self.kind == Kind.RANGE:
            begins = f"{year} 年 {month} 月 {self.first.day} 日"
            same = self.last.year == year
            return f"{begins}至{'' if same else f' {self.last.year} 年'} {self.last.month} 月 {self.last.day} 日"
        parts = {
            Kind.YEAR: "",
            Kind.HALF: f"{_HALVES[month // 7]}半年",
            Kind.QUARTER: f"第{_QUARTERS[(month - 1) // 3]}季度",
        }
        return f"{year} 年{parts.get(self.kind, f' {month} 月')}"

    @property
    def before(self) -> "Period":
        """The period of the same sort that ends where this one begins: what a change is measured against."""
        last = self.first - timedelta(days=1)
        count = _MONTHS.get(self.kind)
        if count is None:
            return Period(self.first - (self.last - self.first) - timedelta(days=1), last)
        at = last.year * 12 + last.month - count
        return self._months(at // 12, at % 12 + 1, count)

    @property
    def year_before(self) -> "Period":
        """The same days of the year before."""
        count = _MONTHS.get(self.kind)
        if count is None:
            return Period(_a_year_back(self.first), _a_year_back(self.last))
        return self._months(self.year - 1, self.first.month, count)


def read_period(asked: Mapping[str, str]) -> Period:
    """Read a period from the parameters of an address: `period` as a code, else `year` and `part` as a form sends them.

    Without any it is the present year.

    Raises:
        NotFound: no such period, or one that has not begun.
    """
    code = asked.get("period", "")
    if not code:
        year, part = asked.get("year") or f"{clock.today().year}", asked.get("part", "")
        code = f"{year}-{part}" if part else year
    found = _range(code) if ".." in code else _named(code)
    if found.first.year < FIRST_YEAR or found.last < found.first or found.first > clock.today():
        raise NotFound
    return found


def _named(code: str) -> Period:
    match = _PART.fullmatch(code)
    if match is None or not match[1].isascii():
        raise NotFound
    year, month, quarter, half = (int(part) if part else 0 for part in match.groups())
    try:
        if quarter:
            return Period.of_quarter(year, quarter)
        if half:
            return Period.of_half(year, half)
        return Period.of_month(year, month) if match[2] else Period.of_year(year)
    except ValueError as error:
        raise NotFound from error


def _range(code: str) -> Period:
    try:
        first, _, last = code.partition("..")
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError as error:
        raise NotFound from error


def _a_year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28)) if day.month == 2 else day.replace(year=day.year - 1)
