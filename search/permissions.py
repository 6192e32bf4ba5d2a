"""Permissions of search."""

from zhitong.core.permissions import Permission, register

register(
    Permission("search.use", "检索"),
    Permission("search.archive", "检索本单位全部档案"),
)
