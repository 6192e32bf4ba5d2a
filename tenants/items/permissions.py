"""Permissions of items."""

from zhitong.core.permissions import Permission, register

register(
    Permission("items.write", "撰写和提交信息"),
    Permission("items.read_all", "查看本单位全部信息"),
    Permission("items.import", "导入历史信息"),
)
