"""Clauses as paper regulations of committees word them, each computed by hand in its comment."""

from decimal import Decimal
from typing import Any

import pytest

from tests.platform.ranking.scoring.make import ADOPTED_TEN, adopted, event, persons, rules, totals, units
from zhitong.ranking.scoring import Entry, RuleSet, ScoringEvent, score, standings

SENT_ONE = "tables: [{key: sent, name: 报送, when: {kind: submitted}, lines: [{key: item, name: 每篇, points: 1}]}]\n"
DEDUCT = "tables: [{key: d, name: 扣分, when: {kind: deduction}, lines: [%s]}]\n"
DUE: dict[str, Any] = {"item": "", "matter": ""}


def sent(count: int, day: str = "2024-01-05", **fields: Any) -> list[ScoringEvent]:
    return [event(f"s{day}{n}", "submitted", day, item=f"i{day}{n}", **fields) for n in range(count)]


def taken(count: int, day: str = "2024-01-06", **fields: Any) -> list[ScoringEvent]:
    return [
        adopted(f"a{day}{n}", day, "single", "city", "cppcc", item=f"i{day}{n}", matter=f"m{n}", **fields)
        for n in range(count)
    ]


def lines_of(entries: list[Entry], table: str) -> list[Entry]:
    return [entry for entry in entries if entry.rule_key.startswith(table)]


def ranks(events: list[ScoringEvent], rule_set: RuleSet) -> list[tuple[str, int]]:
    needs = [need.key for need in rule_set.needs]
    rows = standings(score(events, rule_set), rule_set.ties, needs=needs)
    return [(row.subject.id, row.rank) for row in rows]


# 每月任务 2 篇,少一篇扣 1 分,超一篇加 0.5 分,封顶 2 分。
@pytest.mark.parametrize(("count", "points"), [(0, -2), (1, -1), (2, 0), (4, 1), (9, 2)])
def test_a_monthly_quota_with_shortfall_surplus_and_cap(count: int, points: int) -> None:
    text = (
        ADOPTED_TEN
        + """
steps:
  - key: quota
    name: 月度任务
    per: month
    count: {kind: submitted}
    lines: [{below: 2, each: -1}, {at_least: 2, each: 0.5}]
limits: [{key: cap, name: 超额加分封顶, of: {table: quota}, per: month, at_most: 2}]
"""
    )
    # 0 sent: 2 short, −2; 4 sent: 2 over, +1; 9 sent: 7 over, +3.5, capped at 2.
    events = [event("due", "due", "2024-01-01", **DUE), *sent(count)]
    assert totals(score(events, rules(text))) == {"u": points}


# 任务数由各单位分别下达:完成率 × 20 分,不足的按比例。
def test_a_quota_of_each_units_own() -> None:
    text = (
        ADOPTED_TEN
        + """
steps:
  - key: rate
    name: 任务完成率
    per: quarter
    count: {kind: submitted}
    out_of: {kind: due}
    by: quantity
    lines: [{at_least: 0, each: 20}]
limits: [{key: cap, name: 任务分封顶, of: {table: rate}, per: quarter, at_most: 20}]
"""
    )
    # 3 of a quota of 4 = 3/4 × 20 = 15.
    due = event("due", "due", "2024-01-01", quantity=4, **DUE)
    (entry,) = score([due, *sent(3)], rules(text))
    assert (entry.points, entry.arithmetic) == (15, "任务完成率 3/4 × 20 = 15")
    # 6 of 4 = 30, capped at 20.
    assert totals(score([due, *sent(6)], rules(text))) == {"u": 20}


# 比下达的任务每少一篇扣 2 分。
def test_short_of_the_units_own_quota() -> None:
    text = ADOPTED_TEN + (
        "steps: [{key: q, name: 比任务, per: year, count: {kind: submitted}, less: {kind: due}, by: quantity,"
        " lines: [{below: 0, each: -2}]}]"
    )
    # 3 − 5 = −2, two short: −4.
    due = event("due", "due", "2024-01-01", quantity=5, **DUE)
    (entry,) = score([due, *sent(3)], rules(text))
    assert (entry.points, entry.arithmetic) == (-4, "比任务 3 - 5 < 0,相差 2 × -2 = -4")


# 季度采用率低于 30% 的,每低 5 个百分点扣 1 分。
@pytest.mark.parametrize(("took", "points"), [(3, 0), (2, -2), (1, -4)])
def test_a_rate_costs_by_percentage_points(took: int, points: int) -> None:
    text = ADOPTED_TEN.replace("10}", "0}") + (
        "steps: [{key: r, name: 采用率, per: quarter, count: {kind: adopted}, out_of: {kind: submitted},"
        " lines: [{below: 30%, each: -1, every: 5%}]}]"
    )
    # Of ten sent, two adopted: 20 %, 10 points short, 10 / 5 = 2 times −1; one: 10 %, 20 / 5 = 4 times −1.
    assert totals(score([*sent(10), *taken(took)], rules(text))) == {"u": points}


# 一个季度内采用满 3 篇加 2 分,满 5 篇加 5 分(不累加);全年每满 4 篇再加 1 分。
@pytest.mark.parametrize(("took", "points"), [(2, 0), (3, 2), (5, 5 + 1), (9, 5 + 2)])
def test_bonus_for_k_items_in_a_period(took: int, points: int) -> None:
    text = ADOPTED_TEN.replace("10}", "0}") + (
        "steps: [{key: k, name: 季度采用, per: quarter, count: {kind: adopted},"
        " lines: [{at_least: 5, points: 5}, {at_least: 3, points: 2}]},"
        "{key: y, name: 全年采用, per: year, count: {kind: adopted}, lines: [{at_least: 0, each: 1, every: 4}]}]"
    )
    assert totals(score(taken(took), rules(text))) == {"u": points}


# 全年累计得分达到 50 分的,另加 10 分。
@pytest.mark.parametrize(("took", "points"), [(4, 40), (5, 60)])
def test_bonus_for_a_sum_of_points(took: int, points: int) -> None:
    text = ADOPTED_TEN + (
        "steps: [{key: b, name: 累计得分, per: year, sum: {table: adopted}, lines: [{at_least: 50, points: 10}]}]"
    )
    assert totals(score(taken(took), rules(text))) == {"u": points}


# 迟报 3 天以内每天扣 0.5 分,超过 3 天的一次扣 3 分。
@pytest.mark.parametrize(
    ("day", "points"), [("2024-01-10", 0), ("2024-01-12", -1), ("2024-01-13", -1.5), ("2024-01-14", -3)]
)
def test_late_days(day: str, points: float) -> None:
    lines = (
        "{key: few, name: 迟报, when: {days_late: 1-3}, points: -0.5, times: days_late},"
        "{key: many, name: 迟报超过三天, when: {days_late: 4+}, points: -3}"
    )
    text = f"tables: [{{key: late, name: 迟报, when: {{kind: submitted}}, lines: [{lines}]}}]"
    dates = {"occurred": day, "due": "2024-01-10"}
    entries = score([event("s", "submitted", day, dates=dates)], rules(text))
    assert sum(entry.points for entry in entries) == Decimal(str(points))
    if day == "2024-01-13":
        assert entries[0].arithmetic == "迟报 -0.5 × 3天 = -1.5"


# 缺报一篇扣 1 分,每季度最多扣 3 分;差错不设下限。
def test_deductions_by_number_with_and_without_a_floor() -> None:
    text = DEDUCT % (
        "{key: missing, name: 缺报, when: {flag: missing}, points: -1, times: quantity},"
        "{key: error, name: 差错, when: {flag: error}, points: -2, times: quantity}"
    )
    text += "limits: [{key: floor, name: 缺报扣分, of: {table: d.missing}, per: quarter, at_least: -3}]"
    events = [
        event("m", "deduction", "2024-02-01", flags=["missing"], quantity=5),
        event("e", "deduction", "2024-02-02", flags=["error"], quantity=4),
    ]
    # Missing 5 × −1, at least −3; errors 4 × −2 = −8 without floor: −11.
    assert totals(score(events, rules(text))) == {"u": -11}


# 同一稿件被两家刊物采用的,第二家按一半计,第三家起不计。
def test_half_points_for_the_second_journal() -> None:
    text = (
        ADOPTED_TEN
        + """
choices:
  - {key: two, name: 同稿只计两家, of: {table: adopted}, within: item, first: 2}
  - {key: half, name: 第二家减半, of: {table: adopted}, within: item, first: 1, others: 50%}
"""
    )
    events = [adopted(f"e{n}", f"2024-01-0{n}", "single", "city", body) for n, body in enumerate("abc", start=1)]
    entries = score(events, rules(text))
    # 10 + 10 × 1/2 = 15; the third drops out.
    assert totals(entries) == {"u": 15}
    assert [entry.counted for entry in entries] == [True, True, False]
    assert entries[1].arithmetic == "采用 10,第二家减半 × 0.5 = 5"


# 同一稿件只计最高一次;批示与采用不重复,批示的同时采用减半。
def test_an_instruction_halves_what_it_would_replace() -> None:
    text = ADOPTED_TEN.replace(
        "tables:",
        "tables:\n  - {key: i, name: 批示, when: {kind: instruction}, lines: [{key: a, name: 批示, points: 20}]}",
    )
    text += "choices: [{key: r, name: 批示优先, of: {kind: adopted}, within: matter,"
    text += " replaced_by: {kind: instruction}, others: 1/2}]"
    events = [adopted("a", "2024-01-05", "single", "city", "cppcc"), event("i", "instruction", "2024-01-09")]
    assert totals(score(events, rules(text))) == {"u": 25}


# 第一反映人得满分,其余各得一半;三人以上联名的总分减半。
def test_parts_of_their_own_and_the_number_of_authors() -> None:
    text = ADOPTED_TEN + "share: {authors: {parts: [1], rest: 1/2}}\n"
    text += "factors: [{key: many, name: 三人以上联名, of: {authors: 3+}, times: 50%}]"
    two = adopted("e", "2024-01-05", "single", "city", "cppcc", authors=persons("a", "b"))
    assert totals(score([two], rules(text, "person"))) == {"a": 10, "b": 5}
    # 10 × 0.5 = 5 to the first, half of it each to the others.
    three = adopted("e", "2024-01-05", "single", "city", "cppcc", authors=persons("a", "b", "c"))
    assert totals(score([three], rules(text, "person"))) == {"a": 5, "b": Decimal("2.5"), "c": Decimal("2.5")}


# 两人合作按 6:4,三人按 5:3:2。
@pytest.mark.parametrize(("names", "points"), [("a", [10]), ("ab", [6, 4]), ("abc", [5, 3, 2])])
def test_a_ratio_for_each_number_of_authors(names: str, points: list[int]) -> None:
    text = ADOPTED_TEN + 'share: {authors: ["6:4", "5:3:2"]}'
    joint = adopted("e", "2024-01-05", "single", "city", "cppcc", authors=persons(*names))
    assert list(totals(score([joint], rules(text, "person"))).values()) == points


# 单位得 10 分,反映人同时得 4 分。
def test_units_and_persons_at_once() -> None:
    text = ADOPTED_TEN + (
        "  - {key: own, name: 反映人, subject: person, when: {kind: adopted}, share: {authors: equal},"
        " lines: [{key: any, name: 采用, points: 4}]}\n"
        "steps: [{key: y, name: 个人采用, subject: person, per: year, count: {kind: adopted},"
        " lines: [{at_least: 1, points: 1}]}]\n"
    )
    joint = adopted("e", "2024-01-05", "single", "city", "cppcc", authors=persons("a", "b"))
    entries = score([joint], rules(text))
    assert totals(entries) == {"u": 10, "a": 3, "b": 3}
    assert {entry.subject_id: entry.subject_kind for entry in entries} == {"u": "unit", "a": "person", "b": "person"}


# 界别、专委会积分:按联名人所在界别分摊。
def test_groups_of_a_unit() -> None:
    authors = [{"person": "a", "unit": "u", "group": "教育界"}, {"person": "b", "unit": "u", "group": "教育界"}]
    authors.append({"person": "c", "unit": "u", "group": "医卫界"})
    joint = adopted("e", "2024-01-05", "single", "city", "cppcc", authors=authors)
    shared = totals(score([joint], rules(ADOPTED_TEN + "rounding: {places: 1}", "group")))
    # Three equal parts of 10, rounded to 3.3, the rest to the first: 3.4 + 3.3 and 3.3.
    assert shared == {"u:教育界": Decimal("6.7"), "u:医卫界": Decimal("3.3")}
    full = totals(score([joint], rules(ADOPTED_TEN + "share: {authors: full}", "group")))
    assert full == {"u:教育界": 10, "u:医卫界": 10}
    by_unit = adopted(
        "f", "2024-01-05", "single", "city", "cppcc", contributors=[{"unit": "u", "group": "提案委"}], authors=[]
    )
    assert totals(score([by_unit], rules(ADOPTED_TEN, "group"))) == {"u:提案委": 10}


# 同一支部的委员合计最多 15 分。
def test_a_ceiling_of_a_groups_sum() -> None:
    text = ADOPTED_TEN + ("limits: [{key: cap, name: 支部封顶, per: year, across: author_group, at_most: 15}]")
    events = [
        adopted(
            f"e{name}",
            f"2024-01-0{n}",
            "single",
            "city",
            "cppcc",
            authors=[{"person": name, "unit": "u", "group": group}],
        )
        for n, (name, group) in enumerate([("a", "一支部"), ("b", "一支部"), ("c", "二支部")], start=1)
    ]
    # a 10, b the remaining 5 of the first branch's 15; c's branch has a ceiling of its own.
    assert totals(score(events, rules(text, "person"))) == {"a": 10, "b": 5, "c": 10}


# 加分不超过基础分的 50%。
def test_a_bonus_within_a_part_of_the_base() -> None:
    text = (
        SENT_ONE[:-2]
        + ", {key: adopted, name: 采用, when: {kind: adopted}, lines: [{key: a, name: 采用, points: 10}]}]\n"
    )
    text += (
        "limits: [{key: cap, name: 加分封顶, of: {table: adopted}, per: year, part_of: {table: sent}, at_most: 50%}]"
    )
    # 8 sent = 8; adoptions 20, at most 8 × 0.5 = 4: 12.
    entries = score([*sent(8), *taken(2)], rules(text))
    assert totals(entries) == {"u": 12}
    assert "加分封顶:最多 8 × 0.5 = 4 分" in lines_of(entries, "adopted")[0].arithmetic


# 发生失泄密的,当年得分全部取消。
def test_one_fault_voids_the_year() -> None:
    text = ADOPTED_TEN + (
        "  - {key: leak, name: 失泄密, when: {flag: leak}, lines: [{key: one, name: 失泄密, points: 0}]}\n"
        "limits: [{key: void, name: 失泄密取消当年得分, per: year, if: {table: leak}, at_most: 0}]"
    )
    leak = event("l", "deduction", "2024-06-01", flags=["leak"])
    assert totals(score(taken(2), rules(text))) == {"u": 20}
    entries = score([*taken(2), *taken(1, "2025-01-01"), leak], rules(text))
    assert totals(entries) == {"u": 10}  # 2025 stands


# 全年采用不足 2 篇的不参加排名;同分的先比批示得分,再比采用数。
def test_a_minimum_for_being_ranked_and_an_order_of_ties() -> None:
    text = (
        ADOPTED_TEN
        + """
  - {key: instruction, name: 批示, when: {kind: instruction}, lines: [{key: any, name: 批示, points: 10}]}
needs: [{key: two, name: 参评门槛, count: {kind: adopted}, at_least: 2}]
ties: {rank: [instruction, adoptions]}
"""
    )
    a, b, c, d = ({"contributors": [{"unit": name}]} for name in "abcd")
    events = [
        *(adopted(f"a{n}", "2024-01-05", "single", "city", "cppcc", item=f"a{n}", **a) for n in range(3)),
        *(adopted(f"b{n}", "2024-01-05", "single", "city", "cppcc", item=f"b{n}", **b) for n in range(2)),
        event("bi", "instruction", "2024-02-01", **b),
        adopted("c0", "2024-01-05", "single", "city", "cppcc", item="c0", **c),
        *(event(f"ci{n}", "instruction", "2024-02-01", **c) for n in range(5)),
        *(adopted(f"d{n}", "2024-01-05", "single", "city", "cppcc", item=f"d{n}", **d) for n in range(3)),
    ]
    # a 30, b 20 + 10 by an instruction = 30, d 30; c has 60 and one adoption only: listed last, without a rank.
    assert ranks(events, rules(text)) == [("b", 1), ("a", 2), ("d", 2), ("c", 0)]
    (unmet,) = (entry for entry in score(events, rules(text)) if entry.rule_key == "two" and not entry.counted)
    assert (unmet.subject_id, unmet.arithmetic) == ("c", "参评门槛 1 件,未达到 2,不参加排名")


# 年中修订:上半年每篇 10 分,下半年每篇 20 分,全年封顶 45 分不变。
def test_a_yearly_cap_goes_on_through_a_change_in_mid_year() -> None:
    cap = "limits: [{key: cap, name: 封顶, per: year, at_most: 45}]\n"
    old = rules(ADOPTED_TEN + cap + "valid: {to: 2024-06-30}")
    new = rules(ADOPTED_TEN.replace("10}", "20}") + cap + "valid: {from: 2024-07-01}")
    events = [*taken(2, "2024-03-01"), *taken(2, "2024-09-01")]
    # Until June 2 × 10 = 20 by the old version. By the new one, 4 × 20 = 80 are capped at 45, of which the first two
    # items would have used 40: 5 are left for the autumn. In all 25.
    assert totals(score(events, old)) == {"u": 20}
    assert totals(score(events, new)) == {"u": 5}


# 五名专家各推荐一篇,每人每月最多 2 篇、最多 15 分计入。
def test_the_best_of_a_month() -> None:
    text = ADOPTED_TEN + "choices: [{key: m, name: 每月只计两篇, of: {table: adopted}, within: month, highest: 2}]"
    assert totals(score([*taken(4), *taken(1, "2024-02-02")], rules(text))) == {"u": 30}


def test_a_unit_without_an_item_and_events_without_a_unit() -> None:
    nobody = adopted("e", "2024-01-05", "single", "city", "cppcc", contributors=[], authors=[])
    assert score([nobody], rules(ADOPTED_TEN)) == []
    merged = adopted("e", "2024-01-05", "merged", "city", "cppcc", contributors=units("a", "b"), authors=[])
    text = ADOPTED_TEN.replace(
        "{key: any, name: 采用, points: 10}",
        "{key: two, name: 两家综合, when: {contributors: 2}, points: 3}, {key: any, name: 采用, points: 10}",
    )
    assert totals(score([merged], rules(text))) == {"a": 3, "b": 3}
