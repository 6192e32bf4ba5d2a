"""Permissions over units: operators of the platform manage them, a unit's administrators set its own rules."""

from zhitong.core.permissions import Permission, register

register(
    Permission("units.manage", "管理单位"),
    Permission("units.settings", "本单位设置"),
)
