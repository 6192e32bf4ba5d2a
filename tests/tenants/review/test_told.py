"""Who is told what of review, when, and once: every consumer, at a later hour, and twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.notices.models import Notice
from tenants.review import consumers
from tenants.review import operations as review
from tenants.review.models import Act, Copy, Run, Task
from tests.factories import make_user
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from zhitong.core import clock, outbox
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system

Drain = Callable[[], int]
Ring = Callable[[Any], int]


@pytest.fixture
def lin(house: House) -> User:
    return make_user(house.unit, "lin", name="林岚", roles=["reviewer"])


def told(reader: User, *kinds: str) -> list[str]:
    notices = Notice.objects.filter(reader=reader)
    return [
        notice.title.split("：")[0] for notice in (notices.filter(kind__in=kinds) if kinds else notices).order_by("pk")
    ]


def again() -> None:
    """Let every consumer of review have every message of the unit a second time, as after a crash of the worker."""
    for message in OutboxMessage.objects.filter(topic__startswith="review.", done_at__isnull=False).order_by("pk"):
        for consumer in outbox._consumers[message.topic]:
            consumer(message.payload)


def acts(run: Run) -> int:
    return Act.objects.filter(run=run).count()


def test_the_holder_of_a_task_is_told_once(house: House, drain: Drain) -> None:
    run = house.submit(urgency="important")
    drain()
    assert told(house.research) == ["请办理"]
    notice = Notice.objects.get(reader=house.research)
    assert notice.url == f"/review/tasks/{task_of(house.research, run).uuid}/"
    assert notice.body.startswith("研究室编审，2 个工作日")
    again()
    assert told(house.research) == ["请办理"]
    assert told(house.secretary) == told(house.chair) == []


def test_a_task_closed_meanwhile_is_told_to_nobody(house: House, drain: Drain) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    drain()
    assert told(house.research) == []
    assert told(house.secretary) == ["请办理"]


def test_who_takes_over_is_told_and_who_left_is_not(house: House, lin: User, drain: Drain) -> None:
    house.submit()
    review.replace_holder(actor=house.admin.actor, position_code="research", old=house.research, new=lin)
    drain()
    assert (told(house.research), told(lin)) == ([], ["请办理"])


def test_whoever_asked_is_told_that_the_task_is_open_again(house: House, lin: User, drain: Drain) -> None:
    run = house.submit()
    drain()
    task = task_of(house.research, run)
    review.add_before(actor=house.research.actor, task_uuid=task.uuid, who=[lin.uuid], reason="请把关")
    drain()
    review.answer(actor=lin.actor, task_uuid=task_of(lin, run).uuid, words="属实")
    drain()
    assert told(house.research) == ["请办理", "请办理"]
    again()
    assert told(house.research) == ["请办理", "请办理"]


def test_urging_is_told_to_those_it_waits_for(house: House, drain: Drain) -> None:
    run = house.submit()
    review.urge(actor=house.author.actor, run_uuid=run.uuid, note="已过一周")
    drain()
    again()
    assert told(house.research) == ["请办理", "催办第 1 次"]
    assert Notice.objects.get(title__startswith="催办").body == "梁晓岚：已过一周"
    with clock.at(clock.now() + timedelta(hours=5)):
        review.urge(actor=house.author.actor, run_uuid=run.uuid)
        pass_as(house.research, run)
        drain()
    assert told(house.research) == ["请办理", "催办第 1 次"]  # the second one came too late


def test_reminded_before_the_limit_and_late_after_it(house: House, drain: Drain, drain_at: Ring) -> None:
    run = house.submit()
    drain()
    due = task_of(house.research, run).due_at
    assert due is not None
    drain_at(due - timedelta(days=1, minutes=1))
    assert told(house.research) == ["请办理"]
    drain_at(due - timedelta(days=1))
    assert told(house.research) == ["请办理", "快到时限"]
    drain_at(due - timedelta(minutes=1))
    assert acts(run) == 1
    drain_at(due)
    assert told(house.research) == ["请办理", "快到时限", "已超期"]
    assert Act.objects.filter(run=run, verb="late").count() == 1
    with clock.at(due):
        again()
    assert told(house.research) == ["请办理", "快到时限", "已超期"]
    assert Act.objects.filter(run=run, verb="late").count() == 1


def test_an_alarm_of_an_older_setting_is_void(house: House, lin: User, drain: Drain, drain_at: Ring) -> None:
    run = house.submit()
    drain()
    before = task_of(house.research, run).due_at
    assert before is not None
    with clock.at(before - timedelta(minutes=5)):
        review.reassign(
            actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=lin.uuid, reason="出差"
        )
    after = task_of(lin, run).due_at
    assert after is not None
    assert after > before
    drain_at(before)
    assert "已超期" not in told(house.research) + told(lin)
    drain_at(after)
    assert told(lin)[-1] == "已超期"
    assert "已超期" not in told(house.research)


def test_a_decided_or_held_task_is_not_late(house: House, lin: User, drain: Drain, drain_at: Ring) -> None:
    run, other = house.submit(), house.submit(title="另一件事的建议")
    drain()
    pass_as(house.research, other)
    held = task_of(house.research, run)
    review.add_before(actor=house.research.actor, task_uuid=held.uuid, who=[lin.uuid], reason="请把关")
    assert held.due_at is not None
    drain_at(held.due_at)
    assert [task.holder.username for task in Task.objects.filter(acts__verb="late")] == ["lin"]
    with clock.at(held.due_at + timedelta(hours=1)):
        review.answer(actor=lin.actor, task_uuid=task_of(lin, run).uuid, words="属实")
    drain_at(held.due_at + timedelta(hours=2))
    assert told(house.research)[-1] == "已超期"  # noted as soon as it can be worked on again
    assert Act.objects.filter(run=run, verb="late", task=held).count() == 1


def test_a_late_task_is_reported_or_handed_on(house: House, lin: User, drain: Drain, drain_at: Ring) -> None:
    late_to = [{"kind": "user", "username": "lin"}]
    house.publish({"posts": ["research"], "limit_days": 1, "on_late": "escalate", "late_to": late_to})
    reported = house.submit()
    house.publish({"posts": ["research"], "limit_days": 1, "on_late": "hand_on", "late_to": late_to})
    handed = house.submit(title="另一件事的建议")
    due = task_of(house.research, handed).due_at
    assert due is not None
    drain_at(due)
    assert (holders(reported), holders(handed)) == (["zhou"], ["lin"])
    assert told(lin, "review.copy") == ["抄送给您"]
    assert Notice.objects.get(reader=lin, kind="review.copy").body == "“第1步”超期，周敏还没有办"
    assert told(lin, "review.task") == ["请办理"]


def test_readers_on_copy_are_told_once(house: House, lin: User, drain: Drain) -> None:
    run = house.submit()
    review.copy_to(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid], note="请知悉"
    )
    drain()
    again()
    notice = Notice.objects.get(reader=lin)
    assert (notice.title, notice.body, notice.url) == (
        f"抄送给您：{item_of(run).title}", "请知悉", f"/review/runs/{run.uuid}/",
    )  # fmt: skip
    assert Copy.objects.filter(run=run).count() == 1


@pytest.mark.parametrize(
    ("verb", "words", "kind", "said"),
    [
        (review.decide_pass, {"comment": "同意"}, "review.approved", "已采用"),
        (review.decide_return, {"reason": "数据请注明来源"}, "review.returned", "请修改后重新提交"),
        (review.decide_decline, {"reason": "不属反映范围"}, "review.declined", "没有采用"),
        (review.decide_keep, {"reason": "留存备用"}, "review.kept", "留存备用"),
    ],
)
def test_authors_are_told_what_became_of_it(
    house: House, drain: Drain, verb: Any, words: dict[str, str], kind: str, said: str
) -> None:
    run = house.submit()
    verb(actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, **words)
    drain()
    again()
    notice = Notice.objects.get(reader=house.author)
    assert (notice.kind, notice.title) == (kind, f"{item_of(run).title}：{said}")
    assert notice.body == next(iter(words.values()))
    assert Notice.objects.filter(kind=kind).count() == 1  # nobody else


def test_a_pass_on_the_way_is_not_told_to_authors(house: House, drain: Drain) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run, comment="可报，但请秘书长把关")
    drain()
    assert told(house.author) == []


def test_authors_hear_of_an_adoption_that_waited_for_a_removed_signer(house: House, lin: User, drain: Drain) -> None:
    run = house.submit()
    review.add_after(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid], reason="请复核"
    )
    pass_as(house.research, run)
    review.remove_signer(actor=house.research.actor, task_uuid=task_of(lin, run).uuid, reason="他出差了")
    drain()
    notice = Notice.objects.get(reader=house.author)
    assert (notice.title, notice.body) == (f"{item_of(run).title}：已采用", "")


def test_an_absence_moves_tasks_on_its_first_day_and_back_after_its_last(
    house: House, lin: User, drain: Drain, drain_at: Ring
) -> None:
    run = house.submit()
    drain()
    first = clock.today() + timedelta(days=2)
    review.set_absence(
        actor=house.research.actor, user=house.research, stand_in=lin, away_from=first,
        away_through=first + timedelta(days=1),
    )  # fmt: skip
    drain_at(clock.start_of(first) - timedelta(minutes=1))
    assert holders(run) == ["zhou"]
    drain_at(clock.start_of(first))
    assert holders(run) == ["lin"]
    assert Notice.objects.get(reader=lin, title__startswith="请办理").body.startswith("研究室编审，代周敏办理")
    count = acts(run)
    with clock.at(clock.start_of(first) + timedelta(hours=1)):
        again()
    assert acts(run) == count
    drain_at(clock.start_of(first + timedelta(days=2)))
    assert holders(run) == ["zhou"]
    assert task_of(house.research, run).in_stead_of is None


def test_two_absences_in_a_row_leave_no_gap(house: House, lin: User, drain_at: Ring) -> None:
    sun = make_user(house.unit, "sun", name="孙越", roles=["reviewer"])
    run = house.submit()
    today = clock.today()
    for stand_in, first in ((sun, 1), (lin, 0)):  # the later one was set first
        day = today + timedelta(days=first)
        review.set_absence(
            actor=house.research.actor, user=house.research, stand_in=stand_in, away_from=day, away_through=day
        )
    assert holders(run) == ["lin"]
    drain_at(clock.start_of(today + timedelta(days=1)))
    assert holders(run) == ["sun"]
    drain_at(clock.start_of(today + timedelta(days=2)))
    assert holders(run) == ["zhou"]


def test_an_account_out_of_use_is_told_nothing(house: House, lin: User, drain: Drain) -> None:
    run = house.submit()
    review.copy_to(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid], note="请知悉"
    )
    accounts.deactivate_user(actor=system(house.unit.pk), user=lin)
    drain()
    assert told(lin) == []


def test_every_topic_of_review_has_a_consumer_and_every_consumer_a_test(house: House) -> None:
    """What this module, test_questions and test_remarks try; a new consumer has to be tried as well."""
    tried = {
        "review.task.opened", "review.task.urged", "review.task.due_soon", "review.task.due", "review.copy.made",
        "review.post.left", "review.absence.turned", "review.run.decided",
        "review.task.dropped", "review.question.answered", "review.remark.made",
    }  # fmt: skip
    registered = {
        topic
        for topic, functions in outbox._consumers.items()
        if topic.startswith("review.") and any(function.__module__ == consumers.__name__ for function in functions)
    }
    assert registered == tried
