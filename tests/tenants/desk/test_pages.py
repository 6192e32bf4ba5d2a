"""What the pages of the desk say and keep: home by role, inbox, batches, sending, outcomes."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from tenants.review import operations as review
from tenants.review.models import Task
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.exchange.models import Dispatch, Event, EventKind
from zhitong.units.models import ExternalBody

pytestmark = pytest.mark.django_db


def queries_of(client: Any, path: str) -> int:
    client.get(path)  # the first call fills what is kept for the life of a process
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_an_author_is_told_what_to_change_and_where_each_item_is(office: Office, client_for: Any) -> None:
    item = office.submitted()
    with office.unit:
        task = Task.objects.get(run__item=item, state=Task.State.OPEN)
        review.decide_return(actor=task.holder.actor, task_uuid=task.uuid, reason="请写明由谁来办")
    page = client_for(office.author, office.unit).get("/").content.decode()
    assert "梁晓岚委员" in page
    assert "要我办的 1" in page
    assert "请写明由谁来办" in page
    assert f"/items/{item.uuid}/edit/" in page
    assert "写信息" in page
    assert "收件" not in page


def test_the_office_sees_figures_that_lead_to_their_lists(office: Office, city_office: Office, client_for: Any) -> None:
    office.send(office.approved(title="已经报出去的一篇"))
    office.approved(title="等着报送的一篇")
    office.submitted(title="等着审的一篇")
    context = client_for(office.clerk, office.unit).get("/").context
    assert [(f.label, f.value) for f in context["figures"]] == [
        ("待我审", 1),
        ("收件待办", 0),
        ("待报送", 1),
        ("审核超期", 0),
        ("报送被退回", 0),
    ]
    for figure in context["figures"]:
        assert client_for(office.clerk, office.unit).get(figure.url).status_code == 200
    city = client_for(city_office.clerk, city_office.unit).get("/").content.decode()
    assert "已经报出去的一篇" in city
    assert "等着报送的一篇" not in city


@pytest.mark.parametrize("path", ["/", "/inbox/", "/inbox/?tab=all", "/send/", "/send/?tab=sent"])
def test_lists_cost_the_same_with_one_and_three_rows(
    path: str, office: Office, city_office: Office, client_for: Any
) -> None:
    seen = []
    for rows in (1, 2):
        for number in range(rows):
            office.send(office.approved(title=f"报给市里的第 {rows}{number} 篇"))
            office.approved(title=f"没有报的第 {rows}{number} 篇")
            office.submitted(title=f"在审的第 {rows}{number} 篇")
        seen.append(
            [
                queries_of(client_for(user, unit), path)
                for user, unit in ((office.clerk, office.unit), (city_office.clerk, city_office.unit))
            ]
        )
    assert seen[0] == seen[1]


def test_an_authors_home_costs_the_same_with_one_and_three_items(office: Office, client_for: Any) -> None:
    office.approved()
    client = client_for(office.author, office.unit)
    first = queries_of(client, "/")
    office.approved(title="第二篇")
    office.approved(title="第三篇")
    assert queries_of(client, "/") == first


def test_the_inbox_narrows_and_pages(office: Office, city_office: Office, client_for: Any) -> None:
    for number in range(21):
        item = office.approved(title=f"第 {number:02} 件事", category="社会建设" if number else "文化建设")
        office.send(item)
    client = client_for(city_office.clerk, city_office.unit)

    def titles(**query: str) -> list[str]:
        return [row.name for row in client.get(f"/inbox/?{urlencode(query)}").context["rows"]]

    page = client.get("/inbox/").context
    assert len(page["rows"]) == 20
    assert page["summary"] == "21 篇，来自 1 个单位"
    assert titles(after=page["page"].next_cursor) == ["第 00 件事"]
    assert titles(q="第 07") == ["第 07 件事"]
    assert titles(category="文化建设") == ["第 00 件事"]
    assert titles(sender="南海区政协", category="文化建设") == ["第 00 件事"]
    assert titles(since="2999-01-01") == []
    assert len(titles(until=str(clock.today()))) == 20
    for odd in ({"since": "0001-01-01"}, {"until": "9999-12-31"}, {"q": "\x00"}, {"sender": "没有"}, {"after": "乱"}):
        assert len(titles(**odd)) == 20, odd
    assert titles(tab="returned") == []
    assert all(row.unread for row in page["rows"])


def test_a_batch_answers_for_every_row(office: Office, city_office: Office, client_for: Any) -> None:
    first, second = (office.send(office.approved(title=title))[0] for title in ("甲事", "乙事"))
    client = client_for(city_office.clerk, city_office.unit)
    assert client.post("/inbox/receive/", {"dispatch": [str(first.uuid)]}).status_code == 302
    answer = client.post("/inbox/receive/", {"dispatch": [str(first.uuid), str(second.uuid), str(uuid4()), "x"]})
    assert answer.status_code == 200
    assert [[row.cells[2].state.word, row.cells[3].text] for row in answer.context["rows"]] == [
        ["没有签收", "此前已签收，不需要再签收"],
        ["已签收", ""],
        ["没有签收", "没有找到，或者不在您可以看的范围内。"],
    ]
    assert set(Dispatch.objects.values_list("state", flat=True)) == {"received"}
    assert client.post("/inbox/receive/", {}).status_code == 302
    assert client_for(city_office.reader, city_office.unit).post("/inbox/receive/", {}).status_code == 403


def test_a_typed_reason_survives_a_refusal_and_ends_up_with_the_sender(
    office: Office, city_office: Office, client_for: Any
) -> None:
    [dispatch] = office.send(office.approved())
    client = client_for(city_office.clerk, city_office.unit)
    assert "退回的理由" in client.get(f"/inbox/{dispatch.uuid}/?decide=return").content.decode()
    assert client.post(f"/inbox/{dispatch.uuid}/act/", {"verb": "burn"}).status_code == 422
    assert client.post(f"/inbox/{dispatch.uuid}/act/", {"verb": "decline", "reason": ""}).status_code == 422
    answer = client.post(f"/inbox/{dispatch.uuid}/act/", {"verb": "return", "reason": "请注明数据来源"})
    assert answer.status_code == 302
    sent = client_for(office.clerk, office.unit).get("/send/?tab=sent").content.decode()
    assert "已退回" in sent
    assert "请注明数据来源" in sent


def test_sending_shows_what_does_not_travel(office: Office, client_for: Any, city_party: ExternalBody) -> None:
    item = office.approved()
    page = client_for(office.clerk, office.unit).get(f"/items/{item.uuid}/send/").content.decode()
    for words in ("佛山市政协", "市委", "对方看到的", "联系方式", "不随报送", "上级政协"):
        assert words in page, words
    assert "再次报送" not in page
    office.send(item, "佛山市政协")
    page = client_for(office.clerk, office.unit).get(f"/items/{item.uuid}/send/").content.decode()
    assert "再次报送" in page
    assert "送过" in page


def test_an_item_in_review_cannot_be_sent(office: Office, client_for: Any) -> None:
    item = office.submitted()
    client = client_for(office.clerk, office.unit)
    assert "签发以后才能报送" in client.get(f"/items/{item.uuid}/send/").content.decode()
    answer = client.post(f"/items/{item.uuid}/send/", {"to": ["x"], "version": item.version})
    assert answer.status_code == 409
    assert not Dispatch.objects.exists()


def test_an_outcome_by_hand_needs_its_body_and_day(office: Office, city_party: ExternalBody, client_for: Any) -> None:
    item = office.approved()
    office.send(item, "市委")
    client, url = client_for(office.clerk, office.unit), f"/items/{item.uuid}/outcomes/"
    assert f'value="{clock.today():%Y-%m-%d}"' in client.get(url).content.decode()
    given = {"kind": "adopted", "mode": "single", "occurred_on": str(clock.today()), "visibility": "fact"}
    for changes, field in (
        ({}, "body"),
        ({"body": str(city_party.uuid), "mode": ""}, "mode"),
        ({"body": str(city_party.uuid), "occurred_on": "2999-01-01"}, "occurred_on"),
        ({"body": str(city_party.uuid), "occurred_on": ""}, "occurred_on"),
        ({"body": str(uuid4())}, "body"),
        ({"kind": "instruction", "bulletin": "内参"}, "leader"),
        ({"kind": "declined", "body": str(city_party.uuid)}, "reason"),
    ):
        answer = client.post(url, given | changes)
        assert answer.status_code == 422, changes
        assert field in answer.context["form"].errors, changes
    before = Event.objects.count()
    full = given | {"body": str(city_party.uuid), "bulletin": "每日要情", "issue_number": "12"}
    assert client.post(url, full).status_code == 302
    assert client.post(url, full).status_code == 409
    assert Event.objects.count() == before + 1
    assert "市委单篇采用，《每日要情》第 12 期" in client.get(f"/items/{item.uuid}/").content.decode()


def test_a_leaders_words_stay_with_the_recorder(office: Office, client_for: Any, drain: Any) -> None:
    item = office.approved()
    client = client_for(office.clerk, office.unit)
    given = {
        "kind": "instruction",
        "leader": "某副主席",
        "leader_rank": "city",
        "words": "请住建局研办",
        "occurred_on": str(clock.today()),
        "visibility": "fact",
    }
    assert client.post(f"/items/{item.uuid}/outcomes/", given).status_code == 302
    assert Event.objects.filter(kind=EventKind.INSTRUCTION, leader_rank="city").count() == 1
    drain()
    author = client_for(office.author, office.unit)
    for path in ("/notices/", f"/items/{item.uuid}/", f"/items/{item.uuid}/journey/"):
        page = author.get(path).content.decode()
        assert "批示" in page, path
        assert "请住建局研办" not in page, path
