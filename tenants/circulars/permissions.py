"""Permissions of circulars."""

from zhitong.core.permissions import Permission, register

register(
    Permission("circulars.edit", "起草通报"),
    Permission("circulars.publish", "下发通报"),
)
