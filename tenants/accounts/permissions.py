"""Permissions of the accounts app, and the role presets every unit starts with."""

from typing import Any

from zhitong.core.permissions import Permission, all_permissions, register
from zhitong.units.models import Level, UnitKind

register(
    Permission("accounts.manage", "管理本单位人员、角色与岗位"),
    Permission("accounts.read", "查看本单位人员"),
    Permission("audit.read", "查看本单位操作记录"),
)

# code -> (name, permissions); checked against the registry at start.
ROLE_PRESETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "author": ("反映人", ("items.write", "search.use")),
    "clerk": (
        "经办",
        (
            "items.write",
            "items.read_all",
            "items.import",
            "review.decide",
            "review.read_all",
            "exchange.send",
            "exchange.receive",
            "exchange.publish",
            "exchange.record",
            "desk.register",
            "circulars.edit",
            "circulars.publish",
            "search.use",
            "search.archive",
            "ranking.read",
            "ranking.enter",
            "ranking.targets",
            "duties.read",
            "duties.manage",
            "accounts.read",
        ),
    ),
    "reviewer": ("审核人", ("items.read_all", "review.decide", "search.use", "search.archive", "ranking.read")),
    "leader": (
        "领导",
        (
            "items.read_all",
            "review.decide",
            "review.read_all",
            "desk.register",
            "search.use",
            "search.archive",
            "ranking.read",
            "ranking.approve",
            "duties.read",
            "duties.award",
        ),
    ),
    "administrator": (
        "单位管理员",
        (
            "accounts.manage",
            "accounts.read",
            "audit.read",
            "review.configure",
            "review.administer",
            "ranking.configure",
            "units.settings",
        ),
    ),
    "reader": ("只读", ("items.read_all", "search.use", "search.archive", "ranking.read")),
    "province_office": ("全省统计", ("monitor.province", "ranking.read")),
    "operator": ("平台运维", ("units.manage", "platform.operate")),
}

_PLATFORM_ONLY = frozenset({"units.manage", "platform.operate"})
_PROVINCE_ONLY = frozenset({"monitor.province"})


def grantable(unit: Any) -> frozenset[str]:
    """Return the permissions that roles may give in `unit` (anything without a primary key is the public schema).

    The platform's own rights exist on the platform alone, and only a provincial committee looks over the province:
    else any unit's administrator could take them.
    """
    every = frozenset(permission.name for permission in all_permissions())
    if getattr(unit, "pk", None) is None:
        return _PLATFORM_ONLY | {"accounts.manage", "audit.read"}
    if unit.level == Level.PROVINCE and unit.kind == UnitKind.COMMITTEE:
        return every - _PLATFORM_ONLY
    return every - _PLATFORM_ONLY - _PROVINCE_ONLY
