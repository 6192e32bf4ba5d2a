"""Review: steps, tabs, texts, comparisons, facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhitong.web.parts.basics import Action, State


@dataclass(frozen=True, slots=True)
class StepPerson:
    """One of several asked at a step: who, how it stands with them, a note under it, what the reader may do about it.

    `words` is what they answered; `beside` draws them indented under the one who asked them.
    """

    name: str
    state: State | None = None
    note: str = ""
    words: str = ""
    beside: bool = False
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """A step of a review: its name, who, when or how long, a note under it, and one line for each of several asked.

    `how` says how many must pass (会签 1/3).
    """

    name: str
    who: str = ""
    when: str = ""
    look: Literal["", "ok", "now", "back", "off"] = ""
    state: State | None = None
    note: str = ""
    how: str = ""
    people: Sequence[StepPerson] = ()


@dataclass(frozen=True, slots=True)
class TextTab:
    """A tab over a text (原稿, 核稿, 对比); `refused` keeps it visible and says who may open it."""

    label: str
    url: str
    current: bool = False
    key: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class TextMark:
    """A number at a passage that leads to what was said about it, at `#remark-<key>`; the way back is `#mark-<key>`."""

    number: int
    key: str
    faint: bool = False


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A run of a comparison: kept (`""`), inserted or deleted; with the marks it stands under, and that end with it."""

    text: str
    kind: Literal["", "ins", "del"] = ""
    marks: Sequence[TextMark] = ()
    ends: Sequence[TextMark] = ()


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
