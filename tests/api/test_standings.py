"""Standings over the API: the caller's own group, in the rule sets that rank it."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.api.conftest import assert_problem, key_of, with_key
from tests.platform.ranking.histories import PRESET, full_way, publish, recompute
from zhitong.core import clock
from zhitong.ranking.models import RuleSet, RuleSetVersion, Standing
from zhitong.units.models import Unit

URL = "/api/v1/standings/"


@pytest.fixture
def rows(unit: Unit, city: Unit, province: Unit, stranger: Unit, party: Unit) -> None:
    """Two counties, a city and a party unit in the province's set; a set of a unit that ranks nobody here."""
    own = RuleSet.objects.create(code="province-a", name="全省", owner=province)
    other = RuleSet.objects.create(code="elsewhere", name="别处", owner=stranger)
    for each in (own, other):
        RuleSetVersion.objects.create(rule_set=each, number=1, source=PRESET.read_text(), valid_from=date(2019, 1, 1))
    for rule_set, ranked, points in (
        (own, unit, 12), (own, stranger, 20), (own, city, 99), (own, party, 5), (other, unit, 1),
    ):  # fmt: skip
        for month in (0, 3):
            Standing.objects.create(
                rule_set=rule_set, unit=ranked, year=2019, month=month, points=points, adopted=points,
                rank=2 if points == 12 else 1, as_of=clock.now(),
            )  # fmt: skip


def test_the_own_group_by_rank(clerk_calls: Client, rows: None) -> None:
    found: list[dict[str, Any]] = clerk_calls.get(f"{URL}?year=2019").json()
    assert [(row["unit"], row["rank"], row["points"]) for row in found] == [
        ("禅城区政协", 1, "20.0000"), ("南海区政协", 2, "12.0000"),
    ]  # fmt: skip
    assert {row["month"] for row in found} == {0}
    assert {row["month"] for row in clerk_calls.get(f"{URL}?year=2019&month=3").json()} == {3}
    assert clerk_calls.get(URL).json() == []


def test_a_party_unit_is_ranked_by_the_committees_set(party: Unit, rows: None) -> None:
    clerk = factories.make_user(party, "min", roles=["clerk"])
    found = with_key(key_of(clerk, party), party).get(f"{URL}?year=2019").json()
    assert [row["unit"] for row in found] == ["民盟南海总支"]


def test_authors_may_not_read_them(calls: Client, rows: None) -> None:
    assert_problem(calls.get(f"{URL}?year=2019"), 403, "not_allowed")


def test_any_period_by_its_code(unit: Unit, city: Unit, province: Unit, stranger: Unit, clerk_calls: Client) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    today = clock.today()
    for code in (
        f"{today.year}", f"{today:%Y-%m}", f"{today.year}-Q{(today.month + 2) // 3}",
        f"{today.year}-H{1 + today.month // 7}", f"{today.year}-01-01..{today}",
    ):  # fmt: skip
        found = clerk_calls.get(f"{URL}?period={code}").json()
        assert {row["period"] for row in found} == {code}
        first, second = sorted(found, key=lambda row: row["rank"])
        assert (first["unit"], first["rank"], first["points"], first["higher"]) == ("南海区政协", 1, "20.0000", 1)
        assert (second["unit"], second["points"]) == ("禅城区政协", "0.0000")


@pytest.mark.parametrize("code", ["2019-13", "2019-Q5", "x", "2199", "2019-03-02..2019-03-01", "2" * 23])
def test_no_such_period(clerk_calls: Client, code: str) -> None:
    assert "period" in assert_problem(clerk_calls.get(f"{URL}?period={code}"), 422)["fields"]


@pytest.mark.parametrize(
    "query", ["year=abc", "year=0", "year=99999999999", "month=13", "month=-1", "year=%00", "month=1.5"]
)
def test_odd_periods_are_refused(clerk_calls: Client, query: str) -> None:
    name = query.partition("=")[0]
    assert name in assert_problem(clerk_calls.get(f"{URL}?{query}"), 422)["fields"]
