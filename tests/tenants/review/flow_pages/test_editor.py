"""The editor of a flow: what each button keeps, what a refusal says and what it leaves as typed."""

import re
from typing import Any

import pytest
from django.test import Client

from tenants.review.definition import parse
from tests.factories import client_for, make_user
from tests.tenants.review.conftest import House
from tests.tenants.review.flow_pages.drafts import MAIN, PANEL, URGENT, draft, drafted, save, steps, text


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
