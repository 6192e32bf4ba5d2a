"""Dashboards in a browser: down to the list and back, charts that are kept, and a wall that outlives its network."""

from collections.abc import Callable
from pathlib import Path

from tests.e2e.barriers import barriers
from tests.e2e.people import Person
from tests.factories import make_user
from tests.platform.ranking.histories import full_way, new_item, publish, recompute
from zhitong.ranking.models import RuleSet
from zhitong.units.models import Unit

SitDown = Callable[..., Person]


def _network() -> dict[str, Unit]:
    units = {
        host: Unit.objects.get(domains__domain__startswith=f"{host}.") for host in ("nanhai", "foshan", "guangdong")
    }
    rules = publish(units["guangdong"])
    full_way(units["nanhai"], units["foshan"], units["guangdong"])
    recompute(rules)
    return units


def test_the_wall_keeps_what_it_has_without_a_network_and_catches_up(committed: None, sit_down: SitDown) -> None:
    units = _network()
    office = sit_down(make_user(units["guangdong"], "tongji", roles=["province_office"]), units["guangdong"])
    office.login()
    office.go("/province/?group=committee-county")
    office.press("大屏")
    office.page.set_viewport_size({"width": 1920, "height": 1080})
    received = office.page.locator(".zt-kpi .v").first
    assert received.inner_text().startswith("1")
    assert barriers(office.page) == []
    office.lose_the_network(lost=True)
    office.page.evaluate("window.dispatchEvent(new Event('online'))")
    office.sees("连接已断开，仍显示")
    assert received.inner_text().startswith("1")
    new_item(units["nanhai"], "南〔2026〕2号")
    recompute(RuleSet.objects.get())
    office.lose_the_network(lost=False)
    office.page.get_by_text("连接已断开").wait_for(state="hidden")
    assert received.inner_text().startswith("2")
    office.forgive("ERR_INTERNET_DISCONNECTED")
    office.page.context.clear_cookies()
    office.page.evaluate("window.dispatchEvent(new Event('online'))")
    office.sees("请重新登录")
    assert received.inner_text().startswith("2")


def test_a_chart_is_kept_as_a_picture_and_its_table_opens(committed: None, sit_down: SitDown, tmp_path: Path) -> None:
    units = _network()
    office = sit_down(make_user(units["guangdong"], "tongji", roles=["province_office"]), units["guangdong"])
    office.login()
    office.go("/province/?group=committee-county")
    for name in ("ranking", "funnel", "trend", "rates"):
        with office.page.expect_download() as kept:
            office.page.locator(f"a[data-picture][href*='/{name}.svg']").click()
        assert kept.value.suggested_filename == f"{name}.png"
        kept.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    office.page.get_by_text("数据表").click()
    table = office.page.get_by_role("table", name="每月收稿")
    table.get_by_role("link", name="1", exact=True).click()
    office.sees("区县级政协明细")


def test_a_city_goes_down_to_a_countys_list_and_a_member_to_their_own(committed: None, sit_down: SitDown) -> None:
    units = _network()
    city = sit_down(make_user(units["foshan"], "lin", roles=["leader"]), units["foshan"])
    city.login()
    city.press("态势")
    city.look("overview-city")
    city.follow("南海区")
    city.sees("南海区政协态势")
    city.page.locator(".zt-kpi").first.click()
    city.sees("收稿 1 篇", "南〔2026〕1号")
    phone = sit_down(make_user(units["nanhai"], "liang", name="梁晓岚"), units["nanhai"], phone=True)
    phone.login()
    phone.go("/overview/mine/")
    phone.look("overview-mine-phone")
    assert barriers(phone.page) == []
