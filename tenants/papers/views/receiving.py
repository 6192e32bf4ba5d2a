"""For those who receive for the unit: what came down, one delivery, its receipt."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User
from tenants.items.views.common import reader
from tenants.papers import queries
from tenants.papers.forms import PaperFilter
from tenants.papers.listing import INBOX_ORDER
from tenants.papers.views import common
from zhitong.core import glossary
from zhitong.core.operations import require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Delivery, Paper, PaperKind
from zhitong.exchange.queries import received_papers, tallies
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, Fact, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import zt_short

_COLUMNS = [TableColumn(label) for label in ("发来时间", "标题", "来自", "类别", "截止", "状态")]


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """List what came down to the unit, newest first."""
    user = reader(request)
    user.actor.require("exchange.receive")
    form = PaperFilter(request.GET)
    rows = received_papers(require_unit()).filter(form.condition("paper__"))
    page = page_of(rows, INBOX_ORDER, request.GET)
    total = rows.count()
    context = {
        "filters": common.sections(request, user, "inbox"),
        "filter_form": form,
        "summary": f"{total:,} 件",
        "columns": _COLUMNS,
        "rows": [_row(delivery) for delivery in page.items],
        "page": replace(page, total=total),
        "page_size": SIZE,
        "caption": "收到的约稿、通知和材料",
        "export_kind": "papers.received",
        "empty_box": parts.empty(
            "没有符合条件的" if form.has_changed() else "上级还没有发来约稿和通知",
            "上级政协和党派上级发来的，会出现在这里。",
            icon="mailbox",
        ),
    }
    return render(request, "papers/list.html", context)


@login_required
@require_safe
def delivery(request: HttpRequest, delivery_uuid: UUID) -> HttpResponse:
    """Show one delivery with what the unit can do about it."""
    user = reader(request)
    user.actor.require("exchange.receive")
    found = queries.get_delivery(delivery_uuid)
    paper = found.paper
    own = Paper.objects.filter(parent=found, withdrawn_at__isnull=True).first()
    gone = paper.is_withdrawn
    context = {
        "paper": paper,
        "box": parts.refusal(f"{paper.unit.short_name}{glossary.WITHDRAWN}", paper.withdrawn_reason) if gone else None,
        "doc_title": paper.title,
        "facts": common.head_facts(paper),
        "due": common.due_state(paper.due_on),
        "passages": common.passages(paper),
        "files": common.files(paper.enclosures.all(), paper),
        "editions": common.editions(paper, user),
        "state": common.delivery_state(found),
        "standing": _standing(found),
        "own": _own(own) if own else None,
        **({} if gone else _actions(found, own, user)),
        "filters": common.sections(request, user, "inbox"),
        "back": reverse("papers:inbox"),
        "phone_title": paper.get_kind_display(),
    }
    return render(request, "papers/delivery.html", context)


@login_required
@require_POST
def receive(request: HttpRequest, delivery_uuid: UUID) -> HttpResponse:
    """Confirm receipt."""
    exchange.receive_paper(actor=reader(request).actor, delivery_uuid=delivery_uuid)
    messages.success(request, "已签收，发出单位看得到。")
    return redirect("papers:delivery", delivery_uuid=delivery_uuid)


def _row(delivery: Delivery) -> TableRow:
    paper = delivery.paper
    url = reverse("papers:delivery", args=[delivery.uuid])
    kind = Tag(paper.get_kind_display(), "blue" if paper.kind == PaperKind.CALL else "")
    return TableRow(
        [
            Cell(zt_short(paper.published_at)),
            Cell(paper.title, url=url, look="t"),
            Cell(paper.unit.short_name),
            Cell(tags=[kind]),
            Cell(state=common.due_state(paper.due_on)),
            Cell(state=common.delivery_state(delivery)),
        ],
        name=paper.title,
        unread=delivery.received_at is None and not paper.is_withdrawn,
        url=url,
    )


def _standing(found: Delivery) -> list[Fact]:
    paper = found.paper
    facts = [Fact("发来", zt_short(paper.published_at)), Fact("签收", zt_short(found.received_at) or "还没有")]
    if found.urged_at:
        facts.append(Fact("催办", zt_short(found.urged_at)))
    if paper.open_to_members:
        facts.append(Fact("本单位已读", f"{found.readers} 人"))
        if paper.needs_confirm:
            facts.append(Fact("已确认", f"{found.confirmed} 人"))
    return facts


def _own(own: Paper) -> dict[str, Any]:
    tally = tallies([own], own.unit_id)[own.pk]
    facts = [Fact("转发", f"{own.published_by} {zt_short(own.published_at)}")]
    if tally.receivers:
        facts.append(Fact("接收单位", f"{tally.receivers} 个，已签收 {tally.received} 个"))
    if own.kind == PaperKind.CALL:
        facts.append(Fact("已写", f"{tally.written} 篇，采用 {tally.adopted} 篇"))
    return {"url": reverse("papers:sent", args=[own.uuid]), "facts": facts}


def _actions(found: Delivery, own: Paper | None, user: User) -> dict[str, Any]:
    """Return what can be done: receipt first, then passing on; a call can be answered from here, too."""
    acts = []
    if found.received_at is None:
        url = reverse("papers:receive", args=[found.uuid])
        acts.append(Action("签收", icon="mailbox", primary=True, key="Q", attrs={"formaction": url}))
    if own is None and user.has_zt_perm("exchange.publish"):
        url = f"{reverse('papers:new')}?from={found.uuid}"
        acts.append(Action("转发", url=url, icon="player-track-next", primary=not acts))
    if found.paper.kind == PaperKind.CALL and user.has_zt_perm("items.write"):
        url = reverse("papers:write", args=[found.paper.uuid])
        acts.append(Action("写信息", icon="pencil-plus", primary=not acts, attrs={"formaction": url}))
    step = "签收后发出单位看得到。\n转发给下级和本单位人员，成为本单位的约稿。"
    return {"actions": acts, "next_step": step if found.paper.kind == PaperKind.CALL else "签收后发出单位看得到。"}
