"""The tables of a circular as they are frozen: plain values that go into JSON and come back the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhitong.ranking.words import rate_words

COUNTS = ("received", "adopted", "sent", "higher", "instructions")
SHOWN = 12  # differences that a sentence names
# Heads as the ranking has them; the rate says what it is of.
HEADS = ("名次", "升降", "单位", "收稿", "本级采用", "采用率", "报送", "上级采用", "批示", "得分")
PLAIN_HEADS = ("名称", "收稿", "本级采用", "采用率", "报送", "上级采用", "批示")
RATE_NOTE = "采用率为本级采用篇数占收稿篇数的比例。采用按采用的日期计，可能包括以前收到的信息。"


@dataclass(frozen=True, slots=True)
class Row:
    """One unit's (or circle's) figures in the period; `rank` 0: not ranked, `before` None: no rank before."""

    key: str
    name: str
    received: int
    adopted: int
    sent: int
    higher: int
    instructions: int
    points: Decimal
    rank: int = 0
    before: int | None = None

    @property
    def rate(self) -> str:
        """Own adoptions for 100 received, in words: 76.69%; a dash when nothing came in."""
        return rate_words(self.adopted, self.received)

    @property
    def moved(self) -> str:
        """How far it rose or fell against the period before, in words; a dash without one."""
        if not self.rank or not self.before:
            return "—"
        places = self.before - self.rank
        return "持平" if not places else f"升{places}" if places > 0 else f"降{-places}"

    @property
    def words(self) -> str:
        """The points as people write them, without zeros behind."""
        return f"{self.points.normalize():f}"


@dataclass(frozen=True, slots=True)
class Table:
    """Units ranked among each other, or (`is_ranked` False) circles of the unit, in their order."""

    key: str
    name: str
    rows: Sequence[Row]
    is_ranked: bool = True

    @property
    def heads(self) -> Sequence[str]:
        """The heads of its columns."""
        return HEADS if self.is_ranked else PLAIN_HEADS

    @property
    def silent(self) -> list[str]:
        """Who sent nothing up in the period (零报送); of circles, who wrote nothing."""
        return [row.name for row in self.rows if not (row.sent if self.is_ranked else row.received)]

    @property
    def unheard(self) -> list[str]:
        """Who sent, and of whom nothing was adopted above (零采用); of circles, of whom the unit adopted nothing."""
        if self.is_ranked:
            return [row.name for row in self.rows if row.sent and not row.higher]
        return [row.name for row in self.rows if row.received and not row.adopted]

    @property
    def total(self) -> Row:
        """The sums of the table; an item counts once in its unit."""
        sums = {name: sum(getattr(row, name) for row in self.rows) for name in COUNTS}
        return Row("", "合计", **sums, points=sum((row.points for row in self.rows), Decimal(0)))

    def cells(self, row: Row) -> list[str | int | Decimal]:
        """Return a row under the heads, figures as figures."""
        counts: list[str | int | Decimal] = [
            row.received, row.adopted, row.rate, row.sent, row.higher, row.instructions,
        ]  # fmt: skip
        if not self.is_ranked:
            return [row.name, *counts]
        place: str | int = row.rank or ("" if row.name == "合计" and not row.key else "—")
        moved = "" if row.name == "合计" and not row.key else row.moved
        return [place, moved, row.name, *counts, row.points]

    def texts(self, row: Row) -> list[str]:
        """Return a row under the heads as it is printed."""
        return [f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell) for cell in self.cells(row)]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a circular: of the unit itself (`own`), and table by table.

    `rules` names the rule set with the versions in force in the period; `words` and `before` are the period and the
    one it is compared with, in words; `as_of` is the minute of the last computation, in words.
    """

    unit: str
    words: str
    before: str
    as_of: str
    rules: str
    own: Row
    tables: Sequence[Table]

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return {
            "unit": self.unit,
            "words": self.words,
            "before": self.before,
            "as_of": self.as_of,
            "rules": self.rules,
            "own": _row_as_json(self.own),
            "tables": [
                {"key": one.key, "name": one.name, "ranked": one.is_ranked, "rows": [_row_as_json(r) for r in one.rows]}
                for one in self.tables
            ],
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Figures":
        """Return the figures that were kept."""
        return cls(
            unit=kept["unit"],
            words=kept["words"],
            before=kept["before"],
            as_of=kept["as_of"],
            rules=kept["rules"],
            own=_row_of_json(kept["own"]),
            tables=[
                Table(one["key"], one["name"], [_row_of_json(row) for row in one["rows"]], one["ranked"])
                for one in kept["tables"]
            ],
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not what was frozen: whose, which, and both values in words."""

    table: str
    name: str
    what: str
    frozen: str
    now: str

    @property
    def words(self) -> str:
        """The difference in a sentence: 佛山市政协上级采用由 3 改为 4."""
        return f"{self.name}{self.what}由 {self.frozen} 改为 {self.now}"


_COMPARED = {
    "rank": "名次", "received": "收稿", "adopted": "本级采用", "sent": "报送", "higher": "上级采用",
    "instructions": "批示", "points": "得分",
}  # fmt: skip


def differences(frozen: Figures, now: Figures) -> list[Difference]:
    """Return where the figures differ from those that were frozen, table by table; names do not count."""
    pairs = [("", [frozen.own], [now.own])]
    tables = {table.key: table for table in now.tables}
    for table in frozen.tables:
        there = tables.pop(table.key, None)
        pairs.append((table.name, list(table.rows), list(there.rows) if there else []))
    pairs += [(table.name, [], list(table.rows)) for table in tables.values()]
    found: list[Difference] = []
    for name, before, after in pairs:
        found += _between(name, {row.key: row for row in before}, {row.key: row for row in after})
    return found


def _between(table: str, before: Mapping[str, Row], after: Mapping[str, Row]) -> list[Difference]:
    found = []
    for key in dict.fromkeys((*before, *after)):
        old, new = before.get(key), after.get(key)
        name = (old or new).name  # type: ignore[union-attr] # one of them is there
        if old is None or new is None:
            found.append(
                Difference(table, name, "", "没有" if old is None else "在表内", "没有" if new is None else "在表内")
            )
            continue
        for field, what in _COMPARED.items():
            was, is_now = getattr(old, field), getattr(new, field)
            if was != is_now:
                found.append(Difference(table, name, what, _said(was), _said(is_now)))
    return found


def _said(value: int | Decimal) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _row_as_json(row: Row) -> dict[str, Any]:
    counts = {name: getattr(row, name) for name in COUNTS}
    return {"key": row.key, "name": row.name, **counts, "points": row.words, "rank": row.rank, "before": row.before}


def _row_of_json(kept: Mapping[str, Any]) -> Row:
    return Row(**{**kept, "points": Decimal(kept["points"])})
