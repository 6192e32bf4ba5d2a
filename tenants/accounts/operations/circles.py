"""Circles (界别, 专委会, 联络组, 支部) and posts with their periods."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from tenants.accounts import leaving
from tenants.accounts.cleaning import short_text
from tenants.accounts.models import Group, GroupKind, Holding, Membership, Position, User
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.people.operations import link_account

_FIRST_YEAR, _LAST_YEAR = 1949, 2199  # the CPPCC met first in 1949; later than the other is a slip


@operation("accounts.manage")
def add_group(*, actor: Actor, kind: str, name: str) -> Group:
    """Make a circle.

    Raises:
        InvalidInput: the kind is unknown, the name is empty or malformed, or the circle is there already.
    """
    cleaned = short_text(Group, "name", name)
    if kind not in GroupKind.values:
        raise InvalidInput("没有这种界别或组织。", fields={"kind": ["请选择类别。"]})
    if not cleaned:
        raise InvalidInput("请填写名称。", fields={"name": ["请填写名称。"]})
    try:
        with transaction.atomic():
            group = Group.objects.create(kind=kind, name=cleaned)
    except IntegrityError as error:
        taken = f"已有{GroupKind(kind).label}“{cleaned}”。"
        raise InvalidInput(taken, fields={"name": [taken]}) from error
    audit.record(actor=actor, action="accounts.group.added", object_kind="group", object_id=group.pk, kind=kind)
    return group


@operation("accounts.manage")
def set_groups(*, actor: Actor, user: User, groups: Iterable[tuple[str, str]]) -> None:
    """Put `user` in exactly these circles (kind and name); the person's group in rankings follows.

    Raises:
        InvalidInput: a kind is unknown or a name empty.
    """
    wanted = [_group(kind, name) for kind, name in groups]
    User.objects.select_for_update().get(pk=user.pk)
    Membership.objects.filter(user=user).exclude(group__in=wanted).delete()
    _add(user, wanted)
    if actor.unit_id is not None:
        link_account(
            actor=actor,
            user_uuid=user.uuid,
            name=user.name,
            rank=user.rank,
            kind=user.member_kind,
            group_name=main_group(user),
        )
    audit.record(
        actor=actor,
        action="accounts.user.groups_set",
        object_kind="user",
        object_id=user.uuid,
        groups=[group.pk for group in wanted],
    )


@operation("accounts.manage")
def name_head(*, actor: Actor, user: User, group: Group, heads: bool) -> Membership:
    """Let one who stands in a circle head it (负责人), beside others who do, or head it no more.

    Heads are asked where a step of a review says so, and see the circle's year.

    Raises:
        WrongState: the user does not stand in the circle, or the account is out of use.
    """
    membership = Membership.objects.select_for_update().filter(user=user, group=group).first()
    if membership is None:
        raise WrongState(
            f"{user.name}不在{group.name}，不能设为负责人。", rule="负责人是界别或组织自己的人", who="请先在资料里选上"
        )
    if heads and not user.is_active:
        raise WrongState(f"{user.name}的账号已停用，不能设为负责人。")
    if membership.is_head != heads:
        membership.is_head = heads
        membership.save(update_fields=["is_head"])
        audit.record(
            actor=actor,
            action="accounts.group.head_named" if heads else "accounts.group.head_ended",
            object_kind="user",
            object_id=user.uuid,
            group=group.pk,
        )
    return membership


@operation("accounts.manage")
def add_position(*, actor: Actor, code: str, name: str) -> Position:
    """Make a post at the end of the order.

    Raises:
        InvalidInput: the name is empty or malformed, or the name or the code is another post's.
    """
    cleaned = short_text(Position, "name", name)
    same = Position.objects.filter(name=cleaned).first()
    if same:
        raise InvalidInput(f"已有岗位“{cleaned}”。", fields={"name": [f"已有这个岗位，代号是“{same.code}”。"]})
    position = ensure_position(actor=actor, code=code, name=cleaned)
    if position.name != cleaned:
        taken = f"已是岗位“{position.name}”的代号，请换一个。"
        raise InvalidInput(f"代号“{code}”{taken}", fields={"code": [taken]})
    return position


@operation("accounts.manage")
def ensure_position(*, actor: Actor, code: str, name: str) -> Position:
    """Return the post of that code, made at the end of the order when it is missing; an existing one keeps its name.

    Raises:
        InvalidInput: the name is empty or malformed.
    """
    known = Position.objects.filter(code=code).first()
    if known:
        return known
    cleaned = short_text(Position, "name", name)
    if not cleaned:
        raise InvalidInput("请填写岗位名称。", fields={"name": ["请填写岗位名称。"]})
    last = Position.objects.order_by("-order").values_list("order", flat=True).first() or 0
    Position.objects.bulk_create([Position(code=code, name=cleaned, order=last + 1)], ignore_conflicts=True)
    position = Position.objects.get(code=code)
    audit.record(actor=actor, action="accounts.position.ensured", object_kind="position", object_id=code)
    return position


@operation("accounts.manage")
def put_in_post(
    *, actor: Actor, user: User, position_code: str, held_from: date, held_to: date | None = None
) -> Holding:
    """Let `user` hold a post from a day until another (excluded; None: until further notice).

    On that day what is still to be done in the post goes on as when a holding ends.

    Raises:
        InvalidInput: the post is unknown, the period is empty or beyond all bounds, or overlaps one the user holds it
            in already.
        WrongState: the account is out of use.
    """
    if not user.is_active:
        raise WrongState(f"{user.name}的账号已停用，不能任职。")
    position = Position.objects.filter(code=position_code).first()
    if position is None:
        raise InvalidInput("没有这个岗位。", fields={"position": ["没有这个岗位。"]})
    if not _FIRST_YEAR <= held_from.year <= _LAST_YEAR:
        words = f"请填写 {_FIRST_YEAR} 至 {_LAST_YEAR} 年之间的日期。"
        raise InvalidInput(f"任职起始日不对：{words}", fields={"held_from": [words]})
    if held_to is not None and held_to <= held_from:
        raise InvalidInput("任职截止日必须在起始日之后。", fields={"held_to": ["必须在起始日之后。"]})
    try:
        with transaction.atomic():
            holding = Holding.objects.create(position=position, user=user, held_from=held_from, held_to=held_to)
    except IntegrityError as error:
        raise InvalidInput(
            f"{user.name}在这段时间里已经担任“{position.name}”。", fields={"held_from": ["与已有任期重叠。"]}
        ) from error
    audit.record(
        actor=actor,
        action="accounts.post.given",
        object_kind="user",
        object_id=user.uuid,
        position=position.code,
        held_from=held_from.isoformat(),
        held_to=held_to.isoformat() if held_to else None,
    )
    if held_to is not None and held_to > clock.today():
        leaving.post_left(actor=actor, holding=holding, successor=None)
    return holding


@operation("accounts.manage")
def end_holding(*, actor: Actor, holding: Holding, on: date | None = None, successor: User | None = None) -> Holding:
    """End a holding: `on` (today when None) is the first day the post is no longer held.

    What the holder still had to do in that post goes to `successor`, or as the apps concerned say (`leaving`).

    Raises:
        WrongState: it has ended by then, or begins on that day or later.
    """
    last = on or clock.today()
    locked = Holding.objects.select_for_update(of=("self",)).select_related("position", "user").get(pk=holding.pk)
    if locked.held_to is not None and locked.held_to <= last:
        raise WrongState(f"这段任职已在 {locked.held_to:%Y-%m-%d} 结束。")
    if last <= locked.held_from:
        raise WrongState(f"这段任职从 {locked.held_from:%Y-%m-%d} 开始，最早次日才能免去。")
    locked.held_to = last
    locked.save(update_fields=["held_to"])
    audit.record(
        actor=actor,
        action="accounts.post.ended",
        object_kind="user",
        object_id=locked.user.uuid,
        position=locked.position.code,
        held_to=last.isoformat(),
    )
    leaving.post_left(actor=actor, holding=locked, successor=successor)
    return locked


def join(user: User, groups: Iterable[tuple[str, str]]) -> None:
    """Add `user` to circles, made when missing; part of an operation."""
    _add(user, [_group(kind, name) for kind, name in groups])


def main_group(user: User) -> str:
    """Return the circle that names the user's group in rankings: the first one entered, empty without one."""
    first = Membership.objects.filter(user=user).order_by("id").select_related("group").first()
    return first.group.name if first else ""


def _add(user: User, groups: list[Group]) -> None:
    Membership.objects.bulk_create([Membership(user=user, group=group) for group in groups], ignore_conflicts=True)


def _group(kind: str, name: str) -> Group:
    cleaned = short_text(Group, "name", name)
    if kind not in GroupKind.values or not cleaned:
        raise InvalidInput(f"没有这样的界别或组织：“{kind} {name}”。", fields={"groups": ["请填写类别和名称。"]})
    Group.objects.bulk_create([Group(kind=kind, name=cleaned)], ignore_conflicts=True)
    return Group.objects.get(kind=kind, name=cleaned)
