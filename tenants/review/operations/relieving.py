"""A task whose holder cannot do it any more: who holds it on, and how its step goes on without them.

A step never passes, and an item is never adopted, because somebody left.
"""

from collections.abc import Collection

from tenants.accounts.models import Holding, User
from tenants.accounts.queries import holdings_on
from tenants.review import engine, holders
from tenants.review.clocks import due_of
from tenants.review.definition import Mode, OnEmpty
from tenants.review.engine import Frame
from tenants.review.holders import Asking, Assignee
from tenants.review.models import Task, Verb
from tenants.review.operations.answering import asker_goes_on
from tenants.review.operations.common import HOLDING, OPEN_TO_ALL
from zhitong.core import clock

# Tasks that an entry of the step led to, and not somebody's wish.
_SEATED = frozenset({Task.Kind.DECIDE, Task.Kind.OPINION})


def relieve(frame: Frame, task: Task, why: str, heir: User | None = None) -> None:
    """Take a pending task from its holder.

    `heir` holds it on, else whom its holder stood in for, else another holder of the same post who was not asked at
    this step yet; else it is cancelled, with what it asked for, and the step goes on without it.

    Raises:
        WrongState: nobody is left who can decide the step.
    """
    taking = Assignee(heir) if heir is not None and can_take(frame, task, heir) else _next_of_kin(frame, task)
    aim = taking.user.name if taking else "本步骤其他人"
    frame.act(Verb.HAND_OVER, task=task, aim=aim, reason=why, by_system=True)
    if taking:
        frame.give(task, taking.user, in_stead_of=taking.in_stead_of)
        return
    for child in [*frame.descendants(task), task]:
        frame.put(child, Task.State.CANCELLED)
    if task.kind in HOLDING or task.question_id:
        asker_goes_on(frame, task.parent)
    else:
        fill_step(frame)


def can_take(frame: Frame, task: Task, user: User) -> bool:
    """Return whether `user` can hold a task of this run in place of who holds it now."""
    busy = any(one.holder_id == user.pk for one in frame.pending if one is not task)
    return not busy and may_hold(frame, task, user)


def may_hold(frame: Frame, task: Task, user: User) -> bool:
    """Return whether `user` may do what `task` asks: in use, no author, with the right to decide or to stand in."""
    if task.kind == Task.Kind.WRITE:
        return user.is_active
    if task.kind == Task.Kind.DECIDE and task.seat is None and user.has_zt_perm("review.administer"):
        return holders.may_be_asked(user, frame.authors, deciding=False)
    return holders.may_be_asked(user, frame.authors, deciding=task.kind not in OPEN_TO_ALL)


def fill_step(frame: Frame) -> None:
    """See that the present step can come to its end: by who is asked, the next in turn, or its rule for empty posts.

    Raises:
        WrongState: nobody is left who can decide the step.
    """
    engine.next_turn(frame)
    if engine.is_carried(frame):
        return
    step = frame.step
    acted = [task for task in frame.here if task.state == Task.State.DONE]
    if step.mode is Mode.JOINT and any(task.kind == Task.Kind.OPINION and not task.question_id for task in acted):
        engine.open_collator(frame)
    elif step.on_empty is OnEmpty.SKIP and not acted and not frame.pending and engine.walk(frame, frame.run.step):
        engine.skip_step(frame)
    else:
        busy = {task.holder_id for task in frame.pending}
        due = due_of(step, frame.item.urgency, frame.moment)
        for assignee in engine.stand_in_administrators(frame, step, busy):
            frame.open(assignee, Task.Kind.DECIDE, due)


def whoever_is_there(frame: Frame, task: Task, taken: Collection[int] = ()) -> Assignee | None:
    """Return who is asked today what `task` asked once: its holder, who holds the post since, or the stand-in.

    Args:
        taken: users who are asked something else already.

    Returns:
        None when nobody of those it asked can be asked any more.
    """
    principal = task.in_stead_of or task.holder
    found = [Assignee(principal, task.position, seat=task.seat)]
    if _has_left(task, principal):
        found = [one for one in _led_to(frame, task) if one.user.pk not in taken]
    for assignee in holders.present(found, _asking(frame, task), taken):
        if assignee.user.pk not in taken and may_hold(frame, task, assignee.user):
            return assignee
    return None


def _has_left(task: Task, user: User) -> bool:
    """Return whether `user` was asked in the name of a post and does not hold it any more."""
    if task.position is None:
        return False
    then = clock.local_date(task.opened_at)
    terms = Holding.objects.filter(position=task.position, user=user)
    asked_in = terms.filter(held_from__lte=then).exclude(held_to__lt=then)  # on its last day too: it ended later
    return asked_in.exists() and not holdings_on(clock.today()).filter(pk__in=terms).exists()


def _led_to(frame: Frame, task: Task) -> list[Assignee]:
    """Return whom the entry that `task` comes from leads to today."""
    if task.kind not in _SEATED or task.seat is None or task.question_id:
        return []
    step = frame.definition.steps[task.step]
    collating = task.kind == Task.Kind.DECIDE and step.collator
    found = holders.assignees(step.collator, frame.asking(step)) if collating else engine.asked_at(frame, step)
    return [one for one in found if one.seat == task.seat and one.position == task.position]


def _next_of_kin(frame: Frame, gone: Task) -> Assignee | None:
    if gone.in_stead_of:
        busy = {one.holder_id for one in frame.pending}
        there = whoever_is_there(frame, gone, busy)
        if there:
            return there
    asked = {task.holder_id for task in frame.here}
    return next((one for one in _led_to(frame, gone) if one.user.pk not in asked), None)


def _asking(frame: Frame, task: Task) -> Asking:
    step = frame.definition.steps[task.step]
    return frame.asking_opinions(step) if task.kind in OPEN_TO_ALL else frame.asking(step)
