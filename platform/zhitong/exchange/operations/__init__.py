"""Every write of the network: registering, sending, receiving, recall, outcomes, papers. In a unit, on public rows."""

from zhitong.exchange.operations import handling
from zhitong.exchange.operations.answering import answer_call, count_reading, receive_paper
from zhitong.exchange.operations.matters import join_lines, part_lines
from zhitong.exchange.operations.merging import SOURCES_MOST, arrange_sources, merge, take_apart, withdraw_source
from zhitong.exchange.operations.opening import close_adopted_text, open_adopted_text
from zhitong.exchange.operations.outcomes import record, reverse, withdraw_decision
from zhitong.exchange.operations.publishing import NewPaper, publish, urge_receivers, withdraw_paper
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
from zhitong.exchange.operations.succeeding import Succession, succeed
from zhitong.exchange.operations.urging import URGEABLE, urge_dispatch

__all__ = [
    "SOURCES_MOST",
    "URGEABLE",
    "NewPaper",
    "Succession",
    "accept",
    "answer_call",
    "arrange_sources",
    "ask_recall",
    "change_authors",
    "close_adopted_text",
    "count_reading",
    "decline",
    "grant_recall",
    "handling",
    "join_lines",
    "keep",
    "merge",
    "moved_on",
    "open_adopted_text",
    "part_lines",
    "publish",
    "recall",
    "receive",
    "receive_paper",
    "record",
    "refer",
    "refuse_recall",
    "register_item",
    "return_dispatch",
    "reverse",
    "send",
    "settle",
    "succeed",
    "take_apart",
    "urge_dispatch",
    "urge_receivers",
    "withdraw_decision",
    "withdraw_paper",
    "withdraw_source",
]
