"""Who stands before whom: by points, then by what the rules say of ties; who misses one of their needs has no place."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from zhitong.ranking.models import LedgerEntry, Standing, SubjectKind
from zhitong.ranking.scoring import Entry, RuleSet

Earned = tuple[LedgerEntry, Entry]
"""A line of the ledger, and the entry that it says."""


class Order:
    """The order of units in each month of a year and in the year (month 0), by the rules of the year.

    Inside each group of kind and level; equal points, where nothing tells them apart, share a rank (DOMAIN §6). A need
    is one of the year: it decides who is ranked in the year, not in a month.
    """

    def __init__(self, rules: RuleSet | None, earned: Iterable[Earned]) -> None:
        self._by = rules.ties.by if rules else ()
        self._needs = {need.key for need in rules.needs} if rules else set()
        self._met: defaultdict[int, set[str]] = defaultdict(set)
        self._points: defaultdict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
        self._adopted: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
        if self._by or self._needs:
            for line, entry in earned:
                if line.subject_kind == SubjectKind.UNIT:
                    self._add(line, entry)

    def _add(self, line: LedgerEntry, entry: Entry) -> None:
        unit = line.unit_id
        if entry.counted and entry.rule.key in self._needs:
            self._met[unit].add(entry.rule.key)
        for month in (0, entry.counted_on.month):
            if entry.counted:
                for name in {entry.rule.key, entry.rule.key.partition(".")[0]}:
                    self._points[unit, month, name] += entry.points
            if entry.event_kind == "adopted" and (entry.clause is None or entry.clause.key != "reversal"):
                self._adopted[unit, month].add(entry.event_ids[0])

    def rank(self, rows: Iterable[Standing], month: int) -> None:
        """Give every row its rank; 0 to whoever is not ranked."""
        groups: defaultdict[tuple[str, str], list[Standing]] = defaultdict(list)
        for row in rows:
            if month == 0 and self._needs - self._met[row.unit_id]:
                row.rank = 0
            else:
                groups[row.unit.kind, row.unit.level].append(row)
        for group in groups.values():
            self._rank_group(group, month)

    def _rank_group(self, group: list[Standing], month: int) -> None:
        keys = {row.unit_id: (row.points, *self._untied(row.unit_id, month)) for row in group}
        group.sort(key=lambda row: tuple(-value for value in keys[row.unit_id]))
        before: Standing | None = None
        for place, row in enumerate(group, start=1):
            row.rank = before.rank if before and keys[before.unit_id] == keys[row.unit_id] else place
            before = row

    def _untied(self, unit: int, month: int) -> tuple[Decimal | int, ...]:
        return tuple(
            len(self._adopted[unit, month]) if name == "adoptions" else self._points[unit, month, name]
            for name in self._by
        )
