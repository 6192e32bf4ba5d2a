"""Worklists: what waits for me, what I did, what came back, what I was shown, what is late, all that is under way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tenants.accounts.models import User
from tenants.items.models import Item
from tenants.items.queries import NAMELESS, own_circulars, own_items
from tenants.review.engine import post_words
from tenants.review.models import Act, Copy, Flow, FlowVersion, Run, Task, Verb
from tenants.review.queries.access import sees_all
from zhitong.core import clock
from zhitong.core.errors import NotAllowed
from zhitong.web.keyset import page_of
from zhitong.web.parts import Page

QUEUE_SIZE = 50
# Rows are counted up to here; beyond it a page says "more", so that a long list costs what a short one costs.
COUNT_MOST = 1000


class Tab(StrEnum):
    """Which worklist."""

    MINE = "mine"
    DONE = "done"
    SENT_BACK = "sent_back"
    RETURNED = "returned"
    COPIES = "copies"
    LATE = "late"
    ALL = "all"


# Lists whose rows are tasks, and those that somebody's own tasks make long over the years.
TASK_TABS = frozenset({Tab.MINE, Tab.DONE, Tab.SENT_BACK, Tab.LATE})


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a worklist; empty means any. `due_from` and `due_to` are days, both included."""

    words: str = ""
    urgency: str = ""
    category: str = ""
    step: str = ""
    flow: str = ""
    submitter_kind: str = ""
    due_from: date | None = None
    due_to: date | None = None

    @property
    def any(self) -> bool:
        """Whether anything is narrowed."""
        return self != Filters()

    def on_item(self, prefix: str) -> Q:
        """Return the condition on the item found under `prefix`."""
        narrowed = Q(**{f"{prefix}title__icontains": self.words}) if self.words else Q()
        for name in ("urgency", "category", "submitter_kind"):
            if value := getattr(self, name):
                narrowed &= Q(**{f"{prefix}{name}": value})
        return narrowed

    def on_task(self) -> Q:
        """Return the condition on a task: its step and its limit."""
        narrowed = Q(step_name=self.step) if self.step else Q()
        if self.due_from:
            narrowed &= Q(due_at__gte=clock.start_of(self.due_from))
        if self.due_to:
            narrowed &= Q(due_at__lt=clock.start_of(self.due_to + timedelta(days=1)))
        return narrowed


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A row of a worklist.

    `step` is the step's name, `who` whom it waits for (or who did it), `at` when that began (or was done), `due_at` its
    limit; `task` is None where nobody has one open; `word` says how it ended instead of a limit. `posts` stand for
    `who` where names are hidden.
    """

    item: Item
    run: Run
    step: str
    who: Sequence[str]
    at: datetime
    due_at: datetime | None = None
    task: Task | None = None
    word: str = ""
    reason: str = ""
    unread: bool = False
    posts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What one can narrow by: steps of the flows in use, flows by code."""

    steps: Sequence[str] = ()
    flows: Mapping[str, str] = field(default_factory=dict)


def worklist(
    user: User, tab: Tab, filters: Filters, *, after: str = "", before: str = "", sort: str = ""
) -> Page[WorkRow]:
    """Return a page of a worklist of `user`, in a constant number of queries.

    Args:
        user: the reader.
        tab: which list.
        filters: what narrows it.
        after: cursor of the page before this one.
        before: cursor of the page behind this one.
        sort: `at` or `due`, with `-` downwards; the list's own order for anything else.

    Raises:
        NotAllowed: `ALL` without the right to see all reviews.
    """
    source = _SOURCES[tab](user)
    rows = source.rows.filter(_narrowed(source, filters))
    page: Page[Any] = page_of(rows, source.order_by(sort), {"after": after, "before": before})
    return Page([source.present(row) for row in page.items], page.next_cursor, page.prev_cursor)


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a narrowed worklist, in order, and how each is told."""

    rows: QuerySet[Any]
    present: Callable[[Any], WorkRow]


def whole_worklist(user: User, tab: Tab, filters: Filters, sort: str = "") -> Whole:
    """Return all of a worklist of `user`, as `worklist` pages through it.

    Raises:
        NotAllowed: `ALL` without the right to see all reviews.
    """
    source = _SOURCES[tab](user)
    return Whole(source.rows.filter(_narrowed(source, filters)).order_by(*source.order_by(sort)), source.present)


def counts(user: User) -> dict[Tab, int]:
    """Return how many rows each worklist of `user` has, up to one beyond `COUNT_MOST`; `ALL` only with the right."""
    tabs = [tab for tab in Tab if tab is not Tab.ALL or sees_all(user)]
    return {tab: count_of(user, tab, Filters()) for tab in tabs}


def count_of(user: User, tab: Tab, filters: Filters) -> int:
    """Return how many rows a narrowed worklist has, up to one beyond `COUNT_MOST`."""
    source = _SOURCES[tab](user)
    return int(source.rows.filter(_narrowed(source, filters)).order_by().values("pk")[: COUNT_MOST + 1].count())


def count_mine(user: User) -> int:
    """Return how many tasks wait for `user`."""
    return Task.objects.filter(holder=user, state=Task.State.OPEN).count()


def queue(user: User) -> list[Task]:
    """Return the first tasks that wait for `user`, by due time, with their items."""
    return list(_mine(user).rows.order_by("due_at", "pk")[:QUEUE_SIZE])  # PostgreSQL puts null last


def own_open(user: User, tasks: Sequence[UUID]) -> list[Task]:
    """Return the open tasks of `user` among these uuids, in the order of their limits."""
    return list(_mine(user).rows.filter(uuid__in=tasks).order_by("due_at", "pk"))


def filter_choices() -> FilterChoices:
    """Return what one can narrow by."""
    flows = dict(Flow.objects.values_list("code", "name"))
    in_use = FlowVersion.objects.filter(state=FlowVersion.State.PUBLISHED).values_list("definition", flat=True)
    names = [step["name"] for definition in in_use for step in definition["steps"]]
    return FilterChoices(list(dict.fromkeys(names)), flows)


@dataclass(frozen=True, slots=True)
class _Source:
    """A list: its rows, own order and other keys to sort by, where item and run are found, how a row is told."""

    rows: QuerySet[Any]
    order: str
    keys: Mapping[str, str]
    item: str
    run: str
    present: Callable[[Any], WorkRow]

    def order_by(self, sort: str) -> tuple[str, str]:
        """Return the order asked for, the own one when there is no such."""
        key = self.keys.get(sort.removeprefix("-"))
        column = f"{'-' if sort.startswith('-') else ''}{key}" if key else self.order
        return (column, "-pk" if column.startswith("-") else "pk")


def _narrowed(source: _Source, filters: Filters) -> Q:
    found = filters.on_item(source.item)
    if filters.flow:
        found &= Q(**{f"{source.run}flow_version__flow__code": filters.flow})
    on_task = filters.on_task()
    if not on_task:
        return found
    if source.rows.model is Task:
        return found & on_task
    run = OuterRef(f"{source.run}pk")
    return found & Q(Exists(Task.objects.filter(on_task, run=run, state=Task.State.OPEN)))


def _mine(user: User) -> _Source:
    rows = _tasks().filter(holder=user, state=Task.State.OPEN)
    return _of_tasks(rows, "due_at", {"due": "due_at", "at": "opened_at"}, _open_row)


def _done(user: User) -> _Source:
    rows = _tasks().filter(holder=user, state=Task.State.DONE)
    return _of_tasks(rows, "-closed_at", {"at": "closed_at"}, _done_row)


def _sent_back(user: User) -> _Source:
    rows = _tasks().filter(holder=user, state=Task.State.DONE, verb=Verb.RETURN)
    return _of_tasks(rows, "-closed_at", {"at": "closed_at"}, _sent_back_row)


def _late(user: User) -> _Source:
    rows = _tasks().filter(state=Task.State.OPEN, due_at__lt=clock.now())
    if not sees_all(user):
        rows = rows.filter(holder=user)
    return _of_tasks(rows, "due_at", {"due": "due_at", "at": "opened_at"}, _open_row)


def _returned(user: User) -> _Source:
    own = Q(item__in=own_items(user)) | Q(item__in=own_circulars(user))
    rows = _runs().filter(own, state=Run.State.RETURNED)
    return _of_runs(rows, _returned_row)


def _all(user: User) -> _Source:
    if not sees_all(user):
        raise NotAllowed(
            "您没有“查看本单位全部审核”的权限。", rule="本单位角色权限", who="本单位管理员可以在“人员”里调整您的角色"
        )
    return _of_runs(_runs().filter(state__in=[Run.State.RUNNING, Run.State.RETURNED]), _run_row)


def _copies(user: User) -> _Source:
    rows = Copy.objects.filter(reader=user).select_related("run__item").prefetch_related("run__item__authors")
    return _Source(rows, "-at", {"at": "at"}, "run__item__", "run__", _copy_row)


_SOURCES: dict[Tab, Callable[[User], _Source]] = {
    Tab.MINE: _mine,
    Tab.DONE: _done,
    Tab.SENT_BACK: _sent_back,
    Tab.RETURNED: _returned,
    Tab.COPIES: _copies,
    Tab.LATE: _late,
    Tab.ALL: _all,
}


def _of_tasks(rows: QuerySet[Task], order: str, keys: Mapping[str, str], present: Callable[[Task], WorkRow]) -> _Source:
    return _Source(rows, order, keys, "run__item__", "run__", present)


def _of_runs(rows: QuerySet[Run], present: Callable[[Any], WorkRow]) -> _Source:
    order = "-started_at"
    return _Source(rows, order, {"at": "started_at"}, "item__", "", present)


def _tasks() -> QuerySet[Task]:
    return Task.objects.select_related("run__item", "holder", "position").prefetch_related("run__item__authors")


def _runs() -> QuerySet[Run]:
    pending = Task.objects.filter(state=Task.State.OPEN).select_related("holder", "position").order_by("pk")
    returns = Act.objects.filter(verb=Verb.RETURN).order_by("-seq")
    return Run.objects.select_related("item").prefetch_related(
        "item__authors", Prefetch("tasks", pending, to_attr="open_tasks"), Prefetch("acts", returns, to_attr="returns")
    )


def _open_row(task: Task) -> WorkRow:
    return WorkRow(
        task.run.item,
        task.run,
        task.step_name,
        [task.holder.name],
        task.opened_at,
        task.due_at,
        task,
        unread=task.seen_at is None,
        posts=[post_words(task) or NAMELESS],
    )


def _done_row(task: Task) -> WorkRow:
    assert task.closed_at is not None
    word = Verb(task.verb).label
    return WorkRow(task.run.item, task.run, task.step_name, [task.holder.name], task.closed_at, task=task, word=word)


def _sent_back_row(task: Task) -> WorkRow:
    """What the reader returned, with how the run stands now."""
    assert task.closed_at is not None
    word = task.run.get_state_display()
    return WorkRow(task.run.item, task.run, task.step_name, [task.holder.name], task.closed_at, task=task, word=word)


def _returned_row(run: Any) -> WorkRow:
    act = run.returns[0] if run.returns else None
    return WorkRow(
        run.item,
        run,
        act.step_name if act else "",
        [act.by_label] if act else [],
        act.at if act else run.started_at,
        word=Run.State.RETURNED.label,
        reason=act.reason if act else "",
        posts=[act.position_name or NAMELESS] if act else [],
    )


def _run_row(run: Any) -> WorkRow:
    if not run.open_tasks:
        return _returned_row(run)
    first = run.open_tasks[0]
    return WorkRow(
        run.item,
        run,
        first.step_name,
        [task.holder.name for task in run.open_tasks],
        run.started_at,
        min((task.due_at for task in run.open_tasks if task.due_at), default=None),
        first,
        posts=[post_words(task) or NAMELESS for task in run.open_tasks],
    )


def _copy_row(copy: Copy) -> WorkRow:
    word = copy.run.get_state_display()
    return WorkRow(
        copy.run.item,
        copy.run,
        "",
        [copy.by_label],
        copy.at,
        word=word,
        reason=copy.note,
        unread=copy.read_at is None,
        posts=[NAMELESS],
    )
