"""Worklists: what waits for me, what I did, what came back to me, what is late, all that is under way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from tenants.accounts.models import User
from tenants.items.models import Item, Urgency
from tenants.items.queries import own_items
from tenants.review.models import Act, Run, Task, Verb
from zhitong.core import clock
from zhitong.core.errors import NotAllowed
from zhitong.web.keyset import page_of
from zhitong.web.parts import Page

QUEUE_SIZE = 50


class Tab(StrEnum):
    """Which worklist."""

    MINE = "mine"
    DONE = "done"
    RETURNED = "returned"
    LATE = "late"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a worklist: words of the title, urgency; empty means any."""

    words: str = ""
    urgency: str = ""

    def on(self, prefix: str) -> Q:
        """Return the condition on the item found under `prefix`."""
        narrowed = Q()
        if self.words:
            narrowed &= Q(**{f"{prefix}title__icontains": self.words})
        if self.urgency in Urgency.values:
            narrowed &= Q(**{f"{prefix}urgency": self.urgency})
        return narrowed


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A row of a worklist.

    `step` is the step's name, `who` whom it waits for (or the verb for what is done), `at` when that began (or was
    done), `due_at` its limit; `task` is None where nobody has one open.
    """

    item: Item
    step: str
    who: Sequence[str]
    at: datetime
    due_at: datetime | None = None
    task: Task | None = None
    word: str = ""
    reason: str = ""


def worklist(user: User, tab: Tab, filters: Filters, *, after: str = "", before: str = "") -> Page[WorkRow]:
    """Return a page of a worklist of `user`, in a constant number of queries.

    Raises:
        NotAllowed: `ALL` without the right to read all reviews.
    """
    source = _SOURCES[tab](user)
    rows = source.rows.filter(filters.on(source.prefix))
    page: Page[Any] = page_of(rows, source.order, {"after": after, "before": before})
    return Page([source.present(row) for row in page.items], page.next_cursor, page.prev_cursor)


def counts(user: User) -> dict[Tab, int]:
    """Return how many rows each worklist of `user` has; `ALL` only with the right to it."""
    tabs = [tab for tab in Tab if tab is not Tab.ALL or user.has_zt_perm("review.read_all")]
    return {tab: _SOURCES[tab](user).rows.count() for tab in tabs}


def count_mine(user: User) -> int:
    """Return how many tasks wait for `user`."""
    return Task.objects.filter(holder=user, state=Task.State.OPEN).count()


def queue(user: User) -> list[Task]:
    """Return the first tasks that wait for `user`, by due time, with their items."""
    return list(_mine(user).rows.order_by("due_at", "pk")[:QUEUE_SIZE])  # PostgreSQL puts null last


@dataclass(frozen=True, slots=True)
class _Source:
    rows: QuerySet[Any]
    order: tuple[str, str]
    prefix: str
    present: Callable[[Any], WorkRow]


def _mine(user: User) -> _Source:
    rows = _tasks().filter(holder=user, state=Task.State.OPEN)
    return _Source(rows, ("due_at", "pk"), "run__item__", _open_row)


def _done(user: User) -> _Source:
    rows = _tasks().filter(holder=user, state=Task.State.DONE)
    return _Source(rows, ("-closed_at", "-pk"), "run__item__", _done_row)


def _late(user: User) -> _Source:
    rows = _tasks().filter(state=Task.State.OPEN, due_at__lt=clock.now())
    if not user.has_zt_perm("review.read_all"):
        rows = rows.filter(holder=user)
    return _Source(rows, ("due_at", "pk"), "run__item__", _open_row)


def _returned(user: User) -> _Source:
    rows = _runs().filter(state=Run.State.RETURNED, item__in=own_items(user))
    return _Source(rows, ("-started_at", "-pk"), "item__", _returned_row)


def _all(user: User) -> _Source:
    if not user.has_zt_perm("review.read_all"):
        raise NotAllowed(
            "您没有“查看本单位全部审核”的权限。", rule="本单位角色权限", who="本单位管理员可以在“人员”里调整您的角色"
        )
    rows = _runs().filter(state__in=[Run.State.RUNNING, Run.State.RETURNED])
    return _Source(rows, ("-started_at", "-pk"), "item__", _run_row)


_SOURCES: dict[Tab, Callable[[User], _Source]] = {
    Tab.MINE: _mine,
    Tab.DONE: _done,
    Tab.RETURNED: _returned,
    Tab.LATE: _late,
    Tab.ALL: _all,
}


def _tasks() -> QuerySet[Task]:
    return Task.objects.select_related("run__item", "holder", "position").prefetch_related("run__item__authors")


def _runs() -> QuerySet[Run]:
    pending = Task.objects.filter(state=Task.State.OPEN).select_related("holder").order_by("pk")
    returns = Act.objects.filter(verb=Verb.RETURN).order_by("-seq")
    return Run.objects.select_related("item").prefetch_related(
        "item__authors", Prefetch("tasks", pending, to_attr="open_tasks"), Prefetch("acts", returns, to_attr="returns")
    )


def _open_row(task: Task) -> WorkRow:
    return WorkRow(task.run.item, task.step_name, [task.holder.name], task.opened_at, task.due_at, task)


def _done_row(task: Task) -> WorkRow:
    assert task.closed_at is not None
    return WorkRow(
        task.run.item, task.step_name, [task.holder.name], task.closed_at, task=task, word=Verb(task.verb).label
    )


def _returned_row(run: Any) -> WorkRow:
    act = run.returns[0] if run.returns else None
    return WorkRow(
        run.item,
        act.step_name if act else "",
        [act.by_label] if act else [],
        act.at if act else run.started_at,
        word=Run.State.RETURNED.label,
        reason=act.reason if act else "",
    )


def _run_row(run: Any) -> WorkRow:
    if not run.open_tasks:
        return _returned_row(run)
    first = run.open_tasks[0]
    return WorkRow(
        run.item,
        first.step_name,
        [task.holder.name for task in run.open_tasks],
        first.opened_at,
        min((task.due_at for task in run.open_tasks if task.due_at), default=None),
        first,
    )
