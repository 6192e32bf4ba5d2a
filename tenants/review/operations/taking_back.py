"""Taking one's own last decision back, until somebody else has acted on it."""

from uuid import UUID

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Item, State
from tenants.review import engine
from tenants.review.engine import Frame
from tenants.review.holders import Assignee
from tenants.review.models import Act, Run, Task, Verb
from tenants.review.operations.common import finish, reverse_decision
from tenants.review.operations.relieving import fill_step, may_hold, relieve, whoever_is_there
from tenants.review.queries.access import runs_seen_by
from tenants.review.reasons import clean_reason
from zhitong.core import clock
from zhitong.core.errors import NotAllowed, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Dispatch, Paper


@operation()
def take_back(*, actor: Actor, run_uuid: UUID, reason: str) -> Run:
    """Undo the actor's own decision, the last one of the run (收回): everything stands as it stood before it.

    An edited text that came with the decision stays as an edition. What the decision recorded for the network is
    reversed by a further event, never removed. A task that is open again goes to whoever is there today: the holder of
    the post since, the stand-in of who is away.

    Raises:
        NotFound: no such run for this actor.
        NotAllowed: the last decision is somebody else's, or the actor may not decide any more.
        WrongState: somebody has acted since (the message says who), somebody else is asked since, the author has
            changed or handed in the returned text, or the item was sent on or is being signed off for it.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    run_id = _run_of(actor, run_uuid)
    frame = engine.lock_run(actor, run_id)
    acts = list(frame.run.acts.order_by("seq"))
    last = engine.last_touching(acts)
    _check(frame, last)
    assert last is not None
    task = _task_of(frame, last)
    if task is None or not may_hold(frame, task, task.holder):
        raise NotAllowed("您现在不能审核这一篇，办过的也不能收回。", rule="收回的人要能再办一次")
    _give_item_back(frame, last, words)
    before = engine.replay(act for act in acts if act.seq < last.seq)
    frame.act(Verb.TAKE_BACK, task=task, aim=Verb(last.verb).label, reason=words)
    restore(frame, before)
    return finish(frame, "run.taken_back", seq=last.seq)


def _run_of(actor: Actor, run_uuid: UUID) -> int:
    user = User.objects.filter(uuid=actor.user_key).first()
    found = runs_seen_by(user).filter(uuid=run_uuid).values_list("pk", flat=True).first() if user else None
    if found is None:
        raise NotFound
    return found


def _check(frame: Frame, last: Act | None) -> None:
    mine = last is not None and frame.user is not None and last.by_id == frame.user.pk
    if last is not None and mine and last.verb not in engine.DECISIONS:
        raise WrongState(
            f"最后一步是“{last.get_verb_display()}”，不能收回。", rule="只有通过、退回、留存、不采用可以收回"
        )
    if last is not None and mine and not last.effects:
        raise WrongState("这是升级之前办理的，没有记下当时的状态，不能收回。", who="单位管理员可以重新开始审核")
    if last is not None and not mine and _decided(frame):
        when = f"{last.at.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
        raise WrongState(
            f"{last.by_label}已于 {when} {last.get_verb_display()}，不能收回。",
            rule="下一步办理之前，最后办理的人可以收回",
            code="review.acted",
        )
    if not mine:
        raise NotAllowed("没有您可以收回的办理。", rule="只有最后办理的人可以收回")


def _decided(frame: Frame) -> bool:
    """Return whether the actor has decided anything in this run."""
    me = frame.user.pk if frame.user else None
    return any(task.holder_id == me and task.state == Task.State.DONE for task in frame.tasks)


def _task_of(frame: Frame, act: Act) -> Task | None:
    return next((task for task in frame.tasks if task.pk == act.task_id), None)


def _give_item_back(frame: Frame, last: Act, reason: str) -> None:
    """Let the item be in review again, and reverse what was recorded of it."""
    run = frame.run
    if run.purpose == Run.Purpose.CLEARANCE or run.state == Run.State.RUNNING:
        return
    # Sending and signing off lock the item too: what they did before is seen here, what comes after sees this.
    item = Item.every.select_for_update(of=("self",)).get(pk=frame.item.pk)
    if run.state == Run.State.RETURNED:
        if item.version != last.effects["item"]:
            raise WrongState("反映人已经动手修改，不能收回退回。", rule="反映人修改之前可以收回")
    else:
        _refuse_sent(frame, item)
        reverse_decision(frame, f"审核收回：{reason}")
    items.reopen_review(
        actor=frame.actor, item=frame.item, states=[State.RETURNED, State.APPROVED, State.DECLINED, State.KEPT]
    )


def _refuse_sent(frame: Frame, item: Item) -> None:
    # A circular goes out as a paper under its own uuid.
    if Paper.objects.filter(unit=frame.actor.unit_id, uuid=item.uuid).exists():
        raise WrongState("这份通报已经下发，不能收回签发。", rule="下发之前可以收回", who="可以另发更正版")
    sent = Dispatch.objects.filter(sender=frame.actor.unit_id, item_uuid=item.uuid)
    if sent.exclude(state=Dispatch.State.RECALLED).exists():
        raise WrongState("这一篇已经报送上级，不能收回签发。", rule="报送之前可以收回", who="可以先撤回报送")
    if Run.objects.filter(item=item, state__in=[Run.State.RUNNING, Run.State.RETURNED]).exists():
        raise WrongState("这一篇正在审签报送，不能收回签发。", rule="报送审签之前可以收回", who="可以先终止报送审签")


def restore(frame: Frame, before: engine.Replayed) -> None:
    """Put a run back to where it stood `before`, within the act begun last; tasks go to whoever is there today."""
    reopened = []
    for task in frame.tasks:
        was_pending = task.is_pending
        state = before.tasks.get(str(task.uuid), Task.State.CANCELLED)
        if task.state == state or (not was_pending and state == Task.State.CANCELLED):
            continue
        frame.put(task, Task.State(state))
        if task.is_pending and not was_pending:
            reopened.append(task)
    frame.move(state=before.state, step=before.step, round_=before.round, back_to=before.back_to)
    for task in reopened:
        _give_to_who_is_there(frame, task)
    fill_step(frame)


def _give_to_who_is_there(frame: Frame, task: Task) -> None:
    if not task.is_pending:  # went with the task that asked for it
        return
    busy = {one.holder_id for one in frame.pending if one is not task}
    there = whoever_is_there(frame, task, busy)
    if there is None:
        relieve(frame, task, f"{task.holder.name}已不能办理")
    elif there.user.pk != task.holder_id or there.in_stead_of != task.in_stead_of:
        frame.act(Verb.HAND_OVER, task=task, aim=there.user.name, reason=_why(task, there), by_system=True)
        frame.give(task, there.user, in_stead_of=there.in_stead_of)


def _why(task: Task, there: Assignee) -> str:
    if there.in_stead_of:
        return f"{there.in_stead_of.name}外出，由{there.user.name}代理"
    return f"{task.holder.name}已不办这一项"
