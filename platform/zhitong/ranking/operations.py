"""Writes over scores: rule sets, ledger, standings. Everything is replaced from events, nothing is incremented."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from zhitong.core import audit
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Event
from zhitong.people.models import PersonAccount
from zhitong.ranking.history import event_uuid, happenings, scoring_events
from zhitong.ranking.models import LedgerEntry, RuleSet, RuleSetVersion, Standing, SubjectKind
from zhitong.ranking.scoring import Entry, RulesError, read_rules, score
from zhitong.ranking.tally import Counts, tally
from zhitong.units.models import Unit

_LOCK = 7_105_002


@operation("ranking.configure")
def publish_rules(*, actor: Actor, owner: Unit, code: str, source: str, valid_from: date) -> RuleSetVersion:
    """Put a new version of a rule set into force from a day on; the version before ends the day before.

    Raises:
        InvalidInput: the source is no rule set (the message names the line), a version begins later already, the code
            is another unit's, or the actor's unit is not the owner.
    """
    try:
        rules = read_rules(source)
    except RulesError as error:
        raise InvalidInput(f"计分规则有误：{error}", fields={"source": [str(error)]}) from error
    if actor.unit_id not in {None, owner.pk}:
        raise InvalidInput("计分规则只能由所属单位发布。", fields={"owner": ["不是本单位"]})
    RuleSet.objects.bulk_create([RuleSet(code=code, name=rules.name, owner=owner)], ignore_conflicts=True)
    rule_set = RuleSet.objects.select_for_update().get(code=code)
    if rule_set.owner_id != owner.pk:
        raise InvalidInput("这个代号已由别的单位使用。", fields={"code": ["已被使用"]})
    last = rule_set.versions.order_by("-number").first()
    if last and last.valid_from >= valid_from:
        raise InvalidInput(
            f"第 {last.number} 版自 {last.valid_from} 起生效，新版须晚于它。", fields={"valid_from": ["过早"]}
        )
    if last:
        last.valid_to = valid_from
        last.save(update_fields=["valid_to"])
    version = RuleSetVersion.objects.create(
        rule_set=rule_set, number=(last.number if last else 0) + 1, source=source, valid_from=valid_from
    )
    audit.record(
        actor=actor, action="ranking.rules.published", object_kind="rule_set", object_id=code, version=version.number
    )
    return version


@dataclass(frozen=True, slots=True)
class Difference:
    """What a recomputation changed: lines that came (+1) and went (-1), by subject and rule."""

    sign: int
    subject: str
    rule: str
    points: Decimal
    arithmetic: str


@operation()
def recompute(*, actor: Actor, rule_set: RuleSet, year: int) -> list[Difference]:
    """Rebuild ledger and standings of one rule set and year from the events; return what changed.

    The replacement is atomic, and two at once wait for each other; a second run finds no difference.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, rule_set.pk])
    found = happenings(year)
    lines = _lines(rule_set, year, scoring_events(found))
    differences = _replace_ledger(rule_set, year, lines)
    _replace_standings(rule_set, year, tally(found, year), lines)
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


def _lines(rule_set: RuleSet, year: int, events: Sequence[Any]) -> list[LedgerEntry]:
    units = {str(uuid): pk for uuid, pk in Unit.objects.values_list("uuid", "pk")}
    homes = {str(uuid): pk for uuid, pk in PersonAccount.objects.order_by("-pk").values_list("person__uuid", "unit_id")}
    by_uuid = {
        str(uuid): pk
        for uuid, pk in Event.objects.filter(uuid__in={event_uuid(event.id) for event in events}).values_list(
            "uuid", "pk"
        )
    }
    lines: list[LedgerEntry] = []
    for version in rule_set.versions.order_by("number"):
        rules = replace(
            read_rules(version.source),
            code=rule_set.code,
            version=version.number,
            valid_from=version.valid_from,
            valid_to=version.valid_to and version.valid_to - timedelta(days=1),
        )
        lines += [
            _line(version, entry, units, homes, by_uuid)
            for entry in score(events, rules)
            if entry.counted_on.year == year and entry.subject_id
        ]
    return lines


def _line(
    version: RuleSetVersion, entry: Entry, units: dict[str, int], homes: dict[str, int], events: dict[str, int]
) -> LedgerEntry:
    is_unit = entry.subject_kind == SubjectKind.UNIT.value
    return LedgerEntry(
        version=version,
        subject_kind=entry.subject_kind,
        subject_uuid=entry.subject_id,
        unit_id=units[entry.subject_id] if is_unit else homes.get(entry.subject_id) or units[entry.subject.unit],
        item_uuid=entry.item or None,
        event_id=events[event_uuid(entry.event_ids[0])] if entry.event_ids else None,
        rule=f"{entry.rule.name}（{entry.rule.key}）"[:60],
        points=entry.points,
        counted=entry.counted,
        clause=entry.clause.words if entry.clause else "",
        arithmetic=entry.arithmetic,
        counted_on=entry.counted_on,
        year=entry.counted_on.year,
    )


_Identity = tuple[str, str, str, Decimal, bool, str, str, date, int | None, int]


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
        line.version_id,
    )


def _replace_ledger(rule_set: RuleSet, year: int, lines: list[LedgerEntry]) -> list[Difference]:
    before: dict[_Identity, int] = defaultdict(int)
    standing = LedgerEntry.objects.filter(version__rule_set=rule_set, year=year)
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
    rule_set: RuleSet, year: int, counts: dict[tuple[int, int], Counts], lines: list[LedgerEntry]
) -> None:
    points: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.counted and line.subject_kind == SubjectKind.UNIT:
            for month in (0, line.counted_on.month):
                points[line.unit_id, month] += line.points
    units = list(Unit.objects.all())
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
        _rank(fresh)
        if month > 1:
            before[month] = {row.unit_id: row.rank for row in rows if row.month == month - 1}
        for row in fresh:
            row.rank_before = before.get(month, {}).get(row.unit_id)
        rows += fresh
    Standing.objects.filter(rule_set=rule_set, year=year).delete()
    Standing.objects.bulk_create(rows, batch_size=2000)


def _rank(rows: list[Standing]) -> None:
    """Rank by points inside each group of kind and level; equal points share a rank (DOMAIN §6)."""
    groups: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for row in rows:
        groups[row.unit.kind, row.unit.level].append(row)
    for group in groups.values():
        group.sort(key=lambda row: -row.points)
        for place, row in enumerate(group, start=1):
            above = group[place - 2] if place > 1 else None
            row.rank = above.rank if above and above.points == row.points else place


def _ranks_before(rule_set: RuleSet, year: int) -> dict[int, dict[int, int]]:
    """Return the ranks that the year and its January are compared with: the year before, and its December."""
    found: dict[int, dict[int, int]] = {0: {}, 1: {}}
    for unit_id, month, rank in Standing.objects.filter(
        rule_set=rule_set, year=year - 1, month__in=(0, 12)
    ).values_list("unit_id", "month", "rank"):
        found[0 if month == 0 else 1][unit_id] = rank
    return found
