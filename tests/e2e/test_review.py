"""Reviewing at a real browser: by keys alone, many at once, on a phone, and what each role sees of a run."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.items.models import Item, State
from tenants.review import operations as review
from tenants.review.models import Act, Run, Task
from tests.e2e.people import Person
from tests.factories import make_draft, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]
TITLES = ("关于整治夜市占用盲道问题的建议", "关于完善绿道配套服务的建议", "关于规范网约房消防管理的建议")
REASON = "请补充数据的来源和年份"


class House:
    """南海 with its people, and three items that wait for the research office."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.author = make_user(unit, "liang", name="梁晓岚", groups=[("sector", "科技界")])
        self.office = make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"])
        self.secretary = make_user(unit, "he", name="何静", roles=["reviewer"], posts=["secretary"])
        self.chair = make_user(unit, "chen", name="陈立", roles=["leader"], posts=["chair"])
        self.reader = make_user(unit, "du", name="杜阅")
        self.admin = make_user(unit, "guan", name="管理员", roles=["administrator"])
        self.runs: list[Run] = []

    def publish(self, *steps: dict[str, Any]) -> None:
        named = [{"key": f"s{n}", "name": f"第{n}步", "limit_days": 2, **step} for n, step in enumerate(steps, 1)]
        with self.unit:
            review.publish_flow(
                actor=system(self.unit.pk),
                flow_code="main",
                name="重要信息",
                definition={"steps": named},
                is_default=True,
            )

    def submit(self, *titles: str, **changes: Any) -> None:
        for title in titles:
            item = make_draft(self.unit, self.author, title=title, **changes)
            with self.unit:
                self.runs.append(review.submit(actor=self.author.actor, item_uuid=item.uuid, version=item.version))

    def task(self, user: User, place: int = 0) -> Task:
        with self.unit:
            return Task.objects.filter(run=self.runs[place], holder=user).latest("pk")

    def state(self, place: int) -> str:
        with self.unit:
            return Item.objects.get(pk=self.runs[place].item_id).state


@pytest.fixture
def house(committed: None) -> House:
    found = House(Unit.objects.get(domains__domain="nanhai.localhost"))
    found.publish(
        {"posts": ["research"], "name": "研究室编审"},
        {"posts": ["secretary"], "name": "秘书长初审"},
        {"posts": ["chair"], "name": "主席审定"},
    )
    return found


def on(person: Person, house: House, place: int) -> None:
    """Wait until the person stands at the office's task of that item."""
    person.page.wait_for_url(f"**/review/tasks/{house.task(house.office, place).uuid}/*")
    person.page.wait_for_load_state("load")


def test_a_reviewer_works_by_keys_alone(house: House, sit_down: SitDown) -> None:
    house.submit(*TITLES)
    zhou = sit_down(house.office, house.unit)
    page, keys = zhou.page, zhou.page.keyboard
    zhou.login()
    zhou.go("/review/")
    keys.press("ArrowDown")
    keys.press("Enter")
    on(zhou, house, 0)
    zhou.look("20-review-screen")
    keys.press("n")
    on(zhou, house, 1)
    keys.press("ArrowDown")
    on(zhou, house, 2)
    keys.press("ArrowUp")
    on(zhou, house, 1)
    keys.press("c")
    keys.type("axrn先记一句")  # no letter of it is a verb while one types
    page.go_back()
    page.go_forward()
    on(zhou, house, 1)
    assert page.locator("#id_reason").input_value() == "axrn先记一句"  # leaving the page loses no word
    page.locator("#id_reason").fill("")
    page.locator("#id_reason").blur()
    keys.press("r")
    page.wait_for_url("**decide=return")
    zhou.look("21-review-return")
    keys.press("Control+Enter")
    zhou.sees("请写明理由")
    assert page.evaluate("document.activeElement.id") == "id_reason"
    keys.type(REASON)
    keys.press("Control+Enter")
    zhou.sees("已退回")
    assert house.state(1) == State.RETURNED
    on(zhou, house, 0)
    keys.press("a")
    zhou.sees("已通过", "收回")
    zhou.look("22-review-next")
    page.get_by_role("link", name="收回").first.click()
    page.wait_for_url("**decide=take_back")
    page.locator("#id_reason").fill("点得太快")
    keys.press("Control+Enter")
    zhou.sees("已收回")
    on(zhou, house, 0)
    with house.unit:
        assert [act.verb for act in Act.objects.filter(run=house.runs[0])] == ["start", "pass", "take_back"]
    keys.press("?")
    for words in ("加签", "转办", "改核稿", "不采用", "下一篇"):
        assert words in page.locator("dialog.zt-keys").inner_text()
    zhou.forgive("status of 422")


def test_signers_are_found_and_withdrawn(house: House, sit_down: SitDown) -> None:
    house.submit(TITLES[0])
    zhou = sit_down(house.office, house.unit)
    page, keys = zhou.page, zhou.page.keyboard
    zhou.login()
    zhou.go(f"/review/tasks/{house.task(house.office).uuid}/")
    keys.press("s")
    page.wait_for_url("**decide=add")
    keys.type("秘书长")
    page.locator("#people-found label", has_text="陈立").wait_for(state="detached")
    page.get_by_label("何静").check()
    page.locator("#id_find").fill("陈")
    page.locator("#people-found label", has_text="陈立").wait_for()
    assert page.get_by_label("何静").is_checked()  # who was chosen stays through another search
    page.locator("#id_reason").fill("请核一下数据")
    keys.press("Control+Enter")
    zhou.sees("已加签")
    zhou.go(f"/review/tasks/{house.task(house.office).uuid}/")
    zhou.sees("正在等何静的意见")
    zhou.look("23-review-held")
    page.get_by_role("link", name="撤回加签").click()
    page.locator("#id_reason").fill("已经问到了")
    keys.press("Control+Enter")
    zhou.sees("已撤回")
    assert house.task(house.office).state == Task.State.OPEN


def test_a_checklist_is_saved_as_it_is_answered(house: House, sit_down: SitDown) -> None:
    house.publish({"posts": ["research"], "checklist": "three_checks"}, {"posts": ["chair"]})
    house.submit(TITLES[0])
    zhou = sit_down(house.office, house.unit)
    page = zhou.page
    zhou.login()
    zhou.go(f"/review/tasks/{house.task(house.office).uuid}/")
    lines = page.locator(".zt-checklines li")
    for n in range(lines.count() - 1):
        lines.nth(n).get_by_text("符合", exact=True).click()
    page.locator("#check-count", has_text="5 / 6").wait_for()
    lines.last.get_by_text("不符合").click()
    page.locator("#check-count", has_text="6 / 6").wait_for()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("a")
    zhou.sees("请写明情况")
    lines.last.locator(".zt-checknote").fill("三核在主席那里")
    lines.last.locator(".zt-checknote").press("Enter")  # decides nothing
    page.locator("#check-count", has_text="已存").wait_for()
    zhou.go(f"/review/tasks/{house.task(house.office).uuid}/")
    zhou.look("24-review-checklist")
    zhou.press("通过")
    zhou.sees("已通过")
    with house.unit:
        kept = Task.objects.get(run=house.runs[0], holder=house.office).checklist
    assert kept["lines"][-1]["note"] == "三核在主席那里"
    zhou.forgive("status of 422")


def test_many_are_returned_in_one_go(house: House, sit_down: SitDown) -> None:
    house.submit(*TITLES)
    zhou = sit_down(house.office, house.unit)
    page, keys = zhou.page, zhou.page.keyboard
    zhou.login()
    zhou.go("/review/")
    keys.press("ArrowDown")
    keys.press("Shift+ArrowDown")
    zhou.sees("已选 2 篇")
    page.get_by_label("全选本页").check()
    zhou.sees("已选 3 篇")
    keys.press("Escape")
    boxes = page.locator("[data-pick]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    zhou.sees("已选 3 篇")
    boxes.nth(1).click()
    zhou.sees("已选 2 篇")
    page.locator("h1").click()
    keys.press("r")
    zhou.sees("退回 2 篇")
    page.get_by_role("button", name="数据请注明来源").click()
    keys.press("Control+Enter")
    zhou.sees("已退回 2 篇")
    assert [house.state(n) for n in range(3)] == [State.RETURNED, State.IN_REVIEW, State.RETURNED]


def test_a_filter_is_saved_and_counted(house: House, sit_down: SitDown) -> None:
    house.submit(TITLES[0], urgency="important")
    house.submit(TITLES[1])
    zhou = sit_down(house.office, house.unit)
    zhou.login()
    zhou.go("/review/")
    zhou.page.get_by_label("紧急程度").select_option("important")
    zhou.page.wait_for_url("**urgency=important**")
    zhou.page.get_by_text("存下这个筛选").click()
    zhou.page.get_by_label("名称").fill("重要的")
    zhou.press("存下")
    zhou.sees("筛选“重要的”已存")
    tab = zhou.page.get_by_role("link", name=re.compile("重要的"))
    assert tab.first.inner_text().split() == ["重要的", "1"]
    zhou.look("26-review-saved-filter")


def test_each_role_sees_its_side_of_a_run(house: House, sit_down: SitDown) -> None:
    house.submit(TITLES[0])
    with house.unit:
        first = house.task(house.office)
        review.copy_to(actor=house.office.actor, task_uuid=first.uuid, who=[house.reader.uuid], note="请知悉")
        review.decide_pass(actor=house.office.actor, task_uuid=first.uuid, comment="数据已核")
    url = f"/review/runs/{house.runs[0].uuid}/"
    for user, name in ((house.author, "author"), (house.office, "participant"), (house.admin, "administrator")):
        person = sit_down(user, house.unit)
        person.login()
        person.go(url)
        person.sees("秘书长初审", "数据已核")
        person.look(f"27-run-{name}")
        phone = sit_down(user, house.unit, phone=True)
        phone.login()
        phone.go(url)
        phone.look(f"28-run-{name}-phone")
    author = sit_down(house.author, house.unit)
    author.login()
    author.go(url)
    author.page.locator("#id_reason").fill("会前要用")
    author.press("催办")
    author.sees("已催办")
    refused = author.page.get_by_role("button", name="催办")
    assert refused.get_attribute("aria-disabled") == "true"
    refused.click(force=True)  # it can be pressed all the same, and then says why not
    author.page.locator("[data-refusal]", has_text="刚催办过").wait_for()
    reader = sit_down(house.reader, house.unit, phone=True)
    reader.login()
    reader.go("/review/?tab=copies")
    assert reader.page.locator("tr.is-unread").count() == 1
    reader.follow(TITLES[0])
    reader.sees("秘书长初审")
    reader.go("/review/?tab=copies")
    assert reader.page.locator("tr.is-unread").count() == 0
    stranger = sit_down(make_user(house.unit, "feng", name="冯雅琪"), house.unit)
    stranger.login()
    assert stranger.status(url) == 404


def test_a_leader_reviews_on_a_phone(house: House, sit_down: SitDown) -> None:
    house.submit(*TITLES)
    he = sit_down(house.office, house.unit, phone=True)
    he.login()
    he.go(f"/review/tasks/{house.task(house.office).uuid}/")
    he.look("29-review-phone")
    bar = he.page.locator(".zt-decide")
    assert bar.get_by_role("button", name="转办").count() == 0  # it stands behind 更多, where the thumb finds it
    bar.get_by_text("更多").click()
    he.look("30-review-phone-menu")
    bar.get_by_role("link", name="转办").click()
    he.page.get_by_label("何静").check()
    he.page.locator("#id_reason").fill("请代办")
    he.look("31-review-phone-reassign")
    he.page.locator(".zt-decide .btn-primary").click()
    he.sees("已转办")
    he.page.get_by_role("link", name="下一篇").locator("visible=true").click()
    he.sees(TITLES[2])
