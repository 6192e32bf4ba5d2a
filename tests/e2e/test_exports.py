"""Taking a list away by real clicks: a small one at once, a large one by its progress; on a desk and on a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from tenants.review import operations as review
from tests.e2e.people import Person
from tests.factories import make_draft, make_user
from tests.platform.exports.numbers import KIND, Numbers, registered
from zhitong.core.operations import system
from zhitong.exports import operations
from zhitong.exports.models import Export
from zhitong.exports.running import run_waiting
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]


@pytest.fixture
def unit(committed: None) -> Unit:
    found = Unit.objects.get(domains__domain="nanhai.localhost")
    with found:
        review.ensure_default_flow(actor=system(found.pk))
    return found


@pytest.fixture
def numbers() -> Iterator[Numbers]:
    with registered() as made:
        yield made


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_clerk_takes_lists_away(
    unit: Unit, sit_down: SitDown, numbers: Numbers, phone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, zhou = make_user(unit, "liang"), make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"])
    with unit:
        for title in ("关于充电的建议", "关于河涌的建议"):
            draft = make_draft(unit, author, title=title)
            review.submit(actor=author.actor, item_uuid=draft.uuid, version=draft.version)
    clerk = sit_down(zhou, unit, phone=phone)
    clerk.login()
    clerk.go("/items/all/?q=充电")
    menu = clerk.page.locator(".zt-export")
    menu.locator("summary").click()
    clerk.look(f"exports-menu-{'phone' if phone else 'desk'}")
    with clerk.page.expect_download() as taken:
        menu.get_by_role("button", name="Excel 工作簿").click()
    taken.value.save_as(tmp_path / "list.xlsx")
    assert taken.value.suggested_filename.startswith("南海区政协稿件 ")
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets[0]
    assert [row[2].value for row in sheet.rows] == ["标题", "关于充电的建议"]

    monkeypatch.setattr(operations, "AT_ONCE", 1)
    clerk.go("/items/all/")
    menu.locator("summary").click()
    menu.get_by_role("button", name="CSV").click()
    clerk.sees("共 2 行，正在后台导出。可以离开，回来再下载。", "等待导出")
    numbers.size = 5000
    with unit:
        running = operations.ask_export(actor=zhou.actor, kind=KIND, query="word=x", wanted="xlsx")
    assert isinstance(running, Export)
    Export.objects.filter(pk=running.pk).update(state="running", rows_done=1234, rows_total=5000)
    clerk.go("/exports/")
    clerk.sees("1,234 / 5,000")
    clerk.look(f"exports-running-{'phone' if phone else 'desk'}")
    assert run_waiting() == 2
    clerk.page.get_by_text("可以下载").nth(1).wait_for()  # by itself
    clerk.look(f"exports-done-{'phone' if phone else 'desk'}")
    with clerk.page.expect_download() as taken:
        clerk.page.get_by_role("row").filter(has_text="南海区政协稿件").get_by_role("link", name="下载").click()
    assert taken.value.suggested_filename.endswith(".csv")
    clerk.page.get_by_role("row").filter(has_text="南海区政协数字x").get_by_role("button", name="删除").click()
    clerk.sees("已删除。")
    assert Export.objects.count() == 1
