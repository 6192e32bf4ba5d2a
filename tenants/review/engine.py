"""How a run moves: opening a step, closing tasks, ending. Called by operations that hold the lock on the run."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max, Q

from tenants.accounts.models import User
from tenants.items.models import Edition, Item
from tenants.review import holders
from tenants.review.clocks import due_of
from tenants.review.definition import FIELD_WORDS, Definition, Mode, OnEmpty, Step, parse
from tenants.review.holders import Assignee, Authors
from tenants.review.models import Act, Run, Task, Verb
from zhitong.core import clock, outbox
from zhitong.core.errors import WrongState
from zhitong.core.operations import Actor

PENDING = (Task.State.OPEN, Task.State.WAITING)


@dataclass(slots=True)
class Frame:
    """A locked run with what a decision needs. `moment` is the one time of everything this operation writes."""

    actor: Actor
    user: User | None
    run: Run
    item: Item
    definition: Definition
    authors: Authors
    last_seq: int
    moment: datetime = field(default_factory=clock.now)

    @property
    def flow_words(self) -> str:
        """The rule behind a refusal: flow and version in words."""
        version = self.run.flow_version
        return f"“{version.flow.name}”流程第 {version.number} 版"


def facts_of(item: Item) -> dict[str, str]:
    """Return what conditions may ask of an item."""
    return {name: getattr(item, name) for name in FIELD_WORDS}


def lock_run(actor: Actor, run_id: int) -> Frame:
    """Lock a run and return its frame. Every verb does this first, so two deciders meet here."""
    run = Run.objects.select_for_update(of=("self",)).select_related("item", "flow_version__flow").get(pk=run_id)
    return frame_of(actor, run)


def frame_of(actor: Actor, run: Run) -> Frame:
    """Return the frame of a run that this transaction has locked or just made."""
    return Frame(
        actor=actor,
        user=User.objects.filter(uuid=actor.user_uuid).first() if actor.user_uuid else None,
        run=run,
        item=run.item,
        definition=parse(run.flow_version.definition),
        authors=holders.authors_of(run.item),
        last_seq=run.acts.aggregate(last=Max("seq"))["last"] or 0,
    )


def write_act(
    frame: Frame,
    verb: Verb,
    *,
    task: Task | None = None,
    step_name: str = "",
    reason: str = "",
    edition: Edition | None = None,
) -> Act:
    """Append a line to the run's history."""
    frame.last_seq += 1
    act = Act(
        run=frame.run,
        seq=frame.last_seq,
        task=task,
        verb=verb,
        step_name=task.step_name if task else step_name,
        by=frame.user,
        by_label=frame.actor.label,
        position_name=post_words(task) if task else "",
        reason=reason,
        edition=edition,
        at=frame.moment,
    )
    act.save(force_insert=True)
    return act


def post_words(task: Task) -> str:
    """Return in whose name a task is decided."""
    return task.position.name if task.position else "单位管理员"


def advance(frame: Frame, start: int, *, decided: bool) -> bool:
    """Open the next step from place `start` on that somebody can decide; return False when the chain is through.

    Empty steps go by their own rule. A chain in which nobody has `decided` anything never ends by skipping alone: its
    last empty step goes to the administrator, so that no item is adopted unread.

    Raises:
        WrongState: a step must go to the administrator and there is none who may decide this item.
    """
    skipped: list[tuple[int, Step]] = []
    for place, step in frame.definition.path(facts_of(frame.item)):
        if place < start:
            continue
        found = holders.assignees(step.posts, frame.authors, clock.local_date(frame.moment))
        if found or step.on_empty is OnEmpty.ADMINISTRATOR:
            _note_skipped(frame, skipped)
            _open_step(frame, place, step, found or _administrators(frame, step))
            return True
        skipped.append((place, step))
    if skipped and not decided:
        _note_skipped(frame, skipped[:-1])
        _open_step(frame, *skipped[-1], _administrators(frame, skipped[-1][1]))
        return True
    _note_skipped(frame, skipped)
    return False


def _administrators(frame: Frame, step: Step) -> list[Assignee]:
    found = holders.administrators(frame.authors)
    if not found:
        raise WrongState(
            f"“{step.name}”这一步现在没有人可以办：岗位空缺，或者在岗的人就是反映人。没有改动任何内容。",
            rule=frame.flow_words,
            who="本单位管理员可以在“人员”里给这个岗位安排一位审核人",
            code="review.nobody",
        )
    return found


def _note_skipped(frame: Frame, steps: list[tuple[int, Step]]) -> None:
    for _, step in steps:
        write_act(frame, Verb.SKIP, step_name=step.name, reason="岗位空缺，或者在岗的人是反映人，按流程跳过")


def _open_step(frame: Frame, place: int, step: Step, found: list[Assignee]) -> None:
    frame.run.step = place
    frame.run.save(update_fields=["step", "round", "state", "ended_at"])
    due = due_of(step, frame.item.urgency, frame.moment)
    stands_in = found[0].position is None
    in_turn = step.mode is Mode.IN_ORDER and not stands_in
    tasks = [
        Task(
            run=frame.run,
            round=frame.run.round,
            step=place,
            step_name=step.name,
            position=assignee.position,
            holder=assignee.user,
            state=Task.State.WAITING if in_turn and turn else Task.State.OPEN,
            opened_at=frame.moment,
            due_at=None if in_turn and turn else due.at,
            due_why="轮到后起算" if in_turn and turn else due.why,
        )
        for turn, assignee in enumerate(found)
    ]
    Task.objects.bulk_create(tasks)
    for task in tasks:
        if task.state == Task.State.OPEN:
            announce(frame, task)


def announce(frame: Frame, task: Task) -> None:
    """Tell the holder that a task is open."""
    outbox.publish("review.task.opened", {"task": str(task.uuid)}, unit_id=frame.actor.unit_id)


def close_task(frame: Frame, task: Task, verb: Verb) -> None:
    """Mark a task as decided by its holder."""
    task.state, task.verb, task.closed_at = Task.State.DONE, verb, frame.moment
    task.save(update_fields=["state", "verb", "closed_at"])


def close_pending(frame: Frame, state: Task.State) -> None:
    """Close every task of the run that still waits, as superseded or cancelled."""
    Task.objects.filter(run=frame.run, state__in=PENDING).update(state=state, closed_at=frame.moment)


def step_is_through(frame: Frame, task: Task) -> bool:
    """Return whether a pass of `task` ends its step; in order, the next holder's turn is opened."""
    step = frame.definition.steps[task.step]
    siblings = Task.objects.filter(run=frame.run, round=task.round, step=task.step)
    if task.position_id is None or step.mode is Mode.ANY:
        return True
    if step.mode is Mode.N_OF_M:
        counts = siblings.values_list("state", flat=True)
        done = sum(state == Task.State.DONE for state in counts)
        return done >= min(step.n, len(counts))
    waiting = siblings.filter(state__in=PENDING).order_by("pk").first()
    if waiting and waiting.state == Task.State.WAITING:
        _take_turn(frame, waiting, step)
    return waiting is None


def _take_turn(frame: Frame, task: Task, step: Step) -> None:
    due = due_of(step, frame.item.urgency, frame.moment)
    task.state, task.opened_at, task.due_at, task.due_why = Task.State.OPEN, frame.moment, due.at, due.why
    task.save(update_fields=["state", "opened_at", "due_at", "due_why"])
    announce(frame, task)


def halt(frame: Frame, state: Run.State, tasks: Task.State) -> None:
    """Let the run stand in `state` with no task pending; an ended one gets its time."""
    close_pending(frame, tasks)
    frame.run.state = state
    frame.run.ended_at = None if state == Run.State.RETURNED else frame.moment
    frame.run.save(update_fields=["state", "round", "ended_at"])


def acts_since_start(run: Run) -> list[Act]:
    """Return the acts after the last (re)submission, oldest first."""
    acts = list(run.acts.order_by("seq"))
    last = max((n for n, act in enumerate(acts) if act.verb in {Verb.START, Verb.RESUBMIT}), default=-1)
    return acts[last + 1 :]


def what_happened(task: Task) -> str:
    """Return in words what closed a task: who, in what post, what, when."""
    after = Q(task=task) if task.state == Task.State.DONE else Q(at=task.closed_at)
    act = Act.objects.filter(after, run_id=task.run_id).exclude(verb=Verb.SKIP).order_by("seq").first()
    if act is None:
        return "这一步已经结束"
    when = act.at.astimezone(clock.SHANGHAI)
    post = f"（{act.position_name}）" if act.position_name else ""
    return f"这一步已由{act.by_label}{post}于 {when:%m-%d %H:%M} {act.get_verb_display()}"
