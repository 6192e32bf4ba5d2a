"""Descriptive statistics: shares that add up, times, flows, and that every figure opens its own list."""

import html
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_user
from tests.platform.ranking.histories import full_way, new_item, outcome, publish, recompute, send_up
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.core.workdays import PUBLISHED
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, EventKind, ItemFact
from zhitong.ranking import statistics
from zhitong.ranking.counting import rate
from zhitong.ranking.periods import Period
from zhitong.ranking.statistics import Spell, shares
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

TODAY = clock.today()
YEAR = Period.of_year(TODAY.year)
_LINK = re.compile(r'<a href="(/ranking/(?:counts|statistics/sent)/[^"]+)"[^>]*>([\d,]+)</a>')
_HEAD = re.compile(r"<h1[^>]*>[^<]*?([\d,]+) 篇")


def figures_of(page: str) -> list[tuple[str, int]]:
    """Return every figure of a page that opens a list: the address and the number."""
    return [(html.unescape(path), int(number.replace(",", ""))) for path, number in _LINK.findall(page)]


def every_figure_opens_its_list(client: Client, path: str) -> int:
    """Check that each list behind a figure of a page is as long as it says; return how many figures there are."""
    found = figures_of(client.get(path).content.decode())
    for url, number in dict(found).items():
        head = _HEAD.search(client.get(url).content.decode())
        assert head, url
        assert int(head[1].replace(",", "")) == number, url
    return len(found)


@given(st.lists(st.integers(0, 10_000), max_size=40))
def test_shares_add_up_to_a_hundred(parts: list[int]) -> None:
    found = shares(parts)
    whole = sum(parts)
    assert sum(found) == (Decimal("100.00") if whole else 0)
    for part, share in zip(parts, found, strict=True):
        assert abs(share - (Decimal(100 * part) / whole if whole else 0)) < Decimal("0.01")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([1, 1, 1], ["33.34", "33.33", "33.33"]),  # nobody lost more than the first
        ([224, 126, 272], ["36.01", "20.26", "43.73"]),  # DOMAIN §7: 36.0129, 20.2572 and 43.7299 of 622
        ([2, 1], ["66.67", "33.33"]),
        ([0, 0], ["0.00", "0.00"]),
        ([], []),
    ],
)
def test_what_is_missing_goes_to_the_largest_remainder(parts: Sequence[int], said: list[str]) -> None:
    assert [f"{share}" for share in shares(parts)] == said


def test_a_rate_has_two_places_and_nothing_has_none() -> None:
    assert rate(477, 622) == Decimal("76.69")  # DOMAIN §7
    assert rate(1, 0) is None


@pytest.mark.django_db
def test_times_count_days_and_working_days(unit: Unit, city: Unit, province: Unit) -> None:
    rules = publish(province)
    day = date(2025, 1, 24)  # a Friday; 26 January is a make-up day, 28 January to 4 February are off
    for number, after in enumerate((2, 4, 12)):
        item = new_item(unit, f"南〔2025〕{number}号", days_ago=(TODAY - day).days)
        outcome(unit, item, occurred_on=day + timedelta(days=after))
    above = send_up(unit, item, city, "佛〔2025〕1号", days_ago=(TODAY - day).days)
    outcome(city, above, EventKind.REPLIED, occurred_on=date(2025, 2, 10))
    recompute(rules, 2025)
    year = Period.of_year(2025)
    # 26 January, 28 January, 5 February: the middle one is 4 days, of which 26 and 27 were worked.
    assert statistics.time_to("adopted", year, [unit.pk], PUBLISHED) == Spell(3, Decimal(4), Decimal(2))
    # 10 February: 17 days, worked on 26, 27 January and 5 to 8 (a make-up Saturday) and 10 February.
    assert statistics.time_to_reply(year, [unit.pk], PUBLISHED) == Spell(1, Decimal(17), Decimal(7))
    assert statistics.time_to_reply(year, None, PUBLISHED).number == 2  # of the city's item too
    assert statistics.time_to("adopted", Period.of_year(2024), None, PUBLISHED) == Spell(0, None, None)
    assert list(statistics.items(year, "replied", [unit.pk]).values_list("item_uuid", flat=True)) == [item]


@pytest.mark.django_db
def test_flows_tell_who_sent_to_whom_and_how_each_stands(unit: Unit, city: Unit, province: Unit) -> None:
    full_way(unit, city, province)
    for number in range(3):
        outcome(city, send_up(unit, new_item(unit, f"南〔2026〕{number + 2}号"), city, f"佛〔2026〕{number + 2}号"),
                EventKind.KEPT)  # fmt: skip
    waiting = new_item(unit, "南〔2026〕9号")
    with unit:
        [way] = [one for one in destinations(unit, TODAY) if one.unit == city]
        [sent] = exchange.send(
            actor=system(unit.pk), item_uuid=waiting, content={"title": "x", "authors": []}, to=[way]
        )
    found = {(flow.sender, flow.receiver): flow for flow in statistics.flows(YEAR, [unit.pk])}
    assert found[unit.pk, city.pk].states == {"adopted": 1, "kept": 3, "sent": 1}
    assert found[unit.pk, city.pk].number == 5
    assert set(found) == {(unit.pk, city.pk)}
    # Returned and sent once more: one item, as it stands now.
    with city:
        exchange.return_dispatch(actor=system(city.pk), dispatch_uuid=sent.uuid, reason="请补充")
    with unit:
        exchange.send(actor=system(unit.pk), item_uuid=waiting, content={"title": "x", "authors": []}, to=[way])
    assert Dispatch.objects.filter(item_uuid=waiting).count() == 2
    [again] = statistics.flows(YEAR, [unit.pk])
    assert again.states == {"adopted": 1, "kept": 3, "sent": 1}
    assert statistics.flows(YEAR, None)[0] == again
    assert {(flow.sender, flow.receiver is None) for flow in statistics.flows(YEAR, [province.pk])} == {
        (city.pk, False),
        (province.pk, True),
    }


@pytest.fixture
def busy(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> None:
    """A year of two counties: categories, sources, two authors in two circles, adoptions, an answer."""
    rules = publish(province)
    full_way(unit, city, province)
    for number, (category, source, group) in enumerate(
        [("城乡建设", "original", "教育界"), ("城乡建设", "call", "医卫界"), ("教育", "call", "教育界"), ("", "", "")]
    ):
        person = {"person": str(UUID(int=7 + number % 2)), "name": "甲乙"[number % 2], "rank": "", "kind": "member"}
        item = new_item(unit, f"南〔2026〕{number + 20}号", authors=[person])
        ItemFact.objects.filter(item_uuid=item).update(
            category=category, source=source, group_name=group, urgency="urgent", submitter_kind="member"
        )
        outcome(unit, item)
        above = send_up(unit, item, city, f"佛〔2026〕{number + 20}号")
        outcome(city, above)
        if number == 0:
            outcome(city, above, EventKind.REPLIED)
    new_item(stranger, "禅〔2026〕1号")
    recompute(rules)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "below=1", f"period={TODAY:%Y-%m}", f"from={TODAY.year}-01-01&to={TODAY}"])
def test_every_figure_opens_its_list(busy: None, unit: Unit, city: Unit, client_for: Any, query: str) -> None:
    for where, figures in ((unit, 40), (city, 8)):
        clerk = client_for(make_user(where, "clerk", roles=["clerk"]), where)
        assert every_figure_opens_its_list(clerk, f"/ranking/statistics/?{query}") > figures


@pytest.mark.django_db
def test_the_page_names_its_denominators_and_shares_add_up(busy: None, unit: Unit, client_for: Any) -> None:
    clerk = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    answer = clerk.get("/ranking/statistics/")
    page = answer.content.decode()
    for table in answer.context["tables"]:
        column = [Decimal(cells[1].value.removesuffix("%")) for _, cells in table.rows]
        assert sum(column) == 100, table.title
        assert "各行收稿之和 5 篇为 100.00%" in table.note
    assert page.count("为 100.00%") == 12
    by = {table.key: dict(table.rows) for table in answer.context["tables"]}
    assert {name: cells[0].value for name, cells in by["source"].items()} == {"约稿": 2, "原创": 1, "未填写": 2}
    assert "紧急" in by["urgency"]


@pytest.mark.django_db
def test_who_opens_whose(busy: None, unit: Unit, city: Unit, province: Unit, stranger: Unit, client_for: Any) -> None:
    clerk = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    peer = client_for(make_user(stranger, "peer", roles=["clerk"]), stranger)
    author = client_for(make_user(unit, "author"), unit)
    above = client_for(make_user(city, "above", roles=["clerk"]), city)
    office = client_for(make_user(province, "office", roles=["province_office"]), province)
    of = f"unit={unit.uuid}"
    sending = f"sender={unit.uuid}&receiver={city.uuid}"
    expected = {
        "/ranking/statistics/": (200, 200, 403, 200, 200),
        f"/ranking/statistics/?{of}": (200, 404, 403, 200, 200),
        f"/ranking/counts/{unit.uuid}/?what=received&below=1": (200, 404, 404, 200, 200),
        f"/ranking/counts/{city.uuid}/?what=received&below=1": (404, 404, 404, 200, 200),
        f"/ranking/statistics/sent/?{sending}": (200, 200, 403, 200, 200),
        "/ranking/statistics/sent/?sender=x": (404, 404, 403, 404, 404),
        f"/ranking/statistics/sent/?{sending}&state=x": (404, 404, 403, 404, 404),
        f"/ranking/counts/{unit.uuid}/?by=x&value=1": (404, 404, 404, 404, 404),
    }
    for path, statuses in expected.items():
        assert tuple(c.get(path).status_code for c in (clerk, peer, author, above, office)) == statuses, path
    # A clerk of the provincial committee has its own figures; who looks over the province has all.
    other = client_for(make_user(province, "other", roles=["clerk"]), province)
    for path in ("/ranking/statistics/?", f"/ranking/counts/{province.uuid}/?what=received&"):
        assert [c.get(f"{path}below=1").status_code for c in (other, office)] == [404, 200], path
    page = other.get("/ranking/statistics/")
    assert (page.status_code, len(page.context["scopes"])) == (200, 1)
    # A neighbour's sendings are not in its own scope: nothing is told of them.
    assert "南〔2026〕" not in peer.get(f"/ranking/statistics/sent/?{sending}").content.decode()
    assert "南〔2026〕" in above.get(f"/ranking/counts/{city.uuid}/?what=received&below=1").content.decode()
    assert "南〔2026〕" not in above.get(f"/ranking/counts/{city.uuid}/?what=received").content.decode()


@pytest.mark.django_db
def test_the_page_costs_the_same_with_more_items(busy: None, unit: Unit, client_for: Any) -> None:
    clerk = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    costs = []
    for number in range(2):
        clerk.get("/ranking/statistics/")
        with CaptureQueriesContext(connection) as captured:
            assert clerk.get("/ranking/statistics/").status_code == 200
        costs.append(len(captured))
        for more in range(3):
            item = new_item(unit, f"南〔2026〕{40 + 3 * number + more}号")
            ItemFact.objects.filter(item_uuid=item).update(category=f"类{more}", group_name=f"组{more}")
    assert costs[0] == costs[1]
