"""Persons and groups in a ranking: their counts beside what the ledger has for them, placed as the rules say."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from zhitong.people.models import Person, PersonAccount
from zhitong.ranking import figures
from zhitong.ranking.counting import Counts
from zhitong.ranking.models import LedgerEntry, RuleSet, SubjectKind
from zhitong.ranking.periods import Period
from zhitong.ranking.placing import NOTHING, Earned, earned, place
from zhitong.ranking.scored import group_uuid
from zhitong.units.models import Unit

_NEVER_AUTHORS = ("", "staff")


@dataclass(slots=True)
class Subject:
    """A person or group of a period: counts, points, place; `rank_before` is that of the period before."""

    uuid: UUID
    name: str
    counts: Counts
    of: str = ""
    points: Decimal = NOTHING
    untied: Sequence[Decimal] = field(default=())
    is_ranked: bool = True
    rank: int = 0
    rank_before: int | None = None


def persons(rules: RuleSet | None, when: Period, units: Collection[int] | None) -> list[Subject]:
    """Return everybody of the units who may write, wrote, or earned points: placed among each other.

    Without rules nobody has points or a place, and the order is by adoptions.
    """
    accounts = PersonAccount.objects.exclude(kind__in=_NEVER_AUTHORS)
    if units is not None:
        accounts = accounts.filter(unit__in=units)
    known = dict(accounts.values_list("person__uuid", "group_name").order_by("pk"))
    return _compared(rules, when, lambda days: _persons(rules, days, units, known))


def groups(rules: RuleSet | None, when: Period, unit: Unit) -> list[Subject]:
    """Return the groups of a unit that its people stand in, that reports came from, or that earned points."""
    names = PersonAccount.objects.filter(unit=unit).exclude(group_name="").values_list("group_name", flat=True)
    known = {group_uuid(f"{unit.uuid}:{name}"): name for name in names.distinct()}
    return _compared(rules, when, lambda days: _groups(rules, days, unit, known))


def _persons(
    rules: RuleSet | None, when: Period, units: Collection[int] | None, known: Mapping[UUID, str]
) -> list[Subject]:
    counted, has = figures.by_person(when, units), _earned(rules, when, units, SubjectKind.PERSON)
    everybody = {*known, *counted, *has}
    names = dict(Person.objects.filter(uuid__in=everybody).values_list("uuid", "name"))
    return [
        _subject(key, names[key], counted[key], has[key] if rules else None, known.get(key, ""))
        for key in everybody
        if key in names
    ]


def _groups(rules: RuleSet | None, when: Period, unit: Unit, known: Mapping[UUID, str]) -> list[Subject]:
    found = figures.by_group(when, [unit.pk])
    counted = {group_uuid(name): each for name, each in found.items()}
    has = _earned(rules, when, [unit.pk], SubjectKind.GROUP)
    names = {group_uuid(name): name.partition(":")[2] for name in found} | dict(known)
    paid = LedgerEntry.objects.filter(subject_kind=SubjectKind.GROUP, subject_uuid__in=set(has) - set(names))
    names |= dict(paid.values_list("subject_uuid", "subject_name"))
    return [_subject(key, name, counted.get(key, Counts()), has[key] if rules else None) for key, name in names.items()]


def _earned(rules: RuleSet | None, when: Period, units: Collection[int] | None, kind: SubjectKind) -> Any:
    return {} if rules is None else earned(rules, figures.ranking_rules(rules, when.last), when, units, kind)


def _subject(key: UUID, name: str, counts: Counts, has: Earned | None, of: str = "") -> Subject:
    if has is None:
        return Subject(key, name, counts, of, is_ranked=False)
    return Subject(key, name, counts, of, has.points, has.untied, has.is_ranked)


def _compared(rules: RuleSet | None, when: Period, of: Callable[[Period], list[Subject]]) -> list[Subject]:
    """Place the subjects, and say which place each had in the period before; a period with a name has none before."""
    found = of(when)
    place(found)
    if rules is not None and not when.name:
        before = of(when.before)
        place(before)
        ranks = {row.uuid: row.rank for row in before} if any(row.points for row in before) else {}
        for row in found:
            row.rank_before = ranks.get(row.uuid)
    return sorted(found, key=lambda row: (row.rank == 0, row.rank, -row.counts.adopted, -row.counts.received, row.name))
