"""Permissions of duties."""

from zhitong.core.permissions import Permission, register

register(
    Permission("duties.read", "查看本单位目标任务和履职档案"),
    Permission("duties.manage", "维护目标任务、履职清单和履职记录"),
    Permission("duties.award", "审定评优名单"),
)
