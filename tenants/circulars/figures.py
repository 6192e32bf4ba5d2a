"""The figures of a circular, taken from the standings: what the ranking pages show, table by table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from tenants.accounts.models import Group, GroupKind
from tenants.circulars.tables import COUNTS, Figures, Row, Table
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.monitor.scopes import groups
from zhitong.ranking.counting import Counts
from zhitong.ranking.figures import Dimension, breakdown, standings
from zhitong.ranking.models import Purpose, RuleSet, Sight, Standing
from zhitong.ranking.periods import Period
from zhitong.ranking.queries import network_rules, sight, versions_of, with_names
from zhitong.units.models import Unit
from zhitong.units.queries import units_below

# Circles whose figures a unit tells: its sectors, committees and branches.
_CIRCLES = {kind.value: kind.label for kind in GroupKind}


def rules_of(unit: Unit) -> RuleSet:
    """Return the set that ranks the units of a circular: the unit's own one for units, else that of the network.

    Raises:
        WrongState: there is none yet, or its owner does not let all names be read.
    """
    own = RuleSet.objects.filter(owner=unit, purpose=Purpose.UNITS, versions__isnull=False)
    found = own.select_related("owner").order_by("pk").first() or network_rules()
    if found is None:
        raise WrongState("还没有计分规则，不能生成通报。", who="省政协有“维护计分规则”权限的人员发布规则以后可以生成")
    if sight(found, unit) != Sight.NAMED:
        raise WrongState(
            "这套规则的名次不公开，不能据此生成通报。",
            rule=f"{found.owner.short_name}《{found.name}》",
            who="本单位可以发布自己的计分规则",
        )
    return found


def gather(unit: Unit, when: Period) -> tuple[Figures, datetime]:
    """Return the figures of a unit and of all below it in a period, and the moment they were computed.

    The unit must be in force: its circles are its own.

    Raises:
        WrongState: no rule set, or nothing was computed for the period.
    """
    rules = rules_of(unit)
    rows = with_names(standings(rules, when), when)
    own = next((row for row in rows if row.unit_id == unit.pk), None)
    if own is None:
        raise WrongState(f"{when.words}还没有算出的数字，不能生成通报。", who="有了稿件和采用结果，几秒内就会算出")
    below = set(units_below(unit).values_list("pk", flat=True))
    as_of = max(row.as_of for row in rows)
    found = Figures(
        unit=own.called,
        words=when.words,
        before=when.before.words,
        as_of=f"{as_of.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
        rules=_rule_words(rules, when),
        own=_row(own),
        tables=[*_tables(row for row in rows if row.unit_id in below), *_circles(unit, when)],
    )
    return found, as_of


def _tables(rows: Iterable[Standing]) -> list[Table]:
    units: list[Unit] = []
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        units.append(row.unit)
        found[f"{row.unit.kind}-{row.unit.level}"].append(_row(row))
    return [Table(group.key, group.label, found[group.key]) for group in groups(units)]


def _row(row: Standing) -> Row:
    counts = {name: getattr(row, name) for name in COUNTS}
    before = row.rank_before or None
    return Row(str(row.unit.uuid), row.called, **counts, points=row.points, rank=row.rank, before=before)


def _circles(unit: Unit, when: Period) -> list[Table]:
    """Return a table for each kind of circle (专委会, 界别, 支部) that wrote; the silent ones stand in it too."""
    counts = breakdown(when, [unit.pk], Dimension.GROUP)
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, name in Group.objects.order_by("kind", "name").values_list("kind", "name"):
        kinds[kind].append(name)
    tables = []
    for kind, names in kinds.items():
        rows = [_circle(name, counts) for name in names]
        if any(row.received or row.adopted for row in rows):
            ordered = sorted(rows, key=lambda row: (-row.adopted, -row.received, row.name))
            tables.append(Table(f"circle-{kind}", f"本单位{_CIRCLES[kind]}", ordered, is_ranked=False))
    return tables


def _circle(name: str, counts: Mapping[str, Counts]) -> Row:
    found = counts.get(name, Counts())
    return Row(name, name, **{each: getattr(found, each) for each in COUNTS}, points=Decimal(0))


def _rule_words(rules: RuleSet, when: Period) -> str:
    versions = [f"第 {one.number} 版（{one.valid_from:%Y-%m-%d} 起）" for one in versions_of(rules, when)]
    return f"{rules.owner.short_name}《{rules.name}》{'、'.join(versions)}"
