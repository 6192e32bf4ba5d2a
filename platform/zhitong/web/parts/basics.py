"""Marks used by every other part: states, tags, buttons and links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

StateKind = Literal["", "ok", "now", "soon", "late", "urgent", "off"]

_STATE_ICONS: dict[str, str] = {
    "ok": "circle-check",
    "now": "hourglass",
    "soon": "clock",
    "late": "clock-exclamation",
    "urgent": "bolt",
    "off": "circle-minus",
}


@dataclass(frozen=True, slots=True)
class State:
    """A state in words with its look; without `icon` the kind's own icon stands there."""

    word: str
    kind: StateKind = ""
    icon: str = ""

    @property
    def shown_icon(self) -> str:
        """The icon to draw, empty for a plain word."""
        return self.icon or _STATE_ICONS.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Tag:
    """A small label: `kind` is `blue`, `green`, `amber`, `red` or empty; `pishi` is the seal of 批示."""

    word: str
    kind: Literal["", "blue", "green", "amber", "red", "pishi"] = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A small label that opens what it speaks of (疑似雷同 2)."""

    word: str
    url: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button or a link.

    With `url` it is a link, otherwise a submit button named `name` with `value`. `key` is the key that presses it.
    `refused` keeps it visible and says why it does not work. `attrs` are extra attributes (`hx-post`, `data-dialog`).
    """

    label: str
    url: str = ""
    icon: str = ""
    primary: bool = False
    quiet: bool = False
    key: str = ""
    name: str = ""
    value: str = ""
    refused: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)
