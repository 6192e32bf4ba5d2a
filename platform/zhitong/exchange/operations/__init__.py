"""Every write of the network: registering, sending, receiving, outcomes. Runs inside a unit, writes public rows."""

from zhitong.exchange.operations.outcomes import record, reverse, withdraw_decision
from zhitong.exchange.operations.receiving import accept, decline, keep, moved_on, receive, return_dispatch
from zhitong.exchange.operations.registering import change_authors, register_item
from zhitong.exchange.operations.sending import recall, send

__all__ = [
    "accept",
    "change_authors",
    "decline",
    "keep",
    "moved_on",
    "recall",
    "receive",
    "record",
    "register_item",
    "return_dispatch",
    "reverse",
    "send",
    "withdraw_decision",
]
