"""Following single events ends where computing everything anew ends."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tests.platform.exchange.test_merging import merged
from tests.platform.ranking.histories import full_way, new_item, outcome, publish, recompute, send_up
from tests.platform.ranking.test_rule_sets import in_force
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.core.outbox import drain
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import EventKind
from zhitong.people.models import Person, PersonAccount
from zhitong.ranking import tasks
from zhitong.ranking.models import CountedItem, LedgerEntry, RuleSet, StaleMatter, StaleYear, Standing
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
TODAY = clock.today()
LAST_YEAR = TODAY.year - 1
PERSON = {"person": str(UUID(int=7)), "name": "甲", "rank": "", "kind": "member"}


def catch_up() -> None:
    """Let the worker follow what waits, and nothing but that: no year is computed as a whole."""
    drain()
    connection.set_schema_to_public()
    assert not StaleYear.objects.exists()
    tasks.refresh_standings()
    assert not StaleMatter.objects.exists()


def everything() -> dict[str, Any]:
    lines = LedgerEntry.objects.values_list(
        "version", "subject_uuid", "unit", "item_uuid", "event", "key", "points", "counted", "arithmetic", "counted_on"
    )
    standings = [
        (
            row.rule_set_id, row.unit_id, row.year, row.month, row.points, row.rank, row.rank_before, row.untied,
            row.received, row.adopted, row.sent, row.higher, row.instructions,
        )
        for row in Standing.objects.order_by("rule_set_id", "year", "month", "unit_id")
    ]  # fmt: skip
    return {
        "counted": sorted(CountedItem.objects.values_list("fact", "unit", "what", "on")),
        "lines": sorted(lines, key=repr),
        "standings": standings,
    }


def computed(*found: RuleSet) -> list[RuleSet]:
    """The sets, with everything computed; nothing waits."""
    drain()
    StaleYear.objects.all().delete()
    for rule_set in found:
        for year in (LAST_YEAR, TODAY.year):
            recompute(rule_set, year)
    return list(found)


@pytest.fixture
def rules(province: Unit, city: Unit, unit: Unit) -> list[RuleSet]:
    """Sets for units, of the province and of the city, and one for persons."""
    return computed(publish(province), in_force(city), in_force(province, code="M", subject="person"))


@pytest.fixture
def bounded(province: Unit, city: Unit, unit: Unit) -> list[RuleSet]:
    """Sets that look at several matters, years or subjects: caps of a year, for ever, of all together, and a quota."""
    cap = "limits: [{{key: cap, name: 封顶, of: {{kind: adopted}}, {}}}]\n"
    quota = (
        "steps: [{key: quota, name: 任务, per: quarter, count: {kind: submitted}, lines: [{at_least: 2, points: 5}]}]"
    )
    since = date(LAST_YEAR, 1, 1)
    return computed(
        in_force(province, code="YEAR", since=since, more=cap.format("per: year, at_most: 15")),
        in_force(province, code="EVER", since=since, more=cap.format("per: ever, at_most: 15")),
        in_force(province, code="ALL", since=since, more=cap.format("per: year, at_most: 15, across: all")),
        in_force(province, code="QUOTA", since=since, more=quota),
        in_force(province, code="M", subject="person", since=since, more=cap.format("per: year, at_most: 15")),
    )


@pytest.mark.parametrize("sets", ["rules", "bounded"])
def test_following_each_event_ends_where_computing_all_anew_ends(
    request: pytest.FixtureRequest, sets: str, unit: Unit, city: Unit, province: Unit, stranger: Unit
) -> None:
    rules: list[RuleSet] = request.getfixturevalue(sets)

    def wrong(unit: Unit, event: Any) -> None:
        with unit:
            exchange.reverse(actor=system(unit.pk), event_uuid=event.uuid, reason="登记有误")

    def apart() -> None:
        with city:
            exchange.take_apart(actor=system(city.pk), item_uuid=kept["whole"], reason="拆开")

    def last_years(label: str) -> UUID:
        ago = (TODAY - date(LAST_YEAR, 11, 20)).days
        return send_up(unit, new_item(unit, label, authors=[PERSON], days_ago=ago), city, f"佛{label}", ago)

    old = last_years("南〔2025〕1号")
    kept: dict[str, Any] = {}
    steps: list[Callable[[], Any]] = [
        lambda: full_way(unit, city, province),
        lambda: kept.update(first=new_item(unit, "南〔2026〕5号", authors=[PERSON])),
        lambda: kept.update(second=new_item(stranger, "禅〔2026〕5号")),
        lambda: kept.update(at_city=send_up(unit, kept["first"], city, "佛〔2026〕5号")),
        lambda: kept.update(other=send_up(stranger, kept["second"], city, "佛〔2026〕6号")),
        lambda: kept.update(whole=merged(city, [kept["at_city"], kept["other"]], "佛〔2026〕7号")),
        lambda: kept.update(adopted=outcome(city, kept["whole"])),
        lambda: kept.update(top=send_up(city, kept["whole"], province, "粤〔2026〕7号")),
        lambda: kept.update(high=outcome(province, kept["top"])),
        lambda: outcome(city, old, occurred_on=date(LAST_YEAR, 12, 3)),
        lambda: outcome(city, old, EventKind.INSTRUCTION, leader_rank="city", leader="某", words="请阅"),
        lambda: wrong(province, kept["high"]),
        lambda: wrong(city, kept["adopted"]),
        lambda: outcome(city, kept["whole"]),
        apart,
    ]
    for step in steps:
        step()
        catch_up()
        followed = everything()
        for rule_set in rules:
            for year in (LAST_YEAR, TODAY.year):
                assert recompute(rule_set, year) == []
        assert everything() == followed
    assert followed["lines"]


def test_a_cap_holds_over_all_units_in_which_a_person_wrote(
    bounded: list[RuleSet], unit: Unit, city: Unit, stranger: Unit
) -> None:
    person = Person.objects.create(uuid=PERSON["person"], name="甲")
    for each in (unit, stranger):
        PersonAccount.objects.create(person=person, unit=each, user_uuid=uuid4())
    for number, each in enumerate([unit, stranger, unit, stranger]):
        outcome(city, send_up(each, new_item(each, f"〔2026〕{number}号", authors=[PERSON]), city, f"佛{number}号"))
        catch_up()
        followed = everything()
        assert recompute(bounded[-1]) == []
        assert everything() == followed
    counted = LedgerEntry.objects.filter(version__rule_set=bounded[-1], counted=True)
    assert sum(line.points for line in counted) == 15


def test_many_matters_are_left_to_their_years(
    rules: list[RuleSet], unit: Unit, city: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_FOLLOWED", 2)
    for number in range(3):
        outcome(city, send_up(unit, new_item(unit, f"南〔2026〕{number}号"), city, f"佛〔2026〕{number}号"))
    drain()
    connection.set_schema_to_public()
    assert tasks.refresh_standings() == [TODAY.year]
    assert not StaleYear.objects.exists()
    assert not StaleMatter.objects.exists()
    assert recompute(rules[0]) == []
    assert Standing.objects.get(rule_set=rules[0], unit=unit, year=TODAY.year, month=0).higher_city == 3
