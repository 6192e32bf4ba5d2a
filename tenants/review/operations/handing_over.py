"""People come and go: a post changes hands, an account is closed, somebody is away. Their open tasks move at once."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from tenants.accounts import operations as accounts
from tenants.accounts.models import Holding, User
from tenants.review import engine, holders
from tenants.review.clocks import due_of
from tenants.review.definition import OnEmpty
from tenants.review.engine import Frame
from tenants.review.holders import Assignee
from tenants.review.models import PENDING, Absence, Run, Task, Verb
from tenants.review.operations.answering import asker_goes_on
from tenants.review.operations.common import HOLDING, bad, finish
from tenants.review.reasons import clean_comment
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation

_OPEN_KINDS = (Task.Kind.DECIDE, Task.Kind.AFTER, Task.Kind.BEFORE, Task.Kind.DELEGATE, Task.Kind.OPINION)


@operation("accounts.manage")
def replace_holder(
    *, actor: Actor, position_code: str, old: User, new: User, on: date | None = None, reason: str = ""
) -> int:
    """Let `new` hold a post in place of `old` from a day on (today when None), and move every open task of the post.

    Closed history stays as it is. Where `new` is an author of an item or has a task in it already, the step's other
    holders (or its rule for an empty post) take over.

    Returns:
        The number of runs that moved now; for a later day 0, they move on that day.

    Raises:
        InvalidInput: the post is unknown, `new` cannot hold it, or is who leaves it.
        NotFound: `old` does not hold it on that day.
        WrongState: nobody is left who can decide one of the steps; nothing has moved.
    """
    day = on or clock.today()
    if new.pk == old.pk:
        raise bad("new", f"{old.name}现在就担任这个岗位，请换成另一位。")
    holding = (
        Holding.objects.select_related("position", "user")
        .filter(position__code=position_code, user=old, held_from__lte=day, held_to__isnull=True)
        .first()
    )
    if holding is None:
        raise NotFound(f"{old.name}现在不担任这个岗位。")
    if holding.held_from == day:
        raise WrongState(f"{old.name}今天才任这个岗位，最早明天可以换人。")
    if not Holding.objects.filter(position=holding.position, user=new, held_to__isnull=True).exists():
        accounts.put_in_post(actor=actor, user=new, position_code=position_code, held_from=day)
    accounts.end_holding(actor=actor, holding=holding, on=day, successor=new)
    audit.record(
        actor=actor,
        action="review.post.handed_over",
        object_kind="user",
        object_id=old.uuid,
        position=position_code,
        to=str(new.uuid),
        reason=clean_comment(reason),
    )
    if day > clock.today():
        return 0
    return Run.objects.filter(tasks__position=holding.position, tasks__holder=new, tasks__state__in=PENDING).count()


def leave_post(*, actor: Actor, holding: Holding, successor: User | None) -> None:
    """Move the open tasks of somebody who no longer holds a post, now or on the day it ends; called by accounts."""
    assert holding.held_to is not None
    if holding.held_to > clock.today():
        payload = {"holding": holding.pk, "successor": str(successor.uuid) if successor else ""}
        outbox.publish("review.post.left", payload, unit_id=actor.unit_id, at=clock.start_of(holding.held_to))
        return
    tasks = Task.objects.filter(position=holding.position, holder=holding.user, state__in=PENDING)
    why = f"{holding.user.name}不再担任{holding.position.name}"
    _move_all(actor, tasks, why, lambda _task: successor)


def leave_unit(*, actor: Actor, user: User) -> None:
    """Move every open task of an account that is taken out of use; called by accounts."""
    tasks = Task.objects.filter(holder=user, state__in=PENDING)
    _move_all(actor, tasks, f"{user.name}的账号已停用", lambda _task: None)


@operation()
def set_absence(
    *, actor: Actor, user: User, stand_in: User, away_from: date, away_through: date, reason: str = ""
) -> Absence:
    """Let `stand_in` be asked in `user`'s stead while they are away (代理); open tasks move on the first day.

    Users set their own; `accounts.manage` sets anybody's.

    Raises:
        NotAllowed: somebody else's, without the right.
        InvalidInput: the period is empty or over, overlaps another one, or the stand-in may not decide.
    """
    if actor.user_uuid != user.uuid:
        actor.require("accounts.manage")
    words = clean_comment(reason)[:60]
    if away_through < away_from or away_through < clock.today():
        raise bad("away_through", "代理的截止日期要在起始日期和今天之后。")
    if stand_in.pk == user.pk or not stand_in.is_active or not stand_in.has_zt_perm("review.decide"):
        raise bad("stand_in", f"{stand_in.name}不能代理：要是本单位另一位有审核权限的人。")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    overlaps = Absence.objects.filter(
        user=user, ended_at__isnull=True, away_from__lte=away_through, away_through__gte=away_from
    )
    if overlaps.exists():
        raise bad("away_from", "这段时间已经设了代理，请先撤销原来的。")
    absence = Absence.objects.create(
        user=user, stand_in=stand_in, away_from=away_from, away_through=away_through, reason=words
    )
    audit.record(
        actor=actor,
        action="review.absence.set",
        object_kind="user",
        object_id=user.uuid,
        stand_in=str(stand_in.uuid),
        away_from=away_from.isoformat(),
        away_through=away_through.isoformat(),
    )
    _watch_absence(actor, absence)
    return absence


@operation()
def end_absence(*, actor: Actor, absence_id: int) -> Absence:
    """End an absence before its day; what the stand-in has not decided goes back.

    Raises:
        NotFound: no such absence.
        NotAllowed: somebody else's, without the right.
        WrongState: it is over.
    """
    absence = Absence.objects.select_for_update(of=("self",)).select_related("user").filter(pk=absence_id).first()
    if absence is None:
        raise NotFound
    if actor.user_uuid != absence.user.uuid:
        actor.require("accounts.manage")
    if absence.ended_at or absence.away_through < clock.today():
        raise WrongState("这段代理已经结束。")
    absence.ended_at = clock.now()
    absence.save(update_fields=["ended_at"])
    audit.record(actor=actor, action="review.absence.ended", object_kind="user", object_id=absence.user.uuid)
    follow_absence(actor=actor, absence_id=absence.pk)
    return absence


@operation()
def follow_absence(*, actor: Actor, absence_id: int) -> None:
    """Move open tasks as an absence says today: to the stand-in while it lasts, back when it is over."""
    absence = Absence.objects.select_related("user", "stand_in").filter(pk=absence_id).first()
    if absence is None:
        return
    today, user, stand_in = clock.today(), absence.user, absence.stand_in
    if absence.ended_at is None and absence.away_from <= today <= absence.away_through:
        tasks = Task.objects.filter(holder=user, state__in=PENDING, kind__in=_OPEN_KINDS)
        _move_all(actor, tasks, f"{user.name}外出，由{stand_in.name}代理", lambda _task: stand_in, in_stead_of=user)
    else:
        tasks = Task.objects.filter(in_stead_of=user, state__in=PENDING)
        _move_all(actor, tasks, f"{user.name}已回，代理结束", lambda _task: user)


def _watch_absence(actor: Actor, absence: Absence) -> None:
    payload = {"absence": absence.pk}
    if absence.away_from <= clock.today():
        follow_absence(actor=actor, absence_id=absence.pk)
    else:
        outbox.publish("review.absence.turned", payload, unit_id=actor.unit_id, at=clock.start_of(absence.away_from))
    over = clock.start_of(absence.away_through + timedelta(days=1))
    outbox.publish("review.absence.turned", payload, unit_id=actor.unit_id, at=over)


def _move_all(
    actor: Actor,
    tasks: QuerySet[Task],
    why: str,
    heir_of: Callable[[Task], User | None],
    *,
    in_stead_of: User | None = None,
) -> None:
    wanted: dict[int, set[UUID]] = {}
    for run_id, uuid in tasks.order_by("run_id").values_list("run_id", "uuid"):
        wanted.setdefault(run_id, set()).add(uuid)
    for run_id in sorted(wanted):  # always in the same order: two officials leaving at once must not lock each other
        frame = engine.lock_run(actor, run_id)
        moving = [task for task in frame.pending if task.uuid in wanted[run_id]]
        if moving:
            _move(frame, moving, why, heir_of, in_stead_of)


def _move(
    frame: Frame,
    moving: Iterable[Task],
    why: str,
    heir_of: Callable[[Task], User | None],
    in_stead_of: User | None,
) -> None:
    for task in moving:
        heir = heir_of(task)
        busy = {one.holder_id for one in frame.pending}
        fits = heir is not None and heir.pk not in busy and holders.may_be_asked(heir, frame.authors)
        if in_stead_of is not None and not fits:
            continue  # nobody may stand in here: whoever is away keeps it
        aim = heir.name if heir and fits else "本步骤其他人"
        frame.act(Verb.HAND_OVER, task=task, aim=aim, reason=why, by_system=True)
        if heir is not None and fits:
            frame.give(task, heir, in_stead_of=in_stead_of)
            continue
        for child in frame.children(task):
            frame.put(child, Task.State.CANCELLED)
        frame.put(task, Task.State.CANCELLED)
        _fill_gap(frame, task)
    finish(frame, "run.handed_over")


def _fill_gap(frame: Frame, gone: Task) -> None:
    """Let a step go on that has lost one of its holders.

    By another holder of the same post, else by those who are left, else by the step's rule for empty posts; a step
    never passes, and an item is never adopted, because somebody left.
    """
    asker = gone.parent
    if gone.kind in HOLDING or gone.question_id:
        asker_goes_on(frame, asker)
        return
    step = frame.step
    due = due_of(step, frame.item.urgency, frame.moment)
    replacing = _replacing(frame, gone)
    if replacing:
        frame.open(replacing, Task.Kind(gone.kind), due, parent=asker)
    elif frame.pending:
        turn = next((task for task in frame.pending if task.kind == Task.Kind.DECIDE), None)
        if turn and turn.state == Task.State.WAITING:
            engine.take_turn(frame, turn)
    elif step.on_empty is OnEmpty.SKIP and not _anybody_passed(frame) and engine.walk(frame, frame.run.step):
        engine.advance(frame, frame.run.step, decided=False)
    else:
        for assignee in engine.stand_in_administrators(frame, step):
            frame.open(assignee, Task.Kind.DECIDE, due)


def _replacing(frame: Frame, gone: Task) -> Assignee | None:
    """Return somebody who holds the same post now and was not asked at this step yet."""
    step = frame.step
    collating = gone.kind == Task.Kind.DECIDE and step.collator
    found = holders.assignees(step.collator, frame.asking(step)) if collating else engine.asked_at(frame, step)
    asked = {task.holder_id for task in frame.here}
    return next((one for one in found if one.user.pk not in asked and one.position == gone.position), None)


def _anybody_passed(frame: Frame) -> bool:
    return any(task.state == Task.State.DONE for task in frame.here)
