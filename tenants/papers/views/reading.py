"""For everybody of the unit: what is there to read, one paper, its files, confirming, writing for a call."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User
from tenants.items.models import Item
from tenants.items.views.cards import state_of
from tenants.items.views.common import own_url, reader
from tenants.papers import operations, queries
from tenants.papers.forms import PaperFilter
from tenants.papers.listing import ORDER
from tenants.papers.models import Reader
from tenants.papers.views import common
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.documents import downloads
from zhitong.exchange.models import Delivery, Enclosure, Paper, PaperKind
from zhitong.web import parts
from zhitong.web.keyset import page_of
from zhitong.web.parts import Action, State, Tag, TodoEntry
from zhitong.web.templatetags.zt import zt_short

_HOME_SHOWS = 3


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what the reader may read, newest first."""
    user = reader(request)
    form = PaperFilter(request.GET)
    page = page_of(queries.readable(user).filter(form.condition()), ORDER, request.GET)
    marks, written = queries.marks_of(user, page.items), queries.written_for(user, page.items)
    context = {
        "filters": common.sections(request, user, "index"),
        "filter_form": form,
        "lines": [_line(paper, marks.get(paper.uuid), written.get(paper.uuid, 0)) for paper in page.items],
        "page": page,
        "empty_box": parts.empty(
            "没有符合条件的" if form.has_changed() else "还没有约稿和通知",
            "去掉筛选再看。" if form.has_changed() else "请您写稿、通知和供参考的材料，都会出现在这里。",
            icon="speakerphone",
        ),
    }
    return render(request, "papers/index.html", context)


@never_cache
@login_required
@require_safe
def paper(request: HttpRequest, paper_uuid: UUID) -> HttpResponse:
    """Show one paper to somebody whom it is for, and note that they have read it."""
    user = reader(request)
    found = operations.read_paper(actor=user.actor, paper_uuid=paper_uuid)
    mark = queries.marks_of(user, [found])[found.uuid]
    mine = list(queries.answers_here(found).filter(created_by=user)) if found.kind == PaperKind.CALL else []
    context = {
        "paper": found,
        "doc_title": found.title,
        "facts": common.head_facts(found),
        "due": common.due_state(found.due_on),
        "passages": common.passages(found),
        "files": common.files(found.enclosures.all(), found),
        "editions": common.editions(found, user),
        "confirmed_at": mark.confirmed_at,
        "from_above": found.parent.paper.unit.short_name if found.parent else "",
        "answers": [_answer(item, user) for item in mine],
        **_actions(found, user, mark),
        "filters": common.sections(request, user, "index"),
        "back": reverse("papers:index"),
        "phone_title": found.get_kind_display(),
    }
    return render(request, "papers/paper.html", context)


@login_required
@require_POST
def confirm(request: HttpRequest, paper_uuid: UUID) -> HttpResponse:
    """Say that one has read it."""
    operations.confirm_paper(actor=reader(request).actor, paper_uuid=paper_uuid)
    messages.success(request, "已确认，发出单位看得到。")
    return redirect("papers:paper", paper_uuid=paper_uuid)


@login_required
@require_POST
def write(request: HttpRequest, paper_uuid: UUID) -> HttpResponse:
    """Begin an answer to a call, or go on with the one begun."""
    item = operations.write_for_call(actor=reader(request).actor, paper_uuid=paper_uuid)
    return redirect("items:edit", item_uuid=item.uuid)


@login_required
@require_safe
def file(request: HttpRequest, paper_uuid: UUID, file_uuid: UUID) -> FileResponse:
    """Hand out a file of a paper that the reader may see; the download is logged in the reader's own trail.

    Raises:
        NotFound: no such file, or its paper is not theirs.
    """
    user = reader(request)
    enclosure = Enclosure.objects.select_related("owner").filter(uuid=file_uuid, paper__uuid=paper_uuid).first()
    if enclosure is None or not _may_see(user, paper_uuid):
        raise NotFound
    return downloads.download(
        actor=user.actor,
        owner=enclosure.owner,
        file_uuid=enclosure.uuid,
        name=enclosure.name,
        sha256=enclosure.sha256,
        media_type=enclosure.media_type,
        object_kind="paper",
        object_id=paper_uuid,
    )


def todos(user: User) -> list[TodoEntry]:
    """Return what papers ask of a reader: calls to write for, the nearest first, and what waits for a confirmation."""
    calls = list(queries.open_calls(user)[:20])
    written = queries.written_for(user, calls)
    asks = list(queries.readable(user).filter(needs_confirm=True).order_by(*ORDER)[:20])
    marks = queries.marks_of(user, asks)
    sure = {uuid for uuid, mark in marks.items() if mark.confirmed_at}
    return [
        *(_call(call) for call in calls if call.uuid not in written),
        *(_asks(paper) for paper in asks if paper.uuid not in sure and paper.kind != PaperKind.CALL),
    ][:_HOME_SHOWS]


def _call(call: Paper) -> TodoEntry:
    url = reverse("papers:paper", args=[call.uuid])
    notes = [call.unit.short_name]
    return TodoEntry(call.title, url, "speakerphone", "约稿", "call", notes, common.due_state(call.due_on))


def _asks(paper: Paper) -> TodoEntry:
    url = reverse("papers:paper", args=[paper.uuid])
    notes = [paper.unit.short_name, "请确认已阅"]
    return TodoEntry(paper.title, url, common.ICONS[PaperKind(paper.kind)], paper.get_kind_display(), "call", notes)


def _line(paper: Paper, mark: Reader | None, written: int) -> dict[str, Any]:
    notes = [paper.unit.short_name, zt_short(paper.published_at)]
    state = common.due_state(paper.due_on)
    if written:
        state = State(f"已写 {written} 篇", "ok")
    elif paper.needs_confirm and paper.kind != PaperKind.CALL:
        sure = mark is not None and mark.confirmed_at is not None
        state = State("已确认", "ok") if sure else State("请确认", "soon")
    return {
        "title": paper.title,
        "url": reverse("papers:paper", args=[paper.uuid]),
        "icon": common.ICONS[PaperKind(paper.kind)],
        "tag": Tag(paper.get_kind_display(), "blue" if paper.kind == PaperKind.CALL else ""),
        "is_read": mark is not None and mark.read_at is not None,
        "notes": notes,
        "state": state,
    }


def _answer(item: Item, user: User) -> dict[str, Any]:
    return {"title": item.title, "url": own_url(item, user), "state": state_of(item)}


def _actions(paper: Paper, user: User, mark: Reader) -> dict[str, Any]:
    if paper.kind == PaperKind.CALL:
        refused = "" if user.has_zt_perm("items.write") else "您没有写信息的权限，本单位管理员可以在“人员”里调整。"
        write = Action(
            "写信息",
            icon="pencil-plus",
            primary=True,
            refused=refused,
            attrs={"formaction": reverse("papers:write", args=[paper.uuid])},
        )
        return {"actions": [write], "next_step": "写好提交，这一篇就算应约。"}
    if paper.needs_confirm and mark.confirmed_at is None:
        confirm = Action(
            "确认已阅",
            icon="checks",
            primary=True,
            attrs={"formaction": reverse("papers:confirm", args=[paper.uuid])},
        )
        return {"actions": [confirm], "next_step": "发出单位看得到多少人已确认。"}
    return {"actions": []}


def _may_see(user: User, paper_uuid: UUID) -> bool:
    if queries.readable(user).filter(uuid=paper_uuid).exists():
        return True
    unit_id = require_unit()
    came = Delivery.objects.filter(paper__uuid=paper_uuid, receiver_id=unit_id, paper__withdrawn_at__isnull=True)
    own = Paper.objects.filter(uuid=paper_uuid, unit_id=unit_id)
    return (user.has_zt_perm("exchange.receive") and came.exists()) or (
        user.has_zt_perm("exchange.publish") and own.exists()
    )
