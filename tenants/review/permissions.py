"""Permissions of review."""

from zhitong.core.permissions import Permission, register

register(
    Permission("review.decide", "审核信息"),
    Permission("review.read_all", "查看本单位全部审核"),
    Permission("review.configure", "设置审核流程"),
    Permission("review.administer", "干预审核（跳转、终止）"),
)
