"""What helps beside the text: why a task is due then, saved phrases."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.items.views.common import reader
from tenants.review import operations, queries
from tenants.review.views import presenting
from zhitong.core.errors import InvalidInput


@login_required
@require_safe
def due(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """Why a task is due then; as a drawer for htmx."""
    screen = queries.load_screen(reader(request), task_uuid)
    context = {
        "task": screen.task,
        "back": reverse("review:task", args=[task_uuid]),
        "phone_title": "时限为什么",
        **presenting.due_of_task(screen),
    }
    return render(request, "review/due_drawer.html" if _is_htmx(request) else "review/due.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phrases(request: HttpRequest) -> HttpResponse:
    """The reader's saved phrases and the unit's; a post saves one. The box of a decision gets its row back."""
    user = reader(request)
    if request.method != "POST":
        return _phrases(request)
    words = request.POST.get("text", request.POST.get("reason", ""))
    try:
        operations.add_phrase(actor=user.actor, text=words, for_unit=request.POST.get("for_unit") == "1")
    except InvalidInput as refusal:
        return _phrases(request, refusal.message, words)
    return _phrases(request) if _is_htmx(request) else redirect("review:phrases")


@login_required
@require_POST
def phrase_remove(request: HttpRequest, phrase_id: int) -> HttpResponse:
    """Remove a phrase; the box of a decision gets its row back."""
    operations.remove_phrase(actor=reader(request).actor, phrase_id=phrase_id)
    return _phrases(request) if _is_htmx(request) else redirect("review:phrases")


def _phrases(request: HttpRequest, error: str = "", words: str = "") -> HttpResponse:
    user = reader(request)
    found = queries.phrases_of(user)
    context = {
        "phrases": found,
        "phrase_error": error,
        "words": words,
        "own": [one for one in found if one.owner_id],
        "of_unit": [one for one in found if not one.owner_id],
        "may_set": user.has_zt_perm("review.configure"),
        "back": reverse("review:list"),
        "phone_title": "常用语",
    }
    name = "review/phrases.html" if _is_htmx(request) else "review/phrases_page.html"
    return render(request, name, context, status=422 if error else 200)


def _is_htmx(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]
