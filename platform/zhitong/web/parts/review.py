"""Review: steps, tabs, texts, comparisons, facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhitong.web.parts.basics import State


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """A step of a review: its name, who, when or how long, a note under it."""

    name: str
    who: str = ""
    when: str = ""
    look: Literal["", "ok", "now"] = ""
    state: State | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextTab:
    """A tab over a text (原稿, 核稿, 对比); `refused` keeps it visible and says who may open it."""

    label: str
    url: str
    current: bool = False
    key: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A run of a comparison: kept (`""`), inserted or deleted."""

    text: str
    kind: Literal["", "ins", "del"] = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of a text: its heading and its paragraphs, plain or as pieces of a comparison."""

    heading: str
    paragraphs: Sequence[str | Sequence[DiffPiece]]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value, beside a title or in a list of facts."""

    label: str
    value: str
    url: str = ""
