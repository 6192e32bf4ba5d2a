"""The province at a glance, and the table of units behind every figure of it. Public rows only, no item of any unit."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.monitor import queries
from zhitong.monitor.queries import Group, Totals
from zhitong.ranking import queries as ranking
from zhitong.ranking.models import RuleSet, Standing
from zhitong.ranking.periods import Period, read_period
from zhitong.ranking.views import as_of, no_rules, period_choice
from zhitong.ranking.words import COUNTS, rank_change
from zhitong.units.models import LEVEL_ORDER, Level
from zhitong.web import navigation
from zhitong.web.parts import BarRow, Change, FunnelRow, HeatGroup, HeatTile, KeyFigure, MiniRow, empty

_AGAINST = "比上年同期"
_SILENT_SHOWN = 12
_CITIES = "committee-city"


@login_required
@require_safe
def province(request: HttpRequest) -> HttpResponse:
    """Key figures, rankings, funnel, trend, adoption rates and silent units of one group and period."""
    request.user.actor.require("monitor.province")  # type: ignore[union-attr]
    rules = ranking.network_rules()
    if rules is None:
        return render(request, "monitor/empty.html", {"box": no_rules()})
    when = read_period(request.GET.dict())
    groups = queries.groups()
    group = _group(groups, request.GET.get("group"))
    now, then = queries.rows_by_group(rules, when), queries.rows_by_group(rules, when.year_before)
    rows = now.get(group.key, [])
    this, last = queries.totals(rows), queries.totals(then.get(group.key, []))
    has_last = bool(then)
    silent = [row for row in rows if row.sent == 0]
    context = {
        "group": group,
        "groups": groups,
        "rules": rules,
        "before": when.before,
        "as_of": as_of(rows[0] if rows else None, when),
        "figures": _figures(group, when, this, last if has_last else None),
        "bars": _bars(rows, when),
        "funnel": _funnel(group, when, this),
        "trend": _trend(rules, when.year, group),
        "heat": _heat(now.get(_CITIES, []), when),
        "silent": len(silent),
        "mini": [_silent_row(row, when) for row in silent[:_SILENT_SHOWN]],
        "units_url": _units_url(group, when, "received"),
        "silent_url": _units_url(group, when, "sent"),
        "cities_url": f"{reverse('monitor:units')}?group={_CITIES}&what=adopted&{when.query}",
        "empty_box": empty("这个时段还没有数据", "有了稿件和采用结果，几秒内就会算出。", icon="chart-bar"),
        **period_choice(rules, when),
    }
    return render(request, "monitor/province.html", context)


@login_required
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """All units of a group with every count, ordered by one of them; the totals are the key figures."""
    request.user.actor.require("monitor.province")  # type: ignore[union-attr]
    navigation.mark(request, "province")
    rules = ranking.network_rules()
    if rules is None:
        return render(request, "monitor/empty.html", {"box": no_rules()})
    when = read_period(request.GET.dict())
    group = _group(queries.groups(), request.GET.get("group"))
    what = request.GET.get("what", "rank")
    if what not in COUNTS and what != "rank":
        raise NotFound
    rows = ranking.with_names(queries.rows_by_group(rules, when)[group.key], when)
    if what != "rank":
        rows.sort(key=lambda row: -getattr(row, what))
    context = {
        "group": group,
        "when": when,
        "rules": rules,
        "what": what,
        "counts": COUNTS,
        "rows": [
            (row, rank_change(row), [(name, label, getattr(row, name)) for name, label in COUNTS.items()])
            for row in rows
        ],
        "total": queries.totals(rows),
        "total_counts": [sum(getattr(row, name) for row in rows) for name in COUNTS],
        "as_of": as_of(rows[0] if rows else None, when),
    }
    return render(request, "monitor/units.html", context)


def _group(groups: list[Group], key: str | None) -> Group:
    found = next((group for group in groups if group.key == (key or _CITIES)), None)
    if found is None and key is None and groups:
        return groups[0]
    if found is None:
        raise NotFound
    return found


def _units_url(group: Group, when: Period, what: str) -> str:
    return f"{reverse('monitor:units')}?group={group.key}&what={what}&{when.query}"


def _figures(group: Group, when: Period, this: Totals, last: Totals | None) -> list[KeyFigure]:
    def figure(label: str, name: str, unit: str = "篇") -> KeyFigure:
        value = getattr(this.counts, name)
        change = _difference(value, getattr(last.counts, name), unit) if last else None
        against = _AGAINST if change else "上年没有数据"
        return KeyFigure(label, value, unit, _units_url(group, when, name), against, change)

    rate = _rate_figure(group, when, this, last)
    return [
        figure("收稿", "received"),
        rate,
        figure("报送", "sent"),
        figure("省级采用", "higher_province"),
        figure("全国采用", "higher_national"),
        figure("批示", "instructions"),
    ]


def _rate_figure(group: Group, when: Period, this: Totals, last: Totals | None) -> KeyFigure:
    before = last.rate if last else None
    change = None
    if this.rate is not None and before is not None:
        change = _difference(this.rate, before, "个百分点")
    against = _AGAINST if change else "上年没有数据"
    return KeyFigure("本级采用率", this.rate, "%", _units_url(group, when, "adopted"), against, change, "没有收稿")


def _difference(now: int | Decimal, before: int | Decimal, unit: str) -> Change:
    if now == before:
        return Change("持平")
    gap = abs(now - before)
    return Change(f"+{gap} {unit}", "up") if now > before else Change(f"−{gap} {unit}", "down")


def _bars(rows: list[Standing], when: Period) -> list[BarRow]:
    longest = max((row.points for row in rows), default=Decimal(0)) or Decimal(1)
    return [
        BarRow(
            label=_place(row),
            value=row.points,
            share=100 * row.points / longest,
            rank=row.rank or None,
            url=f"{reverse('ranking:ledger', args=[row.unit.uuid])}?{when.query}",
            value_url=f"{reverse('ranking:ledger', args=[row.unit.uuid])}?{when.query}",
            change=rank_change(row),
            second=row.received,
            second_url=f"{reverse('ranking:list', args=[row.unit.uuid])}?what=received&{when.query}",
            top=0 < row.rank <= 3,
        )
        for row in rows
    ]


def _funnel(group: Group, when: Period, this: Totals) -> list[FunnelRow]:
    """From what came in to the national level; levels not above the group's own are left out."""
    names = ["received", "adopted"]
    above = LEVEL_ORDER.index(Level(group.level))
    names += [
        f"higher_{level}" for level in ("city", "province", "national") if LEVEL_ORDER.index(Level(level)) > above
    ]
    first = getattr(this.counts, names[0])
    rows: list[FunnelRow] = []
    for name in names:
        value = getattr(this.counts, name)
        of_previous = queries.rate(value, rows[-1].value) if rows else None
        rows.append(
            FunnelRow(
                COUNTS[name],
                value,
                Decimal(100 * value) / first if first else 0,
                _units_url(group, when, name),
                f"{of_previous}%" if of_previous is not None else "",
            )
        )
    return rows


def _trend(rules: RuleSet, year: int, group: Group) -> dict[str, Any]:
    today = clock.today()
    shown = today.month if year == today.year else 12
    this, last = queries.by_month(rules, year, group), queries.by_month(rules, year - 1, group)
    series: list[dict[str, Any]] = [
        {"name": f"{year} 年", "values": [this[m] if m <= shown else None for m in range(1, 13)]}
    ]
    if last:
        series.append({"name": f"{year - 1} 年", "values": [last[m] for m in range(1, 13)], "past": True})
    marks = []
    if year == today.year:
        marks.append({"name": f"本月至 {today.day} 日", "at": shown - 1, "value": this[shown]})
    return {"labels": [f"{m} 月" for m in range(1, 13)], "series": series, "marks": marks}


def _heat(rows: list[Standing], when: Period) -> list[HeatGroup]:
    """Return a tile for each city; the five steps divide the span between the lowest and the highest rate."""
    rates = {row.pk: queries.rate(row.adopted, row.received) for row in rows}
    known = [rate for rate in rates.values() if rate is not None]
    low, span = (min(known), max(known) - min(known)) if known else (Decimal(0), Decimal(0))
    tiles = []
    for row in sorted(rows, key=lambda each: each.unit.division_code):
        rate = rates[row.pk]
        step = 1 + min(4, int(5 * (rate - low) / span)) if rate is not None and span else 1
        url = f"{reverse('ranking:list', args=[row.unit.uuid])}?what=adopted&{when.query}"
        tiles.append(HeatTile(_place(row), f"{rate:.0f}" if rate is not None else "—", step, url))
    return [HeatGroup("", tiles)] if tiles else []


def _silent_row(row: Standing, when: Period) -> MiniRow:
    url = f"{reverse('ranking:list', args=[row.unit.uuid])}?what=received&{when.query}"
    return MiniRow(row.unit.short_name, f"收稿 {row.received}" if row.received else "无收稿", url)


def _place(row: Standing) -> str:
    """Committees are called by their place where there is little room; units are never cut (LOOK rule 8)."""
    name: str = row.unit.short_name
    return name.removesuffix("政协").removesuffix("市") or name
