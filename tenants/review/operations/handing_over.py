"""People leave: a post changes hands, an account is closed, a right is withdrawn. Their open tasks move at once."""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tenants.accounts import operations as accounts
from tenants.accounts.models import Holding, User
from tenants.accounts.queries import holdings_on, with_permission
from tenants.review import engine
from tenants.review.engine import Frame
from tenants.review.models import PENDING, Task
from tenants.review.operations.common import OPEN_TO_ALL, bad, finish
from tenants.review.operations.relieving import relieve
from tenants.review.reasons import clean_comment
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation


@operation("accounts.manage")
def replace_holder(
    *, actor: Actor, position_code: str, old: User, new: User, on: date | None = None, reason: str = ""
) -> int:
    """Let `new` hold a post in place of `old` from a day on (today when None), and move every open task of the post.

    Closed history stays as it is. Where `new` is an author of an item or has a task in it already, the step's other
    holders (or its rule for an empty post) take over.

    Returns:
        The number of runs in which a task moved now; for a later day 0, they move on that day.

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
    moving = _of_post(holding).values("run").distinct().count() if day <= clock.today() else 0
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
    return moving


def leave_post(*, actor: Actor, holding: Holding, successor: User | None) -> None:
    """Move the open tasks of somebody who no longer holds a post, now or on the day it ends; called by accounts.

    Raises:
        WrongState: nobody is left who can decide one of the steps; nothing has moved.
    """
    assert holding.held_to is not None
    if holding.held_to > clock.today():
        payload = {"holding": holding.pk, "successor": str(successor.uuid) if successor else ""}
        outbox.publish("review.post.left", payload, unit_id=actor.unit_id, at=clock.start_of(holding.held_to))
    elif not _still_holds(holding):
        move_all(actor, _of_post(holding), _relieving(_left_words(holding), successor))


@operation()
def follow_post(*, actor: Actor, holding: Holding, successor: User | None) -> int:
    """Move open tasks on the day a post was left, each run by itself; called by the alarm of that day.

    Returns:
        In how many runs nobody can take over: there the task stays where it is, so that it can still be done.
    """
    if holding.held_to is None or holding.held_to > clock.today() or _still_holds(holding):
        return 0
    return move_all(actor, _of_post(holding), _relieving(_left_words(holding), successor), leave_stuck=True)


def leave_unit(*, actor: Actor, user: User) -> None:
    """Move every open task of an account that is taken out of use; called by accounts.

    Raises:
        WrongState: as `leave_post`.
    """
    tasks = Task.objects.filter(holder=user, state__in=PENDING)
    move_all(actor, tasks, _relieving(f"{user.name}的账号已停用", None))


def lose_rights(*, actor: Actor, users: Collection[User]) -> None:
    """Move the open tasks of those whose roles do not let them decide any more; called by accounts.

    Raises:
        WrongState: as `leave_post`.
    """
    asked = Q(kind__in=[kind for kind in Task.Kind if kind not in OPEN_TO_ALL])
    standing_in = Q(seat__isnull=True, kind=Task.Kind.DECIDE, holder__in=with_permission("review.administer"))
    tasks = Task.objects.filter(asked, holder__in=users, state__in=PENDING)
    tasks = tasks.exclude(holder__in=with_permission("review.decide")).exclude(standing_in)
    move_all(actor, tasks, lambda frame, task: relieve(frame, task, f"{task.holder.name}不再有审核权限"))


def move_all(
    actor: Actor, tasks: QuerySet[Task], move: Callable[[Frame, Task], None], *, leave_stuck: bool = False
) -> int:
    """Let `move` take each of `tasks` from its holder, run by run in one order, so that two at once do not lock up.

    Returns:
        In how many runs `move` was refused, where `leave_stuck` leaves those as they are.
    """
    wanted: dict[int, set[UUID]] = {}
    for run_id, uuid in tasks.order_by("run_id").values_list("run_id", "uuid"):
        wanted.setdefault(run_id, set()).add(uuid)
    stuck = 0
    for run_id, uuids in sorted(wanted.items()):
        try:
            with transaction.atomic(savepoint=leave_stuck):
                _move(actor, run_id, uuids, move)
        except WrongState:
            if not leave_stuck:
                raise
            stuck += 1
    return stuck


def _move(actor: Actor, run_id: int, uuids: Collection[UUID], move: Callable[[Frame, Task], None]) -> None:
    frame = engine.lock_run(actor, run_id)
    begun = frame.last_seq
    for task in [task for task in frame.pending if task.uuid in uuids]:
        if task.is_pending:
            move(frame, task)
    if frame.last_seq > begun:
        finish(frame, "run.handed_over")


def _of_post(holding: Holding) -> QuerySet[Task]:
    theirs = Q(holder=holding.user) | Q(in_stead_of=holding.user)
    return Task.objects.filter(theirs, position=holding.position, state__in=PENDING)


def _still_holds(holding: Holding) -> bool:
    """Return whether the user holds the post by another term today."""
    return holdings_on(clock.today()).filter(position=holding.position, user=holding.user).exists()


def _left_words(holding: Holding) -> str:
    return f"{holding.user.name}不再担任{holding.position.name}"


def _relieving(why: str, heir: User | None) -> Callable[[Frame, Task], None]:
    return lambda frame, task: relieve(frame, task, why, heir)
