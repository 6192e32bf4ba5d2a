"""How a run moves: opening a step, telling whether it is through, going on, ending. All on a `Frame`."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from tenants.review import holders
from tenants.review.clocks import NO_LIMIT, due_of
from tenants.review.definition import Definition, Facts, Mode, OnEmpty, Step, WhoKind
from tenants.review.engine.frame import Frame
from tenants.review.holders import Assignee
from tenants.review.models import Run, Task, Verb
from zhitong.core import clock
from zhitong.core.errors import WrongState

_SKIPPED = "岗位空缺，或者在岗的人是反映人，按流程跳过"
_DRAFTED = "岗位空缺，或者在岗的人就是起草人，跳过"
# Tasks that ask nobody any more: their question went to somebody else, or was withdrawn.
_GONE = frozenset({Task.State.HANDED_ON, Task.State.CANCELLED})
# Tasks that bring their step nearer to its end; the others, and questions, only answer whoever asked.
_CARRYING = frozenset({Task.Kind.DECIDE, Task.Kind.AFTER, Task.Kind.OPINION})
_AT_IT = frozenset({Task.State.OPEN, Task.State.HELD})
_SAME_PERSON = "上一步已由同一人通过，按流程不再重复办理"


def advance(frame: Frame, after: int | None, *, decided: bool) -> bool:
    """Open the next step behind the place `after` that somebody has to decide; return False when the chain is through.

    Empty steps go by their own rule. A chain in which nobody has `decided` anything never ends by skipping alone: its
    last empty step (or its last step, when the item's facts lead past all of them) goes to the administrator, so that
    no item is adopted unread. A step that only the drafter of a circular holds is passed over: what they have to say to
    it is the draft. Steps that whoever passed the step before has to decide alone are passed over where the
    flow says so (`ask_once`). A clearance that demands nothing is through at once.

    Raises:
        WrongState: a step must go to the administrator and there is none who may decide this item.
    """
    skipped: list[int] = []
    passed_before = _who_passed(frame) if frame.definition.ask_once and decided else frozenset()
    for place in walk(frame, after):
        step = frame.definition.steps[place]
        found = asked_at(frame, step)
        if not found and (step.on_empty is OnEmpty.SKIP or _is_drafters(frame, step)):
            skipped.append(place)
            continue
        _note_skipped(frame, skipped)
        skipped = []
        open_step(frame, place, found or stand_in_administrators(frame, step))
        if not _same_person_passes(frame, passed_before):
            return True
        passed_before = _who_passed(frame)
    if not decided and (skipped or frame.run.purpose == Run.Purpose.REVIEW):
        _note_skipped(frame, skipped[:-1])
        place = skipped[-1] if skipped else frame.definition.last_place(frame.facts)
        open_step(frame, place, stand_in_administrators(frame, frame.definition.steps[place]))
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


def stand_in_administrators(frame: Frame, step: Step, busy: Collection[int] = ()) -> list[Assignee]:
    """Return the administrators who may decide this item in place of a step's empty posts, without those in `busy`.

    Raises:
        WrongState: there is none.
    """
    found = [one for one in holders.administrators(frame.asking(step)) if one.user.pk not in busy]
    if not found:
        raise WrongState(
            f"“{step.name}”这一步现在没有人可以办：岗位空缺，或者在岗的人就是反映人。没有改动任何内容。",
            rule=frame.flow_words,
            who="本单位管理员可以在“人员”里给这个岗位安排一位审核人",
            code="review.nobody",
        )
    return found


def open_step(frame: Frame, place: int, found: Sequence[Assignee]) -> None:
    """Let the run stand at `place` and ask `found`; in order, only the first one's turn has come.

    A step that was open in this round before (its opening was taken back) is visited in a new one, so that a visit
    never mixes the tasks of two openings.
    """
    step = frame.definition.steps[place]
    visited = any((task.round, task.step) == (frame.run.round, place) for task in frame.tasks)
    frame.move(state=Run.State.RUNNING, step=place, round_=frame.next_round if visited else None)
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
    _open_after(frame)
    behind = _asked_behind(frame)
    if frame.step.mode is Mode.IN_ORDER and behind:
        return False
    if not _suffices(frame):
        next_turn(frame)
        return False
    needed = [*behind, *(one for task in behind for one in frame.descendants(task))]
    for task in frame.pending:
        if not any(task is one for one in needed):
            frame.put(task, Task.State.SUPERSEDED)
    return not behind


def waits_behind(frame: Frame) -> bool:
    """Return whether the present step waits for nothing but signers added behind those who have passed it."""
    return bool(_asked_behind(frame)) and _suffices(frame)


def is_carried(frame: Frame) -> bool:
    """Return whether those who are asked now can bring the present step to its end by themselves."""
    carrying = any(task.kind in _CARRYING and not task.question_id for task in frame.pending)
    return carrying and not vote_is_lost(frame)


def next_turn(frame: Frame) -> None:
    """In order: let the turn of the next one come when nobody is at it."""
    deciding = [task for task in frame.pending if task.kind == Task.Kind.DECIDE]
    waiting = [task for task in deciding if task.state == Task.State.WAITING]
    if waiting and not _asked_behind(frame) and not any(task.state in _AT_IT for task in deciding):
        take_turn(frame, min(waiting, key=_turn))


def _turn(task: Task) -> int:
    """Sort by seat; `min` keeps the order of opening among those of one seat."""
    assert task.seat is not None  # administrators who stand in do not wait for each other
    return task.seat


def _suffices(frame: Frame) -> bool:
    """Return whether enough of the step's own holders have passed."""
    step, deciding = frame.step, [task for task in frame.here if task.kind == Task.Kind.DECIDE]
    passed = [task for task in deciding if _has_passed(task)]
    if any(task.seat is None for task in passed) or step.mode in {Mode.ANY, Mode.JOINT}:
        return bool(passed)
    if step.mode is Mode.N_OF_M:
        return len(passed) >= step.votes_needed(votes_asked(frame.here))
    return bool(passed) and not any(task.is_pending for task in deciding)


def _has_passed(task: Task) -> bool:
    return task.state == Task.State.DONE and task.verb == Verb.PASS


def _asked_behind(frame: Frame) -> list[Task]:
    """Return the signers behind a task that has passed, from whom something is still expected."""
    return [
        task
        for task in frame.pending
        if task.kind == Task.Kind.AFTER and task.parent is not None and _has_passed(task.parent)
    ]


def vote_is_lost(frame: Frame) -> bool:
    """Return whether a vote can no longer reach what it needs by those who vote.

    An administrator standing in does not vote but decides for all: their word against it loses it, and it is not lost
    while they have not spoken.
    """
    if frame.step.mode is not Mode.N_OF_M:
        return False
    standing = [task for task in frame.here if task.kind == Task.Kind.DECIDE and task.seat is None]
    if any(task.verb == Verb.OBJECT for task in standing):
        return True
    if any(task.is_pending or _has_passed(task) for task in standing):
        return False
    votes = _votes(frame.here)
    possible = sum(_has_passed(task) or task.is_pending for task in votes)
    return possible < frame.step.votes_needed(len(votes))


def votes_asked(here: Sequence[Task]) -> int:
    """Return how many were asked to vote.

    A task that was handed on counts once, by whom it went to; one whose holder left without an heir still counts, so
    that a vote is not won because somebody left; tasks that a return closed are asked anew.
    """
    return len(_votes(here))


def _votes(here: Sequence[Task]) -> list[Task]:
    returned = {task.closed_seq for task in here if task.verb == Verb.RETURN}
    return [
        task
        for task in here
        if task.kind == Task.Kind.DECIDE
        and task.seat is not None
        and task.state != Task.State.HANDED_ON
        and (task.is_pending or task.closed_seq not in returned)
    ]


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


def skip_step(frame: Frame) -> None:
    """Leave the present step, which nobody has decided and nobody can any more, for the next one.

    Raises:
        WrongState: nobody can decide that one.
    """
    _note_skipped(frame, [frame.run.step])
    advance(frame, frame.run.step, decided=False)


def close_pending(frame: Frame, state: Task.State) -> None:
    """Close every task of the run from which something was still expected."""
    for task in frame.pending:
        frame.put(task, state)


def halt(frame: Frame, state: Run.State, tasks: Task.State) -> None:
    """Let the run stand in `state` with nothing expected of anybody."""
    close_pending(frame, tasks)
    frame.move(state=state)


def _open_after(frame: Frame) -> None:
    """Open the signers added behind a task that has passed."""
    for task in _asked_behind(frame):
        if task.state == Task.State.WAITING:
            take_turn(frame, task)


def _is_drafters(frame: Frame, step: Step) -> bool:
    """Return whether a step asks nobody because whoever drafted this circular holds it."""
    if frame.item.is_report:
        return False
    return bool(holders.assignees(step.who, replace(frame.asking(step), authors=holders.NOBODY)))


def _note_skipped(frame: Frame, places: Sequence[int]) -> None:
    why = _SKIPPED if frame.item.is_report else _DRAFTED
    for place in places:
        frame.act(Verb.SKIP, step_name=frame.definition.steps[place].name, reason=why, by_system=True)


def _who_passed(frame: Frame) -> frozenset[int]:
    return frozenset(task.holder_id for task in frame.here if _has_passed(task) and task.kind == Task.Kind.DECIDE)


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
