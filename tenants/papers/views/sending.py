"""For those who send for the unit: what was sent down, a new paper, how far everybody is, urging, withdrawing."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.items.views.common import reader
from tenants.papers import operations, queries
from tenants.papers.forms import PaperFilter
from tenants.papers.listing import ORDER
from tenants.papers.views import common, progress
from zhitong.core import glossary
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Paper, PaperKind
from zhitong.exchange.queries import Tally, published_papers, tallies
from zhitong.exchange.queries import progress as progress_of
from zhitong.web import parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, State, TableColumn, TableRow, Tag
from zhitong.web.templatetags.zt import zt_short

_COLUMNS = [
    *(TableColumn(label) for label in ("发出时间", "标题", "类别", "截止")),
    *(TableColumn(label, number=True) for label in ("接收单位", glossary.RECEIVED, "已写", "采用")),
]


@login_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List what the unit sent down, newest first, with the sums of each."""
    user = reader(request)
    user.actor.require("exchange.publish")
    unit_id, form = require_unit(), PaperFilter(request.GET)
    rows = published_papers(unit_id).filter(form.condition())
    page = page_of(rows, ORDER, request.GET)
    sums, total = tallies(page.items, unit_id), rows.count()
    context = {
        "filters": common.sections(request, user, "outbox"),
        "filter_form": form,
        "summary": f"{total:,} 件",
        "columns": _COLUMNS,
        "rows": [_row(paper, sums[paper.pk]) for paper in page.items],
        "page": replace(page, total=total),
        "page_size": SIZE,
        "caption": "发出的约稿、通知和材料",
        "export_kind": "papers.sent",
        "may_publish": True,
        "empty_box": parts.empty(
            "没有符合条件的" if form.has_changed() else "还没有发出约稿和通知",
            "可以发给下级单位、参加单位和本单位人员。",
            Action("发约稿", url=reverse("papers:new"), icon="speakerphone"),
            icon="speakerphone",
        ),
    }
    return render(request, "papers/list.html", context)


@login_required
@require_safe
def sent(request: HttpRequest, paper_uuid: UUID) -> HttpResponse:
    """Show one paper of the unit and how far everybody is whom it was given to."""
    user = reader(request)
    user.actor.require("exchange.publish")
    paper = queries.get_published(paper_uuid)
    context = {
        "paper": paper,
        "exported": f"paper={paper.uuid}",
        "doc_title": paper.title,
        "due": State(glossary.WITHDRAWN, "off") if paper.is_withdrawn else common.due_state(paper.due_on),
        "facts": common.head_facts(paper),
        "passages": common.passages(paper),
        "files": common.files(paper.enclosures.all(), paper),
        "editions": common.editions(paper, user),
        "from_above": paper.parent.paper if paper.parent else None,
        "from_url": reverse("papers:delivery", args=[paper.parent.uuid]) if paper.parent else "",
        **progress.context(paper),
        "filters": common.sections(request, user, "outbox"),
        "back": reverse("papers:outbox"),
        "phone_title": paper.get_kind_display(),
    }
    return render(request, "papers/sent.html", context)


@login_required
@require_POST
def urge(request: HttpRequest, paper_uuid: UUID) -> HttpResponse:
    """Press the units, or the unit's own people, that still owe something."""
    actor = reader(request).actor
    actor.require("exchange.publish")
    if request.POST.get("whom") == "people":
        count = operations.urge_people(actor=actor, paper_uuid=paper_uuid)
        messages.success(request, f"已催办 {count} 人。")
    else:
        paper = queries.get_published(paper_uuid)
        owing = [one.delivery.uuid for one in progress_of(paper) if progress.unit_owes(paper, one)]
        count = exchange.urge_receivers(actor=actor, paper_uuid=paper_uuid, deliveries=owing)
        messages.success(request, f"已催办 {count} 个单位。")
    return redirect("papers:sent", paper_uuid=paper_uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, paper_uuid: UUID) -> HttpResponse:
    """Ask for the reason, then take the paper back."""
    user = reader(request)
    user.actor.require("exchange.publish")
    paper = queries.get_published(paper_uuid)
    said, status = "", 200
    if request.method == "POST":
        try:
            exchange.withdraw_paper(actor=user.actor, paper_uuid=paper_uuid, reason=request.POST.get("reason", ""))
        except InvalidInput as refusal:
            said, status = " ".join(refusal.fields.get("reason", [refusal.message])), refusal.status
        else:
            messages.success(request, "已撤回，接收单位会收到通知和理由。")
            return redirect("papers:sent", paper_uuid=paper_uuid)
    context = {
        "paper": paper,
        "reason_value": request.POST.get("reason", ""),
        "reason_error": said,
        "filters": common.sections(request, user, "outbox"),
        "back": reverse("papers:sent", args=[paper.uuid]),
        "phone_title": "撤回",
    }
    return render(request, "papers/withdraw.html", context, status=status)


def _row(paper: Paper, tally: Tally) -> TableRow:
    url = reverse("papers:sent", args=[paper.uuid])
    is_call = paper.kind == PaperKind.CALL
    withdrawn = State(glossary.WITHDRAWN, "off")
    return TableRow(
        [
            Cell(zt_short(paper.published_at)),
            Cell(paper.title, url=url, look="t"),
            Cell(tags=[Tag(paper.get_kind_display(), "blue" if is_call else "")]),
            Cell(state=withdrawn if paper.is_withdrawn else common.due_state(paper.due_on)),
            Cell(f"{tally.receivers:,} 个单位" if tally.receivers else "本单位人员", look="num"),
            Cell(progress.said(glossary.RECEIVED, tally.received, "个"), look="num"),
            Cell(progress.said("已写", tally.written, "篇"), look="num"),
            Cell(progress.said("采用", tally.adopted, "篇"), look="num"),
        ],
        name=paper.title,
        url=url,
    )
