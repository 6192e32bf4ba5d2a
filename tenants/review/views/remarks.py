"""Remarks on passages of a text in review: read, written, answered, settled."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.models import User
from tenants.items import comparison
from tenants.items.queries import labels_of
from tenants.items.texts import Texts
from tenants.items.views.common import detail_url, reader
from tenants.review import operations
from tenants.review.models import Remark, Run, Task
from tenants.review.queries.access import reads_text, runs_seen_by
from tenants.review.views.beside import remarks_context
from zhitong.core.errors import InvalidInput, NotFound


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remarks(request: HttpRequest, run_uuid: UUID) -> HttpResponse:
    """The text with its remarks; a post writes one. `?quote=` brings a passage chosen on another page."""
    user = reader(request)
    run = _run(user, run_uuid)
    typed = {"quote": request.GET.get("quote", "")[:500], "words": "", "for_authors": False}
    if request.method != "POST":
        return _page(request, user, run, typed)
    typed = {
        "quote": request.POST.get("quote", ""),
        "words": request.POST.get("words", ""),
        "for_authors": bool(request.POST.get("for_authors")),
    }
    try:
        made = operations.write_remark(
            actor=user.actor,
            run_uuid=run_uuid,
            quote=str(typed["quote"]),
            words=str(typed["words"]),
            for_authors=bool(typed["for_authors"]),
        )
    except InvalidInput as refusal:
        return _page(request, user, run, typed, errors=refusal.fields, status=refusal.status)
    messages.success(request, "批注已存。")
    return _at(made)


@login_required
@require_POST
def reply(request: HttpRequest, remark_uuid: UUID) -> HttpResponse:
    """Answer a remark."""
    user = reader(request)
    try:
        operations.reply_remark(actor=user.actor, remark_uuid=remark_uuid, words=request.POST.get("words", ""))
    except InvalidInput as refusal:
        remark = Remark.objects.select_related("run__item").get(uuid=remark_uuid)
        typed = {"reply_to": remark.uuid, "reply": request.POST.get("words", "")}
        return _page(request, user, remark.run, typed, errors={"reply": refusal.fields["words"]}, status=refusal.status)
    messages.success(request, "答复已存。")
    return _at(Remark.objects.select_related("run").get(uuid=remark_uuid))


@login_required
@require_POST
def settle(request: HttpRequest, remark_uuid: UUID) -> HttpResponse:
    """Mark a remark as settled."""
    remark = operations.settle_remark(actor=reader(request).actor, remark_uuid=remark_uuid)
    messages.success(request, "这条批注已了结。")
    return _at(remark)


def _run(user: User, run_uuid: UUID) -> Run:
    """Return a run whose text the reader reads: a remark quotes it.

    Raises:
        NotFound: absent or hidden, or only its course is open to the reader.
    """
    run = runs_seen_by(user).select_related("item").filter(uuid=run_uuid).first()
    if run is None or not reads_text(user, run):
        raise NotFound
    return run


def _page(
    request: HttpRequest,
    user: User,
    run: Run,
    typed: dict[str, object],
    *,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    task = Task.objects.filter(run=run, holder=user, state=Task.State.OPEN).first()
    context = remarks_context(user, run, comparison.passages(Texts.of(run.item), labels_of(run.item))) | typed
    context |= {
        "run": run,
        "item": run.item,
        "doc_title": run.item.title,
        "may_write": context["may_remark"],
        "may_settle": context["may_remark"],
        "errors": {name: " ".join(words) for name, words in (errors or {}).items()},
        "back": reverse("review:task", args=[task.uuid]) if task else detail_url(run.item),
        "phone_title": "批注",
    }
    return render(request, "review/remarks_page.html", context, status=status)


def _at(remark: Remark) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('review:remarks', args=[remark.run.uuid])}#remark-{remark.uuid}")
