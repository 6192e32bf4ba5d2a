"""One report from 南海区 to 广东省 and back to its author, in four units, by real clicks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tenants.items.models import Item
from tenants.review.operations import ensure_default_flow
from tests.e2e.people import Person
from tests.factories import make_user, refuse_failed_messages
from tests.platform.ranking.histories import publish
from zhitong.core import outbox
from zhitong.core.operations import system
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e

TITLE = "关于整治桂城夜市占用盲道问题的建议"
PROBLEM = "桂城街道三处夜市占用盲道经营，视障居民出行受阻，据街道统计今年已接到投诉26件。"
ANALYSIS = "一是摊位划线没有避开盲道；二是夜间巡查力量不足。"
SUGGESTIONS = "一是由城管部门重新划定摊位；二是由残联参与验收；三是由街道建立夜间巡查制度。"
EDITED = PROBLEM.replace("出行受阻", "夜间出行存在安全隐患")
SitDown = Callable[..., Person]


def settle() -> None:
    """Do what the background worker does: messages, then standings."""
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    outbox.drain()
    refuse_failed_messages()
    refresh_standings()


@pytest.fixture
def units(committed: None) -> dict[str, Unit]:
    """The four units of the job by host, with their flows and the provincial rules."""
    found = {
        host: Unit.objects.get(domains__domain=f"{host}.localhost")
        for host in ("nanhai", "chancheng", "foshan", "guangdong")
    }
    for unit in found.values():
        with unit:
            ensure_default_flow(actor=system(unit.pk))
    publish(found["guangdong"])
    return found


def test_one_report_travels_from_the_district_to_the_province(units: dict[str, Unit], sit_down: SitDown) -> None:
    nanhai, foshan, guangdong = units["nanhai"], units["foshan"], units["guangdong"]
    author = sit_down(make_user(nanhai, "liang", name="梁晓岚", groups=[("sector", "科技界")]), nanhai, phone=True)
    other = sit_down(make_user(nanhai, "feng", name="冯雅琪"), nanhai, phone=True)
    reviewer = sit_down(make_user(nanhai, "he", name="何静", roles=["reviewer"], posts=["research"]), nanhai)
    clerk = sit_down(make_user(nanhai, "zhou", name="周敏", roles=["clerk"]), nanhai)
    city = sit_down(make_user(foshan, "lin", name="林伟", roles=["clerk"], posts=["research"]), foshan)
    top = sit_down(make_user(guangdong, "huang", name="黄勇", roles=["clerk"], posts=["research"]), guangdong)
    office = sit_down(make_user(guangdong, "tongji", name="统计", roles=["province_office"]), guangdong)
    stranger = sit_down(make_user(units["chancheng"], "chen", name="陈立", roles=["clerk"]), units["chancheng"])

    write_and_submit(author)
    item = of_unit(nanhai)
    settle()
    for person in (other, stranger):
        person.login()
        sees_nothing(person, item)
    edit_and_pass(reviewer)
    settle()
    send(clerk, "佛山市政协", "04-district-sends")
    settle()
    follow_journey(author, item, "05-phone-sent", "佛山市政协", "待签收")

    take_in_and_pass(city, "06-city")
    settle()
    follow_journey(author, item, "07-phone-city", "佛山市政协", "采用")
    send(city, "广东省政协", "08-city-sends")
    settle()
    take_in_and_pass(top, "09-province")
    settle()

    sees_the_whole_way(author, item)
    finds_in_the_archive(clerk)
    explains_the_count(office, nanhai)
    for person in (other, stranger):
        sees_nothing(person, item)


def write_and_submit(author: Person) -> None:
    author.login()
    author.look("01-phone-home")
    author.press("写信息")
    for name, words in {"title": TITLE, "problem": PROBLEM, "analysis": ANALYSIS, "suggestions": SUGGESTIONS}.items():
        author.page.locator(f"#id_{name}").fill(words)
    author.page.locator("#id_category").select_option("社会建设")
    assert author.page.locator("[data-count-of=id_problem]").inner_text() == f"{len(PROBLEM)} 字"
    written = f"{len(PROBLEM) + len(ANALYSIS) + len(SUGGESTIONS)}"
    assert author.page.locator("[data-total-of]").locator("visible=true").first.inner_text() == written
    author.sees("已自动保存")
    author.look("02-phone-writing")
    author.page.reload()
    assert author.page.locator("#id_problem").input_value() == PROBLEM
    author.press("提交")
    author.sees("已提交", TITLE, "审核中")
    author.look("03-phone-own-items")


def edit_and_pass(reviewer: Person) -> None:
    reviewer.login()
    reviewer.look("03-district-home")
    reviewer.follow(TITLE)
    reviewer.sees("梁晓岚", PROBLEM)
    reviewer.look("03-district-review")
    reviewer.press("改核稿")
    reviewer.page.locator("#id_problem").fill(EDITED)
    reviewer.press("保存核稿")
    assert "安全隐患" in "".join(reviewer.page.locator("#main ins").all_inner_texts())
    assert "受阻" in "".join(reviewer.page.locator("#main del").all_inner_texts())
    reviewer.look("03-district-compared")
    passes(reviewer)


def passes(person: Person) -> None:
    """Press 通过 and confirm the way of adoption."""
    person.press("通过")
    person.page.get_by_label("采用方式").wait_for()
    person.press("通过并采用")
    person.sees("已通过")


def send(clerk: Person, receiver: str, picture: str) -> None:
    """From the home's list 待报送 to one receiver."""
    if clerk.page.url == "about:blank":
        clerk.login()
    clerk.go("/")
    clerk.follow(TITLE)
    clerk.sees(receiver, EDITED)
    for box in clerk.page.locator("#send input[name=to]").all():
        row = box.locator("xpath=ancestor::label")
        box.set_checked(receiver in row.inner_text())
    clerk.look(picture)
    clerk.page.locator("#send").get_by_role("button", name="报送").click()
    clerk.sees(f"已报送{receiver}")
    clerk.look(f"{picture}-done")


def take_in_and_pass(clerk: Person, picture: str) -> None:
    """Receipt, take in as an own item, pass in the own review."""
    clerk.login()
    clerk.look(f"{picture}-home")
    clerk.follow(TITLE)
    clerk.sees(EDITED, "这是报送时的固定文本")
    clerk.look(f"{picture}-dispatch")
    clerk.press("只签收")
    clerk.sees("已签收")
    clerk.press("收为本单位稿件")
    clerk.sees("已收为本单位稿件")
    clerk.look(f"{picture}-item")
    settle()
    clerk.go("/review/")
    clerk.press("逐篇审 1 篇")
    clerk.look(f"{picture}-review")
    passes(clerk)


def follow_journey(author: Person, item: Item, picture: str, unit: str, word: str) -> None:
    """From the own list to the journey, as an author does."""
    author.go("/items/")
    author.sees(TITLE)
    author.follow(TITLE)
    author.press("看去向")
    author.page.wait_for_url(re.compile(f"/items/{item.uuid}/journey/"))
    level = author.page.locator(".zt-level").filter(has_text=unit)
    assert word in level.inner_text()
    author.look(picture)


def sees_the_whole_way(author: Person, item: Item) -> None:
    follow_journey(author, item, "10-phone-journey", "广东省政协", "采用")
    names = [heading.split("\n")[0] for heading in author.page.locator(".zt-level h3").all_inner_texts()]
    assert [name[:3] for name in names] == ["南海区", "佛山市", "广东省"]
    assert all("采用" in level for level in author.page.locator(".zt-level").all_inner_texts())
    author.go("/notices/")
    author.sees("广东省政协")
    author.look("11-phone-notices")


def finds_in_the_archive(clerk: Person) -> None:
    clerk.go("/search/")
    clerk.page.get_by_label("检索词").locator("visible=true").last.fill("盲道")
    clerk.page.locator(".zt-searchbar").get_by_role("button", name="检索").click()
    clerk.sees("关于整治桂城夜市占用")
    assert "盲道" in "".join(clerk.page.locator(".zt-results .zt-hit").all_inner_texts())
    clerk.look("12-archive")


def explains_the_count(office: Person, nanhai: Unit) -> None:
    office.login()
    office.go("/province/")
    office.look("13-province")
    office.go("/province/units/?group=committee-county&what=received")
    row = office.page.locator("tr").filter(has_text="南海区政协")
    assert "1" in row.inner_text()
    office.look("14-province-units")
    office.go(f"/ranking/unit/{nanhai.uuid}/")
    office.sees("合计", "广东省政协")
    lines = office.page.locator(".zt-ledger tbody tr:not(.is-off)")
    points = [float(line) for line in lines.locator("td:last-child").all_inner_texts()]
    total = float(office.page.locator(".zt-ledger tfoot td").last.inner_text())
    assert total > 0
    assert sum(points) == pytest.approx(total)
    assert all(re.search(r"\d", words) for words in lines.locator("td:nth-child(4)").all_inner_texts())
    assert TITLE not in office.text  # the province counts a number, it does not read the district's item
    office.look("15-ledger")


def sees_nothing(person: Person, item: Item) -> None:
    """Neither lists nor search nor the address itself show an item that is not this person's."""
    missing = "00000000-0000-4000-8000-000000000000"
    for path in ("/items/{}/", "/items/{}/journey/", "/items/{}/texts/", "/items/{}/edit/", "/ranking/item/{}/"):
        assert person.status(path.format(item.uuid)) == person.status(path.format(missing)) == 404, path
    for path in ("/", "/items/", "/notices/", "/search/?q=盲道"):
        assert "盲道问题" not in person.fetch(path).text, path
    if person.user.has_zt_perm("exchange.receive"):
        for path in ("/inbox/?tab=all", "/send/", "/items/all/"):
            assert "盲道问题" not in person.fetch(path).text, path


def of_unit(unit: Unit) -> Any:
    """Return the only item of a unit."""
    with unit:
        return Item.objects.get()
