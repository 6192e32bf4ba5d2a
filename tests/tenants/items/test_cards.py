"""Own items as cards: the stations reached and those that may follow, what was earned, what a reviewer sent back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import User
from tenants.items import operations
from tenants.items.models import Item
from tenants.items.views.cards import cards_of
from tests.factories import make_draft, make_user
from tests.platform.ranking.histories import outcome, publish, send_up
from zhitong.core.operations import system
from zhitong.exchange.models import EventKind
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit
from zhitong.web.parts import ItemCard


@pytest.fixture
def author(unit: Unit) -> User:
    return make_user(unit, "liang", name="梁晓岚")


def submitted(unit: Unit, author: User, **changes: Any) -> Item:
    item = make_draft(unit, author, **changes)
    with unit:
        return operations.register_submission(actor=author.actor, item=item)


def card(unit: Unit, user: User, item: Item) -> ItemCard:
    with unit:
        [found] = cards_of(user, [Item.objects.select_related("created_by").get(pk=item.pk)])
    return found


def stations(found: ItemCard) -> list[tuple[str, str]]:
    assert found.track is not None
    return [(station.label, station.word) for station in found.track.stations]


def test_the_line_shows_what_may_follow(unit: Unit, city: Unit, author: User) -> None:
    item = submitted(unit, author)
    assert stations(card(unit, author, item)) == [
        ("南海区", "审核中"), ("佛山市", "未报"), ("广东省", "未报"), ("全国", "未报"),
    ]  # fmt: skip
    outcome(unit, item.uuid)
    above = send_up(unit, item.uuid, city, "佛〔2026〕1号")
    assert stations(card(unit, author, item)) == [
        ("南海区", "单篇采用"), ("佛山市", "审核中"), ("广东省", "未报"), ("全国", "未报"),
    ]  # fmt: skip
    outcome(city, above, EventKind.INSTRUCTION, leader="某副市长", leader_rank="city", words="请研办")
    outcome(city, above, EventKind.DECLINED, reason="已有同类")
    found = card(unit, author, item)
    assert stations(found) == [("南海区", "单篇采用"), ("佛山市", "不采用")]  # it ends there: nothing follows
    assert [tag.word for tag in found.tags] == ["批示"]


def test_a_single_station_is_said_in_a_word(unit: Unit, author: User) -> None:
    item = submitted(unit, author)
    with unit:
        operations.conclude(actor=system(unit.pk), item=item, state="declined")
    outcome(unit, item.uuid, EventKind.DECLINED, reason="已有同类")
    found = card(unit, author, item)
    assert found.track is None
    assert found.state is not None
    assert found.state.word == "不采用"


def test_what_was_sent_back_says_so_and_leads_to_the_writing_page(unit: Unit, author: User) -> None:
    item = submitted(unit, author)
    with unit:
        operations.reopen_returned(actor=system(unit.pk), item=item)
    found = card(unit, author, item)
    assert stations(found)[0] == ("南海区", "退回修改")
    assert found.url == f"/items/{item.uuid}/edit/"


def test_what_was_earned_is_the_units_under_the_networks_rules(
    unit: Unit, city: Unit, province: Unit, author: User, drain: Any, client_for: Any
) -> None:
    publish(province)
    item = submitted(unit, author)
    outcome(unit, item.uuid)
    at_city = send_up(unit, item.uuid, city, "佛〔2026〕1号")
    outcome(city, at_city)
    top = send_up(city, at_city, province, "粤〔2026〕1号")
    outcome(province, top)
    drain()
    refresh_standings()
    assert "得 5 分" in card(unit, author, item).notes
    assert [(word, figure) for word, figure, *_ in client_for(author, unit).get("/").context["year"]] == [
        ("报送", 1), ("采用", 0), ("得", "5")]  # fmt: skip


def test_many_cards_cost_as_much_as_one(unit: Unit, author: User) -> None:
    def cost(count: int) -> int:
        with unit:
            items = list(Item.objects.select_related("created_by").order_by("pk")[:count])
            with CaptureQueriesContext(connection) as captured:
                cards_of(author, items)
        return len(captured)

    for number in range(4):
        submitted(unit, author, title=f"第 {number} 篇")
    assert cost(1) == cost(4)
