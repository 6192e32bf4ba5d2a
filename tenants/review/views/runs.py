"""The page of a run: where it stands, what was done, urging, remarks; what the administrator may do with it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User, actor_of
from tenants.items.queries import visible_items
from tenants.items.views.common import detail_url, reader
from tenants.review import operations, queries
from tenants.review.models import Run
from tenants.review.queries import RunScreen
from tenants.review.queries.access import sees_inside
from tenants.review.views import beside, presenting
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.documents import downloads
from zhitong.web import navigation
from zhitong.web.parts import TextTab

_DONE = {
    "urge": "已催办",
    "comment": "意见已存",
    "jump": "已跳转",
    "end": "已终止",
    "restart": "已重新开始",
    "reassign": "已改派",
}


@login_required
@require_safe
@never_cache
def run(request: HttpRequest, run_uuid: UUID) -> HttpResponse:
    """A run for whoever may see it; `?text=` shows the text instead of the history, `?do=` opens a box."""
    screen = queries.load_run(reader(request), run_uuid)
    if any(copy.reader_id == screen.reader.pk and copy.read_at is None for copy in screen.copies):
        operations.mark_copy_read(actor=screen.reader.actor, run_uuid=run_uuid)
        screen = queries.load_run(screen.reader, run_uuid)
    return _page(request, screen, request.GET.get("do", ""))


@login_required
@require_POST
def run_act(request: HttpRequest, run_uuid: UUID) -> HttpResponse:
    """Urge, remark, or what the administrator chose; what is wrong is said beside what was typed."""
    user, verb = reader(request), request.POST.get("verb", "")
    if "search" in request.POST:
        return _page(request, queries.load_run(user, run_uuid), request.POST["search"])
    try:
        found = _carry_out(user, run_uuid, verb, request.POST)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, queries.load_run(user, run_uuid), verb, refusal=refusal, status=refusal.status)
    outcome = "" if verb in {"urge", "comment"} else presenting.outcome_words(found)
    messages.success(request, f"{_DONE[verb]}。{outcome}")
    return redirect("review:run", run_uuid=run_uuid)


@login_required
@require_safe
def run_people(request: HttpRequest, run_uuid: UUID) -> HttpResponse:
    """The people found for what is typed in the administrator's box, for htmx."""
    screen = queries.load_run(reader(request), run_uuid)
    ask = presenting.run_ask_of(screen, request.GET.get("search", ""), request.GET, {}, None)
    if ask is None or ask.picker is None:
        raise NotFound
    return render(request, "review/people_found.html", {"picker": ask.picker})


@login_required
@require_safe
def file(request: HttpRequest, run_uuid: UUID, file_uuid: UUID) -> FileResponse:
    """Hand out a file of the item to whoever sees the run and reads its text; the download is logged.

    Raises:
        NotFound: no such file of the run, or not for this reader.
    """
    screen = queries.load_run(reader(request), run_uuid)
    found = next((one for one in screen.files if one.uuid == file_uuid), None)
    if found is None:
        raise NotFound
    return downloads.download(
        actor=actor_of(request.user),
        owner=connection.tenant,  # type: ignore[attr-defined]
        file_uuid=found.uuid,
        name=found.name,
        sha256=found.sha256,
        media_type=found.media_type,
        object_kind="item",
        object_id=screen.item.uuid,
    )


def _carry_out(user: User, run_uuid: UUID, verb: str, post: QueryDict) -> Run:
    actor, reason = user.actor, post.get("reason", "")
    match verb:
        case "urge":
            return operations.urge(actor=actor, run_uuid=run_uuid, note=reason)
        case "comment":
            return operations.comment(actor=actor, run_uuid=run_uuid, words=reason)
        case "jump":
            return operations.jump(actor=actor, run_uuid=run_uuid, to=post.get("to", ""), reason=reason)
        case "end":
            return operations.end_run(actor=actor, run_uuid=run_uuid, as_verb=post.get("as_verb", ""), reason=reason)
        case "restart":
            return operations.restart(actor=actor, run_uuid=run_uuid, reason=reason)
        case "reassign":
            return _reassign(user, run_uuid, post, reason)
    raise InvalidInput("请选择一种处理：催办、留意见，或者管理员的改派、跳转、重新开始、终止。")


def _reassign(user: User, run_uuid: UUID, post: QueryDict, reason: str) -> Run:
    screen = queries.load_run(user, run_uuid)
    task = next((one for one in screen.tasks if str(one.uuid) == post.get("task")), None)
    if task is None:
        raise InvalidInput("请选择改派谁的待办。", fields={"task": ["请选择改派谁的待办。"]})
    who = post.getlist("who")
    if len(who) != 1:
        raise InvalidInput("请选择改由谁办。", fields={"who": ["请选择一位。"]})
    return operations.reassign_task(actor=user.actor, task_uuid=task.uuid, who=who[0], reason=reason)


def _page(
    request: HttpRequest, screen: RunScreen, verb: str, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    here = reverse("review:run", args=[screen.run.uuid])
    fields = dict(refusal.fields) if refusal else {}
    ask = presenting.run_ask_of(screen, verb, request.POST, request.GET.dict(), refusal)
    known = {"reason", *(field.name for field in ask.fields), "who"} if ask else {"reason"}
    wanted = request.GET.get("text", "")
    context = {
        "screen": screen,
        "run": screen.run,
        "here": here,
        "ask": ask,
        "refusal": refusal if refusal and (not fields or set(fields) - known) else None,
        "due": presenting.state_of_run(screen.run),
        "reads": bool(wanted),
        **presenting.head_of(screen, request.tenant.mark),  # type: ignore[attr-defined]
        **_text(screen, wanted, request, here),
        **presenting.run_bar_of(screen, ask),
        "chain": presenting.steps_of(screen),
        "review_steps": presenting.steps_of(screen, detailed=True),
        "history": presenting.history_of(screen),
        "flow_note": presenting.flow_note(screen),
        "copies": presenting.copies_of(screen),
        "phrases": queries.phrases_of(screen.reader) if screen.reader.has_zt_perm("review.decide") else None,
        "reason_value": request.POST.get("reason", ""),
        "reason_error": " ".join(fields.get("reason", [])),
        "item_url": _item_url(screen),
        "back": _item_url(screen) or reverse("review:list"),
        "phone_title": "审核进程",
    }
    if screen.shows_text:
        shown = context["passages"] if context["reads"] else ()
        context |= beside.remarks_context(screen.reader, screen.run, shown)
    if sees_inside(screen.reader, screen.run):
        context |= beside.questions_context(screen.reader, screen.run) | {"sheet_of": screen.run.uuid}
    _mark(request, screen)
    return render(request, "review/run.html", context, status=status)


def _text(screen: RunScreen, wanted: str, request: HttpRequest, here: str) -> dict[str, Any]:
    found = presenting.text_of(screen, wanted, pair=request.GET.dict(), here=here)
    if not wanted:
        found["tabs"] = [replace(tab, current=False) for tab in found["tabs"]]
        found |= {"changes": 0, "written": ""}
    history = TextTab(f"记录 {len(screen.lines)}", here, not wanted)
    found["tabs"] = [history, *(found["tabs"] if screen.shows_text else [])]
    return found


def _item_url(screen: RunScreen) -> str:
    if not screen.item.is_report:
        return detail_url(screen.item)
    visible = visible_items(screen.reader).filter(pk=screen.item.pk).exists()
    return detail_url(screen.item) if visible else ""


def _mark(request: HttpRequest, screen: RunScreen) -> None:
    """Show authors who review nothing where their own items are."""
    if not screen.reader.has_zt_perm("review.decide") and not screen.reader.has_zt_perm("review.administer"):
        navigation.mark(request, "own_items")
