"""Permissions over units; only operators of the platform hold them."""

from zhitong.core.permissions import Permission, register

register(Permission("units.manage", "管理单位"))
