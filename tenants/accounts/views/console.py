"""The bare host: a unit chooser for everybody, a console for the platform's operators.

The console shows rows of the public schema about units, messages and chains. Nothing of a unit's content is there: a
dead letter shows the kind of its failure alone, because an error's text may quote what somebody wrote.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.accounts import operations
from tenants.accounts.forms import AppointForm, ChooserForm, UnitForm, UnitsFilter
from tenants.accounts.models import actor_of
from tenants.accounts.navigation import host_url
from tenants.accounts.views.common import needs
from zhitong.core import audit, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.models import OutboxMessage
from zhitong.core.text import whole_number
from zhitong.units.models import Level, Lifecycle, Unit, UnitChange, UnitKind
from zhitong.units.operations import NewUnit, create_unit
from zhitong.units.queries import changes_of, find_open, named_like, with_hosts
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, Fact, SavedFilter, State, TableColumn, TableRow
from zhitong.web.templatetags.zt import zt_short

OPERATE = "platform.operate"
_SHOWN = 20
_COUNTS = ("waiting", "failing", "dead")
_LOOKS: dict[str, Any] = {Lifecycle.PREPARING: "soon", Lifecycle.ACTIVE: "ok", Lifecycle.CLOSED: "off"}


@require_safe
def chooser(request: HttpRequest) -> HttpResponse:
    """Let anybody look for a unit by at least two characters of its name; there is no list of all."""
    form = ChooserForm(request.GET if "q" in request.GET else None)
    found: Sequence[Any] = ()
    if form.is_valid():
        found = find_open(form.cleaned_data["q"], _SHOWN + 1)
    context = {
        "form": form,
        "asked": form.is_bound and form.is_valid(),
        "found": [(unit, host_url(request, unit.host)) for unit in found[:_SHOWN] if unit.host],
        "more": len(found) > _SHOWN,
        "nothing": parts.empty("没有找到这个单位", "换几个字再试，例如“南海区”。单位的网址也可以向本单位管理员要。"),
    }
    return render(request, "accounts/chooser.html", context, status=422 if form.errors else 200)


@needs(OPERATE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List units by lifecycle, with a way to create one."""
    form = UnitsFilter(request.GET)
    form.is_valid()
    chosen, words = form.cleaned_data.get("lifecycle", ""), form.cleaned_data.get("q", "")
    units = named_like(with_hosts(), words) if words else with_hosts()
    if chosen:
        units = units.filter(lifecycle=chosen)
    page = page_of(units, ("division_code", "short_name", "pk"), request.GET)
    counts = dict(Unit.objects.values_list("lifecycle").annotate(Count("pk")).order_by())
    home_url = reverse("operators:home")
    filters = [SavedFilter("全部", home_url, sum(counts.values()), current=not chosen)]
    filters += [
        SavedFilter(label, f"{home_url}?lifecycle={value}", counts.get(value, 0), current=chosen == value)
        for value, label in Lifecycle.choices
    ]
    context = {
        "filters": filters,
        "filter_form": form,
        "columns": [TableColumn(label) for label in ("单位", "域名", "类别", "层级", "代码", "状态")],
        "rows": [_unit_row(unit) for unit in page.items],
        "page": replace(page, total=units.count()),
        "page_size": SIZE,
        "empty_box": parts.empty(
            "没有这样的单位",
            "换几个字再找，或者新建一个。",
            Action("新建单位", url=reverse("operators:unit_new")),
            icon="building",
        ),
    }
    return render(request, "accounts/console_units.html", context)


@needs("units.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def unit_new(request: HttpRequest) -> HttpResponse:
    """Create a unit: it takes less than a second, so the answer is the unit's page with what is done and to do."""
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        kind, level = UnitKind(given.pop("kind")), Level(given.pop("level"))
        try:
            unit = create_unit(actor=actor_of(request.user), new=NewUnit(kind=kind, level=level, **given))
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{unit.short_name}已建好。")
            return redirect("operators:unit", unit.uuid)
    return render(request, "accounts/console_unit_new.html", {"form": form}, status=form.status)


@needs(OPERATE)
@require_safe
def unit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one unit: where it lives, what is still to do, how it changed."""
    return _unit_page(request, found_unit(uuid))


@needs("units.manage")
@require_POST
def appoint(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make the unit's first administrator and show the invitation, this once."""
    found = found_unit(uuid)
    form = AppointForm(request.POST)
    if form.is_valid():
        try:
            path = operations.appoint_administrator(actor=actor_of(request.user), unit=found, **form.cleaned_data)
        except (InvalidInput, WrongState) as refusal:
            form.refuse(refusal)
        else:
            link = host_url(request, found.host).rstrip("/") + path
            context = {"target": found, "name": form.cleaned_data["name"], "link": link}
            return render(request, "accounts/console_appointed.html", context)
    return _unit_page(request, found, appoint_form=form)


@needs(OPERATE)
@require_safe
def outbox_health(request: HttpRequest) -> HttpResponse:
    """Show what waits, fails and died, by topic, and the dead letters."""
    topics = (
        OutboxMessage.objects.filter(done_at__isnull=True)
        .values("topic")
        .annotate(
            waiting=Count("pk", filter=Q(dead_at__isnull=True, attempts=0)),
            failing=Count("pk", filter=Q(dead_at__isnull=True, attempts__gt=0)),
            dead=Count("pk", filter=Q(dead_at__isnull=False)),
        )
        .order_by("topic")
    )
    page = page_of(OutboxMessage.objects.filter(dead_at__isnull=False), ("-dead_at", "-pk"), request.GET)
    names = dict(
        Unit.objects.filter(pk__in={message.unit_id for message in page.items}).values_list("pk", "short_name")
    )
    context = {
        "columns": [TableColumn("主题"), *(TableColumn(word, number=True) for word in ("等待", "重试中", "未送达"))],
        "rows": [
            TableRow(
                [
                    Cell(row["topic"], look="t"),
                    *(Cell(str(value), look="num") for key, value in row.items() if key in _COUNTS),
                ]
            )
            for row in topics
        ],
        "dead": [(message, names.get(message.unit_id, "平台"), _reason(message)) for message in page.items],
        "page": page,
        "empty_box": parts.empty("没有等待的消息", "全部送达。", icon="circle-check"),
    }
    return render(request, "accounts/console_outbox.html", context)


@needs(OPERATE)
@require_POST
def outbox_retry(request: HttpRequest) -> HttpResponse:
    """Give one dead letter, or all, a new life."""
    asked = request.POST.get("message", "")
    key = whole_number(asked)
    if asked and key is None:
        raise NotFound
    messages.success(request, f"{outbox.retry(None if key is None else [key])} 条消息将重新发送。")
    return redirect("operators:outbox")


@needs(OPERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def audit_status(request: HttpRequest) -> HttpResponse:
    """Show the length of each trail; a POST walks one and says whether it holds."""
    asked = request.POST.get("chain", "")
    checked = whole_number(asked)
    if asked and checked is None:
        raise NotFound
    names = {0: "平台"} | dict(Unit.objects.values_list("pk", "short_name"))
    trails = audit.trails().filter(unit_key__in=names)
    heads = page_of(trails, ("unit_key",), request.GET)
    breaks = [] if checked is None else [found for found, _ in zip(audit.verify(checked), range(_SHOWN), strict=False)]
    context = {
        "chains": [(head, names[head.unit_key]) for head in heads.items],
        "page": replace(heads, total=trails.count()),
        "page_size": SIZE,
        "checked": names.get(checked) if checked is not None else None,
        "breaks": breaks,
    }
    return render(request, "accounts/console_audit.html", context)


def _unit_page(request: HttpRequest, found: Any, **forms: Any) -> HttpResponse:
    status = next((form.status for form in forms.values()), 200)
    context = {
        "target": found,
        "state": State(found.get_lifecycle_display(), _LOOKS[found.lifecycle]),
        "url": host_url(request, found.host) if found.host else "",
        "facts": [
            Fact("全称", found.name),
            Fact("域名", found.host or "没有"),
            Fact("类别", found.get_kind_display()),
            Fact("层级", found.get_level_display()),
            Fact("代码", found.division_code or "没有"),
            Fact("上级", found.parent.short_name if found.parent else "没有"),
            Fact("参加", found.participates_in.short_name if found.participates_in else "没有"),
            Fact("建立", zt_short(found.created_at)),
        ],
        "changes": [(change, _change_words(change)) for change in changes_of(found)],
        "appoint_form": AppointForm(),
    }
    return render(request, "accounts/console_unit.html", context | forms, status=status)


def found_unit(uuid: UUID) -> Any:
    """Return a unit with `host` and its lines.

    Raises:
        NotFound: there is none.
    """
    found = with_hosts().select_related("parent", "participates_in").filter(uuid=uuid).first()
    if found is None:
        raise NotFound
    return found


def _change_words(change: UnitChange) -> str:
    successors = "、".join(one.short_name for one in change.successors.all())
    return f"{change.get_kind_display()}{f'，由{successors}接办' if successors else ''}"


def _unit_row(unit: Any) -> TableRow:
    url = reverse("operators:unit", args=[unit.uuid])
    return TableRow(
        cells=[
            Cell(unit.short_name, url=url, look="t"),
            Cell(unit.host or "没有"),
            Cell(unit.get_kind_display()),
            Cell(unit.get_level_display()),
            Cell(unit.division_code),
            Cell(state=State(unit.get_lifecycle_display(), _LOOKS[unit.lifecycle])),
        ],
        name=unit.short_name,
        url=url,
    )


def _reason(message: OutboxMessage) -> str:
    """Return the kind of the last failure (`smtplib.SMTPException`), without the words that follow it."""
    kind = message.last_error.split(":", 1)[0].strip()
    return kind if kind.replace(".", "").replace("_", "").isalnum() else "未知错误"
