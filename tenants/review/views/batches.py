"""Twenty items in one go: choose a verb for the chosen rows, one reason, and a result for each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import User
from tenants.items.views.common import reader
from tenants.review import operations, queries
from tenants.review.models import Task
from tenants.review.operations import BATCH_LIMIT, Answer
from tenants.review.reasons import clean_comment, clean_reason
from tenants.review.views.lists import BATCH
from tenants.review.views.marks import due_state
from tenants.review.views.presenting import Choice, Field, Picker
from zhitong.core.errors import InvalidInput
from zhitong.exchange.models import AdoptionMode
from zhitong.web import navigation
from zhitong.web.parts import Cell, State, TableColumn, TableRow

_LABELS = {verb: label for verb, label, _key in BATCH}
_COLUMNS = [TableColumn(label) for label in ("信息标题", "结果", "说明")]


@login_required
@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """Show what would be done with the chosen rows; with the reason given, do it and say for each what became of it."""
    user, post = reader(request), request.POST
    verb = post.get("verb") or post.get("search", "")
    if verb not in _LABELS:
        raise InvalidInput("请选择通过、退回、留存、不采用或转办。")
    chosen = _uuids(post.getlist("task"))
    if not chosen:
        messages.warning(request, f"请先选中要{_LABELS[verb]}的信息。")
        return redirect(_back(post))
    if post.get("confirm") != "1" or "search" in post:
        return _page(request, user, verb, chosen)
    fields = _wrong(verb, post)
    if fields:
        return _page(request, user, verb, chosen, errors=fields, status=422)
    answers = operations.decide_many(
        actor=user.actor,
        verb=verb,
        task_uuids=chosen,
        reason=post.get("reason", ""),
        who=post.get("who", ""),
        mode=post.get("mode") or AdoptionMode.SINGLE,
    )
    failed = [answer for answer in answers if answer.refusal]
    if not failed:
        messages.success(request, f"已{_LABELS[verb]} {len(answers)} 篇。")
        return redirect(_back(post))
    return _results(request, verb, answers, failed)


@login_required
@require_safe
def batch_people(request: HttpRequest) -> HttpResponse:
    """The people found for what is typed in the box of a batch, for htmx.

    Raises:
        NotAllowed: without the right to decide.
    """
    reader(request).actor.require("review.decide")
    return render(request, "review/people_found.html", {"picker": _picker(request.GET, "")})


def _page(
    request: HttpRequest,
    user: User,
    verb: str,
    chosen: list[UUID],
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    navigation.mark(request, "review")
    wrong = errors or {}
    tasks = queries.own_open(user, chosen)
    label = _LABELS[verb]
    context = {
        "verb": verb,
        "label": label,
        "tasks": [_line(task) for task in tasks],
        "gone": len(chosen) - len(tasks),
        "too_many": len(chosen) > BATCH_LIMIT,
        "limit": BATCH_LIMIT,
        "needs_reason": verb != "pass",
        "fields": [_mode(request.POST, wrong)] if verb == "pass" else [],
        "picker": _picker(request.POST, wrong.get("who", "")) if verb == "reassign" else None,
        "ask": {"verb": verb},
        "reason_value": request.POST.get("reason", ""),
        "reason_error": wrong.get("reason", ""),
        "phrases": queries.phrases_of(user),
        "back_query": request.POST.get("back", ""),
        "back": _back(request.POST),
        "phone_title": f"批量{label}",
    }
    return render(request, "review/batch.html", context, status=status)


def _results(request: HttpRequest, verb: str, answers: list[Answer], failed: list[Answer]) -> HttpResponse:
    """Say for each what was done or why not; what failed can be tried again with the same reason."""
    navigation.mark(request, "review")
    label = _LABELS[verb]
    context = {
        "label": label,
        "verb": verb,
        "done": len(answers) - len(failed),
        "total": len(answers),
        "columns": _COLUMNS,
        "rows": [_result(answer, label) for answer in sorted(answers, key=lambda one: one.refusal is None)],
        "failed": failed,
        "post": request.POST,
        "back_query": request.POST.get("back", ""),
        "back": _back(request.POST),
        "caption": f"{label}结果",
        "phone_title": f"{label}结果",
    }
    return render(request, "review/batch_done.html", context)


def _result(answer: Answer, label: str) -> TableRow:
    url = reverse("review:task", args=[answer.task_uuid]) if answer.title else ""
    title = answer.title or "（不是您的待办）"
    if answer.refusal is None:
        return TableRow([Cell(title, look="t"), Cell(state=State(f"已{label}", "ok")), Cell("")], name=title)
    why = " ".join(part for part in (answer.refusal.message, answer.refusal.who) if part)
    cells = [Cell(title, url=url, look="t"), Cell(state=State(f"没有{label}", "soon", "alert-triangle")), Cell(why)]
    return TableRow(cells, name=title, url=url)


def _line(task: Task) -> dict[str, Any]:
    return {
        "uuid": task.uuid,
        "title": task.run.item.title,
        "step": task.step_name,
        "state": due_state(task.due_at, task.run.item.urgency),
    }


def _wrong(verb: str, post: QueryDict) -> dict[str, str]:
    """Return what is missing or wrong for all of them, so that it is said once and not for each."""
    wrong: dict[str, str] = {}
    try:
        clean_comment(post.get("reason", "")) if verb == "pass" else clean_reason(post.get("reason", ""))
    except InvalidInput as refusal:
        wrong["reason"] = refusal.message
    if verb == "reassign" and len(post.getlist("who")) != 1:
        wrong["who"] = "请选择转给谁。"
    if verb == "pass" and post.get("mode", AdoptionMode.SINGLE) not in AdoptionMode.values:
        wrong["mode"] = "请选择单篇、综合或转送采用。"
    return wrong


def _mode(post: QueryDict, wrong: dict[str, str]) -> Field:
    given = post.get("mode", AdoptionMode.SINGLE)
    choices = [Choice(value, label, value == given) for value, label in AdoptionMode.choices]
    return Field("mode", "走到最后一步的，采用方式", "select", choices, wrong.get("mode", ""))


def _picker(query: QueryDict, error: str) -> Picker:
    words = query.get("find", "")
    people = queries.find_people(words, chosen=query.getlist("who"))
    return Picker("转给谁", people, reverse("review:batch_people"), words, many=False, deciding=True, error=error)


def _uuids(values: list[str]) -> list[UUID]:
    found = []
    for value in dict.fromkeys(values):
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def _back(post: QueryDict) -> str:
    query = QueryDict(post.get("back", "")[:1000])
    return f"{reverse('review:list')}?{query.urlencode()}" if query else reverse("review:list")
