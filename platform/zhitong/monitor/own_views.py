"""A member's own year in their unit, and the items behind its figures."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.exchange.models import Event, ItemFact
from zhitong.monitor import parts, shares
from zhitong.ranking import figures, words
from zhitong.ranking import queries as ranking
from zhitong.ranking.periods import Period, read_period
from zhitong.ranking.views.common import plain
from zhitong.ranking.views.standings import parts_of_a_year
from zhitong.ranking.words import COUNTS
from zhitong.units.models import Unit
from zhitong.web import navigation
from zhitong.web.keyset import page_of
from zhitong.web.parts import Cell, FunnelRow, KeyFigure, SavedFilter, TableColumn, TableRow, empty
from zhitong.web.templatetags.zt import zt_short

# What a member sent in is what came in for the unit.
_OWN_COUNTS = COUNTS | {"received": "报送"}


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Return the reader's own year: what they sent in, what became of it, month by month."""
    actor, unit = _author(request)
    when = read_period(request.GET.dict())
    person = shares.own_person(actor, unit)
    choice = {"when": when, "parts": parts_of_a_year(), "years": range(when.last.year, when.last.year - 1, -1)}
    if person is None:
        box = empty("还没有您的信息", "提交第一篇信息以后，这里会有全年的数字和去向。", icon="chart-bar")
        return render(request, "monitor/mine.html", choice | {"box": box})
    share = shares.of_person(unit, person)
    counts = figures.of_share(when, unit.pk, share.items)
    year = when.last.year
    months = figures.months_of_share(Period(date(year - 1, 1, 1), date(year, 12, 31)), unit.pk, share.items)
    base = f"{reverse('monitor:mine_items')}?what="
    shown = ["received", "adopted", *parts.levels_above(unit.level), "instructions"]
    context = {
        "figures": [
            KeyFigure(_OWN_COUNTS[name], getattr(counts, name), "篇", f"{base}{name}&{when.query}") for name in shown
        ],
        "funnel": [
            FunnelRow(
                _OWN_COUNTS[step.what], step.value, step.share, f"{base}{step.what}&{when.query}", step.of_previous
            )
            for step in parts.steps(unit.level, counts)
        ],
        "trend": parts.trend(year, [months], f"{base}received", "每月报送"),
        "list_url": f"{base}received&{when.query}",
        "years": sorted({year, *(one for one, _ in months)}, reverse=True),
    }
    return render(request, "monitor/mine.html", choice | context)


@login_required
@require_safe
def mine_items(request: HttpRequest) -> HttpResponse:
    """Return the reader's own items behind one of these figures."""
    actor, unit = _author(request)
    what, when, facts = own_counted(actor, unit, request.GET)
    page = page_of(facts, ("-pk",), request.GET)
    outcomes = ranking.outcomes(page.items)
    base = reverse("monitor:mine_items")
    context = {
        "title": _OWN_COUNTS[what],
        "number": facts.count(),
        "when": when,
        "page": page,
        "columns": [TableColumn(label) for label in ("编号", "来稿日期", "类别", "结果")],
        "rows": [_row(fact, outcomes[fact.item_uuid]) for fact in page.items],
        "caption": f"我的{when.words}{_OWN_COUNTS[what]}",
        "filters": [
            SavedFilter(label, f"{base}?what={name}&{when.query}", current=name == what)
            for name, label in _OWN_COUNTS.items()
        ],
        "filters_label": "数的是什么",
        "export_kind": "monitor.mine",
        "empty_box": empty("没有这样的信息", f"{when.words}没有计入“{_OWN_COUNTS[what]}”的信息。"),
    }
    return render(request, "monitor/items.html", context)


def own_counted(actor: Actor, unit: Unit, asked: QueryDict) -> tuple[str, Period, QuerySet[ItemFact]]:
    """Return what is counted, when, and the reader's own items behind it; without order.

    Raises:
        NotFound: no such count or period, or nothing of the reader's is known.
    """
    person, what = shares.own_person(actor, unit), asked.get("what", "received")
    if person is None or what not in _OWN_COUNTS:
        raise NotFound
    when = read_period(plain(asked))
    return what, when, figures.facts(when, what, [unit.pk]).filter(shares.of_person(unit, person).items)


def _row(fact: ItemFact, outcomes: list[Event]) -> TableRow:
    url = reverse("desk:journey", args=[fact.item_uuid])
    cells = [
        Cell(fact.number_label, url=url, look="t"),
        Cell(zt_short(fact.submitted_on)),
        Cell(fact.category or "未分类"),
        Cell("；".join(words.outcome(event) for event in outcomes) or "还没有结果"),
    ]
    return TableRow(cells, name=fact.number_label, url=url)


def _author(request: HttpRequest) -> tuple[Actor, Unit]:
    actor: Actor = request.user.actor  # type: ignore[union-attr]
    actor.require("items.write")
    navigation.mark(request, "mine")
    return actor, request.tenant  # type: ignore[attr-defined]
