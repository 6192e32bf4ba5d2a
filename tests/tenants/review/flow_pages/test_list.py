"""The list of flows: who opens their pages, what it tells of each, and what one press makes."""

from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import Position, Role
from tenants.review import operations as review
from tenants.review import presets
from tenants.review.definition import parse
from tenants.review.models import Flow
from tests.factories import client_for, make_user
from tests.tenants.review.conftest import House
from tests.tenants.review.flow_pages.drafts import MAIN, STEP, URGENT, draft, drafted, text

ADDRESSES = (
    "flows/", "flows/main/", "flows/main/compare/", "flows/main/export/", "committees/", "checklists/",
    "checklists/new/", "checklists/topics/",
)  # fmt: skip


def test_only_who_configures_review_opens_them(house: House) -> None:
    for who, expected in ((None, {302}), (house.author, {403}), (house.research, {403}), (house.chair, {403})):
        client = client_for(who, house.unit)
        for address in ADDRESSES:
            assert client.get(f"/review/{address}").status_code in expected, (who, address)
            assert client.post(f"/review/{address}", {"do": "publish"}).status_code in expected, (who, address)
    assert "/review/flows/" not in text(client_for(house.research, house.unit).get("/"))
    assert "/review/flows/" in text(client_for(house.admin, house.unit).get("/review/flows/"))


def test_another_unit_has_its_own(house: House, stranger: Any) -> None:
    draft(house, {}, code="ours")
    neighbour = client_for(make_user(stranger, "boss", roles=["administrator"]), stranger)
    assert neighbour.get("/review/flows/ours/").status_code == 404
    assert "试验流程" not in text(neighbour.get("/review/flows/"))
    for address in ("flows/ours/compare/", "flows/ours/export/", "checklists/ours/"):
        assert neighbour.get(f"/review/{address}").status_code == 404


@pytest.mark.parametrize("query", ["?version=9", "?version=x", "?version=" + "9" * 50, "?version=-1"])
def test_versions_that_are_none(admin: Client, query: str) -> None:
    assert admin.get(f"{MAIN}{query}").status_code == 404
    assert admin.get(f"{MAIN}export/{query}").status_code == 404


@pytest.mark.parametrize("query", ["?step=nowhere", "?panel=x", "?t-urgency=x&t-start=x", "?t-author=%00", "?step=%00"])
def test_junk_in_the_query_is_passed_over(house: House, admin: Client, query: str) -> None:
    draft(house, {})
    assert admin.get(f"{MAIN}{query}").status_code == 200


def test_the_list_tells_each_flow_and_offers_every_preset(house: House, admin: Client) -> None:
    house.submit()
    review.publish_flow(
        actor=house.admin.actor, flow_code="green", name="绿色通道", definition={"steps": [STEP], "when": URGENT}
    )
    draft(house, {}, code="new-one")
    page = text(admin.get("/review/flows/"))
    for words in ("重要信息三审", "收：紧急程度为紧急", "其他流程不收的都走它", "第 1 版草稿", "在办 <b>1</b> 篇"):
        assert words in page
    for code in presets.codes():
        preset = presets.load(code)
        assert preset.about in page
    assert page.index("绿色通道") < page.index("h-main")  # the default is tried last


def test_the_count_of_a_flow_leads_to_what_is_under_way_on_it(house: House, admin: Client) -> None:
    review.publish_flow(
        actor=house.admin.actor, flow_code="green", name="绿色通道", definition={"steps": [STEP], "when": URGENT}
    )
    house.submit(title="普通的一篇建议")
    house.submit(title="紧急的一篇建议", urgency="urgent")
    page = text(admin.get("/review/flows/"))
    for code, own, other in (("green", "紧急的一篇", "普通的一篇"), ("main", "普通的一篇", "紧急的一篇")):
        link = f"/review/?tab=all&flow={code}"
        assert f'<a class="link" href="{link}">在办 <b>1</b> 篇</a>' in page
        worklist = text(admin.get(link))
        assert own in worklist
        assert other not in worklist
    saved = admin.post("/review/filters/", {"query": "tab=all&flow=green", "name": "走绿色通道的"})
    assert saved.status_code == 302
    kept = text(admin.get("/review/?tab=all"))
    assert "走绿色通道的" in kept
    assert "flow=green" in kept
    configures = Role.objects.create(code="chains", name="管流程", permissions=["review.configure"])
    plain = make_user(house.unit, "guan", roles=[])
    plain.roles.add(configures)
    page = text(client_for(plain, house.unit).get("/review/flows/"))
    assert "在办 <b>1</b> 篇" in page
    assert "tab=all" not in page  # no way to a list that would refuse


def test_the_list_tells_the_usual_way_apart_from_the_branches(house: House, admin: Client) -> None:
    review.draft_preset(actor=house.admin.actor, preset_code="proposal_committee")
    page = text(admin.get("/review/flows/"))
    assert "信息专员初审 → 提案委主任复审 → 分管副主席审签；看条件另有：主席审签、绿色通道：分管副主席签发<" in page
    panel = text(admin.get("/review/flows/proposal-committee/?panel=add"))
    assert '<option value="vice_chair" selected>3. 分管副主席审签</option>' in panel


@pytest.mark.parametrize("code", presets.codes())
def test_one_press_makes_a_preset_a_draft(house: House, admin: Client, code: str) -> None:
    answer = admin.post("/review/flows/", {"do": "preset", "preset": code})
    flow = code.replace("_", "-")
    assert answer["Location"] == f"/review/flows/{flow}/"
    assert drafted(flow).definition == presets.load(code).definition
    assert set(presets.load(code).posts) <= set(Position.objects.values_list("code", flat=True))
    page = admin.get(answer["Location"])
    assert page.status_code == 200
    assert [
        name for name in (step["name"] for step in drafted(flow).definition["steps"]) if name not in text(page)
    ] == []
    again = admin.post("/review/flows/", {"do": "preset", "preset": code})
    assert again.status_code == 409
    assert "改过这个草稿" in text(again)
    assert admin.post("/review/flows/", {"do": "preset", "preset": "nothing"}).status_code == 422


def test_a_flow_from_one_step(house: House, admin: Client) -> None:
    form = {"do": "blank", "name": "小流程", "first_step": "审", "post": "chair"}
    wrong = admin.post("/review/flows/", {**form, "post": "mayor"})
    assert wrong.status_code == 422
    assert 'value="小流程"' in text(wrong)
    assert admin.post("/review/flows/", {**form, "name": " "}).status_code == 422
    assert admin.post("/review/flows/", form)["Location"] == "/review/flows/flow-1/"
    assert parse(drafted("flow-1").definition).steps[0].name == "审"


def test_order_default_and_stopping(house: House, admin: Client) -> None:
    for code in ("one", "two"):
        review.publish_flow(
            actor=house.admin.actor, flow_code=code, name=f"流程{code}", definition={"steps": [STEP], "when": URGENT}
        )
    assert house.submit(title="关于第 1 件事的建议", urgency="urgent").flow_version.flow.code == "one"
    admin.post("/review/flows/", {"do": "up", "flow": "two"})
    assert house.submit(title="关于第 2 件事的建议", urgency="urgent").flow_version.flow.code == "two"
    admin.post("/review/flows/", {"do": "up", "flow": "two"})  # it is the first already
    admin.post("/review/flows/", {"do": "down", "flow": "two"})
    assert house.submit(title="关于第 3 件事的建议", urgency="urgent").flow_version.flow.code == "one"
    admin.post("/review/flows/", {"do": "stop", "flow": "one"})
    assert house.submit(title="关于第 4 件事的建议", urgency="urgent").flow_version.flow.code == "two"
    admin.post("/review/flows/", {"do": "default", "flow": "two"})
    assert Flow.objects.get(is_default=True).code == "two"
    refused = admin.post("/review/flows/", {"do": "stop", "flow": "two"})
    assert refused.status_code == 409
    assert "先把另一个流程设为默认" in text(refused)
    assert admin.post("/review/flows/", {"do": "stop", "flow": "nothing"}).status_code == 404
    assert admin.post("/review/flows/", {"do": "explode", "flow": "two"}).status_code == 422
