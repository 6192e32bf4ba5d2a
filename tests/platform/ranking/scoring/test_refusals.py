"""What is refused, on which line and why."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.platform.ranking.scoring.make import ADOPTED_TEN, adopted, event, rules, units
from zhitong.core.located import place_words
from zhitong.ranking.scoring import (
    Dates,
    EventError,
    RulesError,
    ScoringEvent,
    event_from,
    read_events,
    read_rules,
    score,
)

HEAD = "code: T\nname: 试行办法\nversion: 1\nsubject: unit\n"
GOOD = HEAD + "tables:\n  - key: t\n    name: 采用\n    lines:\n      - {key: a, name: 采用, points: 1}\n"


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, "documents"),
        ("a: 1\n---\nb: 2\n", 2, "documents"),
        ("a: [", 1, "not_yaml"),
        ("code: T\n\tname: x", 2, "not_yaml"),
        ("code: \x07", 1, "not_yaml"),
        (GOOD + "colour: red\n", 10, "unknown_field"),
        (GOOD + "code: again\n", 10, "duplicate_key"),
        (GOOD + "dated: &x adopted\n", 10, "alias"),
        (GOOD + "valid: *x\n", 10, "alias"),
        (GOOD + "note: !!python/name:os.system x\n", 10, "tag"),
        (GOOD + "note: " + "[" * 50 + "]" * 50, 10, "too_deep"),
        (GOOD + "? [a]\n: b\n", 10, "not_mapping"),
        ("计分办法\n", 1, "not_mapping"),
        ("- a\n", 1, "not_mapping"),
        (GOOD + "dated: tomorrow\n", 10, "unknown_word"),
        (GOOD + "valid: {from: 2024-02-30}\n", 10, "wrong_date"),
        (GOOD + "valid: {from: 2024-02-01, to: 2024-01-01}\n", 10, "period"),
        (GOOD + "who: {unit_level: village}\n", 10, "unknown_word"),
        (GOOD + "who: {kind: adopted}\n", 10, "unknown_field"),
        (GOOD + "limits: [{key: l, name: 封顶, per: year}]\n", 10, "wrong_value"),
        (GOOD + "limits: [{key: l, name: 封顶, per: year, at_most: -1}]\n", 10, "wrong_value"),
        (GOOD + "limits: [{key: t, name: 封顶, per: year, at_most: 1}]\n", 10, "duplicate_key"),
        (GOOD + "limits: [{key: l, name: 封顶, of: {table: x}, per: year, at_most: 1}]\n", 10, "unknown_table"),
        (GOOD + "choices: [{key: c, name: 择优, within: item, highest: 1, first: 1}]\n", 10, "wrong_value"),
        (GOOD.replace("points: 1", "points: 1e5"), 9, "wrong_value"),
        (GOOD.replace("points: 1", "points: .inf"), 9, "wrong_value"),
        (GOOD.replace("points: 1", "points: 1/0"), 9, "wrong_value"),
        (GOOD.replace("points: 1", "points: yes"), 9, "wrong_value"),
        (GOOD.replace(", points: 1", ""), 9, "missing_field"),
        (GOOD.replace("points: 1", "points: 1, nth: 2+"), 9, "nth_without_count"),
        (GOOD.replace("points: 1", "points: 1, when: {kind: adoptd}"), 9, "unknown_word"),
        (GOOD.replace("points: 1", "points: 1, when: [{kind: adopted}, {knd: x}]"), 9, "unknown_field"),
        ("x" * 1_000_001, 0, "too_large"),
    ],
)
def test_rule_sets(text: str, line: int, code: str) -> None:
    with pytest.raises(RulesError) as refusal:
        read_rules(text)
    assert (refusal.value.code, refusal.value.line) == (code, line)
    assert refusal.value.reason
    assert refusal.value.message


def test_the_unharmed_set_is_accepted() -> None:
    assert read_rules(GOOD).code == "T"
    with pytest.raises(RulesError, match="UTF-8"):
        read_rules(b"\xff\xfe")


EVENT = {"id": "e", "kind": "submitted", "dates": {"occurred": "2024-01-05"}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"colour": "red"}, "unknown_field"),
        ({"kind": "adoptd"}, "unknown_word"),
        ({"kind": None}, "missing_field"),
        ({"id": ""}, "missing_field"),
        ({"id": 7}, "wrong_text"),
        ({"id": "a b"}, "wrong_text"),
        ({"id": "a\x00"}, "wrong_text"),
        ({"kind": "adopted", "level": "city"}, "missing_field"),
        ({"kind": "adopted", "mode": "double", "level": "city"}, "unknown_word"),
        ({"dates": {}}, "missing_field"),
        ({"dates": {"occurred": "2024-02-30"}}, "wrong_date"),
        ({"dates": {"occurred": "2024-1-5"}}, "wrong_date"),
        ({"dates": {"occurred": "2024-01-05T00:00"}}, "wrong_date"),
        ({"dates": {"occurred": "2024-01-05", "printed": "2024-01-05"}}, "unknown_field"),
        ({"dates": "2024-01-05"}, "not_mapping"),
        ({"contributors": [{}]}, "missing_field"),
        ({"contributors": {"unit": "u"}}, "wrong_text"),
        ({"contributors": [{"unit": "u", "share_order": 0}]}, "wrong_number"),
        ({"contributors": [{"unit": "u", "unit_level": "village"}]}, "unknown_word"),
        ({"authors": [{"person": "p", "age": 3}]}, "unknown_field"),
        ({"flags": ["a b"]}, "wrong_text"),
        ({"flags": "late"}, "wrong_text"),
        ({"reason": "\ud800"}, "wrong_text"),
        ({"kind": "reversal"}, "missing_field"),
        ({"kind": "manual", "points": 1, "reason": "x"}, "missing_field"),
        ({"points": True}, "wrong_number"),
        ({"points": "1e3"}, "wrong_number"),
        ({"points": 10**9}, "wrong_number"),
        ({"reverses": "e"}, "reverses_itself"),
    ],
)
def test_events(change: dict[str, Any], code: str) -> None:
    lines = [json.dumps(EVENT), "", json.dumps(EVENT | change)]
    with pytest.raises(EventError) as refusal:
        list(read_events(lines))
    assert (refusal.value.code, refusal.value.line) == (code, 3)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"\xff", "not_utf8"),
        (b"{", "not_json"),
        (b"[]", "not_mapping"),
        (b'{"id": "a", "id": "b"}', "duplicate_key"),
        (b'{"points": NaN}', "wrong_number"),
        (b"[" * 100_000, "too_deep"),
        (b" " * 1_000_001, "too_large"),
        (b'{"id":"e","kind":"manual","dates":{"occurred":"2024-01-05"},"points":' + b"9" * 5000 + b"}", "wrong_number"),
    ],
)
def test_lines(line: bytes, code: str) -> None:
    with pytest.raises(EventError) as refusal:
        list(read_events([line]))
    assert (refusal.value.code, refusal.value.line) == (code, 1)


def test_numbers_in_json_are_read_exactly_and_floats_are_refused() -> None:
    line = json.dumps(EVENT)[:-1] + ', "points": 0.1}'
    (read,) = read_events([line])
    assert read.points == Decimal("0.1")
    with pytest.raises(EventError, match="float"):
        event_from(EVENT | {"points": 0.1})
    with pytest.raises(EventError, match="float"):
        ScoringEvent(id="e", kind="manual", dates=Dates(Decimal), points=0.1)  # type: ignore[arg-type]


def test_events_that_do_not_fit_together() -> None:
    one = adopted("e1", "2024-01-05", "single", "city", "cppcc")
    circle = [
        event("r1", "reversal", "2024-01-05", reverses="r2"),
        event("r2", "reversal", "2024-01-05", reverses="r1"),
    ]
    stray = adopted(
        "e2",
        "2024-01-05",
        "merged",
        "city",
        "cppcc",
        contributors=units("a", "b"),
        authors=[{"person": "p", "unit": "c"}],
    )
    for events, code in (
        ([one, one], "duplicate_id"),
        ([event("r", "reversal", "2024-01-05", reverses="x")], "reverses_nothing"),
        (circle, "reverses_itself"),
        ([stray], "author_nowhere"),
    ):
        with pytest.raises(EventError) as refusal:
            score(events, rules(ADOPTED_TEN))
        assert refusal.value.code == code


def test_a_rule_that_asks_for_the_events_own_points() -> None:
    text = "tables: [{key: t, name: 扣分, lines: [{key: d, name: 扣分, points: event}]}]"
    with pytest.raises(EventError, match="own points"):
        score([event("e", "deduction", "2024-01-05")], rules(text))


def test_all_faults_are_named_at_once_with_line_path_and_what_is_expected() -> None:
    text = """code: T
name: 试行办法
version: 1
subject: persn
colour: red
valid: {from: 2024-02-30}
tables:
  - key: t
    name: 采用
    when: [{kind: adoptd}, {knd: x}]
    lines:
      - {key: a, name: 采用, points: abc}
      - {key: a, name: 采用}
limits:
  - {key: l, name: 封顶, per: year, at_most: -1}
  - {key: m, name: 封顶, of: {table: nothing}, per: year, at_most: 1}
choices:
  - {key: c, name: 择优, within: item, highest: 1, first: 1}
share: {authors: "3-2"}
"""
    with pytest.raises(RulesError) as refusal:
        read_rules(text)
    assert [(fault.line, place_words(fault.path), fault.code) for fault in refusal.value.faults] == [
        (4, "subject", "unknown_word"),
        (5, "colour", "unknown_field"),
        (6, "valid.from", "wrong_date"),
        (10, "tables[1].when[1].kind", "unknown_word"),
        (10, "tables[1].when[2].knd", "unknown_field"),
        (12, "tables[1].lines[1].points", "wrong_value"),
        (13, "tables[1].lines[2]", "missing_field"),
        (13, "tables[1].lines[2].key", "duplicate_key"),
        (15, "limits[1].at_most", "wrong_value"),
        (16, "limits[2].of.table", "unknown_table"),
        (18, "choices[1]", "wrong_value"),
        (19, "share.authors", "wrong_value"),
    ]
    by_line = {fault.line: fault for fault in refusal.value.faults}
    assert by_line[4].message == "第 4 行：subject：未知的词“persn”；可用：unit, person, group"
    assert by_line[12].located.startswith(
        "第 12 行（tables[1].lines[1].points）：points：此处不能填“abc”：应为精确的数"
    )
    assert by_line[18].message.endswith("须写其中一项：highest, highest_levels, first, replaced_by")
