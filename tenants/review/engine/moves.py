"""How a run moves: opening a step, telling whether it is through, going on, ending. All on a `Frame`."""

from collections.abc import Sequence

from tenants.review import holders
from tenants.review.clocks import NO_LIMIT, due_of
from tenants.review.definition import Definition, Facts, Mode, OnEmpty, Step, WhoKind
from tenants.review.engine.frame import Frame
from tenants.review.holders import Assignee
from tenants.review.models import Run, Task, Verb
from zhitong.core import clock
from zhitong.core.errors import WrongState

_SKIPPED = "岗位空缺，或者在岗的人是反映人，按流程跳过"
# Tasks that ask nobody any more: their question went to somebody else, or was withdrawn.
_GONE = frozenset({Task.State.HANDED_ON, Task.State.CANCELLED})
_SAME_PERSON = "上一步已由同一人通过，按流程不再重复办理"


def advance(frame: Frame, after: int | None, *, decided: bool) -> bool:
    """Open the next step behind the place `after` that somebody has to decide; return False when the chain is through.

    Empty steps go by their own rule. A chain in which nobody has `decided` anything never ends by skipping alone: its
    last empty step goes to the administrator, so that no item is adopted unread. Steps that whoever passed the step
    before has to decide alone are passed over where the flow says so (`ask_once`).

    Raises:
        WrongState: a step must go to the administrator and there is none who may decide this item.
    """
    skipped: list[int] = []
    passed_before = _who_passed(frame) if frame.definition.ask_once and decided else frozenset()
    for place in walk(frame, after):
        step = frame.definition.steps[place]
        found = asked_at(frame, step)
        if not found and step.on_empty is OnEmpty.SKIP:
            skipped.append(place)
            continue
        _note_skipped(frame, skipped)
        skipped = []
        open_step(frame, place, found or stand_in_administrators(frame, step))
        if not _same_person_passes(frame, passed_before):
            return True
        passed_before = _who_passed(frame)
    if skipped and not decided:
        _note_skipped(frame, skipped[:-1])
        step = frame.definition.steps[skipped[-1]]
        open_step(frame, skipped[-1], stand_in_administrators(frame, step))
        return True
    _note_skipped(frame, skipped)
    return False


def walk(frame: Frame, after: int | None = None) -> list[int]:
    """Return the places this run still passes behind `after`."""
    return places(frame.definition, frame.facts, frame.run.purpose, after)


def places(definition: Definition, facts: Facts, purpose: str, after: int | None = None) -> list[int]:
    """Return the places a run with these facts passes behind `after`; a clearance only what its destinations add."""
    found = list(definition.walk(facts, after))
    if purpose != Run.Purpose.CLEARANCE:
        return found
    usual = set(definition.walk({**facts, "destination": ()}))
    return [place for place in found if place not in usual]


def asked_at(frame: Frame, step: Step) -> list[Assignee]:
    """Return who is asked at `step` now; nobody where its posts are empty or held by authors."""
    return holders.assignees(step.who, frame.asking_opinions(step) if step.mode is Mode.JOINT else frame.asking(step))


def stand_in_administrators(frame: Frame, step: Step) -> list[Assignee]:
    """Return the administrators who may decide this item in place of a step's empty posts.

    Raises:
        WrongState: there is none.
    """
    found = holders.administrators(frame.authors)
    if not found:
        raise WrongState(
            f"“{step.name}”这一步现在没有人可以办：岗位空缺，或者在岗的人就是反映人。没有改动任何内容。",
            rule=frame.flow_words,
            who="本单位管理员可以在“人员”里给这个岗位安排一位审核人",
            code="review.nobody",
        )
    return found


def open_step(frame: Frame, place: int, found: Sequence[Assignee]) -> None:
    """Let the run stand at `place` and ask `found`; in order, only the first one's turn has come."""
    step = frame.definition.steps[place]
    frame.move(state=Run.State.RUNNING, step=place)
    due = due_of(step, frame.item.urgency, frame.moment)
    kind = Task.Kind.DECIDE
    if step.mode is Mode.JOINT and found[0].seat is not None:
        kind = Task.Kind.OPINION
    in_turn = step.mode is Mode.IN_ORDER and found[0].seat is not None
    for turn, assignee in enumerate(found):
        waits = in_turn and turn > 0
        frame.open(assignee, kind, NO_LIMIT if waits else due, waiting=waits)
    if step.copies_to:
        readers = [assignee.user for assignee in holders.assignees(step.copies_to, frame.asking(step))]
        if readers:
            frame.copy_to(readers, f"{step.name}时抄送")


def is_through(frame: Frame) -> bool:
    """Return whether the present step is passed; its siblings are superseded as soon as their word is not needed.

    Signers added behind a task are asked once it has passed, and the step waits for them. In order, the next turn is
    taken here.
    """
    step, here = frame.step, frame.here
    _open_after(frame, here)
    behind = [task for task in here if _is_asked_behind(task)]
    if step.mode is Mode.IN_ORDER and behind:
        return False
    if not _suffices(frame, step, here):
        return False
    for task in frame.pending:
        if not any(task is one for one in behind):
            frame.put(task, Task.State.SUPERSEDED)
    return not behind


def _suffices(frame: Frame, step: Step, here: Sequence[Task]) -> bool:
    """Return whether enough of the step's own holders have passed."""
    deciding = [task for task in here if task.kind == Task.Kind.DECIDE]
    passed = [task for task in deciding if task.state == Task.State.DONE and task.verb == Verb.PASS]
    if any(task.seat is None for task in passed) or step.mode in {Mode.ANY, Mode.JOINT}:
        return bool(passed)
    if step.mode is Mode.N_OF_M:
        return len(passed) >= step.votes_needed(votes_asked(here))
    left = [task for task in deciding if task.is_pending]
    if step.mode is Mode.IN_ORDER and left and left[0].state == Task.State.WAITING:
        take_turn(frame, left[0])
    return not left


def _is_asked_behind(task: Task) -> bool:
    behind_done = task.parent is not None and task.parent.state == Task.State.DONE
    return task.kind == Task.Kind.AFTER and task.is_pending and behind_done


def vote_is_lost(frame: Frame) -> bool:
    """Return whether a vote can no longer reach what it needs."""
    if frame.step.mode is not Mode.N_OF_M:
        return False
    here = [task for task in frame.here if task.kind == Task.Kind.DECIDE]
    passed = sum(task.state == Task.State.DONE and task.verb == Verb.PASS for task in here)
    open_ = sum(task.is_pending for task in here)
    return passed + open_ < frame.step.votes_needed(votes_asked(here))


def votes_asked(here: Sequence[Task]) -> int:
    """Return how many were asked to vote: a task that was handed on counts once, by whom it went to."""
    return sum(task.kind == Task.Kind.DECIDE and task.state not in _GONE for task in here)


def opinions_are_in(frame: Frame) -> bool:
    """Return whether every committee of a joint step has answered; then the collator is asked."""
    seats: dict[int | None, bool] = {}
    for task in frame.here:
        if task.kind == Task.Kind.OPINION and task.parent is None and task.state not in _GONE:
            seats[task.seat] = seats.get(task.seat, False) or task.state == Task.State.DONE
    return all(seats.values())


def open_collator(frame: Frame) -> None:
    """Ask the collator of a joint step: the opinions are in.

    Raises:
        WrongState: nobody can collate, not even an administrator.
    """
    step = frame.step
    found = holders.assignees(step.collator, frame.asking(step)) or stand_in_administrators(frame, step)
    due = due_of(step, frame.item.urgency, frame.moment)
    for assignee in found:
        frame.open(assignee, Task.Kind.DECIDE, due)


def take_turn(frame: Frame, task: Task) -> None:
    """Open a task that waited for its turn; its clock starts now."""
    frame.put(task, Task.State.OPEN)
    task.opened_at, task.opened_seq = frame.moment, frame.last_seq
    frame.set_due(task, due_of(frame.definition.steps[task.step], frame.item.urgency, frame.moment))
    frame.announce(task)


def close_pending(frame: Frame, state: Task.State) -> None:
    """Close every task of the run from which something was still expected."""
    for task in frame.pending:
        frame.put(task, state)


def halt(frame: Frame, state: Run.State, tasks: Task.State) -> None:
    """Let the run stand in `state` with nothing expected of anybody."""
    close_pending(frame, tasks)
    frame.move(state=state)


def _open_after(frame: Frame, here: Sequence[Task]) -> None:
    """Open the signers added behind a task that has passed."""
    for task in here:
        if task.state == Task.State.WAITING and _is_asked_behind(task):
            take_turn(frame, task)


def _note_skipped(frame: Frame, places: Sequence[int]) -> None:
    for place in places:
        frame.act(Verb.SKIP, step_name=frame.definition.steps[place].name, reason=_SKIPPED, by_system=True)


def _who_passed(frame: Frame) -> frozenset[int]:
    return frozenset(
        task.holder_id
        for task in frame.here
        if task.state == Task.State.DONE and task.verb == Verb.PASS and task.kind == Task.Kind.DECIDE
    )


def _same_person_passes(frame: Frame, passed_before: frozenset[int]) -> bool:
    """Pass the present step for those who passed the one before; return whether that takes it through."""
    again = [task for task in frame.pending if task.holder_id in passed_before and task.kind == Task.Kind.DECIDE]
    # Votes and collated opinions are given anew: there it matters what is asked, not only who.
    if not again or frame.step.mode in {Mode.N_OF_M, Mode.JOINT}:
        return False
    for task in again:
        frame.act(Verb.SKIP, task=task, reason=_SAME_PERSON, by_system=True)
        frame.put(task, Task.State.DONE, Verb.PASS)
    return is_through(frame)


def what_happened(task: Task) -> str:
    """Return in words what closed a task: who, in what post, what, when."""
    act = task.run.acts.filter(seq=task.closed_seq).first() if task.closed_seq else None
    if act is None:
        return "这一步已经结束"
    when = act.at.astimezone(clock.SHANGHAI)
    post = f"（{act.position_name}）" if act.position_name else ""
    return f"这一步已由{act.by_label}{post}于 {when:%m-%d %H:%M} {act.get_verb_display()}"


def is_chosen_by_previous(step: Step) -> bool:
    """Return whether the one who passes the step before chooses who decides this one."""
    return any(entry.kind is WhoKind.CHOSEN_BY_PREVIOUS for entry in step.who)
