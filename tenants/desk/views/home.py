"""Home by role: an author sees the own year and items, a clerk what waits, a leader what to sign."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import User
from tenants.desk import queries
from tenants.items.models import Item, State
from tenants.items.queries import number_label, own_items
from tenants.items.views.common import detail_url, reader
from tenants.items.views.lists import state_of
from tenants.review.queries import worklists
from zhitong.core import clock
from zhitong.core.operations import require_unit
from zhitong.exchange.queries import tracks
from zhitong.web import parts
from zhitong.web.parts import Action, ItemCard, QueueEntry, TodoEntry
from zhitong.web.templatetags.zt import zt_day, zt_due

_SHOWN = 5


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what concerns this reader, most urgent first."""
    user = reader(request)
    context: dict[str, Any] = {"greeting": _greeting(user), "today": clock.today()}
    if user.has_zt_perm("review.decide") or user.has_zt_perm("exchange.receive"):
        return render(request, "desk/office.html", context | _office(request, user))
    return render(request, "desk/author.html", context | _author(request, user))


def _greeting(user: User) -> str:
    hour = clock.now().astimezone(clock.SHANGHAI).hour
    part = "早上好" if hour < 9 else "上午好" if hour < 12 else "下午好" if hour < 18 else "晚上好"
    title = user.get_member_kind_display() if user.member_kind != "staff" else ""
    return f"{user.name}{title}，{part}"


def _author(request: HttpRequest, user: User) -> dict[str, Any]:
    year = clock.today().year
    sent, adopted, points = queries.own_year(user, year)
    own = own_items(user)
    returned = list(own.filter(state=State.RETURNED).order_by("-changed_at")[:_SHOWN])
    recent = list(own.exclude(state=State.DRAFT).order_by("-submitted_at", "-id")[:_SHOWN])
    lines = tracks(require_unit(), [item.uuid for item in recent])
    mark = request.tenant.mark  # type: ignore[attr-defined]
    return {
        "year": (("报送", sent, "篇"), ("采用", adopted, "篇"), ("得", points, "分")),
        "todos": [_returned(item) for item in returned],
        "todo_total": len(returned),
        "empty_box": parts.empty("没有要办的", "看到什么、为什么、怎么办，一事一报。", icon="circle-check"),
        "cards": [
            ItemCard(
                item.title,
                detail_url(item),
                [number_label(item, mark), zt_day(item.submitted_at)],
                state=None if lines.get(item.uuid) else state_of(item),
                track=lines.get(item.uuid),
            )
            for item in recent
        ],
        "total": own.count(),
        "may_write": user.has_zt_perm("items.write"),
    }


def _returned(item: Item) -> TodoEntry:
    return TodoEntry(item.title, reverse("items:edit", args=[item.uuid]), "arrow-back-up", "被退回", "back")


def _office(request: HttpRequest, user: User) -> dict[str, Any]:
    unit_id = require_unit()
    context: dict[str, Any] = {"standing": queries.standing_of(unit_id) if user.has_zt_perm("ranking.read") else None}
    if user.has_zt_perm("review.decide"):
        tasks = worklists.queue(user)
        context |= {
            "sign_total": len(tasks),
            "signs": [
                QueueEntry(
                    task.run.item.title,
                    reverse("review:task", args=[task.uuid]),
                    [task.step_name, f"{task.run.item.text_length} 字"],
                    zt_due(task.due_at) if task.due_at else None,
                )
                for task in tasks[: _SHOWN + 3]
            ],
            "sign_empty": parts.empty("都签完了", "新的来稿会出现在这里，并有通知。", icon="circle-check"),
        }
    if user.has_zt_perm("exchange.receive"):
        waiting = queries.waiting(unit_id)
        context |= {
            "inbox_total": waiting.count(),
            "inbox": [
                QueueEntry(
                    dispatch.title,
                    reverse("desk:dispatch", args=[dispatch.uuid]),
                    [dispatch.sender.short_name],
                    zt_due(dispatch.due_at) if dispatch.due_at else None,
                )
                for dispatch in waiting[:_SHOWN]
            ],
            "inbox_empty": parts.empty("没有待签收的来稿", "下级和参加单位报来的信息会出现在这里。"),
        }
    if user.has_zt_perm("exchange.send"):
        ready = queries.to_send()
        context |= {
            "ready_total": ready.count(),
            "ready": [
                QueueEntry(item.title, reverse("desk:send", args=[item.uuid]), [item.category])
                for item in ready[:_SHOWN]
            ],
            "ready_empty": parts.empty("没有待报送的信息", "签发以后的信息会出现在这里。", icon="send"),
        }
    if user.has_zt_perm("items.write"):
        context["write"] = Action("写信息", url=reverse("items:new"), icon="pencil-plus")
    return context
