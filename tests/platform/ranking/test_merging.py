"""Credit for merged reports, worked out by hand: who gets what under sets that split it and sets that do not."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.platform.exchange.test_merging import merged
from tests.platform.ranking.histories import PRESET, new_item, outcome, recompute, send_up
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Event
from zhitong.ranking import figures, operations
from zhitong.ranking.counting import WHAT
from zhitong.ranking.models import LedgerEntry, RuleSet, Standing
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
PEOPLE = [{"person": str(UUID(int=number)), "name": name} for number, name in enumerate("梁卢何", start=1)]
SPLITTING = """
code: {code}
name: 综合采用分摊办法
version: 1
subject: unit
dated: adopted
share: {{contributors: {share}}}
tables:
  - key: adopted
    name: 采用
    when: {{kind: adopted}}
    lines:
      - {{key: single, name: 单篇, when: {{mode: single}}, points: 20}}
      - {{key: merged, name: 综合, when: {{mode: merged}}, points: 10}}
"""


def preset(province: Unit, code: str) -> RuleSet:
    return in_force(province, code, PRESET.with_name(f"{code}.yaml").read_text())


def in_force(province: Unit, code: str, source: str) -> RuleSet:
    with province:
        version = operations.publish_rules(
            actor=system(province.pk), owner=province, code=code, source=source,
            valid_from=clock.today().replace(month=1, day=1),
        )  # fmt: skip
    return version.rule_set


def points(rules: RuleSet) -> dict[str, Decimal]:
    """Recompute and return who has how many points, nobody left out who has any."""
    recompute(rules)
    rows = Standing.objects.filter(rule_set=rules, month=0).exclude(points=0)
    return {row.unit.short_name: row.points for row in rows.select_related("unit")}


@pytest.fixture
def way(unit: Unit, stranger: Unit, city: Unit, province: Unit) -> dict[str, Any]:
    """Reports of 南海 and 禅城 and one of the city, merged there in this order; city and province adopt it."""
    south, west = (
        new_item(unit, "南〔2026〕1号", authors=[PEOPLE[0]]),
        new_item(stranger, "禅〔2026〕1号", authors=[PEOPLE[1]]),
    )
    sources = [
        send_up(unit, south, city, "佛〔2026〕1号"),
        send_up(stranger, west, city, "佛〔2026〕2号"),
        new_item(city, "佛〔2026〕3号", authors=[PEOPLE[2]]),
    ]
    item = merged(city, sources)
    outcome(city, item)
    above = send_up(city, item, province, "粤〔2026〕1号")
    return {"sources": sources, "item": item, "above": above, "last": outcome(province, above)}


def test_preset_a_gives_each_contributor_the_full_price(way: dict[str, Any], province: Unit) -> None:
    # A prices the province's adoptions: single 5, merged 2, shared with nobody. The city sent one report, adopted
    # singly: 5. Each county was merged into it: 2. The city's own source brings the city nothing more.
    assert points(preset(province, "A")) == {"佛山市政协": 5, "南海区政协": 2, "禅城区政协": 2}


def test_preset_g_adds_up_what_each_level_adopts(way: dict[str, Any], province: Unit) -> None:
    # G: adopted by the city's committee 10, by the province 30, whatever the mode; to each contributor in full.
    # Counties: city 10 + province 30 = 40. The city decided on the first itself: 30.
    assert points(preset(province, "G")) == {"佛山市政协": 30, "南海区政协": 40, "禅城区政协": 40}


@pytest.mark.parametrize(
    ("share", "south", "west"),
    [
        # Merged 10 at the city and 10 at the province; three places: 南海, 禅城, the city's own, whose part nobody
        # gets as points of a unit. The city alone holds the place of its own report at the province: single 20.
        ('"5:3:2"', 10, 6),  # 5/10 and 3/10 of 10, twice
        ("first_half", 10, 5),  # 1/2 and 1/4 of 10, twice
        ("half_each", 10, 10),  # 1/2 of 10 each, twice
        ("{first: 1, split: equal}", 20, 0),  # the whole 10 to the first, twice
    ],
)
def test_sets_that_split_do_it_in_the_order_of_the_sources(
    way: dict[str, Any], province: Unit, share: str, south: int, west: int
) -> None:
    found = points(in_force(province, "T", SPLITTING.format(code="T", share=share)))
    expected = {"佛山市政协": 20, "南海区政协": south, "禅城区政协": west}
    assert found == {name: Decimal(value) for name, value in expected.items() if value}


def test_shares_that_were_agreed_on_go_before_equal_parts(way: dict[str, Any], province: Unit, city: Unit) -> None:
    rules = in_force(province, "T", SPLITTING.format(code="T", share="agreed"))
    # Nothing agreed: three equal parts of 10, the cent left over to the first; at city and province.
    assert points(rules) == {"佛山市政协": 20, "南海区政协": Decimal("6.68"), "禅城区政协": Decimal("6.66")}
    south, west, own = way["sources"]
    with city:
        exchange.arrange_sources(
            actor=system(city.pk), item_uuid=way["item"], sources=[west, south, own], shares=[50, 30, 20]
        )
    # 50 % and 30 % of 10, twice.
    assert points(rules) == {"佛山市政协": 20, "南海区政协": 6, "禅城区政协": 10}


def test_who_withdraws_keeps_what_was_earned_and_gets_no_more(way: dict[str, Any], province: Unit, city: Unit) -> None:
    rules = in_force(province, "T", SPLITTING.format(code="T", share='"5:3:2"'))
    with city:
        gone = exchange.withdraw_source(
            actor=system(city.pk), item_uuid=way["item"], source_uuid=way["sources"][0], reason="南海区政协撤回"
        )
    with province:
        exchange.reverse(actor=system(province.pk), event_uuid=way["last"].uuid, reason="登记有误")
    outcome(province, way["above"])
    # The city's adoption stands: 南海 5, 禅城 3. The province's new one has two places, 禅城 and the city's own, in the
    # parts 5:3: 禅城 10 × 5/8 = 6.25.
    assert points(rules) == {"佛山市政协": 20, "南海区政协": 5, "禅城区政协": Decimal("9.25")}
    with city:
        exchange.reverse(actor=system(city.pk), event_uuid=gone.uuid, reason="没有撤回")
    # As if it had never been withdrawn: 5:3 twice.
    assert points(rules) == {"佛山市政协": 20, "南海区政协": 10, "禅城区政协": 6}


def test_an_adoption_that_is_reversed_takes_back_every_part(way: dict[str, Any], province: Unit) -> None:
    rules = preset(province, "A")
    with province:
        exchange.reverse(actor=system(province.pk), event_uuid=way["last"].uuid, reason="登记有误")
    assert points(rules) == {}
    lines = LedgerEntry.objects.filter(version__rule_set=rules)
    assert sorted(line.points for line in lines) == [-5, -2, -2, 2, 2, 5]
    assert {line.event_id for line in lines} == {Event.objects.get(pk=way["last"].pk).pk}


def test_authors_of_all_sources_have_their_points(way: dict[str, Any], province: Unit) -> None:
    source = SPLITTING.format(code="P", share='"5:3:2"').replace("subject: unit", "subject: person")
    rules = in_force(province, "P", source)
    recompute(rules)
    # 10 in the parts 5:3:2 among the authors of the three sources, at the city and at the province.
    lines = LedgerEntry.objects.filter(version__rule_set=rules)
    assert sorted((line.subject_uuid.int, line.points) for line in lines) == [
        (1, 5), (1, 5), (2, 3), (2, 3), (3, 2), (3, 2),
    ]  # fmt: skip


def test_counts_say_reports_and_their_lists_agree(way: dict[str, Any], unit: Unit, city: Unit, province: Unit) -> None:
    points(preset(province, "A"))
    of_city = Standing.objects.get(unit=city, month=0)
    # Three reports came in and were adopted as one; one report went up and was adopted there.
    assert (of_city.received, of_city.adopted, of_city.sent, of_city.higher_province) == (3, 3, 1, 1)
    of_county = Standing.objects.get(unit=unit, month=0)
    assert (of_county.received, of_county.higher_city, of_county.higher_province) == (1, 1, 1)
    for row in Standing.objects.select_related("unit").filter(month=0):
        for what in WHAT:
            assert figures.facts(Period.of_year(row.year), what, [row.unit_id]).count() == getattr(row, what), what
