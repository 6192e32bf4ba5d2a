"""The writing page in a real browser: files with progress, without scripts, without a network; co-authors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tenants.items.models import Attachment, Item
from tests.e2e.people import Person
from tests.e2e.test_main_job import settle
from tests.factories import TEXT, make_draft, make_user
from tests.platform.documents.test_kinds import JPEG, PDF, PNG
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e
SitDown = Callable[..., Person]


@pytest.fixture
def nanhai(committed: None, settings: Any, tmp_path: Path) -> Unit:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
    return Unit.objects.get(domains__domain="nanhai.localhost")


@pytest.fixture(params=["phone", "desk"])
def writer(request: pytest.FixtureRequest, nanhai: Unit, sit_down: SitDown) -> Person:
    """A member at the page of a complete draft."""
    return at_the_page(nanhai, sit_down, phone=request.param == "phone")


def at_the_page(nanhai: Unit, sit_down: SitDown, **how: bool) -> Person:
    user = make_user(nanhai, "liang", name="梁晓岚")
    item = make_draft(nanhai, user)
    person = sit_down(user, nanhai, **how)
    person.login()
    person.go(f"/items/{item.uuid}/edit/")
    return person


def choose(person: Person, *files: tuple[str, bytes]) -> None:
    """Hand files to the field for all kinds, as the browser's own dialog would."""
    chosen = [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
    person.page.locator("[data-files]").last.set_input_files(chosen)  # type: ignore[arg-type]


def row(person: Person, name: str) -> Locator:
    return person.page.locator("[data-uploads] li").filter(has_text=name)


def names(unit: Unit) -> list[str]:
    with unit:
        return list(Attachment.objects.filter(removed_at__isnull=True).values_list("name", flat=True))


def test_files_go_up_one_after_another_with_progress(writer: Person, nanhai: Unit) -> None:
    writer.slow_down(300_000)
    choose(writer, ("康复科排队.jpg", JPEG + bytes(600_000)), ("往返路线.png", PNG))
    expect(row(writer, "康复科排队.jpg")).to_contain_text("上传中")
    expect(row(writer, "往返路线.png")).to_contain_text("等待上传")
    expect(row(writer, "康复科排队.jpg")).to_contain_text("/ 586 KB")
    writer.page.locator("#id_problem").fill("上传的时候照样写。")
    expect(row(writer, "往返路线.png")).to_contain_text("已上传")
    expect(row(writer, "康复科排队.jpg")).to_contain_text("已上传")
    writer.slow_down(-1)
    writer.look(f"writing-files-{writer.page.viewport_size['width']}")  # type: ignore[index]
    expect(writer.page.locator("[data-upload-count]")).to_have_text("2")
    assert names(nanhai) == ["康复科排队.jpg", "往返路线.png"]
    row(writer, "往返路线.png").get_by_label("删除 往返路线.png").click()
    expect(writer.page.locator("[data-upload-count]")).to_have_text("1")
    assert writer.page.locator("#id_problem").input_value() == "上传的时候照样写。"
    assert names(nanhai) == ["康复科排队.jpg"]


def test_what_is_not_taken_is_named_with_the_reason(writer: Person, nanhai: Unit, settings: Any) -> None:
    settings.ATTACHMENT_LIMIT = 1024 * 1024
    writer.page.reload()
    choose(writer, ("清单.exe", b"MZ"), ("录像.mp4", bytes(1024 * 1024 + 1)), ("空.pdf", b""))
    expect(row(writer, "清单.exe")).to_contain_text("不收这种文件")
    expect(row(writer, "录像.mp4")).to_contain_text("超过 1 MB，请压缩后再传")
    expect(row(writer, "空.pdf")).to_contain_text("空文件")
    assert writer.faults == []  # refused before a byte was sent
    choose(writer, ("表.pdf", PNG))
    expect(row(writer, "表.pdf")).to_contain_text("“表.pdf”没有收下：内容不是PDF文件")
    writer.forgive("422")
    expect(row(writer, "表.pdf").get_by_role("button", name="再试")).to_be_hidden()
    row(writer, "表.pdf").get_by_label("不传 表.pdf").click()
    expect(row(writer, "表.pdf")).to_have_count(0)
    writer.look(f"writing-refused-{writer.page.viewport_size['width']}")  # type: ignore[index]
    assert names(nanhai) == []


def test_a_lost_network_keeps_the_text_and_the_files(writer: Person, nanhai: Unit) -> None:
    writer.lose_the_network(lost=True)
    writer.page.locator("#id_analysis").fill("电梯里写的原因。")
    writer.sees("已存在本机")
    choose(writer, ("现场.jpg", JPEG))
    expect(row(writer, "现场.jpg")).to_contain_text("网络断了")
    row(writer, "现场.jpg").get_by_role("button", name="再试").click()
    expect(row(writer, "现场.jpg")).to_contain_text("网络断了")
    writer.lose_the_network(lost=False)
    expect(row(writer, "现场.jpg")).to_contain_text("已上传")
    writer.sees("已自动保存")
    writer.forgive("ERR_INTERNET_DISCONNECTED")
    with nanhai:
        assert Item.objects.get().analysis == "电梯里写的原因。"
    assert names(nanhai) == ["现场.jpg"]


def test_a_stopped_upload_leaves_nothing(writer: Person, nanhai: Unit) -> None:
    writer.slow_down(100_000)
    choose(writer, ("长录像.pdf", PDF + bytes(900_000)))
    expect(row(writer, "长录像.pdf")).to_contain_text("上传中")
    row(writer, "长录像.pdf").get_by_label("不传 长录像.pdf").click()
    expect(row(writer, "长录像.pdf")).to_have_count(0)
    assert names(nanhai) == []


def test_files_are_dropped_anywhere_on_the_page(nanhai: Unit, sit_down: SitDown) -> None:
    writer = at_the_page(nanhai, sit_down)
    dropped = writer.page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File(['名单'], '名单.txt')); return all; }"
    )
    area = writer.page.locator("#id_problem")
    area.dispatch_event("dragenter", {"dataTransfer": dropped})
    assert "is-dropping" in (writer.page.locator("body").get_attribute("class") or "")
    area.dispatch_event("drop", {"dataTransfer": dropped})
    expect(row(writer, "名单.txt")).to_contain_text("已上传")
    assert "is-dropping" not in (writer.page.locator("body").get_attribute("class") or "")
    assert area.input_value() == TEXT["problem"]
    assert names(nanhai) == ["名单.txt"]


def test_a_phone_offers_its_camera_and_a_desk_its_files(nanhai: Unit, sit_down: SitDown) -> None:
    phone = at_the_page(nanhai, sit_down, phone=True)
    phone.sees("拍照", "照片和视频")
    camera = phone.page.locator(".zt-add").filter(has_text="拍照").locator("input")
    assert camera.get_attribute("capture") == "environment"
    desk = sit_down(phone.user, nanhai)
    desk.login()
    desk.go(phone.page.url)
    desk.sees("也可以把文件拖到这一页")
    assert "拍照" not in desk.text


def test_without_scripts_a_plain_form_takes_the_good_and_names_the_bad(nanhai: Unit, sit_down: SitDown) -> None:
    writer = at_the_page(nanhai, sit_down, scripts=False)
    writer.page.locator("#id_analysis").fill("没有脚本也写得下去。")
    writer.page.locator("input[name=file]").set_input_files(
        [
            {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": JPEG},
            {"name": "表.pdf", "mimeType": "application/pdf", "buffer": PNG},
        ]
    )
    writer.press("上传")
    writer.sees("“表.pdf”没有收下：内容不是PDF文件", "现场.jpg")
    assert writer.page.locator("#id_analysis").input_value() == "没有脚本也写得下去。"
    assert names(nanhai) == ["现场.jpg"]
    writer.forgive("422")
    writer.page.locator("#id_analysis").fill("接着写，不算另一处改的。")
    writer.page.get_by_label("删除 现场.jpg").click()
    writer.page.wait_for_url("**/edit/#files")
    assert writer.page.locator("#id_analysis").input_value() == "接着写，不算另一处改的。"
    assert names(nanhai) == []


def test_the_page_says_what_is_missing_and_leads_there(writer: Person) -> None:
    missing = writer.page.locator("[data-missing]").locator("visible=true").first
    expect(missing).to_have_text("可以提交")
    writer.page.locator("#id_suggestions").fill("")
    expect(missing).to_have_text("还差 意见建议")
    writer.sees("已自动保存")
    missing.click()
    expect(writer.page.locator("#id_suggestions")).to_be_focused()
    three = writer.page.locator(".zt-live li").filter(has_text="三写")
    expect(three).to_contain_text("还没有意见建议")  # found by the save, not by opening the page again
    writer.page.locator("#id_suggestions").fill("一是由区住建局牵头。")
    expect(three).to_contain_text("问题、原因、建议都有")


def test_deleting_a_draft_takes_two_presses(writer: Person, nanhai: Unit) -> None:
    menu = writer.page.locator(".zt-delete").locator("visible=true").first
    menu.locator("summary").click()
    writer.look(f"writing-delete-{writer.page.viewport_size['width']}")  # type: ignore[index]
    with nanhai:
        assert Item.objects.filter(title=TEXT["title"]).exists()
    menu.get_by_role("button", name="删除，不能恢复").click()
    writer.sees("草稿已删除")
    with nanhai:
        assert not Item.objects.filter(title=TEXT["title"]).exists()


def test_a_co_author_is_asked_and_answers(nanhai: Unit, sit_down: SitDown) -> None:
    writer = at_the_page(nanhai, sit_down)
    other = sit_down(make_user(nanhai, "feng", name="冯雅琪", groups=[("sector", "教育界")]), nanhai, phone=True)
    writer.page.locator("#co summary").filter(has_text="添加").click()
    writer.page.get_by_label("找本单位的人").fill("雅琪")
    writer.press("查找")
    writer.press("请冯雅琪联名")
    writer.sees("等对方确认", "1 人待确认，先署名")
    writer.look("co-authors-desk")
    grip = writer.page.get_by_label("冯雅琪：顺序和处理")
    grip.focus()
    grip.press("ArrowUp")
    expect(writer.page.locator(".zt-co li").first).to_contain_text("冯雅琪")
    expect(writer.page.get_by_label("冯雅琪：顺序和处理")).to_be_focused()
    settle()
    other.login()
    other.sees("请您联名")
    other.look("co-author-home")
    other.follow(TEXT["title"])
    other.sees(TEXT["problem"], "梁晓岚请您联名")
    other.look("co-author-asked")
    other.press("确认联名")
    other.sees("您已确认联名")
    writer.page.reload()
    writer.sees("已确认")
    other.press("谢绝")
    other.page.get_by_label("为什么谢绝").fill("我不了解情况")
    other.look("co-author-declines")
    other.press("谢绝联名")
    other.sees("已谢绝联名")
    settle()
    writer.page.reload()
    writer.sees("已谢绝", "我不了解情况")
    writer.look("co-authors-declined")
    writer.go("/notices/")
    writer.sees("冯雅琪谢绝联名")
