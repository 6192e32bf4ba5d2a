"""What must hold after each step, said plainly and without the engine's own functions."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from django.db import connection
from django.db.models import Max

from tenants.accounts.models import User
from tenants.items.models import State
from tenants.review.engine import replay
from tenants.review.models import PENDING, Act, Copy, FlowVersion, Run, Task
from tenants.review.queries import Tab, counts
from tenants.review.queries.questions import asked_by_task
from tests.tenants.review.machine.world import Today, asked, authors_of, standing_in, way
from zhitong.core import clock
from zhitong.core.models import OutboxMessage
from zhitong.exchange.models import Event

S, K = Task.State, Task.Kind
_ITEM = {
    "running": State.IN_REVIEW, "returned": State.RETURNED, "passed": State.APPROVED, "declined": State.DECLINED,
    "kept": State.KEPT, "recalled": State.WITHDRAWN,
}  # fmt: skip
_STANDING = {
    "running": [], "returned": [], "passed": ["adopted"], "declined": ["declined"], "kept": ["kept"],
    "recalled": ["withdrawn"],
}  # fmt: skip
_HOLDING = {K.BEFORE, K.DELEGATE, K.WRITE}
_DECIDING_VERBS = {"pass", "object", "return", "decline", "keep"}
TRAIL = "core_auditentry"
_TABLES = (
    "review_run", "review_task", "review_act", "review_copy", "review_question", "review_absence",
    "review_flowversion", "items_item", "items_edition", "items_itemauthor", "accounts_holding", "accounts_user",
    "accounts_user_roles", "exchange_event", "core_onetimelink", "core_outboxmessage", TRAIL,
)  # fmt: skip


def digest() -> dict[str, object]:
    """Return a value for each table that a verb may write: equal ones mean that nothing changed."""
    one = "SELECT '{0}', count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {0} t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in _TABLES))
        return {table: values for table, *values in cursor.fetchall()}


@dataclass
class Witness:
    """Remembers what was seen, so that what is new is looked at as it was made."""

    frozen: dict[int, Any] = field(default_factory=dict)  # run -> definition
    visits: set[tuple[int, int, int]] = field(default_factory=set)
    places: dict[int, tuple[int, int, Any]] = field(default_factory=dict)  # run -> step, round, back_to
    acts: dict[int, int] = field(default_factory=dict)
    seen: set[tuple[int, int, tuple[int, ...]]] = field(default_factory=set)
    people: list[User] = field(default_factory=list)
    turn: int = 0

    def look(self, runs: list[int]) -> None:
        """Check every promise for these runs."""
        today = Today.read(clock.today())
        rows = Run.objects.filter(pk__in=runs).select_related("item", "flow_version").order_by("pk")
        # What has ended stands still: it is looked at again when something was written about it.
        lengths = dict(Act.objects.filter(run__in=runs).values_list("run").annotate(Max("seq")))
        alarms = _alarms()
        for run in rows:
            if not run.is_open and self.acts.get(run.pk) == lengths[run.pk]:
                continue
            tasks = list(Task.objects.filter(run=run).select_related("holder", "parent", "position").order_by("pk"))
            acts = list(Act.objects.filter(run=run).order_by("seq"))
            steps = run.flow_version.definition["steps"]
            sight = _Sight(run, steps, tasks, acts, authors_of(run.item), today, alarms)
            assert run.flow_version.definition == self.frozen.setdefault(run.pk, run.flow_version.definition)
            sight.stands()
            sight.history()
            sight.everybody_may()
            self._look_for_the_absent(sight)
            sight.questions_are_open()
            sight.mode_is_kept()
            sight.alarms_are_set()
            self._look_at_new_acts(sight)
            self._look_at_new_visit(sight)
        assert FlowVersion.objects.filter(flow__code="main", state=FlowVersion.State.PUBLISHED).count() == 1
        self._counts()

    def _look_at_new_acts(self, sight: "_Sight") -> None:
        new = sight.acts[self.acts.get(sight.run.pk, 0) :]
        self.acts[sight.run.pk] = len(sight.acts)
        for act in new:
            assert not (act.verb in _DECIDING_VERBS and act.by_id in sight.authors), f"an author did {act.verb}"

    def _look_for_the_absent(self, sight: "_Sight") -> None:
        """Who is away when asked, or goes away, has nothing to do that their stand-in could."""
        away = tuple(one.pk for one in sight.today.absences)
        for task in sight.pending:
            if (task.pk, task.holder_id, away) not in self.seen:
                self.seen.add((task.pk, task.holder_id, away))
                sight.is_there(task)

    def _look_at_new_visit(self, sight: "_Sight") -> None:
        run = sight.run
        before = self.places.get(run.pk)
        self.places[run.pk] = (run.step, run.round, run.back_to)
        visit = (run.pk, run.round, run.step)
        if run.state != Run.State.RUNNING or visit in self.visits:
            return
        self.visits.add(visit)
        sight.right_people_were_asked()
        if before and sight.last_verb in {"pass", "remove"} and before[2] is None:
            sight.right_step_follows(before[0])

    def _counts(self) -> None:
        moment = clock.now()
        self.turn += 1
        user = self.people[self.turn % len(self.people)]
        found = counts(User.objects.get(pk=user.pk))
        mine = Task.objects.filter(holder=user)
        assert found[Tab.MINE] == mine.filter(state=S.OPEN).count()
        assert found[Tab.DONE] == mine.filter(state=S.DONE).count()
        assert found[Tab.SENT_BACK] == mine.filter(state=S.DONE, verb="return").count()
        assert found[Tab.COPIES] == Copy.objects.filter(reader=user).count()
        back = Run.objects.filter(state=Run.State.RETURNED).select_related("item")
        assert found[Tab.RETURNED] == sum(
            run.item.created_by_id == user.pk or user.pk in authors_of(run.item) for run in back
        )
        if Tab.ALL in found:
            assert found[Tab.ALL] == Run.objects.filter(state__in=["running", "returned"]).count()
            assert found[Tab.LATE] == Task.objects.filter(state=S.OPEN, due_at__lt=moment).count()
        else:
            assert found[Tab.LATE] == mine.filter(state=S.OPEN, due_at__lt=moment).count()


def _alarms() -> set[tuple[str, datetime]]:
    ahead = OutboxMessage.objects.filter(topic="review.task.due", done_at=None).values_list("payload", flat=True)
    return {(one["task"], datetime.fromisoformat(one["due"])) for one in ahead}


@dataclass
class _Sight:
    """One run as it is in the tables."""

    run: Run
    steps: list[dict[str, Any]]
    tasks: list[Task]
    acts: list[Act]
    authors: set[int]
    today: Today
    alarms: set[tuple[str, datetime]]

    @property
    def pending(self) -> list[Task]:
        return [task for task in self.tasks if task.state in PENDING]

    @property
    def here(self) -> list[Task]:
        return [task for task in self.tasks if (task.round, task.step) == (self.run.round, self.run.step)]

    @property
    def step(self) -> dict[str, Any]:
        return self.steps[self.run.step]

    @property
    def last_verb(self) -> str:
        return next(act.verb for act in reversed(self.acts) if act.verb not in {"skip", "copy", "comment", "urge"})

    def stands(self) -> None:
        """Run, item and events say the same; somebody has something to do exactly while the run is under way."""
        run = self.run
        running = run.state == Run.State.RUNNING
        assert any(task.state == S.OPEN for task in self.pending) == running, f"{run.state}: {self.words()}"
        assert bool(self.pending) == running
        assert {(task.round, task.step) for task in self.pending} <= {(run.round, run.step)}
        if run.purpose == Run.Purpose.CLEARANCE:
            return
        assert run.item.state == _ITEM[run.state]
        standing = Event.objects.filter(
            item_uuid=run.item.uuid, body=None, reverses=None, reversed_by=None,
            kind__in=["adopted", "declined", "kept", "withdrawn"],
        )  # fmt: skip
        assert list(standing.values_list("kind", flat=True)) == _STANDING[run.state]
        if run.state == Run.State.PASSED:
            assert self.last_verb in {"pass", "remove"}

    def history(self) -> None:
        """The acts replay to what the tables say, and are numbered without a gap."""
        assert [act.seq for act in self.acts] == list(range(1, len(self.acts) + 1))
        found, run = replay(self.acts), self.run
        assert (found.state, found.step, found.round, found.back_to) == (run.state, run.step, run.round, run.back_to)
        assert found.tasks == {str(task.uuid): task.state for task in self.tasks}
        assert found.holders == {str(task.uuid): str(task.holder.uuid) for task in self.tasks}

    def everybody_may(self) -> None:
        """Who has something to do may do it: no author, in use, with the right, still in the post asked for."""
        for task in self.pending:
            holder = task.holder_id
            assert holder not in self.authors or task.kind == K.WRITE, f"an author holds a task: {self.words()}"
            assert self.today.users[holder].is_active, f"somebody out of use holds a task: {self.words()}"
            stands_in = task.kind == K.DECIDE and task.seat is None and self.today.may(holder, "review.administer")
            open_to_all = task.kind in {K.OPINION, K.VERIFY, K.WRITE}
            assert open_to_all or stands_in or self.today.may(holder), f"without right: {self.words()}"
            principal = task.in_stead_of_id or holder
            asked_on = clock.local_date(task.opened_at)
            if task.position_id and self.today.held_post(principal, task.position_id, asked_on):
                assert self.today.holds_post(principal, task.position_id), f"left the post: {self.words()}"

    def is_there(self, task: Task) -> None:
        """The holder is there, or the stand-in cannot: an author, without the right, asked already, or who gave it."""
        other = self.today.stand_in(task.holder_id)
        if other is None or other == task.in_stead_of_id or task.question_id or task.kind == K.WRITE:
            return
        able = self.today.may(other) or (task.kind == K.OPINION and self.today.users[other].is_active)
        # A run is looked at when somebody acts on it: what that act closed was still open when the absence began.
        closed = self.acts[-1].effects.get("tasks", {})
        barred = self.authors | {one.holder_id for one in self.tasks if one.state in PENDING or str(one.uuid) in closed}
        barred |= {act.by_id for act in self.acts if act.verb == "reassign" and act.by_id}
        assert not able or other in barred, f"away: {self.words()}"

    def questions_are_open(self) -> None:
        """A held task waits for open answers, an answer is waited for, a signer behind comes after a pass."""
        waited = Counter(task.parent_id for task in self.pending if task.kind in _HOLDING)
        for task in self.pending:
            assert (task.state == S.HELD) == bool(waited[task.pk]), f"held: {self.words()}"
            if task.kind in _HOLDING:
                assert task.state == S.OPEN
                assert task.parent is not None
                assert task.parent.state == S.HELD, self.words()
            if task.kind == K.AFTER:
                assert task.parent is not None
                passed = (task.parent.state, task.parent.verb) == (S.DONE, "pass")
                assert passed if task.state != S.WAITING else task.parent.state in PENDING, self.words()
            if task.question_id:
                assert task.parent is not None
                assert task.parent.state in PENDING, self.words()
            if task.paused_at:
                asked_ = [one.standing for one in asked_by_task(task)]
                assert "open" in asked_, f"the clock stands for nothing: {self.words()}"
        assert len({task.holder_id for task in self.pending}) == len(self.pending)

    def mode_is_kept(self) -> None:
        """The step waits for no more and no fewer than its mode says."""
        if self.run.state != Run.State.RUNNING:
            return
        decide = [task for task in self.here if task.kind == K.DECIDE]
        behind = [task for task in self.pending if task.kind == K.AFTER and task.state != S.WAITING]
        passed = [task for task in decide if task.verb == "pass"]
        waiting = [task for task in decide if task.state in PENDING]
        standing = [task for task in decide if task.seat is None]
        asked_again = {act.seq for act in self.acts if act.verb == "return"}
        match self.step["mode"]:
            case "any":
                assert waiting or behind, self.words()
                assert standing or bool(passed) == bool(behind) == (not waiting), self.words()
            case "all":
                assert waiting or behind, self.words()
                gone = [t for t in decide if t.state == S.SUPERSEDED and t.closed_seq not in asked_again]
                assert not gone or standing, self.words()
            case "in_order":
                at_it = [task for task in waiting if task.state != S.WAITING]
                if not standing:
                    assert len(at_it) == (0 if behind else 1), self.words()
                    later = [task.seat for task in waiting if task.state == S.WAITING]
                    assert not at_it or all((at_it[0].seat or 0) <= (seat or 0) for seat in later), self.words()
            case "n_of_m":
                self._vote(decide, passed, waiting, behind, asked_again)
            case "joint":
                opinions = [task for task in self.pending if task.kind == K.OPINION and not task.question_id]
                assert not (opinions and waiting), self.words()
                assert opinions or waiting or behind, self.words()

    def _vote(
        self, decide: list[Task], passed: list[Task], waiting: list[Task], behind: list[Task], again: set[int]
    ) -> None:
        votes = [
            task
            for task in decide
            if task.seat is not None
            and task.state != S.HANDED_ON
            and not (task.closed_seq in again and task.state in {S.SUPERSEDED, S.DONE})
        ]
        m = len(votes)
        wanted = ceil(m * self.step["percent"] / 100) if "percent" in self.step else self.step["n"]
        needed = max(1, min(wanted, m))
        yes = sum(task.verb == "pass" for task in votes)
        if any(task.seat is None for task in decide):
            assert waiting or behind, self.words()
            return
        assert (yes >= needed) == (bool(behind) and not waiting) or (behind and waiting), self.words()
        open_ = sum(task.state in PENDING for task in votes)
        assert yes + open_ >= needed, self.words()

    def alarms_are_set(self) -> None:
        """A limit is never forgotten: an alarm is set for it, or it has been noted."""
        running = [t for t in self.pending if t.state == S.OPEN and t.due_at is not None and t.paused_at is None]
        for task in running:
            noted = any(act.verb == "late" and act.task_id == task.pk and act.at >= task.due_at for act in self.acts)
            assert noted or (str(task.uuid), task.due_at) in self.alarms, f"no alarm: {self.words()}"

    def right_people_were_asked(self) -> None:
        """A step just opened asks those its entries lead to, and nobody else; the administrators where that is none."""
        opened = [task for task in self.here if task.kind in {K.DECIDE, K.OPINION} and not task.question_id]
        joint = self.step["mode"] == "joint"
        choice = self.run.choices.get(self.step["key"], [])
        expected = asked(self.step["who"], self.run.item, choice, self.today, deciding=not joint)
        if not expected:
            expected = standing_in(self.authors, self.today)
            assert all(task.seat is None for task in opened), self.words()
        assert {task.holder_id for task in opened} == expected, self.words()

    def right_step_follows(self, before: int) -> None:
        """After a pass, the next step with somebody to ask is the one the file names."""
        urgency, category = {self.run.item.urgency}, {self.run.item.category}
        facts = {"urgency": urgency, "category": category, "destination": set(self.run.destinations)}
        facts |= {"difficulty": {self.run.difficulty}}
        ahead = way(self.run.flow_version.definition, facts, before)
        if self.run.purpose == Run.Purpose.CLEARANCE:
            usual = way(self.run.flow_version.definition, {**facts, "destination": set()})
            ahead = [place for place in ahead if place not in usual]
        assert self.run.step in ahead, f"{before} leads to {ahead}: {self.words()}"
        skipped = {act.step_name for act in self.acts if act.verb == "skip"}
        for place in ahead[: ahead.index(self.run.step)]:
            assert self.steps[place]["name"] in skipped, self.words()

    def words(self) -> str:
        """Return the run in lines, for whoever reads a failure."""
        lines = [f"{self.run.state} step {self.run.step} round {self.run.round} of {self.steps}"]
        for task in self.tasks:
            of = f" of {task.parent_id}" if task.parent_id else ""
            stead = f" for {task.in_stead_of_id}" if task.in_stead_of_id else ""
            lines.append(
                f"  {task.pk}{of} r{task.round} s{task.step} seat {task.seat} {task.kind} "
                f"{task.holder.username}{stead}: {task.state} {task.verb}"
            )
        lines += [f"  {act.seq} {act.verb} {act.by_label} {act.aim} {act.reason} {act.effects}" for act in self.acts]
        return "\n".join(lines)
