"""Asking others before one decides: added signers, delegation, writers, handing on; readers on copy."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from tenants.accounts.models import User
from tenants.review import engine
from tenants.review.clocks import NO_LIMIT, Due, due_of
from tenants.review.engine import Frame
from tenants.review.holders import Assignee
from tenants.review.models import PENDING, Run, Task, Verb
from tenants.review.operations.answering import asker_goes_on, close_questions
from tenants.review.operations.common import (
    asked_by_name,
    bad,
    find,
    finish,
    readers,
    require_may,
    take,
)
from tenants.review.operations.deciding import carry_on
from tenants.review.operations.questions import withdraw
from tenants.review.reasons import clean_comment, clean_reason
from zhitong.core.errors import NotAllowed, NotFound, WrongState
from zhitong.core.operations import Actor, operation

_ANY = frozenset(Task.Kind)


@operation()
def add_before(*, actor: Actor, task_uuid: UUID, who: Sequence[UUID | str], reason: str) -> Run:
    """Ask others to sign before one decides (前加签): the own task is held until all of them have answered.

    Raises:
        NotFound, NotAllowed, WrongState: as `decide_pass`.
        InvalidInput: no reason, or somebody who cannot be asked.
    """
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid)
    require_may(frame, task, "add")
    _ask(frame, task, who, Task.Kind.BEFORE, Verb.ADD_BEFORE, words)
    return finish(frame, "task.signers_added", task, before=True)


@operation()
def add_after(*, actor: Actor, task_uuid: UUID, who: Sequence[UUID | str], reason: str) -> Run:
    """Ask others to sign behind oneself (后加签): they are asked once the own task has passed, the step waits for them.

    Raises: as `add_before`.
    """
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid)
    require_may(frame, task, "add")
    found = asked_by_name(frame, who, kind=Task.Kind.AFTER)
    frame.act(Verb.ADD_AFTER, task=task, aim=names(found), reason=words)
    for assignee in found:
        frame.open(replace(assignee, seat=task.seat), Task.Kind.AFTER, NO_LIMIT, parent=task, waiting=True)
    return finish(frame, "task.signers_added", task, before=False)


@operation()
def remove_signer(*, actor: Actor, task_uuid: UUID, reason: str) -> Run:
    """Withdraw a signer that the actor added, or a delegation the actor gave, while it is not answered.

    Whoever took over the task that asks may do so too. When the step waited for nothing but this signer, it goes on:
    what has passed stands.

    Raises:
        NotFound: no such task, or none the actor may know of.
        NotAllowed: somebody else asked.
        WrongState: it is answered already, or nobody can decide the next step.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    run_id = Task.objects.filter(uuid=task_uuid, asked_by__isnull=False).values_list("run_id", flat=True).first()
    if run_id is None:
        raise NotFound
    frame = engine.lock_run(actor, run_id)
    task = find(frame, task_uuid)
    _require_asker(frame, task)
    if task.state not in PENDING:
        raise WrongState(f"{engine.what_happened(task)}，撤不回来了。", code="review.task_closed")
    act = frame.act(Verb.REMOVE, task=task.parent, aim=task.holder.name, reason=words)
    if task.question:  # of several people of one addressee nobody is asked any more
        withdraw(frame, task.question)
    else:
        frame.put(task, Task.State.CANCELLED)
    for child in frame.descendants(task):
        frame.put(child, Task.State.CANCELLED)
    if task.kind == Task.Kind.AFTER and task.parent and not task.parent.is_pending:
        carry_on(frame, act, behind=True)
    else:
        asker_goes_on(frame, task.parent)
    return finish(frame, "task.signer_removed", task)


@operation()
def delegate(*, actor: Actor, task_uuid: UUID, who: UUID | str, reason: str) -> Run:
    """Have somebody work on an own task (委派): it comes back with their answer, and the actor decides.

    Raises: as `add_before`.
    """
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid)
    require_may(frame, task, "delegate")
    _ask(frame, task, [who], Task.Kind.DELEGATE, Verb.DELEGATE, words)
    return finish(frame, "task.delegated", task)


@operation()
def relay(*, actor: Actor, task_uuid: UUID, who: UUID | str, reason: str) -> Run:
    """Hand the working text of an own task to somebody to write on (接力撰写), the item's author too.

    The own task is held until they hand it back with `answer`; what each of them leaves is an edition of its own.

    Raises: as `add_before`.
    """
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid)
    require_may(frame, task, "relay")
    _ask(frame, task, [who], Task.Kind.WRITE, Verb.RELAY, words)
    return finish(frame, "task.relayed", task)


@operation()
def reassign(*, actor: Actor, task_uuid: UUID, who: UUID | str, reason: str) -> Run:
    """Give an own task away for good (转办): it does not come back, its limit starts anew and says why.

    Raises: as `add_before`.
    """
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid, kinds=_ANY - {Task.Kind.WRITE})
    require_may(frame, task, "reassign")
    found = asked_by_name(frame, [who], kind=Task.Kind(task.kind))
    frame.act(Verb.REASSIGN, task=task, aim=names(found), reason=words)
    hand_on(frame, task, found[0], f"由{frame.actor.label}转办，重新起算")
    return finish(frame, "task.reassigned", task)


@operation()
def copy_to(*, actor: Actor, task_uuid: UUID, who: Sequence[UUID | str], note: str = "") -> Run:
    """Show the run to readers of the unit (抄送); they see it on their list, and the mark says when they read it.

    Raises:
        NotFound, NotAllowed, WrongState: as `decide_pass`.
        InvalidInput: nobody, somebody unknown, or all of them have it already.
    """
    words = clean_comment(note)
    if len(words) > 200:
        raise bad("reason", f"共 {len(words)} 字，抄送的话最多 200 字。")
    frame, task = take(actor, task_uuid, kinds=_ANY)
    added = frame.copy_to(readers(who), words)
    if not added:
        raise bad("who", "选中的人都已经收到抄送。")
    frame.act(Verb.COPY, task=task, aim=names(added), reason=words)
    return finish(frame, "task.copied", task)


def hand_on(frame: Frame, task: Task, to: Assignee, why: str) -> Task:
    """Close a task as handed on and ask `to` instead, in the same seat and post, the limit starting anew.

    What its holder asked ends with it; signers behind it stand behind whoever holds it on.
    """
    frame.put(task, Task.State.HANDED_ON)
    close_questions(frame, task)
    step = frame.definition.steps[task.step]
    due = due_of(step, frame.item.urgency, frame.moment)
    to = replace(to, position=task.position or to.position, seat=task.seat)
    why = f"{due.why}（{why}）"
    opened = frame.open(to, Task.Kind(task.kind), Due(due.at, why), parent=task.parent, asked_by=task.asked_by)
    opened.question = task.question
    for child in frame.children(task):
        frame.hang_on(child, opened)
    return opened


def names(found: Sequence[Assignee | User]) -> str:
    """Return names in one line for a history: 林岚、陈立（代何静）."""
    return "、".join(_name(one) for one in found)


def ask(frame: Frame, task: Task, who: Sequence[UUID | str], kind: Task.Kind) -> list[Task]:
    """Open tasks for those whom the holder of `task` asks, within the limit that `task` itself has.

    Raises:
        InvalidInput: somebody who cannot be asked.
    """
    return [_open(frame, task, one, kind) for one in asked_by_name(frame, who, kind=kind)]


def _ask(frame: Frame, task: Task, who: Sequence[UUID | str], kind: Task.Kind, verb: Verb, reason: str) -> None:
    found = asked_by_name(frame, who, kind=kind)
    frame.act(verb, task=task, aim=names(found), reason=reason)
    for one in found:
        _open(frame, task, one, kind)
    frame.put(task, Task.State.HELD)


def _open(frame: Frame, task: Task, assignee: Assignee, kind: Task.Kind) -> Task:
    return frame.open(assignee, kind, Due(task.due_at, "随请办的一步"), parent=task)


def _require_asker(frame: Frame, task: Task) -> None:
    """Refuse whoever neither asked for `task` nor holds the task that asks for it."""
    askers = {task.asked_by.uuid} if task.asked_by else set()
    if task.parent and task.parent.is_pending:
        askers.add(task.parent.holder.uuid)
    if frame.actor.user_uuid in askers:
        return
    if task.holder.uuid == frame.actor.user_uuid or frame.actor.can("review.read_all"):
        who = task.asked_by.name if task.asked_by else ""
        raise NotAllowed(f"这是{who}请的，只有{who}可以撤回。", rule="谁加签谁撤回")
    raise NotFound


def _name(one: Assignee | User) -> str:
    if isinstance(one, User):
        return one.name
    return f"{one.user.name}（代{one.in_stead_of.name}）" if one.in_stead_of else one.user.name
