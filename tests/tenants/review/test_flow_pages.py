"""The pages of flows: who opens them, what each button keeps, what a refusal says and what it leaves as typed."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import Group, GroupKind, Position, Role, User
from tenants.review import operations as review
from tenants.review import presets
from tenants.review.definition import MAX_BYTES, parse
from tenants.review.models import CategoryCommittee, Checklist, Flow, FlowVersion, Run
from tests.factories import client_for, make_user
from tests.tenants.review.conftest import House

MAIN = "/review/flows/main/"
STEP = {"key": "s1", "name": "编审", "posts": ["research"], "limit_days": 2, "on_empty": "administrator"}
URGENT = [{"field": "urgency", "in": ["urgent"]}]
# What the panel of a step always sends.
PANEL = {
    "do": "step", "name": "编审", "who": ["post:research:", ""], "mode": "any", "limit_days": "2", "on_late": "mark",
    "on_empty": "administrator", "link-0-to": "", "verifying_pauses": "1",
    "may": ["edit", "return", "keep", "decline", "add", "reassign", "delegate", "verify", "relay"],
}  # fmt: skip


@pytest.fixture
def admin(house: House) -> Client:
    return client_for(house.admin, house.unit)


def draft(house: House, *steps: dict[str, Any], code: str = "main", **flow: Any) -> FlowVersion:
    made = [{**STEP, "key": f"s{n}", "name": f"第{n}步", **step} for n, step in enumerate(steps, 1)]
    return review.save_draft_version(
        actor=house.admin.actor, flow_code=code, name="试验流程", definition={"steps": made, **flow}
    )


def drafted(code: str = "main") -> FlowVersion:
    return FlowVersion.objects.get(flow__code=code, state=FlowVersion.State.DRAFT)


def steps(code: str = "main") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = drafted(code).definition["steps"]
    return found


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def save(admin: Client, key: str = "s1", code: str = "main", **changes: Any) -> Any:
    return admin.post(f"/review/flows/{code}/?step={key}", {**PANEL, "revision": drafted(code).revision, **changes})


# --- who --------------------------------------------------------------------------------------------------------------

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


# --- the list ---------------------------------------------------------------------------------------------------------


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


# --- the editor -------------------------------------------------------------------------------------------------------


def test_the_drawing_and_the_list_carry_the_same_words(house: House, admin: Client) -> None:
    fork = [{"to": "s3", "when": URGENT}, {"to": "s2"}]
    draft(house, {"next": fork}, {"posts": ["secretary"], "next": [{"to": "end"}]}, {"posts": ["chair"], "mode": "all"})
    page = text(admin.get(f"{MAIN}?step=s2"))
    chart = page[page.index("data-flow-chart") : page.index("zt-flowlist")]
    listed = page[page.index("zt-flowlist") : page.index("zt-flowfoot")]
    for words in ("第1步", "第2步", "第3步", "秘书长", "会签", "2 个工作日", "紧急程度为紧急，到第3步；其余，到第2步"):
        assert words in chart, words
        assert words in listed, words
    assert chart.count("<path") == 6  # five ways, and the dashed one of the chosen step
    assert chart.count('aria-current="true"') == listed.count('aria-current="true"') == 1
    assert not re.search(r'style="|onclick|<script', chart)


def test_a_version_in_use_is_only_read(house: House, admin: Client) -> None:
    run = house.submit()
    page = text(admin.get(f"{MAIN}?step=secretary"))
    assert "第 1 版 在用" in page
    assert 'name="limit_days"' not in page
    assert "改出第 2 版" in page
    assert save_refused(admin.post(f"{MAIN}?step=secretary", {**PANEL, "revision": 1}))
    made = admin.post(MAIN, {"do": "begin", "number": 1})
    assert made.status_code == 302
    assert drafted().number == 2
    assert drafted().definition == run.flow_version.definition
    assert "在办 1 篇仍走第 1 版，不受影响" in text(admin.get(MAIN))
    assert text(admin.post(MAIN, {"do": "begin", "number": 1}, follow=True)).count("已有第 2 版草稿") == 1


def save_refused(answer: Any) -> bool:
    page = text(answer)
    return answer.status_code == 409 and "现在没有草稿" in page and "编审" in page


def test_every_field_of_a_step_is_kept(house: House, admin: Client) -> None:
    draft(house, {}, {})
    answer = save(
        admin,
        name=" 联审 签发 ",
        kind="joint",
        who=["post:secretary:", "user:zhou:", "author_head:sector:", "chosen_by_previous::", ""],
        **{"among-3": ["post:chair:", ""]},
        mode="joint",
        collator=["post:research:", ""],
        limit_days="3",
        limit_hours="8",
        remind_hours="12",
        on_late="escalate",
        late_to=["post:chair:"],
        on_empty="skip",
        checklist="topics",
        may=["edit", "return"],
        cc=["post:chair:"],
        asks_destination="1",
        asks_difficulty="1",
        **{"when-add": "urgency:important", "link-add": "difficulty:difficult"},
    )
    assert answer.status_code == 302
    assert answer["Location"] == f"{MAIN}?step=s1"
    assert steps()[0] == {
        "key": "s1",
        "name": "联审 签发",
        "kind": "joint",
        "who": [
            {"kind": "post", "post": "secretary"},
            {"kind": "user", "username": "zhou"},
            {"kind": "author_head", "group_kind": "sector"},
            {"kind": "chosen_by_previous", "among": [{"kind": "post", "post": "chair"}]},
        ],
        "mode": "joint",
        "collator": [{"kind": "post", "post": "research"}],
        "limit_days": 3,
        "limit_hours": 8,
        "remind_hours": 12,
        "on_late": "escalate",
        "late_to": [{"kind": "post", "post": "chair"}],
        "on_empty": "skip",
        "checklist": "topics",
        "may": ["edit", "return"],
        "cc": [{"kind": "post", "post": "chair"}],
        "asks_destination": True,
        "asks_difficulty": True,
        "when": [{"field": "urgency", "in": ["important"]}],
        "next": [{"to": "end", "when": [{"field": "difficulty", "in": ["difficult"]}]}, {"to": "s2"}],
    }
    page = text(admin.get(answer["Location"]))
    for words in (
        'value="联审 签发"',
        "周敏",
        "谁都可以选" if False else "可选范围",
        "疑难",
        "只有这样的信息办这一步",
    ):
        assert words in page
    again = {
        "when-0-field": "urgency", "when-0-op": "not_in", "when-0-v": ["important", "urgent"], "link-0-to": "end",
        "link-0-when-0-field": "difficulty", "link-0-when-0-op": "in", "link-0-when-0-v": ["difficult"],
        "link-1-to": "s2",
    }  # fmt: skip
    assert save(admin, **again).status_code == 302
    assert steps()[0]["when"] == [{"field": "urgency", "not_in": ["important", "urgent"]}]
    assert save(admin, **{**again, "link-0-to": "-", "when-0-v": []}).status_code == 302
    assert "when" not in steps()[0]
    assert steps()[0]["next"] == [{"to": "s2"}]


@pytest.mark.parametrize(
    ("changes", "words", "shown"),
    [
        ({"limit_days": "两天"}, "要是 1 到 365 的整数", 'value="两天"'),
        ({"limit_days": "0"}, "要是 1 到 365 的整数", 'value="0"'),
        ({"limit_hours": "9" * 40}, "limit_hours", 'value="' + "9" * 40),
        ({"name": " "}, "没有名称", "没有名称"),
        ({"name": "长" * 41}, "41 个字", "长" * 41),
        ({"name": "响\x07铃"}, "看不见的控制字符", "铃"),
        ({"name": "第2步"}, "名称都是“第2步”", 'value="第2步"'),
        ({"who": [""]}, "没有写明", 'value="2"'),
        ({"who": ["post:mayor:"]}, "本单位没有", "mayor"),
        ({"who": ["ghost:x:"]}, "不认识", 'value="2"'),
        ({"mode": "n_of_m", "votes": ""}, "几票通过", "几票通过"),
        ({"mode": "joint"}, "由谁汇总", "由谁汇总"),
        ({"mode": "most"}, "不能是“most”", 'value="2"'),
        ({"on_empty": "wait"}, "on_empty", 'value="2"'),
        ({"on_late": "hand_on"}, "late_to", 'value="2"'),
        ({"link-0-to": "nowhere"}, "不是这个流程里的步骤", "没有这一步"),
        ({"link-0-to": "s1"}, "成了循环", 'value="2"'),
        ({"may": ["fly"]}, "不认识“fly”", 'value="2"'),
        ({"kind": "x"}, "“kind”不能是", 'value="2"'),
        ({"checklist": "长" * 41}, "不超过 40 个字", "长" * 41),
    ],
)
def test_a_wrong_step_is_refused_at_its_field_and_kept_as_typed(
    house: House, admin: Client, changes: dict[str, Any], words: str, shown: str
) -> None:
    draft(house, {}, {})
    before = drafted()
    answer = save(admin, **changes)
    page = text(answer)
    assert answer.status_code == 422
    panel = page[page.index("data-flow-form") :]
    assert words in panel
    assert shown in panel
    assert "这一次没有存" in page
    assert (drafted().definition, drafted().revision) == (before.definition, before.revision)


def test_all_that_is_wrong_with_a_step_is_told_at_its_fields(house: House, admin: Client) -> None:
    draft(house, {}, {})
    answer = save(admin, limit_days="两天", remind_hours="0", on_empty="wait", who=["post:mayor:"], name=" ")
    page = text(answer)
    assert answer.status_code == 422
    panel = page[page.index("data-flow-form") :]
    for words in ("limit_days）要是", "remind_hours）要是", "“on_empty”不能是", "岗位“mayor”本单位没有", "没有名称"):
        assert words in panel, words


def test_two_administrators_at_once_lose_nothing(house: House, admin: Client) -> None:
    draft(house, {}, {})
    seen = drafted().revision
    other = client_for(make_user(house.unit, "boss", name="唐欣", roles=["administrator"]), house.unit)
    assert save(other, limit_days="5").status_code == 302
    stale = save(admin, limit_days="7", name="我起的名字", revision=seen)
    page = text(stale)
    assert stale.status_code == 409
    assert "唐欣于" in page
    for words in ("<del>5 个工作日</del>", "<ins>7 个工作日</ins>", 'value="我起的名字"', 'value="7"'):
        assert words in page
    assert steps()[0]["limit_days"] == 5
    assert save(admin, limit_days="7", name="我起的名字").status_code == 302
    assert steps()[0]["limit_days"] == 7
    for verb in ("add", "branch", "delete", "flow", "publish"):
        form = {"do": verb, "name": "又一步", "who": "post:chair:", "after": "s1", "branch-add": "urgency:urgent"}
        answer = admin.post(f"{MAIN}?step=s2&panel={verb}", {**form, "revision": seen, "number": drafted().number})
        assert answer.status_code == 409, verb
    assert [one["key"] for one in steps()] == ["s1", "s2"]


def test_a_step_that_somebody_deleted_is_told_with_what_was_typed(house: House, admin: Client) -> None:
    draft(house, {}, {})
    admin.post(f"{MAIN}?step=s2", {"do": "delete", "revision": drafted().revision})
    answer = save(admin, "s2", name="写了很久的一步", limit_days="9")
    assert answer.status_code == 409
    for words in ("刚被另一位管理员删去了", "写了很久的一步", "9 个工作日"):
        assert words in text(answer)


def test_steps_are_added_moved_and_deleted(house: House, admin: Client) -> None:
    draft(house, {}, {})
    new = {"name": "秘书长签发", "who": "post:secretary:"}

    def post(do: str, query: str = "", **form: Any) -> Any:
        return admin.post(f"{MAIN}{query}", {"do": do, "revision": drafted().revision, **form})

    assert post("add", after="s1", **new)["Location"] == f"{MAIN}?step=step_1"
    assert [one["key"] for one in steps()] == ["s1", "step_1", "s2"]
    wrong = post("add", after="s1", name="第2步", who="post:secretary:")
    assert wrong.status_code == 422
    assert 'value="第2步"' in text(wrong)
    nobody = text(post("add", after="s1", name="没有人"))
    assert "请选择由谁办。" in nobody
    assert 'value="没有人"' in nobody
    everything = text(post("branch", after="", name=" "))
    for words in ("请选择哪些信息走这条分支。", "请选择从哪一步分出去。", "请填写步骤名称。", "请选择由谁办。"):
        assert words in everything
    assert post("branch", after="s1", **new, **{"branch-add": ""}).status_code == 422
    assert post("branch", after="nowhere", **new, **{"branch-add": "urgency:urgent"}).status_code == 422
    added = post(
        "branch", after="s1", name="绿色通道", who="post:chair:", then="s2", **{"branch-add": "urgency:urgent"}
    )
    assert added["Location"] == f"{MAIN}?step=step_2"
    path = [step.key for _, step in parse(drafted().definition).path({"urgency": "urgent"})]
    assert path == ["s1", "step_2", "s2"]
    assert post("delete", "?step=step_2").status_code == 302
    assert save(admin, "step_1", do="later", name="秘书长签发", who=["post:secretary:"]).status_code == 302
    assert [one["key"] for one in steps()] == ["s1", "s2", "step_1"]
    branch = {"link-0-to": "s2", "link-0-when-0-field": "urgency", "link-0-when-0-v": ["urgent"], "link-1-to": "s2"}
    stuck = save(admin, "s1", do="later", **branch)
    assert stuck.status_code == 422
    assert "不能这样移" in text(stuck)
    assert post("delete", "?step=s1").status_code == 302
    assert post("delete", "?step=nowhere").status_code == 302
    only = post("delete", f"?step={steps()[0]['key']}")
    assert only.status_code == 302
    last = post("delete", f"?step={steps()[0]['key']}")
    assert last.status_code == 422
    assert "至少要有一步" in text(last)
    assert admin.post(MAIN, {"do": "explode"}).status_code == 422


def test_the_flow_itself_is_named_and_given_conditions(house: House, admin: Client) -> None:
    draft(house, {}, code="green")

    def post(**form: Any) -> Any:
        return admin.post("/review/flows/green/", {"do": "flow", "revision": drafted("green").revision, **form})

    assert post(name="绿色通道", ask_once="1", **{"when-add": "urgency:urgent"}).status_code == 302
    assert drafted("green").flow.name == "绿色通道"
    assert drafted("green").definition["when"] == URGENT
    assert drafted("green").definition["ask_once"] is True
    wrong = post(name=" ", **{"when-0-field": "urgency", "when-0-v": ["urgent", "important"]})
    assert wrong.status_code == 422
    assert "请填写流程名称" in text(wrong)
    assert re.search(r'value="important" checked', text(wrong))
    assert post(name="长" * 41).status_code == 422
    assert post(name="绿色通道", **{"when-0-field": "weather", "when-0-v": ["rain"]}).status_code == 422


def test_saving_without_a_change_writes_nothing(house: House, admin: Client) -> None:
    draft(house, {"name": "编审"})
    before = drafted().revision
    assert save(admin).status_code == 302
    assert drafted().revision == before


def test_a_script_gets_the_part_alone(house: House, admin: Client) -> None:
    draft(house, {})
    part = admin.get(f"{MAIN}?step=s1", headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert part["HX-Push-Url"] == f"{MAIN}?step=s1"
    back = admin.get(MAIN, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in text(back)
    saved = admin.post(
        f"{MAIN}?step=s1", {**PANEL, "revision": drafted().revision, "limit_days": "4"}, headers={"HX-Request": "true"}
    )
    assert saved.status_code == 200
    assert "<html" not in text(saved)
    assert steps()[0]["limit_days"] == 4


# --- publishing, versions ---------------------------------------------------------------------------------------------


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


# --- files ------------------------------------------------------------------------------------------------------------


def take_in(admin: Client, content: bytes, into: str = "") -> Any:
    return admin.post("/review/flows/", {"do": "file", "into": into, "file": SimpleUploadedFile("flow.yaml", content)})


@pytest.mark.parametrize("code", presets.codes())
def test_a_flow_travels_as_a_file(house: House, admin: Client, code: str) -> None:
    admin.post("/review/flows/", {"do": "preset", "preset": code})
    sent = admin.get(f"/review/flows/{code.replace('_', '-')}/export/")
    assert sent["Content-Type"].startswith("application/yaml")
    assert "filename*=UTF-8''" in sent["Content-Disposition"]
    answer = take_in(admin, sent.content)
    assert answer.status_code == 302
    taken = drafted("flow-1")
    assert taken.definition == presets.load(code).definition
    assert taken.flow.name == presets.load(code).name
    assert take_in(admin, sent.content, "main").status_code == 302
    stale = take_in(admin, sent.content, "main")
    assert stale.status_code == 422
    assert "改过这个草稿" in text(stale)


def wrong_file(name: str) -> bytes:
    one = "name: 试\ndefinition:\n  steps:\n    - key: a\n      name: 甲\n"
    two = one + "      posts: [chair]\n    - key: b\n      name: 乙\n      posts: [chair]\n"
    return {
        "unknown who": (one + "      who:\n        - kind: wizard\n").encode(),
        "unknown post": (one + "      posts: [mayor]\n").encode(),
        "bad condition": (
            one + "      posts: [chair]\n      when:\n        - field: weather\n          in: [rain]\n"
        ).encode(),
        "cycle": (two + "      next:\n        - to: a\n").encode(),
        "unreachable": two.replace("    - key: b", "      next: [{to: end}]\n    - key: b").encode(),
        "control": b'name: "x"\ndefinition:\n  steps:\n    - key: a\n      name: "\\0"\n      posts: [chair]\n',
        "not UTF-8": "name: 试".encode("gb18030"),
        "bomb": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "tag": b"name: !!python/object/apply:os.system ['true']\ndefinition: {}\n",
        "deep": b"name: " + b"[" * 40 + b"]" * 40,
        "not YAML": b"name: [",
        "list": b"- a\n- b\n",
        "extra": b"name: x\ndefinition: {}\nowner: me\n",
        "empty": b"",
        "large": b"#" * (MAX_BYTES + 1),
        "huge": b"#" * (10 * 1024 * 1024),
    }[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unknown who", "第 7 行：第 1 步“甲”的办理人种类“wizard”不认识"),
        ("unknown post", "第 6 行：第 1 步“甲”的岗位“mayor”本单位没有"),
        ("bad condition", "第 8 行：第 1 步“甲”的条件“weather”不认识"),
        ("cycle", "第 11 行：第 2 步“乙”又回到第 1 步“甲”，成了循环"),
        ("unreachable", "第 2 步“乙”走不到"),
        ("control", "第 5 行：“name”里有不能用的字符"),
        ("not UTF-8", "UTF-8"),
        ("bomb", "锚点"),
        ("tag", "标签"),
        ("deep", "嵌套"),
        ("not YAML", "YAML"),
        ("list", "第 1 行：流程文件要有“name”"),
        ("extra", "没有别的"),
        ("empty", "这个文件是空的"),
        ("large", "这不像是一个流程文件"),
        ("huge", "文件有 10,485,760 字节"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(house: House, admin: Client, name: str, words: str) -> None:
    answer = take_in(admin, wrong_file(name))
    assert answer.status_code == 422
    assert words in text(answer)
    assert list(Flow.objects.values_list("code", flat=True)) == ["main"]


def test_all_that_is_wrong_in_a_file_is_told_by_line(house: House, admin: Client) -> None:
    lines = ["name: x", "definition:", "  steps:", "    - key: a", "      name: 甲", "      posts: [mayor]",
             "      limit_days: 0", "      on_empty: wait", "    - key: b", "      name: 乙", "      posts: [chair]",
             "      next:", "        - to: a"]  # fmt: skip
    page = text(take_in(admin, "\n".join(lines).encode()))
    told = [page.index(f"第 {line} 行：") for line in (6, 7, 8, 13)]
    assert told == sorted(told)
    assert set(re.findall(r"第 (\d+) 行：", page)) == {"6", "7", "8", "13"}
    assert list(Flow.objects.values_list("code", flat=True)) == ["main"]


def test_no_file_at_all(admin: Client) -> None:
    assert "请选择流程文件" in text(admin.post("/review/flows/", {"do": "file"}))


# --- committees and checklists ----------------------------------------------------------------------------------------


def test_committees_are_chosen_for_categories(house: House, admin: Client) -> None:
    assert "本单位还没有专委会" in text(admin.get("/review/committees/"))
    group = Group.objects.create(kind=GroupKind.COMMITTEE, name="社法委")
    Group.objects.create(kind=GroupKind.SECTOR, name="教育界")
    page = text(admin.get("/review/committees/"))
    assert "社法委" in page
    assert "教育界" not in page
    field = re.search(r'<label for="id_(c-\d+)">社会建设</label>', page)
    assert field
    assert admin.post("/review/committees/", {field.group(1): group.pk}).status_code == 302
    assert list(CategoryCommittee.objects.values_list("category", "group__name")) == [("社会建设", "社法委")]
    for wrong in ("9" * 9, "x", str(Group.objects.get(name="教育界").pk)):
        answer = admin.post("/review/committees/", {field.group(1): wrong})
        assert answer.status_code == 422
        assert "请从列出的专委会里选择" in text(answer)
    assert CategoryCommittee.objects.count() == 1
    assert admin.post("/review/committees/", {}).status_code == 302
    assert not CategoryCommittee.objects.exists()


def test_a_checklist_gets_editions_and_old_answers_keep_theirs(house: House, admin: Client) -> None:
    house.publish({"posts": ["research"], "checklist": "topics"})
    run = house.submit()
    task = run.tasks.get()
    old = Checklist.objects.get(code="topics")
    checks = {line["key"]: {"ok": True} for line in old.lines}
    review.save_checks(actor=house.research.actor, task_uuid=task.uuid, checks=checks)
    lines = [*(line["text"] for line in old.lines[:2]), "新加的一项"]
    form = {"name": old.name, "lines": "\n".join(lines), "edition": old.edition}
    assert admin.post("/review/checklists/topics/", form).status_code == 302
    new = Checklist.objects.filter(code="topics").order_by("-edition").first()
    assert new
    assert new.edition == 2
    assert [line["key"] for line in new.lines] == [old.lines[0]["key"], old.lines[1]["key"], "line_1"]
    task.refresh_from_db()
    assert task.checklist["edition"] == 1
    assert len(task.checklist["lines"]) == len(old.lines)
    stale = admin.post("/review/checklists/topics/", {**form, "lines": "我写的另一项"})
    assert stale.status_code == 409
    for words in ("刚换了第 2 版", "我写的另一项", "新加的一项"):
        assert words in text(stale)
    page = text(admin.get("/review/checklists/"))
    assert "试验流程：第1步" in page
    assert "在用的流程都没有用它" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "请填写名称"),
        ({"name": "长" * 41}, "41"),
        ({"name": "响\x07铃"}, "看不见的控制字符"),
        ({"lines": " \n "}, "请填写检查哪些"),
        ({"lines": "一样\n一样"}, "写了两遍"),
        ({"lines": "\n".join(f"第{n}项" for n in range(31))}, "1 到 30 项，现在 31 项"),
        ({"lines": "长" * 101}, "1 到 100 个字，现在 101 个"),
    ],
)
def test_a_wrong_checklist_is_kept_as_typed(house: House, admin: Client, changes: dict[str, str], words: str) -> None:
    form = {"name": "我们的检查单", "lines": "数据有出处", **changes}
    answer = admin.post("/review/checklists/new/", form)
    assert answer.status_code == 422
    page = text(answer)
    assert words in page
    assert form["lines"].strip() in page
    assert not Checklist.objects.filter(code__startswith="list_").exists()


def test_a_new_checklist_can_be_asked_for_by_a_step(house: House, admin: Client) -> None:
    form = {"name": "我们的检查单", "lines": "数据有出处\r\n措施可操作"}
    assert admin.post("/review/checklists/new/", form).status_code == 302
    assert [line["text"] for line in Checklist.objects.get(code="list_1").lines] == ["数据有出处", "措施可操作"]
    draft(house, {})
    assert "我们的检查单" in text(admin.get(f"{MAIN}?step=s1"))
    assert save(admin, checklist="list_1").status_code == 302
    assert admin.get("/review/checklists/nothing/").status_code == 404


def test_people_behind_the_choices_are_shown(house: House, admin: Client) -> None:
    Position.objects.create(code="empty", name="督查专员", order=90)
    User.objects.filter(pk=house.secretary.pk).update(is_active=False)
    draft(house, {"posts": ["research", "empty", "secretary"]})
    page = text(admin.get(f"{MAIN}?step=s1"))
    panel = page[page.index("data-flow-form") :]
    assert "周敏" in panel
    assert "督查专员空岗" in panel
    assert "秘书长空岗" in panel
