"""Asking before deciding: facts to verify and opinions to collate, inside the unit and outside it."""

from datetime import date, timedelta
from typing import Any

import pytest

from tenants.accounts import operations as accounts
from tenants.accounts.models import Group, User
from tenants.items.models import State
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.consumers import link_lapsed
from tenants.review.models import Act, Question, Run, Task, Verb
from tenants.review.operations import Addressees, Outsider, Questions
from tenants.review.queries.questions import PURPOSE, questions_of
from tests.factories import client_for, make_user
from tests.tenants.review.conftest import House, holders, item_of, open_tasks, pass_as, task_of
from tests.tenants.review.test_asking import check_history
from zhitong.core import clock, links
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from zhitong.core.links import LinkGone, WrongCode
from zhitong.core.operations import system

BUREAU = Outsider("区住建局", "王建国", "13800138000")


@pytest.fixture
def lin(house: House) -> User:
    return make_user(house.unit, "lin", name="林岚", roles=["author"])


@pytest.fixture
def economy(house: House) -> Group:
    """A committee with a head and two more members."""
    for name in ("qu", "ou", "su"):
        make_user(house.unit, name, name=name, roles=["author"], groups=[("committee", "经济委")])
    group = Group.objects.get(name="经济委")
    group.membership_set.filter(user__username="qu").update(is_head=True)
    return group


def ask(user: User, run: Run, **given: Any) -> Questions:
    words = given.pop("words", "充电桩的数量是否属实")
    extra = {name: given.pop(name) for name in ("kind", "passage", "days") if name in given}
    asked = review.ask_questions(
        actor=user.actor, task_uuid=task_of(user, run).uuid, words=words, to=Addressees(**given), **extra
    )
    check_history(run)
    return asked


def answer(user: User, run: Run, words: str = "属实") -> None:
    review.answer(actor=user.actor, task_uuid=task_of(user, run).uuid, words=words)
    check_history(run)


def answer_by_link(house: House, asked: Questions, words: str = "共 12 处，属实") -> Run:
    [(question, issued)] = asked.links
    link = links.unlock(purpose=PURPOSE, token=issued.token, code=issued.code)
    run = review.answer_outside(actor=system(house.unit.pk, question.addressee), link=link, words=words)
    check_history(run)
    return run


def standings(run: Run) -> list[tuple[str, str]]:
    return [(one.question.addressee, one.standing) for one in questions_of(run)]


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(reader=user).order_by("-pk").values_list("title", flat=True))


def test_a_question_leaves_the_task_open_and_stops_its_clock(house: House, lin: User, drain: Any) -> None:
    run = house.submit(urgency="important")
    before = task_of(house.research, run).due_at
    ask(house.research, run, users=[lin.uuid])
    assert holders(run) == ["lin", "zhou"]
    assert task_of(lin, run).kind == Task.Kind.VERIFY
    assert task_of(house.research, run).paused_at
    with clock.at(clock.now() + timedelta(days=3)):
        answer(lin, run, "属实")
    task = task_of(house.research, run)
    assert before is not None
    assert task.due_at is not None
    assert task.paused_at is None
    assert task.due_at > before
    assert "核实期间停表" in task.clock[-1]["why"]
    question = Question.objects.get(task=task)
    assert (question.answer, question.answered_by, question.answered_label) == ("属实", lin, "林岚")
    drain()
    assert told(house.research)[0].startswith("林岚已回复核实")
    pass_as(house.research, run)
    assert holders(run) == ["he"]


def test_the_clock_goes_on_where_the_step_says_so(house: House, lin: User) -> None:
    house.publish({"posts": ["research"], "limit_days": 2, "verifying_pauses": False})
    run = house.submit()
    ask(house.research, run, users=[lin.uuid])
    assert task_of(house.research, run).paused_at is None


def test_of_a_committee_its_head_is_asked(house: House, economy: Group) -> None:
    run = house.submit()
    ask(house.research, run, groups=[economy.pk])
    assert holders(run) == ["qu", "zhou"]
    assert standings(run) == [("经济委", "open")]


def test_of_a_committee_without_head_one_answers_for_all(house: House, economy: Group, drain: Any) -> None:
    economy.membership_set.update(is_head=False)
    run = house.submit()
    ask(house.research, run, groups=[economy.pk])
    assert holders(run) == ["ou", "qu", "su", "zhou"]
    answer(User.objects.get(username="ou"), run)
    assert holders(run) == ["zhou"]
    assert standings(run) == [("经济委", "answered")]
    drain()
    assert told(User.objects.get(username="su"))[0].startswith("不用再办（核实）")
    assert not any("不用再办" in title for title in told(User.objects.get(username="ou")))


def test_a_post_is_asked_by_its_holder(house: House) -> None:
    run = house.submit()
    ask(house.research, run, posts=["secretary"])
    task = task_of(house.secretary, run)
    assert (task.position and task.position.name, task.parent) == ("秘书长", task_of(house.research, run))
    answer(house.secretary, run)
    assert Question.objects.get().answered_label == "秘书长 何静"


def test_the_clock_waits_for_the_last_answer(house: House, lin: User) -> None:
    run = house.submit()
    asked = ask(house.research, run, users=[lin.uuid], posts=["secretary"], outside=[BUREAU])
    answer(lin, run)
    answer(house.secretary, run)
    assert task_of(house.research, run).paused_at
    answer_by_link(house, asked)
    assert task_of(house.research, run).paused_at is None
    acts = Act.objects.filter(run=run, verb=Verb.ANSWER).order_by("seq").values_list("by_label", "by")
    assert list(acts) == [("林岚", lin.pk), ("何静", house.secretary.pk), ("区住建局 王建国", None)]


def test_an_answer_from_outside_is_kept_once(house: House) -> None:
    run = house.submit()
    asked = ask(house.research, run, outside=[BUREAU], passage="桂城街道部分老旧小区充电桩不足")
    assert holders(run) == ["zhou"]
    [(question, issued)] = asked.links
    link = links.unlock(purpose=PURPOSE, token=issued.token, code=issued.code)
    answer_by_link(house, asked)
    with pytest.raises(LinkGone):
        review.answer_outside(actor=system(house.unit.pk, "再来"), link=link, words="改口")
    with pytest.raises(LinkGone):
        links.unlock(purpose=PURPOSE, token=issued.token, code=issued.code)
    question.refresh_from_db()
    assert (question.answer, question.answered_label) == ("共 12 处，属实", "区住建局 王建国")
    assert (question.contact, question.passage) == ("13800138000", "桂城街道部分老旧小区充电桩不足")


def test_a_decision_ends_what_was_asked_and_taking_it_back_revives_it(house: House, lin: User, drain: Any) -> None:
    run = house.submit(urgency="important")
    asked = ask(house.research, run, users=[lin.uuid], outside=[BUREAU])
    [(_, issued)] = asked.links
    pass_as(house.research, run)
    check_history(run)
    assert holders(run) == ["he"]
    assert standings(run) == [("林岚", "closed"), ("区住建局 王建国", "closed")]
    drain()
    assert told(lin)[0].startswith("不用再办（核实）")
    link = links.unlock(purpose=PURPOSE, token=issued.token, code=issued.code)
    with pytest.raises(LinkGone):
        review.question_behind(link)
    review.take_back(actor=house.research.actor, run_uuid=run.uuid, reason="还要等核实")
    check_history(run)
    assert holders(run) == ["lin", "zhou"]
    answer_by_link(house, asked)
    assert standings(run) == [("林岚", "open"), ("区住建局 王建国", "answered")]


@pytest.mark.parametrize("mode", ["all", "in_order"])
def test_a_decision_ends_only_the_deciders_questions(house: House, lin: User, mode: str) -> None:
    other = make_user(house.unit, "su", name="苏明", roles=["author"])
    house.publish({"posts": ["research", "secretary"], "mode": mode})
    run = house.submit()
    ask(house.research, run, users=[lin.uuid])
    pass_as(house.research, run)
    check_history(run)
    assert holders(run) == ["he"]
    ask(house.secretary, run, users=[other.uuid])
    assert holders(run) == ["he", "su"]


def test_a_reassigned_task_leaves_its_questions_behind(house: House, lin: User) -> None:
    other = make_user(house.unit, "su", name="苏明", roles=["reviewer"])
    run = house.submit()
    ask(house.research, run, users=[lin.uuid])
    review.reassign(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=other.uuid, reason="他更熟"
    )
    check_history(run)
    assert holders(run) == ["su"]
    assert standings(run) == [("林岚", "closed")]


def test_who_is_asked_can_hand_the_question_on(house: House, lin: User) -> None:
    other = make_user(house.unit, "su", name="苏明", roles=["author"])
    run = house.submit()
    ask(house.research, run, users=[lin.uuid])
    review.reassign(actor=lin.actor, task_uuid=task_of(lin, run).uuid, who=other.uuid, reason="他更熟")
    answer(other, run)
    assert standings(run) == [("林岚", "answered")]
    assert task_of(house.research, run).paused_at is None


def test_withdrawing_a_question(house: House, lin: User, drain: Any) -> None:
    run = house.submit()
    asked = ask(house.research, run, users=[lin.uuid], outside=[BUREAU])
    inside, outside = asked.asked
    with pytest.raises(NotAllowed, match="只有周敏可以收回"):
        review.withdraw_question(actor=house.chair.actor, question_uuid=inside.uuid, reason="不用了")
    with pytest.raises(NotFound):
        review.withdraw_question(actor=house.author.actor, question_uuid=inside.uuid, reason="不用了")
    with pytest.raises(InvalidInput):
        review.withdraw_question(actor=house.research.actor, question_uuid=inside.uuid, reason=" ")
    for question in asked.asked:
        review.withdraw_question(actor=house.research.actor, question_uuid=question.uuid, reason="不用了")
        check_history(run)
    assert holders(run) == ["zhou"]
    assert task_of(house.research, run).paused_at is None
    assert standings(run) == [("林岚", "withdrawn"), ("区住建局 王建国", "withdrawn")]
    with pytest.raises(LinkGone):
        links.look_up(purpose=PURPOSE, token=asked.links[0][1].token)
    with pytest.raises(WrongState, match="收回"):
        review.withdraw_question(actor=house.research.actor, question_uuid=outside.uuid, reason="不用了")
    drain()
    assert told(lin)[0].startswith("不用再办")


def test_an_asked_task_withdrawn_like_a_signer_withdraws_its_question(house: House, economy: Group) -> None:
    economy.membership_set.update(is_head=False)
    run = house.submit()
    ask(house.research, run, groups=[economy.pk])
    one = task_of(User.objects.get(username="ou"), run)
    review.remove_signer(actor=house.research.actor, task_uuid=one.uuid, reason="不用了")
    check_history(run)
    assert (holders(run), standings(run)) == (["zhou"], [("经济委", "withdrawn")])
    assert task_of(house.research, run).paused_at is None


@pytest.mark.parametrize("how", ["days", "tries"])
def test_a_link_that_lapses_lets_the_clock_go_on(house: House, drain: Any, how: str) -> None:
    run = house.submit()
    asked = ask(house.research, run, outside=[BUREAU], days=2)
    [(question, issued)] = asked.links
    moment = clock.now()
    if how == "tries":
        for _ in range(links.TRIES):
            with pytest.raises((WrongCode, LinkGone)):
                links.unlock(purpose=PURPOSE, token=issued.token, code="x")
    else:
        moment += timedelta(days=3)
        assert not review.question_lapsed(actor=system(house.unit.pk), question_uuid=question.uuid)
    assert task_of(house.research, run).paused_at
    with clock.at(moment):
        link_lapsed({"purpose": PURPOSE, "object": str(question.uuid)})
        check_history(run)
        assert standings(run) == [("区住建局 王建国", "lapsed")]
    assert task_of(house.research, run).paused_at is None
    assert told(house.research)[0].startswith("区住建局 王建国没有回复核实")
    renewed = review.renew_link(actor=house.research.actor, question_uuid=question.uuid, days=5)
    assert task_of(house.research, run).paused_at
    with pytest.raises(LinkGone):
        links.unlock(purpose=PURPOSE, token=issued.token, code=issued.code)
    answer_by_link(house, Questions(run, [question], [(question, renewed)]))
    assert standings(run) == [("区住建局 王建国", "answered")]
    with pytest.raises(WrongState, match="回复"):
        review.renew_link(actor=house.research.actor, question_uuid=question.uuid)


def test_several_committees_give_opinions_and_the_asker_collates_them(house: House, economy: Group) -> None:
    make_user(house.unit, "mo", name="莫青", roles=["author"], groups=[("committee", "社会委")])
    social = Group.objects.get(name="社会委")
    run = house.submit()
    ask(house.research, run, groups=[economy.pk, social.pk], kind="opinion", words="是否同意上报")
    assert {task.kind for task in open_tasks(run)} == {Task.Kind.DECIDE, Task.Kind.OPINION}
    assert Act.objects.filter(run=run).latest("seq").aim == "经济委、社会委"
    answer(User.objects.get(username="qu"), run, "同意")
    with pytest.raises(InvalidInput, match="汇总意见"):
        pass_as(house.research, run)
    answer(User.objects.get(username="mo"), run, "补充数据后同意")
    pass_as(house.research, run, comment="两委同意，已补充数据")
    assert item_of(run).state == State.APPROVED
    assert [one.question.answer for one in questions_of(run)] == ["同意", "补充数据后同意"]


def test_opinions_asked_ad_hoc_do_not_fill_a_seat_of_a_joint_step(house: House, lin: User, economy: Group) -> None:
    house.publish(
        {
            "who": [{"kind": "group", "group_kind": "committee", "name": "经济委"}],
            "mode": "joint",
            "collator": [{"kind": "post", "post": "research"}],
        }
    )
    run = house.submit()
    answer(User.objects.get(username="qu"), run, "同意")
    assert holders(run) == ["zhou"]
    ask(house.research, run, users=[lin.uuid], kind="opinion")
    answer(lin, run, "也同意")
    assert holders(run) == ["zhou"]
    pass_as(house.research, run, comment="都同意")
    assert item_of(run).state == State.APPROVED


def test_somebody_who_leaves_is_waited_for_no_more(house: House, lin: User) -> None:
    run = house.submit()
    ask(house.research, run, users=[lin.uuid])
    accounts.deactivate_user(actor=house.admin.actor, user=lin)
    check_history(run)
    assert holders(run) == ["zhou"]
    assert standings(run) == [("林岚", "lapsed")]
    assert task_of(house.research, run).paused_at is None


def test_questions_move_with_the_post_that_asked(house: House, lin: User) -> None:
    heir = make_user(house.unit, "su", name="苏明", roles=["reviewer"])
    run = house.submit()
    [question] = ask(house.research, run, users=[lin.uuid]).asked
    review.replace_holder(actor=house.admin.actor, position_code="research", old=house.research, new=heir)
    answer(lin, run)
    assert task_of(heir, run).paused_at is None
    question.refresh_from_db()
    assert question.task.holder == heir


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({}, "who", "请选择问谁"),
        ({"words": " ", "posts": ["secretary"]}, "words", "请写明要核实什么"),
        ({"words": "字" * 501, "posts": ["secretary"]}, "words", "最多 500 字"),
        ({"passage": "字" * 2001, "posts": ["secretary"]}, "passage", "最多 2,000 字"),
        ({"posts": ["nobody"]}, "who", "不在本单位"),
        ({"posts": ["vice_chair"]}, "who", "“分管副主席”现在没有人可以问"),
        ({"groups": [999]}, "who", "不在本单位"),
        ({"groups": ["x"]}, "who", "不在本单位"),
        ({"groups": ["９"]}, "who", "不在本单位"),
        ({"users": ["x"]}, "who", "不在本单位"),
        ({"kind": "decide", "posts": ["secretary"]}, "kind", "请选择"),
        ({"outside": [Outsider("区住建局", "", "13800138000")]}, "outside", "请填写外单位的名称、姓名"),
        ({"outside": [Outsider("区住建局", "王", "12345")]}, "outside", "既不是 11 位手机号，也不是邮箱"),
        ({"outside": [Outsider("局" * 121, "王", "a@b.cn")]}, "outside", "最多 120"),
        ({"outside": [Outsider("局\x00", "王", "a@b.cn")]}, "outside", "控制字符"),
        ({"outside": [BUREAU], "days": 31}, "days", "1 至 30 天"),
        ({"outside": [BUREAU] * 21}, "who", "一次最多问 20 处"),
    ],
)
def test_questions_that_cannot_be_asked(house: House, given: dict[str, Any], field: str, words: str) -> None:
    run = house.submit()
    with pytest.raises(InvalidInput, match=words) as refused:
        ask(house.research, run, **given)
    assert list(refused.value.fields) == [field]
    assert not Question.objects.exists()


def test_authors_are_not_asked_and_nobody_twice(house: House, economy: Group, lin: User) -> None:
    run = house.submit()
    with pytest.raises(InvalidInput, match="梁晓岚是反映人"):
        ask(house.research, run, users=[house.author.uuid])
    with pytest.raises(InvalidInput, match="已经在选中的专委会"):
        ask(house.research, run, groups=[economy.pk], users=[User.objects.get(username="qu").uuid])
    ask(house.research, run, users=[lin.uuid])
    again = (
        r"“林岚”还有一个问题没有回复：\d\d-\d\d \d\d:\d\d 您问的“充电桩的数量是否属实”。在等林岚回复，可以在清单里催办"
    )
    with pytest.raises(InvalidInput, match=again):
        ask(house.research, run, users=[lin.uuid], words="另一件事")
    # The author's committee is asked without the author.
    accounts.set_groups(actor=house.admin.actor, user=house.author, groups=[("committee", "经济委")])
    economy.membership_set.filter(user__username="qu").update(is_head=False)
    economy.membership_set.filter(user=house.author).update(is_head=True)
    ask(house.research, run, groups=[economy.pk])
    assert "liang" not in holders(run)


def test_a_group_is_asked_again_once_it_has_answered(house: House, economy: Group) -> None:
    house.publish({"posts": ["research", "secretary"], "mode": "all"})
    run = house.submit()
    head = User.objects.get(username="qu")
    ask(house.research, run, groups=[economy.pk], words="数量是否属实")
    with pytest.raises(InvalidInput, match=r"“经济委”还有一个问题没有回复.*您问的“数量是否属实”。在等qu回复"):
        ask(house.research, run, groups=[economy.pk], words="年份是否属实")  # not of the rest behind the head's back
    with pytest.raises(InvalidInput, match=r"“经济委”还有一个问题.*周敏问的"):
        ask(house.secretary, run, groups=[economy.pk])
    with pytest.raises(InvalidInput, match="“经济委”还有一个问题"):
        ask(house.secretary, run, users=[head.uuid])
    assert sorted(holders(run)) == ["he", "qu", "zhou"]
    answer(head, run)
    ask(house.research, run, groups=[economy.pk], words="年份是否属实")
    [first, second] = questions_of(run)
    assert (first.standing, second.standing) == ("answered", "open")


def test_outside_the_same_words_are_not_sent_twice(house: House) -> None:
    run = house.submit()
    ask(house.research, run, outside=[BUREAU])
    with pytest.raises(InvalidInput, match=r"“区住建局 王建国”还有一个问题没有回复.*可以重发链接") as refused:
        ask(house.research, run, outside=[BUREAU])
    assert list(refused.value.fields) == ["outside"]
    ask(house.research, run, outside=[BUREAU], words="年份是否属实")
    assert standings(run) == [("区住建局 王建国", "open")] * 2


def test_urging_a_question_reminds_those_who_can_answer_it(house: House, lin: User, economy: Group) -> None:
    house.publish({"posts": ["research", "secretary"], "mode": "all"})
    run = house.submit()
    [question] = ask(house.research, run, users=[lin.uuid]).asked
    ask(house.research, run, groups=[economy.pk])
    browser = client_for(house.research, house.unit)
    page = f"/review/tasks/{task_of(house.research, run).uuid}/verify/"
    assert 'aria-label="催办：林岚"' in browser.get(page).content.decode()
    assert browser.post(f"/review/questions/{question.uuid}/urge/").status_code == 302
    check_history(run)
    urged = Task.objects.filter(run=run, urge_count=1).values_list("holder__username", flat=True)
    assert list(urged) == ["lin"]
    shown = browser.get(page).content.decode()
    assert "催办过，共 1 次" in shown
    assert 'aria-label="催办：林岚"' not in shown
    assert 'aria-label="催办：经济委"' in shown
    assert browser.post(f"/review/questions/{question.uuid}/urge/").status_code == 409
    for user, status in ((house.author, 404), (lin, 404), (house.chair, 409)):  # who reads all may urge as well
        assert client_for(user, house.unit).post(f"/review/questions/{question.uuid}/urge/").status_code == status


def test_only_the_holder_asks_and_only_where_the_step_allows(house: House, lin: User) -> None:
    run = house.submit()
    for user, refusal in ((lin, NotFound), (house.author, NotFound), (house.chair, NotAllowed)):
        with pytest.raises(refusal):
            review.ask_questions(
                actor=user.actor,
                task_uuid=task_of(house.research, run).uuid,
                words="属实吗",
                to=Addressees(users=[lin.uuid]),
            )
    ask(house.research, run, users=[lin.uuid])
    with pytest.raises(Refusal):  # who is asked decides nothing and asks nobody
        ask(lin, run, posts=["secretary"])
    house.publish({"posts": ["research"], "may": ["edit", "return"]})
    second = house.submit(title="另一件事的建议")
    with pytest.raises(NotAllowed, match="不能核实"):
        ask(house.research, second, users=[lin.uuid])


def test_absent_colleagues_are_asked_through_their_stand_in(house: House) -> None:
    run = house.submit()
    today: date = clock.today()
    review.set_absence(
        actor=house.secretary.actor,
        user=house.secretary,
        stand_in=house.chair,
        away_from=today,
        away_through=today,
    )
    ask(house.research, run, posts=["secretary"])
    assert task_of(house.chair, run).in_stead_of == house.secretary
