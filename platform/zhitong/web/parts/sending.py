"""Sending: receivers and what they will see."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhitong.web.parts.basics import State
from zhitong.web.parts.review import Fact
from zhitong.web.parts.writing import AlikeHint


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver to tick; `refused` locks it and says why and who can change it."""

    value: str
    name: str
    note: str = ""
    state: State | None = None
    checked: bool = False
    refused: str = ""
    hint: AlikeHint | None = None


@dataclass(frozen=True, slots=True)
class ReceiverGroup:
    """Receivers of one kind of route."""

    label: str
    receivers: Sequence[Receiver]


@dataclass(frozen=True, slots=True)
class PacketView:
    """What a receiver will see; a fact with an empty value does not travel."""

    title: str
    head: str
    facts: Sequence[Fact]
    paragraphs: Sequence[str]
    files: Sequence[str] = ()
