"""The page 我的导出: what one asked for, how far it is, and the files."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor
from zhitong.documents import downloads
from zhitong.exports import operations
from zhitong.exports.models import Export
from zhitong.exports.queries import own_export, own_exports
from zhitong.exports.registry import exporter_of
from zhitong.exports.writing import MEDIA_TYPES
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.keyset import page_of
from zhitong.web.parts import State

_LOOKS: dict[str, Any] = {
    Export.State.WAITING: ("now", ""),
    Export.State.RUNNING: ("now", ""),
    Export.State.DONE: ("ok", ""),
    Export.State.CANCELLED: ("off", ""),
    Export.State.REFUSED: ("late", "lock"),
    Export.State.FAILED: ("late", "alert-triangle"),
}


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """List the reader's own exports, the newest first; the list asks for itself anew while one is made."""
    rows = page_of(own_exports(_actor(request)), ("-asked_at", "-pk"), request.GET)
    context = {
        "exports": [(one, State(one.get_state_display(), *_LOOKS[one.state])) for one in rows.items],
        "waits": any(one.is_unfinished for one in rows.items),
        "page": rows,
        "empty_box": parts.empty(
            "还没有导出",
            "在任何一个列表上按“导出”。两千行以内的当时就下载，更多的在后台导出，导好了在这里下载。",
            icon="download",
        ),
    }
    template = "exports/rows.html" if request.htmx else "exports/page.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse | FileResponse:
    """Export a list: a small one comes at once as the answer, a large one leads to its progress."""
    actor, kind = _actor(request), request.POST.get("kind", "")
    found = operations.ask_export(
        actor=actor, kind=kind, query=request.POST.get("query", ""), wanted=request.POST.get("format", "")
    )
    if isinstance(found, Export):
        messages.success(request, f"共 {found.rows_total:,} 行，正在后台导出。可以离开，回来再下载。")
        return redirect("exports:page")
    unit = unit_in_force()
    return downloads.hand_out(
        actor=actor,
        content=found.content,
        name=found.name,
        media_type=found.media_type,
        made_of=unit.uuid,
        object_kind=kind,
        object_id=unit.uuid,
    )


@login_required
@require_safe
def file(request: HttpRequest, export_uuid: UUID) -> FileResponse:
    """Hand out the file of an export; who has lost the right to the list meanwhile does not get it any more.

    Raises:
        NotFound: not the reader's, or its list is gone.
        NotAllowed: without the right of the list.
        WrongState: there is no file (yet).
    """
    actor = _actor(request)
    export = own_export(actor, export_uuid)
    exporter_of(export.kind).require(actor, operations.asked_from(export.query))
    if export.state != Export.State.DONE:
        raise WrongState(f"这份导出{export.get_state_display()}，没有文件可以下载。")
    if export.file is None:
        raise NotFound
    return downloads.hand_over(
        actor=actor,
        owner=export.unit,
        key=export.file,
        name=export.file_name,
        sha256=export.sha256,
        media_type=MEDIA_TYPES[export.format],
        object_kind="export",
        object_id=export.uuid,
    )


@login_required
@require_POST
def act(request: HttpRequest, export_uuid: UUID) -> HttpResponse:
    """Cancel an export, or delete it with its file."""
    actor = _actor(request)
    match request.POST.get("do"):
        case "cancel":
            operations.cancel_export(actor=actor, export_uuid=export_uuid)
            messages.success(request, "已取消。")
        case "delete":
            operations.delete_export(actor=actor, export_uuid=export_uuid)
            messages.success(request, "已删除。")
        case _:
            raise NotFound
    return redirect(reverse("exports:page"))


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.user.actor  # type: ignore[union-attr]
    return actor
