"""Figures of the province, from standings alone: their cost grows with units, never with items."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from zhitong.ranking.counting import WHAT, Counts
from zhitong.ranking.figures import standings
from zhitong.ranking.models import RuleSet, Standing
from zhitong.ranking.periods import Period
from zhitong.units.models import LEVEL_ORDER, Level, Unit, UnitKind

GroupKey = tuple[str, str]  # kind, level


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are ranked together."""

    kind: str
    level: str
    size: int

    @property
    def key(self) -> str:
        """The group in an address."""
        return f"{self.kind}-{self.level}"

    @property
    def label(self) -> str:
        """The group's name: 市级政协."""
        kind = "政协" if self.kind == UnitKind.COMMITTEE else UnitKind(self.kind).label
        return f"{Level(self.level).label}{kind}"


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the units of a group; an item counts once in its unit."""

    counts: Counts
    points: Decimal

    @property
    def rate(self) -> Decimal | None:
        """Own adoptions for 100 received; None when nothing came in."""
        return rate(self.counts.adopted, self.counts.received)


def rate(part: int, whole: int) -> Decimal | None:
    """Return a percentage with one place, None of nothing."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else None


def rows_by_group(rules: RuleSet, when: Period) -> defaultdict[str, list[Standing]]:
    """Return all rows of a period by group, ranked."""
    found: defaultdict[str, list[Standing]] = defaultdict(list)
    for row in standings(rules, when):
        found[f"{row.unit.kind}-{row.unit.level}"].append(row)
    return found


def groups() -> list[Group]:
    """Return the groups that units stand in: committees from the cities down, then parties and others."""
    sizes: dict[GroupKey, int] = defaultdict(int)
    for key in Unit.objects.values_list("kind", "level"):
        sizes[key] += 1
    kinds = UnitKind.values
    ordered = sorted(sizes, key=lambda key: (kinds.index(key[0]), _from_cities(key)))
    return [Group(kind, level, sizes[kind, level]) for kind, level in ordered]


def totals(rows: list[Standing]) -> Totals:
    """Add up a group."""
    sums = Counts(**{name: sum(getattr(row, name) for row in rows) for name in WHAT})
    return Totals(sums, sum((row.points for row in rows), Decimal(0)))


def by_month(rules: RuleSet, year: int, group: Group) -> dict[int, int]:
    """Return what came in month by month in a group; one query."""
    found: dict[int, int] = defaultdict(int)
    rows = Standing.objects.filter(
        rule_set=rules, year=year, month__gt=0, unit__kind=group.kind, unit__level=group.level
    )
    for month, received in rows.values_list("month", "received"):
        found[month] += received
    return found


def _from_cities(key: GroupKey) -> int:
    """Committees begin with the cities, whose ranking is looked at first; the province itself comes last."""
    height = len(LEVEL_ORDER) - LEVEL_ORDER.index(Level(key[1]))
    alone = key == (UnitKind.COMMITTEE, Level.PROVINCE)
    return height + (len(LEVEL_ORDER) if alone else 0)
