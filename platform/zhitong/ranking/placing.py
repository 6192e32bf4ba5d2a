"""Who stands before whom: by points, then by what the rules say of ties; who misses one of their needs has no place.

All of it is read from the ledger, for any period, so a place can be looked up line by line like the points.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Count, QuerySet, Sum

from zhitong.exchange.models import EventKind
from zhitong.ranking.models import LedgerEntry, RuleSet, SubjectKind
from zhitong.ranking.periods import Kind, Period
from zhitong.ranking.scoring import RuleSet as Rules


@dataclass(frozen=True, slots=True)
class Earned:
    """What a unit has to be placed by: its points, what tells equal points apart, whether it is ranked at all."""

    points: Decimal
    untied: tuple[Decimal, ...]
    is_ranked: bool


NOTHING = Decimal(0)


class Placed(Protocol):
    """Whoever can be placed."""

    points: Decimal
    untied: Any
    is_ranked: bool
    rank: int


class Grouped(Placed, Protocol):
    """Whoever is placed inside a group of kind and level."""

    @property
    def group(self) -> tuple[str, str]:
        """Kind and level of the unit."""


def earned(
    rule_set: RuleSet,
    rules: Rules | None,
    when: Period,
    units: Collection[int] | None = None,
    kind: SubjectKind = SubjectKind.UNIT,
) -> defaultdict[Any, Earned]:
    """Return what the ledger has for each unit (by key), person or group (by uuid) in a period; others earned nothing.

    A need is one of the year: it decides who is ranked in the year, not in a part of it.

    Args:
        rule_set: whose ledger.
        rules: the rules that rank: the last in force in the period; None before the first.
        when: the days whose lines count.
        units: only these (by key), and their persons and groups; all without.
        kind: who is placed.
    """
    who = "unit" if kind == SubjectKind.UNIT else "subject_uuid"
    lines = LedgerEntry.objects.filter(
        version__rule_set=rule_set, subject_kind=kind, counted_on__range=(when.first, when.last)
    )
    lines = lines.filter(year__range=(when.first.year, when.last.year))
    if units is not None:
        lines = lines.filter(unit__pk__among=units)
    needs = {need.key for need in rules.needs} if rules and when.kind == Kind.YEAR else set()
    columns = [_untied(lines, name, who) for name in (rules.ties.by if rules else ())]
    met = _met(lines, needs, who)
    found = defaultdict(lambda: Earned(NOTHING, tuple(NOTHING for _ in columns), not needs))
    points = dict(lines.filter(counted=True).values_list(who).annotate(total=Sum("points")))
    for key in {*points, *met, *(key for column in columns for key in column)}:
        untied = tuple(column.get(key, NOTHING) for column in columns)
        found[key] = Earned(points.get(key, NOTHING), untied, not needs - met[key])
    return found


def rank(rows: Iterable[Grouped]) -> None:
    """Give every row of one period its rank inside its group of kind and level; 0 to whoever is not ranked.

    Equal points, where nothing tells them apart, share a rank (DOMAIN §6).
    """
    groups: defaultdict[tuple[str, str], list[Placed]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    for group in groups.values():
        place(group)


def place(rows: Iterable[Placed]) -> None:
    """Give every row its rank among these; 0 to whoever is not ranked."""
    before: Placed | None = None
    ranked = []
    for row in rows:
        row.rank = 0
        if row.is_ranked:
            ranked.append(row)
    for at, row in enumerate(sorted(ranked, key=_key), start=1):
        row.rank = before.rank if before and _key(before) == _key(row) else at
        before = row


def _key(row: Placed) -> tuple[Decimal, ...]:
    return tuple(-Decimal(value) for value in (row.points, *row.untied))


def _untied(lines: QuerySet[LedgerEntry], name: str, who: str) -> dict[Any, Decimal]:
    """What tells equal points apart: the adoptions that stand, or the points of one rule or table of rules."""
    if name == "adoptions":
        adopted = lines.filter(event__kind=EventKind.ADOPTED, event__reverses=None, event__reversed_by=None)
        counts = adopted.values_list(who).annotate(number=Count("event", distinct=True))
        return {key: Decimal(number) for key, number in counts}
    of_rule = lines.filter(counted=True, key=name) | lines.filter(counted=True, key__startswith=f"{name}.")
    return dict(of_rule.values_list(who).annotate(total=Sum("points")))


def _met(lines: QuerySet[LedgerEntry], needs: set[str], who: str) -> defaultdict[Any, set[str]]:
    found: defaultdict[Any, set[str]] = defaultdict(set)
    if needs:
        for subject, key in lines.filter(counted=True, key__in=needs).values_list(who, "key").distinct():
            found[subject].add(key)
    return found
