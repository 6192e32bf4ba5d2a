"""A committee's own rules by real clicks: faults, a what-if, publishing; and points by hand by two persons."""

from collections.abc import Callable

import pytest
from django.db import connection

from tests.e2e.barriers import barriers
from tests.e2e.people import Person
from tests.factories import make_user
from tests.platform.ranking.histories import new_item, outcome, send_up
from tests.platform.ranking.test_rule_sets import FLAT, TODAY, YEAR
from zhitong.core.operations import system
from zhitong.ranking import operations
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]
SOURCE = FLAT.format(code="own", points=10, subject="unit").lstrip()


def unit_at(host: str) -> Unit:
    found: Unit = Unit.objects.get(domains__domain=f"{host}.localhost")
    return found


@pytest.fixture
def city(committed: None) -> Unit:
    """佛山市政协, to which two counties sent: one report was adopted of 南海, two of 禅城."""
    city = unit_at("foshan")
    for host, mark, number in (("nanhai", "南", 1), ("chancheng", "禅", 2)):
        for nth in range(number):
            sender = unit_at(host)
            item = new_item(sender, f"{mark}〔2026〕{nth + 1}号")
            outcome(city, send_up(sender, item, city, f"佛{mark}〔2026〕{nth + 1}号"))
    with city:
        operations.publish_rules(actor=system(city.pk), owner=city, code="own", source=SOURCE, valid_from=YEAR)
    connection.set_schema_to_public()
    refresh_standings()
    return city


def test_rules_are_mended_tried_and_published(city: Unit, sit_down: SitDown) -> None:
    admin = sit_down(make_user(city, "huang", name="黄志豪", roles=["administrator", "clerk"]), city)
    page = admin.page
    admin.login()
    admin.go("/ranking/rules/")
    admin.sees("试行办法", "第 1 版", "现成的八套")
    admin.look("rules-list")
    assert barriers(page) == []

    admin.press("修订或试算")
    text = page.get_by_label("规则全文（YAML）")
    text.fill(SOURCE.replace("subject: unit", "subject: persn").replace("points: 10", "points: ten"))
    admin.press("检查")
    admin.sees("2 处要改", "未知的词“persn”", "应为精确的数")
    admin.look("rules-faults")
    admin.forgive("422")
    assert barriers(page) == []

    falling = SOURCE.replace(
        "    lines: [{key: any, name: 市级采用, points: 10}]",
        "    nth: {by: item, per: year}\n    lines:\n      - {key: first, name: 首篇, nth: 1, points: 10}\n"
        "      - {key: more, name: 其余, nth: 2+, points: -4}",
    )
    text.fill(falling)
    admin.press("检查")
    admin.sees("检查通过", "改了什么")
    admin.look("rules-checked")
    admin.press("看谁升谁降")
    admin.sees("南海区政协", "升 1", "降 1")
    admin.look("rules-trial")
    assert barriers(page) == []

    admin.press("回去修改")
    page.get_by_label("规则全文（YAML）").fill(falling)
    page.get_by_label("自哪一天起施行").fill(str(TODAY))
    admin.press("发布第 2 版")
    admin.sees("第 2 版自", "和第 1 版不同的地方")
    admin.look("rules-set")
    assert barriers(page) == []


def test_points_by_hand_need_two_persons(city: Unit, sit_down: SitDown) -> None:
    clerk = sit_down(make_user(city, "he", name="何静", roles=["clerk"]), city)
    leader = sit_down(make_user(city, "chen", name="陈立", roles=["leader"]), city, phone=True)
    clerk.login()
    clerk.go("/ranking/manual/")
    clerk.sees("还没有人工记分")
    clerk.page.get_by_label("单位", exact=True).select_option(label="南海区政协")
    clerk.page.get_by_label("分值").fill("2.5")
    clerk.page.get_by_label("理由").fill("全年报送及时，被评为先进单位")
    clerk.press("提出，请人批准")
    clerk.sees("已提出：南海区政协", "您提出的，要由另一个人批准")
    clerk.look("manual-desk")
    assert barriers(clerk.page) == []

    leader.login()
    leader.go("/ranking/manual/")
    leader.sees("南海区政协 2.5 分", "何静")
    leader.look("manual-phone")
    assert barriers(leader.page) == []
    leader.press("批准")
    leader.sees("已批准")
    connection.set_schema_to_public()
    refresh_standings()
    leader.go("/ranking/rules/")
    leader.look("rules-phone")
