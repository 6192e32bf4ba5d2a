"""A part of one unit's items over a period, as figures, funnel and months: a member's own year, a circle's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from zhitong.core.tables import Value
from zhitong.exchange.models import Event, ItemFact
from zhitong.exports.registry import Rows, by_batches
from zhitong.monitor import parts
from zhitong.monitor.shares import Share
from zhitong.ranking import figures, words
from zhitong.ranking import queries as ranking
from zhitong.ranking.periods import Period
from zhitong.ranking.words import COUNTS
from zhitong.web.keyset import page_of
from zhitong.web.parts import Cell, FunnelRow, KeyFigure, SavedFilter, TableColumn, TableRow, empty
from zhitong.web.templatetags.zt import zt_short

OWN_COUNTS: Mapping[str, str] = COUNTS | {"received": "报送", "sent": "单位报送"}
"""What a member or a circle sent in is what came in for the unit; what the unit sent on of it has a name of its own."""
HEADS = ("编号", "来稿日期", "类别", "结果")
"""Of the list of such items, on its page and as a file."""
ORDER = ("-pk",)


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


def items_page(
    facts: QuerySet[ItemFact],
    asked: QueryDict,
    what: str,
    when: Period,
    *,
    whose: str,
    base: str,
    page_of_item: Callable[[ItemFact], str],
) -> dict[str, Any]:
    """Return what the page of the items behind a figure shows: by number, never by title.

    Args:
        facts: the items, without order.
        asked: the parameters of the address.
        what: what is counted.
        when: the period.
        whose: whose items they are, in words.
        base: the address of the list as in `year_of`.
        page_of_item: the page of an item; empty where the reader may not open it.
    """
    page, title = page_of(facts, ORDER, asked), OWN_COUNTS[what]
    outcomes = ranking.outcomes(page.items)
    return {
        "title": title,
        "number": facts.count(),
        "when": when,
        "page": page,
        "columns": [TableColumn(label) for label in HEADS],
        "rows": [_row(fact, outcomes[fact.item_uuid], page_of_item(fact)) for fact in page.items],
        "caption": f"{whose}{when.words}{title}",
        "filters": [
            SavedFilter(label, f"{base}what={name}&{when.query}", current=name == what)
            for name, label in OWN_COUNTS.items()
        ],
        "filters_label": "数的是什么",
        "empty_box": empty("没有这样的信息", f"{when.words}没有计入“{title}”的信息。"),
    }


def items_rows(facts: QuerySet[ItemFact]) -> Rows:
    """Return the same list under `HEADS` as rows of a file."""
    return facts.count(), by_batches(facts.order_by(*ORDER), _values)


def _row(fact: ItemFact, outcomes: list[Event], url: str) -> TableRow:
    cells = [
        Cell(fact.number_label, url=url, look="t"),
        Cell(zt_short(fact.submitted_on)),
        Cell(fact.category or "未分类"),
        Cell(words.outcomes(outcomes) or "还没有结果"),
    ]
    return TableRow(cells, name=fact.number_label, url=url)


def _values(some: Sequence[ItemFact]) -> Iterator[Sequence[Value]]:
    outcomes = ranking.outcomes(some)
    for fact in some:
        came_of_it = words.outcomes(outcomes[fact.item_uuid])
        yield fact.number_label, fact.submitted_on, fact.category or "未分类", came_of_it
