"""Ranks as in a competition, within groups, with ties as the rule set says."""

from datetime import date
from decimal import Decimal

import pytest

from zhitong.ranking.scoring import Clause, Entry, RuleRef, Subject, TieRule, standings

RULE = RuleRef("T", 1, "adopted.any", "采用")


def earned(unit: str, points: str, *, group: str = "", adoptions: int = 1, clause: Clause | None = None) -> list[Entry]:
    """So many adoptions that earn the points together."""
    subject = Subject("unit", unit, group, unit)
    each = Decimal(points) / adoptions
    day = date(2024, 1, 5)
    return [
        Entry(subject, (f"{unit}{n}",), "adopted", "i", RULE, each, clause is None, clause, day, "采用")
        for n in range(adoptions)
    ]


@pytest.mark.parametrize(("ties", "ranks"), [((), [1, 2, 2, 4]), (("adoptions",), [1, 2, 3, 4])])
def test_ties_are_listed_by_adoptions(ties: tuple[str, ...], ranks: list[int]) -> None:
    entries = earned("a", "5") + earned("b", "10") + earned("c", "10", adoptions=2) + earned("d", "20")
    rows = standings(entries, TieRule(ties))
    assert [row.subject.id for row in rows] == ["d", "c", "b", "a"]
    assert [row.rank for row in rows] == ranks
    assert [row.adoptions for row in rows] == [1, 2, 1, 1]


def test_groups_are_ranked_apart() -> None:
    entries = earned("a", "5", group="县") + earned("b", "50", group="市") + earned("c", "6", group="县")
    rows = [(row.subject.group, row.rank, row.subject.id) for row in standings(entries, TieRule())]
    assert rows == [("县", 1, "c"), ("县", 2, "a"), ("市", 1, "b")]


def test_units_with_nothing_are_named_and_uncounted_lines_add_nothing() -> None:
    replaced = earned("a", "5", clause=Clause("best", "只计最高"))
    reversed_ = earned("b", "5", clause=Clause("reversal", "已冲正"))
    rows = standings(replaced + reversed_, TieRule(), subjects=[Subject("unit", "z")])
    assert [(row.subject.id, row.points, row.adoptions, row.rank) for row in rows] == [
        ("a", 0, 1, 1),
        ("b", 0, 0, 1),
        ("z", 0, 0, 1),
    ]
    given = standings(replaced, TieRule(), adoptions={"a": 7})
    assert given[0].adoptions == 7
