"""Ledger and standings of a rule set, replaced from the events: nothing is ever incremented."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet

from zhitong.core import audit, clock, outbox
from zhitong.core.operations import Actor, operation
from zhitong.ranking.models import LedgerEntry, RuleSet, SubjectKind
from zhitong.ranking.operations.standings import Recounted, renew_standings, replace_standings
from zhitong.ranking.scored import Chronicle, Keys, Matters, events_for, scope, versions_of
from zhitong.ranking.scoring import ScoringEvent, looks_at_several_subjects, score

_LOCK = 7_105_002
_ITEMS = 500  # of one message


@dataclass(frozen=True, slots=True)
class Difference:
    """What a recomputation changed: a line that came (+1) or went (-1), of whom, when, by which rule."""

    sign: int
    subject: str
    rule: str
    points: Decimal
    arithmetic: str
    unit_id: int
    counted_on: date


@operation()
def recompute(*, actor: Actor, rule_set: RuleSet, year: int, chronicle: Chronicle | None = None) -> list[Difference]:
    """Rebuild ledger and standings of one rule set and year from the events; return what changed.

    The replacement is atomic, and two at once wait for each other; a second run finds no difference. What counts is
    counted before (`recount`). Who computes several rule sets lets them share a `chronicle`.
    """
    _lock(rule_set)
    differences = _replace_year(rule_set, year, chronicle or Chronicle())
    replace_standings(rule_set, year)
    return _recorded(actor, rule_set, year, differences)


@operation()
def recompute_units(
    *, actor: Actor, rule_set: RuleSet, year: int, chronicle: Chronicle, counted: Collection[Recounted] = ()
) -> list[Difference]:
    """Rebuild what the units of a chronicle, their persons and groups have of a year, and the places of all.

    Rules that look at several subjects together make everybody's lines anew.

    Args:
        actor: who is recorded.
        rule_set: whose ledger.
        year: the calendar year.
        chronicle: of the units (by key) whose lines are replaced.
        counted: what counts otherwise than before.
    """
    if any(looks_at_several_subjects(rules) for _version, rules in versions_of(rule_set)):
        return recompute(actor=actor, rule_set=rule_set, year=year)
    _lock(rule_set)
    differences = _replace_year(rule_set, year, chronicle)
    return _renewed(actor, rule_set, year, differences, counted)


@operation()
def recompute_matters(
    *, actor: Actor, rule_set: RuleSet, year: int, matters: Matters, counted: Collection[Recounted] = ()
) -> list[Difference]:
    """Rebuild what some matters earn in a year, and the places of all: for rules that look at no other matter for it.

    Arguments as above.
    """
    _lock(rule_set)
    standing = LedgerEntry.objects.filter(version__rule_set=rule_set, year=year, event__in=matters.keys.values())
    differences = _replace(standing, _lines(rule_set, year, matters.events, matters.keys))
    return _renewed(actor, rule_set, year, differences, counted)


def _renewed(
    actor: Actor,
    rule_set: RuleSet,
    year: int,
    differences: list[Difference],
    counted: Collection[Recounted],
) -> list[Difference]:
    renew_standings(rule_set, year, {(each.unit_id, each.counted_on.month) for each in differences}, counted)
    return _recorded(actor, rule_set, year, differences)


def _lock(rule_set: RuleSet) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, rule_set.pk])


def _recorded(actor: Actor, rule_set: RuleSet, year: int, differences: list[Difference]) -> list[Difference]:
    if differences:
        audit.record(
            actor=actor,
            action="ranking.ledger.recomputed",
            object_kind="rule_set",
            object_id=rule_set.code,
            year=year,
            differences=len(differences),
        )
    return differences


def _lines(
    rule_set: RuleSet,
    year: int,
    events: Sequence[ScoringEvent],
    happened: dict[str, int],
    units: Collection[int] | None = None,
) -> list[LedgerEntry]:
    """The lines of the year that the events earn; with `units` (keys) only theirs."""
    names = Keys.of(events, happened)
    within, today = scope(rule_set.owner), clock.today()
    if units is not None:
        only = {uuid for uuid, key in names.units.items() if key in units}
        within = only if within is None else within & only
    return [
        names.line(version, entry)
        for version, rules in versions_of(rule_set)
        for entry in score(events, rules)
        # What a period decides is decided on its last day, and stands in the ledger from that day on.
        if entry.counted_on.year == year and (entry.counted_on <= today or entry.event_kind)
        if within is None or entry.subject.unit in within
    ]


_Identity = tuple[str, str, str, str, Decimal, bool, str, str, date, int | None, int | None, int, int]


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
        line.unit_id,
    )


def _replace_year(rule_set: RuleSet, year: int, chronicle: Chronicle) -> list[Difference]:
    """Bring the lines of a year, of all or of the chronicle's units, to what the events earn."""
    rules = [rules for _version, rules in versions_of(rule_set)]
    events = events_for(rule_set, rules, year, chronicle=chronicle)
    standing = LedgerEntry.objects.filter(version__rule_set=rule_set, year=year)
    if chronicle.units is not None:
        standing = standing.filter(unit__in=chronicle.units)
    return _replace(standing, _lines(rule_set, year, events, chronicle.keys, chronicle.units))


def _replace(standing: QuerySet[LedgerEntry], lines: Iterable[LedgerEntry]) -> list[Difference]:
    """Bring what stands to these lines; lines that stay are not touched."""
    there: defaultdict[_Identity, list[LedgerEntry]] = defaultdict(list)
    for line in standing:
        there[_identity(line)].append(line)
    new = [line for line in lines if not _taken(there[_identity(line)])]
    gone = [line for left in there.values() for line in left]
    if gone or new:
        with transaction.atomic():
            LedgerEntry.objects.filter(pk__in=[line.pk for line in gone]).delete()
            LedgerEntry.objects.bulk_create(new, batch_size=2000)
        _tell_of_points([*gone, *new])
    return [_difference(-1, line) for line in gone] + [_difference(1, line) for line in new]


def _tell_of_points(changed: Sequence[LedgerEntry]) -> None:
    """Tell each unit which of its items earn something else, for whoever keeps their points."""
    items: defaultdict[int, set[str]] = defaultdict(set)
    for line in changed:
        if line.subject_kind == SubjectKind.UNIT and line.item_uuid:
            items[line.unit_id].add(str(line.item_uuid))
    for unit_id, found in items.items():
        listed = sorted(found)
        for at in range(0, len(listed), _ITEMS):
            message = {"items": listed[at : at + _ITEMS]}
            outbox.publish("ranking.points.changed", message, unit_id=unit_id)


def _taken(there: list[LedgerEntry]) -> bool:
    """Take one of the equal lines that are there already; say whether there was one."""
    if not there:
        return False
    there.pop()
    return True


def _difference(sign: int, line: LedgerEntry) -> Difference:
    return Difference(
        sign,
        str(line.subject_uuid),
        line.rule,
        Decimal(line.points),
        line.arithmetic,
        line.unit_id,
        line.counted_on,
    )
