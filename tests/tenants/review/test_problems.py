"""What stands against publishing a flow: pure, over a definition and a staff made up here."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from tenants.review.definition import parse
from tenants.review.queries import InUse, Level, Problem, Staff, find_problems, must_fix
from tenants.review.queries.staff import Circle, Member, Post
from tests.tenants.review.flow_strategies import POSTS, definitions

ZHOU = Member(1, "周敏", "zhou")
HE = Member(2, "何静", "he")
WU = Member(3, "吴谦", "wu", writes=True)
CLERK = Member(4, "陈洁", "chen", decides=False)
BOSS = Member(9, "管理员", "boss")
STAFF = Staff(
    on=date(2026, 6, 17),
    posts={
        "research": Post("研究室", [ZHOU, HE]),
        "secretary": Post("秘书长", [HE]),
        "writer": Post("信息专员", [WU]),
        "proposal": Post("提案委主任"),
        "clerk": Post("内勤", [CLERK]),
        "chair": Post("主席", [HE], empty_from=date(2026, 7, 1)),
    },
    circles={
        ("committee", "提案委员会"): Circle("committee", "提案委员会", [ZHOU], [ZHOU]),
        ("committee", "经济委员会"): Circle("committee", "经济委员会"),
        ("sector", "教育界"): Circle("sector", "教育界"),
    },
    users={"zhou": ZHOU, "chen": CLERK},
    deciders=[ZHOU, HE, WU],
    administrators=[BOSS],
    checklists={"topics": "三提三不提"},
    committees={"社会建设": ("committee", "提案委员会")},
    categories=("社会建设", "其他"),
)
STEP = {"key": "s1", "name": "审签", "posts": ["research"], "limit_days": 2, "on_empty": "skip", "kind": "sign_off"}
IMPORTANT = [{"field": "urgency", "in": ["important"]}]


def problems(*steps: dict[str, Any], staff: Staff = STAFF, in_use: InUse | None = None, **flow: Any) -> list[Problem]:
    made = [{**STEP, "key": f"s{n}", "name": f"第{n}步", **step} for n, step in enumerate(steps, 1)]
    raw = {"steps": [{name: value for name, value in step.items() if value is not None} for step in made], **flow}
    return find_problems(raw, parse(raw), staff, in_use or InUse(), staff.names)


def of(found: list[Problem], level: Level) -> list[str]:
    return [f"{one.step}：{one.text}" if one.step else one.text for one in found if one.level is level]


def test_a_staffed_flow_has_nothing_against_it() -> None:
    assert problems({}) == []


@pytest.mark.parametrize(
    ("step", "words", "field"),
    [
        ({"posts": ["proposal"], "on_empty": None}, "提案委主任空岗，没有定怎么办", "on_empty"),
        ({"posts": ["research", "proposal"], "on_empty": None}, "提案委主任空岗，没有定怎么办", "on_empty"),
        ({"posts": ["clerk"], "on_empty": None}, "内勤（陈洁）没有审核权限，没有定怎么办", "on_empty"),
        (
            {"posts": ["writer"], "on_empty": None},
            "只有吴谦能办，本人反映的信息到这一步没有人可办，没有定怎么办",
            "on_empty",
        ),
        ({"checklist": "lost"}, "本单位没有检查单“lost”", "checklist"),
        ({"posts": None, "who": [{"kind": "user", "username": "gone"}]}, "没有账号“gone”，或者已停用", "who"),
        (
            {"posts": None, "who": [{"kind": "group", "group_kind": "branch", "name": "一支部"}]},
            "本单位没有支部“一支部”",
            "who",
        ),
        ({"cc": [{"kind": "user", "username": "gone"}]}, "没有账号“gone”，或者已停用", "cc"),
        ({"posts": None, "who": [{"kind": "chosen_by_previous"}]}, "是第一步，前面没有人来选由谁办", "who"),
        (
            {"posts": None, "who": [{"kind": "category_committee"}], "on_empty": None},
            "其他没有对口专委会，没有定怎么办",
            "on_empty",
        ),
        (
            {"posts": None, "who": [{"kind": "author_head", "group_kind": "sector"}], "on_empty": None},
            "教育界没有负责人，没有定怎么办",
            "on_empty",
        ),
    ],
)
def test_what_must_be_mended(step: dict[str, Any], words: str, field: str) -> None:
    found = must_fix(problems(step))
    assert [(one.text, one.field, one.key) for one in found] == [(words, field, "s1")]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"on_empty": None}, "没有定空岗怎么办，现在按交单位管理员办"),
        ({"posts": ["proposal"]}, "提案委主任空岗，按流程跳过"),
        ({"posts": ["proposal"], "on_empty": "administrator"}, "提案委主任空岗，交单位管理员办"),
        ({"posts": ["research", "proposal"]}, "提案委主任空岗，这一步先由其余的人办"),
        ({"posts": ["writer"], "on_empty": "administrator"}, "只有吴谦能办，本人反映的信息到这一步要交单位管理员办"),
        ({"posts": ["chair"]}, "主席从 07-01 起空岗"),
        ({"limit_days": None}, "没有时限：不催办，也不算超期"),
        ({"mode": "n_of_m", "n": 5}, "要 5 票，现在只有 2 人办：全数同意才算通过"),
        (
            {"on_late": "escalate", "late_to": [{"kind": "post", "post": "proposal"}]},
            "提案委主任空岗，超期后没有人可找",
        ),
        (
            {"mode": "joint", "collator": [{"kind": "post", "post": "proposal"}]},
            "提案委主任空岗，由单位管理员汇总",
        ),
        ({"posts": None, "who": [{"kind": "category_committee"}]}, "其他没有对口专委会，按流程跳过"),
        (
            {"posts": None, "who": [{"kind": "group_head", "group_kind": "committee", "name": "经济委员会"}]},
            "经济委员会没有负责人，按流程跳过",
        ),
    ],
)
def test_what_should_be_mended(step: dict[str, Any], words: str) -> None:
    found = problems(step)
    assert must_fix(found) == []
    assert of(found, Level.SHOULD) == [f"第1步：{words}"]


def test_what_one_should_know() -> None:
    found = problems({"posts": ["writer"]}, {"when": IMPORTANT})
    assert of(found, Level.KNOW) == ["第1步：只有吴谦能办，本人反映的信息到这一步按流程跳过"]
    assert of(problems({"kind": "editing"}), Level.KNOW) == ["没有一步是审签或签发：不经领导签批就算通过"]
    fork = [{"to": "s2", "when": IMPORTANT}, {"to": "end"}]
    assert of(problems({"kind": "editing", "next": fork}, {}), Level.KNOW) == [
        "第1步：有的信息办完这一步就算通过，不经领导签批"
    ]
    assert of(problems({"posts": ["secretary"]}, {"posts": ["chair"]}, staff=without_end()), Level.KNOW) == [
        "第2步：和“第1步”都只有何静办，可以在流程设置里选只问一次"
    ]
    assert problems({"posts": ["secretary"]}, {"posts": ["chair"]}, staff=without_end(), ask_once=True) == []


def without_end() -> Staff:
    return replace(STAFF, posts={**STAFF.posts, "chair": Post("主席", [HE])})


def test_nobody_is_left_to_stand_in() -> None:
    alone = replace(STAFF, administrators=[])
    assert [
        one.text for one in must_fix(problems({"posts": ["proposal"], "on_empty": "administrator"}, staff=alone))
    ] == ["空岗要交单位管理员办，本单位没有能办的管理员"]
    only = replace(STAFF, administrators=[WU])
    assert [one.text for one in must_fix(problems({"posts": ["writer"], "on_empty": "administrator"}, staff=only))] == [
        "只有吴谦能办，本人反映的信息到这一步没有人可办：管理员也只有吴谦"
    ]


def test_a_step_that_no_item_comes_to() -> None:
    urgent = [{"field": "urgency", "in": ["urgent"]}]
    found = problems({"next": [{"to": "s2", "when": urgent}, {"to": "end"}]}, {"when": IMPORTANT})
    assert of(found, Level.SHOULD) == ["第2步：按现在的条件，没有信息会走到这一步"]


def test_a_flow_that_no_item_enters_and_conditions_nobody_sets() -> None:
    assert of(problems({}, in_use=InUse(is_default=False)), Level.SHOULD) == [
        "不是默认流程，也没有写收哪些信息：不会有信息走它"
    ]
    assert problems({}, in_use=InUse(is_default=False), when=IMPORTANT) == []
    province = [{"field": "destination", "in": ["province"]}]
    assert of(problems({}, {"when": province}), Level.KNOW) == [
        "有的去向看拟报送，可是没有一步定它：只在报送审签时起作用"
    ]
    assert problems({"asks_destination": True}, {"when": province}) == []
    difficult = [{"field": "difficulty", "in": ["difficult"]}]
    assert of(problems({}, {"when": difficult}), Level.SHOULD) == [
        "有的条件看难易程度，可是没有一步定它：一律按一般办",
        "第2步：按现在的条件，没有信息会走到这一步",
    ]
    assert problems({"asks_difficulty": True}, {"when": difficult}) == []
    # What the step itself decides comes too late for it.
    assert of(problems({}, {"when": difficult, "asks_difficulty": True}), Level.SHOULD) == [
        "第2步：按现在的条件，没有信息会走到这一步"
    ]


def test_against_the_version_in_use() -> None:
    before = parse({"steps": [{**STEP, "key": "s1", "name": "第1步", "checklist": "topics", "limit_days": 1}]})
    found = problems({}, in_use=InUse(before, 2, running=12))
    assert of(found, Level.SHOULD) == ["第1步：没有检查单，第 2 版有"]
    assert of(found, Level.KNOW) == ["和在用的第 2 版比，改了 2 处", "在办 12 篇仍走第 2 版，不受影响"]
    assert of(problems({"checklist": "topics", "limit_days": 1}, in_use=InUse(before, 2)), Level.KNOW) == [
        "和在用的第 2 版比，没有不同"
    ]


@given(definitions())
def test_any_flow_is_checked_gravest_first(raw: dict[str, Any]) -> None:
    staff = replace(STAFF, posts={code: Post(code) for code in POSTS})
    found = find_problems(raw, parse(raw), staff, InUse(), staff.names)
    levels = [list(Level).index(one.level) for one in found]
    assert levels == sorted(levels)
    assert {one.key for one in found if one.key} <= {step["key"] for step in raw["steps"]}
    assert must_fix(found) == []  # every step says what happens when nobody is there
