"""Counting: which item counts as what, on which day. Every figure is a number of different items among these."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from zhitong.core.clock import SHANGHAI, start_of
from zhitong.exchange.models import Dispatch, EventKind, ItemFact, MergePart
from zhitong.ranking.history import Happening
from zhitong.units.models import LEVEL_ORDER, Level


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


WHAT = tuple(Counts.__dataclass_fields__)


def rate(part: int, whole: int, places: int = 2) -> Decimal | None:
    """Return a part for each hundred of the whole, with so many places; None of nothing."""
    return (Decimal(100 * part) / whole).quantize(Decimal(1).scaleb(-places)) if whole else None


@dataclass(frozen=True, slots=True)
class Counted:
    """One item of one unit counts as `what` (a field of `Counts`) on a day."""

    unit_id: int
    item_uuid: UUID
    what: str
    on: date


def counted(
    found: Iterable[Happening], year: int, facts: QuerySet[ItemFact], sendings: QuerySet[Dispatch]
) -> set[Counted]:
    """Return all that counts in a year. Reversed outcomes do not count.

    Args:
        found: what happened.
        year: only what counts in it.
        facts: the items that may have come in.
        sendings: the sendings that may have gone up.
    """
    all_of_them = {*_came_in(year, facts), *_went_up(year, sendings)}
    for happening in found:
        event = happening.event
        if happening.undone or event.reverses_id or event.occurred_on.year != year:
            continue
        if event.kind == EventKind.INSTRUCTION:
            all_of_them |= {_one(fact, "instructions", event.occurred_on) for fact in happening.heads}
        if event.kind == EventKind.ADOPTED:
            all_of_them.update(_adopted(happening))
    return all_of_them


def _adopted(happening: Happening) -> Iterator[Counted]:
    event = happening.event
    if event.body_id is None:  # a merged item stands for the reports it was made of
        own = [fact for fact in happening.facts if fact.unit_id == event.unit_id]
        sources = [fact for fact in own if happening.part_of(fact)]
        yield from (_one(fact, "adopted", event.occurred_on) for fact in sources or own)
    for fact in happening.contributing:
        if LEVEL_ORDER.index(Level(event.level)) <= LEVEL_ORDER.index(Level(fact.unit.level)):
            continue
        yield _one(fact, "higher", event.occurred_on)
        if (column := f"higher_{event.level}") in WHAT:
            yield _one(fact, column, event.occurred_on)


def _came_in(year: int, facts: QuerySet[ItemFact]) -> Iterator[Counted]:
    merged = MergePart.objects.filter(unit_id=OuterRef("unit_id"), item_uuid=OuterRef("item_uuid"))
    # A merged item came in as its sources.
    reports = facts.filter(~Exists(merged), submitted_on__range=(date(year, 1, 1), date(year, 12, 31)))
    for unit_id, item, day in reports.values_list("unit_id", "item_uuid", "submitted_on"):
        yield Counted(unit_id, item, "received", day)


def _went_up(year: int, sendings: QuerySet[Dispatch]) -> Iterator[Counted]:
    rows = (
        sendings.exclude(state=Dispatch.State.RECALLED)
        .filter(sent_at__gte=start_of(date(year, 1, 1)), sent_at__lt=start_of(date(year + 1, 1, 1)))
        .annotate(day=TruncDate("sent_at", tzinfo=SHANGHAI))
        .values_list("sender_id", "item_uuid", "day")
    )
    for unit_id, item, day in rows:
        yield Counted(unit_id, item, "sent", day)


def _one(fact: ItemFact, what: str, day: date) -> Counted:
    return Counted(fact.unit_id, fact.item_uuid, what, day)
