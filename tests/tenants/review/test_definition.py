"""What a flow definition may say, and how a wrong one is refused; when a task is due and why."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.review import presets
from tenants.review.clocks import due_of
from tenants.review.definition import MAX_STEPS, Mode, OnEmpty, parse
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
