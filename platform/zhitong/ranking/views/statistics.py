"""Descriptive statistics of a period (统计): what it is made of, how long it took, how far it got, where it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhitong.core import workdays
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.exchange.models import Dispatch
from zhitong.ranking import figures, queries, statistics, words
from zhitong.ranking.counting import Counts
from zhitong.ranking.figures import Dimension
from zhitong.ranking.narrowing import Narrowing, value_words
from zhitong.ranking.periods import Period
from zhitong.ranking.statistics import Flow, shares
from zhitong.ranking.views.common import Figure, period_in, reader, spans, tab_rights
from zhitong.ranking.views.standings import period_choice
from zhitong.ranking.words import rate_words
from zhitong.units.models import LEVEL_ORDER, ExternalBody, Level, Unit, UnitKind
from zhitong.web import navigation
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Cell, FunnelRow, SavedFilter, TableColumn, TableRow, empty
from zhitong.web.templatetags.zt import zt_short

_FLOWS = 60  # rows shown; a province has some hundreds
_DIMENSIONS = {
    Dimension.CATEGORY: "类别",
    Dimension.SOURCE: "来源",
    Dimension.SUBMITTER_KIND: "反映主体",
    Dimension.GROUP: "界别、专委会等",
    Dimension.URGENCY: "紧急程度",
    Dimension.MONTH: "月份",
}
_TIMES = {"adopted": "提交到签发（本级采用）", "higher": "提交到上级采用", "replied": "提交到答复"}
_States = Dispatch.State
_STATES = (
    _States.ADOPTED, _States.KEPT, _States.DECLINED, _States.RETURNED, _States.ACCEPTED, _States.RECEIVED, _States.SENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table of statistics: `note` names what its rates are of, `more` says how many rows are not shown."""

    key: str
    title: str
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Figure]]]
    note: str
    total: Sequence[str | int] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures of which days: a unit, or with all `below` it; `units` by key, None for all."""

    unit: Unit
    when: Period
    below: bool
    units: list[int] | None
    may_go_below: bool

    def listed(self, what: str, by: Dimension | None = None, value: str = "", days: Period | None = None) -> str:
        """The address of the list behind a figure."""
        part = Narrowing(self.below, by=by, value=value)
        base = reverse("ranking:list", args=[self.unit.uuid])
        return f"{base}?what={what}&{(days or self.when).query}{part.query}"

    def asked(self, own: Unit) -> dict[str, str]:
        """The parameters that say whose, for a reader of the `own` unit."""
        whose = {} if self.unit.pk == own.pk else {"unit": str(self.unit.uuid)}
        return whose | ({"below": "1"} if self.below else {})


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The statistics of the own unit, or of it and all below; for the provincial office of any unit."""
    actor, own = reader(request)
    scope = _scope(request.GET, actor, own)
    navigation.mark(request, "ranking")
    units = scope.units
    whole = figures.total(scope.when, units)
    kept = scope.asked(own)
    context = {
        **tab_rights(actor),
        "unit": scope.unit,
        "whole": whole,
        "below": scope.below,
        "kept": kept,
        "scopes": _scopes(scope, own),
        "tables": [_breakdown(scope, by, units) for by in _DIMENSIONS],
        "times": _times(scope, units),
        "funnel": _funnel(scope, whole),
        "flows": _flows(scope, own, units),
        **period_choice(queries.network_rules(), scope.when),
        **spans(own, scope.when, f"{reverse('ranking:statistics')}{f'?{urlencode(kept)}' if kept else ''}"),
    }
    return render(request, "ranking/statistics.html", context)


def all_tables(actor: Actor, own: Unit, asked: QueryDict) -> list[Table]:
    """Return every table of the page for what its query asks.

    Raises:
        NotAllowed: without `ranking.read`.
        NotFound: no such unit for the actor, no such period.
    """
    scope = _scope(asked, actor, own)
    units = scope.units
    tables = [_breakdown(scope, by, units) for by in _DIMENSIONS]
    return [*tables, _times(scope, units), _flows(scope, own, units)]


@login_required
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The sendings behind a row of the flows: from one unit to one receiver, all or those that stand in one state."""
    actor, own = reader(request)
    scope, state, found = sendings_asked(actor, own, request.GET)
    navigation.mark(request, "ranking")
    page = page_of(found, ("-pk",), request.GET)
    labels = queries.numbers(page.items)
    rows = [
        TableRow(
            [
                Cell(labels.get(each.item_uuid, ""), look="t"),
                Cell(f"{each.sender.short_name} 报 {each.receiver_name}"),
                Cell(zt_short(each.sent_at)),
                Cell(each.get_state_display()),
            ],
            name=labels.get(each.item_uuid, ""),
        )
        for each in page.items
    ]
    context = {
        "what": f"报送{f'，{_States(state).label}' if state else ''}",
        "export_kind": "ranking.sendings",
        "whose": scope.unit.short_name,
        "when": scope.when,
        "number": found.count(),
        "page": page,
        "page_size": SIZE,
        "columns": [TableColumn(label) for label in ("编号", "谁报谁", "报送日期", "现在")],
        "rows": rows,
        "caption": f"{scope.when.words}报送",
        "filters": [],
        "empty_box": empty("没有这样的报送", "这个时段里没有，或者已经撤回。"),
    }
    return render(request, "ranking/counted.html", context)


def sendings_asked(actor: Actor, own: Unit, asked: QueryDict) -> tuple[Scope, str, QuerySet[Dispatch]]:
    """Return whose sendings are listed, in which state (empty: in any), and the sendings.

    Raises:
        NotAllowed: without `ranking.read`.
        NotFound: no such unit for the actor, no such state or period.
    """
    scope = _scope(asked, actor, own)
    sender, receiver = _uuid(asked, "sender"), _uuid(asked, "receiver")
    found = statistics.sendings(scope.when, scope.units).filter(sender__uuid=sender)
    found = found.filter(receiver__uuid=receiver) | found.filter(body__uuid=receiver)
    state = asked.get("state", "")
    if state and state not in _STATES:
        raise NotFound
    if state:
        found = found.filter(state=state)
    return scope, state, found.select_related("sender", "receiver", "body")


def _scope(asked: QueryDict, actor: Actor, own: Unit) -> Scope:
    actor.require("ranking.read")
    unit = queries.list_unit(actor, own, _uuid(asked, "unit")) if asked.get("unit") else own
    below = asked.get("below") == "1"
    above_all = unit.kind == UnitKind.COMMITTEE and unit.level == Level.PROVINCE
    may_go_below = actor.can("monitor.province") or not above_all
    return Scope(unit, period_in(asked, own), below, queries.keys_of(actor, unit, below=below), may_go_below)


def _uuid(asked: QueryDict, name: str) -> UUID:
    try:
        return UUID(asked.get(name, ""))
    except ValueError as error:
        raise NotFound from error


def _scopes(scope: Scope, own: Unit) -> list[SavedFilter]:
    base = f"{reverse('ranking:statistics')}?{scope.when.query}"
    if scope.unit.pk != own.pk:
        base = f"{base}&unit={scope.unit.uuid}"
    name = scope.unit.short_name
    found = [SavedFilter(name, base, current=not scope.below)]
    if scope.may_go_below:
        found.append(SavedFilter(f"{name}及以下各单位", f"{base}&below=1", current=scope.below))
    return found


def _breakdown(scope: Scope, by: Dimension, units: list[int] | None) -> Table:
    found = figures.breakdown(scope.when, units, by)
    keys = sorted(found) if by == Dimension.MONTH else sorted(found, key=lambda key: (-found[key].received, key))
    received, adopted = ([getattr(found[key], what) for key in keys] for what in ("received", "adopted"))
    rows = [
        (value_words(by, key), _parts(scope, by, key, found[key], of_received, of_adopted))
        for key, of_received, of_adopted in zip(keys, shares(received), shares(adopted), strict=True)
    ]
    came, taken, above = sum(received), sum(adopted), sum(found[key].higher for key in keys)
    return Table(
        by.value,
        _DIMENSIONS[by],
        ("收稿", "占收稿", "本级采用", "占采用", "采用率", "上级采用"),
        rows,
        f"占收稿：各行收稿之和 {came:,} 篇为 100.00%。占采用：各行采用之和 {taken:,} 篇为 100.00%。"
        "采用率：同一行的采用篇数除以收稿篇数。",
        (came, _whole(came), taken, _whole(taken), rate_words(taken, came), above) if rows else (),
    )


def _parts(
    scope: Scope, by: Dimension, key: str, counts: Counts, of_received: Decimal, of_adopted: Decimal
) -> list[Figure]:
    def listed(what: str) -> str:
        if by != Dimension.MONTH:
            return scope.listed(what, by, key)
        year, _, month = key.partition("-")
        days = Period.of_month(int(year), int(month))
        within = Period(max(days.first, scope.when.first), min(days.last, scope.when.last))
        return scope.listed(what, days=within)

    return [
        Figure("收稿", counts.received, listed("received")),
        Figure("占收稿", f"{of_received}%"),
        Figure("本级采用", counts.adopted, listed("adopted")),
        Figure("占采用", f"{of_adopted}%"),
        Figure("采用率", rate_words(counts.adopted, counts.received)),
        Figure("上级采用", counts.higher, listed("higher")),
    ]


def _whole(number: int) -> str:
    return "100.00%" if number else "0.00%"


def _times(scope: Scope, units: list[int] | None) -> Table:
    calendar = workdays.calendar()
    spells = {
        what: statistics.time_to_reply(scope.when, units, calendar)
        if what == statistics.REPLIED
        else statistics.time_to(what, scope.when, units, calendar)
        for what in _TIMES
    }
    rows = [
        (
            _TIMES[what],
            [
                Figure("篇数", spell.number, scope.listed(what)),
                Figure("中位数（天）", _days(spell.days)),
                Figure("中位数（工作日）", _days(spell.working_days)),
            ],
        )
        for what, spell in spells.items()
    ]
    return Table(
        "times",
        "用了多久",
        ("篇数", "中位数（天）", "中位数（工作日）"),
        rows,
        "篇数：这个时段里签发、被上级采用、有答复的稿件，同一篇取第一次。中位数：各篇所用天数从小到大居中的一个，从提交的第二天算起。"
        "工作日：除去周末和法定节假日，加上补班日。",
    )


def _days(found: Decimal | None) -> str:
    return "—" if found is None else f"{found.normalize():f}"


def _funnel(scope: Scope, whole: Counts) -> list[FunnelRow]:
    """From what came in to the national level; levels not above the lowest of the scope are left out."""
    lowest = LEVEL_ORDER.index(Level.BRANCH if scope.below else Level(scope.unit.level))
    above = [f"higher_{level}" for level in LEVEL_ORDER[lowest + 1 :]]
    rows: list[FunnelRow] = []
    for name in ("received", "adopted", *(each for each in above if each in words.COUNTS)):
        value = getattr(whole, name)
        of_previous = rate_words(value, int(rows[-1].value)) if rows else ""
        length = min(Decimal(100), Decimal(100 * value) / whole.received) if whole.received else 0
        rows.append(FunnelRow(words.COUNTS[name], value, length, scope.listed(name), of_previous))
    return rows


def _flows(scope: Scope, own: Unit, units: list[int] | None) -> Table:
    found = statistics.flows(scope.when, units)
    shown = [state for state in _STATES if any(flow.states.get(state) for flow in found)]
    names = {unit.pk: unit for unit in Unit.objects.filter(pk__in={key for flow in found for key in _units(flow)})}
    bodies = ExternalBody.objects.in_bulk({flow.body for flow in found if flow.body})
    rows = []
    for flow in found[:_FLOWS]:
        sender, receiver = names[flow.sender], names[flow.receiver] if flow.receiver else bodies[flow.body or 0]
        asked = scope.asked(own) | {"sender": str(sender.uuid), "receiver": str(receiver.uuid)}
        url = f"{reverse('ranking:flow')}?{scope.when.query}&{urlencode(asked)}"
        cells = [Figure("报送", flow.number, url)]
        cells += [Figure(state.label, flow.states.get(state, 0), f"{url}&state={state.value}") for state in shown]
        rows.append((f"{sender.short_name} → {receiver.short_name}", cells))
    sums = [sum(flow.states.get(state, 0) for flow in found) for state in shown]
    return Table(
        "flows",
        "谁报给谁，现在怎样",
        ("报送", *(state.label for state in shown)),
        rows,
        "一行里的各种结果加起来是报送的篇数。同一篇报给两家，各算一篇；退回后再报给同一家，只算最后一次；撤回的不算。",
        (sum(sums), *sums) if rows else (),
        max(0, len(found) - _FLOWS),
    )


def _units(flow: Flow) -> set[int]:
    return {flow.sender, *([flow.receiver] if flow.receiver else [])}
