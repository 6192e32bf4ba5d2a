"""What a flow definition may say, and how a wrong one is refused; when a task is due and why."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.review import presets
from tenants.review.clocks import due_of
from tenants.review.definition import MAX_STEPS, Mode, OnEmpty, faults_of, parse
from zhitong.core.clock import SHANGHAI
from zhitong.core.errors import InvalidInput

POSTS = frozenset(presets.POSTS)
STEP: dict[str, Any] = {"key": "research", "name": "研究室编审", "posts": ["research"]}


def flow(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"steps": list(steps), **more}


def test_defaults() -> None:
    step = parse(flow(STEP), POSTS).steps[0]
    assert (step.mode, step.on_empty, step.limit_days, step.when) == (Mode.ANY, OnEmpty.ADMINISTRATOR, None, ())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "流程的写法不对"),
        ({}, "至少要有一步"),
        (flow(), "至少要有一步"),
        (flow(*[STEP] * (MAX_STEPS + 1)), "最多 20 步"),
        (flow(STEP | {"posts": ["mayor"]}), "第 1 步“研究室编审”的岗位“mayor”本单位没有"),
        (flow(STEP | {"posts": []}), "没有写明由哪个岗位办"),
        (flow(STEP | {"posts": ["chair", "chair"]}), "岗位写重了"),
        (flow(STEP | {"mode": "most"}), "“mode”不能是“most”"),
        (flow(STEP | {"mode": "n_of_m"}), "几票通过"),
        (flow(STEP | {"n": 2}), "办法不是票签"),
        (flow(STEP | {"limit_days": 0}), "1 到 365"),
        (flow(STEP | {"limit_hours": True}), "limit_hours"),
        (flow(STEP | {"on_empty": "wait"}), "on_empty"),
        (flow(STEP | {"key": "研究室"}), "代号"),
        (flow(STEP | {"name": " "}), "第 1 步没有名称"),
        (flow(STEP | {"name": "长" * 41}), "41 个字"),
        (flow(STEP | {"colour": "red"}), "不认识的项“colour”"),
        (flow(STEP, STEP | {"name": "又一步"}), "第 1 步和第 2 步的代号都是“research”"),
        (flow(STEP, STEP | {"key": "again"}), "第 1 步和第 2 步的名称"),
        (flow(STEP, when=[{"field": "weather", "in": ["rain"]}]), "“weather”不认识"),
        (flow(STEP | {"when": [{"field": "urgency", "in": ["later"]}]}), "没有“later”这个取值"),
        (flow(STEP | {"when": [{"field": "urgency", "in": ["urgent"]}]}), "至少留一步不带条件"),
        (flow(STEP | {"kind": "字" * 30_000}), "过大"),
    ],
)
def test_a_wrong_definition_is_refused_with_step_and_reason(data: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        parse(data, POSTS)
    assert refused.value.fields["definition"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*STEP, "steps", "when", "mode"]), inner)
    ),
    max_leaves=12,
)


@given(json_values)
def test_anything_is_parsed_or_refused_in_words(data: Any) -> None:
    try:
        definition = parse(data, POSTS)
    except InvalidInput:
        return
    assert definition.path({})


def test_every_fault_is_named_with_its_place() -> None:
    wrong = flow(
        {"name": "甲", "posts": ["mayor", "chair", "king"], "limit_days": 0, "mode": "most", "colour": "red"},
        "乙",
        {"key": "c", "name": "丙", "posts": ["chair"], "when": [{"field": "weather", "in": ["rain"]}, 1], "next": []},
        {
            "key": "d",
            "name": "甲",
            "posts": ["chair"],
            "next": [{"to": "c"}],
            "checklist": 5,
            "late_to": [{"kind": "x"}],
        },
        ask_once="yes",
        owner="me",
    )
    assert [
        ("/".join(map(str, fault.path)), fault.message.partition("的")[0]) for fault in faults_of(wrong, POSTS)
    ] == [
        ("owner", "流程有不认识"),
        ("steps/0/colour", "第 1 步有不认识"),
        ("steps/0/key", "第 1 步“甲”"),
        ("steps/1", "第 2 步"),
        ("steps/3/name", "第 1 步和第 4 步"),
        ("steps/0/mode", "第 1 步“甲”"),
        ("steps/0/posts/0/post", "第 1 步“甲”"),
        ("steps/0/posts/2/post", "第 1 步“甲”"),
        ("steps/0/limit_days", "第 1 步“甲”"),
        ("steps/2/when/0/field", "第 3 步“丙”"),
        ("steps/2/when/1", "第 3 步“丙”"),
        ("steps/3/late_to/0/kind", "第 4 步“甲”"),
        ("steps/3/on_late", "第 4 步“甲”"),
        ("steps/3/checklist", "第 4 步“甲”"),
        ("ask_once", "流程"),
    ]  # where steps lead cannot be told while one has no key
    with pytest.raises(InvalidInput, match="有 15 处不对。第一处：流程有不认识的项“owner”") as refused:
        parse(wrong, POSTS)
    assert len(refused.value.fields["definition"]) == 15


def test_where_steps_lead_is_told_beside_other_faults() -> None:
    wrong = flow(
        STEP | {"next": [{"to": "nowhere"}, {"to": "research"}], "n": 3},
        {"key": "last", "name": "末步", "posts": ["chair"], "next": [{"to": "research"}]},
    )
    assert [fault.path for fault in faults_of(wrong, POSTS)] == [
        ("steps", 0, "n"),
        ("steps", 0, "next", 0, "to"),
        ("steps", 0, "next", 1, "to"),
        ("steps", 1, "next", 0, "to"),
    ]


def test_every_step_that_nothing_leads_to_is_named() -> None:
    steps = [{"key": f"s{n}", "name": f"第{n}步", "posts": ["chair"]} for n in range(4)]
    wrong = flow(steps[0] | {"next": [{"to": "s3"}]}, *steps[1:])
    assert [fault.path for fault in faults_of(wrong, POSTS)] == [("steps", 1), ("steps", 2)]


@pytest.mark.parametrize("code", presets.codes())
def test_presets_hold(code: str) -> None:
    preset = presets.load(code)
    definition = parse(preset.definition, POSTS)
    assert preset.name
    assert all(definition.path({"urgency": urgency}) for urgency in ("ordinary", "important", "urgent"))
    assert preset.about


@pytest.mark.parametrize(
    ("start", "urgency", "limits", "due", "why"),
    [
        ("2026-06-18 10:00", "ordinary", {"limit_days": 2}, "2026-06-23 17:30", "2 个工作日，端午顺延"),
        ("2026-06-17 10:00", "ordinary", {"limit_days": 1}, "2026-06-18 17:30", "1 个工作日"),
        ("2026-06-18 10:00", "urgent", {"limit_days": 2, "limit_hours": 3}, "2026-06-18 13:00", "紧急件 3 小时"),
        ("2026-06-18 10:00", "ordinary", {"limit_hours": 3}, "2026-06-18 13:00", "3 小时"),
        ("2026-09-18 10:00", "ordinary", {"limit_days": 1}, "2026-09-20 17:30", "1 个工作日，含调休上班日"),
        ("2035-01-04 10:00", "ordinary", {"limit_days": 1}, "2035-01-05 17:30", "来年日历未公布"),
        ("2026-06-18 10:00", "ordinary", {}, None, "不限时"),
    ],
)
@pytest.mark.django_db
def test_due_and_why(start: str, urgency: str, limits: dict[str, int], due: str | None, why: str) -> None:
    step = parse(flow(STEP | limits)).steps[0]
    found = due_of(step, urgency, datetime.fromisoformat(start).replace(tzinfo=SHANGHAI))
    assert (f"{found.at:%Y-%m-%d %H:%M}" if found.at else None) == due
    assert why in found.why
