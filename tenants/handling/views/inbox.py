"""What was passed to the unit: the inbox, one assignment with what can be done, files; and what came on paper."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tenants.handling import presenting, queries
from tenants.handling.views import answering
from tenants.handling.views.asked import tab_filters
from tenants.items.views.common import reader
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.documents import downloads
from zhitong.exchange.models import Assignment, Grant
from zhitong.exchange.queries.handling import (
    answers_of_others,
    assignment_outside,
    assignment_to,
    assignments_to,
    earlier_answers,
)
from zhitong.web import navigation, parts
from zhitong.web.keyset import SIZE, page_of
from zhitong.web.parts import Action, Cell, Fact, TableColumn, TableRow
from zhitong.web.templatetags.zt import zt_short

_COLUMNS = [TableColumn(name) for name in ("转来时间", "信息标题", "交办单位", "本单位", "状态", "时限")]


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What other units passed to this one, by tabs."""
    user = reader(request)
    user.actor.require("exchange.receive")
    navigation.mark(request, "handling")
    tabs, tab = queries.owed_tabs(), request.GET.get("tab", "")
    tab = tab if tab in tabs else ""
    every = assignments_to(require_unit())
    rows = every.filter(tabs[tab][1])
    page = page_of(rows, queries.ORDER, request.GET)
    context = {
        "filters": tab_filters(every, tabs, tab),
        "filters_label": "转来的办理件",
        "columns": _COLUMNS,
        "rows": [_row(row) for row in page.items],
        "page": replace(page, total=rows.count()),
        "page_size": SIZE,
        "page_unit": "件",
        "caption": "转来的办理件",
        "export_kind": "handling.owed",
        "is_inbox": True,
        "may_read": user.has_zt_perm("items.read_all"),
        "empty_box": parts.empty(
            f"“{tabs[tab][0]}”里没有办理件",
            "别的单位转来办理的批示和信息会出现在这里。",
            Action("看全部", url="?tab=all"),
        ),
    }
    return render(request, "handling/list.html", context)


def _row(row: Assignment) -> TableRow:
    url = reverse("handling:assignment", args=[row.uuid])
    return TableRow(
        [
            Cell(zt_short(row.sent_at)),
            Cell(row.handling.title, url=url, look="t"),
            Cell(row.handling.asker.short_name),
            Cell(tags=[presenting.role_tag(row)]),
            Cell(state=presenting.state_of(row)),
            Cell(state=presenting.due_of(row)),
        ],
        unread=row.state == Assignment.State.SENT,
        url=url,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: HttpRequest, assignment_uuid: UUID) -> HttpResponse:
    """One assignment to the unit: what is asked, the text, the steps, and the forms to answer with."""
    user = reader(request)
    user.actor.require("exchange.receive")
    found = assignment_to(require_unit(), assignment_uuid)
    if found is None:
        raise NotFound
    forms = answering.Forms(found)
    if request.method == "POST":
        done = answering.work(request, forms, actor=user.actor)
        if done:
            messages.success(request, done)
            return redirect("handling:assignment", assignment_uuid=assignment_uuid)
    navigation.mark(request, "handling")
    context = answering.context(user.actor, found, forms) | {
        "files": [
            Fact(
                grant.name,
                presenting.size(grant),
                reverse("handling:passed_file", args=[found.uuid, grant.attachment_uuid]),
            )
            for grant in Grant.objects.filter(packet_id=found.handling.packet_id).order_by("pk")
        ],
        "others": [(step.assignment.name, presenting.line(step)) for step in answers_of_others(found)],
        "earlier": [presenting.line(step) for step in earlier_answers(found)],
        "back": reverse("handling:inbox"),
        "phone_title": "办理",
    }
    return render(request, "handling/assignment.html", context, status=forms.status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, assignment_uuid: UUID) -> HttpResponse:
    """Enter by hand what a handler without an account answered on paper."""
    user = reader(request)
    user.actor.require("exchange.record")
    user.actor.require("exchange.receive")
    found = assignment_outside(require_unit(), assignment_uuid)
    if found is None:
        raise NotFound
    forms = answering.Forms(found)
    if request.method == "POST":
        done = answering.work(request, forms, actor=user.actor)
        if done:
            messages.success(request, done)
            return redirect("handling:handling", handling_uuid=found.handling.uuid)
    navigation.mark(request, "handling")
    context = answering.context(user.actor, found, forms) | {
        "is_entered": True,
        "back": reverse("handling:handling", args=[found.handling.uuid]),
        "phone_title": "代为登记",
    }
    return render(request, "handling/assignment.html", context, status=forms.status)


@login_required
@require_safe
def passed_file(request: HttpRequest, assignment_uuid: UUID, file_uuid: UUID) -> FileResponse:
    """Hand out a file that was passed along; the download is logged in the handler's own trail.

    Raises:
        NotFound: not of this assignment, or it was given back or taken back.
    """
    user = reader(request)
    user.actor.require("exchange.receive")
    found = assignment_to(require_unit(), assignment_uuid)
    if found is None or found.state == Assignment.State.GIVEN_BACK:
        raise NotFound
    return answering.hand_out_passed(user.actor, found, file_uuid)


@login_required
@require_safe
def file(request: HttpRequest, file_uuid: UUID) -> FileResponse:
    """Hand out a file of a step to whoever may read it; the download is logged."""
    user = reader(request)
    found = queries.readable_file(user, file_uuid)
    return downloads.download(
        actor=user.actor,
        owner=found.owner,
        file_uuid=found.uuid,
        name=found.name,
        sha256=found.sha256,
        media_type=found.media_type,
        object_kind="assignment",
        object_id=found.step.assignment.uuid,
    )
