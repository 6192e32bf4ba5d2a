"""Handling: passing on (`assigning`), what a handler does (`answering`), what the asker decides, what authors say."""

from zhitong.exchange.operations.handling.answering import (
    answer,
    ask_extension,
    ask_refusal,
    interim,
    receive_assignment,
)
from zhitong.exchange.operations.handling.assigning import HANDLERS_MOST, Handler, assign, second_round
from zhitong.exchange.operations.handling.deciding import (
    extend,
    reassign,
    refuse_extension,
    refuse_refusal,
    release_answer,
    take_back,
    urge,
)
from zhitong.exchange.operations.handling.rating import rate

__all__ = [
    "HANDLERS_MOST",
    "Handler",
    "answer",
    "ask_extension",
    "ask_refusal",
    "assign",
    "extend",
    "interim",
    "rate",
    "reassign",
    "receive_assignment",
    "refuse_extension",
    "refuse_refusal",
    "release_answer",
    "second_round",
    "take_back",
    "urge",
]
