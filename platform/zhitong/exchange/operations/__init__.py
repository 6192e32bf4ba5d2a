"""Every write of the network: registering, sending, receiving, recall, outcomes. In a unit, on public rows."""

from zhitong.exchange.operations.matters import join_lines, part_lines
from zhitong.exchange.operations.merging import SOURCES_MOST, arrange_sources, merge, take_apart, withdraw_source
from zhitong.exchange.operations.outcomes import record, reverse, withdraw_decision
from zhitong.exchange.operations.recalling import ask_recall, grant_recall, recall, refuse_recall
from zhitong.exchange.operations.receiving import (
    accept,
    decline,
    keep,
    moved_on,
    receive,
    refer,
    return_dispatch,
    settle,
)
from zhitong.exchange.operations.registering import change_authors, register_item
from zhitong.exchange.operations.sending import send

__all__ = [
    "SOURCES_MOST",
    "accept",
    "arrange_sources",
    "ask_recall",
    "change_authors",
    "decline",
    "grant_recall",
    "join_lines",
    "keep",
    "merge",
    "moved_on",
    "part_lines",
    "recall",
    "receive",
    "record",
    "refer",
    "refuse_recall",
    "register_item",
    "return_dispatch",
    "reverse",
    "send",
    "settle",
    "take_apart",
    "withdraw_decision",
    "withdraw_source",
]
