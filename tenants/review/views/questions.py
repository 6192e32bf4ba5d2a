"""Asking others before deciding: the page of a task's questions, urging or withdrawing one, a new link for one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.models import User
from tenants.items import comparison
from tenants.items.queries import labels_of
from tenants.items.texts import Texts
from tenants.items.views.common import reader
from tenants.review import operations
from tenants.review.definition import parse
from tenants.review.models import PENDING, Question, Task
from tenants.review.queries.access import runs_reviewed_by
from tenants.review.question_form import AskForm
from tenants.review.views.beside import questions_context
from zhitong.core import links
from zhitong.core.errors import InvalidInput, NotFound, Refusal
from zhitong.core.links import Issued
from zhitong.core.text import whole_number


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def verify(request: HttpRequest, task_uuid: UUID) -> HttpResponse:
    """The questions of a run with their answers beside the text; a post asks, or looks for people by name."""
    user = reader(request)
    task = _task(user, task_uuid)
    busy = [one.holder.uuid for one in task.run.tasks.filter(state__in=PENDING).select_related("holder")]
    form = AskForm(request.POST if request.method == "POST" else None, without=busy)
    if request.method != "POST" or request.POST.get("action") == "find":
        return _page(request, user, task, form)
    try:
        asked = operations.ask_questions(
            actor=user.actor,
            task_uuid=task_uuid,
            kind=request.POST.get("kind", ""),
            words=request.POST.get("words", ""),
            passage=request.POST.get("passage", ""),
            days=_days(request),
            to=form.addressees(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, user, _task(user, task_uuid), form, status=refusal.status)
    if asked.links:
        return _links_page(request, task, asked.links)
    messages.success(request, f"已发出 {len(asked.asked)} 处，回复会通知您，也列在这里。")
    return redirect("review:verify", task_uuid=task_uuid)


@login_required
@require_POST
def withdraw(request: HttpRequest, question_uuid: UUID) -> HttpResponse:
    """Take back a question nobody has answered."""
    user = reader(request)
    question = _question(user, question_uuid)
    try:
        operations.withdraw_question(
            actor=user.actor, question_uuid=question_uuid, reason=request.POST.get("reason", "")
        )
    except InvalidInput as refusal:
        typed = {
            "withdrawing": question.uuid,
            "why": request.POST.get("reason", ""),
            "why_error": " ".join(refusal.fields["reason"]),
        }
        task = _task(user, question.task.uuid)
        return _page(request, user, task, AskForm(), status=refusal.status, typed=typed)
    messages.success(request, f"已收回：{question.addressee}。")
    return redirect("review:verify", task_uuid=question.task.uuid)


@login_required
@require_POST
def question_urge(request: HttpRequest, question_uuid: UUID) -> HttpResponse:
    """Remind those who can answer a question."""
    user = reader(request)
    question = _question(user, question_uuid)
    task = _task(user, question.task.uuid)
    operations.urge(actor=user.actor, run_uuid=task.run.uuid, question_uuid=question_uuid)
    messages.success(request, f"已催办：{question.addressee}。")
    return redirect("review:verify", task_uuid=task.uuid)


@login_required
@require_POST
@never_cache
def renew(request: HttpRequest, question_uuid: UUID) -> HttpResponse:
    """Make a new link for a question to somebody outside, and show it with its code this once."""
    user = reader(request)
    question = _question(user, question_uuid)
    issued = operations.renew_link(actor=user.actor, question_uuid=question_uuid, days=_days(request))
    return _links_page(request, question.task, [(question, issued)])


def _task(user: User, task_uuid: UUID) -> Task:
    """Return a task of a run that the reader sees the inside of.

    Raises:
        NotFound: absent, hidden, or of an own item.
    """
    tasks = Task.objects.select_related("run__item", "run__flow_version__flow", "question", "holder")
    task = tasks.filter(uuid=task_uuid, run__in=runs_reviewed_by(user)).first()
    if task is None or not (task.holder_id == user.pk or user.has_zt_perm("review.read_all")):
        raise NotFound
    return task


def _question(user: User, question_uuid: UUID) -> Question:
    question = Question.objects.select_related("task__run__item").filter(uuid=question_uuid).first()
    if question is None or not runs_reviewed_by(user).filter(pk=question.task.run_id).exists():
        raise NotFound
    return question


def _page(
    request: HttpRequest,
    user: User,
    task: Task,
    form: AskForm,
    *,
    status: int = 200,
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    step = parse(task.run.flow_version.definition).steps[task.step]
    context = questions_context(user, task.run, task, step.may) | (typed or {})
    context |= {
        "task": task,
        "item": task.run.item,
        "doc_title": task.run.item.title,
        "passages": comparison.passages(Texts.of(task.run.item), labels_of(task.run.item)),
        "form": form if context["ask_url"] else None,
        "pauses": step.verifying_pauses,
        "back": reverse("review:task", args=[task.uuid]),
        "phone_title": "核实和联审",
    }
    return render(request, "review/verify.html", context, status=status)


def _links_page(request: HttpRequest, task: Task, given: list[tuple[Question, Issued]]) -> HttpResponse:
    context: dict[str, Any] = {
        "task": task,
        "given": [
            {
                "question": question,
                "link": request.build_absolute_uri(reverse("review:outside", args=[issued.token])),
                "code": f"{issued.code[:3]} {issued.code[3:]}",
                "until": issued.link.expires_at,
            }
            for question, issued in given
        ],
        "tries": links.TRIES,
        "back": reverse("review:verify", args=[task.uuid]),
        "phone_title": "一次性链接",
    }
    return render(request, "review/links.html", context)


def _days(request: HttpRequest) -> int:
    return whole_number(request.POST.get("days", ""), 3) or 0
