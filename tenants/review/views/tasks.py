"""The reviewer's screen: read, edit, decide, and on to the next."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User
from tenants.items.queries import labels_of
from tenants.items.texts import Texts
from tenants.items.views.common import reader, saved_version
from tenants.review import operations, queries
from tenants.review.forms import TextForm
from tenants.review.models import Task
from tenants.review.queries import TaskScreen
from tenants.review.views import beside, presenting
from tenants.review.views.verbs import UNDOABLE, VERBS
from zhitong.core.errors import InvalidInput, NotFound, Refusal, StaleVersion
from zhitong.web import parts, toasts

_LINES_SHOWN = 5


@login_required
@require_safe
@never_cache
def task(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """A task with its queue, texts, steps and history; `?text=` chooses the text, `?decide=` opens a verb's box."""
    user = reader(request)
    try:
        screen = queries.load_screen(user, task_uuid)
    except NotFound:
        if Task.objects.filter(uuid=task_uuid, holder=user, kind=Task.Kind.WRITE).exists():
            return redirect("review:relay", task_uuid=task_uuid)
        raise
    if screen.is_mine and _is_unseen(screen.task):
        operations.mark_seen(actor=screen.reader.actor, task_uuid=task_uuid)
    if request.GET.get("text") == "edit" and screen.is_mine:
        return _edit_page(
            request, screen, TextForm(initial=Texts.of(screen.item).as_dict(), labels=labels_of(screen.item))
        )
    return _page(request, screen, request.GET.get("decide", ""))


@login_required
@require_POST
def decide(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """Carry out the pressed verb and go to the next task; what is wrong is said beside what was typed."""
    user, post = reader(request), request.POST
    verb = post.get("verb", "")
    if "search" in post:  # a search among people, not a decision
        return _page(request, queries.load_screen(user, task_uuid), post["search"])
    wish = VERBS.get(verb)
    try:
        if wish is None:
            raise InvalidInput("请选择一种处理：通过、退回、留存或不采用。")
        run = wish.work(user.actor, task_uuid, post)
    except NotFound:
        raise
    except Refusal as refusal:
        return _refused(request, user, task_uuid, verb, refusal)
    here = reverse("review:task", args=[task_uuid])
    undo = toasts.link("收回", f"{here}?decide=take_back") if verb in UNDOABLE else ""
    messages.success(request, f"{wish.done}：{run.item.title}。{presenting.outcome_words(run)}", extra_tags=undo)
    if post.get("from") == "home":
        return redirect("home")
    stays = wish.stays or Task.objects.filter(uuid=task_uuid, holder=user, state=Task.State.OPEN).exists()
    return redirect(here if stays else _next_url(user))


@login_required
@require_POST
def edit(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """Save the reviewer's text; when somebody else changed it meanwhile, the page lets both be merged."""
    user = reader(request)
    item = queries.load_screen(user, task_uuid).item
    form, stored = TextForm(request.POST, labels=labels_of(item)), Texts.of(item)
    try:
        operations.edit_text(
            actor=user.actor, task_uuid=task_uuid, version=saved_version(request), texts=form.texts(stored)
        )
    except NotFound:
        raise
    except Refusal as refusal:
        screen = queries.load_screen(user, task_uuid)
        if not isinstance(refusal, StaleVersion):  # the merge box says what that one says, and more
            form.refuse(refusal)
        stale = isinstance(refusal, StaleVersion) or "merged" in request.POST
        return _edit_page(request, screen, form, stale=stale, status=refusal.status)
    messages.success(request, "核稿已存，原稿不变。")
    return redirect(f"{reverse('review:task', args=[task_uuid])}?text=diff")


@login_required
@require_POST
def checks(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """Keep the answers to the checklist as they are given; htmx gets the new count, or what is wrong."""
    user = reader(request)
    error = ""
    try:
        operations.save_checks(
            actor=user.actor, task_uuid=task_uuid, checks=presenting.posted_checks(request.POST) or {}
        )
    except InvalidInput as refusal:
        error = refusal.message
    screen = queries.load_screen(user, task_uuid)
    context = {**presenting.checks_of(screen), "check_error": error, "saved": not error}
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("review:task", task_uuid=task_uuid) if not error else _page(request, screen, "", status=422)
    return render(request, "review/check_count.html", context, status=422 if error else 200)


@login_required
@require_safe
def people(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """The people found for what is typed in a box, for htmx; the chosen ones stay."""
    screen = queries.load_screen(reader(request), task_uuid)
    ask = presenting.ask_of(screen, request.GET.get("search", ""), request.GET, QueryDict(), None)
    if ask is None or ask.picker is None:
        raise NotFound
    return render(request, "review/people_found.html", {"picker": ask.picker})


def _refused(request: HttpRequest, user: User, task_uuid: UUID, verb: str, refusal: Refusal) -> HttpResponse:
    """Show the screen as it is now with the refusal and everything that was typed."""
    try:
        screen = queries.load_screen(user, task_uuid)
    except NotFound:  # it is somebody else's now: the words are given back on a page of their own
        box = parts.refusal("没有办成", refusal.message, rule=refusal.rule, who=refusal.who)
        context = {"box": box, "words": request.POST.get("reason", "")}
        return render(request, "review/words_kept.html", context, status=refusal.status)
    return _page(request, screen, verb, refusal=refusal, status=refusal.status)


def _is_unseen(found: Task) -> bool:
    return found.seen_at is None or (found.urged_at is not None and found.urged_at > found.seen_at)


def _next_url(user: User) -> str:
    waiting = queries.queue(user)
    return reverse("review:task", args=[waiting[0].uuid]) if waiting else reverse("review:list")


def _page(
    request: HttpRequest, screen: TaskScreen, verb: str, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    fields = dict(refusal.fields) if refusal else {}
    ask = presenting.ask_of(screen, verb, request.POST, request.GET, refusal)
    known = {"reason", "checklist", *(field.name for field in ask.fields)} if ask else {"reason", "checklist"}
    if ask and ask.picker:
        known.add("who")
    said = refusal if refusal and (not fields or set(fields) - known) else None
    wanted = request.GET.get("text", "") or ("opinions" if ask and screen.is_collator else "")
    text = presenting.text_of(screen, wanted, pair=request.GET.dict())
    context = _frame(request, screen) | {
        **text,
        **beside.remarks_context(screen.reader, screen.run, text["passages"]),
        **presenting.bar_of(screen, ask),
        **presenting.checks_of(screen, presenting.posted_checks(request.POST)),
        "ask": ask,
        "refusal": said,
        "reason_value": request.POST.get("reason", ""),
        "reason_error": " ".join(fields.get("reason", [])),
        "check_error": " ".join(fields.get("checklist", [])),
        "pair_query": urlencode({"decide": ask.verb}) if ask else "",
    }
    return render(request, "review/task.html", context, status=status)


def _edit_page(
    request: HttpRequest, screen: TaskScreen, form: TextForm, *, stale: bool = False, status: int = 200
) -> HttpResponse:
    context = _frame(request, screen) | beside.remarks_context(screen.reader, screen.run)
    context |= presenting.writing_of(request, screen.item, form, presenting.last_hand(screen), stale=stale)
    return render(request, "review/edit.html", context, status=status)


def _frame(request: HttpRequest, screen: TaskScreen) -> dict[str, Any]:
    """Return what both faces of the screen show: queue, head, steps, history."""
    return {
        "screen": screen,
        "task": screen.task,
        "here": reverse("review:task", args=[screen.task.uuid]),
        "back": reverse("review:list"),
        "phone_title": "审核",
        **presenting.queue_of(screen),
        **presenting.head_of(screen, request.tenant.mark),  # type: ignore[attr-defined]
        "review_steps": presenting.steps_of(screen),
        "history": presenting.history_of(screen, last=_LINES_SHOWN),
        "history_total": len(screen.lines),
        "flow_note": presenting.flow_note(screen),
        "phrases": screen.phrases,
        **beside.questions_context(screen.reader, screen.run, screen.task, screen.step.may),
        **beside.relay_context(screen.reader, screen.run, screen.task, screen.step.may),
        "sheet_of": screen.run.uuid,
    }
