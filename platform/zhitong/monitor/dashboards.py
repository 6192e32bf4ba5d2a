"""A dashboard as a whole: one scope, one group of the units in it, one period. The page and the wall show the same."""

from dataclasses import dataclass
from typing import Any

from zhitong.monitor import parts, queries
from zhitong.monitor.parts import Links
from zhitong.monitor.scopes import Group, Scope
from zhitong.ranking.models import RuleSet
from zhitong.ranking.periods import Period
from zhitong.units.models import Level, UnitKind
from zhitong.web.parts import empty

PICTURES = ("ranking", "funnel", "trend", "rates")
BARS, WALL_BARS = 24, 21
HOT, WALL_HOT = 6, 5
_SILENT, _LATE, _WALL_SILENT, _WALL_LATE = 12, 6, 8, 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: whose figures, which units beside each other, when, by which rules.

    `shows_points`: whether the owner of the rules lets the reader see points and places of others; else units stand
    in the order of what came in.
    """

    scope: Scope
    group: Group | None
    when: Period
    rules: RuleSet
    shows_points: bool

    @property
    def links(self) -> Links:
        """Where its figures lead."""
        return Links(self.scope, self.when, self.group.key if self.group else "")

    @property
    def head(self) -> frozenset[int]:
        """The units whose sum leads: the unit itself, or for the province the group."""
        return self.scope.head or (self.group.units if self.group else frozenset())

    @property
    def level(self) -> str:
        """The level of the units whose sum leads."""
        if self.scope.unit:
            return str(self.scope.unit.level)
        return self.group.level if self.group else Level.PROVINCE

    @property
    def of_whom(self) -> str:
        """Whose sum leads, in words."""
        if self.scope.unit:
            return str(self.scope.unit.short_name)
        return f"{self.group.size} 个{self.group.label}" if self.group else ""


def dashboard(asked: Asked, *, wall: bool = False) -> dict[str, Any]:
    """Return what a dashboard shows, by a constant number of queries over tables that grow with units."""
    scope, when, links = asked.scope, asked.when, asked.links
    below = asked.group.units if asked.group else frozenset()
    now = queries.rows_of(asked.rules, when, below | asked.head)
    this = queries.sums(row for row in now if row.unit_id in asked.head)
    last = queries.before(asked.rules, when, asked.head)
    rows = [row for row in now if row.unit_id in below]
    if not asked.shows_points:
        rows.sort(key=lambda row: -row.received)
    year = when.last.year
    months = queries.by_month(asked.rules, year, below | asked.head)
    silent = queries.silent(months, {key: scope.units[key] for key in below})
    late = queries.overdue(scope.units)
    waiting = scope.url("waiting")
    shown = rows[: WALL_BARS if wall else BARS]
    heads = [found for unit, found in months.received.items() if unit in asked.head]
    return {
        "asked": asked,
        "scope": scope,
        "group": asked.group,
        "ranking_title": f"{asked.group.label if asked.group else ''}{'得分排名' if asked.shows_points else '收稿'}",
        "rules": asked.rules,
        "latest": now[0] if now else None,
        "today": parts.today(links, queries.today(asked.head)),
        "figures": parts.key_figures(asked.level, links, this, last),
        "bars": parts.bars(shown, links, months.received, year, by_points=asked.shows_points),
        "more_bars": len(rows) - len(shown),
        "funnel": parts.funnel(asked.level, links, this),
        "trend": parts.trend(year, heads, links.month),
        "heat": parts.tiles(rows if _is_place(asked.group) else [], links),
        "silent": len(silent),
        "mini_silent": parts.silent_rows(silent[: _WALL_SILENT if wall else _SILENT], links),
        "late": sum(one.number for one in late),
        "late_receipts": sum(one.number for one in late if one.is_receipt),
        "late_answers": sum(one.number for one in late if not one.is_receipt),
        "mini_late": parts.overdue_rows(late[: _WALL_LATE if wall else _LATE], scope.units),
        "units_url": links.page(),
        "silent_url": links.page("silent"),
        "waiting_url": waiting,
        "head_url": links.head("received"),
        "adopted_url": links.page("adopted"),
        "wall_url": f"{scope.url('wall')}?{links.query}",
        "pictures": {name: f"{scope.url('picture', name)}?{links.query}" for name in PICTURES},
        "on_the_way": queries.on_the_way(scope.units).count(),
        "empty_box": empty("这个时段还没有数据", "有了稿件和采用结果，几秒内就会算出。", icon="chart-bar"),
        "wall": wall,
    }


def _is_place(group: Group | None) -> bool:
    """Whether the units of the group are places, which a reader looks for on a map and not in a ranking."""
    return group is not None and group.kind == UnitKind.COMMITTEE
