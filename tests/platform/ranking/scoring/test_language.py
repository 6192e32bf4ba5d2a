"""Each word of the rule language, on the smallest case that shows it."""

from decimal import Decimal

import pytest

from tests.platform.ranking.scoring.make import ADOPTED_TEN, adopted, event, persons, rules, totals, units
from zhitong.ranking.scoring import Entry, ScoringEvent, explain, score

THREE = [
    adopted("e1", "2024-01-05", "single", "county", "cppcc"),
    adopted("e2", "2024-02-05", "single", "city", "cppcc"),
    adopted("e3", "2024-03-05", "single", "province", "cppcc"),
]
BY_LEVEL = """
tables:
  - key: adopted
    name: 采用
    when: {kind: adopted}
    lines:
      - {key: county, name: 县级, when: {level: county}, points: 5}
      - {key: city, name: 市级, when: {level: city}, points: 10}
      - {key: province, name: 省级, when: {level: province}, points: 20}
  - key: instruction
    name: 批示
    when: {kind: instruction}
    lines: [{key: any, name: 批示, points: 15}]
"""


def dropped(entries: list[Entry]) -> dict[str, str]:
    return {entry.event_ids[0]: entry.clause.key for entry in entries if entry.clause}


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("highest: 1", {"e3"}),
        ("highest: 2", {"e2", "e3"}),
        ("first: 1", {"e1"}),
        ("highest_levels: 2", {"e2", "e3"}),
        ("replaced_by: {level: city}", {"e2"}),
    ],
)
def test_choices_within_a_matter(choice: str, kept: set[str]) -> None:
    entries = score(THREE, rules(BY_LEVEL + f"choices: [{{key: c, name: 只计一次, within: matter, {choice}}}]"))
    assert {entry.event_ids[0] for entry in entries if entry.counted} == kept
    assert set(dropped(entries)) == {"e1", "e2", "e3"} - kept


def test_an_instruction_replaces_adoptions_of_its_matter_alone() -> None:
    text = (
        BY_LEVEL
        + """
choices:
  - {key: replaced, name: 批示替代采用, of: {kind: adopted}, within: matter, replaced_by: {kind: instruction}}
"""
    )
    other = adopted("f1", "2024-01-05", "single", "city", "cppcc", matter="m2", item="i2")
    entries = score([*THREE, other, event("e4", "instruction", "2024-05-01")], rules(text))
    assert totals(entries) == {"u": 25}
    assert dropped(entries) == {"e1": "replaced", "e2": "replaced", "e3": "replaced"}
    assert "未计入的原因:批示替代采用:计入的是事件 e4" in explain(next(e for e in entries if not e.counted))


@pytest.mark.parametrize(
    ("share", "points"),
    [
        ("full", ["10", "10", "10"]),
        ("equal", ["3.34", "3.33", "3.33"]),
        ("half_each", ["5", "5", "5"]),
        ("first_half", ["5", "2.5", "2.5"]),
        ('"3:2"', ["6", "4", "0"]),
        ("{first: 2, split: equal}", ["5", "5", "0"]),
    ],
)
def test_shares_among_merged_contributors_and_joint_authors(share: str, points: list[str]) -> None:
    expected = [Decimal(each) for each in points]
    merged = adopted("e", "2024-01-05", "merged", "city", "cppcc", contributors=units("a", "b", "c"), authors=[])
    by_unit = totals(score([merged], rules(ADOPTED_TEN + f"share: {{contributors: {share}}}")))
    assert [by_unit[name] for name in "abc"] == expected
    joint = adopted("e", "2024-01-05", "single", "city", "cppcc", authors=persons("a", "b", "c"))
    by_person = totals(score([joint], rules(ADOPTED_TEN + f"share: {{authors: {share}}}", "person")))
    assert [by_person[name] for name in "abc"] == expected


def test_shares_of_contributors_and_authors_multiply() -> None:
    merged = adopted(
        "e",
        "2024-01-05",
        "merged",
        "city",
        "cppcc",
        contributors=units("a", "b"),
        authors=[
            {"person": "a1", "item": "item-a"},
            {"person": "b1", "unit": "b"},
            {"person": "b2", "unit": "b"},
        ],
    )
    text = ADOPTED_TEN + "share: {contributors: equal, authors: equal}"
    assert totals(score([merged], rules(text, "person"))) == {
        "a1": 5,
        "b1": Decimal("2.5"),
        "b2": Decimal("2.5"),
    }


def test_one_road_is_one_place_and_a_unit_on_several_places_holds_them_together() -> None:
    contributors = [
        {"unit": "county1", "share_order": 1},
        {"unit": "city", "share_order": 1},
        {"unit": "county2", "share_order": 2},
        {"unit": "city", "share_order": 2},
    ]
    merged = adopted("e", "2024-01-05", "merged", "city", "cppcc", contributors=contributors, authors=[])
    shared = score([merged], rules(ADOPTED_TEN + "share: {contributors: equal}"))
    assert totals(shared) == {"county1": 5, "city": 10, "county2": 5}
    full = score([merged], rules(ADOPTED_TEN + "share: {contributors: full}"))
    assert totals(full) == {"county1": 10, "city": 10, "county2": 10}


def test_among_counted_leaves_the_uncounted_out_of_the_division() -> None:
    authors = [{"person": "a", "unit": "u", "kind": "member"}, {"person": "b", "unit": "u"}]
    joint = adopted("e", "2024-01-05", "single", "city", "cppcc", authors=authors)
    text = ADOPTED_TEN + "who: {author_kind: member}\nshare: {authors: equal"
    assert totals(score([joint], rules(text + "}", "person"))) == {"a": 5}
    assert totals(score([joint], rules(text + ", among: counted}", "person"))) == {"a": 10}


def test_a_multiplier_and_a_share_stand_in_the_arithmetic() -> None:
    text = (
        ADOPTED_TEN
        + "share: {contributors: equal}\nfactors: [{key: x, name: 优秀信息, of: {flag: exemplar}, times: 1.5}]"
    )
    merged = adopted(
        "e",
        "2024-01-05",
        "merged",
        "city",
        "cppcc",
        contributors=units("a", "b"),
        authors=[],
        flags=["exemplar"],
    )
    first, _ = score([merged], rules(text))
    assert first.arithmetic == "采用 10 × 优秀信息 1.5 × 1/2 = 7.5"
    assert explain(first) == [
        "采用:采用 10 × 优秀信息 1.5 × 1/2 = 7.5",
        "得分 7.5 分",
        "依据:T 第 3 版,条款 adopted.any",
        "事件:采用 e",
        "计入日期:2024年1月5日",
    ]


@pytest.mark.parametrize(
    ("rounding", "points"),
    [
        ("{}", ["3.34", "3.33", "3.33"]),
        ("{rest: nobody}", ["3.33", "3.33", "3.33"]),
        ("{places: 1, mode: up, rest: nobody}", ["3.4", "3.4", "3.4"]),
        ("{places: 0, mode: down}", ["4", "3", "3"]),
    ],
)
def test_rounding(rounding: str, points: list[str]) -> None:
    merged = adopted("e", "2024-01-05", "merged", "city", "cppcc", contributors=units("a", "b", "c"), authors=[])
    text = ADOPTED_TEN + f"share: {{contributors: equal}}\nrounding: {rounding}"
    assert list(totals(score([merged], rules(text))).values()) == [Decimal(each) for each in points]


def test_half_up_and_half_even_differ_on_the_half() -> None:
    text = ADOPTED_TEN.replace("10}", "0.25}")
    both = [
        totals(score(THREE[:1], rules(text + f"rounding: {{places: 1, mode: {mode}}}")))["u"]
        for mode in ("half_up", "half_even")
    ]
    assert both == [Decimal("0.3"), Decimal("0.2")]


def sent(count: int, month: int = 1) -> list[ScoringEvent]:
    return [
        event(f"s{month}-{n:03}", "submitted", f"2024-{month:02}-{n % 27 + 1:02}", item=f"i{month}-{n}")
        for n in range(count)
    ]


SENT_ONE = "tables: [{key: sent, name: 报送, when: {kind: submitted}, lines: [{key: item, name: 每篇, points: 1}]}]\n"


def test_monthly_and_yearly_caps_leave_what_they_cut_visible() -> None:
    text = SENT_ONE + (
        "limits: [{key: month, name: 每月封顶, of: {table: sent}, per: month, at_most: 3},"
        "{key: year, name: 全年封顶, per: year, at_most: 5}]"
    )
    entries = score(sent(5, 1) + sent(4, 2), rules(text))
    assert totals(entries) == {"u": 5}
    assert sorted(dropped(entries).values()) == ["month"] * 3 + ["year"]
    assert sum(entry.points for entry in entries) == 9


def test_a_line_across_a_cap_is_cut_in_two() -> None:
    text = ADOPTED_TEN + "limits: [{key: cap, name: 封顶, per: year, at_most: 15}]"
    entries = score(THREE[:2], rules(text))
    assert [(e.points, e.counted) for e in entries] == [(10, True), (5, True), (5, False)]
    assert entries[1].arithmetic == "采用 10,封顶:最多 15 分,只计 5"


@pytest.mark.parametrize(
    ("floor", "total"),
    [("", -4), ("limits: [{key: floor, name: 不计负分, per: year, at_least: -1.5}]", Decimal("-1.5"))],
)
def test_deductions_with_and_without_floor(floor: str, total: Decimal) -> None:
    text = "tables: [{key: d, name: 扣分, when: {kind: deduction}, lines: [{key: late, name: 迟报, points: -2}]}]\n"
    entries = score([event(f"d{n}", "deduction", "2024-03-01") for n in (1, 2)], rules(text + floor))
    assert totals(entries) == {"u": total}


@pytest.mark.parametrize(
    ("count", "points", "day", "arithmetic"),
    [
        (14, 0, "2024-12-31", "全年报送 14 件 = 0"),
        (15, 50, "2024-01-15", "全年报送 15 件 ≥ 15 = 50"),
        (16, 50, "2024-01-15", "全年报送 16 件 ≥ 15 = 50"),
    ],
)
def test_a_step_of_the_year(count: int, points: int, day: str, arithmetic: str) -> None:
    text = (
        ADOPTED_TEN
        + """
steps:
  - {key: quota, name: 全年报送, per: year, count: {kind: submitted}, lines: [{at_least: 15, points: 50}]}
"""
    )
    (entry,) = score(sent(count), rules(text))
    assert (entry.points, len(entry.event_ids)) == (points, count)
    assert (str(entry.counted_on), entry.arithmetic) == (day, arithmetic)


def test_each_missing_one_costs() -> None:
    text = ADOPTED_TEN + (
        "steps: [{key: quota, name: 季度任务, per: quarter, count: {kind: submitted}, lines: [{below: 6, each: -1}]}]"
    )
    (entry,) = score(sent(4), rules(text))
    assert (entry.points, entry.arithmetic, str(entry.counted_on)) == (
        -2,
        "季度任务 4 件 < 6,相差 2 × -1 = -2",
        "2024-03-31",
    )


def test_first_and_later_items_of_a_year() -> None:
    text = """
tables:
  - key: adopted
    name: 采用
    when: {kind: adopted}
    nth: {by: item, per: year}
    lines:
      - {key: first, name: 首篇, nth: 1, points: 10}
      - {key: some, name: 第二至三篇, nth: 2-3, points: 3}
      - {key: rest, name: 其余, nth: 4+, points: 1}
"""
    events = [
        adopted(f"e{n}", f"{2024 + n // 6}-0{n % 6 + 1}-01", "single", "city", "cppcc", item=f"i{n}") for n in range(8)
    ]
    assert totals(score(events, rules(text))) == {"u": 10 + 3 + 3 + 1 + 1 + 1 + 10 + 3}


@pytest.mark.parametrize(
    ("dated", "day"), [("submitted", "2023-12-30"), ("adopted", "2024-01-05"), ("issued", "2024-02-01")]
)
def test_dated(dated: str, day: str) -> None:
    dates = {"occurred": "2024-02-01", "submitted": "2023-12-30", "adopted": "2024-01-05"}
    (entry,) = score(
        [adopted("e", "2024-02-01", "single", "city", "cppcc", dates=dates)],
        rules(ADOPTED_TEN + f"dated: {dated}"),
    )
    assert str(entry.counted_on) == day


def test_validity_divides_a_year_between_versions() -> None:
    old = rules(ADOPTED_TEN + "valid: {to: 2024-02-29}")
    new = rules(ADOPTED_TEN.replace("10}", "20}") + "valid: {from: 2024-03-01}")
    assert totals(score(THREE, old)) == {"u": 20}
    assert totals(score(THREE, new)) == {"u": 20}


def test_a_year_that_begins_in_december() -> None:
    text = ADOPTED_TEN + "year_from: 12\nlimits: [{key: cap, name: 封顶, per: year, at_most: 10}]"
    days = ["2023-11-30", "2023-12-01", "2024-11-30", "2024-12-01"]
    events = [adopted(f"e{n}", day, "single", "city", "cppcc") for n, day in enumerate(days)]
    assert dropped(score(events, rules(text))) == {"e2": "cap"}


def test_named_groups_and_who_counts() -> None:
    text = ADOPTED_TEN + (
        "who: {not: {unit: c}}\ngroups: [{name: 甲组, when: {unit: [a]}}, {name: 乙组, when: {unit_level: county}}]"
    )
    contributors = [{"unit": "a"}, {"unit": "b", "unit_level": "county"}, {"unit": "c"}, {"unit": "d"}]
    entries = score(
        [adopted("e", "2024-01-05", "merged", "city", "cppcc", contributors=contributors, authors=[])],
        rules(text),
    )
    assert [(e.subject_id, e.subject.group) for e in entries] == [("a", "甲组"), ("b", "乙组"), ("d", "")]


def test_manual_points_come_from_the_event_with_their_reason() -> None:
    text = (
        "tables: [{key: manual, name: 人工记分, when: {kind: manual}, lines: [{key: any, name: 加分, points: event}]}]"
    )
    given = event("e", "manual", "2024-01-05", points="2.5", reason="年度优秀信息", approver="主席会议")
    (entry,) = score([given], rules(text))
    assert (entry.points, entry.arithmetic) == (Decimal("2.5"), "年度优秀信息:加分 2.5")


def test_a_reversal_shows_both_lines_and_counts_neither() -> None:
    text = ADOPTED_TEN + "limits: [{key: cap, name: 封顶, per: year, at_most: 10}]"
    back = event("r", "reversal", "2024-06-01", reverses="e1")
    entries = score([*THREE[:2], back], rules(text))
    assert [(e.event_ids, e.points, e.counted) for e in entries] == [
        (("e1",), 10, False),
        (("e1", "r"), -10, False),
        (("e2",), 10, True),
    ]
    assert entries[1].arithmetic == "冲正:采用 10,冲回 -10"
    again = event("rr", "reversal", "2024-06-02", reverses="r")
    assert score([*THREE[:1], back, again], rules(ADOPTED_TEN)) == score(THREE[:1], rules(ADOPTED_TEN))
