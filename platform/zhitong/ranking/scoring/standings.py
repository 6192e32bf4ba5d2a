"""Standings from ledger lines: sums by subject within each group, ranked as in a competition."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhitong.ranking.scoring.rules import Entry, Subject, TieRule


@dataclass(frozen=True, slots=True)
class Standing:
    """One row: rank within the group (1, 2, 2, 4; 0: not ranked), points, and the number of adoptions."""

    rank: int
    subject: Subject
    points: Decimal
    adoptions: int


def standings(
    entries: Iterable[Entry],
    ties: TieRule,
    *,
    subjects: Iterable[Subject] = (),
    adoptions: Mapping[str, int] | None = None,
    needs: Iterable[str] = (),
) -> list[Standing]:
    """Rank the counted points, group by group in the order of their names.

    `subjects` are named even with nothing to their credit. `adoptions` by subject id; without it they are the
    adoption events seen in the entries, reversed ones left out. Equal points share a rank and are listed by
    adoptions, or are told apart where the tie rule says by what. `needs` are the keys of the needs of the rule set:
    whoever misses one stands after the others, without a rank. A subject that changed its group appears in each with
    what it earned there.
    """
    tallies: dict[tuple[str, str], _Tally] = {}
    for subject in subjects:
        tallies.setdefault((subject.group, subject.id), _Tally(subject))
    met: set[tuple[str, str]] = set()
    needed = frozenset(needs)
    for entry in entries:
        subject = entry.subject
        tally = tallies.setdefault((subject.group, subject.id), _Tally(subject))
        if entry.counted and entry.rule.key in needed:
            met.add((subject.id, entry.rule.key))
        tally.add(entry)
    rows = []
    for tally in tallies.values():
        adopted = len(tally.adopted) if adoptions is None else adoptions.get(tally.subject.id, 0)
        ranked = all((tally.subject.id, need) in met for need in needed)
        untied = tuple(adopted if name == "adoptions" else tally.by_rule[name] for name in ties.by)
        rows.append(_Row(tally.subject, tally.points, adopted, untied, ranked))
    rows.sort(key=_Row.order)
    return _ranked(rows)


class _Tally:
    """What a subject earned in one group."""

    __slots__ = ("adopted", "by_rule", "points", "subject")

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.points = Decimal(0)
        self.adopted: set[str] = set()
        self.by_rule: defaultdict[str, Decimal] = defaultdict(Decimal)

    def add(self, entry: Entry) -> None:
        if entry.counted:
            self.points += entry.points
            for name in {entry.rule.key, entry.rule.key.partition(".")[0]}:
                self.by_rule[name] += entry.points
        if entry.event_kind == "adopted" and (entry.clause is None or entry.clause.key != "reversal"):
            self.adopted.add(entry.event_ids[0])


@dataclass(frozen=True, slots=True)
class _Row:
    subject: Subject
    points: Decimal
    adopted: int
    untied: tuple[Decimal | int, ...]
    ranked: bool

    def order(self) -> tuple[object, ...]:
        untied = tuple(-value for value in self.untied)
        return (self.subject.group, not self.ranked, -self.points, untied, -self.adopted, self.subject.id)


def _ranked(rows: list[_Row]) -> list[Standing]:
    ranked: list[Standing] = []
    place = 0
    before: _Row | None = None
    for row in rows:
        same_group = before is not None and before.subject.group == row.subject.group
        place = place + 1 if same_group else 1
        rank = place
        if before is not None and same_group and (before.points, before.untied) == (row.points, row.untied):
            rank = ranked[-1].rank
        ranked.append(Standing(rank if row.ranked else 0, row.subject, row.points, row.adopted))
        before = row
    return ranked
