"""The pages of review: who may open them, what they say, what a post does, how many queries they cost."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.items.models import State
from tenants.items.texts import Texts
from tenants.review import operations as review
from tenants.review.models import Act, Run, Task
from tenants.review.queries import Filters, Tab, counts, worklist
from tests.factories import make_draft
from tests.tenants.review.conftest import House, item_of, pass_as, task_of
from tests.tenants.review.pages import client, page_of, post
from zhitong.core.operations import system
from zhitong.units.operations import hide_reviewers

URLS = "zhitong.config.urls_unit"


def test_the_screen_shows_text_steps_history_and_every_verb(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run, comment="数据已核")
    status, html = page_of(house, house.secretary, run)
    assert status == 200
    for words in (
        "拉线充电",
        "何静（我）",
        "研究室 周敏",
        "数据已核",
        "下一步：主席审定",
        "重要信息三审 · 按第 1 版办理",
    ):
        assert words in html
    assert [key for key in ("A", "R", "K", "X", "E", "1") if f'data-key="{key}"' not in html] == []
    assert Task.objects.get(run=run, holder=house.secretary).seen_at is not None


def test_passing_leads_to_the_next_task(house: House) -> None:
    first, second = house.submit(urgency="important"), house.submit(title="关于另一件事的建议")
    answer = post(house, house.research, first, verb="pass", reason="")
    assert answer.url == reverse("review:task", urlconf=URLS, args=[task_of(house.research, second).uuid])
    html = client(house, house.secretary).get("/review/").content.decode()
    assert "关于规范电动自行车充电的建议" in html
    assert post(house, house.research, second, verb="pass").url == "/review/"


def test_the_last_step_asks_how_it_is_adopted(house: House) -> None:
    run = house.submit(urgency="ordinary")
    _, html = page_of(house, house.research, run)
    assert "?decide=pass" in html
    _, html = page_of(house, house.research, run, "?decide=pass")
    assert "综合采用" in html
    assert post(house, house.research, run, verb="pass", mode="nonsense").status_code == 422
    assert post(house, house.research, run, verb="pass", mode="merged").status_code == 302
    assert item_of(run).state == State.APPROVED


@pytest.mark.parametrize("verb", ["return", "keep", "decline"])
def test_a_missing_reason_is_said_under_the_box_and_the_box_stays(house: House, verb: str) -> None:
    run = house.submit()
    answer = post(house, house.research, run, verb=verb, reason=" ")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'id="reason-bad">.*请写明理由', html)
    assert Act.objects.filter(run=run).count() == 1
    long = post(house, house.research, run, verb=verb, reason="长" * 501)
    assert "长" * 501 in long.content.decode()
    assert post(house, house.research, run, verb=verb, reason="建议不够具体").status_code == 302


def test_an_unknown_verb_is_refused(house: House) -> None:
    run = house.submit()
    assert post(house, house.research, run, verb="explode").status_code == 422
    assert (
        client(house, house.research).get(f"/review/tasks/{task_of(house.research, run).uuid}/decide/").status_code
        == 405
    )


def test_returning_offers_the_author_and_earlier_steps(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    _, html = page_of(house, house.secretary, run, "?decide=return")
    assert 'value="author"' in html
    assert 'value="research"' in html
    assert post(house, house.secretary, run, verb="return", reason="请再核", to="nowhere").status_code == 422
    assert post(house, house.secretary, run, verb="return", reason="请再核", to="research").status_code == 302
    assert task_of(house.research, run).state == Task.State.OPEN


def test_a_closed_task_keeps_its_verbs_with_the_reason(house: House) -> None:
    run = house.submit(urgency="important")
    pass_as(house.research, run)
    _, html = page_of(house, house.research, run)
    assert html.count('aria-disabled="true" data-refused="这一步已由周敏（研究室）于') >= 4
    answer = post(house, house.research, run, verb="keep", reason="留着")
    assert answer.status_code == 409
    assert "您的操作没有生效" in answer.content.decode()


def test_who_may_open_a_task(house: House) -> None:
    run = house.submit(urgency="important")
    url = f"/review/tasks/{task_of(house.research, run).uuid}/"
    assert client(house, house.chair).get(url).status_code == 200  # reads all, decides nothing here
    assert client(house, house.chair).post(f"{url}decide/", {"verb": "pass"}).status_code == 403
    assert client(house, house.author).get(url).status_code == 404
    assert client(house, None).get(url).status_code == 302
    assert client(house, house.chair).get(f"/review/tasks/{uuid4()}/").status_code == 404
    assert client(house, house.author).get("/review/?tab=all").status_code == 403


def test_editing_in_place_and_losing_nothing_on_conflict(house: House) -> None:
    run = house.submit(urgency="important")
    task, item = task_of(house.research, run), item_of(run)
    url = f"/review/tasks/{task.uuid}/"
    texts = Texts.of(item).as_dict()
    browser = client(house, house.research)
    assert "保存核稿" in browser.get(f"{url}?text=edit").content.decode()
    saved = browser.post(f"{url}text/", texts | {"problem": "改过的情况。", "version": item.version})
    assert saved["Location"] == f"{url}?text=diff"
    assert "<ins>" in browser.get(saved["Location"]).content.decode()
    stale = browser.post(f"{url}text/", texts | {"problem": "我写的另一种情况。", "version": item.version})
    html = stale.content.decode()
    assert stale.status_code == 409
    assert "我写的另一种情况" in html
    assert re.search(r"周敏 \d\d-\d\d \d\d:\d\d 改过这一篇，刚才没有存上", html)
    again = browser.post(f"{url}text/", texts | {"problem": "我写的\0情况。", "version": item.version})
    assert (again.status_code, item_of(run).editions.count()) == (422, 2)
    assert f'name="version" value="{item.version}"' in again.content.decode()  # of what was read, not of now
    empty = browser.post(f"{url}text/", texts | {"problem": "", "version": item_of(run).version})
    assert empty.status_code == 422
    assert [edition.kind for edition in item_of(run).editions.all()] == ["original", "edited"]


def test_two_reviewers_merge_section_by_section(house: House) -> None:
    house.publish({"posts": ["research", "secretary"], "mode": "all"})
    run = house.submit()
    version, texts = item_of(run).version, Texts.of(item_of(run)).as_dict()
    browser, url = client(house, house.secretary), f"/review/tasks/{task_of(house.secretary, run).uuid}/"
    marks = re.search('name="marks" value="([^"]+)"', browser.get(f"{url}?text=edit").content.decode())
    assert marks
    theirs = Texts(**texts | {"title": "周敏改的标题", "problem": "周敏改的情况", "analysis": "周敏改的原因"})
    review.edit_text(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, version=version, texts=theirs
    )
    typed = texts | {"problem": "何静改的情况", "analysis": "何静改的原因", "suggestions": "何静改的建议"}
    late = browser.post(f"{url}text/", typed | {"version": version, "marks": marks[1]})
    html = late.content.decode()
    assert late.status_code == 409
    assert "合并后保存" in html
    sides = dict(re.findall('name="side_([a-z]+)" value="([a-z]+)" checked', html))
    assert sides == {"title": "theirs", "problem": "mine", "analysis": "mine"}
    merged = re.search('name="merged" value="([0-9]+)"', html)
    assert merged
    chosen = {"side_title": "theirs", "side_problem": "theirs", "side_analysis": "mine", "merged": merged[1]}
    edited = {**typed, "analysis": "何静看过以后再改的原因", "version": version, "marks": marks[1]}
    assert browser.post(f"{url}text/", edited | chosen).status_code == 302
    kept = item_of(run).editions.order_by("number")
    assert [one.writer_label for one in kept] == ["梁晓岚", "周敏", "何静"]
    assert Texts.of(item_of(run)) == Texts(
        title="周敏改的标题", problem="周敏改的情况", analysis="何静看过以后再改的原因", suggestions="何静改的建议"
    )


def test_whoever_writes_in_turns_merges_too_and_is_told_no_hidden_name(house: House) -> None:
    house.publish({"posts": ["research", "secretary"], "mode": "all"})
    run = house.submit()
    task = task_of(house.research, run)
    review.relay(actor=house.research.actor, task_uuid=task.uuid, who=house.author.uuid, reason="请补充")
    version, texts = item_of(run).version, Texts.of(item_of(run)).as_dict()
    url = f"/review/tasks/{task_of(house.author, run).uuid}/relay/"
    theirs = Texts(**texts | {"problem": "何静改的情况"})
    review.edit_text(
        actor=house.secretary.actor, task_uuid=task_of(house.secretary, run).uuid, version=version, texts=theirs
    )
    hide_reviewers(actor=system(house.unit.pk), hidden=True)
    typed = texts | {"problem": "晓岚改的情况", "version": version, "action": "save", "reason": "已补"}
    browser = client(house, house.author)
    late = browser.post(url, typed)
    html = late.content.decode()
    assert late.status_code == 409
    assert "何静 " not in html
    assert "审核人" in html
    saved = browser.post(url, typed | {"merged": item_of(run).version, "side_problem": "mine"})
    assert (saved.status_code, item_of(run).problem) == (302, "晓岚改的情况")
    assert "已补</textarea>" in browser.get(saved["Location"]).content.decode()


def test_submit_and_recall_by_the_author(house: House) -> None:
    item = make_draft(house.unit, house.author)
    browser = client(house, house.author)
    assert browser.post(f"/review/submit/{item.uuid}/", {"version": "oops"}).status_code == 409
    assert browser.post(f"/review/submit/{item.uuid}/", {"version": item.version}).status_code == 302
    assert browser.post(f"/review/recall/{item.uuid}/", {"reason": ""}).status_code == 422
    assert browser.post(f"/review/recall/{item.uuid}/", {"reason": "写错了"}).status_code == 302
    item.refresh_from_db()
    assert item.state == State.WITHDRAWN
    assert client(house, house.research).get(f"/review/recall/{item.uuid}/").status_code == 404


def test_counts_equal_the_lists(house: House) -> None:
    runs = [house.submit(title=f"关于第 {n} 件事的建议", urgency="important") for n in range(5)]
    for run in runs[:3]:
        pass_as(house.research, run)
    review.decide_return(
        actor=house.secretary.actor, task_uuid=task_of(house.secretary, runs[0]).uuid, reason="数据请注明来源"
    )
    review.copy_to(
        actor=house.research.actor, task_uuid=task_of(house.research, runs[4]).uuid, who=[house.secretary.uuid]
    )
    expected = {
        house.research: {Tab.MINE: 2, Tab.DONE: 3, Tab.SENT_BACK: 0, Tab.RETURNED: 0, Tab.COPIES: 0, Tab.LATE: 0,
                         Tab.ALL: 5},
        house.secretary: {Tab.MINE: 2, Tab.DONE: 1, Tab.SENT_BACK: 1, Tab.RETURNED: 0, Tab.COPIES: 1, Tab.LATE: 0,
                          Tab.ALL: 5},
        house.author: {Tab.MINE: 0, Tab.DONE: 0, Tab.SENT_BACK: 0, Tab.RETURNED: 1, Tab.COPIES: 0, Tab.LATE: 0},
    }  # fmt: skip
    for user, numbers in expected.items():
        assert counts(user) == numbers
        assert {tab: len(worklist(user, tab, Filters()).items) for tab in numbers} == numbers
    returned = worklist(house.author, Tab.RETURNED, Filters()).items[0]
    assert (returned.reason, returned.who) == ("数据请注明来源", ["何静"])


def test_pages_of_a_worklist_join_without_gap(house: House) -> None:
    for n in range(45):
        house.submit(title=f"关于第 {n} 件事的建议", urgency="urgent" if n % 3 else "ordinary")
    house.publish({"posts": ["research"]})
    for n in range(5):
        house.submit(title=f"关于不限时的第 {n} 件事的建议")
    seen: list[str] = []
    after = ""
    while True:
        page = worklist(house.research, Tab.MINE, Filters(), after=after)
        seen += [row.item.title for row in page.items]
        after = page.next_cursor
        if not after:
            break
    assert len(seen) == len(set(seen)) == 50
    back = worklist(house.research, Tab.MINE, Filters(), before=page.prev_cursor)
    assert [row.item.title for row in back.items] == seen[20:40]
    assert worklist(house.research, Tab.MINE, Filters(words="不限时")).items[0].due_at is None
    assert len(worklist(house.research, Tab.MINE, Filters(urgency="ordinary"), after="made-up").items) == 20


def test_the_pages_and_a_decision_cost_a_constant_number_of_queries(house: House) -> None:
    def queries(work: Any) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            work()
        return len(captured)

    def measure() -> tuple[int, int, int]:
        run = house.submit(title=f"关于第 {Run.objects.count()} 件事的建议", urgency="important")
        browser, task = client(house, house.research), task_of(house.research, run)
        browser.get("/review/")
        return (
            queries(lambda: browser.get("/review/?tab=all")),
            queries(lambda: browser.get(f"/review/tasks/{task.uuid}/")),
            queries(lambda: review.decide_pass(actor=house.research.actor, task_uuid=task.uuid)),
        )

    for n in range(2):
        house.submit(title=f"关于早先第 {n} 件事的建议")
    measure()
    few = measure()
    for n in range(12):
        pass_as(house.research, house.submit(title=f"关于其他第 {n} 件事的建议", urgency="important"))
    assert measure() == few
