"""Permissions of the exchange."""

from zhitong.core.permissions import Permission, register

register(
    Permission("exchange.send", "向上报送"),
    Permission("exchange.receive", "签收与接收来稿"),
    Permission("exchange.publish", "下发约稿、选题、通知和通报"),
    Permission("exchange.record", "登记采用、批示等结果"),
)
