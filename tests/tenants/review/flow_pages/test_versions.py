"""Versions of a flow: published, compared, thrown away, tried out; and what the pages cost."""

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import Role, User
from tenants.review import operations as review
from tenants.review.models import Flow, FlowVersion, Run
from tests.factories import make_user
from tests.tenants.review.conftest import House
from tests.tenants.review.flow_pages.drafts import MAIN, STEP, URGENT, draft, drafted, save, text


def test_publishing_waits_for_what_must_be_mended(house: House, admin: Client) -> None:
    broken = {**STEP, "posts": ["info_officer"]}
    del broken["on_empty"]
    version = review.save_draft_version(
        actor=house.admin.actor, flow_code="main", name="试验流程", definition={"steps": [broken]}
    )
    page = text(admin.get(MAIN))
    assert "去改必须改的 1 处" in page
    assert re.search(r'href="[^"]*step=s1#f-on_empty"[^>]*>.{0,400}去改必须改的', page)
    assert re.search(r'aria-disabled="true" data-refused="还有 1 处必须改', page)
    form = {"do": "publish", "number": version.number, "revision": version.revision}
    refused = admin.post(MAIN, form)
    assert refused.status_code == 409
    assert "信息专员空岗，没有定怎么办" in text(refused)
    assert drafted().state == FlowVersion.State.DRAFT
    assert save(admin, who=["post:info_officer:"]).status_code == 302
    page = text(admin.get(MAIN))
    assert "发布第 2 版" in page
    assert "必须改" not in page
    run = house.submit()
    assert admin.post(MAIN, {**form, "revision": drafted().revision}).status_code == 302
    assert house.submit(title="关于另一件事的建议").flow_version.number == 2
    assert Run.objects.get(pk=run.pk).flow_version.number == 1
    page = text(admin.get(f"{MAIN}?version=1"))
    assert "第 1 版 停用" in page
    assert "再用第 1 版" in page
    assert admin.post(f"{MAIN}?version=1", {"do": "begin", "number": 1}).status_code == 302
    assert drafted().number == 3
    assert admin.post(MAIN, {"do": "begin", "number": 77}).status_code == 302  # there is a draft: it says so


def test_versions_are_compared_and_a_draft_is_thrown_away(house: House, admin: Client) -> None:
    assert admin.get(f"{MAIN}compare/").status_code == 404  # one version only
    admin.post(MAIN, {"do": "begin", "number": 1})
    assert "两版没有不同" in text(admin.get(f"{MAIN}compare/?a=1&b=2"))
    save(admin, "research", name="研究室编审", limit_days="9", limit_hours="4")
    page = text(admin.get(f"{MAIN}compare/"))
    assert "<del>2 个工作日，紧急件 4 小时</del>" in page
    assert "<ins>9 个工作日，紧急件 4 小时</ins>" in page
    assert admin.get(f"{MAIN}compare/?a=7").status_code == 404
    assert "不要“重要信息三审”第 2 版草稿" in text(admin.get(f"{MAIN}?panel=discard"))
    assert admin.post(MAIN, {"do": "discard"})["Location"] == MAIN
    assert not FlowVersion.objects.filter(state=FlowVersion.State.DRAFT).exists()
    assert admin.post(MAIN, {"do": "discard"}).status_code == 409
    draft(house, {}, code="brief")
    assert admin.post("/review/flows/brief/", {"do": "discard"})["Location"] == "/review/flows/"
    assert not Flow.objects.filter(code="brief").exists()


def test_the_try_out_on_the_page(house: House, admin: Client) -> None:
    draft(house, {"posts": ["research"]}, {"posts": ["secretary"], "when": URGENT}, {"posts": ["info_officer"]})
    page = text(admin.get(f"{MAIN}?t-start=2026-06-17T11:00&t-urgency=ordinary"))
    foot = page[page.index("zt-tryout") : page.index("h-prob")]
    for words in ("周敏", "交单位管理员", "端午顺延", "共 4 个工作日"):
        assert words in foot
    assert "何静" not in foot
    assert page.count('class="on"') == 3
    assert "何静" in text(admin.get(f"{MAIN}?t-start=2026-06-17T11:00&t-urgency=urgent"))
    assert "没有这位能写信息的人" in text(admin.get(f"{MAIN}?t-author=谁也不是"))
    assert "请填写提交的日期和时间" in text(admin.get(f"{MAIN}?t-start=明天"))
    make_user(house.unit, "liang2", name="梁晓岚", roles=["author"])
    assert "有 2 位叫这个名字" in text(admin.get(f"{MAIN}?t-author=梁晓岚"))
    assert save(admin, who=["user:liang2:"]).status_code == 302
    User.objects.get(username="liang2").roles.add(Role.objects.get(code="reviewer"))
    assert "交单位管理员" not in first_line(text(admin.get(MAIN)))
    assert "交单位管理员" in first_line(text(admin.get(f"{MAIN}?t-author=liang2")))  # an author decides no own item


def first_line(page: str) -> str:
    found = re.search(r'<table class="zt-try">.*?<tbody>(<tr>.*?</tr>)', page, re.DOTALL)
    assert found
    return found.group(1)


def test_the_pages_cost_the_same_for_a_large_unit(house: House, admin: Client) -> None:
    draft(house, {}, {"posts": ["secretary"]})
    urls = ["/review/flows/", f"{MAIN}?step=s1", f"{MAIN}?version=1", "/review/committees/", "/review/checklists/"]

    def measure() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as captured:
                assert admin.get(url).status_code == 200
            found.append(len(captured))
        return found

    measure()
    few = measure()
    for n in range(25):
        make_user(house.unit, f"more{n}", roles=["reviewer"], posts=["research"], groups=[("sector", f"界别{n}")])
        house.submit(title=f"关于第 {n} 件事的建议")
    review.publish_flow(
        actor=house.admin.actor, flow_code="green", name="绿色通道", definition={"steps": [STEP], "when": URGENT}
    )
    assert measure() == few
