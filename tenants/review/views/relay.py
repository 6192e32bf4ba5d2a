"""Handing the working text of a task to somebody to write on, and the page of whoever writes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.accounts.models import User
from tenants.accounts.queries import with_permission
from tenants.items.models import EditionKind, Item
from tenants.items.queries import hides_reviewers_from, labels_of
from tenants.items.texts import Texts
from tenants.items.views.common import reader, saved_version
from tenants.items.views.turns import lost
from tenants.review import engine, operations
from tenants.review.forms import TextForm
from tenants.review.models import PENDING, Act, Task, Verb
from tenants.review.operations.common import DECIDING
from tenants.review.reasons import LIMIT
from tenants.review.views import presenting
from tenants.review.views.beside import remarks_context
from zhitong.core.errors import InvalidInput, NotFound, Refusal, StaleVersion, WrongState

_SHOWN = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def relay(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """Choose who writes on, or, for whoever was chosen: write, save, and hand back."""
    user = reader(request)
    task = (
        Task.objects.select_related("run__item", "run__flow_version__flow", "asked_by", "parent")
        .filter(uuid=task_uuid, holder=user)
        .first()
    )
    if task is None:
        if request.method == "POST" and "problem" in request.POST:
            return lost(request)
        raise NotFound
    if task.kind == Task.Kind.WRITE:
        return _write(request, user, task) if request.method == "POST" else _write_page(request, user, task)
    if task.kind not in DECIDING:
        raise NotFound
    if request.method != "POST":
        return _choose_page(request, task)
    who, reason = request.POST.get("who", ""), request.POST.get("reason", "")
    try:
        operations.relay(actor=user.actor, task_uuid=task_uuid, who=who, reason=reason)
    except NotFound:
        raise
    except Refusal as refusal:
        errors = refusal.fields or {"all": [refusal.message]}
        return _choose_page(request, task, errors=errors, status=refusal.status)
    messages.success(request, "已交出。对方写好交回以后，您再接着办。")
    return redirect("review:task", task_uuid=task_uuid)


def _write(request: HttpRequest, user: User, task: Task) -> HttpResponse:
    form, actor, item = TextForm(request.POST, labels=labels_of(task.run.item)), user.actor, task.run.item
    gives_back = request.POST.get("action") == "give_back"
    try:
        texts, version = form.texts(Texts.of(item)), saved_version(request)
        if gives_back:
            words = request.POST.get("reason", "").strip() or "已写好，请看。"
            operations.answer(actor=actor, task_uuid=task.uuid, words=words, texts=texts, version=version)
        else:
            operations.edit_text(actor=actor, task_uuid=task.uuid, version=version, texts=texts)
    except WrongState:
        gone = _gone(user, task)
        form.refuse(gone)
        return _write_page(request, user, task, form, refusal=gone)
    except StaleVersion as refusal:  # the merge box says what it says, and more
        return _write_page(request, user, task, form, refusal=refusal)
    except InvalidInput as refusal:
        form.refuse(refusal)
        return _write_page(request, user, task, form, refusal=refusal)
    if gives_back:
        messages.success(request, "已交回，谢谢您。")
        return redirect("home")
    messages.success(request, "已存为一稿，写好以后请交回。")
    here, said = reverse("review:relay", args=[task.uuid]), request.POST.get("reason", "").strip()[:LIMIT]
    return redirect(f"{here}?{urlencode({'reason': said})}" if said else here)


def _write_page(
    request: HttpRequest, user: User, task: Task, form: TextForm | None = None, *, refusal: Refusal | None = None
) -> HttpResponse:
    if form is None and task.state != Task.State.OPEN:
        raise _gone(user, task)
    item = task.run.item
    item.refresh_from_db()
    stale = form is not None and (isinstance(refusal, StaleVersion) or "merged" in request.POST)
    asked = Act.objects.filter(run=task.run, verb=Verb.RELAY, seq=task.opened_seq).first()
    fields = refusal.fields if refusal else {}
    shown = form or TextForm(initial=Texts.of(item).as_dict(), labels=labels_of(item))
    context: dict[str, Any] = remarks_context(user, task.run) | {
        **presenting.writing_of(request, item, shown, _last_hand(user, item), stale=stale),
        "task": task,
        "item": item,
        "asked": asked,
        "reason": request.POST.get("reason", "") or request.GET.get("reason", "")[:LIMIT],
        "reason_error": " ".join(fields.get("reason", [])),
        "back": reverse("home"),
        "phone_title": "接力撰写",
    }
    return render(request, "review/write.html", context, status=refusal.status if refusal else 200)


def _last_hand(user: User, item: Item) -> tuple[str, str]:
    last = item.editions.select_related("writer").last()
    own = last is not None and (last.writer_id == user.pk or last.kind == EditionKind.ORIGINAL)
    return presenting.hand_words(last, hidden=not own and hides_reviewers_from(user, item))


def _gone(user: User, task: Task) -> WrongState:
    """Return the refusal of writing that is over: who ended it, unless reviewers' names are hidden from the reader."""
    task.refresh_from_db()
    hidden = hides_reviewers_from(user, task.run.item)
    what = "这一稿已经不由您写" if hidden else engine.what_happened(task)
    return WrongState(f"{what}，现在不能再写。", code="review.task_closed")


def _choose_page(
    request: HttpRequest, task: Task, *, errors: dict[str, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    item, chosen = task.run.item, request.POST.get("who", "")
    busy = {one.holder_id for one in task.run.tasks.filter(state__in=PENDING)}
    authors = [] if item.dispatch_uuid else list(User.objects.filter(authorships__item=item, is_active=True))
    reviewers = with_permission("review.decide").order_by("name", "pk")[:_SHOWN]
    people = {user.pk: (user, "反映人") for user in authors}
    people |= {user.pk: (user, "审核人") for user in reviewers if user.pk not in people}
    context = {
        "task": task,
        "item": item,
        "people": [(str(user.uuid), user.name, note) for pk, (user, note) in people.items() if pk not in busy],
        "chosen": chosen,
        "reason": request.POST.get("reason", ""),
        "errors": {name: " ".join(words) for name, words in (errors or {}).items()},
        "back": reverse("review:task", args=[task.uuid]),
        "phone_title": "请人接着写",
    }
    return render(request, "review/relay_page.html", context, status=status)
