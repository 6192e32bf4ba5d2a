"""Nobody is needed for ever: posts that end, rights withdrawn, accounts closed, groups emptied. No item ever sticks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.accounts import operations as accounts
from tenants.accounts.models import Holding, User
from tenants.items import operations as items
from tenants.items.models import State
from tenants.items.operations import AuthorInput
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.definition import parse
from tenants.review.models import Act, FlowVersion, Run, Task
from tests.benchmarks.filling import fill_runs
from tests.factories import make_draft, make_user
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from tests.tenants.review.test_asking import check_history
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.core.operations import system


@pytest.fixture
def lin(house: House) -> User:
    return make_user(house.unit, "lin", name="林岚", roles=["reviewer"], posts=["research"])


@pytest.fixture
def sun(house: House) -> User:
    return make_user(house.unit, "sun", name="孙越", roles=["reviewer"])


def by_unit(house: House) -> Any:
    return system(house.unit.pk)


def finish(run: Run, *users: User) -> None:
    """Let the run be passed to its end by these users in turn."""
    for user in users:
        pass_as(User.objects.get(pk=user.pk), run, comment="同意")
    check_history(run)
    assert item_of(run).state == State.APPROVED


class TestRightsWithdrawn:
    """A role changes, or what it grants: who may not decide any more has nothing left to decide."""

    def test_the_colleague_goes_on(self, house: House, lin: User) -> None:
        house.publish({"posts": ["research"], "mode": "all"})
        run = house.submit()
        accounts.set_roles(actor=by_unit(house), user=lin, roles=["author"])
        assert holders(run) == ["zhou"]
        finish(run, house.research)

    def test_without_a_colleague_the_administrator_stands_in(self, house: House) -> None:
        run = house.submit()
        accounts.set_roles(actor=by_unit(house), user=house.research, roles=["author"])
        assert holders(run) == ["admin_a"]
        act = Act.objects.get(run=run, verb="hand_over")
        assert (act.reason, act.by_label) == ("周敏不再有审核权限", "系统")
        finish(run, house.admin)

    def test_a_role_that_grants_less_moves_the_tasks_of_all_who_have_it(self, house: House) -> None:
        accounts.define_role(actor=by_unit(house), code="editor", name="核稿人", granted=["review.decide"])
        editor = make_user(house.unit, "fang", name="方媛", roles=["editor"], posts=["info_officer"])
        house.publish({"posts": ["info_officer"]})
        run = house.submit()
        assert holders(run) == [editor.username]
        accounts.define_role(actor=by_unit(house), code="editor", name="核稿人", granted=["search.use"])
        assert holders(run) == ["admin_a"]

    def test_a_question_can_still_be_answered_without_the_right_to_decide(self, house: House, sun: User) -> None:
        run = house.submit()
        task = task_of(house.research, run)
        to = review.Addressees(users=[sun.uuid])
        review.ask_questions(actor=house.research.actor, task_uuid=task.uuid, words="请核实", to=to)
        accounts.set_roles(actor=by_unit(house), user=sun, roles=["author"])
        assert holders(run) == ["sun", "zhou"]

    def test_who_administers_keeps_what_they_stand_in_for(self, house: House) -> None:
        both = make_user(house.unit, "tan", name="谭微", roles=["administrator", "reviewer"])
        house.publish({"posts": ["vice_chair"]})
        run = house.submit()
        assert holders(run) == ["admin_a", "tan"]
        accounts.set_roles(actor=by_unit(house), user=both, roles=["administrator"])
        assert holders(run) == ["admin_a", "tan"]

    def test_an_administrator_no_more_stands_in_for_nothing(self, house: House) -> None:
        other = make_user(house.unit, "tan", name="谭微", roles=["administrator"])
        house.publish({"posts": ["vice_chair"]})
        run = house.submit()
        accounts.set_roles(actor=by_unit(house), user=other, roles=["author"])
        assert holders(run) == ["admin_a"]
        check_history(run)


class TestClosedAccounts:
    """An account taken out of use, whatever its holder was in the middle of."""

    def test_an_answer_that_is_out_comes_to_the_colleague(self, house: House, lin: User, sun: User) -> None:
        run = house.submit()
        task = task_of(house.research, run)
        review.add_before(actor=house.research.actor, task_uuid=task.uuid, who=[sun.uuid], reason="请把关")
        review.reassign(actor=lin.actor, task_uuid=task_of(lin, run).uuid, who=house.secretary.uuid, reason="出差")
        accounts.put_in_post(
            actor=by_unit(house), user=make_user(house.unit, "fang", name="方媛", roles=["reviewer"]),
            position_code="research", held_from=clock.today(),
        )  # fmt: skip
        accounts.deactivate_user(actor=by_unit(house), user=house.research)
        assert holders(run) == ["he", "sun"]
        review.answer(actor=sun.actor, task_uuid=task_of(sun, run).uuid, words="属实")
        assert holders(run) == ["fang", "he"]
        check_history(run)

    def test_without_a_colleague_the_answer_is_not_needed_any_more(self, house: House, sun: User) -> None:
        run = house.submit()
        task = task_of(house.research, run)
        review.delegate(actor=house.research.actor, task_uuid=task.uuid, who=sun.uuid, reason="请先看")
        accounts.deactivate_user(actor=by_unit(house), user=house.research)
        assert holders(run) == ["admin_a"]
        assert task_of(sun, run).state == Task.State.CANCELLED
        finish(run, house.admin)

    def test_a_signer_who_is_gone_is_not_waited_for(self, house: House, sun: User) -> None:
        run = house.submit()
        task = task_of(house.research, run)
        review.add_before(actor=house.research.actor, task_uuid=task.uuid, who=[sun.uuid], reason="请把关")
        accounts.deactivate_user(actor=by_unit(house), user=sun)
        assert holders(run) == ["zhou"]
        finish(run, house.research)

    def test_a_signer_behind_who_is_gone_leaves_the_step_to_the_administrator(self, house: House, sun: User) -> None:
        """What waited for two eyes more is not adopted because they closed."""
        run = house.submit()
        review.add_after(
            actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[sun.uuid], reason="请复核"
        )
        pass_as(house.research, run)
        accounts.deactivate_user(actor=by_unit(house), user=sun)
        assert holders(run) == ["admin_a"]
        finish(run, house.admin)

    def test_a_vote_that_cannot_be_won_without_the_one_who_left(self, house: House) -> None:
        house.publish({"posts": ["research", "secretary", "chair"], "mode": "n_of_m", "n": 2})
        run = house.submit()
        review.decide_object(actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, reason="数据不实")
        accounts.deactivate_user(actor=by_unit(house), user=house.secretary)
        assert holders(run) == ["admin_a", "chen"]
        pass_as(house.chair, run)
        assert holders(run) == ["admin_a"]
        finish(run, house.admin)

    def test_a_vote_is_not_won_because_somebody_left(self, house: House) -> None:
        house.publish({"posts": ["research", "secretary", "chair"], "mode": "n_of_m", "percent": 50})
        run = house.submit()
        pass_as(house.research, run)
        accounts.deactivate_user(actor=by_unit(house), user=house.secretary)
        assert holders(run) == ["chen"]
        review.decide_object(actor=house.chair.actor, task_uuid=task_of(house.chair, run).uuid, reason="数据不实")
        assert item_of(run).state == State.DECLINED

    def test_the_turn_goes_on_to_the_next(self, house: House) -> None:
        house.publish({"posts": ["research", "secretary", "chair"], "mode": "in_order"})
        run = house.submit()
        accounts.deactivate_user(actor=by_unit(house), user=house.secretary)  # waits
        assert holders(run) == ["zhou"]
        accounts.deactivate_user(actor=by_unit(house), user=house.research)  # has the turn
        assert holders(run) == ["chen"]
        finish(run, house.chair)

    def test_committees_that_are_gone_leave_the_collator_with_what_is_there(self, house: House, sun: User) -> None:
        other = make_user(house.unit, "ou", name="欧阳雪", roles=["reviewer"])
        who = [{"kind": "user", "username": name} for name in ("sun", "ou")]
        house.publish({"who": who, "mode": "joint", "collator": [{"kind": "post", "post": "research"}]})
        run = house.submit()
        review.answer(actor=sun.actor, task_uuid=task_of(sun, run).uuid, words="同意")
        accounts.deactivate_user(actor=by_unit(house), user=other)
        assert holders(run) == ["zhou"]
        accounts.deactivate_user(actor=by_unit(house), user=house.research)
        assert holders(run) == ["admin_a"]
        finish(run, house.admin)

    def test_a_named_or_chosen_user_who_is_gone_is_asked_by_no_later_step(self, house: House, sun: User) -> None:
        house.publish(
            {"posts": ["research"]},
            {"who": [{"kind": "user", "username": "sun"}], "on_empty": "skip"},
            {"who": [{"kind": "chosen_by_starter"}]},
        )
        item = make_draft(house.unit, house.author)
        run = review.submit(
            actor=house.author.actor, item_uuid=item.uuid, version=item.version, chosen={"s3": [sun.uuid]}
        )
        accounts.deactivate_user(actor=by_unit(house), user=sun)
        pass_as(house.research, run)
        assert holders(run) == ["admin_a"]
        assert Act.objects.filter(run=run, verb="skip", step_name="第2步").exists()
        finish(run, house.admin)

    def test_it_is_refused_where_nobody_is_left_and_nothing_changes(self, house: House, sun: User) -> None:
        """The only administrator signs the item: somebody else has to be found first, and the refusal says so."""
        house.publish({"posts": ["research"]})
        item = make_draft(house.unit, house.author)
        signers = [AuthorInput(user=house.author.uuid), AuthorInput(user=house.admin.uuid)]
        item = items.set_authors(actor=house.author.actor, item_uuid=item.uuid, version=item.version, authors=signers)
        run = review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
        for leave in (
            lambda: accounts.deactivate_user(actor=by_unit(house), user=house.research),
            lambda: accounts.set_roles(actor=by_unit(house), user=house.research, roles=["author"]),
            lambda: accounts.end_holding(actor=by_unit(house), holding=Holding.objects.get(user=house.research)),
        ):
            with pytest.raises(WrongState, match="没有人可以办") as refused:
                leave()
            assert "安排一位审核人" in refused.value.who
        house.research.refresh_from_db()
        assert house.research.is_active
        assert house.research.roles.get().code == "clerk"
        assert holders(run) == ["zhou"]
        review.reassign(
            actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=sun.uuid, reason="轮岗"
        )
        accounts.deactivate_user(actor=by_unit(house), user=house.research)
        finish(run, sun)

    def test_no_administrator_but_authors_refuses_the_submission(self, house: House) -> None:
        house.publish({"posts": ["vice_chair"]})
        item = make_draft(house.unit, house.author)
        signers = [AuthorInput(user=house.author.uuid), AuthorInput(user=house.admin.uuid)]
        item = items.set_authors(actor=house.author.actor, item_uuid=item.uuid, version=item.version, authors=signers)
        with pytest.raises(WrongState, match="在岗的人就是反映人。没有改动任何内容"):
            review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)


class TestGroups:
    """Groups are looked up when a step opens; who was asked by then keeps the task."""

    def test_an_emptied_group_goes_by_the_rule_of_the_step(self, house: House) -> None:
        member = make_user(house.unit, "qu", name="区嘉豪", roles=["reviewer"], groups=[("committee", "经济委")])
        group = {"kind": "group", "group_kind": "committee", "name": "经济委"}
        house.publish({"posts": ["research"]}, {"who": [group], "on_empty": "skip"}, {"who": [group]})
        run = house.submit()
        asked = house.submit(title="另一件事的建议")
        pass_as(house.research, asked)
        accounts.set_groups(actor=by_unit(house), user=member, groups=[])
        pass_as(house.research, run)
        assert holders(run) == ["admin_a"]
        assert holders(asked) == ["qu"]
        finish(run, house.admin)


class TestPosts:
    """A post that ends, today or on a later day."""

    def test_on_a_later_day_the_tasks_move_when_it_comes(self, house: House, lin: User, drain_at: Any) -> None:
        house.publish({"posts": ["research"], "mode": "all"})
        run = house.submit()
        day = clock.today() + timedelta(days=3)
        accounts.end_holding(actor=by_unit(house), holding=Holding.objects.get(user=lin), on=day)
        drain_at(clock.start_of(day) - timedelta(minutes=1))
        assert holders(run) == ["lin", "zhou"]
        drain_at(clock.start_of(day))
        assert holders(run) == ["zhou"]
        drain_at(clock.start_of(day) + timedelta(hours=1))
        check_history(run)

    def test_a_term_with_an_end_is_followed_too(self, house: House, drain_at: Any) -> None:
        day = clock.today() + timedelta(days=3)
        vice = make_user(house.unit, "vice", name="冯强", roles=["leader"])
        accounts.put_in_post(
            actor=by_unit(house), user=vice, position_code="vice_chair", held_from=clock.today(), held_to=day
        )
        house.publish({"posts": ["vice_chair"]})
        run = house.submit()
        assert holders(run) == ["vice"]
        drain_at(clock.start_of(day))
        assert holders(run) == ["admin_a"]

    def test_a_term_that_follows_on_keeps_the_tasks(self, house: House, drain_at: Any) -> None:
        day = clock.today() + timedelta(days=3)
        run = house.submit()
        accounts.end_holding(actor=by_unit(house), holding=Holding.objects.get(user=house.research), on=day)
        accounts.put_in_post(actor=by_unit(house), user=house.research, position_code="research", held_from=day)
        drain_at(clock.start_of(day))
        assert holders(run) == ["zhou"]

    def test_where_nobody_is_left_on_that_day_the_administrators_are_told(self, house: House, drain_at: Any) -> None:
        """An alarm cannot be refused: the task stays with who can still do it, and somebody hears of it."""
        item = make_draft(house.unit, house.author)
        signers = [AuthorInput(user=house.author.uuid), AuthorInput(user=house.admin.uuid)]
        item = items.set_authors(actor=house.author.actor, item_uuid=item.uuid, version=item.version, authors=signers)
        stuck = review.submit(actor=house.author.actor, item_uuid=item.uuid, version=item.version)
        other = house.submit(title="另一件事的建议")
        day = clock.today() + timedelta(days=3)
        accounts.end_holding(actor=by_unit(house), holding=Holding.objects.get(user=house.research), on=day)
        drain_at(clock.start_of(day))
        assert (holders(stuck), holders(other)) == (["zhou"], ["admin_a"])
        notice = Notice.objects.get(reader=house.admin, kind="review.post_left")
        assert notice.title == "周敏已不担任研究室，还有 1 篇没有人可以接办"
        finish(stuck, house.research)

    def test_a_successor_on_a_later_day(self, house: House, sun: User, drain_at: Any) -> None:
        run = house.submit()
        day = clock.today() + timedelta(days=3)
        moved = review.replace_holder(
            actor=house.admin.actor, position_code="research", old=house.research, new=sun, on=day
        )
        assert (moved, holders(run)) == (0, ["zhou"])
        drain_at(clock.start_of(day))
        assert holders(run) == ["sun"]
        with clock.at(clock.start_of(day)):
            assert holders(house.submit(title="另一件事的建议")) == ["sun"]

    def test_a_successor_who_signs_the_item_leaves_it_to_the_others(self, house: House, lin: User) -> None:
        run = house.submit()
        review.replace_holder(actor=house.admin.actor, position_code="research", old=lin, new=house.author)
        assert holders(run) == ["zhou"]
        check_history(run)


class TestBulk:
    """An official leaves with hundreds of open tasks."""

    def test_five_hundred_tasks_move_in_one_operation(self, house: House, sun: User) -> None:
        done = house.submit(title="先办完的建议", urgency="ordinary")
        pass_as(house.research, done)
        closed = list(Act.objects.filter(run=done).order_by("pk").values())
        version = FlowVersion.objects.get(flow__is_default=True, state="published")
        assert parse(version.definition).steps[0].who[0].code == "research"
        fill_runs(house.author, house.research, version, 500, first=2)
        moved = review.replace_holder(
            actor=house.admin.actor, position_code="research", old=house.research, new=sun, reason="轮岗"
        )
        assert moved == 500
        assert Task.objects.filter(holder=sun, state=Task.State.OPEN).count() == 500
        assert not Task.objects.filter(holder=house.research, state=Task.State.OPEN).exists()
        assert task_of(house.research, done).state == Task.State.DONE
        assert list(Act.objects.filter(run=done).order_by("pk").values()) == closed
        assert Act.objects.filter(verb="hand_over").count() == 500
        for run in Run.objects.filter(state=Run.State.RUNNING).order_by("?")[:5]:
            check_history(run)

    def test_each_run_costs_the_same_number_of_queries(self, house: House, sun: User) -> None:
        version = FlowVersion.objects.get(flow__is_default=True, state="published")
        heirs = [sun, *(make_user(house.unit, f"heir{n}", name=f"接任{n}", roles=["reviewer"]) for n in range(2))]
        counted: dict[int, int] = {}  # runs that moved -> queries
        old, moved = house.research, 0
        for new, more in zip(heirs, (1, 9, 30), strict=True):
            Holding.objects.filter(user=old).update(held_from="2019-01-01")  # who came today leaves tomorrow at most
            fill_runs(house.author, old, version, more, first=moved + 1)
            moved += more
            with CaptureQueriesContext(connection) as captured:
                assert moved == review.replace_holder(
                    actor=house.admin.actor, position_code="research", old=old, new=new
                )
            counted[moved] = len(captured)
            old = new
        # The first time also reads what the process keeps from then on (a content type): it is not compared.
        per_run, rest = divmod(counted[40] - counted[10], 30)
        assert rest == 0
        assert per_run <= 10
