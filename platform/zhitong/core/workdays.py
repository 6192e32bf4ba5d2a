"""Working days of the Chinese calendar, with make-up days and the province's own table of exceptions.

The published calendar (`chinesecalendar`, from the State Council's yearly notice) reaches a year ahead at most. Years
it does not know fall back to Monday-Friday, and `is_published` says so; an operator enters their days before on the
console or with `zhitong calendar set` (`workday_table`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import chinese_calendar

from zhitong.core import rows
from zhitong.core.clock import SHANGHAI, local_date

_CLOSE = time(17, 30)


def is_published(day: date) -> bool:
    """Return whether the calendar of that day's year is known."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days as they are known at one moment: the table of exceptions over the published calendar.

    `reasons` says why a day stands in the table (春节).
    """

    exceptions: Mapping[date, bool]
    reasons: Mapping[date, str] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Return whether offices work on `day`: the exceptions, then the published calendar, then weekdays."""
        exception = self.exceptions.get(day)
        return _usually_works(day) if exception is None else exception

    def knows(self, day: date) -> bool:
        """Return whether the days of that year are known: it is published, or the table holds days of it."""
        return is_published(day) or any(one.year == day.year for one in self.exceptions)

    def add(self, moment: datetime, days: int) -> datetime:
        """Return the close of business (17:30 Shanghai) of the `days`-th working day after `moment`.

        With `days` = 0 it is the close of the same working day, or of the next one when `moment` is on a day off.
        """
        day = local_date(moment)
        left = days
        while left > 0 or not self.works(day):
            day += timedelta(days=1)
            if self.works(day):
                left -= 1
        return datetime.combine(day, _CLOSE, tzinfo=SHANGHAI)

    def between(self, start: date, end: date) -> int:
        """Return how many working days lie after `start` up to and including `end`; 0 when `end` is not later."""
        return sum(self.works(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


# The published calendar alone.
PUBLISHED = Calendar({})

# A question of `rows.ask`; its answer makes a calendar.
EXCEPTIONS = rows.many("SELECT day, is_working, reason FROM public.core_workdayoverride")


def calendar_of(exceptions: Iterable[Mapping[str, Any]]) -> Calendar:
    """Return the calendar of an answer to EXCEPTIONS."""
    days = {date.fromisoformat(row["day"]): row for row in exceptions}
    return Calendar(
        {day: row["is_working"] for day, row in days.items()}, {day: row["reason"] for day, row in days.items()}
    )


def calendar() -> Calendar:
    """Return the calendar of this moment. Each call reads the table: ask once for all days of a page."""
    [exceptions] = rows.ask({}, EXCEPTIONS)
    return calendar_of(exceptions)


@lru_cache(maxsize=4096)
def _usually_works(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5
