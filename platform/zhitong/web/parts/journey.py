"""The way of an item: stations, tracks, journeys, own items."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhitong.web.parts.basics import State, Tag

StationKind = Literal["", "ok", "now", "back", "kept"]


@dataclass(frozen=True, slots=True)
class Station:
    """One level of a track: `label` is the unit, `word` the outcome there, `state` its look."""

    label: str
    word: str
    state: StationKind = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """The straight line through the stations; the last four are drawn. `instructed`: a leader wrote on the item."""

    stations: Sequence[Station]
    label: str = "去向"
    instructed: bool = False

    @property
    def shown(self) -> Sequence[Station]:
        """The stations to draw."""
        return self.stations[-4:]


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An own item in a list: title, notes (number, date, points), tags, its track."""

    title: str
    url: str
    notes: Sequence[str] = ()
    tags: Sequence[Tag] = ()
    state: State | None = None
    track: Track | None = None


@dataclass(frozen=True, slots=True)
class JourneyEvent:
    """One line under a station: `when` as shown, what happened, a leader's words, a clause in grey.

    `outcome` prints it bold. `undone` marks what was recalled or corrected later: it stays, struck. `hidden` says why
    words are not shown.
    """

    when: str
    what: str
    detail: str = ""
    note: str = ""
    quote: str = ""
    hidden: str = ""
    outcome: bool = False
    undone: bool = False


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """One level of a journey with its events, oldest first; `next` says what is awaited there.

    `key` names it on the page, so that a drawing can lead there; `indent` says how many branches it lies off the main
    way, two at most.
    """

    unit: str
    state: State
    events: Sequence[JourneyEvent] = ()
    look: Literal["ok", "now", "back", "kept", "off"] = "ok"
    tags: Sequence[Tag] = ()
    next: str = ""
    key: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class NowLine:
    """Where the item is now: the place and state, how long it has waited, what comes next."""

    where: str
    waited: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class NewInstruction:
    """A leader's instruction as news: who, when, on what; `words` where they are open, else `hidden` says so."""

    who: str
    day: str
    title: str
    url: str
    words: str = ""
    hidden: str = ""
