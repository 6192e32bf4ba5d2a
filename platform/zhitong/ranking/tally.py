"""Counting a year: how many items came in, were adopted, went up, were adopted above. Pure over `Happening`s."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractMonth, TruncDate

from zhitong.core.clock import SHANGHAI
from zhitong.exchange.models import Dispatch, EventKind, ItemFact, MergePart
from zhitong.ranking.history import Happening, happenings
from zhitong.units.models import LEVEL_ORDER, Level

Key = tuple[int, int]  # unit id, month (0: the year)


@dataclass
class Counts:
    """The counts of one unit in one period; every one is a number of items."""

    received: int = 0
    adopted: int = 0
    sent: int = 0
    higher_city: int = 0
    higher_province: int = 0
    higher_national: int = 0
    higher: int = 0
    instructions: int = 0

    def as_fields(self) -> dict[str, int]:
        """Return the counts by the names of the columns of `Standing`."""
        return asdict(self)


@dataclass
class _Sets:
    found: dict[tuple[Key, str], set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def add(self, unit_id: int, month: int, name: str, item: UUID) -> None:
        for period in (0, month):
            self.found[(unit_id, period), name].add(item)


def tally(found: Iterable[Happening], year: int) -> dict[Key, Counts]:
    """Return the counts of every unit for the year and each month. Reversed outcomes do not count."""
    counts: dict[Key, Counts] = defaultdict(Counts)
    for (key, name), items in _sets(found, year, ItemFact.objects.all(), Dispatch.objects.all()).found.items():
        setattr(counts[key], name, len(items))
    return counts


def items_behind(unit_id: int, year: int, month: int, what: str) -> set[UUID]:
    """Return the items of a unit behind one of its counts: the same sets that `tally` measures.

    Args:
        unit_id: whose count.
        year: the year of the standing.
        month: 1-12, or 0 for the whole year.
        what: a field of `Counts`.
    """
    sets = _sets(
        happenings(year, around=unit_id),
        year,
        ItemFact.objects.filter(unit_id=unit_id),
        Dispatch.objects.filter(sender_id=unit_id),
    )
    return sets.found.get(((unit_id, month), what), set())


def _sets(found: Iterable[Happening], year: int, facts: QuerySet[ItemFact], sendings: QuerySet[Dispatch]) -> _Sets:
    sets = _Sets()
    _came_in(sets, year, facts)
    _went_up(sets, year, sendings)
    for happening in found:
        event = happening.event
        if happening.undone or event.reverses_id or event.occurred_on.year != year:
            continue
        month = event.occurred_on.month
        if event.kind == EventKind.INSTRUCTION:
            for fact in happening.heads:
                sets.add(fact.unit_id, month, "instructions", fact.item_uuid)
        if event.kind == EventKind.ADOPTED:
            _adopted(sets, happening, month)
    return sets


def _adopted(sets: _Sets, happening: Happening, month: int) -> None:
    event = happening.event
    if event.body_id is None:  # a merged item stands for the reports it was made of
        own = [fact for fact in happening.facts if fact.unit_id == event.unit_id]
        sources = [fact for fact in own if happening.part_of(fact)]
        for fact in sources or own:
            sets.add(event.unit_id, month, "adopted", fact.item_uuid)
    for fact in happening.contributing:
        if LEVEL_ORDER.index(Level(event.level)) <= LEVEL_ORDER.index(Level(fact.unit.level)):
            continue
        sets.add(fact.unit_id, month, "higher", fact.item_uuid)
        column = f"higher_{event.level}"
        if column in Counts.__dataclass_fields__:
            sets.add(fact.unit_id, month, column, fact.item_uuid)


def _came_in(sets: _Sets, year: int, facts: QuerySet[ItemFact]) -> None:
    merged = MergePart.objects.filter(unit_id=OuterRef("unit_id"), item_uuid=OuterRef("item_uuid"))
    reports = facts.filter(~Exists(merged), submitted_on__year=year)  # a merged item came in as its sources
    rows: Any = reports.annotate(month=ExtractMonth("submitted_on"))
    for unit_id, item, month in rows.values_list("unit_id", "item_uuid", "month"):
        sets.add(unit_id, month, "received", item)


def _went_up(sets: _Sets, year: int, sendings: QuerySet[Dispatch]) -> None:
    rows: Any = (
        sendings.exclude(state=Dispatch.State.RECALLED)
        .annotate(day=TruncDate("sent_at", tzinfo=SHANGHAI))
        .filter(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))
        .values_list("sender_id", "item_uuid", "day")
    )
    for unit_id, item, day in rows:
        sets.add(unit_id, day.month, "sent", item)
