"""Roles of a unit: what they grant, who has them, and that one administrator always remains."""

from collections.abc import Iterable

from django.db import connection

from tenants.accounts import leaving
from tenants.accounts.cleaning import short_text
from tenants.accounts.models import Role, User
from tenants.accounts.permissions import grantable
from zhitong.core import audit, permissions
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation

MANAGE = "accounts.manage"


@operation(MANAGE)
def define_role(*, actor: Actor, code: str, name: str, granted: Iterable[str]) -> Role:
    """Create or change a role of the unit's own.

    Raises:
        InvalidInput: a permission is unknown, or not for this unit to give; the message names it.
        WrongState: `code` is a preset, or the change would leave the unit without an administrator, or what waits for
            its holders without anybody who may do it.
    """
    names = sorted(set(granted))
    check_grants(names)
    lock_administrators()
    role = Role.objects.select_for_update().filter(code=code).first() or Role(code=code)
    if role.is_preset:
        raise WrongState(f"“{role.name}”是预设角色，不能改动。", who="请另建一个角色")
    role.name = short_text(Role, "name", name)
    if not role.name:
        raise InvalidInput("请填写角色名称。", fields={"name": ["请填写角色名称。"]})
    role.permissions = names
    role.save()
    refuse_without_administrator()
    audit.record(
        actor=actor, action="accounts.role.defined", object_kind="role", object_id=role.code, permissions=names
    )
    leaving.rights_lost(actor=actor, users=list(User.objects.filter(roles=role)))
    return role


@operation(MANAGE)
def set_roles(*, actor: Actor, user: User, roles: Iterable[str]) -> User:
    """Give `user` exactly the roles of these codes.

    Raises:
        InvalidInput: a role is unknown or grants what this unit may not give.
        WrongState: nobody would be left who manages the unit's people, or who may do what waits for `user`.
    """
    lock_administrators()
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    assign(locked, roles)
    refuse_without_administrator()
    audit.record(
        actor=actor,
        action="accounts.user.roles_set",
        object_kind="user",
        object_id=locked.uuid,
        roles=sorted(locked.roles.values_list("code", flat=True)),
    )
    leaving.rights_lost(actor=actor, users=[locked])
    return locked


def assign(user: User, codes: Iterable[str]) -> None:
    """Put the roles of these codes on `user`; part of an operation.

    Raises:
        InvalidInput: a role is unknown or grants what this unit may not give.
    """
    wanted = set(codes)
    found = list(Role.objects.filter(code__in=wanted))
    unknown = sorted(wanted - {role.code for role in found})
    if unknown:
        raise InvalidInput(f"没有这个角色：{'、'.join(unknown)}。", fields={"roles": ["没有这个角色。"]})
    for role in found:
        check_grants(role.permissions)
    user.roles.set(found)
    user.__dict__.pop("granted", None)
    user.__dict__.pop("actor", None)


def check_grants(names: Iterable[str]) -> None:
    """Refuse unknown permissions and those that this unit may not give.

    Raises:
        InvalidInput: naming the permission.
    """
    known = {permission.name for permission in permissions.all_permissions()}
    allowed = grantable(connection.tenant)  # type: ignore[attr-defined]
    for name in names:
        if name not in known:
            raise InvalidInput(f"没有名为“{name}”的权限。", fields={"permissions": [f"没有名为“{name}”的权限。"]})
        if name not in allowed:
            label = permissions.label_of(name)
            raise InvalidInput(
                f"本单位不能授予“{label}”。",
                rule="全省统计只给省级单位，平台运维只给平台",
                fields={"roles": [f"本单位不能授予“{label}”。"]},
            )


def lock_administrators() -> None:
    """Let changes of who administers wait for each other: two administrators cannot remove one another at once."""
    list(Role.objects.select_for_update().filter(code="administrator"))


def refuse_without_administrator() -> None:
    """Refuse when nobody active holds the right to manage people; part of an operation, after its change.

    Raises:
        WrongState: it would be so.
    """
    managers = Role.objects.filter(permissions__contains=[MANAGE])
    if not User.objects.filter(is_active=True, roles__in=managers).exists():
        raise WrongState(
            "这是本单位最后一名管理员，不能取消。", rule="每个单位至少有一名管理员", who="请先给另一人管理员角色"
        )
