"""Permissions of ranking."""

from zhitong.core.permissions import Permission, register

register(
    Permission("ranking.read", "查看排名与得分明细"),
    Permission("ranking.configure", "维护计分规则"),
)
