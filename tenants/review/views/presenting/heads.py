"""The queue beside a text, and title and facts over it."""

from typing import Any

from django.urls import reverse

from tenants.items.models import Item, Urgency
from tenants.items.queries import author_names, number_label
from tenants.items.suggesting import suggested_category
from tenants.review import queries
from tenants.review.models import Run, Task
from tenants.review.queries import RunScreen, TaskScreen
from tenants.review.views.marks import TAGS, due_state, notes_of
from zhitong.core import clock
from zhitong.web import parts
from zhitong.web.parts import Fact, QueueEntry
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_short


def queue_of(screen: TaskScreen) -> dict[str, Any]:
    """Return the queue beside the text, with the ways to the entries before and after the open one."""
    tasks = queries.queue(screen.reader)
    place = next((n for n, task in enumerate(tasks) if task.pk == screen.task.pk), None)
    before = tasks[place - 1] if place else None
    after = next(iter(tasks[0 if place is None else place + 1 :]), None)
    return {
        "queue": [_entry(task, screen) for task in tasks],
        "queue_total": queries.count_mine(screen.reader),
        "queue_place": place + 1 if place is not None else 0,
        "queue_title": "待我审",
        "queue_empty": parts.empty("没有要审的", "有新的待办会有通知。", icon="circle-check"),
        "queue_note": "按时限",
        "queue_url": reverse("review:list"),
        "previous_url": _url(before),
        "next_url": _url(after),
    }


def head_of(screen: RunScreen, mark: str) -> dict[str, Any]:
    """Return title, facts and tags over the text. `mark` is the unit's, for the number."""
    item = screen.item
    if not item.is_report:
        return _head_of_circular(item)
    first = next(iter(item.signers), None)
    who = authors_words(author_names(item))
    handed_in = zt_short(clock.local_date(item.submitted_at)) if item.submitted_at else ""
    facts = [
        Fact("编号", number_label(item, mark)),
        Fact("报送", f"{item.from_unit} {handed_in}") if item.from_unit else Fact("提交", handed_in),
        Fact("反映人", f"{who}（{first.sector}）" if first and first.sector else who),
        Fact("类别", item.category),
        Fact("归类提示", _category_hint(screen)),
        Fact("来源", item.get_source_display()),
        Fact("篇幅", f"{item.text_length:,} 字"),
    ]
    clearance = [Fact("办理", Run.Purpose.CLEARANCE.label)] if screen.run.purpose == Run.Purpose.CLEARANCE else []
    return {
        "doc_title": item.title,
        "facts": [fact for fact in [*clearance, *facts] if fact.value],
        "tags": [TAGS[Urgency(item.urgency)]] if item.urgency in TAGS else [],
    }


def _category_hint(screen: RunScreen) -> str:
    """Return under which other category the unit has such texts, for whoever decides on one."""
    if not isinstance(screen, TaskScreen) or not screen.decides:
        return ""
    hint = suggested_category(screen.item).hint
    return f"{hint.label}（把握 {hint.percent}%）" if hint and hint.label != screen.item.category else ""


def _head_of_circular(item: Item) -> dict[str, Any]:
    facts = [
        Fact("类别", item.get_kind_display()),
        Fact("起草", item.created_by.name if item.created_by else ""),
        Fact("送审", zt_short(clock.local_date(item.submitted_at)) if item.submitted_at else ""),
        Fact("篇幅", f"{item.text_length:,} 字"),
        Fact("附表", "看附表", reverse("circulars:circular", args=[item.uuid])),
    ]
    return {"doc_title": item.title, "facts": [fact for fact in facts if fact.value], "tags": []}


def _entry(task: Task, screen: TaskScreen) -> QueueEntry:
    asked = [] if task.kind == Task.Kind.DECIDE else [task.get_kind_display()]
    return QueueEntry(
        title=task.run.item.title,
        url=_url(task),
        notes=[*notes_of(task.run.item), *asked],
        state=due_state(task.due_at, task.run.item.urgency),
        current=task.pk == screen.task.pk,
    )


def _url(task: Task | None) -> str:
    return reverse("review:task", args=[task.uuid]) if task else ""
