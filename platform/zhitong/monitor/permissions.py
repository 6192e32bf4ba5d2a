"""Permissions of the dashboards."""

from zhitong.core.permissions import Permission, register

register(Permission("monitor.province", "查看全省态势"), Permission("platform.operate", "平台运维"))
