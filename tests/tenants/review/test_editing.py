"""Changes of a draft's JSON: each leaves a sound flow, or one that `parse` refuses by name."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenants.review.definition import Definition, Names, compare, faults_of, parse, reach
from tenants.review.definition.editing import (
    add_branch,
    add_step,
    delete_step,
    move_step,
    new_key,
    put_flow,
    steps_of,
    tidied,
)
from tests.tenants.review.flow_strategies import definitions

URGENT = [{"field": "urgency", "in": ["urgent"]}]


def flow(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"steps": [{"key": f"s{n}", "name": f"第{n}步", "posts": ["chair"], **s} for n, s in enumerate(steps)]}


def step(data: dict[str, Any]) -> dict[str, Any]:
    return {"key": new_key(data), "name": "新的一步", "posts": ["chair"]}


def walk(data: dict[str, Any], urgency: str = "ordinary") -> list[str]:
    return [one.name for _, one in parse(data).path({"urgency": urgency})]


def test_a_step_is_added_into_the_chain() -> None:
    data = flow({}, {})
    assert walk(add_step(data, "s0", step(data))) == ["第0步", "新的一步", "第1步"]
    assert walk(add_step(data, "s1", step(data))) == ["第0步", "第1步", "新的一步"]
    assert walk(add_step(data, "", step(data))) == ["新的一步", "第0步", "第1步"]


def test_a_step_is_added_behind_a_fork_where_the_rest_goes() -> None:
    data = flow({"next": [{"to": "s2", "when": URGENT}, {"to": "s1"}]}, {"next": [{"to": "end"}]}, {})
    changed = add_step(data, "s0", step(data))
    assert walk(changed) == ["第0步", "新的一步", "第1步"]
    assert walk(changed, "urgent") == ["第0步", "第2步"]


def test_a_branch_takes_only_what_meets_its_condition() -> None:
    data = flow({}, {}, {})
    changed = add_branch(data, "s0", URGENT, step(data), "end")
    assert walk(changed) == ["第0步", "第1步", "第2步"]
    assert walk(changed, "urgent") == ["第0步", "新的一步"]
    joined = add_branch(data, "s0", URGENT, step(data), "s2")
    assert walk(joined, "urgent") == ["第0步", "新的一步", "第2步"]
    twice = add_branch(
        changed, "s0", [{"field": "urgency", "in": ["important"]}], {**step(changed), "name": "又一步"}, "end"
    )
    assert walk(twice, "important") == ["第0步", "又一步"]
    assert walk(twice, "urgent") == ["第0步", "新的一步"]


def test_deleting_a_step_joins_what_it_parted() -> None:
    data = flow({}, {"next": [{"to": "end"}]}, {})
    assert faults_of(data)  # nothing leads to the last step
    data = flow({"next": [{"to": "s2", "when": URGENT}, {"to": "s1"}]}, {"next": [{"to": "end"}]}, {})
    gone = delete_step(data, "s1")
    assert walk(gone) == ["第0步"]
    assert walk(gone, "urgent") == ["第0步", "第2步"]
    assert walk(delete_step(data, "s2"), "urgent") == ["第0步", "第1步"]  # the branch was for that step alone
    longer = flow({"next": [{"to": "s2", "when": URGENT}, {"to": "s1"}]}, {"next": [{"to": "end"}]}, {}, {})
    assert walk(delete_step(longer, "s2"), "urgent") == ["第0步", "第3步"]


def test_a_step_changes_places_with_its_neighbour() -> None:
    data = flow({}, {}, {})
    assert walk(move_step(data, "s1", -1)) == ["第1步", "第0步", "第2步"]
    forked = flow({"next": [{"to": "s2", "when": URGENT}, {"to": "s1"}]}, {}, {}, {})
    assert walk(move_step(forked, "s2", -1)) == ["第0步", "第2步", "第1步", "第3步"]
    assert walk(move_step(forked, "s2", -1), "urgent") == ["第0步", "第2步", "第1步", "第3步"]
    assert walk(move_step(forked, "s1", -1)) == ["第1步", "第0步", "第2步", "第3步"]
    assert move_step(data, "s0", -1) == data
    assert move_step(data, "s2", 1) == data
    assert move_step(data, "nowhere", 1) == data


def test_what_says_nothing_is_left_out() -> None:
    raw = {"key": "a", "name": "一", "posts": ["chair"], "mode": "any", "limit_days": None, "checklist": "", "when": []}
    assert tidied(raw) == {"key": "a", "name": "一", "posts": ["chair"]}
    assert tidied({**raw, "may": []})["may"] == []


def test_the_flow_itself_is_changed_apart_from_its_steps() -> None:
    data = flow({})
    changed = put_flow(data, when=URGENT, ask_once=True)
    assert parse(changed).ask_once
    assert put_flow(changed, when=[], ask_once=False) == data


@given(definitions(), st.data())
def test_adding_and_deleting_leave_a_sound_flow(raw: dict[str, Any], data: st.DataObject) -> None:
    keys = [one["key"] for one in steps_of(raw)]
    after = data.draw(st.sampled_from(keys))
    for changed in (add_step(raw, after, step(raw)), add_branch(raw, after, URGENT, step(raw), "end")):
        assert not faults_of(changed)
        back = delete_step(changed, new_key(raw))
        assert not faults_of(back)
        assert reach(parse(back)).ways.keys() == reach(parse(raw)).ways.keys()


@given(definitions(branches=False), st.data())
def test_moving_along_a_chain_is_always_sound_and_undone_by_moving_back(
    raw: dict[str, Any], data: st.DataObject
) -> None:
    for one in raw["steps"]:
        one.pop("when", None)
    key = data.draw(st.sampled_from([one["key"] for one in steps_of(raw)]))
    by = data.draw(st.sampled_from([-1, 1]))
    moved = move_step(raw, key, by)
    assert not faults_of(moved)
    assert moved == raw or move_step(moved, key, -by) == raw


@given(definitions())
def test_deleting_any_step_is_sound_or_refused_in_words(raw: dict[str, Any]) -> None:
    for one in steps_of(raw):
        assert all(fault.message for fault in faults_of(delete_step(raw, one["key"])))


NAMES = Names(posts={"chair": "主席", "secretary": "秘书长"})


def said(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(one.step, one.what, one.before, one.after) for one in compare(read(before), read(after), NAMES)]


def read(data: dict[str, Any]) -> Definition:
    return parse(data)


def test_two_versions_are_compared_in_words() -> None:
    before = flow({"limit_days": 2}, {})
    after = flow({"limit_days": 3, "posts": ["secretary"], "checklist": "topics"}, {}) | {"ask_once": True}
    assert said(before, after) == [
        ("", "同一人连着两步", "每步都问", "只问一次"),
        ("第0步", "谁办", "主席", "秘书长"),
        ("第0步", "时限", "2 个工作日", "3 个工作日"),
        ("第0步", "检查单", "没有", "topics"),
    ]
    assert said(before, before) == []


def test_new_gone_and_moved_steps_are_told() -> None:
    before, after = flow({}, {}, {}), flow({}, {}, {})
    after["steps"] = [after["steps"][1], after["steps"][0], step(after)]
    assert said(before, after) == [
        ("第1步", "去向", "第2步", "第0步"),
        ("第0步", "去向", "第1步", "新的一步"),
        ("新的一步", "新增", "没有这一步", "主席，或签，不限时"),
        ("第2步", "删去", "主席，或签，不限时", "没有这一步"),
        ("", "步骤的次序", "第0步、第1步", "第1步、第0步"),
    ]
