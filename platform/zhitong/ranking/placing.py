"""Who stands before whom: by points, then by what the rules say of ties; who misses one of their needs has no place.

All of it is read from the ledger, for any period, so a place can be looked up line by line like the points.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from zhitong.exchange.models import EventKind
from zhitong.ranking.models import LedgerEntry, RuleSet, Standing, SubjectKind
from zhitong.ranking.periods import Kind, Period
from zhitong.ranking.scoring import RuleSet as Rules


@dataclass(frozen=True, slots=True)
class Earned:
    """What a unit has to be placed by: its points, what tells equal points apart, whether it is ranked at all."""

    points: Decimal
    untied: tuple[Decimal, ...]
    is_ranked: bool


NOTHING = Decimal(0)


def earned(
    rule_set: RuleSet, rules: Rules | None, when: Period, units: Collection[int] | None = None
) -> defaultdict[int, Earned]:
    """Return what the ledger has for each unit in a period; whoever is not in it earned nothing.

    A need is one of the year: it decides who is ranked in the year, not in a part of it.

    Args:
        rule_set: whose ledger.
        rules: the rules that rank: the last in force in the period; None before the first.
        when: the days whose lines count.
        units: only these (by key); all without.
    """
    lines = LedgerEntry.objects.filter(
        version__rule_set=rule_set, subject_kind=SubjectKind.UNIT, counted_on__range=(when.first, when.last)
    )
    lines = lines.filter(year__range=(when.first.year, when.last.year))
    if units is not None:
        lines = lines.filter(unit__in=units)
    needs = {need.key for need in rules.needs} if rules and when.kind == Kind.YEAR else set()
    columns = [_untied(lines, name) for name in (rules.ties.by if rules else ())]
    met = _met(lines, needs)
    found = defaultdict(lambda: Earned(NOTHING, tuple(NOTHING for _ in columns), not needs))
    points = dict(lines.filter(counted=True).values_list("unit").annotate(total=Sum("points")))
    for unit in {*points, *met, *(unit for column in columns for unit in column)}:
        untied = tuple(column.get(unit, NOTHING) for column in columns)
        found[unit] = Earned(points.get(unit, NOTHING), untied, not needs - met[unit])
    return found


def rank(rows: Iterable[Standing]) -> None:
    """Give every row of one period its rank inside its group of kind and level; 0 to whoever is not ranked.

    Equal points, where nothing tells them apart, share a rank (DOMAIN §6).
    """
    groups: defaultdict[tuple[str, str], list[Standing]] = defaultdict(list)
    for row in rows:
        row.rank = 0
        if row.is_ranked:
            groups[row.unit.kind, row.unit.level].append(row)
    for group in groups.values():
        group.sort(key=_key)
        before: Standing | None = None
        for place, row in enumerate(group, start=1):
            row.rank = before.rank if before and _key(before) == _key(row) else place
            before = row


def _key(row: Standing) -> tuple[Decimal, ...]:
    return tuple(-Decimal(value) for value in (row.points, *row.untied))


def _untied(lines: QuerySet[LedgerEntry], name: str) -> dict[int, Decimal]:
    """What tells equal points apart: the adoptions that stand, or the points of one rule or table of rules."""
    if name == "adoptions":
        adopted = lines.filter(event__kind=EventKind.ADOPTED, event__reverses=None, event__reversed_by=None)
        counts = adopted.values_list("unit").annotate(number=Count("event", distinct=True))
        return {unit: Decimal(number) for unit, number in counts}
    of_rule = lines.filter(counted=True, key=name) | lines.filter(counted=True, key__startswith=f"{name}.")
    return dict(of_rule.values_list("unit").annotate(total=Sum("points")))


def _met(lines: QuerySet[LedgerEntry], needs: set[str]) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    if needs:
        for unit, key in lines.filter(counted=True, key__in=needs).values_list("unit", "key").distinct():
            found[unit].add(key)
    return found
