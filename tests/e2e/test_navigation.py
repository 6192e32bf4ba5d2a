"""The navigation of somebody with nearly every right: calm on the desk, whole on the phone, open to the keyboard."""

from collections.abc import Callable

import pytest

from tests.e2e.barriers import barriers
from tests.e2e.people import Person
from tests.factories import make_user
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]
MOST = ["clerk", "reviewer", "administrator"]

EDGES = """() => {
  const edges = found => document.querySelector(found).getBoundingClientRect();
  const end = edges(".zt-topbar-end");
  return [edges(".zt-nav > :last-child").right, end.left, end.right];
}"""


@pytest.fixture
def foshan(committed: None) -> Unit:
    return Unit.objects.get(domains__domain="foshan.localhost")


def words(person: Person) -> list[str]:
    """Return the words of the bar as they can be read."""
    bar = person.page.get_by_role("navigation", name="主导航")
    return [word.strip() for word in bar.locator("a, summary").locator("visible=true").all_inner_texts()]


def test_a_long_bar_folds_what_belongs_together(foshan: Unit, sit_down: SitDown) -> None:
    clerk = sit_down(make_user(foshan, "lin", name="林伟", roles=MOST, posts=["research"]), foshan)
    clerk.login()
    assert words(clerk) == ["首页", "收件", "审核", "信息", "报送", "办理", "约稿", "台账", "统计", "设置"]
    page = clerk.page
    page.locator(".zt-nav summary").filter(has_text="设置").click()
    assert barriers(page) == []
    clerk.press("流程")
    page.wait_for_url("**/flows/")
    assert page.locator(".zt-nav > .zt-menu > summary[aria-current]").inner_text().strip() == "设置"
    # The narrowest desk still shows every word, and nothing lies over its neighbour.
    for width in (900, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        words_end, end_start, end = page.evaluate(EDGES)
        assert words_end <= end_start < end <= width


def test_a_folded_group_is_opened_and_left_by_keys(foshan: Unit, sit_down: SitDown) -> None:
    clerk = sit_down(make_user(foshan, "lin", name="林伟", roles=MOST, posts=["research"]), foshan)
    clerk.login()
    page, inside = clerk.page, clerk.page.locator(".zt-nav a").filter(has_text="态势")
    figures = page.locator(".zt-nav summary").filter(has_text="统计")
    figures.focus()
    page.keyboard.press("Space")
    inside.wait_for(state="visible")
    page.keyboard.press("Escape")
    inside.wait_for(state="hidden")
    assert figures.evaluate("word => word === document.activeElement")
    page.keyboard.press("Enter")
    for _ in range(5):  # over its four pages to the next word
        page.keyboard.press("Tab")
    inside.wait_for(state="hidden")
    figures.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/overview/")


def test_the_phones_menu_holds_every_page_under_its_group(foshan: Unit, sit_down: SitDown) -> None:
    clerk = sit_down(make_user(foshan, "lin", name="林伟", roles=MOST, posts=["research"]), foshan, phone=True)
    clerk.login()
    clerk.page.get_by_label("菜单").click()
    clerk.sees("写信息", "统计", "热点", "设置", "不采用理由", "退出")
    assert barriers(clerk.page) == []
    clerk.press("计分规则")
    clerk.page.wait_for_url("**/rules/**")
