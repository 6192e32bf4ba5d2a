"""Working days: the published calendar, the province's exceptions over it, and weekdays for years not yet published."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhitong.core import workdays
from zhitong.core.clock import SHANGHAI
from zhitong.core.models import WorkdayOverride

pytestmark = pytest.mark.django_db


def test_holidays_and_made_up_days_are_those_of_the_published_calendar() -> None:
    calendar = workdays.calendar()
    assert not calendar.works(date(2019, 10, 1))
    assert calendar.works(date(2019, 10, 12))  # a Saturday, worked for the long National Day
    assert [calendar.works(date(2090, 3, day)) for day in (3, 4, 6)] == [True, False, True]
    assert not workdays.is_published(date(2090, 3, 3))


def test_days_are_added_and_counted_over_a_holiday() -> None:
    calendar = workdays.calendar()
    monday = datetime(2019, 9, 30, 10, tzinfo=SHANGHAI)
    assert calendar.add(monday, 0) == datetime(2019, 9, 30, 17, 30, tzinfo=SHANGHAI)
    assert calendar.add(monday, 1) == datetime(2019, 10, 8, 17, 30, tzinfo=SHANGHAI)
    assert calendar.between(date(2019, 9, 30), date(2019, 10, 8)) == 1
    assert calendar.between(date(2019, 10, 8), date(2019, 9, 30)) == 0


def test_an_exception_counts_from_the_moment_it_is_entered() -> None:
    day = date(2019, 10, 8)
    assert workdays.calendar().works(day)
    WorkdayOverride.objects.create(day=day, is_working=False, reason="台风")
    assert not workdays.calendar().works(day)


def test_a_calendar_reads_once_for_any_number_of_days() -> None:
    with CaptureQueriesContext(connection) as said:
        workdays.calendar().between(date(2019, 1, 1), date(2019, 12, 31))
    assert len(said) == 1
