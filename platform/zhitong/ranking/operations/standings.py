"""Standings of months and years, replaced from counts and ledger."""

from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone

from zhitong.ranking import figures
from zhitong.ranking.counting import WHAT
from zhitong.ranking.models import Purpose, RuleSet, Standing
from zhitong.ranking.periods import Period
from zhitong.ranking.placing import rank

_DECEMBER = 12
_MADE_ANEW = ("points", "untied", "is_ranked", *WHAT)


def replace_standings(rule_set: RuleSet, year: int) -> None:
    """Make the rows of a year and its months anew, of all."""
    Standing.objects.filter(rule_set=rule_set, year=year).delete()
    if rule_set.purpose != Purpose.UNITS:
        return  # persons and groups have their ledger, and stand beside no unit
    rows: list[Standing] = []
    before = _ranks_before(rule_set, year)
    for when in _periods(year):
        fresh = figures.compute(rule_set, when)
        for row in fresh:
            row.rank_before = before[when.month].get(row.unit_id)
        if when.month:
            before[when.month + 1] = {row.unit_id: row.rank for row in fresh}
        rows += fresh
    Standing.objects.bulk_create(rows, batch_size=2000)


def renew_standings(rule_set: RuleSet, year: int, units: Collection[int], months: Collection[int]) -> None:
    """Make the rows of some units (keys) anew, in the year and some of its months, and the places of all there."""
    kept = Standing.objects.filter(rule_set=rule_set, year=year)
    if rule_set.purpose != Purpose.UNITS or not kept.exists():
        replace_standings(rule_set, year)
        return
    anew = {0, *months}
    rows: defaultdict[int, list[Standing]] = defaultdict(list)
    for row in kept.filter(month__in=anew | {month + 1 for month in months}).select_related("unit"):
        rows[row.month].append(row)
    moved: dict[int, Standing] = {}
    for when in _periods(year):
        if when.month in anew:
            was = {row.pk: row.rank for row in rows[when.month]}
            renewed = _renew(rows[when.month], figures.compute(rule_set, when, units))
            rank(rows[when.month])
            moved |= {row.pk: row for row in rows[when.month] if row.pk in renewed or row.rank != was[row.pk]}
        if when.month - 1 in anew and when.month > 1:
            before = {row.unit_id: row.rank for row in rows[when.month - 1]}
            for row in rows[when.month]:
                if row.rank_before != before.get(row.unit_id):
                    row.rank_before = before.get(row.unit_id)
                    moved[row.pk] = row
    Standing.objects.bulk_create(
        moved.values(),
        update_conflicts=True,
        unique_fields=["rule_set", "unit", "year", "month"],
        update_fields=["rank", "rank_before", *_MADE_ANEW],
    )
    kept.filter(month__in=anew).update(as_of=timezone.now())


def _periods(year: int) -> list[Period]:
    return [Period.of_year(year), *(Period.of_month(year, month) for month in range(1, _DECEMBER + 1))]


def _renew(rows: list[Standing], fresh: list[Standing]) -> set[int]:
    """Write what was made anew into the kept rows; return the keys of those in which something differs."""
    anew = {row.unit_id: row for row in fresh}
    changed = set()
    for row in rows:
        if (new := anew.get(row.unit_id)) is not None:
            values = {name: getattr(new, name) for name in _MADE_ANEW}
            if any(getattr(row, name) != value for name, value in values.items()):
                changed.add(row.pk)
                vars(row).update(values)
    return changed


def _ranks_before(rule_set: RuleSet, year: int) -> dict[int, dict[int, int]]:
    """Return the ranks that the year and its January are compared with: the year before, and its December."""
    found: dict[int, dict[int, int]] = {0: {}, 1: {}}
    last_year = Standing.objects.filter(rule_set=rule_set, year=year - 1, month__in=(0, _DECEMBER))
    for unit_id, month, place in last_year.values_list("unit_id", "month", "rank"):
        found[0 if month == 0 else 1][unit_id] = place
    return found
