"""A leader's home: what waits for the signature with due and reading time, the text to sign, what waits too long."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from tenants.accounts.models import User
from tenants.desk import queries
from tenants.desk.views import rail
from tenants.items.models import Item, Urgency
from tenants.items.queries import author_names
from tenants.items.texts import minutes_to_read, reading_words
from tenants.review import operations as review
from tenants.review.models import Task, Verb
from tenants.review.queries import TaskScreen, count_mine, load_screen, queue
from tenants.review.views import presenting
from tenants.review.views.marks import TAGS, due_state
from zhitong.exchange.models import Dispatch
from zhitong.units.current import unit_in_force
from zhitong.web import parts
from zhitong.web.parts import Action, Fact, QueueEntry
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_due, zt_short

_SHOWN = 12


def is_leader(user: User) -> bool:
    """Return whether the reader signs and oversees, and does no desk work."""
    signs = user.has_zt_perm("review.decide") and user.has_zt_perm("review.read_all")
    return signs and not (user.has_zt_perm("exchange.receive") or user.has_zt_perm("exchange.send"))


def context(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return lists, the text that `?sign=` asks for (else the first one), and the unit's year."""
    unit = unit_in_force()
    waiting = queue(user)
    asked = next((task for task in waiting if str(task.uuid) == request.GET.get("sign")), None)
    if asked and asked.seen_at is None:
        review.mark_seen(actor=user.actor, task_uuid=asked.uuid)
    shown = asked or next(iter(waiting), None)
    late = queries.late_tasks(user)
    unsigned = queries.late_sendings(unit.pk)
    late_total, unsigned_total = late.count(), unsigned.count()
    waits = [*map(_late, late[:_SHOWN]), *map(_unsigned, unsigned[:_SHOWN])]
    return {
        "signs": [_entry(task, current=task == shown) for task in waiting],
        "sign_total": count_mine(user),
        "sign_minutes": minutes_to_read(sum(task.run.item.text_length for task in waiting)) if waiting else "",
        "sign_first": _home(waiting[0]) if waiting else "",
        "sign_empty": parts.empty("都签完了", "有新的待办会有通知。", icon="circle-check"),
        "is_signing": asked is not None,
        "waits": waits[:_SHOWN],
        "waits_total": late_total + unsigned_total,
        "late_url": f"{reverse('review:list')}?tab=late" if late_total else "",
        "task": shown,
        **(_text(load_screen(user, shown.uuid), request) if shown else {}),
        **({"back": "/", "phone_title": "审签"} if asked else {}),
        **rail.context(user, unit),
    }


def _home(task: Task) -> str:
    return f"{reverse('home')}?sign={task.uuid}"


def _entry(task: Task, *, current: bool) -> QueueEntry:
    item: Item = task.run.item
    return QueueEntry(
        item.title,
        _home(task),
        [authors_words(author_names(item)) or item.from_unit, reading_words(item.text_length)],
        due_state(task.due_at, ""),
        TAGS[Urgency.URGENT] if item.urgency == Urgency.URGENT else None,
        current,
    )


def _late(task: Task) -> QueueEntry:
    notes = [task.holder.name, task.step_name]
    return QueueEntry(task.run.item.title, reverse("review:task", args=[task.uuid]), notes, zt_due(task.due_at))


def _unsigned(dispatch: Dispatch) -> QueueEntry:
    notes = [dispatch.receiver_name, dispatch.get_state_display()]
    url = reverse("desk:journey", args=[dispatch.item_uuid])
    return QueueEntry(dispatch.title, url, notes, zt_due(dispatch.due_at))


def _text(screen: TaskScreen, request: HttpRequest) -> dict[str, Any]:
    """Return the text as it stands now, with what the posts before said, and the bar of decisions."""
    bar = presenting.bar_of(screen, None)
    agree, *others = bar["actions"]
    compare = f"{reverse('review:task', args=[screen.task.uuid])}?text=diff"
    more = [Action("看改动", url=compare, icon="copy", quiet=True)] if screen.compared else []
    return {
        **presenting.head_of(screen, request.tenant.mark),  # type: ignore[attr-defined]
        **presenting.text_of(screen, "edited" if screen.edited else "original"),
        "opinions": [
            Fact(line.by, f"{zt_short(line.at)} {line.why}")
            for line in screen.lines
            if line.why and line.verb in {Verb.PASS, Verb.COMMENT}
        ],
        "actions": [replace(agree, label="同意", icon="writing-sign") if screen.decides else agree, *others],
        "more_actions": [*more, *bar["more_actions"]],
        "next_step": bar["next_step"],
    }
