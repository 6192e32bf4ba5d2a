"""Absences with a stand-in (代理): set, ended, and followed when their days come."""

from datetime import date, timedelta

from django.db.models import Q

from tenants.accounts.models import User
from tenants.review.engine import Frame
from tenants.review.models import PENDING, Absence, Task, Verb
from tenants.review.operations.common import bad
from tenants.review.operations.handing_over import move_all
from tenants.review.operations.relieving import can_take, whoever_is_there
from tenants.review.reasons import clean_comment
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation

# What a stand-in does: a verification and a draft ask a person.
_MOVING = (Task.Kind.DECIDE, Task.Kind.AFTER, Task.Kind.BEFORE, Task.Kind.DELEGATE, Task.Kind.OPINION)


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
    _watch(actor, absence)
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
    """Move open tasks as the absences of a user say today: to the stand-in while one lasts, back when it is over.

    Where nobody may stand in (an author of the item, somebody who is asked already), whoever is away keeps the task.
    """
    user = User.objects.filter(absences=absence_id).first()
    if user is not None:
        theirs = Q(holder=user, kind__in=_MOVING) | Q(in_stead_of=user)
        move_all(actor, Task.objects.filter(theirs, state__in=PENDING), _turn_over)


def _turn_over(frame: Frame, task: Task) -> None:
    busy = {one.holder_id for one in frame.pending if one is not task}
    there = whoever_is_there(frame, task, busy)
    if there is None or there.user.pk == task.holder_id or not can_take(frame, task, there.user):
        return
    if there.in_stead_of:
        why = f"{there.in_stead_of.name}外出，由{there.user.name}代理"
    else:
        why = f"{there.user.name}已回，代理结束"
    frame.act(Verb.HAND_OVER, task=task, aim=there.user.name, reason=why, by_system=True)
    frame.give(task, there.user, in_stead_of=there.in_stead_of)


def _watch(actor: Actor, absence: Absence) -> None:
    if absence.away_from <= clock.today():
        follow_absence(actor=actor, absence_id=absence.pk)
    else:
        _remember(actor, absence, absence.away_from)
    _remember(actor, absence, absence.away_through + timedelta(days=1))


def _remember(actor: Actor, absence: Absence, day: date) -> None:
    outbox.publish("review.absence.turned", {"absence": absence.pk}, unit_id=actor.unit_id, at=clock.start_of(day))
