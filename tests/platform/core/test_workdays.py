"""Working days: the published calendar, the province's exceptions over it, and weekdays for years not yet published."""

from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhitong.core import workday_table, workdays
from zhitong.core.clock import SHANGHAI
from zhitong.core.errors import InvalidInput, NotAllowed
from zhitong.core.models import AuditEntry, WorkdayOverride
from zhitong.core.operations import Actor

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


def said(*words: str) -> str:
    """Return what a command writes."""
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_an_operator_enters_a_coming_year_before_it_is_published() -> None:
    holiday, made_up = date(2090, 2, 1), date(2090, 2, 4)  # a Wednesday, a Saturday
    assert not workdays.calendar().knows(holiday)
    assert said("calendar_set", "2090-01-30", "2090-02-03", "--off", "--reason", "春节") == "set 5 day(s) as off\n"
    said("calendar_set", "2090-02-04", "--working", "--reason", "调休上班")
    calendar = workdays.calendar()
    assert (calendar.works(holiday), calendar.works(made_up), calendar.knows(holiday)) == (False, True, True)
    assert calendar.add(datetime(2090, 1, 27, 10, tzinfo=SHANGHAI), 1).date() == made_up
    assert said("calendar_list", "2090").splitlines()[-2:] == [
        "2090-02-03  off      春节",
        "2090-02-04  working  调休上班",
    ]
    said("calendar_set", "2090-02-04", "--off", "--reason", "通知改了")
    assert not workdays.calendar().works(made_up)
    assert said("calendar_drop", "2090-01-30", "2090-02-04", "--reason", "安排公布了") == "dropped 6 day(s)\n"
    assert workdays.calendar().works(holiday)
    assert said("calendar_list", "2090") == ""
    entries = list(AuditEntry.objects.filter(object_kind="day").order_by("pk"))
    assert [entry.action for entry in entries] == [*["core.calendar.set"] * 3, "core.calendar.dropped"]
    assert "安排公布了" in entries[-1].content


@pytest.mark.parametrize(
    ("days", "reason", "words"),
    [
        (["2090-02-04", "2090-02-03"], "春节", "现在是 0 天"),
        (["2090-02-04", "2091-02-04"], "春节", "1 到 31 天"),
        (["2090-02-04"], " ", "请写明是什么日子"),
        (["2090-02-04"], "春" * 81, "共 81 字"),
    ],
)
def test_days_that_cannot_be_set_change_nothing(days: list[str], reason: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        said("calendar_set", *days, "--off", "--reason", reason)
    assert not WorkdayOverride.objects.exists()


@pytest.mark.parametrize(
    ("day", "reason", "words"), [("2090-02-05", "登错了", "不在表里"), ("2090-02-04", "", "为什么")]
)
def test_days_that_cannot_be_dropped_change_nothing(day: str, reason: str, words: str) -> None:
    said("calendar_set", "2090-02-04", "--off", "--reason", "春节")
    with pytest.raises(InvalidInput, match=words):
        said("calendar_drop", day, "--reason", reason)
    assert [row.day for row in workday_table.days_of_year(2090)] == [date(2090, 2, 4)]
    assert not AuditEntry.objects.filter(action="core.calendar.dropped").exists()


def test_a_units_people_do_not_touch_the_table() -> None:
    clerk = Actor(unit_id=None, label="陈主任", granted=frozenset({"accounts.manage", "review.configure"}))
    day = date(2090, 2, 4)
    with pytest.raises(NotAllowed):
        workday_table.set_days(actor=clerk, first=day, last=day, is_working=False, reason="春节")
    with pytest.raises(NotAllowed):
        workday_table.drop_days(actor=clerk, first=day, last=day, reason="登错了")
    assert workday_table.counts_by_year() == {}
