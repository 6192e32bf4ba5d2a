"""Ledger lines in the making: priced, then kept, dropped or trimmed by the clauses, then frozen."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhitong.ranking.scoring.conditions import Facts, Holder, Verdict, narrow
from zhitong.ranking.scoring.events import LEVELS
from zhitong.ranking.scoring.numbers import exact_decimal
from zhitong.ranking.scoring.periods import period_of
from zhitong.ranking.scoring.rules import Clause, Entry, RuleRef, When


class Source:
    """Where a line comes from: one rule and the facts of one shape of event. Its identity serves as a key."""

    __slots__ = ("facts", "kind", "level", "ref")

    def __init__(self, ref: RuleRef, facts: Facts) -> None:
        self.ref = ref
        self.facts = {**facts, "table": frozenset([ref.key, ref.key.partition(".")[0]])}
        self.kind = next(iter(facts["kind"]), "")
        self.level = max((LEVELS.index(level) for level in facts["level"]), default=-1)


class Draft:
    """One line that clauses may still change. `event_ids` has one id, or all that a step counted."""

    __slots__ = (
        "arithmetic",
        "clause",
        "counted_on",
        "event_ids",
        "holder",
        "item",
        "matter",
        "points",
        "source",
    )

    def __init__(
        self,
        source: Source,
        holder: Holder,
        event_ids: tuple[str, ...],
        item: str,
        matter: str,
        points: Decimal,
        counted_on: date,
        arithmetic: str,
        clause: Clause | None = None,
    ) -> None:
        self.source = source
        self.holder = holder
        self.event_ids = event_ids
        self.item = item
        self.matter = matter
        self.points = points
        self.counted_on = counted_on
        self.arithmetic = arithmetic
        self.clause = clause

    def copy(self, points: Fraction, clause: Clause | None) -> "Draft":
        """The same line with other points, as a part that a clause takes out."""
        return Draft(
            self.source,
            self.holder,
            self.event_ids,
            self.item,
            self.matter,
            exact_decimal(points),
            self.counted_on,
            self.arithmetic,
            clause,
        )

    @property
    def order(self) -> tuple[date, tuple[str, ...], str]:
        """Earlier lines first, whatever order the events came in."""
        return (self.counted_on, self.event_ids, self.source.ref.key)

    def frozen(self) -> Entry:
        """The line for the ledger."""
        source = self.source
        return Entry(
            self.holder.subject,
            self.event_ids,
            source.kind,
            self.item,
            source.ref,
            self.points,
            self.clause is None,
            self.clause,
            self.counted_on,
            self.arithmetic,
        )


class Fits:
    """Whether a line fits a condition; what the source decides is decided once."""

    def __init__(self, when: When) -> None:
        self._when = when
        self._known: dict[Source, Verdict] = {}

    def __call__(self, draft: Draft) -> bool:
        source = draft.source
        check = self._known.get(source)
        if check is None:
            check = self._known[source] = narrow(self._when, source.facts)
        return check if isinstance(check, bool) else check(draft.holder)


def scope_of(within: str, year_from: int) -> Callable[[Draft], str]:
    """The name of the item, matter, event or period that a line belongs to."""
    if within == "item":
        return lambda draft: draft.item or draft.event_ids[0]
    if within == "matter":
        return lambda draft: draft.matter or draft.event_ids[0]
    if within == "event":
        return lambda draft: draft.event_ids[0]
    return lambda draft: period_of(within, draft.counted_on, year_from)[0]
