"""Working days of the Chinese calendar, with make-up days and the province's own table of exceptions.

The published calendar (`chinesecalendar`, from the State Council's yearly notice) reaches a year ahead at most. Years
it does not know fall back to Monday-Friday, and `is_published` says so.
"""

from datetime import date, datetime, time, timedelta

import chinese_calendar
from django.core.cache import cache

from zhitong.core.clock import SHANGHAI, local_date
from zhitong.core.models import WorkdayOverride

_CLOSE = time(17, 30)
_CACHE_KEY = "core:workday-overrides"


def is_published(day: date) -> bool:
    """Return whether the calendar of that day's year is known."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date) -> bool:
    """Return whether offices work on `day`: the table of exceptions, then the published calendar, then weekdays."""
    return _works(day, _overrides())


def add_working_days(moment: datetime, days: int) -> datetime:
    """Return the close of business (17:30 Shanghai) of the `days`-th working day after `moment`.

    With `days` = 0 it is the close of the same working day, or of the next one when `moment` is on a day off.
    """
    day = local_date(moment)
    overrides = _overrides()
    left = days
    while left > 0 or not _works(day, overrides):
        day += timedelta(days=1)
        if _works(day, overrides):
            left -= 1
    return datetime.combine(day, _CLOSE, tzinfo=SHANGHAI)


def working_days_between(start: date, end: date) -> int:
    """Return how many working days lie after `start` up to and including `end`; 0 when `end` is not later."""
    overrides = _overrides()
    return sum(_works(start + timedelta(days=n), overrides) for n in range(1, (end - start).days + 1))


def forget_overrides() -> None:
    """Drop the cached table; call after changing it."""
    cache.delete(_CACHE_KEY)


def _works(day: date, overrides: dict[date, bool]) -> bool:
    if day in overrides:
        return overrides[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def _overrides() -> dict[date, bool]:
    found: dict[date, bool] | None = cache.get(_CACHE_KEY)
    if found is None:
        found = dict(WorkdayOverride.objects.values_list("day", "is_working"))
        cache.set(_CACHE_KEY, found, 300)
    return found
