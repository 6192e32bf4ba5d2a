"""The reviewer's screen: read, edit, decide, and on to the next."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User
from tenants.items import comparison
from tenants.items.texts import Texts
from tenants.items.views.common import posted_version, reader
from tenants.review import operations, queries
from tenants.review.forms import TextForm
from tenants.review.models import Run, Verb
from tenants.review.queries import TaskScreen
from tenants.review.views import presenting
from zhitong.core import glossary
from zhitong.core.errors import InvalidInput, StaleVersion

_DONE = {
    Verb.PASS: "已通过",
    Verb.RETURN: glossary.SENT_BACK,
    Verb.KEEP: "已留存",
    Verb.DECLINE: "已按不采用办结",
}


@login_required
@require_safe
def task(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """A task with its queue, texts, steps and history; `?text=` chooses the text, `?decide=` opens a reason box."""
    screen = queries.load_screen(reader(request), task_uuid)
    if screen.is_mine and screen.task.seen_at is None:
        operations.mark_seen(actor=screen.reader.actor, task_uuid=task_uuid)
    if request.GET.get("text") == "edit" and screen.is_mine:
        return _edit_page(request, screen, TextForm(initial=Texts.of(screen.item).as_dict()))
    wanted = request.GET.get("decide", "")
    verb = Verb(wanted) if wanted in _DONE and screen.is_mine else None
    return _page(request, screen, verb)


@login_required
@require_POST
def decide(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """Carry out the pressed verb and go to the next task; a missing reason is asked for beside what was typed."""
    user, post = reader(request), request.POST
    verb = Verb(post["verb"]) if post.get("verb") in _DONE else None
    try:
        if verb is None:
            raise InvalidInput("请选择一种处理：通过、退回、留存或不采用。")
        run = _carry_out(user, task_uuid, verb, request)
    except InvalidInput as refusal:
        if not refusal.fields:
            raise
        screen = queries.load_screen(user, task_uuid)
        return _page(request, screen, verb, refusal=refusal, status=refusal.status)
    messages.success(request, f"{_DONE[verb or Verb.PASS]}：{run.item.title}。{presenting.outcome_words(run)}")
    return redirect("home" if post.get("from") == "home" else _next_url(user))


@login_required
@require_POST
def edit(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """Save the reviewer's text; when somebody else changed it meanwhile, both stand on the page and nothing is lost."""
    user = reader(request)
    form = TextForm(request.POST)
    try:
        operations.edit_text(
            actor=user.actor,
            task_uuid=task_uuid,
            version=posted_version(request),
            texts=form.texts(),
        )
    except (InvalidInput, StaleVersion) as refusal:
        form.refuse(refusal)
        screen = queries.load_screen(user, task_uuid)
        theirs = comparison.compare(form.texts(), Texts.of(screen.item)) if isinstance(refusal, StaleVersion) else []
        return _edit_page(request, screen, form, theirs=theirs, status=refusal.status)
    messages.success(request, "核稿已存，原稿不变。")
    return redirect(f"{reverse('review:task', args=[task_uuid])}?text=diff")


def _carry_out(user: User, task_uuid: UUID, verb: Verb, request: HttpRequest) -> Run:
    post, actor = request.POST, user.actor
    reason = post.get("reason", "")
    if verb is Verb.RETURN:
        return operations.decide_return(actor=actor, task_uuid=task_uuid, reason=reason, to=post.get("to") or "author")
    if verb is Verb.KEEP:
        return operations.decide_keep(actor=actor, task_uuid=task_uuid, reason=reason)
    if verb is Verb.DECLINE:
        return operations.decide_decline(actor=actor, task_uuid=task_uuid, reason=reason)
    return operations.decide_pass(actor=actor, task_uuid=task_uuid, comment=reason, mode=post.get("mode") or "single")


def _next_url(user: User) -> str:
    waiting = queries.queue(user)
    return reverse("review:task", args=[waiting[0].uuid]) if waiting else reverse("review:list")


def _page(
    request: HttpRequest,
    screen: TaskScreen,
    verb: Verb | None,
    *,
    refusal: InvalidInput | None = None,
    status: int = 200,
) -> HttpResponse:
    fields = refusal.fields if refusal else {}
    context = _frame(request, screen) | {
        **presenting.text_of(screen, request.GET.get("text", "")),
        **presenting.bar_of(screen, verb),
        "verb": verb,
        "reason_value": request.POST.get("reason", ""),
        "reason_error": " ".join(fields.get("reason", [])),
        "to_error": " ".join(fields.get("to", [])),
        "mode_error": " ".join(fields.get("mode", [])),
        "chosen_to": request.POST.get("to", ""),
        "chosen_mode": request.POST.get("mode", "single"),
    }
    return render(request, "review/task.html", context, status=status)


def _edit_page(
    request: HttpRequest, screen: TaskScreen, form: TextForm, *, theirs: Any = (), status: int = 200
) -> HttpResponse:
    context = _frame(request, screen) | {"form": form, "version": screen.item.version, "theirs": theirs}
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
        "history": presenting.history_of(screen),
        "flow_note": presenting.flow_note(screen),
        "phrases": screen.phrases,
    }
