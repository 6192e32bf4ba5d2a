"""The one place of numbers: how many items count as what in a period, of whom, and which items these are.

A count is a number of different items in a period: one that was adopted in two months counts once in the year and once
in each month. An item counts for the unit it belongs to, so over several units the sums of each are added up.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, Exists, F, Func, Max, OuterRef, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Cast, Concat, TruncMonth

from zhitong.core import clock
from zhitong.exchange.models import ItemFact
from zhitong.ranking.counting import WHAT, Counts
from zhitong.ranking.models import CountedItem, LedgerEntry, RuleSet, Standing, SubjectKind
from zhitong.ranking.periods import Period
from zhitong.ranking.placing import earned, rank
from zhitong.ranking.scored import scope, versions_of
from zhitong.ranking.scoring import RuleSet as Rules
from zhitong.units.models import Unit

M = TypeVar("M", CountedItem, ItemFact, LedgerEntry, Standing)
Units = Collection[int] | QuerySet[Unit] | None
"""The units whose items are counted, by key; None for all."""


class Dimension(StrEnum):
    """By what counts can be taken apart."""

    CATEGORY = "category"
    SOURCE = "source"
    SUBMITTER_KIND = "submitter_kind"
    GROUP = "group_name"
    URGENCY = "urgency"
    MONTH = "month"


def rows(when: Period, units: Units = None) -> QuerySet[CountedItem]:
    """Return everything that counts in a period."""
    return _within(CountedItem.objects.filter(on__range=(when.first, when.last)), units)


def counts(when: Period, units: Units = None, what: Collection[str] = WHAT) -> defaultdict[int, Counts]:
    """Return the counts of each unit in a period, or only those named by `what`; whoever is not in it has none."""
    found = rows(when, units)
    return _by(found if what == WHAT else found.filter(what__in=what), F("unit_id"))


def total(when: Period, units: Units = None) -> Counts:
    """Return the counts of all these units together."""
    return sum_of(counts(when, units).values())


def sum_of(found: Collection[Counts]) -> Counts:
    """Add counts up, field by field."""
    return Counts(**{what: sum(getattr(each, what) for each in found) for what in WHAT})


def facts(when: Period, what: str, units: Units = None) -> QuerySet[ItemFact]:
    """Return the items behind a count, each once, in no order."""
    behind = rows(when, units).filter(what=what, fact=OuterRef("pk"))
    return _within(ItemFact.objects.filter(Exists(behind)), units)


def breakdown(when: Period, units: Units, by: Dimension) -> defaultdict[str, Counts]:
    """Return the counts by category, source and so on, as stored (`""`: nothing said); months as `2026-03`.

    An item belongs to one category, so these add up to the total; months do not where an item counts in two.
    """
    if by == Dimension.MONTH:
        months = _by(rows(when, units), TruncMonth("on"))
        return defaultdict(Counts, {f"{month:%Y-%m}": each for month, each in sorted(months.items())})
    return _by(rows(when, units), F(f"fact__{by.value}"))


def by_person(when: Period, units: Units) -> defaultdict[UUID, Counts]:
    """Return the counts of each author in these units; a report of three authors counts for each."""
    return _by_author(rows(when, units))


def by_group(when: Period, units: Units) -> defaultdict[str, Counts]:
    """Return the counts of each group (界别、专委会) in these units, named as rules do: unit's uuid, `:`, name."""
    named = rows(when, units).exclude(fact__group_name="")
    key = Concat(Cast("unit__uuid", TextField()), Value(":"), F("fact__group_name"), output_field=TextField())
    return _by(named, key)


def of_share(when: Period, unit_id: int, share: Q) -> Counts:
    """Return the counts of a part of one unit's items; `share` is a condition on the item (`ItemFact`)."""
    return _by(_of_share(when, unit_id, share), F("unit_id"))[unit_id]


def by_person_of_share(when: Period, unit_id: int, share: Q) -> defaultdict[UUID, Counts]:
    """Return the counts of each author of a part of one unit's items (`of_share`)."""
    return _by_author(_of_share(when, unit_id, share))


def months_of_share(when: Period, unit_id: int, share: Q) -> dict[tuple[int, int], int]:
    """Return how many of a part of one unit's items came in, by year and month."""
    months = _by(_of_share(when, unit_id, share), TruncMonth("on"))
    return {(month.year, month.month): each.received for month, each in months.items()}


def _by_author(found: QuerySet[CountedItem]) -> defaultdict[UUID, Counts]:
    signed = Func(F("fact__authors"), function="jsonb_array_elements")
    person = Func(signed, Value("person"), function="jsonb_extract_path_text", output_field=TextField())
    return defaultdict(Counts, {UUID(key): each for key, each in _by(found, person).items() if key})


def _of_share(when: Period, unit_id: int, share: Q) -> QuerySet[CountedItem]:
    return rows(when, [unit_id]).filter(fact__in=ItemFact.objects.filter(share, unit=unit_id))


def points(rule_set: RuleSet, when: Period, kind: SubjectKind, units: Units = None) -> defaultdict[UUID, Decimal]:
    """Return the points of each subject (unit, person or group, by its uuid) in a period, from the ledger."""
    lines = LedgerEntry.objects.filter(
        version__rule_set=rule_set,
        subject_kind=kind,
        counted=True,
        counted_on__range=(when.first, when.last),
        year__range=(when.first.year, when.last.year),
    )
    sums = _within(lines, units).values_list("subject_uuid").annotate(total=Sum("points"))
    return defaultdict(Decimal, dict(sums))


def standings(rule_set: RuleSet, when: Period, units: Units = None) -> list[Standing]:
    """Return the ranking of a period: equal ranks by adoptions (DOMAIN §6), who has none (0) last, group by group.

    Months and years are kept; of any other period the rows are made up here, from the same counts and lines. With
    `units` only their rows, placed among all. `as_of` of all of them is when the period was last found otherwise.
    """
    if when.is_stored:
        kept = Standing.objects.filter(rule_set=rule_set, year=when.year, month=when.month)
        found = list(_within(kept, units).select_related("unit"))
        as_of = kept.aggregate(last=Max("as_of"))["last"]
        for row in found:
            row.as_of = as_of
        return _ordered(found)
    ranked = compute(rule_set, when)
    before = {row.unit_id: row.rank for row in compute(rule_set, when.before)} if not when.name else {}
    for row in ranked:
        row.rank_before = before.get(row.unit_id)
    only = set(units.values_list("pk", flat=True)) if isinstance(units, QuerySet) else units
    return _ordered([row for row in ranked if only is None or row.unit_id in only])


def compute(rule_set: RuleSet, when: Period, units: Collection[int] | None = None) -> list[Standing]:
    """Make the rows of a period from counts and ledger, for all whom the set scores, or these of them; ranked."""
    within = scope(rule_set.owner)
    every: Any = Unit.objects.all() if units is None else Unit.objects.filter(pk__among=units)
    counted, has = counts(when, units), earned(rule_set, ranking_rules(rule_set, when.last), when, units)
    as_of = clock.now()
    fresh = [
        Standing(
            rule_set=rule_set,
            unit=unit,
            year=when.year,
            month=when.month,
            points=has[unit.pk].points,
            untied=list(has[unit.pk].untied),
            is_ranked=has[unit.pk].is_ranked,
            as_of=as_of,
            **counted[unit.pk].as_fields(),
        )
        for unit in every
        if within is None or str(unit.uuid) in within
    ]
    rank(fresh)
    return fresh


def ranking_rules(rule_set: RuleSet, day: date) -> Rules | None:
    """Return the rules that decide ties and needs on a day: the last version that has begun; None before the first."""
    begun = [rules for version, rules in versions_of(rule_set) if version.valid_from <= day]
    return begun[-1] if begun else None


def _within(found: QuerySet[M], units: Units) -> QuerySet[M]:
    if units is None:
        return found
    return found.filter(unit__in=units) if isinstance(units, QuerySet) else found.filter(unit__pk__among=units)


def _ordered(found: list[Standing]) -> list[Standing]:
    return sorted(found, key=lambda row: (row.rank == 0, row.rank, -row.adopted, row.unit.division_code, row.unit_id))


def _by(found: QuerySet[CountedItem], key: Any) -> defaultdict[Any, Counts]:
    counted: defaultdict[Any, Counts] = defaultdict(Counts)
    parts = found.annotate(key=key).values_list("key", "what").annotate(number=Count("fact", distinct=True))
    for part, what, number in parts.order_by():
        setattr(counted[part], what, number)
    return counted
