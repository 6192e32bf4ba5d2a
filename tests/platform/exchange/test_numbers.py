"""A number told on the telephone: however it is typed, it leads to a way that the teller is on, and to no other."""

from typing import Any
from uuid import UUID

import pytest

from tests.platform.exchange.test_merging import merged
from tests.platform.ranking.histories import new_item, send_up
from zhitong.exchange.numbers import Number, read_number
from zhitong.exchange.queries import items_numbered
from zhitong.units.models import Unit


@pytest.mark.parametrize(
    "typed",
    [
        "南海〔2026〕218号", "南海[2026]218号", "南海（2026）218号", "南海【2026】 218 号", "南海 ２０２６ 年２１８号",
        "南海2026-218", "编号：南海〔2026〕第218号", "南海(2026)218", "　南海﹝2026﹞218号\n", "南海〈2026〉218号",
    ],
)  # fmt: skip
def test_forgives_brackets_blanks_and_widths(typed: str) -> None:
    assert read_number(typed, mark="佛山", year=2025) == Number("南海", 2026, 218)


@pytest.mark.parametrize("typed", ["218", "218号", "第218号", "２１８"])
def test_what_is_left_out_is_the_tellers_own(typed: str) -> None:
    assert read_number(typed, mark="佛山", year=2025) == Number("佛山", 2025, 218)


@pytest.mark.parametrize("typed", ["", "充电", "南海", "关于充电桩2026年的建议", "2" * 30, "南海〔26〕218号", "〔〕"])
def test_other_words_are_no_number(typed: str) -> None:
    assert read_number(typed, mark="佛山", year=2025) is None


@pytest.fixture
def numbered(unit: Unit, stranger: Unit, city: Unit) -> dict[str, UUID]:
    """Two reports of two counties, merged in the city."""
    south, west = new_item(unit, "南〔2026〕1号"), new_item(stranger, "禅〔2026〕1号")
    at_city = [send_up(unit, south, city, "佛〔2026〕1号"), send_up(stranger, west, city, "佛〔2026〕2号")]
    return {"south": south, "west": west, "from_south": at_city[0], "from_west": at_city[1],
            "all": merged(city, at_city, "佛〔2026〕9号")}  # fmt: skip


@pytest.mark.django_db
def test_a_number_from_below_or_above_leads_to_the_own_item(
    numbered: dict[str, UUID], unit: Unit, stranger: Unit, city: Unit, province: Unit
) -> None:
    def found(one: Unit, mark: str, number: int) -> list[UUID]:
        return items_numbered(one.pk, Number(mark, 2026, number))

    assert found(unit, "南", 1) == [numbered["south"]]
    assert found(unit, "佛", 1) == found(unit, "佛", 9) == [numbered["south"]]
    assert found(stranger, "佛", 9) == [numbered["west"]]
    assert found(city, "南", 1) == [numbered["from_south"], numbered["all"]]
    assert found(city, "佛", 9)[0] == numbered["all"]
    # What another contributor calls it is nobody's business, and nor is it that of a unit that is not on the way.
    assert found(unit, "禅", 1) == found(unit, "佛", 2) == found(stranger, "佛", 1) == []
    assert found(province, "佛", 9) == found(unit, "佛", 77) == []


@pytest.mark.django_db
def test_looking_up_costs_three_queries(numbered: dict[str, UUID], city: Unit, django_assert_num_queries: Any) -> None:
    items_numbered(city.pk, Number("佛", 2026, 9))  # the first query of a schema sets the search path
    with django_assert_num_queries(3):
        items_numbered(city.pk, Number("佛", 2026, 9))
