"""Home by role: an author sees the own year and items, a clerk what waits, a leader what to sign."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tenants.accounts.models import User
from tenants.desk import queries
from tenants.desk.views import leader, office
from tenants.items.models import Item, ItemAuthor, State
from tenants.items.queries import open_questions, own_items
from tenants.items.views.cards import cards_of
from tenants.items.views.common import own_url, reader
from tenants.papers.views.reading import todos as papers_asking
from tenants.review.models import Task
from tenants.review.queries import Filters, Tab, WorkRow, queue, worklist
from tenants.review.views.marks import due_state, notes_of
from zhitong.core import clock, glossary
from zhitong.web import parts
from zhitong.web.parts import ItemCard, TodoEntry
from zhitong.web.templatetags.zt import zt_day

_SHOWN = 5


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what concerns this reader, most urgent first; who works in the office and writes sees both."""
    user = reader(request)
    context: dict[str, Any] = {"greeting": _greeting(user)}
    if leader.is_leader(user):
        return render(request, "desk/leader.html", context | leader.context(request, user))
    if any(user.has_zt_perm(right) for right in office.RIGHTS):
        cards = own_cards(user, 3)
        own = {"cards": cards, "own_total": own_items(user).count() if cards else 0}
        asked = {"todos": [*asked_of(user), *questions_to(user), *papers_asking(user)]}
        return render(request, "desk/office.html", context | own | asked | office.context(user))
    if user.has_zt_perm("monitor.province") and not user.has_zt_perm("items.write"):
        return redirect("monitor:province")
    return render(request, "desk/author.html", context | _author(user))


def own_cards(user: User, count: int) -> list[ItemCard]:
    """Return the reader's latest submitted items with their tracks."""
    recent = own_items(user).exclude(state=State.DRAFT).select_related("created_by", "pen_holder")
    return cards_of(user, list(recent.order_by("-submitted_at", "-id")[:count]))


def questions_to(user: User) -> list[TodoEntry]:
    """Return where the reader is asked to sign."""
    return [_question(row) for row in open_questions(user)[: _SHOWN + 1]]


def asked_of(user: User) -> list[TodoEntry]:
    """Return what is asked of a reader who reviews nothing by their role: opinions, facts, a share of the writing."""
    if user.has_zt_perm("review.decide"):
        return []  # it stands in the list of what waits for them
    return [_asked(task) for task in queue(user)[: _SHOWN + 1]]


def _greeting(user: User) -> str:
    hour = clock.now().astimezone(clock.SHANGHAI).hour
    part = "早上好" if hour < 9 else "上午好" if hour < 12 else "下午好" if hour < 18 else "晚上好"
    title = user.get_member_kind_display() if user.member_kind != "staff" else ""
    return f"{user.name}{title}，{part}"


def _author(user: User) -> dict[str, Any]:
    sent, adopted, points = queries.own_year(user, clock.today().year)
    returned = worklist(user, Tab.RETURNED, Filters()).items
    handed = list(Item.objects.filter(pen_holder=user).select_related("created_by").order_by("-pen_since")[:_SHOWN])
    own_drafts = Item.objects.filter(created_by=user, state=State.DRAFT, pen_holder__isnull=True).exclude(title="")
    drafts = list(own_drafts.order_by("-changed_at")[:_SHOWN])
    back = (_returned(row, user) for row in returned)
    todos = [
        *back,
        *papers_asking(user),
        *asked_of(user),
        *questions_to(user),
        *map(_handed, handed),
        *map(_draft, drafts),
    ]
    own = reverse("items:own")
    return {
        "year": (
            ("报送", sent, "篇", own),
            ("采用", adopted, "篇", f"{own}?tab=approved"),
            *([("得", points, "分", own)] if points else ()),
        ),
        "todos": todos[:_SHOWN],
        "todo_total": len(todos),
        "more": max(0, len(todos) - _SHOWN),
        "more_url": f"{own}?tab=returned",
        "empty_box": parts.empty("没有要办的", "看到什么、为什么、怎么办，一事一报。", icon="circle-check"),
        "cards": own_cards(user, _SHOWN),
        "total": own_items(user).count(),
        "may_write": user.has_zt_perm("items.write"),
    }


def _returned(row: WorkRow, user: User) -> TodoEntry:
    """What the reviewer asks for leads, the title stands under it."""
    item = row.item
    return TodoEntry(
        row.reason or item.title,
        own_url(item, user),
        "arrow-back-up",
        "被退回",
        "back",
        [f"《{item.title}》", zt_day(row.at)],
    )


def _asked(task: Task) -> TodoEntry:
    """Somebody waits for the reader's word on an item of others."""
    item, word = task.run.item, "请您审核" if task.kind == Task.Kind.DECIDE else f"请您{task.get_kind_display()}"
    state = due_state(task.due_at, item.urgency)
    url = reverse("review:task", args=[task.uuid])
    return TodoEntry(item.title, url, "message-reply", word, "call", notes_of(item), state)


def _question(row: ItemAuthor) -> TodoEntry:
    """Somebody asks the reader to sign."""
    writer = row.item.created_by.name if row.item.created_by else ""
    return TodoEntry(
        str(row.item),
        reverse("items:sign", args=[row.item.uuid]),
        "user-check",
        "请您联名",
        "call",
        [f"{writer}撰写", f"{zt_day(row.asked_at)}请"],
    )


def _handed(item: Item) -> TodoEntry:
    notes = [f"{item.created_by.name}请您接着写" if item.created_by else "", zt_day(item.pen_since)]
    return TodoEntry(str(item), reverse("items:edit", args=[item.uuid]), "pencil", "接力撰写", notes=notes)


def _draft(item: Item) -> TodoEntry:
    url = reverse("items:edit", args=[item.uuid])
    return TodoEntry(item.title, url, "pencil", glossary.DRAFT, notes=[f"{zt_day(item.changed_at)}写到"])
