"""Dashboards of the province and of every unit, the wall, and the lists behind their figures. Public rows only."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhitong.core import clock, glossary
from zhitong.core.errors import NotFound
from zhitong.monitor import parts, queries, shares
from zhitong.monitor.dashboards import Asked, dashboard
from zhitong.monitor.files import FILES
from zhitong.monitor.scopes import Scope, scope_of
from zhitong.ranking import queries as ranking
from zhitong.ranking.models import RuleSet, Sight
from zhitong.ranking.views import as_of, no_rules, period_choice
from zhitong.ranking.views.common import asked_period, spans
from zhitong.ranking.words import COUNTS, rank_change
from zhitong.web import navigation
from zhitong.web.keyset import page_of
from zhitong.web.parts import Cell, SavedFilter, State, TableColumn, TableRow, empty
from zhitong.web.templatetags.zt import zt_due, zt_short

_ORDERS = {"rank", "silent", *COUNTS}
_WAITING = {"way": "在途", "late": "超期未签收", "answers": "超期未答复"}


@login_required
@require_safe
def province(request: HttpRequest) -> HttpResponse:
    """Return the whole province's dashboard."""
    return _dashboard(request, None)


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Return the dashboard of the reader's own unit."""
    return _dashboard(request, request.tenant.uuid)  # type: ignore[attr-defined]


@login_required
@require_safe
def unit(request: HttpRequest, unit_uuid: UUID) -> HttpResponse:
    """Return the dashboard of one unit that the reader may open."""
    return _dashboard(request, unit_uuid)


@login_required
@require_safe
def wall(request: HttpRequest, unit_uuid: UUID | None = None) -> HttpResponse:
    """Return the wall: the same figures to be read from afar, with nothing to press; its script asks for the part."""
    asked = _asked(request, _scope(request, unit_uuid))
    if asked is None:
        return render(request, "monitor/empty.html", {"box": no_rules(), "title": "大屏"})
    context = dashboard(asked, wall=True) | {"now": timezone.localtime(clock.now())}
    context["as_of"] = as_of(context["latest"], asked.when)
    part = request.headers.get("X-Zt-Part") == "wall"
    response = render(request, "monitor/wall_body.html" if part else "monitor/wall.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def units(request: HttpRequest, unit_uuid: UUID | None = None) -> HttpResponse:
    """Return all units of a group with every count, ordered by one of them; the totals are the key figures."""
    scope = _scope(request, unit_uuid)
    asked = _asked(request, scope)
    if asked is None:
        return render(request, "monitor/empty.html", {"box": no_rules(), "title": scope.title})
    what = request.GET.get("what", "rank")
    if what not in _ORDERS or asked.group is None:
        raise NotFound
    links, found = asked.links, queries.rows_of(asked.rules, asked.when, asked.group.units)
    rows = ranking.with_names(found, asked.when)
    silent = {one.unit.pk: one for one in queries.silent(asked.rules, {row.unit_id: row.unit for row in rows})}
    if what == "rank" and not asked.shows_points:
        what = "received"
    if what == "silent":
        rows = sorted((row for row in rows if row.unit_id in silent), key=lambda row: -silent[row.unit_id].months)
    elif what != "rank":
        rows.sort(key=lambda row: -getattr(row, what))
    totals = queries.sums(rows)
    context = {
        "scope": scope,
        "group": asked.group,
        "when": asked.when,
        "rules": asked.rules,
        "what": what,
        "counts": COUNTS,
        "shows_points": asked.shows_points,
        "rows": [
            (
                row,
                rank_change(row),
                [(label, getattr(row, name), links.items(row.unit, name)) for name, label in COUNTS.items()],
                links.dashboard(row.unit),
                links.ledger(row.unit),
                silent[row.unit_id].words if row.unit_id in silent else "",
            )
            for row in rows
        ],
        "points": sum((row.points for row in rows), Decimal(0)),
        "total_counts": [getattr(totals, name) for name in COUNTS],
        "back_url": f"{scope.url('')}?{links.query}",
        "as_of": as_of(found[0] if found else None, asked.when),
    }
    return render(request, "monitor/units.html", context)


@login_required
@require_safe
def waiting(request: HttpRequest, unit_uuid: UUID | None = None) -> HttpResponse:
    """Return what is on its way, or late: by number, never by title, as many as the dashboard says."""
    scope = _scope(request, unit_uuid)
    tab = request.GET.get("tab", "way")
    if tab not in _WAITING:
        raise NotFound
    # One late unit of the dashboard leads here: what it owes itself, without those below it.
    alone = "alone" in request.GET and scope.unit is not None
    rows: Any = _WAITING_ROWS[tab](scope.head if alone else scope.units)
    number = rows.count()
    page = page_of(rows, ("-pk",), request.GET)
    table = _assignments(page.items) if tab == "answers" else _sendings(page.items)
    base = f"{scope.url('waiting')}?{'alone=1&' if alone else ''}"
    context = {
        "scope": scope,
        "word": _WAITING[tab],
        "number": number,
        "page": page,
        "columns": [TableColumn(label) for label in _COLUMNS["answers" if tab == "answers" else "way"]],
        "rows": table,
        "caption": f"{scope.title}：{_WAITING[tab]}",
        "filters": [
            SavedFilter(label, f"{base}tab={name}", current=name == tab, late=name != "way")
            for name, label in _WAITING.items()
        ],
        "filters_label": "看哪些",
        "back_url": scope.url(""),
        "empty_box": empty(
            f"没有{_WAITING[tab]}的", "报送后还没有结果的在“在途”，过了时限的在后面两项。", icon="circle-check"
        ),
    }
    return render(request, "monitor/waiting.html", context)


@login_required
@require_safe
def picture(request: HttpRequest, name: str, unit_uuid: UUID | None = None) -> HttpResponse:
    """Return one chart of a dashboard as a file (SVG)."""
    asked = _asked(request, _scope(request, unit_uuid))
    draw = FILES.get(name)
    if asked is None or draw is None:
        raise NotFound
    context = dashboard(asked)
    row = context["latest"]
    foot = f"数据截至 {zt_short(row.as_of)}，得分按{asked.rules.owner.short_name}《{asked.rules.name}》" if row else ""
    drawn = draw(context, f"{asked.of_whom}，{asked.when.words}", foot)
    response = render(request, "picture.svg", {"picture": drawn}, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    return response


_WAITING_ROWS = {"way": queries.on_the_way, "late": queries.unreceipted, "answers": queries.unanswered}
_COLUMNS = {
    "way": ("编号", "报送单位", "接收单位", "报送时间", "状态", "签收时限"),
    "answers": ("编号", "交办单位", "承办", "交办时间", "状态", "答复时限"),
}


def _dashboard(request: HttpRequest, unit_uuid: UUID | None) -> HttpResponse:
    scope = _scope(request, unit_uuid)
    asked = _asked(request, scope)
    if asked is None:
        return render(request, "monitor/empty.html", {"box": no_rules(), "title": scope.title})
    sees_all = {"sees_all": request.user.actor.can("monitor.province")}  # type: ignore[union-attr]
    context = dashboard(asked) | period_choice(asked.rules, asked.when) | sees_all
    context["as_of"] = as_of(context["latest"], asked.when)
    group = {"group": asked.group.key} if asked.group else {}
    context |= spans(request.tenant, asked.when, f"{scope.url('')}?{urlencode(group)}")  # type: ignore[attr-defined]
    return render(request, "monitor/dashboard.html", context | {"kept": group} | _shares(request, asked))


def _shares(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Groups and persons of the reader's own unit: nobody else's."""
    unit, actor = asked.scope.unit, request.user.actor  # type: ignore[union-attr]
    if unit is None or unit.pk != request.tenant.pk or not actor.can("ranking.read"):  # type: ignore[attr-defined]
        return {}
    return {
        "group_bars": parts.share_bars(shares.groups(unit, asked.when), asked.when),
        "person_bars": parts.share_bars(shares.persons(unit, asked.when), asked.when),
    }


def _scope(request: HttpRequest, unit_uuid: UUID | None) -> Scope:
    actor = request.user.actor  # type: ignore[union-attr]
    navigation.mark(request, "province" if actor.can("monitor.province") else "overview")
    return scope_of(actor, request.tenant, unit_uuid)  # type: ignore[attr-defined]


def _asked(request: HttpRequest, scope: Scope) -> Asked | None:
    rules: RuleSet | None = ranking.network_rules()
    if rules is None:
        return None
    when = asked_period(request, request.tenant)  # type: ignore[attr-defined]
    much = ranking.sight(rules, request.tenant, request.user.actor)  # type: ignore[attr-defined, union-attr]
    return Asked(scope, scope.group(request.GET.get("group")), when, rules, much == Sight.NAMED)


def _sendings(found: Any) -> list[TableRow]:
    labels = queries.numbers((row.sender_id, row.item_uuid) for row in found)
    return [
        TableRow(
            [
                Cell(labels.get((row.sender_id, row.item_uuid), "—"), look="t"),
                Cell(row.sender.short_name),
                Cell(row.receiver_name),
                Cell(zt_short(row.sent_at)),
                Cell(row.get_state_display()),
                Cell(state=zt_due(row.receipt_due_at) or State(glossary.RECEIVED, "ok")),
            ],
            name=labels.get((row.sender_id, row.item_uuid), ""),
        )
        for row in found
    ]


def _assignments(found: Any) -> list[TableRow]:
    labels = queries.numbers((row.handling.asker_id, row.handling.item_uuid) for row in found)
    return [
        TableRow(
            [
                Cell(labels.get((row.handling.asker_id, row.handling.item_uuid), "—"), look="t"),
                Cell(row.handling.asker.short_name),
                Cell(row.name),
                Cell(zt_short(row.sent_at)),
                Cell(row.get_state_display()),
                Cell(state=zt_due(row.due_at)),
            ],
            name=labels.get((row.handling.asker_id, row.handling.item_uuid), ""),
        )
        for row in found
    ]
