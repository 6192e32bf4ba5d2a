"""Pages of questions, remarks and writing in turns: what each reader gets, and what is kept of what was typed."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import Group, User
from tenants.items.models import Edition
from tenants.items.texts import Texts
from tenants.review import operations as review
from tenants.review.models import Question, Remark, Run, Task
from tenants.review.operations import Addressees, Outsider
from tests.factories import TEXT, client_for, make_user
from tests.tenants.review.conftest import House, item_of, pass_as, task_of
from zhitong.core.models import AuditEntry, OneTimeLink

OUTSIDE = {"department_1": "区住建局", "name_1": "王建国", "contact_1": "13800138000"}


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def verify_url(user: User, run: Run) -> str:
    return f"/review/tasks/{task_of(user, run).uuid}/verify/"


def ask(client: Client, url: str, **form: Any) -> Any:
    return client.post(url, {"action": "ask", "kind": "verify", "words": "数量属实吗", "days": "7", **form})


def given(page: str) -> tuple[str, str]:
    """Return the path of the link and the code that a page shows."""
    link = re.search(r'value="https?://[^/]+(/review/answer/[^"]+)"', page)
    code = re.search(r'value="(\d{3} \d{3})"', page)
    assert link
    assert code
    return link[1], code[1]


@pytest.fixture
def clerk(house: House) -> Client:
    return client_for(house.research, house.unit)


@pytest.fixture
def passer_by(house: House) -> Client:
    return client_for(None, house.unit)


def test_asking_inside_and_reading_the_answer(house: House, clerk: Client) -> None:
    make_user(house.unit, "qu", name="区嘉豪", roles=["author"], groups=[("committee", "经济委")])
    run = house.submit()
    url = verify_url(house.research, run)
    page = text(clerk.get(url))
    assert "经济委" in page
    assert "等待期间停表" in page
    assert ask(clerk, url, groups=[Group.objects.get().pk], posts=["secretary"]).status_code == 302
    page = text(clerk.get(url))
    assert "核实和联审 2" in page
    assert "等区嘉豪回复" in page
    review.answer(actor=house.secretary.actor, task_uuid=task_of(house.secretary, run).uuid, words="属实，已核")
    page = text(clerk.get(url))
    assert "属实，已核" in page
    assert "秘书长 何静" in page


def test_what_was_typed_stays_when_asking_is_refused(house: House, clerk: Client) -> None:
    run = house.submit()
    url = verify_url(house.research, run)
    for form, words in (
        ({"words": ""}, "请写明要核实什么"),
        ({}, "请选择问谁"),
        ({**OUTSIDE, "contact_1": "12"}, "既不是 11 位手机号"),
        ({**OUTSIDE, "days": "99"}, "1 至 30 天"),
        ({**OUTSIDE, "days": "x"}, "1 至 30 天"),
        ({"posts": ["secretary"], "passage": "\x00"}, "控制字符"),
        ({"groups": ["\x00"]}, "不在本单位"),
        ({"users": ["x"]}, "不在本单位"),
        ({"kind": "x", "posts": ["secretary"]}, "请选择"),
    ):
        answer = ask(clerk, url, **{"find": "写了很久的名字", **form})
        assert answer.status_code == 422, form
        assert words in text(answer), re.findall(r'<div class="zt-errors".*?</div>', text(answer), re.S)
        assert "写了很久的名字" in text(answer)
    assert not Question.objects.exists()


def test_people_are_found_by_name_and_stay_chosen(house: House, clerk: Client) -> None:
    lin = make_user(house.unit, "lin", name="林岚", roles=["author"])
    run = house.submit()
    url = verify_url(house.research, run)
    page = text(clerk.post(url, {"action": "find", "find": "林", "words": "写了一半", "kind": "verify"}))
    assert f'value="{lin.uuid}"' in page
    assert "写了一半" in page
    page = text(clerk.post(url, {"action": "find", "find": "没有", "users": [lin.uuid], "kind": "opinion"}))
    assert re.search(rf'value="{lin.uuid}"[^>]*checked', page)


def test_somebody_outside_answers_through_the_link(house: House, clerk: Client, passer_by: Client) -> None:
    run = house.submit(remark="只给自己看的备注")
    answer = ask(clerk, verify_url(house.research, run), **OUTSIDE, passage="桂城街道部分老旧小区充电桩不足")
    assert answer.status_code == 200
    path, code = given(text(answer))
    assert path.split("/")[-2] not in text(clerk.get(verify_url(house.research, run)))

    door = passer_by.get(path)
    assert door.status_code == 200
    assert "请输入验证码" in text(door)
    assert "数量属实吗" not in text(door)
    page = text(passer_by.post(path, {"code": code}))
    for shown in ("数量属实吗", "桂城街道部分老旧小区充电桩不足", "区住建局 王建国", "请不要转发"):
        assert shown in page
    for hidden in (
        TEXT["title"],
        TEXT["analysis"],
        "居民拉线充电",
        "梁晓岚",
        "周敏",
        "只给自己看的备注",
        "13800138000",
    ):
        assert hidden not in page
    refused = passer_by.post(path, {"code": code, "answer": " "})
    assert refused.status_code == 422
    assert "请写明回复" in text(refused)
    refused = passer_by.post(path, {"code": code, "answer": "写了很久" + "长" * 2000})
    assert refused.status_code == 422
    assert "写了很久" in text(refused)
    assert "已收到您的答复" in text(passer_by.post(path, {"code": code, "answer": "共 12 处，属实"}))
    assert "共 12 处，属实" in text(clerk.get(verify_url(house.research, run)))
    for again in (passer_by.get(path), passer_by.post(path, {"code": code, "answer": "改口"})):
        assert again.status_code == 404
        assert "链接不能用了" in text(again)
    assert "sessionid" not in passer_by.cookies


def test_every_dead_link_looks_the_same(house: House, clerk: Client, passer_by: Client) -> None:
    run = house.submit()
    made = {}
    for place, name in enumerate(("used", "withdrawn", "barred", "renewed", "closed")):
        outsider = {**OUTSIDE, "name_1": f"王{name}"}
        answer = ask(clerk, verify_url(house.research, run), **outsider)
        made[name] = (*given(text(answer)), Question.objects.order_by("pk")[place].uuid)
    path, code, _ = made["used"]
    passer_by.post(path, {"code": code, "answer": "属实"})
    clerk.post(f"/review/questions/{made['withdrawn'][2]}/withdraw/", {"reason": "不用了"})
    for _ in range(5):
        passer_by.post(made["barred"][0], {"code": "000000" if made["barred"][1] != "000 000" else "1"})
    renewed = given(text(clerk.post(f"/review/questions/{made['renewed'][2]}/renew/", {"days": "3"})))
    pass_as(house.research, run)
    dead = {name: passer_by.post(path, {"code": code}) for name, (path, code, _) in made.items()}
    dead["renewed, then closed"] = passer_by.post(renewed[0], {"code": renewed[1]})
    dead["forged"] = passer_by.post("/review/answer/" + "x" * 43 + "/", {"code": "123456"})
    shapes = {re.sub(r"\d\d:\d\d", "", text(answer)) for answer in dead.values()}
    assert {answer.status_code for answer in dead.values()} == {404}
    assert len({re.sub(r'content="[^"]*"', "", shape) for shape in shapes}) == 1
    refused = AuditEntry.objects.filter(unit_key=house.unit.pk, action="links.refused")
    assert sorted(entry.content.split('"reason":"')[1].split('"')[0] for entry in refused) == [
        "barred", "revoked", "revoked", "unknown", "used",
    ]  # fmt: skip


def test_an_address_that_fails_too_often_is_shut_out(house: House, clerk: Client, passer_by: Client) -> None:
    run = house.submit()
    path, code = given(text(ask(clerk, verify_url(house.research, run), **OUTSIDE)))
    for n in range(20):
        assert passer_by.get(f"/review/answer/{'x' * 40}{n:03}/").status_code == 404
    assert passer_by.get(f"/review/answer/{'x' * 43}/").status_code == 429
    barred = passer_by.post(path, {"code": code, "answer": "属实"})
    assert barred.status_code == 429
    assert "试错的次数太多" in text(barred)
    assert AuditEntry.objects.filter(action="links.refused").count() == 20
    elsewhere = client_for(None, house.unit)
    assert elsewhere.post(path, {"code": code}, REMOTE_ADDR="10.9.8.7").status_code == 200
    assert OneTimeLink.objects.get().failures == 0


def test_a_wrong_code_says_how_many_tries_are_left(house: House, clerk: Client, passer_by: Client) -> None:
    run = house.submit()
    path, code = given(text(ask(clerk, verify_url(house.research, run), **OUTSIDE)))
    wrong = f"{(int(code.replace(' ', '')) + 1) % 1_000_000:06}"
    answer = passer_by.post(path, {"code": wrong, "answer": "属实"})
    assert answer.status_code == 422
    assert "还可以试 4 次" in text(answer)
    assert "数量属实吗" not in text(answer)
    assert "输错 1 次，最多 5 次" in text(clerk.get(verify_url(house.research, run)))
    assert not Question.objects.filter(answered_at__isnull=False).exists()


def test_who_gets_the_page_of_questions(house: House) -> None:
    lin = make_user(house.unit, "lin", name="林岚", roles=["reviewer"])
    run = house.submit()
    review.ask_questions(
        actor=house.research.actor,
        task_uuid=task_of(house.research, run).uuid,
        words="数量属实吗",
        to=Addressees(users=[lin.uuid], outside=[Outsider("区住建局", "王建国", "13800138000")]),
    )
    url = verify_url(house.research, run)
    own = f"/review/tasks/{task_of(lin, run).uuid}/verify/"
    question = Question.objects.filter(contact="").get().uuid
    other = make_user(house.unit, "su", roles=["author", "reviewer"])
    expected = {house.research: 200, house.chair: 200, lin: 404, house.author: 404, other: 404, house.admin: 404}
    for user, status in expected.items():
        client = client_for(user, house.unit)
        answer = client.get(url)
        assert answer.status_code == status, user.username
        assert ("发出" in text(answer)) == (user == house.research)
        if user != house.research:
            assert client.post(f"/review/questions/{question}/withdraw/", {"reason": "x"}).status_code in {403, 404}
            assert client.post(f"/review/questions/{question}/renew/", {"days": "3"}).status_code in {403, 404}
            assert ask(client, url, posts=["secretary"]).status_code in {403, 404}
    assert client_for(lin, house.unit).get(own).status_code == 200
    assert Question.objects.count() == 2


def test_remarks_are_written_answered_and_settled_on_one_page(house: House, clerk: Client) -> None:
    run = house.submit()
    url = f"/review/runs/{run.uuid}/remarks/"
    author = client_for(house.author, house.unit)
    assert "火灾隐患" in text(clerk.get(f"{url}?quote=火灾隐患"))
    for form, words in (
        ({"quote": "没有这句", "words": "写了很久"}, "正文里没有这段"),
        ({"quote": "火灾隐患"}, "请写明意见"),
    ):
        answer = clerk.post(url, form)
        assert answer.status_code == 422
        assert words in text(answer)
        assert form.get("words", "火灾隐患") in text(answer)
    clerk.post(url, {"quote": "火灾隐患", "words": "内部再核"})
    clerk.post(url, {"quote": "火灾隐患", "words": "请补依据", "for_authors": "1"})
    page = text(author.get(url))
    assert "请补依据" in page
    assert "内部再核" not in page
    assert 'name="quote"' not in page
    inner, handed = Remark.objects.order_by("pk")
    answer = author.post(f"/review/remarks/{handed.uuid}/reply/", {"words": ""})
    assert answer.status_code == 422
    assert "内部再核" not in text(answer)
    assert author.post(f"/review/remarks/{handed.uuid}/reply/", {"words": "见通报"}).status_code == 302
    for hidden in (f"/review/remarks/{inner.uuid}/reply/", f"/review/remarks/{handed.uuid}/settle/"):
        assert author.post(hidden, {"words": "我也说"}).status_code == 404
    assert "见通报" in text(clerk.get(url))
    assert clerk.post(f"/review/remarks/{handed.uuid}/settle/").status_code == 302
    page = text(clerk.get(url))
    assert "研究室 周敏" in page
    assert "1 条未了结" in page
    neighbour = client_for(make_user(house.unit, "su", roles=["author", "reviewer"]), house.unit)
    assert neighbour.get(url).status_code == 404
    assert neighbour.post(url, {"quote": "火灾隐患", "words": "x"}).status_code == 404


def test_remarks_are_marked_in_the_text_and_say_when_their_passage_is_gone(house: House, clerk: Client) -> None:
    run = house.submit()
    made = [
        review.write_remark(actor=house.research.actor, run_uuid=run.uuid, quote=quote, words="请核")
        for quote in ("存在火灾隐患", "规范电动自行车")
    ]
    pages = [f"/review/tasks/{task_of(house.research, run).uuid}/", f"/review/runs/{run.uuid}/?text=original"]
    for url in (*pages, f"/review/runs/{run.uuid}/remarks/"):
        page = text(clerk.get(url))
        for number, one in enumerate(made, 1):
            assert f'id="mark-{one.uuid}" href="#remark-{one.uuid}" aria-label="批注 {number}">{number}</a>' in page, (
                url
            )
            assert f'href="#mark-{one.uuid}" aria-label="批注 {number}，看原文"' in page, url
            assert page.count(f'id="remark-{one.uuid}"') == 1
        assert f'href="#remark-{made[0].uuid}" tabindex="-1">存在火灾隐患</a>' in page, url
        assert "后来改掉了" not in page
    assert 'id="mark-' not in text(clerk.get(f"/review/runs/{run.uuid}/"))  # the history, no text beside the remarks
    item = item_of(run)
    texts = Texts(**(Texts.of(item).as_dict() | {"problem": "全部重写。"}))
    review.edit_text(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, version=item.version, texts=texts
    )
    page = text(clerk.get(f"/review/runs/{run.uuid}/remarks/"))
    assert page.count("这段文字后来改掉了，现在的文字里没有") == 1
    assert f'id="mark-{made[0].uuid}"' not in page
    late = review.write_remark(actor=house.research.actor, run_uuid=run.uuid, quote="全部重写", words="太短")
    page = text(clerk.get(f"{pages[0]}?text=original"))
    assert f'id="mark-{made[0].uuid}"' in page  # the text shown has it still
    assert page.count("这一稿里没有这段文字，现在的文字里有") == 1
    review.settle_remark(actor=house.research.actor, remark_uuid=late.uuid)
    assert f'is-faint" id="mark-{late.uuid}"' in text(clerk.get(f"{pages[0]}?text=edited"))
    assert "这段文字后来改掉了" in text(clerk.get(f"{pages[0]}?text=edit"))  # no text beside it to mark


def test_the_author_writes_on_and_hands_back(house: House, clerk: Client) -> None:
    run = house.submit()
    pick = f"/review/tasks/{task_of(house.research, run).uuid}/relay/"
    assert "梁晓岚（反映人）" in text(clerk.get(pick))
    answer = clerk.post(pick, {"who": "", "reason": "请补充数据"})
    assert answer.status_code == 422
    assert "请补充数据" in text(answer)
    assert clerk.post(pick, {"who": house.author.uuid, "reason": "请补充数据"}).status_code == 302
    answer = clerk.post(pick, {"who": house.author.uuid, "reason": "再请一次"})
    assert answer.status_code == 409
    assert "再请一次" in text(answer)
    author = client_for(house.author, house.unit)
    url = f"/review/tasks/{task_of(house.author, run).uuid}/relay/"
    page = text(author.get(url))
    assert "请补充数据" in page
    form = {**{name: TEXT[name] for name in ("title", "analysis", "suggestions")}, "version": item_of(run).version}
    assert author.post(url, {**form, "problem": "先存一稿", "action": "save"}).status_code == 302
    stale = author.post(url, {**form, "problem": "过时的一稿", "action": "give_back"})
    assert stale.status_code == 409
    assert "过时的一稿" in text(stale)
    assert re.search("<del>[^<]*先存", text(stale))
    form["version"] = item_of(run).version
    bad = author.post(url, {**form, "problem": "", "action": "give_back"})
    assert bad.status_code == 422
    assert Task.objects.get(uuid=url.split("/")[3]).state == Task.State.OPEN
    assert author.post(url, {**form, "problem": "写好的一稿", "action": "give_back"}).status_code == 302
    assert task_of(house.research, run).state == Task.State.OPEN
    assert Edition.objects.filter(item=run.item_id, writer=house.author).latest("number").problem == "写好的一稿"
    assert author.get(url).status_code == 409
    late = author.post(url, {**form, "problem": "交回以后又写的", "action": "save"})
    assert late.status_code == 409
    assert "交回以后又写的" in text(late)


def test_writing_is_for_whoever_was_asked(house: House, clerk: Client) -> None:
    lin = make_user(house.unit, "lin", name="林岚", roles=["reviewer"])
    run = house.submit()
    review.relay(actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=lin.uuid, reason="请改")
    url = f"/review/tasks/{task_of(lin, run).uuid}/relay/"
    for user in (house.research, house.author, house.chair, house.admin):
        client = client_for(user, house.unit)
        assert client.get(url).status_code == 404
        answer = client.post(url, {"problem": "我写的", "action": "save"})
        assert answer.status_code == 404
        assert "我写的" in text(answer)
    assert client_for(lin, house.unit).get(url).status_code == 200
