"""Permissions of ranking."""

from zhitong.core.permissions import Permission, register

register(
    Permission("ranking.read", "查看排名与得分明细"),
    Permission("ranking.configure", "维护计分规则"),
    Permission("ranking.enter", "提出人工记分"),
    Permission("ranking.approve", "批准人工记分"),
    Permission("ranking.targets", "给下级单位下达目标任务"),
)
