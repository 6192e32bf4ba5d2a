"""Standings from ledger lines: sums by subject within each group, ranked as in a competition."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhitong.ranking.scoring.rules import Entry, Subject, TieRule


@dataclass(frozen=True, slots=True)
class Standing:
    """One row: rank within the group (1, 2, 2, 4), points, and the number of adoptions."""

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
) -> list[Standing]:
    """Rank the counted points, group by group in the order of their names.

    `subjects` are named even with nothing to their credit. `adoptions` by subject id; without it they are the
    adoption events seen in the entries, reversed ones left out. Equal points share a rank and are listed by
    adoptions, or are told apart by them where the tie rule says so. A subject that changed its group appears in
    each with what it earned there.
    """
    points: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    named: dict[tuple[str, str], Subject] = {}
    for subject in subjects:
        named[subject.group, subject.id] = subject
        points[subject.group, subject.id] += 0
    for entry in entries:
        key = (entry.subject.group, entry.subject.id)
        named.setdefault(key, entry.subject)
        points[key] += entry.points if entry.counted else 0
        if entry.event_kind == "adopted" and (entry.clause is None or entry.clause.key != "reversal"):
            seen[key].add(entry.event_ids[0])
    rows = [
        (subject, points[key], adoptions.get(subject.id, 0) if adoptions is not None else len(seen[key]))
        for key, subject in named.items()
    ]
    rows.sort(key=lambda row: (row[0].group, -row[1], -row[2], row[0].id))
    return _ranked(rows, ties)


def _ranked(rows: list[tuple[Subject, Decimal, int]], ties: TieRule) -> list[Standing]:
    ranked: list[Standing] = []
    place = 0
    for subject, points, adopted in rows:
        before = ranked[-1] if ranked else None
        same_group = before is not None and before.subject.group == subject.group
        place = place + 1 if same_group else 1
        rank = place
        if before is not None and same_group and before.points == points:
            equal = ties.rank == "shared" or before.adoptions == adopted
            rank = before.rank if equal else place
        ranked.append(Standing(rank, subject, points, adopted))
    return ranked
