"""The keys of the pages in a real browser: what they do, what lists them, and that they keep out of texts."""

from collections.abc import Callable

import pytest

from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Task
from tests.e2e.people import Person
from tests.factories import make_draft, make_user
from tests.platform.ranking.histories import publish
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]
TITLES = ("关于整治夜市占用盲道问题的建议", "关于完善绿道配套服务的建议")


@pytest.fixture
def nanhai(committed: None) -> Unit:
    return Unit.objects.get(domains__domain="nanhai.localhost")


@pytest.fixture
def foshan(committed: None) -> Unit:
    return Unit.objects.get(domains__domain="foshan.localhost")


def submitted(unit: Unit, title: str, **changes: str) -> Item:
    """Return an item that waits for its first reviewer; the people are there already."""
    author = make_user(unit, f"liang{len(title)}")
    draft = make_draft(unit, author, title=title, **changes)
    with unit:
        review.ensure_default_flow(actor=system(unit.pk))
        review.submit(actor=author.actor, item_uuid=draft.uuid, version=draft.version)
        return Item.objects.get(pk=draft.pk)


def decide_all(unit: Unit, item: Item, count: int = 9) -> None:
    """Pass the item, step by step, `count` times at most."""
    with unit:
        for _ in range(count):
            task = Task.objects.filter(run__item=item, state=Task.State.OPEN).select_related("holder").first()
            if task is None:
                return
            review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)


def send_two_up(nanhai: Unit, foshan: Unit) -> None:
    """Let two items of the district lie in the city's inbox."""
    clerk = make_user(nanhai, "zhou", roles=["clerk"], posts=["research"])
    for title in TITLES:
        item = submitted(nanhai, title)
        decide_all(nanhai, item)
        with nanhai:
            item.refresh_from_db()
            up = [way.key for way in destinations(nanhai, clock.today()) if way.unit == foshan]
            desk.send(actor=clerk.actor, item_uuid=item.uuid, version=item.version, to=up)


def test_a_list_is_worked_through_without_a_mouse(nanhai: Unit, foshan: Unit, sit_down: SitDown) -> None:
    send_two_up(nanhai, foshan)
    clerk = sit_down(make_user(foshan, "lin", name="林伟", roles=["clerk"], posts=["research"]), foshan)
    clerk.login()
    clerk.go("/inbox/")
    page, keys = clerk.page, clerk.page.keyboard
    row = page.locator("tr.is-cursor")
    keys.press("ArrowDown")
    assert TITLES[1] in row.inner_text()
    keys.press("ArrowDown")
    assert TITLES[0] in row.inner_text()
    keys.press("ArrowDown")
    assert TITLES[0] in row.inner_text()
    keys.press(" ")
    clerk.sees("已选 1 篇", "签收 1 篇")
    keys.press("Escape")
    clerk.sees("已选 0 篇")
    keys.press(" ")
    keys.press("q")
    clerk.sees("已签收 1 篇")
    keys.press("ArrowDown")
    keys.press("Enter")
    clerk.sees("来文编号", TITLES[1])
    keys.press("r")
    clerk.sees("退回的理由")
    keys.type("kax 请注明来源")
    assert page.locator("#id_reason").input_value() == "kax 请注明来源"
    keys.press("Control+Enter")
    clerk.sees("已退回")


def test_help_lists_the_keys_of_the_page_and_can_switch_them_off(nanhai: Unit, foshan: Unit, sit_down: SitDown) -> None:
    send_two_up(nanhai, foshan)
    clerk = sit_down(make_user(foshan, "lin", name="林伟", roles=["clerk"], posts=["research"]), foshan)
    clerk.login()
    clerk.go("/inbox/")
    page, keys = clerk.page, clerk.page.keyboard
    keys.press("?")
    help_box = page.locator("dialog.zt-keys")
    lines = help_box.locator("dl > div").all_inner_texts()
    shown = {line.replace("\n", " ") for line in lines}
    assert {"/ 检索", "? 全部快捷键", "Q 签收", "空格 选中", "Enter 打开"} <= shown
    keys.press("Escape")
    assert help_box.count() == 0
    keys.press("/")
    page.wait_for_url(f"{clerk.base}/search/")
    assert page.locator("main input[type=search]").evaluate("field => field === document.activeElement")
    keys.type("q绿道")
    keys.press("Enter")
    page.wait_for_url("**/search/?*")
    clerk.go("/inbox/")
    keys.press("?")
    help_box.get_by_role("checkbox").check()
    help_box.get_by_role("button", name="关闭").click()
    keys.press("/")
    keys.press("ArrowDown")
    assert page.url.endswith("/inbox/")
    assert page.locator("tr.is-cursor").count() == 0
    keys.press("?")
    assert help_box.count() == 1


def test_a_leader_goes_through_what_waits_with_the_arrows(nanhai: Unit, sit_down: SitDown) -> None:
    make_user(nanhai, "zhou", roles=["clerk"], posts=["research"])
    leader = make_user(nanhai, "chen", name="陈立", roles=["leader"], posts=["secretary", "vice_chair", "chair"])
    for title in TITLES:
        decide_all(nanhai, submitted(nanhai, title, urgency="important"), 1)
    person = sit_down(leader, nanhai)
    person.login()
    keys = person.page.keyboard
    shown = person.page.locator(".zt-doctitle")
    assert shown.inner_text() == TITLES[0]
    keys.press("ArrowDown")
    person.page.wait_for_url("**/?sign=*")
    assert shown.inner_text() == TITLES[1]
    keys.press("a")
    person.sees("已通过", TITLES[1])
    assert person.page.url == f"{person.base}/"


def test_the_provinces_page_leads_to_its_period_and_its_list(committed: None, sit_down: SitDown) -> None:
    guangdong = Unit.objects.get(domains__domain="guangdong.localhost")
    publish(guangdong)
    office = sit_down(make_user(guangdong, "tongji", roles=["province_office"]), guangdong)
    office.login()
    office.go("/province/")
    office.page.keyboard.press("p")
    assert office.page.locator("#zt-year").evaluate("field => field === document.activeElement")
    office.page.locator("h1").click()
    office.page.keyboard.press("o")
    office.page.wait_for_url("**/province/units/**")
