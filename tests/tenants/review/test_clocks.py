"""Limits: what stops a clock, what sets it anew, and the words that say why a task is due then."""

from datetime import date, datetime, timedelta
from typing import Any

from tenants.accounts.models import User
from tenants.review import operations as review
from tenants.review.clocks import days_of, due_of
from tenants.review.definition import parse
from tenants.review.models import Run, Task
from tests.factories import make_user
from tests.tenants.review.conftest import House, item_of, pass_as, task_of
from zhitong.core import clock
from zhitong.core.clock import SHANGHAI
from zhitong.core.models import WorkdayOverride

MONDAY = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
LIMITS = {"limit_days": 3, "limit_hours": 6}


def returned(house: House, *, urgency: str = "ordinary") -> tuple[Run, Task]:
    """Hand an item in on Monday, and return it to its author a day (an urgent one: two hours) later, straight back."""
    house.publish({"posts": ["research"], **LIMITS})
    with clock.at(MONDAY):
        run = house.submit(urgency=urgency)
    task = task_of(house.research, run)
    with clock.at(MONDAY + (timedelta(hours=2) if urgency == "urgent" else timedelta(days=1))):
        review.decide_return(
            actor=house.research.actor, task_uuid=task.uuid, reason="数据请注明来源", straight_back=True
        )
    return run, task


def submit_again(house: House, run: Run, at: datetime) -> Task:
    item = item_of(run)
    with clock.at(at):
        review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    return task_of(house.research, run)


def test_the_clock_stands_while_the_item_is_with_its_author(house: House) -> None:
    run, before = returned(house)
    assert before.due_at == datetime(2026, 3, 5, 17, 30, tzinfo=SHANGHAI)  # Thursday
    after = submit_again(house, run, datetime(2026, 3, 16, 9, tzinfo=SHANGHAI))
    assert after.due_at == datetime(2026, 3, 18, 17, 30, tzinfo=SHANGHAI)  # two of three days were left
    assert after.due_why == "退回修改期间停表，还余 2 个工作日"


def test_hours_that_were_left_are_left(house: House) -> None:
    run, before = returned(house, urgency="urgent")
    assert before.due_at == MONDAY + timedelta(hours=6)
    after = submit_again(house, run, MONDAY + timedelta(days=4))
    assert after.due_at == MONDAY + timedelta(days=4, hours=4)
    assert after.due_why == "退回修改期间停表，顺延"


def test_a_limit_that_had_passed_stays_passed(house: House) -> None:
    house.publish({"posts": ["research"], "limit_days": 1})
    with clock.at(MONDAY):
        run = house.submit()
    task = task_of(house.research, run)
    with clock.at(MONDAY + timedelta(days=3)):
        review.decide_return(actor=house.research.actor, task_uuid=task.uuid, reason="请补数据", straight_back=True)
    after = submit_again(house, run, MONDAY + timedelta(days=8))
    assert (after.due_at, after.due_why) == (task.due_at, "退回修改前已超期")


def test_a_reassigned_task_counts_anew_and_keeps_why(house: House) -> None:
    sun = make_user(house.unit, "sun", name="孙越", roles=["reviewer"])
    house.publish({"posts": ["research"], **LIMITS})
    with clock.at(MONDAY):
        run = house.submit()
    for holder, heir, day in ((house.research, sun, 2), (sun, house.secretary, 4)):
        with clock.at(MONDAY + timedelta(days=day)):
            asked: dict[str, Any] = {"task_uuid": task_of(holder, run).uuid, "who": heir.uuid, "reason": "出差"}
            review.reassign(actor=holder.actor, **asked)
    task = task_of(house.secretary, run)
    assert task.due_at == datetime(2026, 3, 11, 17, 30, tzinfo=SHANGHAI)  # the third working day behind Friday
    assert task.due_why == "3 个工作日（由孙越转办，重新起算）"
    assert [line["why"] for line in task.clock] == [task.due_why]
    with clock.at(MONDAY + timedelta(days=5)):
        pass_as(User.objects.get(pk=house.secretary.pk), run)


def test_days_an_operator_entered_are_named_where_it_is_asked_why(house: House) -> None:
    step = parse({"steps": [{"key": "a", "name": "初审", "posts": ["research"], "limit_days": 2}]}).steps[0]
    start = datetime(2090, 1, 27, 10, tzinfo=SHANGHAI)  # a Friday of a year that is not published
    assert due_of(step, "ordinary", start).why == "2 个工作日，来年日历未公布，先按周一至周五算"
    for n in range(7):
        WorkdayOverride.objects.create(day=date(2090, 1, 28) + timedelta(days=n), is_working=False, reason="春节")
    WorkdayOverride.objects.create(day=date(2090, 2, 4), is_working=True, reason="调休上班")
    due = due_of(step, "ordinary", start)
    assert (due.at, due.why) == (
        datetime(2090, 2, 6, 17, 30, tzinfo=SHANGHAI),
        "2 个工作日，春节顺延，含调休上班日",
    )
    days = days_of(date(2090, 1, 27), date(2090, 2, 6))
    assert [(day.number, day.word) for day in days] == [
        *[(0, "春节")] * 7, (1, "调休上班"), (0, "周日"), (2, ""),
    ]  # fmt: skip
