"""Days on which offices work, for dates that look like an office's year."""

from datetime import date, timedelta

import chinese_calendar


def is_working_day(day: date) -> bool:
    """Whether offices work on this day; years the calendar does not know fall back to weekdays."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(day: date, count: int) -> date:
    """The working day that lies `count` working days after `day`; at least the next one."""
    remaining = max(count, 1)
    while remaining:
        day += timedelta(days=1)
        if is_working_day(day):
            remaining -= 1
    return day


def working_days_between(first: date, last: date) -> list[date]:
    """All working days from `first` to `last`, both included."""
    span = (last - first).days + 1
    days = (first + timedelta(days=offset) for offset in range(span))
    return [day for day in days if is_working_day(day)]
