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
from zhitong.monitor.dashboards import HOT, WALL_HOT, Asked, dashboard
from zhitong.monitor.files import FILES
from zhitong.monitor.hot import Hot, hot
from zhitong.monitor.listing import WAITING, WAITING_ORDER, asked_of, unit_rows, waiting_rows
from zhitong.monitor.scopes import Scope, scope_of
from zhitong.ranking.views import as_of, no_rules, period_choice
from zhitong.ranking.views.common import spans
from zhitong.ranking.words import COUNTS, rank_change
from zhitong.web import navigation
from zhitong.web.keyset import page_of
from zhitong.web.parts import Cell, SavedFilter, State, TableColumn, TableRow, empty
from zhitong.web.templatetags.zt import zt_due, zt_short


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
    context["hot"] = _hot(request, asked, WALL_HOT)
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
    found, links = unit_rows(asked, request.GET.get("what", "rank")), asked.links
    totals, silent = queries.sums(found.rows), found.silent
    context = {
        "scope": scope,
        "group": asked.group,
        "when": asked.when,
        "rules": asked.rules,
        "what": found.what,
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
            for row in found.rows
        ],
        "points": sum((row.points for row in found.rows), Decimal(0)),
        "total_counts": [(label, getattr(totals, name)) for name, label in COUNTS.items()],
        "back_url": f"{scope.url('')}?{links.query}",
        "as_of": as_of(found.latest, asked.when),
        "exported": f"{_of(scope)}what={found.what}&{links.query}",
    }
    return render(request, "monitor/units.html", context)


@login_required
@require_safe
def waiting(request: HttpRequest, unit_uuid: UUID | None = None) -> HttpResponse:
    """Return what is on its way, or late: by number, never by title, as many as the dashboard says."""
    scope = _scope(request, unit_uuid)
    tab, alone, rows = waiting_rows(scope, request.GET)
    number = rows.count()
    page = page_of(rows, WAITING_ORDER, request.GET)
    table = _assignments(page.items) if tab == "answers" else _sendings(page.items)
    kept = "alone=1&" if alone else ""
    base = f"{scope.url('waiting')}?{kept}"
    context = {
        "scope": scope,
        "word": WAITING[tab],
        "number": number,
        "page": page,
        "columns": [TableColumn(label) for label in _COLUMNS["answers" if tab == "answers" else "way"]],
        "rows": table,
        "caption": f"{scope.title}：{WAITING[tab]}",
        "filters": [
            SavedFilter(label, f"{base}tab={name}", current=name == tab, late=name != "way")
            for name, label in WAITING.items()
        ],
        "filters_label": "看哪些",
        "export_kind": "monitor.answers" if tab == "answers" else "monitor.sendings",
        "exported": f"{_of(scope)}{kept}tab={tab}",
        "back_url": scope.url(""),
        "empty_box": empty(
            f"没有{WAITING[tab]}的", "报送后还没有结果的在“在途”，过了时限的在后面两项。", icon="circle-check"
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
    context["hot"] = _hot(request, asked, HOT)
    group = {"group": asked.group.key} if asked.group else {}
    context |= spans(request.tenant, asked.when, f"{scope.url('')}?{urlencode(group)}")  # type: ignore[attr-defined]
    return render(request, "monitor/dashboard.html", context | {"kept": group} | _shares(request, asked))


def _hot(request: HttpRequest, asked: Asked, most: int) -> Hot | None:
    actor, own = request.user.actor, request.tenant  # type: ignore[union-attr, attr-defined]
    return hot(actor, own, asked.scope.unit, asked.when, most)


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
    return asked_of(request.user.actor, request.tenant, scope, request.GET)  # type: ignore[union-attr, attr-defined]


def _of(scope: Scope) -> str:
    """Whose list is exported, in a query; nothing for the province."""
    return f"unit={scope.unit.uuid}&" if scope.unit else ""


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
