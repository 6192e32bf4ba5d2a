"""Ledger and standings, replaced from the events: nothing is ever incremented."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from zhitong.core import audit, clock
from zhitong.core.operations import Actor, operation
from zhitong.ranking.history import happenings
from zhitong.ranking.models import LedgerEntry, Purpose, RuleSet, Standing, SubjectKind
from zhitong.ranking.placing import Earned, Order
from zhitong.ranking.scored import Keys, events_for, rules_in_force, scope
from zhitong.ranking.scoring import RuleSet as Rules
from zhitong.ranking.scoring import score
from zhitong.ranking.tally import Counts, tally
from zhitong.units.models import Unit

_LOCK = 7_105_002


@dataclass(frozen=True, slots=True)
class Difference:
    """What a recomputation changed: lines that came (+1) and went (-1), by subject and rule."""

    sign: int
    subject: str
    rule: str
    points: Decimal
    arithmetic: str


@operation()
def recompute(*, actor: Actor, rule_set: RuleSet, year: int, unit: Unit | None = None) -> list[Difference]:
    """Rebuild ledger and standings of one rule set and year from the events; return what changed.

    The replacement is atomic, and two at once wait for each other; a second run finds no difference. With `unit` only
    the lines of that unit and its persons and groups are replaced, and the standings of all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, rule_set.pk])
    found = happenings(year)
    earned, rules = _earned(rule_set, year)
    lines = [line for line, _ in earned]
    differences = _replace_ledger(rule_set, year, lines, unit)
    _replace_standings(rule_set, year, tally(found, year), lines, Order(rules, earned))
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


def _earned(rule_set: RuleSet, year: int) -> tuple[list[Earned], Rules | None]:
    """Every line of the year with the entry it says, and the rules that rank: the last of the year."""
    versions = list(rule_set.versions.order_by("number"))
    rules = [rules_in_force(version) for version in versions]
    events = events_for(rule_set, rules, year)
    names = Keys.of(events)
    within, today = scope(rule_set.owner), clock.today()
    earned = [
        (names.line(version, entry), entry)
        for version, each in zip(versions, rules, strict=True)
        for entry in score(events, each)
        # What a period decides is decided on its last day, and stands in the ledger from that day on.
        if entry.counted_on.year == year and (entry.counted_on <= today or entry.event_kind)
        if within is None or entry.subject.unit in within
    ]
    ranking = [each for each in rules if each.valid_from is None or each.valid_from.year <= year]
    return earned, ranking[-1] if ranking else None


_Identity = tuple[str, str, str, Decimal, bool, str, str, date, int | None, int | None, int]


def _identity(line: LedgerEntry) -> _Identity:
    return (
        str(line.subject_uuid),
        str(line.item_uuid),
        line.rule,
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
        Difference(1 if after[key] > before[key] else -1, key[0], key[2], key[3], key[6])
        for key in {*before, *after}
        for _ in range(abs(after[key] - before[key]))
    ]
    if differences:
        with transaction.atomic():
            standing.delete()
            LedgerEntry.objects.bulk_create(lines, batch_size=2000)
    return differences


def _replace_standings(
    rule_set: RuleSet, year: int, counts: dict[tuple[int, int], Counts], lines: list[LedgerEntry], order: Order
) -> None:
    points: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.counted and line.subject_kind == SubjectKind.UNIT:
            for month in (0, line.counted_on.month):
                points[line.unit_id, month] += line.points
    Standing.objects.filter(rule_set=rule_set, year=year).delete()
    if rule_set.purpose != Purpose.UNITS:
        return  # persons and groups have their ledger, and stand beside no unit
    within = scope(rule_set.owner)
    units = [unit for unit in Unit.objects.all() if within is None or str(unit.uuid) in within]
    moment = timezone.now()
    before = _ranks_before(rule_set, year)
    rows: list[Standing] = []
    for month in range(13):
        fresh = [
            Standing(
                rule_set=rule_set,
                unit=unit,
                year=year,
                month=month,
                points=points[unit.pk, month],
                as_of=moment,
                **counts.get((unit.pk, month), Counts()).as_fields(),
            )
            for unit in units
        ]
        order.rank(fresh, month)
        if month > 1:
            before[month] = {row.unit_id: row.rank for row in rows if row.month == month - 1}
        for row in fresh:
            row.rank_before = before.get(month, {}).get(row.unit_id)
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
