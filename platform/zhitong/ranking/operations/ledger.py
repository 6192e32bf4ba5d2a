"""Counts, ledger and standings, replaced from the events: nothing is ever incremented."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet

from zhitong.core import audit, clock
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Dispatch, ItemFact
from zhitong.ranking import figures
from zhitong.ranking.counting import Counted, counted
from zhitong.ranking.history import happenings
from zhitong.ranking.models import CountedItem, LedgerEntry, Purpose, RuleSet, Standing
from zhitong.ranking.periods import Period
from zhitong.ranking.scored import Keys, events_for, rules_in_force, scope
from zhitong.ranking.scoring import score
from zhitong.units.models import Unit

_LEDGER, _COUNTS = 7_105_002, 7_105_003


@dataclass(frozen=True, slots=True)
class Difference:
    """What a recomputation changed: lines that came (+1) and went (-1), by subject and rule."""

    sign: int
    subject: str
    rule: str
    points: Decimal
    arithmetic: str


@operation()
def recount(*, actor: Actor, year: int) -> int:
    """Replace what counts in a year by what the events say; return how many rows came or went.

    Atomic, and two at once wait for each other; a second run finds no difference.
    """
    _lock(_COUNTS, year)
    found = counted(happenings(year), year, ItemFact.objects.all(), Dispatch.objects.all())
    return _replace_counted(found, CountedItem.objects.filter(on__range=_days(year)))


@operation()
def recompute(*, actor: Actor, rule_set: RuleSet, year: int, unit: Unit | None = None) -> list[Difference]:
    """Rebuild ledger and standings of one rule set and year from the events; return what changed.

    The replacement is atomic, and two at once wait for each other; a second run finds no difference. With `unit` only
    the lines of that unit and its persons and groups are replaced, and the standings of all. What counts is counted
    before (`recount`).
    """
    _lock(_LEDGER, rule_set.pk)
    lines = _lines(rule_set, year)
    differences = _replace_ledger(rule_set, year, lines, unit)
    _replace_standings(rule_set, year)
    if differences:
        audit.record(
            actor=actor,
            action="ranking.ledger.recomputed",
            object_kind="rule_set",
            object_id=rule_set.code,
            year=year,
            lines=len(lines),
            differences=len(differences),
        )
    return differences


def _lock(what: int, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [what, key])


def _days(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _replace_counted(found: set[Counted], standing: QuerySet[CountedItem]) -> int:
    """Bring the rows to what was found; rows that stay are not touched."""
    there = {
        Counted(unit, item, what, on): key
        for key, unit, item, what, on in standing.values_list("pk", "unit_id", "fact__item_uuid", "what", "on")
    }
    gone, new = [there[each] for each in there.keys() - found], found - there.keys()
    CountedItem.objects.filter(pk__in=gone).delete()
    facts = ItemFact.objects.filter(item_uuid__in={each.item_uuid for each in new})
    keys = {(unit, item): key for key, unit, item in facts.values_list("pk", "unit_id", "item_uuid")}
    rows = [
        CountedItem(fact_id=keys[each.unit_id, each.item_uuid], unit_id=each.unit_id, what=each.what, on=each.on)
        for each in new
    ]
    CountedItem.objects.bulk_create(rows, batch_size=5000)
    return len(gone) + len(new)


def _lines(rule_set: RuleSet, year: int) -> list[LedgerEntry]:
    """Every line of the year."""
    versions = list(rule_set.versions.order_by("number"))
    rules = [rules_in_force(version) for version in versions]
    events = events_for(rule_set, rules, year)
    names = Keys.of(events)
    within, today = scope(rule_set.owner), clock.today()
    return [
        names.line(version, entry)
        for version, each in zip(versions, rules, strict=True)
        for entry in score(events, each)
        # What a period decides is decided on its last day, and stands in the ledger from that day on.
        if entry.counted_on.year == year and (entry.counted_on <= today or entry.event_kind)
        if within is None or entry.subject.unit in within
    ]


_Identity = tuple[str, str, str, str, Decimal, bool, str, str, date, int | None, int | None, int]


def _identity(line: LedgerEntry) -> _Identity:
    return (
        str(line.subject_uuid),
        str(line.item_uuid),
        line.rule,
        line.key,
        Decimal(line.points),
        line.counted,
        line.clause,
        line.arithmetic,
        line.counted_on,
        line.event_id,
        line.manual_id,
        line.version_id,
    )


def _replace_ledger(
    rule_set: RuleSet, year: int, lines: list[LedgerEntry], unit: Unit | None = None
) -> list[Difference]:
    before: dict[_Identity, int] = defaultdict(int)
    standing = LedgerEntry.objects.filter(version__rule_set=rule_set, year=year)
    if unit is not None:
        standing = standing.filter(unit=unit)
        lines = [line for line in lines if line.unit_id == unit.pk]
    for line in standing:
        before[_identity(line)] += 1
    after: dict[_Identity, int] = defaultdict(int)
    for line in lines:
        after[_identity(line)] += 1
    differences = [
        Difference(1 if after[key] > before[key] else -1, key[0], key[2], key[4], key[7])
        for key in {*before, *after}
        for _ in range(abs(after[key] - before[key]))
    ]
    if differences:
        with transaction.atomic():
            standing.delete()
            LedgerEntry.objects.bulk_create(lines, batch_size=2000)
    return differences


def _replace_standings(rule_set: RuleSet, year: int) -> None:
    Standing.objects.filter(rule_set=rule_set, year=year).delete()
    if rule_set.purpose != Purpose.UNITS:
        return  # persons and groups have their ledger, and stand beside no unit
    kept = [Period.of_year(year), *(Period.of_month(year, month) for month in range(1, 13))]
    rows: list[Standing] = []
    before = _ranks_before(rule_set, year)
    for when in kept:
        fresh = figures.compute(rule_set, when)
        for row in fresh:
            row.rank_before = before[when.month].get(row.unit_id)
        before[when.month + 1 if when.month else 13] = {row.unit_id: row.rank for row in fresh}
        rows += fresh
    Standing.objects.bulk_create(rows, batch_size=2000)


def _ranks_before(rule_set: RuleSet, year: int) -> dict[int, dict[int, int]]:
    """Return the ranks that the year and its January are compared with: the year before, and its December."""
    found: dict[int, dict[int, int]] = {0: {}, 1: {}}
    for unit_id, month, rank in Standing.objects.filter(
        rule_set=rule_set, year=year - 1, month__in=(0, 12)
    ).values_list("unit_id", "month", "rank"):
        found[0 if month == 0 else 1][unit_id] = rank
    return found
