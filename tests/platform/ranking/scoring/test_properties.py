"""What holds for any events: nothing lost in sharing, no dependence on order, reversals neutral."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.platform.ranking.scoring.make import ADOPTED_TEN, adopted, rules, totals, units
from zhitong.ranking.scoring import (
    Author,
    Contributor,
    Dates,
    Entry,
    RuleSet,
    ScoringEvent,
    explain,
    preset,
    preset_codes,
    read_rules,
    score,
)
from zhitong.ranking.scoring.holders import fractions
from zhitong.ranking.scoring.numbers import cut, rounded
from zhitong.ranking.scoring.rules import Rounding, Split

LEVELS = ["county", "city", "province", "national"]
MIXED = read_rules(
    """
code: MIX
name: 综合办法
version: 1
subject: unit
dated: adopted
share: {contributors: first_half}
tables:
  - {key: sent, name: 报送, when: {kind: submitted}, nth: {by: item, per: quarter}, lines: [
      {key: first, name: 首篇, nth: 1, points: 3}, {key: later, name: 其后, nth: 2+, points: 0.7}]}
  - {key: adopted, name: 采用, when: {kind: adopted}, lines: [
      {key: high, name: 上级, when: {level: [province, national]}, points: 10}, {key: low, name: 本级, points: 5}]}
  - {key: bonus, name: 加分, when: {kind: adopted, author_rank: national}, lines: [{key: one, name: 加分, points: 2}]}
  - {key: late, name: 扣分, when: {kind: deduction}, lines: [{key: one, name: 迟报, points: -4}]}
  - {key: instruction, name: 批示, when: {kind: instruction}, lines: [{key: one, name: 批示, points: 15}]}
factors: [{key: exemplar, name: 优秀信息, of: {flag: exemplar}, times: "4/3"}]
choices:
  - {key: replaced, name: 批示替代采用, of: {kind: adopted}, within: matter, replaced_by: {kind: instruction}}
  - {key: best, name: 只计两项, of: {table: [adopted, bonus]}, within: matter, highest: 2}
steps:
  - {key: quota, name: 季度任务, per: quarter, count: {kind: submitted}, lines: [{at_least: 3, points: 5}], else: -1}
limits:
  - {key: cap, name: 封顶, of: {table: sent}, per: month, at_most: 4}
  - {key: floor, name: 不计负分, per: year, at_least: 0}
"""
)
ALL = [*(preset(code) for code in preset_codes()), MIXED]


@st.composite
def events(draw: st.DrawFn) -> list[ScoringEvent]:
    found = []
    for n in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(["submitted", "adopted", "adopted", "instruction", "deduction", "declined", "due"]))
        names = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3))
        item = draw(st.sampled_from(["i1", "i2", "i3"]))
        found.append(
            ScoringEvent(
                id=f"e{n}",
                kind=kind,
                dates=Dates(date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 400)))),
                mode=draw(st.sampled_from(["single", "merged", "passed_on"])),
                level=draw(st.sampled_from(LEVELS)),
                body=draw(st.sampled_from(["cppcc", "party_office", "party"])),
                leader_rank=draw(st.sampled_from(["bureau", "city", "national"])),
                matter="m" + item,
                item=item,
                contributors=tuple(
                    Contributor(name, "committee", "city", f"{item}{name}", place)
                    for place, name in enumerate(names, start=1)
                ),
                authors=tuple(
                    Author("p" + name, name, draw(st.sampled_from(["", "province", "national"]))) for name in names
                ),
                flags=frozenset(draw(st.sets(st.sampled_from(["exemplar", "late", "answers_call"])))),
            )
        )
    return found


def counted(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.counted]


@pytest.mark.parametrize("rule_set", ALL, ids=lambda rule_set: rule_set.code)
@settings(max_examples=40, deadline=None)
@given(given_events=events(), seed=st.integers(0, 1000))
def test_the_order_of_the_input_is_nothing(rule_set: RuleSet, given_events: list[ScoringEvent], seed: int) -> None:
    entries = score(given_events, rule_set)
    shuffled = given_events.copy()
    random.Random(seed).shuffle(shuffled)
    assert score(shuffled, rule_set) == entries
    assert all(type(entry.points) is Decimal and explain(entry) for entry in entries)
    assert all(entry.counted == (entry.clause is None) for entry in entries)


@pytest.mark.parametrize("rule_set", ALL, ids=lambda rule_set: rule_set.code)
@settings(max_examples=40, deadline=None)
@given(given_events=events(), which=st.integers(0, 13))
def test_a_reversed_event_leaves_what_counts_as_if_it_had_never_been(
    rule_set: RuleSet, given_events: list[ScoringEvent], which: int
) -> None:
    if which >= len(given_events):
        return
    gone = given_events[which]
    back = ScoringEvent(id="r", kind="reversal", dates=Dates(date(2025, 6, 1)), reverses=gone.id)
    entries = score([*given_events, back], rule_set)
    without = score([event for event in given_events if event is not gone], rule_set)
    assert counted(entries) == counted(without)
    pair = [entry for entry in entries if entry.clause and entry.clause.key == "reversal"]
    assert sum(entry.points for entry in pair) == 0
    assert {entry.event_ids for entry in pair} <= {(gone.id,), (gone.id, "r")}


_WEIGHTS = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(tuple)
SPLITS = st.one_of(
    st.builds(Split, st.sampled_from(["equal", "first_half"]), st.just(()), st.integers(0, 5)),
    st.builds(Split, st.just("ratio"), st.lists(_WEIGHTS, min_size=1, max_size=3).map(tuple)),
)


@given(split=SPLITS, count=st.integers(1, 12))
def test_a_split_that_divides_loses_nothing(split: Split, count: int) -> None:
    parts = fractions(split, count)
    assert len(parts) == count
    assert sum(parts) == 1


@given(
    amount=st.fractions(-1000, 1000, max_denominator=500),
    split=SPLITS,
    count=st.integers(1, 12),
    places=st.integers(0, 4),
    mode=st.sampled_from(["half_up", "half_even", "down", "up"]),
)
def test_shares_add_up_to_the_points(amount: Fraction, split: Split, count: int, places: int, mode: str) -> None:
    rounding = Rounding(places, mode)  # type: ignore[arg-type] # one of the four words
    assert sum(cut(amount, fractions(split, count), rounding)) == rounded(amount, rounding)


@given(
    count=st.integers(1, 9),
    points=st.decimals(0, 500, places=2),
    share=st.sampled_from(["equal", "first_half", '"5:3:2"', "{first: 2, split: equal}"]),
)
def test_the_ledger_of_a_merged_adoption_adds_up(count: int, points: Decimal, share: str) -> None:
    names = [f"u{n}" for n in range(count)]
    merged = adopted("e", "2024-01-05", "merged", "city", "cppcc", contributors=units(*names), authors=[])
    text = ADOPTED_TEN.replace("10}", f"{points}}}") + f"share: {{contributors: {share}}}"
    assert sum(totals(score([merged], rules(text))).values()) == points
