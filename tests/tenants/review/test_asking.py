"""Asking others before deciding, taking back, and what the administrator may do."""

from datetime import timedelta
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.items.models import Item, State
from tenants.review import operations as review
from tenants.review.engine import replay
from tenants.review.models import Act, Copy, Run, Task
from tests.factories import make_user
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, WrongState
from zhitong.exchange.models import Event


def check_history(run: Run) -> None:
    found = replay(Act.objects.filter(run=run).order_by("seq"))
    run.refresh_from_db()
    assert (found.state, found.step, found.round) == (run.state, run.step, run.round)
    assert found.tasks == {str(task.uuid): task.state for task in Task.objects.filter(run=run)}


@pytest.fixture
def lin(house: House) -> User:
    return make_user(house.unit, "lin", name="林岚", roles=["reviewer"])


def act(verb: Any, user: User, run: Run, **words: Any) -> Run:
    done: Run = verb(actor=user.actor, task_uuid=task_of(user, run).uuid, **words)
    check_history(done)
    return done


def test_a_signer_before_holds_the_task_until_answered(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    act(review.add_before, house.research, run, who=[lin.uuid], reason="请把一下数据")
    assert holders(run) == ["lin"]
    with pytest.raises(WrongState, match="正在等林岚的意见"):
        pass_as(house.research, run)
    act(review.answer, lin, run, words="数据属实")
    assert holders(run) == ["zhou"]
    act(review.decide_pass, house.research, run)
    assert holders(run) == ["he"]


def test_a_signer_behind_is_asked_after_the_pass(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    act(review.add_after, house.research, run, who=[lin.uuid], reason="请再核一遍")
    assert holders(run) == ["zhou"]
    act(review.decide_pass, house.research, run)
    assert holders(run) == ["lin"]
    act(review.decide_pass, lin, run)
    assert holders(run) == ["he"]


def test_only_who_added_a_signer_removes_it(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    act(review.add_before, house.research, run, who=[lin.uuid], reason="请把一下数据")
    with pytest.raises(NotAllowed, match="只有周敏可以撤回"):
        act(review.remove_signer, lin, run, reason="不用了")
    review.remove_signer(actor=house.research.actor, task_uuid=task_of(lin, run).uuid, reason="不用了")
    check_history(run)
    assert holders(run) == ["zhou"]


def test_delegation_comes_back_and_reassignment_does_not(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    act(review.delegate, house.research, run, who=lin.uuid, reason="请先看")
    act(review.answer, lin, run, words="已看，可报")
    assert holders(run) == ["zhou"]
    act(review.reassign, house.research, run, who=lin.uuid, reason="出差")
    assert holders(run) == ["lin"]
    assert "转办，重新起算" in task_of(lin, run).due_why
    act(review.decide_pass, lin, run)
    assert holders(run) == ["he"]


def test_authors_and_strangers_to_the_right_are_not_asked(house: House) -> None:
    run = house.submit()
    for who, words in ((house.author, "是反映人"), (house.admin, "没有审核信息的权限"), (house.research, "已经在办")):
        with pytest.raises(InvalidInput, match=words):
            act(review.reassign, house.research, run, who=who.uuid, reason="请办")


@pytest.mark.parametrize("verb", [review.decide_pass, review.decide_keep, review.decide_decline])
def test_the_last_decision_can_be_taken_back(house: House, verb: Any) -> None:
    run = house.submit()
    words = {} if verb is review.decide_pass else {"reason": "再看看"}
    done = act(verb, house.research, run, **words)
    assert done.ended_at
    review.take_back(actor=house.research.actor, run_uuid=run.uuid, reason="点错了")
    check_history(run)
    assert holders(run) == ["zhou"]
    assert item_of(run).state == State.IN_REVIEW
    standing = Event.objects.filter(item_uuid=run.item.uuid, reverses=None, reversed_by=None)
    assert not standing.exclude(kind="submitted").exists()
    act(review.decide_pass, house.research, run)
    assert item_of(run).state == State.APPROVED


def test_a_pass_is_not_taken_back_once_the_next_has_acted(house: House) -> None:
    run = house.submit(urgency="important")
    act(review.decide_pass, house.research, run)
    act(review.decide_pass, house.secretary, run)
    with pytest.raises(WrongState, match=r"何静已于 .* 通过，不能收回"):
        review.take_back(actor=house.research.actor, run_uuid=run.uuid, reason="点错了")


def test_a_return_straight_back_keeps_what_others_passed(house: House) -> None:
    house.publish({"posts": ["research", "secretary"], "mode": "all", "limit_days": 2})
    run = house.submit()
    act(review.decide_pass, house.research, run)
    act(review.decide_return, house.secretary, run, reason="数据请注明来源", straight_back=True)
    item = Item.objects.get(pk=run.item_id)
    review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
    check_history(run)
    assert holders(run) == ["he"]
    act(review.decide_pass, house.secretary, run)
    assert item_of(run).state == State.APPROVED


def test_a_return_to_a_step_can_lead_straight_back(house: House) -> None:
    run = house.submit(urgency="important")
    act(review.decide_pass, house.research, run)
    act(review.decide_pass, house.secretary, run)
    act(review.decide_return, house.chair, run, reason="再核", to="research", straight_back=True)
    assert holders(run) == ["zhou"]
    act(review.decide_pass, house.research, run)
    assert holders(run) == ["chen"]
    act(review.decide_pass, house.chair, run)
    assert item_of(run).state == State.APPROVED


def test_a_vote_that_cannot_succeed_declines(house: House) -> None:
    house.publish({"posts": ["research", "secretary", "chair"], "mode": "n_of_m", "n": 2})
    run = house.submit()
    act(review.decide_object, house.research, run, reason="不属反映范围")
    with pytest.raises(WrongState, match="请投同意或不同意"):
        act(review.decide_keep, house.secretary, run, reason="留存")
    act(review.decide_object, house.secretary, run, reason="同意研究室意见")
    assert item_of(run).state == State.DECLINED


def test_a_joint_step_collects_opinions_for_its_collator(house: House, lin: User) -> None:
    make_user(house.unit, "qu", name="区嘉豪", roles=["author"], groups=[("committee", "经济委")])
    house.publish(
        {
            "who": [
                {"kind": "group", "group_kind": "committee", "name": "经济委"},
                {"kind": "user", "username": "lin"},
            ],
            "mode": "joint",
            "collator": [{"kind": "post", "post": "research"}],
        }
    )
    run = house.submit()
    assert holders(run) == ["lin", "qu"]
    act(review.answer, User.objects.get(username="qu"), run, words="同意")
    act(review.answer, lin, run, words="补充数据后可报")
    assert holders(run) == ["zhou"]
    with pytest.raises(InvalidInput, match="汇总意见"):
        act(review.decide_pass, house.research, run)
    act(review.decide_pass, house.research, run, comment="两委均同意，已补数据")
    assert item_of(run).state == State.APPROVED


def test_urging_is_counted_limited_and_seen(house: House) -> None:
    run = house.submit()
    review.urge(actor=house.author.actor, run_uuid=run.uuid)
    with pytest.raises(WrongState, match="刚催办过"):
        review.urge(actor=house.author.actor, run_uuid=run.uuid)
    with clock.at(clock.now() + timedelta(hours=5)):
        review.urge(actor=house.author.actor, run_uuid=run.uuid)
    assert task_of(house.research, run).urge_count == 2


def test_readers_on_copy_see_the_run(house: House, lin: User) -> None:
    run = house.submit()
    act(review.copy_to, house.research, run, who=[lin.uuid], note="请知悉")
    review.mark_copy_read(actor=lin.actor, run_uuid=run.uuid)
    assert Copy.objects.get(run=run, reader=lin).read_at
    review.comment(actor=lin.actor, run_uuid=run.uuid, words="已阅")


def test_the_administrator_jumps_ends_and_restarts(house: House) -> None:
    run = house.submit(urgency="important")
    review.jump(actor=house.admin.actor, run_uuid=run.uuid, to="chair", reason="主席要先看")
    assert holders(run) == ["chen"]
    check_history(run)
    review.end_run(actor=house.admin.actor, run_uuid=run.uuid, as_verb="keep", reason="已过时")
    assert item_of(run).state == State.KEPT
    review.restart(actor=house.admin.actor, run_uuid=run.uuid, reason="重新启用")
    check_history(run)
    assert holders(run) == ["zhou"]


def test_the_green_channel_leaves_what_urgent_items_do_not_pass(house: House) -> None:
    not_urgent = [{"field": "urgency", "not_in": ["urgent"]}]
    house.publish({"posts": ["research"], "when": not_urgent}, {"posts": ["chair"], "limit_days": 2, "limit_hours": 4})
    run = house.submit()
    review.expedite(actor=house.research.actor, run_uuid=run.uuid, reason="台风将至")
    check_history(run)
    assert holders(run) == ["chen"]
    assert "4 小时" in task_of(house.chair, run).due_why


def test_who_passed_the_step_before_is_not_asked_again(house: House) -> None:
    steps = [
        {"key": "a", "name": "初审", "posts": ["research"]},
        {"key": "b", "name": "核稿", "posts": ["research"]},
        {"key": "c", "name": "签发", "posts": ["chair"]},
    ]
    review.publish_flow(
        actor=house.admin.actor, flow_code="main", name="试验", definition={"steps": steps, "ask_once": True}
    )
    run = house.submit()
    act(review.decide_pass, house.research, run)
    assert holders(run) == ["chen"]


def test_a_post_changes_hands_with_its_open_tasks(house: House, lin: User) -> None:
    run = house.submit()
    done = house.submit(title="另一件事的建议")
    act(review.decide_pass, house.research, done)
    moved = review.replace_holder(
        actor=house.admin.actor, position_code="research", old=house.research, new=lin, reason="轮岗"
    )
    assert moved == 1
    check_history(run)
    assert holders(run) == ["lin"]
    assert Task.objects.get(run=done).holder == house.research


def test_an_absence_moves_tasks_and_gives_them_back(house: House, lin: User) -> None:
    run = house.submit()
    today = clock.today()
    absence = review.set_absence(
        actor=house.research.actor, user=house.research, stand_in=lin, away_from=today, away_through=today
    )
    check_history(run)
    task = Task.objects.get(run=run)
    assert (task.holder, task.in_stead_of) == (lin, house.research)
    later = house.submit(title="另一件事的建议")
    assert holders(later) == ["lin"]
    review.end_absence(actor=house.research.actor, absence_id=absence.pk)
    assert holders(run) == ["zhou"]
    check_history(later)


def test_a_destination_demands_its_sign_off(house: House) -> None:
    province = [{"field": "destination", "in": ["province"]}]
    house.publish({"posts": ["research"], "asks_destination": True}, {"posts": ["chair"], "when": province})
    run = house.submit()
    act(review.decide_pass, house.research, run, destinations=[])
    item = item_of(run)
    assert review.missing_clearance(item, ["city", "province"])[0] == ["province"]
    cleared = review.ask_clearance(actor=house.research.actor, item_uuid=item.uuid, destinations=["province"])
    assert holders(cleared) == ["chen"]
    act(review.decide_pass, house.chair, cleared)
    assert review.missing_clearance(item, ["province"])[0] == []
    assert item_of(run).state == State.APPROVED
    assert Event.objects.filter(item_uuid=item.uuid, kind="adopted").count() == 1


def test_a_sign_off_is_as_difficult_as_its_item_was_found(house: House) -> None:
    both = [{"field": "destination", "in": ["province"]}, {"field": "difficulty", "in": ["difficult"]}]
    house.publish({"posts": ["research"], "asks_difficulty": True}, {"posts": ["chair"], "when": both})
    plain, difficult = house.submit(), house.submit(title="关于增设盲道的建议")
    act(review.decide_pass, house.research, plain)
    act(review.decide_pass, house.research, difficult, difficulty="difficult")
    assert review.missing_clearance(item_of(plain), ["province"])[0] == []
    item = item_of(difficult)
    assert review.missing_clearance(item, ["province"])[0] == ["province"]
    cleared = review.ask_clearance(actor=house.research.actor, item_uuid=item.uuid, destinations=["province"])
    assert holders(cleared) == ["chen"]


def test_late_tasks_are_noted_and_told(house: House, drain: Any) -> None:
    house.publish(
        {
            "posts": ["research"],
            "limit_days": 1,
            "on_late": "escalate",
            "late_to": [{"kind": "post", "post": "secretary"}],
        }
    )
    run = house.submit()
    drain()
    with clock.at(clock.now() + timedelta(days=20)):
        review.limit_passed(
            actor=house.admin.actor,
            task_uuid=task_of(house.research, run).uuid,
            due=task_of(house.research, run).due_at,
        )
    check_history(run)
    assert Copy.objects.filter(run=run, reader=house.secretary).exists()
