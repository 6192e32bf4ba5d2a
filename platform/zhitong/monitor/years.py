"""A part of one unit's items over a period, as figures, funnel and months: a member's own year, a circle's."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhitong.exchange.models import Event, ItemFact
from zhitong.monitor import parts
from zhitong.monitor.shares import Share
from zhitong.ranking import figures, words
from zhitong.ranking.periods import Period
from zhitong.ranking.words import COUNTS
from zhitong.web.parts import Cell, FunnelRow, KeyFigure, TableColumn, TableRow
from zhitong.web.templatetags.zt import zt_short

OWN_COUNTS: Mapping[str, str] = COUNTS | {"received": "报送"}
"""What a member or a circle sent in is what came in for the unit."""
COLUMNS = [TableColumn(label) for label in ("编号", "来稿日期", "类别", "结果")]


def year_of(share: Share, when: Period, base: str) -> dict[str, Any]:
    """Return figures, funnel and months of a part, each leading to its list; a constant number of queries.

    Args:
        share: of which unit, and which of its items.
        when: the period.
        base: the address of the list, to which what is counted and the period are added; it ends with `?` or `&`.
    """
    level = share.unit.level
    counts = figures.of_share(when, share.unit.pk, share.items)
    year = when.last.year
    months = figures.months_of_share(Period(date(year - 1, 1, 1), date(year, 12, 31)), share.unit.pk, share.items)
    shown = ["received", "adopted", *parts.levels_above(level), "instructions"]
    return {
        "figures": [
            KeyFigure(OWN_COUNTS[name], getattr(counts, name), "篇", f"{base}what={name}&{when.query}")
            for name in shown
        ],
        "funnel": [
            FunnelRow(
                OWN_COUNTS[step.what],
                step.value,
                step.share,
                f"{base}what={step.what}&{when.query}",
                step.of_previous,
            )
            for step in parts.steps(level, counts)
        ],
        "trend": parts.trend(year, [months], f"{base}what=received", "每月报送"),
        "list_url": f"{base}what=received&{when.query}",
        "years": sorted({year, *(one for one, _ in months)}, reverse=True),
    }


def item_row(fact: ItemFact, outcomes: list[Event], url: str) -> TableRow:
    """Return an item of such a list under `COLUMNS`: by its number, never by its title."""
    cells = [
        Cell(fact.number_label, url=url, look="t"),
        Cell(zt_short(fact.submitted_on)),
        Cell(fact.category or "未分类"),
        Cell("；".join(words.outcome(event) for event in outcomes) or "还没有结果"),
    ]
    return TableRow(cells, name=fact.number_label, url=url)
