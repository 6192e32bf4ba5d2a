"""Homes by role beside the clerk's: the leader who signs, the administrator, the reader, the province's office."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import make_user
from tests.platform.ranking.histories import full_way, new_item, outcome, publish, recompute, send_up
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.exchange.models import EventKind, ItemFact, Visibility
from zhitong.ranking.models import CountedItem, Standing
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def to_sign(office: Office, title: str) -> tuple[Item, Task]:
    """Return an item that the leader's signature waits for, and the task."""
    item = office.submitted(title=title, urgency="important")
    with office.unit:
        first = Task.objects.get(run__item=item, state=Task.State.OPEN)
        review.decide_pass(actor=first.holder.actor, task_uuid=first.uuid, comment="已与街道核实")
        return item, Task.objects.get(run__item=item, state=Task.State.OPEN)


def test_a_leader_signs_from_the_list_and_comes_back_to_it(office: Office, client_for: Any) -> None:
    _, first = to_sign(office, "先到的一篇")
    to_sign(office, "后到的一篇")
    assert first.holder_id == office.leader.pk
    client = client_for(office.leader, office.unit)
    home = client.get("/")
    assert [entry.title for entry in home.context["signs"]] == ["先到的一篇", "后到的一篇"]
    assert [entry.current for entry in home.context["signs"]] == [True, False]
    assert "约半分钟" in home.context["signs"][0].notes[1]
    page = home.content.decode()
    for words in ("待我签 2", "逐篇签 2 篇", "同意", "已与街道核实", "桂城街道部分老旧小区充电桩不足"):
        assert words in page, words
    second = home.context["signs"][1].url
    opened = client.get(second)
    assert opened.context["task"].run.item.title == "后到的一篇"
    assert opened.context["is_signing"]
    agree = {"verb": "pass", "from": "home"}
    answer = client.post(f"/review/tasks/{opened.context['task'].uuid}/decide/", agree)
    assert (answer.status_code, answer.url) == (302, "/")
    with office.unit:
        assert Task.objects.get(pk=opened.context["task"].pk).state == Task.State.DONE


def test_a_leader_opens_nothing_by_looking_at_the_list(office: Office, client_for: Any) -> None:
    _, task = to_sign(office, "等着签的一篇")
    client = client_for(office.leader, office.unit)
    client.get("/")
    with office.unit:
        task.refresh_from_db()
        assert task.seen_at is None
    client.get(f"/?sign={task.uuid}")
    with office.unit:
        task.refresh_from_db()
        assert task.seen_at is not None
    assert client.get("/?sign=nothing").status_code == 200


def test_what_waits_too_long_is_the_units_reviews_and_what_a_receiver_left_lying(
    office: Office, city_office: Office, client_for: Any
) -> None:
    office.submitted(title="在研究室的一篇")
    office.send(office.approved(title="市里没有签收的一篇"))
    client = client_for(office.leader, office.unit)
    assert client.get("/").context["waits_total"] == 0
    with clock.at(clock.now() + timedelta(days=30)):
        context = client_for(office.leader, office.unit).get("/").context
    assert {entry.title for entry in context["waits"]} == {"在研究室的一篇", "市里没有签收的一篇"}
    assert context["waits_total"] == 2
    assert all(entry.state.kind == "late" for entry in context["waits"])


def test_homes_cost_the_same_with_one_and_three_items(office: Office, client_for: Any, province: Unit) -> None:
    rules = publish(province)
    costs = []
    for number in range(2):
        for count in range(1 + number):
            to_sign(office, f"第 {number}{count} 篇")
        recompute(rules)
        costs.append([])
        for user in (office.leader, office.reader):
            client = client_for(user, office.unit)
            client.get("/")
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/").status_code == 200
            costs[-1].append(len(queries))
    assert costs[0] == costs[1]


def test_the_year_stands_beside_with_the_neighbours(
    unit: Unit, city: Unit, province: Unit, stranger: Unit, client_for: Any
) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    new_item(stranger, "禅〔2026〕1号")
    recompute(rules)
    leader = make_user(unit, "ld", roles=["leader"])
    context = client_for(leader, unit).get("/").context
    assert [figure.label for figure in context["year"]] == [
        "收稿", "本级采用", "市级采用", "省级采用", "全国采用", "批示",
    ]  # fmt: skip
    assert context["year_note"] == "上年没有数据"
    own, other = Standing.objects.filter(unit__in=[unit, stranger], month=0).order_by("rank")
    assert own.unit_id == unit.pk
    assert [(bar.label, bar.rank, bar.us) for bar in context["neighbours"]] == [
        ("南海区", 1, True), ("禅城区", 2, False),
    ]  # fmt: skip
    assert [(place.label, place.rank, place.points) for place in context["standings"]] == [
        ("全省 2 个区县", 1, None), ("得分", None, own.points),
    ]  # fmt: skip
    Standing.objects.filter(month=0).update(rank_before=None)
    today = clock.today()
    fact = ItemFact.objects.filter(unit=unit).earliest("pk")
    march = date(today.year, 3, 15)
    # Last year two came in until the end of February, and one in March; this year one until then.
    CountedItem.objects.all().delete()
    for day in (date(today.year - 1, 1, 9), date(today.year - 1, 3, 2), date(today.year, 2, 1), march):
        CountedItem.objects.create(fact=fact, unit=unit, what="received", on=day)
    second = ItemFact.objects.get(unit=unit, item_uuid=new_item(unit, "南〔2026〕9号"))
    CountedItem.objects.create(fact=second, unit=unit, what="received", on=date(today.year - 1, 2, 28))
    with clock.at(clock.start_of(march)):
        context = client_for(leader, unit).get("/").context
    change = context["year"][0].change
    assert context["year_note"] == "增减比上年 1 至 2 月"
    assert change.word == "−1 篇"
    assert other.rank == 2


@pytest.mark.parametrize("visibility", Visibility)
def test_a_new_instruction_shows_its_words_only_where_they_are_open(
    visibility: Visibility, unit: Unit, city: Unit, stranger: Unit, client_for: Any
) -> None:
    item = new_item(unit, "南〔2026〕1号")
    above = send_up(unit, item, city, "佛〔2026〕1号")
    outcome(
        city, above, EventKind.INSTRUCTION, leader="某副市长", leader_rank="city", words="请研办", visibility=visibility
    )
    page = client_for(make_user(unit, "ld", roles=["leader"]), unit).get("/").content.decode()
    assert ("某副市长" in page) == (visibility == Visibility.FULL)
    assert ("请研办" in page) == (visibility == Visibility.FULL)
    assert ("批示全文未开放" in page) == (visibility == Visibility.FACT)
    other = client_for(make_user(stranger, "ld", roles=["leader"]), stranger).get("/").content.decode()
    assert "某副市长" not in other
    author = client_for(make_user(unit, "author"), unit).get("/").content.decode()
    assert "某副市长" not in author


def test_an_administrator_sees_who_has_not_come_in_and_which_post_is_empty(unit: Unit, client_for: Any) -> None:
    admin = make_user(unit, "admin", roles=["administrator"])
    waiting = make_user(unit, "xin", name="新来的")
    make_user(unit, "zhuxi", name="主席", roles=["leader"], posts=["chair"])
    with unit:
        type(waiting).objects.filter(pk=waiting.pk).update(password_changed_at=None)
    client = client_for(admin, unit)
    context = client.get("/").context
    figures = {figure.label: figure for figure in context["figures"]}
    assert (figures["未设密码"].value, figures["在用人员"].value, figures["已停用"].value) == (1, 2, 0)
    listed = client.get(figures["未设密码"].url).context
    assert [row.name for row in listed["rows"]] == ["新来的"]
    empty = next(one for one in context["lists"] if one.key == "vacant")
    posts = client.get(figures["空缺岗位"].url).context["rows"]
    vacant = [row.name for row in posts if row.cells[1].state]
    assert len(vacant) == empty.total == figures["空缺岗位"].value
    assert "主席" not in vacant
    assert [act.label for act in context["starts"]] == ["添加人员"]


def test_a_reader_sees_the_latest_items_and_the_province_its_office(
    office: Office, province: Unit, client_for: Any
) -> None:
    office.submitted(title="最新的一篇")
    context = client_for(office.reader, office.unit).get("/").context
    assert [one.key for one in context["lists"]] == ["latest"]
    assert [entry.title for entry in context["lists"][0].entries] == ["最新的一篇"]
    assert context["figures"] == []
    statistics = make_user(province, "tongji", roles=["province_office"])
    answer = client_for(statistics, province).get("/")
    assert (answer.status_code, answer.url) == (302, "/province/")
