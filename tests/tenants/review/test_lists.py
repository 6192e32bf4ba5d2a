"""Worklists: filters, saved ones with their counts, order, bounds; and a verb for many rows at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.items.models import State
from tenants.review import operations as review
from tenants.review.models import Copy, Run, SavedFilter, Task
from tenants.review.queries import Filters, Tab, count_of, counts, worklist, worklists
from tests.factories import make_user
from tests.tenants.review.conftest import House, holders, item_of, pass_as, task_of
from tests.tenants.review.pages import client, said
from zhitong.core import clock

TYPED = "这是我写了很久的一段理由"


def titles(house: House, user: Any, query: str) -> list[str]:
    rows = client(house, user).get(f"/review/?{query}").context["rows"]
    return [row.name for row in rows]


def test_a_list_is_narrowed_by_every_condition(house: House) -> None:
    limited = {"posts": ["research"], "limit_days": 2}
    house.publish(limited)
    one = house.submit(title="关于充电桩的建议", urgency="important", category="社会建设", submitter_kind="member")
    house.publish({**limited, "name": "另一步", "limit_days": 20})
    other = house.submit(title="关于停车位的建议", category="经济建设", submitter_kind="party")
    first, second = item_of(one).title, item_of(other).title
    near = clock.local_date(task_of(house.research, one).due_at)  # type: ignore[arg-type]
    for query, expected in {
        "q=充电": [first],
        "urgency=important": [first],
        "category=经济建设": [second],
        "kind=party": [second],
        "step=另一步": [second],
        "flow=main": [first, second],
        f"due_from={near + timedelta(days=1)}": [second],
        f"due_to={near}": [first],
        "q=充电&category=经济建设": [],
        "due_from=nonsense&urgency=soon&step=x&flow=x&kind=x&sort=x": [first, second],
    }.items():
        assert titles(house, house.research, query) == expected, query
        for tab in ("all", "late"):
            shown = titles(house, house.research, f"tab={tab}&{query}")
            assert sorted(shown) == (sorted(expected) if tab == "all" else []), (tab, query)
    page = client(house, house.research).get("/review/?q=停车&due_to=2020-01-01")
    assert "去掉：标题“停车”" in said(page)
    assert "没有符合条件的" in said(page)


def test_rows_are_sorted_both_ways(house: House) -> None:
    house.publish({"posts": ["research"], "limit_days": 9})
    with clock.at(clock.now() - timedelta(days=2)):
        house.submit(title="先来的")
    house.publish({"posts": ["research"], "limit_days": 1})
    house.submit(title="急着要的")
    assert titles(house, house.research, "") == ["急着要的", "先来的"]
    assert titles(house, house.research, "sort=-due") == ["先来的", "急着要的"]
    assert titles(house, house.research, "sort=at") == ["先来的", "急着要的"]
    assert titles(house, house.research, "tab=all&sort=at") == ["先来的", "急着要的"]
    page = client(house, house.research).get("/review/?sort=-due").content.decode()
    assert 'aria-sort="descending"' in page


def test_what_i_returned_and_what_was_shown_to_me(house: House) -> None:
    lin = make_user(house.unit, "lin", name="林岚", roles=["author"])
    run = house.submit()
    review.copy_to(
        actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, who=[lin.uuid], note="请知悉"
    )
    page = client(house, lin).get("/review/?tab=copies")
    assert [row.unread for row in page.context["rows"]] == [True]
    assert "请知悉" in said(page)
    assert client(house, lin).get(page.context["rows"][0].url).status_code == 200
    assert [row.unread for row in client(house, lin).get("/review/?tab=copies").context["rows"]] == [False]
    assert Copy.objects.get(run=run).read_at
    review.decide_return(actor=house.research.actor, task_uuid=task_of(house.research, run).uuid, reason="补数据")
    row = worklist(house.research, Tab.SENT_BACK, Filters()).items[0]
    assert (row.item.pk, row.word) == (run.item_id, "退回修改")
    assert titles(house, house.chair, "tab=sent_back") == []


def test_a_long_list_is_counted_to_a_bound(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklists, "COUNT_MOST", 3)
    monkeypatch.setattr("tenants.review.views.lists.COUNT_MOST", 3)
    for n in range(5):
        house.submit(title=f"关于第 {n} 件事的建议")
    assert counts(house.research)[Tab.MINE] == 4
    assert count_of(house.research, Tab.ALL, Filters(words="第 1")) == 1
    page = client(house, house.research).get("/review/").content.decode()
    assert "待我审 <b>3+</b>" in page


def test_filters_are_saved_with_their_counts(house: House) -> None:
    house.submit(title="关于充电桩的建议", urgency="important")
    house.submit(title="关于停车位的建议")
    browser = client(house, house.research)
    assert "存下这个筛选" not in browser.get("/review/").content.decode()
    assert "存下这个筛选" in browser.get("/review/?urgency=important").content.decode()
    query = "tab=mine&urgency=important&sort=-at&made=up"
    for name in ("", "长" * 21, "有\x00零"):
        answer = browser.post("/review/filters/", {"name": name, "query": query})
        assert answer.status_code == 422
        assert "关于充电桩的建议" in said(answer)
    saved = browser.post("/review/filters/", {"name": "重要的", "query": query})
    assert saved.url == "/review/?tab=mine&urgency=important&sort=-at"
    page = browser.get(saved.url)
    assert [(part.label, part.count) for part in page.context["filters"] if part.current] == [("重要的", 1)]
    house.submit(title="关于扶梯的建议", urgency="important")
    page = browser.get("/review/")
    assert [part.count for part in page.context["filters"] if part.label == "重要的"] == [2]
    own = SavedFilter.objects.get()
    assert client(house, house.chair).post(f"/review/filters/{own.pk}/remove/").status_code == 404
    assert browser.post(f"/review/filters/{own.pk}/remove/").status_code == 302
    for n in range(12):
        answer = browser.post("/review/filters/", {"name": f"筛选{n}", "query": "q=建议"})
    assert "最多 10 个" in said(answer)


def test_saved_filters_of_a_list_that_was_withdrawn_are_not_shown(house: House) -> None:
    house.submit()
    browser = client(house, house.research)
    browser.post("/review/filters/", {"name": "全部重要", "query": "tab=all&urgency=important"})
    house.research.roles.set([])
    house.research.roles.create(code="plain", name="普通", permissions=["review.decide"])
    page = client(house, house.research).get("/review/")
    assert page.status_code == 200
    assert "全部重要" not in said(page)


def test_a_page_costs_the_same_for_many_rows_and_saved_filters(house: House) -> None:
    def queries() -> int:
        browser = client(house, house.research)
        browser.get("/review/")
        with CaptureQueriesContext(connection) as captured:
            browser.get("/review/?tab=all&q=建议")
        return len(captured)

    house.submit()
    few = queries()
    for n in range(15):
        house.submit(title=f"关于第 {n} 件事的建议")
    assert queries() == few


def chosen(*runs: Run, **fields: Any) -> dict[str, Any]:
    tasks = Task.objects.filter(run__in=runs).order_by("pk").values_list("uuid", flat=True)
    return {"task": [str(uuid) for uuid in tasks], **fields}


def test_a_batch_asks_for_one_reason_and_does_it_for_each(house: House) -> None:
    runs = [house.submit(title=f"关于第 {n} 件事的建议") for n in range(3)]
    browser = client(house, house.research)
    asked = browser.post("/review/batch/", chosen(*runs, verb="return", back="tab=mine&q=建议"))
    assert asked.status_code == 200
    for words in ("退回 3 篇", "关于第 1 件事的建议", "理由"):
        assert words in said(asked)
    missing = browser.post("/review/batch/", chosen(*runs, verb="return", confirm="1", reason=" "))
    assert missing.status_code == 422
    assert "请写明理由" in said(missing)
    done = browser.post(
        "/review/batch/", chosen(*runs, verb="return", confirm="1", reason="请补数据", back="tab=mine&q=建议")
    )
    assert done.url == "/review/?tab=mine&q=%E5%BB%BA%E8%AE%AE"
    assert {item_of(run).state for run in runs} == {State.RETURNED}


def test_a_batch_says_for_each_what_became_of_it(house: House) -> None:
    house.publish({"posts": ["research"], "may": ["return"]})
    withheld = house.submit(title="流程不让留存的")
    house.publish({"posts": ["research"]})
    free, gone = house.submit(title="可以留存的"), house.submit(title="别人先办的")
    tasks = chosen(withheld, free, gone, verb="keep", confirm="1", reason=TYPED)
    pass_as(house.research, gone)
    answer = client(house, house.research).post("/review/batch/", tasks)
    page = said(answer)
    for words in ("选中 3 篇，留存 1 篇，没有办成 2 篇", "这一步不能留存", "您的操作没有生效", "再留存这 2 篇"):
        assert words in page, words
    assert f'name="reason" value="{TYPED}"' in page
    assert (item_of(free).state, item_of(withheld).state) == (State.KEPT, State.IN_REVIEW)
    again = client(house, house.research).post("/review/batch/", chosen(withheld, verb="keep", reason=TYPED))
    assert TYPED in said(again)


def test_a_batch_passes_and_hands_on(house: House) -> None:
    lin = make_user(house.unit, "lin", name="林岚", roles=["reviewer"])
    last, middle = house.submit(), house.submit(title="重要的一件", urgency="important")
    browser = client(house, house.research)
    asked = said(browser.post("/review/batch/", chosen(last, middle, verb="reassign")))
    assert "林岚" in asked
    assert browser.post("/review/batch/", chosen(last, verb="reassign", confirm="1", reason="x")).status_code == 422
    wrong = chosen(last, verb="reassign", confirm="1", reason=TYPED, who="x")
    assert "没有办成 1 篇" in said(browser.post("/review/batch/", wrong))
    done = browser.post("/review/batch/", chosen(last, verb="reassign", confirm="1", reason="出差", who=str(lin.uuid)))
    assert done.status_code == 302
    assert holders(last) == ["lin"]
    own = {"task": [str(task_of(house.research, middle).uuid)], "verb": "pass", "confirm": "1"}
    assert browser.post("/review/batch/", own | {"mode": "x"}).status_code == 422
    assert browser.post("/review/batch/", own | {"mode": "merged"}).status_code == 302
    assert holders(middle) == ["he"]


def test_a_batch_of_nothing_and_of_what_is_not_ones_own(house: House) -> None:
    run = house.submit()
    browser = client(house, house.research)
    assert browser.post("/review/batch/", {"verb": "pass", "task": ["x", ""]}).url == "/review/"
    assert browser.post("/review/batch/", chosen(run, verb="explode")).status_code == 422
    assert browser.get("/review/batch/").status_code == 405
    stranger = client(house, house.author).post("/review/batch/", chosen(run, verb="keep", confirm="1", reason=TYPED))
    assert "不是您的待办" in said(stranger)
    assert item_of(run).title not in said(stranger)
    assert item_of(run).state == State.IN_REVIEW
    too_many = {"task": [str(task_of(house.research, run).uuid)] * 1, "verb": "keep", "confirm": "1", "reason": "x"}
    assert browser.post("/review/batch/", too_many).status_code == 302
