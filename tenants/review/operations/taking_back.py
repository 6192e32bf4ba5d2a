"""Taking one's own last decision back, until somebody else has acted on it."""

from uuid import UUID

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import State
from tenants.review import engine
from tenants.review.engine import Frame
from tenants.review.models import Act, Run, Task, Verb
from tenants.review.operations.common import finish
from tenants.review.queries.access import runs_seen_by
from tenants.review.reasons import clean_reason
from zhitong.core import clock
from zhitong.core.errors import NotAllowed, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Dispatch, EventKind
from zhitong.exchange.operations import withdraw_decision

_EVENT_OF = {
    Run.State.PASSED: EventKind.ADOPTED,
    Run.State.DECLINED: EventKind.DECLINED,
    Run.State.KEPT: EventKind.KEPT,
}


@operation()
def take_back(*, actor: Actor, run_uuid: UUID, reason: str) -> Run:
    """Undo the actor's own decision, the last one of the run (收回): everything stands as it stood before it.

    An edited text that came with the decision stays as an edition. What the decision recorded for the network is
    reversed by a further event, never removed.

    Raises:
        NotFound: no such run for this actor.
        NotAllowed: the last decision is somebody else's.
        WrongState: somebody has acted since (the message says who), the author has changed the returned text, or the
            item was sent on.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    run_id = _run_of(actor, run_uuid)
    frame = engine.lock_run(actor, run_id)
    acts = list(frame.run.acts.order_by("seq"))
    place = max((n for n, act in enumerate(acts) if act.verb not in engine.UNTOUCHING), default=None)
    last = acts[place] if place is not None else None
    _check(frame, last)
    assert last is not None
    _give_item_back(frame, last, words)
    before = engine.replay(acts[:place])
    frame.act(Verb.TAKE_BACK, task=_task_of(frame, last), aim=Verb(last.verb).label, reason=words)
    _restore(frame, before)
    return finish(frame, "run.taken_back", seq=last.seq)


def _run_of(actor: Actor, run_uuid: UUID) -> int:
    user = User.objects.filter(uuid=actor.user_key).first()
    found = runs_seen_by(user).filter(uuid=run_uuid).values_list("pk", flat=True).first() if user else None
    if found is None:
        raise NotFound
    return found


def _check(frame: Frame, last: Act | None) -> None:
    mine = last is not None and frame.user is not None and last.by_id == frame.user.pk
    if last is None or last.verb not in engine.DECISIONS:
        if last is None or not mine:
            raise NotAllowed("没有您可以收回的办理。", rule="只有最后办理的人可以收回")
        raise WrongState(
            f"最后一步是“{last.get_verb_display()}”，不能收回。", rule="只有通过、退回、留存、不采用可以收回"
        )
    if not last.effects:
        raise WrongState("这是升级之前办理的，没有记下当时的状态，不能收回。", who="单位管理员可以重新开始审核")
    if not mine:
        when = f"{last.at.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
        raise WrongState(
            f"{last.by_label}已于 {when} {last.get_verb_display()}，不能收回。",
            rule="下一步办理之前，最后办理的人可以收回",
            code="review.acted",
        )


def _task_of(frame: Frame, act: Act) -> Task | None:
    return next((task for task in frame.tasks if task.pk == act.task_id), None)


def _give_item_back(frame: Frame, last: Act, reason: str) -> None:
    """Let the item be in review again, and reverse what was recorded of it."""
    run, item = frame.run, frame.item
    if run.purpose == Run.Purpose.CLEARANCE or run.state == Run.State.RUNNING:
        return
    if run.state == Run.State.RETURNED:
        if item.version != last.effects["item"]:
            raise WrongState("反映人已经动手修改，不能收回退回。", rule="反映人修改之前可以收回")
    elif (
        Dispatch.objects.filter(sender=frame.actor.unit_id, item_uuid=item.uuid)
        .exclude(state=Dispatch.State.RECALLED)
        .exists()
    ):
        raise WrongState("这一篇已经报送上级，不能收回签发。", rule="报送之前可以收回", who="可以先撤回报送")
    else:
        withdraw_decision(
            actor=frame.actor, item_uuid=item.uuid, kind=_EVENT_OF[Run.State(run.state)], reason=f"审核收回：{reason}"
        )
    items.reopen_review(
        actor=frame.actor, item=item, states=[State.RETURNED, State.APPROVED, State.DECLINED, State.KEPT]
    )


def _restore(frame: Frame, before: engine.Replayed) -> None:
    for task in frame.tasks:
        state = before.tasks.get(str(task.uuid), Task.State.CANCELLED)
        if task.state != state:
            frame.put(task, Task.State(state))
    frame.move(state=before.state, step=before.step, round_=before.round, back_to=before.back_to)
