"""The look of each state word, one for all lists."""

from zhitong.core import glossary
from zhitong.web.parts.basics import State, StateKind

_LOOKS: dict[str, StateKind] = {
    glossary.IN_REVIEW: "now",
    glossary.AWAITING_RECEIPT: "now",
    glossary.RECEIVED: "now",
    glossary.AWAITING_FEEDBACK: "now",
    glossary.TO_REVISE: "soon",
    glossary.SENT_BACK: "soon",
    glossary.ADOPTED: "ok",
    glossary.KEPT: "off",
    glossary.DECLINED: "off",
    glossary.WITHDRAWN: "off",
    glossary.MERGED: "off",
    glossary.MOVED_ON: "off",
}


def standing(word: str) -> State:
    """Return a word of `zhitong.core.glossary` (or any other, plain) as a state with its look."""
    return State(word, _LOOKS.get(word, ""))
