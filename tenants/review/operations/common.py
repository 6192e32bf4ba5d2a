"""What the verbs of review share: taking a task, whom one may ask, ending a run, telling and auditing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import State
from tenants.items.texts import Texts
from tenants.review import engine, holders
from tenants.review.definition import VERB_WORDS
from tenants.review.engine import Frame
from tenants.review.holders import Assignee
from tenants.review.models import Act, Run, Task, Verb
from zhitong.core import audit, outbox
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor
from zhitong.exchange.models import AdoptionMode, EventKind
from zhitong.exchange.operations import record, withdraw_decision

# Tasks whose holder decides the item, and those that only answer whoever asked.
DECIDING = frozenset({Task.Kind.DECIDE, Task.Kind.AFTER})
# Answers that their asker waits for before deciding; a question only stops the clock.
HOLDING = frozenset({Task.Kind.BEFORE, Task.Kind.DELEGATE, Task.Kind.WRITE})
# Anybody of the unit can be asked these, also who may not decide.
OPEN_TO_ALL = frozenset({Task.Kind.VERIFY, Task.Kind.OPINION, Task.Kind.WRITE})
_ASKED_MOST = 20


def take(actor: Actor, task_uuid: UUID, *, kinds: frozenset[Task.Kind] = DECIDING) -> tuple[Frame, Task]:
    """Lock the run and return its frame with the task, which is open, the actor's own, and of one of `kinds`.

    Raises:
        NotFound: not a task of the actor's, and none they may know of.
        NotAllowed: somebody else's task, or the right was withdrawn.
        WrongState: the task is closed (the message says by whom), waits, or is not of these kinds.
    """
    found = Task.objects.filter(uuid=task_uuid).values_list("run_id", "holder__uuid", "holder__name").first()
    if found is None:
        raise NotFound
    run_id, holder, name = found
    if holder != actor.user_uuid:
        if actor.can("review.read_all"):
            raise NotAllowed(f"这一步由{name}办理，您只能查看。", rule="谁的待办谁办理")
        raise NotFound
    frame = engine.lock_run(actor, run_id)
    task = find(frame, task_uuid)
    if task.holder.uuid != actor.user_uuid:
        raise WrongState(f"这一步刚刚转给{task.holder.name}办理，您的操作没有生效。", code="review.task_moved")
    if task.kind not in OPEN_TO_ALL and not (actor.can("review.decide") or actor.can("review.administer")):
        actor.require("review.decide")
    _require_open(frame, task)
    if task.kind not in kinds:
        raise WrongState(f"这是一项“{task.get_kind_display()}”，不能这样办；请回复意见。", rule=frame.flow_words)
    return frame, task


def find(frame: Frame, task_uuid: UUID) -> Task:
    """Return the task of a frame by its uuid."""
    return next(task for task in frame.tasks if task.uuid == task_uuid)


def _require_open(frame: Frame, task: Task) -> None:
    if task.state == Task.State.WAITING:
        raise WrongState("这一步按顺序依次办理，还没有轮到您。", rule=frame.flow_words)
    if task.state == Task.State.HELD:
        names = "、".join(child.holder.name for child in frame.children(task) if child.kind in HOLDING)
        raise WrongState(
            f"正在等{names}的意见，等回复后再办。",
            rule=frame.flow_words,
            who="您可以先撤回加签或委派",
            code="review.held",
        )
    if task.state != Task.State.OPEN:
        raise WrongState(f"{engine.what_happened(task)}，您的操作没有生效。", code="review.task_closed")


def require_version(frame: Frame, version: int) -> None:
    """Refuse an edited text that was written on another text than the present one.

    Raises:
        StaleVersion: somebody changed it since `version`; nothing is written, so nothing is lost.
    """
    if frame.item.version != version:
        raise StaleVersion("另一位审核人刚改过这一篇，您写的还在下面，请对照后再存。", rule="同一篇同时只认一处的修改")


def require_may(frame: Frame, task: Task, verb: str) -> None:
    """Refuse a verb that the step does not give its holders.

    Raises:
        NotAllowed: with the flow and version that say so.
    """
    step = frame.definition.steps[task.step]
    if verb not in step.may:
        raise NotAllowed(
            f"“{step.name}”这一步不能{VERB_WORDS[verb]}。", rule=frame.flow_words, who="本单位管理员可以修改流程"
        )


def people(frame: Frame, uuids: Sequence[UUID | str], *, kind: Task.Kind) -> list[User]:
    """Return the users to be asked, in the order given.

    Raises:
        InvalidInput: under `who`: nobody, too many, somebody unknown, an author, without the right, or asked already.
    """
    found = _users(uuids)
    busy = {task.holder_id for task in frame.pending}
    for user in found.values():
        if kind is not Task.Kind.WRITE and frame.authors.include(user):
            raise bad("who", f"{user.name}是反映人，不能参与审核自己的稿件。")
        if kind not in OPEN_TO_ALL and not holders.may_be_asked(user, frame.authors):
            raise bad("who", f"{user.name}没有审核信息的权限，请先由单位管理员调整角色，或换一位。")
        if user.pk in busy:
            raise bad("who", f"{user.name}已经在办这一篇，不用再请。")
    return list(found.values())


def asked_by_name(frame: Frame, uuids: Sequence[UUID | str], *, kind: Task.Kind) -> list[Assignee]:
    """Return who is asked where these users are named: themselves, or the stand-in of whoever is away.

    Raises:
        InvalidInput: as `people`.
    """
    found = [Assignee(user) for user in people(frame, uuids, kind=kind)]
    if kind in {Task.Kind.VERIFY, Task.Kind.WRITE}:
        return found  # these ask the person, not whoever does their work
    asking = frame.asking_opinions(frame.step) if kind in OPEN_TO_ALL else frame.asking(frame.step)
    taken = {task.holder_id for task in frame.pending} | {one.user.pk for one in found}
    present: list[Assignee] = []
    for one in found:
        present += holders.present([one], asking, taken)
        taken.add(present[-1].user.pk)
    return present


def readers(uuids: Sequence[UUID | str]) -> list[User]:
    """Return the users of the unit to whom something is shown.

    Raises:
        InvalidInput: under `who`: nobody, too many, or somebody unknown.
    """
    return list(_users(uuids).values())


def _users(uuids: Sequence[UUID | str]) -> dict[UUID, User]:
    """Return the active users of these uuids in the order given, each once."""
    wanted = list(dict.fromkeys(str(uuid) for uuid in uuids))
    if not wanted:
        raise bad("who", "请选择由谁办理。")
    if len(wanted) > _ASKED_MOST:
        raise bad("who", f"一次最多请 {_ASKED_MOST} 人。")
    try:
        keys = [UUID(uuid) for uuid in wanted]
    except ValueError:
        raise bad("who", "选中的人不在本单位，请重新选择。") from None
    found = {user.uuid: user for user in User.objects.filter(uuid__in=keys, is_active=True)}
    if len(found) != len(keys):
        raise bad("who", "选中的人不在本单位，请重新选择。")
    return {key: found[key] for key in keys}


def bad(name: str, message: str, code: str = "") -> InvalidInput:
    """Return a refusal of one field."""
    return InvalidInput(message, fields={name: [message]}, code=code)


def approve(frame: Frame, mode: AdoptionMode | str, act: Act) -> None:
    """End a run that is through: the item is approved and its adoption recorded, or it is cleared for sending."""
    engine.halt(frame, Run.State.PASSED, Task.State.SUPERSEDED)
    if frame.run.purpose == Run.Purpose.REVIEW:
        items.conclude(actor=frame.actor, item=frame.item, state=State.APPROVED)
        if frame.item.is_report:
            record(
                actor=frame.actor,
                item_uuid=frame.item.uuid,
                kind=EventKind.ADOPTED,
                mode=mode,
                text=Texts.of(frame.item).as_dict(),
            )
    tell_authors(frame, act)


# What ends a review without adoption: run state, item state, event.
_ENDS = {
    Verb.DECLINE: (Run.State.DECLINED, State.DECLINED, EventKind.DECLINED),
    Verb.KEEP: (Run.State.KEPT, State.KEPT, EventKind.KEPT),
}


def end(frame: Frame, as_verb: Verb, reason: str, act: Act, *, tasks: Task.State = Task.State.SUPERSEDED) -> None:
    """End a run without adoption; of a clearance only the run ends, the item stays approved."""
    run_state, item_state, kind = _ENDS[as_verb]
    engine.halt(frame, run_state, tasks)
    if frame.run.purpose == Run.Purpose.REVIEW:
        items.conclude(actor=frame.actor, item=frame.item, state=item_state)
        if frame.item.is_report:
            record(actor=frame.actor, item_uuid=frame.item.uuid, kind=kind, reason=reason)
    tell_authors(frame, act)


_EVENT_OF = {
    Run.State.PASSED: EventKind.ADOPTED,
    **{state: kind for state, _item_state, kind in _ENDS.values()},
}


def reverse_decision(frame: Frame, reason: str) -> None:
    """Reverse what the end of a review recorded for the network, by a further event; of a circular it knows nothing."""
    if frame.item.is_report:
        withdraw_decision(
            actor=frame.actor, item_uuid=frame.item.uuid, kind=_EVENT_OF[Run.State(frame.run.state)], reason=reason
        )


def tell_authors(frame: Frame, act: Act) -> None:
    """Have the authors told of a decision; `act` has its number already, its row comes with the flush."""
    if frame.run.purpose == Run.Purpose.REVIEW:
        payload = {"run": str(frame.run.uuid), "seq": act.seq}
        outbox.publish("review.run.decided", payload, unit_id=frame.actor.unit_id)


def finish(frame: Frame, action: str, task: Task | None = None, **data: Any) -> Run:
    """Write the frame and the audit entry; return the run."""
    frame.flush()
    if task:
        data |= {"task": str(task.uuid), "step": task.step_name}
    audit.record(actor=frame.actor, action=f"review.{action}", object_kind="item", object_id=frame.item.uuid, **data)
    return frame.run
