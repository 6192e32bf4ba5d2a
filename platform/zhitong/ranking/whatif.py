"""What if: a year under the rules in force and under others, side by side. Pure over events; writes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from zhitong.ranking.scoring import Entry, ScoringEvent, Standing, TieRule, score, standings
from zhitong.ranking.scoring import RuleSet as Rules

Progress = Callable[[int], None]
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One subject: points (as text, exact) and rank before and after; rank 0 where it is not ranked."""

    subject: str
    kind: str
    group: str
    before: str
    after: str
    rank_before: int
    rank_after: int

    @property
    def moved(self) -> int:
        """How many places it rises (above 0) or falls; 0 where it was or is not ranked."""
        return self.rank_before - self.rank_after if self.rank_before and self.rank_after else 0

    def as_plain(self) -> dict[str, Any]:
        """Return the row as JSON primitives."""
        return asdict(self)


def compare(
    events: Sequence[ScoringEvent],
    now: Sequence[Rules],
    then: Rules,
    *,
    year: int,
    counts: Callable[[Entry], bool],
    progress: Progress = lambda _: None,
) -> list[Row]:
    """Score the same events by both and rank both; whoever is in either is in the rows, best after first.

    Args:
        events: all that both need for the year.
        now: the versions in force, each within its validity.
        then: the other rules, as if in force all year.
        year: only lines that count in it.
        counts: whether a line is of somebody whom the owner of the rules answers for.
        progress: told of the per cent done.
    """
    before: list[Entry] = []
    for number, rules in enumerate(now, start=1):
        before += _lines(events, rules, year, counts)
        progress(10 + 40 * number // len(now))
    after = _lines(events, then, year, counts)
    progress(80)
    ranked_before = _ranked(before, now[-1] if now else None)
    ranked_after = _ranked(after, then)
    return _rows(ranked_before, ranked_after)


def _lines(events: Sequence[ScoringEvent], rules: Rules, year: int, counts: Callable[[Entry], bool]) -> list[Entry]:
    return [entry for entry in score(events, rules) if entry.counted_on.year == year and counts(entry)]


def _ranked(entries: Iterable[Entry], rules: Rules | None) -> dict[tuple[str, str], Standing]:
    ties = rules.ties if rules else TieRule()
    needs = [need.key for need in rules.needs] if rules else []
    rows = standings(entries, ties, needs=needs)
    # Who changed its group in the year stands in each: the place with most points is the one shown.
    found: dict[tuple[str, str], Standing] = {}
    for row in rows:
        key = row.subject.kind, row.subject.id
        if key not in found or row.points > found[key].points:
            found[key] = row
    return found


def _rows(before: Mapping[tuple[str, str], Standing], after: Mapping[tuple[str, str], Standing]) -> list[Row]:
    rows = []
    for key in {*before, *after}:
        was, will = before.get(key), after.get(key)
        rows.append(
            Row(
                subject=key[1],
                kind=key[0],
                group=(will or was).subject.group,  # type: ignore[union-attr] # one of them is there
                before=_plain(was),
                after=_plain(will),
                rank_before=was.rank if was else 0,
                rank_after=will.rank if will else 0,
            )
        )
    rows.sort(key=lambda row: (row.group, row.rank_after or 10**6, -Decimal(row.after), row.subject))
    return rows


def _plain(row: Standing | None) -> str:
    return format(round(row.points, _PLACES), "f") if row else "0"
