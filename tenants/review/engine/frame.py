"""A locked run in memory: a verb changes it there, `flush` writes it and the history in a few statements.

Every verb loads a frame first (that is where two deciders meet), begins an act, moves, and flushes. What changes while
an act is the latest one are that act's effects, so that the history alone replays to the state of the run.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tenants.accounts.models import User
from tenants.items.models import Edition, Item
from tenants.review import holders
from tenants.review.clocks import Due, remind_before
from tenants.review.definition import PLAIN, Definition, Facts, Step, parse
from tenants.review.holders import Asking, Assignee, Authors
from tenants.review.models import PENDING, Act, Copy, Run, Task, Verb
from zhitong.core import clock, outbox
from zhitong.core.operations import Actor

_RUN_COLUMNS = ["state", "step", "round", "destinations", "difficulty", "choices", "back_to", "ended_at"]
_TASK_COLUMNS = [
    "state", "holder", "position", "in_stead_of", "parent", "opened_at", "opened_seq", "due_at", "due_why", "clock",
    "paused_at", "seen_at", "urged_at", "urge_count", "closed_at", "closed_seq", "verb", "checklist",
]  # fmt: skip


@dataclass(slots=True)
class Frame:
    """A locked run with what a decision needs. `moment` is the one time of everything this operation writes.

    `tasks` are all tasks of the run by age; new ones have no primary key until `flush`.
    """

    actor: Actor
    user: User | None
    run: Run
    item: Item
    definition: Definition
    authors: Authors
    tasks: list[Task]
    last_seq: int
    moment: datetime = field(default_factory=clock.now)
    _acts: list[Act] = field(default_factory=list)
    _touched: dict[Any, Task] = field(default_factory=dict)
    _announced: list[Task] = field(default_factory=list)
    _copies: list[Copy] = field(default_factory=list)
    _timed: list[Task] = field(default_factory=list)
    _dropped: list[Task] = field(default_factory=list)
    _missed: list[Task] = field(default_factory=list)

    @property
    def flow_words(self) -> str:
        """The rule behind a refusal: flow and version in words."""
        version = self.run.flow_version
        return f"“{version.flow.name}”流程第 {version.number} 版"

    @property
    def facts(self) -> Facts:
        """What conditions may ask."""
        return facts_of(self.item, self.run)

    @property
    def step(self) -> Step:
        """The step the run stands at."""
        return self.definition.steps[self.run.step]

    @property
    def here(self) -> list[Task]:
        """The tasks of the present visit of the present step."""
        return [task for task in self.tasks if (task.round, task.step) == (self.run.round, self.run.step)]

    @property
    def pending(self) -> list[Task]:
        """The tasks from which something is still expected."""
        return [task for task in self.tasks if task.state in PENDING]

    def children(self, task: Task) -> list[Task]:
        """Return the pending tasks that `task` asked for."""
        return [one for one in self.pending if one.parent is task or (task.pk and one.parent_id == task.pk)]

    def descendants(self, task: Task) -> list[Task]:
        """Return the pending tasks that `task` asked for, and those that these asked for."""
        found = self.children(task)
        return [*found, *(one for child in found for one in self.descendants(child))]

    def asking(self, step: Step) -> Asking:
        """Return what decides who is asked at `step` now."""
        chosen = self.run.choices.get(step.key, [])
        return Asking(self.item, self.authors, clock.local_date(self.moment), chosen)

    def asking_opinions(self, step: Step) -> Asking:
        """As `asking`, for a joint step: whoever gives an opinion need not be one who decides."""
        return replace(self.asking(step), deciding=False)

    def act(
        self,
        verb: Verb,
        *,
        task: Task | None = None,
        step_name: str = "",
        aim: str = "",
        reason: str = "",
        edition: Edition | None = None,
        by_system: bool = False,
    ) -> Act:
        """Begin a line of the history; what changes from here on is its effect."""
        self.last_seq += 1
        act = Act(
            run=self.run,
            seq=self.last_seq,
            task=task,
            verb=verb,
            step_name=task.step_name if task else step_name,
            by=None if by_system else self.user,
            by_label="系统" if by_system else self.actor.label,
            position_name=post_words(task) if task else "",
            in_stead_of_name=task.in_stead_of.name if task and task.in_stead_of else "",
            aim=aim[:200],
            reason=reason,
            edition=edition,
            at=self.moment,
        )
        self._acts.append(act)
        return act

    def open(
        self,
        assignee: Assignee,
        kind: Task.Kind,
        due: Due,
        *,
        parent: Task | None = None,
        asked_by: User | None = None,
        waiting: bool = False,
        announce: bool = True,
    ) -> Task:
        """Add a task of the present step for `assignee`; a waiting one gets its limit when its turn comes.

        Args:
            asked_by: who asked for a task with a `parent`, when it is not the actor.
        """
        task = Task(
            run=self.run,
            kind=kind,
            round=self.run.round,
            step=self.run.step,
            step_name=self.step.name,
            seat=assignee.seat,
            parent=parent,
            position=assignee.position,
            holder=assignee.user,
            in_stead_of=assignee.in_stead_of,
            asked_by=(asked_by or self.user) if parent else None,
            state=Task.State.WAITING if waiting else Task.State.OPEN,
            opened_at=self.moment,
            opened_seq=self.last_seq,
        )
        self.tasks.append(task)
        if waiting:
            task.due_why = "轮到后起算"
        else:
            self.set_due(task, due)
            if announce:
                self._announced.append(task)
        effects = self._acts[-1].effects.setdefault("opened", {})
        effects[str(task.uuid)] = [task.kind, task.state, str(task.holder.uuid)]
        return task

    def set_due(self, task: Task, due: Due) -> None:
        """Set a limit, with the reason kept on the task's clock."""
        task.due_at, task.due_why = due.at, due.why
        line = {"at": self.moment.isoformat(), "due": due.at.isoformat() if due.at else None, "why": due.why}
        task.clock = [*task.clock, line]
        self._touch(task)
        self._timed.append(task)

    def put(self, task: Task, state: Task.State, verb: Verb | str = "") -> None:
        """Move a task to `state`; a closed one gets its time and, when done, its verb.

        Whoever was asked by a colleague and need not answer any more is told. A limit that passed while nothing could
        be done is noted as soon as the task is open again.
        """
        if state == Task.State.OPEN and task.state != Task.State.WAITING and task.due_at and task.due_at <= self.moment:
            self._missed.append(task)
        task.state = state
        if state in PENDING:
            task.closed_at, task.closed_seq, task.verb = None, None, ""
        else:
            task.closed_at, task.closed_seq, task.verb = self.moment, self.last_seq, verb
            task.paused_at = None
            if task.parent is not None and state in {Task.State.SUPERSEDED, Task.State.CANCELLED}:
                self._dropped.append(task)
        self._touch(task)
        self._acts[-1].effects.setdefault("tasks", {})[str(task.uuid)] = state

    def give(self, task: Task, user: User, *, in_stead_of: User | None = None) -> None:
        """Let another user hold a pending task: who held it before is kept by the history."""
        task.holder, task.in_stead_of, task.seen_at = user, in_stead_of, None
        self._touch(task)
        self._announced.append(task)
        self._acts[-1].effects.setdefault("moved", {})[str(task.uuid)] = str(user.uuid)

    def hang_on(self, task: Task, parent: Task) -> None:
        """Let a task answer `parent` from now on: who asked for it gave the question away."""
        task.parent = parent
        self._touch(task)

    def keep(self, task: Task) -> None:
        """Have a change of a task that is no change of its state written."""
        self._touch(task)

    def announce(self, task: Task) -> None:
        """Have the holder told that a task is open."""
        self._announced.append(task)

    def move(
        self,
        *,
        state: str | None = None,
        step: int | None = None,
        round_: int | None = None,
        back_to: dict[str, Any] | None = None,
    ) -> None:
        """Move the run itself; where a return leads back to is forgotten by every move that does not name it."""
        run = self.run
        run.state = run.state if state is None else state
        run.step = run.step if step is None else step
        run.round = run.round if round_ is None else round_
        run.back_to = back_to
        run.ended_at = None if run.is_open else self.moment
        effect = {"state": run.state, "step": run.step, "round": run.round, "back_to": back_to}
        self._acts[-1].effects["run"] = effect

    @property
    def next_round(self) -> int:
        """The number of a new walk: no walk before had it."""
        return max([self.run.round, *(task.round for task in self.tasks)]) + 1

    def copy_to(self, users: Iterable[User], note: str = "") -> list[User]:
        """Show the run to users who have nothing to decide; those who see it already are left out."""
        known = {copy.reader_id for copy in self._copies}
        if self.run.pk:  # a run that is only tried out has no rows
            known |= set(self.run.copies.values_list("reader_id", flat=True))
        added = [user for user in {user.pk: user for user in users}.values() if user.pk not in known]
        self._copies += [
            Copy(run=self.run, reader=user, by_label=self.actor.label, note=note, at=self.moment) for user in added
        ]
        return added

    def flush(self) -> None:
        """Write everything: the run, its tasks, the acts with their effects, copies, and who is to be told."""
        self.run.save(update_fields=_RUN_COLUMNS)
        fresh = [task for task in self.tasks if task.pk is None]
        known = [task for task in self._touched.values() if task.pk is not None]
        # Closed ones first: a holder may have one pending task of a run, and it may move from one row to another.
        _update([task for task in known if task.state not in PENDING])
        for task in fresh:  # one by one: a parent of the same frame has its key by then
            task.save(force_insert=True)
        _update([task for task in known if task.state in PENDING])
        Act.objects.bulk_create(self._acts)
        Copy.objects.bulk_create(self._copies)
        for copy in self._copies:
            outbox.publish("review.copy.made", {"copy": copy.pk}, unit_id=self.actor.unit_id)
        for task in {task.uuid: task for task in self._announced}.values():
            if task.state == Task.State.OPEN:
                # The number of the act tells one opening from the next: a task can be open again.
                payload = {"task": str(task.uuid), "holder": str(task.holder.uuid), "seq": self.last_seq}
                outbox.publish("review.task.opened", payload, unit_id=self.actor.unit_id)
        for task in self._dropped:
            outbox.publish("review.task.dropped", {"task": str(task.uuid)}, unit_id=self.actor.unit_id)
        for task in {task.uuid: task for task in self._timed}.values():
            self._set_alarms(task)
        for task in {task.uuid: task for task in self._missed}.values():
            if task.state == Task.State.OPEN and not task.paused_at and task.due_at and task.due_at <= self.moment:
                payload = {"task": str(task.uuid), "due": task.due_at.isoformat()}
                outbox.publish("review.task.due", payload, unit_id=self.actor.unit_id)
        self._acts, self._touched, self._announced, self._copies, self._timed = [], {}, [], [], []
        self._dropped, self._missed = [], []

    def _set_alarms(self, task: Task) -> None:
        """Have the clock looked at before the limit and when it has passed; an alarm of an older setting is void.

        A limit that has passed by then is noted at once.
        """
        if task.state not in PENDING or task.due_at is None:
            return
        unit_id, payload = self.actor.unit_id, {"task": str(task.uuid), "due": task.due_at.isoformat()}
        step = self.definition.steps[task.step]
        remind_at = remind_before(step, self.item.urgency, task.opened_at, task.due_at)
        if remind_at > self.moment:
            outbox.publish("review.task.due_soon", payload, unit_id=unit_id, at=remind_at)
        outbox.publish("review.task.due", payload, unit_id=unit_id, at=max(task.due_at, self.moment))

    def _touch(self, task: Task) -> None:
        self._touched[task.uuid] = task


def _update(tasks: list[Task]) -> None:
    if len(tasks) == 1:  # nearly always; a statement for several costs much more to compose
        tasks[0].save(update_fields=_TASK_COLUMNS)
    elif tasks:
        Task.objects.bulk_update(tasks, _TASK_COLUMNS)


def facts_of(item: Item, run: Run | None = None) -> dict[str, Any]:
    """Return what conditions may ask of an item and of its run."""
    return {
        "submitter_kind": item.submitter_kind,
        "urgency": item.urgency,
        "category": item.category,
        "source": item.source,
        "destination": tuple(run.destinations) if run else (),
        "difficulty": run.difficulty if run else PLAIN,
    }


def lock_run(actor: Actor, run_id: int) -> Frame:
    """Lock a run and return its frame. Every verb does this first, so two deciders meet here."""
    run = Run.objects.select_for_update(of=("self",)).select_related("item", "flow_version__flow").get(pk=run_id)
    return frame_of(actor, run)


def frame_of(actor: Actor, run: Run) -> Frame:
    """Return the frame of a run that this transaction has locked or just made."""
    tasks = run.tasks.select_related("holder", "position", "in_stead_of", "asked_by").order_by("pk")
    found = list(tasks)
    by_key = {task.pk: task for task in found}
    for task in found:
        if task.parent_id:
            task.parent = by_key[task.parent_id]
    return Frame(
        actor=actor,
        user=User.objects.filter(uuid=actor.user_uuid).first() if actor.user_uuid else None,
        run=run,
        item=run.item,
        definition=parse(run.flow_version.definition),
        authors=holders.authors_of(run.item),
        tasks=found,
        last_seq=run.acts.order_by("-seq").values_list("seq", flat=True).first() or 0,
    )


def post_words(task: Task) -> str:
    """Return in whose name a task is done: the post, the administrator, or nothing for one asked by name."""
    if task.position:
        return task.position.name
    return "单位管理员" if task.seat is None else ""
