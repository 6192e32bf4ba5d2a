"""Periods of a scoring year: the name of the one a day lies in, and its last day."""

import calendar
from datetime import date
from functools import lru_cache

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@lru_cache(maxsize=65536)
def period_of(per: str, day: date, year_from: int) -> tuple[str, date]:
    """Name and last day. A year that begins in a later month bears the name of the calendar year it ends in.

    "ever" is one period without end.
    """
    if per == "ever":
        return "", date.max
    length = _MONTHS[per]
    since = day.year * 12 + day.month - year_from
    year, month = divmod(since, 12)
    name = str(year if year_from == 1 else year + 1)
    if per != "year":
        name += f"-{per}-{month // length + 1}"
    last = since - month % length + length - 1 + year_from - 1
    last_year, last_month = divmod(last, 12)
    return name, date(last_year, last_month + 1, calendar.monthrange(last_year, last_month + 1)[1])
