"""A unit's administrator gives the committee its own chain, by real clicks; once more without any script."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Browser

from tenants.accounts.models import User
from tenants.review import operations as review
from tenants.review.models import FlowVersion
from tenants.review.operations import ensure_default_flow
from tests.e2e.barriers import barriers
from tests.e2e.people import Person
from tests.factories import PASSWORD, make_draft, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.e2e

SitDown = Callable[..., Person]
GREEN = "/review/flows/proposal-committee/"


@pytest.fixture
def unit(committed: None) -> Unit:
    """南海区政协 with people in the posts of the preset, all but one."""
    found: Unit = Unit.objects.get(domains__domain="nanhai.localhost")
    with found:
        ensure_default_flow(actor=system(found.pk))
    for username, name, post in (
        ("he", "何静", "info_officer"),
        ("lin", "林岚", "vice_chair"),
        ("chen", "陈立", "chair"),
    ):
        make_user(found, username, name=name, roles=["leader"], posts=[post])
    return found


def draft() -> FlowVersion:
    return FlowVersion.objects.get(flow__code="proposal-committee", state="draft")


def test_a_chain_is_drawn_tried_mended_and_published(unit: Unit, sit_down: SitDown) -> None:
    admin = sit_down(make_user(unit, "huang", name="黄志豪", roles=["administrator"]), unit)
    page = admin.page
    admin.login()
    admin.go("/review/flows/")
    admin.press("用这一套：三级审签")
    admin.sees("第 1 版 草稿", "发布前检查")

    page.get_by_role("link", name="第 4 步 主席审签").locator("visible=true").click()
    page.wait_for_url("**step=chair")
    admin.sees("可退回反映人或前面的步骤")
    page.get_by_label("几个工作日").fill("3")
    page.get_by_label("几个工作日").press("Tab")
    page.locator("svg a.is-chosen", has_text="3 个工作日").wait_for()
    page.get_by_text("会签", exact=True).click()
    page.locator("svg a.is-chosen", has_text="会签").wait_for()
    with unit:
        step = next(step for step in draft().definition["steps"] if step["key"] == "chair")
    assert (step["limit_days"], step["mode"]) == (3, "all")

    # Two quick changes: the second is made while the first is on its way, and neither is lost.
    page.get_by_role("checkbox", name="留存").uncheck()
    page.get_by_role("checkbox", name="转办").uncheck()
    page.get_by_label("步骤名称").fill("主席签批")
    page.locator("svg a.is-chosen", has_text="主席签批").wait_for()
    page.wait_for_function("document.querySelector('[data-flow-form]') && !document.querySelector('.htmx-request')")
    with unit:
        step = next(step for step in draft().definition["steps"] if step["key"] == "chair")
    assert step["name"] == "主席签批"
    assert not {"keep", "reassign"} & set(step["may"])

    page.get_by_label("紧急程度", exact=True).select_option("urgent")
    page.wait_for_url("**t-urgency=urgent**")
    page.wait_for_url("**step=chair**")
    admin.sees("紧急件 2 小时")

    admin.press("加步骤")
    page.get_by_label("这一步叫什么").fill("秘书长核稿")
    page.get_by_label("由谁办").select_option(label="秘书长")
    admin.press("加这一步")
    admin.sees("去改必须改的 1 处")
    admin.press("去改必须改的 1 处")
    page.get_by_label("跳过，按在岗的人算").check()
    admin.sees("发布第 1 版")
    admin.press("流程设置")
    page.get_by_label("加条件").select_option(label="紧急程度：紧急")
    admin.press("发布第 1 版")  # while the condition is on its way: it is saved first
    admin.sees("第 1 版 在用")
    with unit:
        author = User.objects.get(pk=make_user(unit, "liang", name="梁晓岚").pk)
        item = make_draft(unit, author, urgency="urgent")
        run = review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        assert run.flow_version.flow.code == "proposal-committee"

    page.keyboard.press("ArrowRight")
    page.wait_for_url("**step=info_officer**")
    page.go_back()
    admin.sees("改出第 2 版")


def test_on_a_phone_the_same_chain_is_a_list(unit: Unit, sit_down: SitDown) -> None:
    admin = sit_down(make_user(unit, "huang", roles=["administrator"]), unit, phone=True)
    with unit:
        review.draft_preset(actor=system(unit.pk), preset_code="proposal_committee")
    admin.login()
    admin.go(GREEN)
    assert not admin.page.locator("svg[aria-label='流程图']").is_visible()
    admin.sees("绿色通道：分管副主席签发", "去向：紧急程度为紧急，到绿色通道：分管副主席签发；其余，到提案委主任复审")
    admin.page.locator(".zt-flowlist a").filter(has_text="主席审签").last.click()
    admin.page.get_by_label("几个工作日").fill("4")
    admin.page.get_by_label("几个工作日").press("Tab")
    admin.page.locator(".zt-flowlist a").filter(has_text="4 个工作日").wait_for()
    admin.page.get_by_label("步骤名称").fill("w" * 60)
    admin.page.get_by_label("步骤名称").press("Tab")
    admin.sees("的名称有 60 个字，最多 40 个")
    admin.forgive("422")
    assert admin.page.evaluate("document.documentElement.scrollWidth") == admin.page.viewport_size["width"]  # type: ignore[index]
    for path in (GREEN, "/review/flows/", "/review/checklists/", "/review/checklists/topics/", "/review/committees/"):
        admin.go(path)
        wide = admin.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


def test_everything_works_without_a_script(unit: Unit, browser: Browser, port: int) -> None:
    make_user(unit, "huang", roles=["administrator"])
    base = f"http://nanhai.localhost:{port}"
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("登录名或手机号").fill("huang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{base}/review/flows/")
    page.get_by_role("button", name="用这一套：简流程").click()
    page.locator("svg a").first.click()
    page.get_by_label("几个工作日").fill("两天")
    page.get_by_role("button", name="保存这一步").click()
    assert page.get_by_label("几个工作日").input_value() == "两天"
    assert page.get_by_text("要是 1 到 365 的整数").first.is_visible()
    page.get_by_label("几个工作日").fill("5")
    page.get_by_label("加岗位或人").select_option(label="主席")
    page.get_by_role("button", name="保存这一步").click()
    assert "5 个工作日" in (page.locator("svg a").first.text_content() or "")
    page.get_by_role("button", name="试走").click()
    assert page.get_by_role("heading", name="试走").is_visible()
    with unit:
        steps = FlowVersion.objects.get(flow__code="simple", state="draft").definition["steps"]
    assert (steps[0]["limit_days"], steps[0]["posts"][-1]) == (5, "chair")
    context.close()


def test_the_day_of_the_try_out_is_a_real_one(unit: Unit, sit_down: SitDown) -> None:
    admin = sit_down(make_user(unit, "huang", roles=["administrator"]), unit)
    admin.login()
    admin.go("/review/flows/main/?t-start=2026-06-17T11:00&t-urgency=important")
    admin.sees("端午顺延")
    admin.page.get_by_label("提交时间").fill(f"{date(2026, 9, 30)}T09:00")
    admin.page.get_by_label("提交时间").press("Tab")
    admin.sees("国庆顺延")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_no_panel_of_the_editor_keeps_anybody_out(unit: Unit, sit_down: SitDown, phone: bool) -> None:
    admin = sit_down(make_user(unit, "huang", roles=["administrator"]), unit, phone=phone)
    with unit:
        review.draft_preset(actor=system(unit.pk), preset_code="proposal_committee")
    admin.login()
    found: list[str] = []
    panels = ("step=chair", "panel=add", "panel=branch", "panel=flow", "panel=discard", "panel=delete&step=chair")
    for query in (*panels, "view=list&t-author=nobody"):
        admin.go(f"{GREEN}?{query}")
        found += [f"{query}: {barrier}" for barrier in barriers(admin.page)]
    assert found == []


def test_what_the_how_to_shows(unit: Unit, sit_down: SitDown) -> None:
    """Take the pictures of the how-to of the same subject; `make pictures` puts them into docs/images."""
    boss, code = make_user(unit, "huang", name="黄志豪", roles=["administrator"]), "proposal-committee"
    with unit:
        made = review.draft_preset(actor=boss.actor, preset_code="proposal_committee")
        review.publish_draft(actor=boss.actor, flow_code=code, version=made.number, revision=made.revision)
        again = review.draft_version(actor=boss.actor, flow_code=code, number=made.number)
        steps = [dict(step) for step in again.definition["steps"]]
        steps[2] |= {"mode": "all", "posts": ["vice_chair", "chair"], "checklist": "three_checks"}
        steps[3] |= {"limit_days": 3}
        review.save_draft_version(
            actor=boss.actor,
            flow_code=code,
            name=again.flow.name,
            definition={**again.definition, "steps": steps},
            version=again.number,
            revision=again.revision,
        )
    admin = sit_down(boss, unit)
    admin.login()
    admin.go("/review/flows/")
    admin.look("flow-list")
    admin.go(f"{GREEN}?step=vice_chair&t-urgency=important&t-start=2026-06-17T11:00")
    admin.sees("端午顺延")
    admin.look("flow-editor")
    admin.go(f"{GREEN}compare/")
    admin.sees("3 个工作日")
    admin.look("flow-compare")
    admin.go(f"{GREEN}?panel=add")
    admin.page.get_by_label("放在哪一步后面").select_option(label="2. 提案委主任复审")
    admin.page.get_by_label("这一步叫什么").fill("秘书长核稿")
    admin.page.get_by_label("由谁办").select_option(label="秘书长")
    admin.press("加这一步")
    admin.sees("去改必须改的 1 处")
    admin.look("flow-check")
    admin.go("/review/flows/")
    wrong = "name: 试用\ndefinition:\n  steps:\n    - key: a\n      name: 初审\n      posts: [mayor]\n"
    admin.page.get_by_label("流程文件").set_input_files(
        {"name": "chain.yaml", "mimeType": "application/yaml", "buffer": wrong.encode()}
    )
    admin.press("导入为草稿")
    admin.sees("第 6 行")
    admin.forgive("422")
    admin.look("flow-file")
    phone = sit_down(boss, unit, phone=True)
    phone.login()
    phone.go(GREEN)
    phone.look("flow-phone")
