"""The reviewer's screen: every verb with what it asks for, what is refused and kept, and who sees what."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tenants.accounts.models import User
from tenants.items.models import State
from tenants.items.texts import Texts
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Act, Checklist, Copy, Phrase, Run, Task
from tests.factories import make_user, refuse_failed_messages
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from tests.tenants.review.pages import client, page_of, post, said
from zhitong.core import clock, outbox

TYPED = "这是我写了很久的一段理由"


@pytest.fixture
def lin(house: House) -> User:
    return make_user(house.unit, "lin", name="林岚", roles=["reviewer"], groups=[("committee", "经济委")])


@pytest.fixture
def qu(house: House) -> User:
    """Somebody who may not decide, but can be asked for an opinion."""
    return make_user(house.unit, "qu", name="区嘉豪", groups=[("committee", "城建委")])


def refused(html: str, label: str) -> str:
    """Return why the button of that label is refused."""
    icon = r"(?:<svg[^>]*><use[^>]*></use></svg>)?"
    found = re.search(rf'aria-disabled="true" data-refused="([^"]+)"[^>]*>{icon}{label}', html)
    assert found, label
    return found.group(1)


def test_adding_signers_before_and_behind(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    _, page = page_of(house, house.research, run, "?decide=add")
    for words in ("前加签", "后加签", "林岚", "经济委"):
        assert words in page
    assert f'name="who" value="{house.author.uuid}"' not in page
    missing = post(house, house.research, run, verb="add", side="before", reason=TYPED)
    assert missing.status_code == 422
    assert "请选择由谁办理" in said(missing)
    assert TYPED in said(missing)
    unreasoned = post(house, house.research, run, verb="add", side="before", who=[lin.uuid, house.chair.uuid])
    assert unreasoned.status_code == 422
    assert said(unreasoned).count(" checked") == 3  # the side and both people
    assert post(house, house.research, run, verb="add", who=[lin.uuid], reason="请把一下数据").status_code == 302
    assert holders(run) == ["lin"]
    _, page = page_of(house, house.research, run)
    assert "正在等林岚的意见" in refused(page, "通过")
    child = task_of(lin, run).uuid
    assert f"decide=remove&amp;signer={child}" in page
    _, page = page_of(house, house.research, run, f"?decide=remove&signer={child}")
    assert "撤回加签：林岚" in page
    assert post(house, house.research, run, verb="remove", signer=child, reason="").status_code == 422
    assert post(house, house.research, run, verb="remove", signer=child, reason="不用了").status_code == 302
    assert holders(run) == ["zhou"]
    assert post(house, house.research, run, verb="add", side="after", who=[lin.uuid], reason="再核").status_code == 302
    _, page = page_of(house, house.research, run)
    assert "先由林岚后加签" in page
    assert "未轮到" in page


def test_what_is_no_person_is_refused(house: House, lin: User) -> None:
    run = house.submit()
    for who in ("x", str(uuid4()), str(house.author.uuid)):
        answer = post(house, house.research, run, verb="add", who=[who], reason=TYPED)
        assert answer.status_code == 422
        assert TYPED in said(answer)
    assert (
        post(house, house.research, run, verb="reassign", who=[lin.uuid, house.chair.uuid], reason="x").status_code
        == 422
    )
    assert post(house, house.research, run, verb="remove", signer="x", reason="x").status_code == 422
    assert Act.objects.filter(run=run).count() == 1


def test_handing_on_and_delegating(house: House, lin: User) -> None:
    run, other = house.submit(urgency="important"), house.submit(title="关于另一件事的建议", urgency="important")
    assert post(house, house.research, run, verb="reassign", reason="出差").status_code == 422
    assert post(house, house.research, run, verb="reassign", who=lin.uuid, reason="出差").status_code == 302
    assert holders(run) == ["lin"]
    _, page = page_of(house, lin, run)
    assert "由周敏转办，重新起算" in page
    assert post(house, house.research, other, verb="delegate", who=lin.uuid, reason="请先看").status_code == 302
    _, page = page_of(house, lin, other)
    assert "周敏：请先看" in page
    assert "回复后由周敏接着办理" in page
    assert post(house, lin, other, verb="answer", reason=" ").status_code == 422
    assert post(house, lin, other, verb="answer", reason="已看，可报").status_code == 302
    assert holders(other) == ["zhou"]
    _, page = page_of(house, house.research, other, "?text=opinions")
    assert "已看，可报" in page


def test_people_are_found_by_name_post_and_group(house: House, lin: User, qu: User) -> None:
    run = house.submit()
    url = f"/review/tasks/{task_of(house.research, run).uuid}/people/"

    def found(words: str, search: str = "add") -> str:
        answer = client(house, house.research).get(url, {"search": search, "find": words, "who": str(house.chair.uuid)})
        assert answer.status_code == 200
        return answer.content.decode()

    assert "林岚" in found("林")
    assert "林岚" in found("经济委")
    assert "何静" in found("秘书长")
    assert re.search(rf'value="{house.chair.uuid}" checked', found("林"))
    assert "区嘉豪" not in found("区")  # may not decide
    assert "区嘉豪" in found("区", "copy")
    assert "林岚" not in found("\x00'%_")
    assert client(house, house.research).get(url, {"search": "pass"}).status_code == 404
    assert client(house, qu).get(url, {"search": "add"}).status_code == 404
    # Without script the same search comes back with the page.
    answer = post(house, house.research, run, search="add", find="林", reason=TYPED, who=[house.chair.uuid])
    assert answer.status_code == 200
    assert TYPED in said(answer)
    assert "林岚" in said(answer)


def test_on_copy_one_sees_the_run_and_the_mark_tells(house: House, qu: User) -> None:
    run = house.submit()
    assert post(house, house.research, run, verb="copy", reason="请知悉").status_code == 422
    assert post(house, house.research, run, verb="copy", who=[qu.uuid], reason="请知悉").status_code == 302
    assert post(house, house.research, run, verb="copy", who=[qu.uuid]).status_code == 422
    _, page = page_of(house, house.research, run)
    assert "抄送区嘉豪" in page
    assert Copy.objects.get(run=run).read_at is None


def test_a_remark_decides_nothing(house: House) -> None:
    run = house.submit()
    answer = post(house, house.research, run, verb="comment", reason="先等区住建局的数据")
    assert answer.url.endswith(f"/tasks/{task_of(house.research, run).uuid}/")
    assert holders(run) == ["zhou"]
    assert post(house, house.research, run, verb="comment", reason="").status_code == 422
    _, page = page_of(house, house.research, run)
    assert "先等区住建局的数据" in page


def test_the_green_channel_needs_a_reason(house: House) -> None:
    run = house.submit()
    assert post(house, house.research, run, verb="expedite").status_code == 422
    assert post(house, house.research, run, verb="expedite", reason="台风将至").status_code == 302
    assert item_of(run).urgency == "urgent"
    _, page = page_of(house, house.research, run)
    assert "已经是紧急件" in refused(page, "转绿色通道")


def test_an_own_decision_is_taken_back_from_the_message_and_the_page(house: House) -> None:
    run = house.submit(urgency="important")
    browser = client(house, house.research)
    task = task_of(house.research, run)
    passed = browser.post(f"/review/tasks/{task.uuid}/decide/", {"verb": "pass"}, follow=True)
    assert f'href="/review/tasks/{task.uuid}/?decide=take_back">收回' in passed.content.decode()
    page = browser.get(f"/review/tasks/{task.uuid}/").content.decode()
    assert re.search(r'btn-primary" href="[^"]+decide=take_back"', page)
    assert "这一步已由周敏（研究室）于" in refused(page, "通过")
    assert browser.post(f"/review/tasks/{task.uuid}/decide/", {"verb": "take_back"}).status_code == 422
    assert (
        browser.post(f"/review/tasks/{task.uuid}/decide/", {"verb": "take_back", "reason": "点错了"}).status_code == 302
    )
    assert holders(run) == ["zhou"]
    pass_as(house.research, run)
    pass_as(house.secretary, run)
    page = browser.get(f"/review/tasks/{task.uuid}/").content.decode()
    assert "decide=take_back" not in page
    late = browser.post(f"/review/tasks/{task.uuid}/decide/", {"verb": "take_back", "reason": TYPED})
    assert late.status_code == 409
    assert "何静已于" in said(late)
    assert TYPED in said(late)


def test_a_vote_offers_yes_and_no_alone(house: House) -> None:
    house.publish({"posts": ["research", "secretary", "chair"], "mode": "n_of_m", "n": 2})
    run = house.submit()
    _, page = page_of(house, house.research, run)
    assert "票签的步骤不由一个人办结" in refused(page, "退回")
    assert "票签 0/3，需 2 票" in page
    assert re.search(r'data-key="A"[^>]*>.*?同意', page)
    assert post(house, house.research, run, verb="object", reason="").status_code == 422
    assert post(house, house.research, run, verb="object", reason="不属反映范围").status_code == 302
    _, page = page_of(house, house.secretary, run)
    assert "1 票不同意" in page
    pass_as(house.secretary, run)
    _, page = page_of(house, house.chair, run)
    assert "decide=pass" in page  # the vote that suffices asks how the item is adopted
    assert post(house, house.chair, run, verb="pass", mode="merged").status_code == 302
    assert item_of(run).state == State.APPROVED


def test_a_joint_step_sets_opinions_beside_each_other(house: House, lin: User, qu: User) -> None:
    committees = [{"kind": "group", "group_kind": "committee", "name": name} for name in ("经济委", "城建委")]
    house.publish({"who": committees, "mode": "joint", "collator": [{"kind": "post", "post": "research"}]})
    run = house.submit()
    status, page = page_of(house, qu, run)
    assert status == 200
    assert "拉线充电" in page
    assert 'name="verb" value="answer"' in page
    assert 'name="verb" value="pass"' not in page
    assert post(house, qu, run, verb="pass").status_code == 409
    assert post(house, qu, run, verb="answer", reason="同意").status_code == 302
    assert client(house, qu).get("/review/").status_code == 200
    post(house, lin, run, verb="answer", reason="补充电价依据后可报")
    _, page = page_of(house, house.research, run, "?decide=pass")
    for words in ("汇总意见", "同意", "补充电价依据后可报", "联审 2/2"):
        assert words in page
    assert post(house, house.research, run, verb="pass", mode="single").status_code == 422
    assert post(house, house.research, run, verb="pass", mode="single", reason="两委同意").status_code == 302
    assert item_of(run).state == State.APPROVED


def test_passing_names_destinations_and_whom_the_flow_leaves_open(house: House, lin: User) -> None:
    chosen = [{"kind": "chosen_by_previous", "among": [{"kind": "user", "username": "lin"}]}]
    house.publish({"posts": ["research"], "asks_destination": True}, {"who": chosen})
    run = house.submit()
    _, page = page_of(house, house.research, run, "?decide=pass")
    for words in ("拟报送", "报省级", "“第2步”由谁办理", "林岚"):
        assert words in page
    none = post(house, house.research, run, verb="pass", asked="destinations", destinations=["city"], reason=TYPED)
    assert none.status_code == 422
    assert "请选择“第2步”由谁办理" in said(none)
    assert re.search(r'value="city" checked', said(none))
    wrong = post(
        house, house.research, run, verb="pass", asked="destinations", destinations=["moon"], chosen=[lin.uuid]
    )
    assert wrong.status_code == 422
    done = {"verb": "pass", "asked": "destinations", "destinations": ["city", "province"], "chosen": [lin.uuid]}
    assert post(house, house.research, run, **done).status_code == 302
    run.refresh_from_db()
    assert run.destinations == ["city", "province"]
    assert holders(run) == ["lin"]


def test_passing_says_how_difficult_it_is_and_whom_that_asks(house: House, lin: User) -> None:
    chosen = [{"kind": "chosen_by_previous", "among": [{"kind": "user", "username": "lin"}]}]
    difficult = [{"field": "difficulty", "in": ["difficult"]}]
    house.publish(
        {"posts": ["research"], "asks_difficulty": True}, {"who": chosen, "when": difficult}, {"posts": ["chair"]}
    )
    run, plain = house.submit(), house.submit(title="关于增设盲道的建议")
    _, page = page_of(house, house.research, run, "?decide=pass")
    assert re.search(r'value="plain" checked', page)
    none = post(house, house.research, run, verb="pass", difficulty="difficult", reason=TYPED)
    assert none.status_code == 422
    assert "请选择“第2步”由谁办理" in said(none)
    assert re.search(r'value="difficult" checked', said(none))
    assert post(house, house.research, run, verb="pass", difficulty="moon", reason=TYPED).status_code == 422
    done = {"verb": "pass", "difficulty": "difficult", "chosen": [lin.uuid]}
    assert post(house, house.research, run, **done).status_code == 302
    run.refresh_from_db()
    assert (run.difficulty, holders(run)) == ("difficult", ["lin"])
    assert post(house, house.research, plain, verb="pass", difficulty="plain").status_code == 302
    assert holders(plain) == ["chen"]
    wrong = post(house, house.chair, plain, verb="pass", mode="single", difficulty="difficult", reason=TYPED)
    assert wrong.status_code == 422
    assert "这一步不定难易程度" in said(wrong)


def test_returning_says_which_way_it_comes_back(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    _, page = page_of(house, house.secretary, run, "?decide=return")
    assert "直接回到这一步" in page
    assert (
        post(house, house.secretary, run, verb="return", to="research", way="straight", reason="再核").status_code
        == 302
    )
    _, page = page_of(house, house.research, run)
    assert "通过后直接回到“秘书长初审”" in page
    assert "直接回到秘书长初审" in page
    pass_as(house.research, run)
    assert holders(run) == ["he"]


def checks_of(**answers: str) -> dict[str, str]:
    keys = [line["key"] for line in Checklist.objects.get(code="three_checks").lines]
    return {"checklist": "1", **{f"check-{key}": "yes" for key in keys}, **answers}


def test_a_checklist_is_answered_in_place_and_kept(house: House) -> None:
    house.publish({"posts": ["research"], "checklist": "three_checks"}, {"posts": ["secretary"]})
    run = house.submit()
    _, page = page_of(house, house.research, run)
    assert "三审三核" in page
    assert "0 / 6" in page
    open_ = post(house, house.research, run, verb="pass", reason=TYPED, checklist="1", **{"check-politics": "yes"})
    assert open_.status_code == 422
    assert "还没有填完" in said(open_)
    assert TYPED in said(open_)
    assert "1 / 6" in said(open_)
    url = f"/review/tasks/{task_of(house.research, run).uuid}/checks/"
    browser = client(house, house.research)
    saved = browser.post(url, checks_of(**{"check-policy": "no"}), headers={"HX-Request": "true"})
    assert "6 / 6" in saved.content.decode()
    unexplained = post(house, house.research, run, verb="pass")
    assert unexplained.status_code == 422
    assert "请写明情况" in said(unexplained)
    long = browser.post(url, checks_of(**{"note-policy": "长" * 201}), headers={"HX-Request": "true"})
    assert long.status_code == 422
    assert browser.post(url, checks_of()).status_code == 302
    assert post(house, house.research, run, verb="pass").status_code == 302
    task = task_of(house.research, run)
    assert {line["ok"] for line in task.checklist["lines"]} == {True}
    _, page = page_of(house, house.secretary, run)
    assert "6 / 6" in page  # what others checked is there to be read
    assert client(house, house.secretary).post(url, checks_of()).status_code == 403


def test_a_step_withholds_verbs_and_says_so(house: House) -> None:
    house.publish({"posts": ["research"], "may": ["return"]})
    run = house.submit()
    _, page = page_of(house, house.research, run)
    assert "这一步不能留存" in refused(page, "留存")
    assert "这一步不能改核稿" in refused(page, "改核稿")
    item = item_of(run)
    browser, task = client(house, house.research), task_of(house.research, run)
    answer = browser.post(
        f"/review/tasks/{task.uuid}/text/", Texts.of(item).as_dict() | {"version": item.version, "problem": TYPED}
    )
    assert answer.status_code == 403
    assert TYPED in said(answer)
    keep = post(house, house.research, run, verb="keep", reason=TYPED)
    assert keep.status_code == 403
    assert "这一步不能留存" in said(keep)
    assert TYPED in said(keep)


def test_words_typed_for_a_task_that_moved_on_come_back(house: House, lin: User) -> None:
    run = house.submit(urgency="important")
    task = task_of(house.research, run)
    review.decide_pass(actor=house.research.actor, task_uuid=task.uuid)
    closed = post(house, house.research, run, verb="keep", reason=TYPED)
    assert closed.status_code == 409
    assert TYPED in said(closed)
    other = house.submit(title="关于另一件事的建议")
    moved = task_of(house.research, other)
    review.replace_holder(actor=house.admin.actor, position_code="research", old=house.research, new=lin)
    User.objects.get(pk=house.research.pk).roles.clear()
    gone = client(house, User.objects.get(pk=house.research.pk)).post(
        f"/review/tasks/{moved.uuid}/decide/", {"verb": "keep", "reason": TYPED}
    )
    assert gone.status_code == 404


def test_any_two_editions_are_compared_with_writer_and_time(house: House) -> None:
    run = house.submit(urgency="important")
    for user, words in ((house.research, "第一次核稿。"), (house.secretary, "第二次核稿。")):
        item = item_of(run)
        texts = Texts(**(Texts.of(item).as_dict() | {"problem": words}))
        review.edit_text(actor=user.actor, task_uuid=task_of(user, run).uuid, version=item.version, texts=texts)
        pass_as(user, run)
    _, page = page_of(house, house.chair, run, "?text=diff")
    assert re.search(r"第 3 稿 核稿 何静 \d\d-\d\d", page)
    _, page = page_of(house, house.chair, run, "?text=diff&from=2&to=3")
    assert re.search("<del>[^<]*第一", page)
    assert re.search("<ins>[^<]*第二", page)
    assert "拉线充电" not in page
    assert page_of(house, house.chair, run, "?text=diff&from=99&to=x")[0] == 200
    assert "第二次核稿" in page_of(house, house.chair, run, "?text=edited")[1]


def test_why_a_task_is_due_then(house: House) -> None:
    house.publish({"posts": ["research"], "limit_days": 3})
    with clock.at(clock.now().replace(year=2026, month=2, day=13, hour=4)):
        run = house.submit()
        url = f"/review/tasks/{task_of(house.research, run).uuid}/due/"
        page = client(house, house.research).get(url).content.decode()
        for words in ("为什么是", "3 个工作日，春节顺延", "春节", "第 3 天", "调休上班"):
            assert words in page, words
        drawer = client(house, house.research).get(url, headers={"HX-Request": "true"}).content.decode()
        assert 'role="dialog"' in drawer
        assert client(house, house.author).get(url).status_code == 404


def test_an_urged_holder_sees_it_and_the_mark_tells(house: House) -> None:
    run = house.submit()
    review.urge(actor=house.author.actor, run_uuid=run.uuid)
    assert "催办 1 次，未看" in _viewed(house, run)
    page_of(house, house.research, run)
    assert "催办 1 次，已看" in _viewed(house, run)
    with clock.at(clock.now() + timedelta(hours=5)):
        review.urge(actor=house.author.actor, run_uuid=run.uuid)
        assert "催办 2 次，未看" in _viewed(house, run)


def _viewed(house: House, run: Run) -> str:
    url = f"/review/tasks/{task_of(house.research, run).uuid}/"
    return client(house, house.chair).get(url).content.decode()


def test_phrases_of_the_unit_and_ones_own(house: House) -> None:
    run = house.submit()
    browser, htmx = client(house, house.research), {"HX-Request": "true"}
    added = browser.post("/review/phrases/", {"reason": "请补充电价依据"}, headers=htmx)
    assert "请补充电价依据" in added.content.decode()
    mine = Phrase.objects.get(owner=house.research)
    _, page = page_of(house, house.research, run)
    assert page.index("请补充电价依据") < page.index("数据请注明来源")
    assert "请补充电价依据" not in _viewed(house, run)
    for words in ("", "长" * 101, "有\x00零"):
        answer = browser.post("/review/phrases/", {"reason": words}, headers=htmx)
        assert answer.status_code == 422
    unit = Phrase.objects.filter(owner__isnull=True).first()
    assert unit
    assert browser.post(f"/review/phrases/{unit.pk}/remove/").status_code == 403
    assert client(house, house.chair).post(f"/review/phrases/{mine.pk}/remove/").status_code == 404
    assert browser.post("/review/phrases/", {"text": "大家用的", "for_unit": "1"}).status_code == 403
    assert client(house, house.admin).post("/review/phrases/", {"text": "大家用的", "for_unit": "1"}).status_code == 302
    assert "大家用的" in browser.get("/review/phrases/").content.decode()
    assert "请补充电价依据" not in browser.post(f"/review/phrases/{mine.pk}/remove/", headers=htmx).content.decode()
    for n in range(40):
        answer = browser.post("/review/phrases/", {"text": f"常用语{n}"})
    assert "最多 30 条" in said(answer)


def test_states_of_steps_are_told_in_words(house: House, lin: User) -> None:
    house.publish(
        {"posts": ["research"], "limit_days": 1},
        {"posts": ["vice_chair"], "on_empty": "skip"},
        {"posts": ["secretary", "chair"], "mode": "all"},
        {"who": [{"kind": "user", "username": "lin"}]},
    )
    run = house.submit()
    post(house, house.research, run, verb="reassign", who=lin.uuid, reason="出差")
    pass_as(lin, run)
    _, page = page_of(house, house.secretary, run)
    for words in ("周敏 已转出", "已跳过", "岗位空缺，或者在岗的人是反映人", "会签 0/2", "还有 1 人未办"):
        assert words in page, words
    pass_as(house.secretary, run)
    pass_as(house.chair, run)
    assert holders(run) == ["lin"]
    with clock.at(clock.now() + timedelta(days=30)):
        _, page = page_of(house, lin, run)
    assert "会签 2/2" in page


def test_an_empty_post_goes_to_the_administrator(house: House) -> None:
    house.publish({"posts": ["vice_chair"], "on_empty": "administrator"})
    run = house.submit()
    status, page = page_of(house, house.admin, run)
    assert status == 200
    assert "岗位空缺，由单位管理员办理" in page
    assert "拉线充电" in page
    assert post(house, house.admin, run, verb="pass", mode="single").status_code == 302
    assert item_of(run).state == State.APPROVED


def test_a_stand_in_reads_in_whose_stead(house: House, lin: User) -> None:
    today = clock.today()
    absence: dict[str, Any] = {"user": house.research, "stand_in": lin, "away_from": today, "away_through": today}
    review.set_absence(actor=house.research.actor, **absence)
    run = house.submit(urgency="important")
    _, page = page_of(house, lin, run)
    assert "林岚（代周敏）（我）" in page
    pass_as(lin, run)
    _, page = page_of(house, house.secretary, run)
    assert "研究室 林岚（代周敏）" in page


def test_the_next_and_the_previous_of_the_queue(house: House) -> None:
    runs = [house.submit(title=f"关于第 {n} 件事的建议") for n in range(3)]
    _, page = page_of(house, house.research, runs[1])
    for neighbour, rel in ((runs[0], "prev"), (runs[2], "next")):
        assert f'href="/review/tasks/{task_of(house.research, neighbour).uuid}/" rel="{rel}"' in page
    assert "第 2 篇，共 3 篇" in page


def notify_all(reader: User) -> Notice:
    """Let the messages go out and return what the reader was told."""
    outbox.drain()
    refuse_failed_messages()
    return Notice.objects.get(reader=reader)


def test_who_lacks_the_right_but_is_asked_finds_the_way(house: House, qu: User) -> None:
    assert "审核" not in client(house, qu).get("/").content.decode().partition("<main")[0]
    house.publish({"who": [{"kind": "group", "group_kind": "committee", "name": "城建委"}], "mode": "joint",
                   "collator": [{"kind": "post", "post": "research"}]})  # fmt: skip
    run = house.submit()
    home = client(house, qu).get("/").content.decode()
    task = Task.objects.get(run=run)
    assert task.holder == qu
    assert 'href="/review/"' in home.partition("<main")[0]
    assert f'href="/review/tasks/{task.uuid}/"' in home.partition("<main")[2]
    assert "请您联审" in home
    notice = notify_all(qu)
    assert notice.url == f"/review/tasks/{task.uuid}/"


def test_an_administrator_finds_what_fell_to_them(house: House) -> None:
    house.publish({"posts": ["vice_chair"], "on_empty": "administrator"})
    run = house.submit()
    home = client(house, house.admin).get("/").content.decode()
    assert "请您审核" in home
    assert f'href="/review/tasks/{task_of(house.admin, run).uuid}/"' in home
