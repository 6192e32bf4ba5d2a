"""People come and go: stand-ins for a time (代理), a post that changes hands with its open tasks (换人)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.models import User
from tenants.accounts.views.common import needs
from tenants.items.views.common import reader
from tenants.review import operations
from tenants.review.forms import AbsenceForm, ReplaceForm
from tenants.review.models import PENDING, Absence, Task
from tenants.review.views.marks import due_state
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.web.parts import State

_SHOWN = 50
_MANAGE = "accounts.manage"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def absences(request: HttpRequest) -> HttpResponse:
    """The reader's absences, everybody's for who manages people; a post sets one."""
    user = reader(request)
    everybody = user.has_zt_perm(_MANAGE)
    if not everybody:
        user.actor.require("review.decide")
    first = {"away_from": clock.today(), "away_through": clock.today()}
    form = AbsenceForm(request.POST or None, initial=first, everybody=everybody, without=None if everybody else user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.set_absence(
                actor=user.actor,
                user=given.get("user") or user,
                stand_in=given["stand_in"],
                away_from=given["away_from"],
                away_through=given["away_through"],
                reason=given["reason"],
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"已设好：{made.user.name}外出期间由{made.stand_in.name}代理。")
            return redirect("review:absences")
    return _absences_page(request, user, form, everybody=everybody)


@login_required
@require_POST
def absence_end(request: HttpRequest, absence_id: int) -> HttpResponse:
    """End an absence before its day."""
    ended = operations.end_absence(actor=reader(request).actor, absence_id=absence_id)
    messages.success(request, f"{ended.user.name}的代理已结束，没有办的待办已退还。")
    return redirect("review:absences")


@needs(_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def replace_holder(request: HttpRequest) -> HttpResponse:
    """Let a post change hands; a post without `confirm` only shows which open tasks would move."""
    user = reader(request)
    form = ReplaceForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid() and request.POST.get("confirm") == "1":
        given = form.cleaned_data
        post, old = given["holding"].position, given["holding"].user
        try:
            moved = operations.replace_holder(
                actor=user.actor,
                position_code=post.code,
                old=old,
                new=given["new"],
                on=given["on"],
                reason=given["reason"],
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            later = given["on"] > clock.today()
            words = f"从 {given['on']:%m-%d} 起。" if later else f"移交了 {moved} 篇的待办。"
            messages.success(request, f"{post.name}由{old.name}换成{given['new'].name}，{words}")
            return redirect("review:posts")
    context = {"form": form, **_preview(form), "phone_title": "岗位换人"}
    return render(request, "review/posts.html", context, status=form.status if form.errors else 200)


def _absences_page(request: HttpRequest, user: User, form: AbsenceForm, *, everybody: bool) -> HttpResponse:
    seen = Absence.objects.select_related("user", "stand_in")
    mine = seen if everybody else seen.filter(Q(user=user) | Q(stand_in=user))
    context = {
        "form": form,
        "everybody": everybody,
        "rows": [_row(absence, user, everybody=everybody) for absence in mine[:_SHOWN]],
        "phone_title": "代理设置",
    }
    return render(request, "review/absences.html", context, status=form.status if form.errors else 200)


def _row(absence: Absence, user: User, *, everybody: bool) -> dict[str, Any]:
    today = clock.today()
    if absence.ended_at or absence.away_through < today:
        state = State("已结束", "off")
    elif absence.away_from > today:
        state = State("还没开始")
    else:
        state = State("代理中", "now")
    is_over = state.kind == "off"
    return {"absence": absence, "state": state, "may_end": not is_over and (everybody or absence.user_id == user.pk)}


def _preview(form: ReplaceForm) -> dict[str, Any]:
    """Return which open tasks would move, and for each who takes it over where the new holder cannot."""
    given = getattr(form, "cleaned_data", {})
    holding, new = given.get("holding"), given.get("new")
    if holding is None:
        return {"tasks": None}
    tasks = Task.objects.filter(position=holding.position, holder=holding.user, state__in=PENDING)
    rows = list(tasks.select_related("run__item").prefetch_related("run__item__authors").order_by("due_at", "pk"))
    held = Task.objects.filter(run__in=[task.run_id for task in rows], holder=new, state__in=PENDING)
    busy = set(held.values_list("run_id", flat=True)) if new else set()
    return {"tasks": [_moving(task, new, busy) for task in rows[:_SHOWN]], "total": len(rows)}


def _moving(task: Task, new: User | None, busy: set[int]) -> dict[str, Any]:
    item = task.run.item
    why = ""
    if new and task.run_id in busy:
        why = f"{new.name}已经在办这一篇，由本步骤其他人接着办"
    elif new and any(author.user_id == new.pk for author in item.authors.all()):
        why = f"{new.name}是反映人，由本步骤其他人接着办"
    return {"title": item.title, "step": task.step_name, "state": due_state(task.due_at, item.urgency), "why": why}
