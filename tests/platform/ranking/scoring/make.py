"""Short ways to write events and rule sets in these tests."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from zhitong.ranking.scoring import Entry, RuleSet, ScoringEvent, event_from, read_rules


def event(name: str, kind: str, day: str, **fields: Any) -> ScoringEvent:
    """An event of one unit `u` and one author `p` on one item and matter, unless told otherwise."""
    data: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "dates": {"occurred": day},
        "item": "i1",
        "matter": "m1",
        "contributors": [{"unit": "u"}],
        "authors": [{"person": "p", "unit": "u"}],
    }
    return event_from(data | fields)


def adopted(name: str, day: str, mode: str, level: str, body: str, **fields: Any) -> ScoringEvent:
    return event(name, "adopted", day, mode=mode, level=level, body=body, **fields)


def units(*names: str) -> list[dict[str, str]]:
    """Contributors in their order, each with its own item."""
    return [{"unit": name, "item": f"item-{name}"} for name in names]


def persons(*names: str) -> list[dict[str, str]]:
    return [{"person": name, "unit": "u"} for name in names]


def totals(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """Counted points by subject."""
    found: dict[str, Decimal] = {}
    for entry in entries:
        found[entry.subject_id] = found.get(entry.subject_id, Decimal(0)) + entry.points * entry.counted
    return found


def rules(text: str, subject: str = "unit") -> RuleSet:
    """A set whose tables, and whatever else is asked, are given as YAML."""
    head = f"code: T\nname: 试行办法\nversion: 3\nsubject: {subject}\n"
    return read_rules(head + text)


ADOPTED_TEN = """
tables:
  - key: adopted
    name: 采用
    when: {kind: adopted}
    lines: [{key: any, name: 采用, points: 10}]
"""
