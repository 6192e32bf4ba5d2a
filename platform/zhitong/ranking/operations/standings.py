"""Standings of months and years, replaced from counts and ledger."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from zhitong.core import clock
from zhitong.ranking import figures
from zhitong.ranking.counting import WHAT
from zhitong.ranking.models import Purpose, RuleSet, Standing
from zhitong.ranking.periods import Period
from zhitong.ranking.placing import earned, rank
from zhitong.ranking.scored import scope
from zhitong.units.models import Unit

_DECEMBER = 12
_OF_LINES = ("points", "untied", "is_ranked")
Recounted = tuple[int, int, str]
"""A unit (key), a month, and what counts otherwise there than before: a field of `Counts`."""


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
    _tell_next_year(rule_set, year)


def renew_standings(
    rule_set: RuleSet, year: int, scored: Collection[tuple[int, int]], counted: Collection[Recounted]
) -> None:
    """Make anew what changed in the rows of a year and its months, and the places of all there.

    Whoever only moves has its place written and nothing else: one event moves hundreds.

    Args:
        rule_set: whose standings.
        year: the calendar year.
        scored: units (keys) and months in which lines of the ledger changed.
        counted: what counts otherwise than before.
    """
    changed_at = {*scored, *((unit, month) for unit, month, _what in counted)}
    units, months = {unit for unit, _month in changed_at}, {month for _unit, month in changed_at}
    if rule_set.purpose != Purpose.UNITS or not units:
        return
    kept = Standing.objects.filter(rule_set=rule_set, year=year)
    anew = {0, *months}
    rows: defaultdict[int, dict[int, Standing]] = defaultdict(dict)
    for row in kept.filter(month__in=anew, unit__pk__among=units):
        rows[row.month][row.unit_id] = row
    if any(rows[month].keys() < _scored(rule_set, units) for month in anew):
        replace_standings(rule_set, year)  # nothing of the year is there yet, or not of a unit that came to the network
        return
    changed: list[Standing] = []
    for when in _periods(year):
        if when.month in anew:
            changed += _renew(rule_set, when, rows[when.month], counted)
    if changed:
        fields = ["as_of", *_OF_LINES, *WHAT]
        Standing.objects.bulk_create(changed, update_conflicts=True, unique_fields=["pk"], update_fields=fields)
    if moved := _move(_places(kept.filter(month__in=anew | {month + 1 for month in months})), anew):
        _write_places(moved)
        _tell_next_year(rule_set, year)


def _renew(
    rule_set: RuleSet, when: Period, rows: dict[int, Standing], counted: Collection[Recounted]
) -> list[Standing]:
    """Bring kept rows of a period to ledger and counts; return those in which something differs."""
    has = earned(rule_set, figures.ranking_rules(rule_set, when.last), when, rows.keys())
    what = {what for _unit, _month, what in counted}
    counts = figures.counts(when, {unit for unit, *_ in counted}, what) if what else {}
    changed, moment = [], clock.now()
    for unit, row in rows.items():
        values = {name: getattr(has[unit], name) for name in _OF_LINES}
        values["untied"] = list(has[unit].untied)
        values |= {name: getattr(counts[unit], name) for name in what}
        if any(getattr(row, name) != value for name, value in values.items()):
            vars(row).update(values, as_of=moment)
            changed.append(row)
    return changed


def _scored(rule_set: RuleSet, units: Collection[int]) -> set[int]:
    """Those of the units that the set scores."""
    within = scope(rule_set.owner)
    known = Unit.objects.filter(pk__among=units)
    return set((known if within is None else known.filter(uuid__in=within)).values_list("pk", flat=True))


@dataclass(slots=True)
class _Place:
    """What of a kept row decides its place, and the place itself."""

    pk: int
    month: int
    unit_id: int
    group: tuple[str, str]
    points: Decimal
    untied: list[Decimal]
    is_ranked: bool
    rank: int
    rank_before: int | None


def _places(kept: QuerySet[Standing]) -> defaultdict[int, list[_Place]]:
    found: defaultdict[int, list[_Place]] = defaultdict(list)
    names = ("points", "untied", "is_ranked", "rank", "rank_before")
    for pk, month, unit, kind, level, *rest in kept.values_list(
        "pk", "month", "unit_id", "unit__kind", "unit__level", *names
    ):
        found[month].append(_Place(pk, month, unit, (kind, level), *rest))
    return found


def _move(places: defaultdict[int, list[_Place]], anew: set[int]) -> list[_Place]:
    """Place everybody in the year and these months, and say so in the months after; return whose place differs."""
    every = [place for each in places.values() for place in each]
    was = {place.pk: (place.rank, place.rank_before) for place in every}
    for month in sorted(anew):
        rank(places[month])
        before = {place.unit_id: place.rank for place in places[month]}
        for place in places[month + 1] if month else ():
            place.rank_before = before.get(place.unit_id)
    return [place for place in every if was[place.pk] != (place.rank, place.rank_before)]


_WRITE_PLACES = """
UPDATE public.ranking_standing s SET rank = new.rank, rank_before = new.rank_before, as_of = %s
  FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS new (id, rank, rank_before) WHERE s.id = new.id
"""


def _write_places(places: list[_Place]) -> None:
    columns = zip(*((place.pk, place.rank, place.rank_before) for place in places), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_PLACES, [clock.now(), *map(list, columns)])


_TELL_NEXT_YEAR = """
UPDATE public.ranking_standing s SET rank_before = this.rank FROM public.ranking_standing this
 WHERE s.rule_set_id = %s AND this.rule_set_id = s.rule_set_id AND this.unit_id = s.unit_id
   AND s.year = %s AND this.year = %s AND (s.month, this.month) IN ((0, 0), (1, 12))
   AND s.rank_before IS DISTINCT FROM this.rank
"""


def _tell_next_year(rule_set: RuleSet, year: int) -> None:
    """Write the ranks of a year and its December where the next year and its January are compared with them."""
    with connection.cursor() as cursor:
        cursor.execute(_TELL_NEXT_YEAR, [rule_set.pk, year + 1, year])


def _periods(year: int) -> list[Period]:
    return [Period.of_year(year), *(Period.of_month(year, month) for month in range(1, _DECEMBER + 1))]


def _ranks_before(rule_set: RuleSet, year: int) -> dict[int, dict[int, int]]:
    """Return the ranks that the year and its January are compared with: the year before, and its December."""
    found: dict[int, dict[int, int]] = {0: {}, 1: {}}
    last_year = Standing.objects.filter(rule_set=rule_set, year=year - 1, month__in=(0, _DECEMBER))
    for unit_id, month, place in last_year.values_list("unit_id", "month", "rank"):
        found[0 if month == 0 else 1][unit_id] = place
    return found
