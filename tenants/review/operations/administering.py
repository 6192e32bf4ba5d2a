"""What the unit's administrator may do with a run (reason mandatory), and the green channel of urgent items."""

from uuid import UUID

from tenants.items import operations as items
from tenants.items.models import State, Urgency
from tenants.review import engine
from tenants.review.clocks import Due, due_of
from tenants.review.engine import Frame
from tenants.review.models import Run, Task, Verb
from tenants.review.operations.asking import hand_on, names
from tenants.review.operations.common import asked_by_name, bad, end, find, finish, reverse_decision
from tenants.review.reasons import clean_reason
from zhitong.core.errors import NotAllowed, NotFound, WrongState
from zhitong.core.operations import Actor, operation


@operation("review.administer")
def jump(*, actor: Actor, run_uuid: UUID, to: str, reason: str) -> Run:
    """Let a run go on at another step, named by its key: what is pending is cancelled, the step is asked anew.

    Raises:
        NotFound: no such run.
        NotAllowed: the administrator is an author of the item.
        WrongState: the run does not wait for anybody, or nobody can decide that step.
        InvalidInput: no reason, no such step, or the one it stands at.
    """
    frame, words = _running(actor, run_uuid, reason)
    place = frame.definition.place_of(to)
    if place is None or place == frame.run.step:
        raise bad("to", "请选择这个流程里的另一个步骤。")
    step = frame.definition.steps[place]
    frame.act(Verb.JUMP, step_name=frame.step.name, aim=step.name, reason=words)
    engine.close_pending(frame, Task.State.CANCELLED)
    frame.move(round_=frame.next_round)
    found = engine.asked_at(frame, step)
    engine.open_step(frame, place, found or engine.stand_in_administrators(frame, step))
    return finish(frame, "run.jumped", to=to)


@operation("review.administer")
def end_run(*, actor: Actor, run_uuid: UUID, as_verb: str, reason: str) -> Run:
    """End a run (终止) as kept or declined, also while its author has it for correction. Nobody is adopted this way.

    Raises:
        NotFound, NotAllowed: as `jump`.
        WrongState: the run has ended.
        InvalidInput: no reason, or neither of the two ends.
    """
    words = clean_reason(reason)
    if as_verb not in {Verb.KEEP, Verb.DECLINE}:
        raise bad("as_verb", "请选择按留存还是按不采用终止。")
    frame = _frame(actor, run_uuid)
    if not frame.run.is_open:
        raise WrongState(f"这一篇的审核已经结束（{frame.run.get_state_display()}）。")
    verb = Verb(as_verb)
    act = frame.act(Verb.END, step_name=frame.step.name, aim=f"按{verb.label}", reason=words)
    end(frame, verb, words, act, tasks=Task.State.CANCELLED)
    return finish(frame, "run.ended", as_verb=verb)


@operation("review.administer")
def restart(*, actor: Actor, run_uuid: UUID, reason: str) -> Run:
    """Begin a run anew from its first step, under the version it began with; also one that was kept or declined.

    What its end recorded for the network is reversed by a further event, never removed.

    Raises:
        NotFound, NotAllowed: as `jump`.
        WrongState: the item is with its author, or was adopted or recalled; or nobody can decide the first step.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    frame = _frame(actor, run_uuid)
    if frame.run.state not in {Run.State.RUNNING, Run.State.KEPT, Run.State.DECLINED}:
        raise WrongState(
            f"这一篇的审核现在是“{frame.run.get_state_display()}”，不能重新开始。",
            rule="审核中、留存、不采用的可以重新开始",
        )
    if frame.run.state != Run.State.RUNNING:
        if frame.run.purpose == Run.Purpose.CLEARANCE:
            raise WrongState("报送审签已经结束，需要时请重新送审。")
        reverse_decision(frame, f"重新开始审核：{words}")
        items.reopen_review(actor=actor, item=frame.item, states=[State.KEPT, State.DECLINED])
    frame.act(Verb.RESTART, step_name=frame.step.name, reason=words)
    engine.close_pending(frame, Task.State.CANCELLED)
    frame.move(state=Run.State.RUNNING, round_=frame.next_round)
    engine.advance(frame, None, decided=False)
    return finish(frame, "run.restarted")


@operation("review.administer")
def reassign_task(*, actor: Actor, task_uuid: UUID, who: UUID | str, reason: str) -> Run:
    """Give an open task of somebody to somebody else, as its holder could.

    Raises:
        NotFound, NotAllowed: as `jump`.
        WrongState: the task is not open.
        InvalidInput: no reason, or somebody who cannot be asked.
    """
    words = clean_reason(reason)
    run_uuid = Task.objects.filter(uuid=task_uuid).values_list("run__uuid", flat=True).first()
    if run_uuid is None:
        raise NotFound
    frame = _frame(actor, run_uuid)
    task = find(frame, task_uuid)
    if task.state != Task.State.OPEN or task.kind == Task.Kind.WRITE:
        raise WrongState("只有待办的步骤可以改派。")
    found = asked_by_name(frame, [who], kind=Task.Kind(task.kind))
    frame.act(Verb.REASSIGN, task=task, aim=f"{task.holder.name}改为{names(found)}", reason=words)
    hand_on(frame, task, found[0], "由单位管理员改派，重新起算")
    return finish(frame, "task.reassigned", task)


@operation()
def expedite(*, actor: Actor, run_uuid: UUID, reason: str) -> Run:
    """Put an item in review on the green channel (绿色通道): it becomes urgent, limits count in hours from now.

    Steps that an urgent item does not pass are left; where the present one is such, the next one opens. Whoever has an
    open task of the run may (also while it waits for an answer), and the administrator.

    Raises:
        NotFound, NotAllowed: no such run, or not for this actor.
        WrongState: it is urgent already, or the run waits for nobody.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    run = Run.objects.filter(uuid=run_uuid).first()
    if run is None:
        raise NotFound
    frame = engine.lock_run(actor, run.pk)
    at_it = {Task.State.OPEN, Task.State.HELD}
    mine = any(task.holder.uuid == actor.user_uuid and task.state in at_it for task in frame.tasks)
    if not mine:
        if not actor.can("review.administer") and not actor.can("review.read_all"):
            raise NotFound
        actor.require("review.administer")
    _refuse_author(frame)
    if frame.run.state != Run.State.RUNNING:
        raise WrongState(f"这一篇的审核现在是“{frame.run.get_state_display()}”，不能转绿色通道。")
    if frame.item.urgency == Urgency.URGENT:
        raise WrongState("这一篇已经是紧急件，走的就是绿色通道。")
    items.set_urgency(actor=actor, item=frame.item, urgency=Urgency.URGENT)
    frame.act(Verb.EXPEDITE, step_name=frame.step.name, reason=words)
    _hurry(frame)
    return finish(frame, "run.expedited")


def _hurry(frame: Frame) -> None:
    left = engine.walk(frame, frame.run.step)
    if frame.run.step in engine.walk(frame) or not left:
        for task in frame.pending:
            if task.state != Task.State.WAITING:
                due = due_of(frame.definition.steps[task.step], frame.item.urgency, frame.moment)
                frame.set_due(task, Due(due.at, f"{due.why}（转绿色通道，重新起算）"))
        return
    engine.close_pending(frame, Task.State.SUPERSEDED)
    engine.advance(frame, frame.run.step, decided=False)


def _running(actor: Actor, run_uuid: UUID, reason: str) -> tuple[Frame, str]:
    words = clean_reason(reason)
    frame = _frame(actor, run_uuid)
    if frame.run.state != Run.State.RUNNING:
        raise WrongState(f"这一篇的审核现在是“{frame.run.get_state_display()}”，不能跳转。", rule="审核中的可以跳转")
    return frame, words


def _frame(actor: Actor, run_uuid: UUID) -> Frame:
    run_id = Run.objects.filter(uuid=run_uuid).values_list("pk", flat=True).first()
    if run_id is None:
        raise NotFound
    frame = engine.lock_run(actor, run_id)
    _refuse_author(frame)
    return frame


def _refuse_author(frame: Frame) -> None:
    if frame.user and frame.authors.include(frame.user):
        raise NotAllowed(
            "您是这一篇的反映人，不能干预它的审核。", rule="反映人不审自己的稿件", who="请另一位单位管理员办理"
        )
