"""Permissions of the desk."""

from zhitong.core.permissions import Permission, register

register(Permission("desk.register", "看和登记台账"))
