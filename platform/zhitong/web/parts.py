"""What the components show, as plain values: a view fills them, a template renders them, neither knows models.

Words are Chinese and come from the glossary; `kind` names a look (`ok`, `now`, `soon`, `late`, `urgent`, `off`), which
always stands beside an icon and a word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")

StateKind = Literal["", "ok", "now", "soon", "late", "urgent", "off"]
StationKind = Literal["", "ok", "now", "back", "kept"]
Trend = Literal["up", "down", "flat"]

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


# --- the way of an item -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Station:
    """One level of a track: `label` is the unit, `word` the outcome there, `state` its look."""

    label: str
    word: str
    state: StationKind = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """The straight line through the stations; the last four are drawn."""

    stations: Sequence[Station]
    label: str = "去向"

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

    `undone` marks what was recalled or corrected later: it stays, struck. `hidden` says why words are not shown.
    """

    when: str
    what: str
    detail: str = ""
    note: str = ""
    quote: str = ""
    hidden: str = ""
    undone: bool = False


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """One level of a journey with its events, oldest first."""

    unit: str
    state: State
    events: Sequence[JourneyEvent] = ()
    look: Literal["ok", "now", "back", "kept", "off"] = "ok"
    tags: Sequence[Tag] = ()


@dataclass(frozen=True, slots=True)
class NowLine:
    """Where the item is now: the place and state, how long it has waited, what comes next."""

    where: str
    waited: str = ""
    next: str = ""


# --- lists --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TodoEntry:
    """Something the reader has to do. `word` leads in bold (被退回, 约稿), `look` colours it and the icon."""

    title: str
    url: str
    icon: str
    word: str = ""
    look: Literal["", "back", "call", "late"] = ""
    notes: Sequence[str] = ()
    state: State | None = None


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A row of a queue or sign list: title, notes, due state; `current` is the one open beside it."""

    title: str
    url: str
    notes: Sequence[str] = ()
    state: State | None = None
    tag: Tag | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A tab over a list: name, address, how many match; `late` counts in red."""

    label: str
    url: str
    count: int | None = None
    current: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in force; `drop_url` is the same list without it."""

    label: str
    drop_url: str


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: `sort` is the key in the query string when the head sorts, `number` aligns right."""

    label: str
    sort: str = ""
    number: bool = False
    key: str = ""
    hidden_label: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. `look` is a CSS class of the table (`t` for the title, `num` for figures); `note` stands beside in grey."""

    text: str = ""
    url: str = ""
    look: str = ""
    note: str = ""
    state: State | None = None
    tags: Sequence[Tag] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; `value` is what its box sends when the list can be chosen from, `name` is what a reader hears."""

    cells: Sequence[Cell]
    value: str = ""
    name: str = ""
    unread: bool = False
    selected: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list paged by keyset: cursors are opaque, empty at the ends; `total` is None when nobody counted."""

    items: Sequence[T]
    next_cursor: str = ""
    prev_cursor: str = ""
    total: int | None = None


# --- review -------------------------------------------------------------------------------------------------------


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


# --- writing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """A signer in the order of signing."""

    name: str
    note: str = ""
    state: State | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of the draft: `percent` while it is on its way."""

    name: str
    note: str = ""
    icon: str = "file-text"
    state: State | None = None
    percent: int | None = None
    key: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """What the machine found while the author writes; it advises and never stops."""

    state: State
    finding: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class AlikeHint:
    """A look-alike found while writing: whose, when, how much; `title` empty when its source is not open to the reader."""

    lead: str
    share: str = ""
    title: str = ""
    url: str = ""


# --- figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A change against another period, in words (+8.2%, 升 2, 持平)."""

    word: str
    trend: Trend = "flat"
    good: bool = True

    @property
    def look(self) -> str:
        """The CSS class: green for the better, amber for the worse."""
        if self.trend == "flat":
            return "zt-flat"
        return "zt-up" if self.good == (self.trend == "up") else "zt-down"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure with its unit, its change and the list behind it; `value` None means no data and `why` says why."""

    label: str
    value: str | int | Decimal | None
    unit: str = ""
    url: str = ""
    against: str = ""
    change: Change | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class BarRow:
    """A line of a bar list: `share` is the length of the bar in per cent of the longest, from zero."""

    label: str
    value: str | int | Decimal
    share: float | Decimal
    rank: int | None = None
    url: str = ""
    value_url: str = ""
    change: Change | None = None
    second: str | int | Decimal | None = None
    second_url: str = ""
    top: bool = False
    us: bool = False


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """A stage of a funnel: count, its share of the first stage (length), its share of the stage above (in words)."""

    label: str
    value: int
    share: float | Decimal
    url: str = ""
    of_previous: str = ""


@dataclass(frozen=True, slots=True)
class HeatTile:
    """A place and its figure; `step` is 1 (low) to 5 (high)."""

    label: str
    value: str
    step: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class HeatGroup:
    """Tiles of one region."""

    label: str
    tiles: Sequence[HeatTile]


@dataclass(frozen=True, slots=True)
class MiniRow:
    """A line of a mini list: name left, figure or words right, an act at the end."""

    label: str
    value: str = ""
    url: str = ""
    note: str = ""
    state: State | None = None
    act: Action | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line behind a score: date, event, clause, arithmetic, points; `off` counts nothing, `reversal` takes back."""

    day: str
    event: str
    clause: str
    arithmetic: str
    points: Decimal
    note: str = ""
    url: str = ""
    off: bool = False
    reversal: bool = False
    pishi: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in a ranking; `rank` None means none yet and `why` says why."""

    label: str
    rank: int | None
    url: str = ""
    change: Change | None = None
    note: str = ""
    why: str = ""


# --- search -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to narrow by, with how many items it leaves; `indent` for a value inside another."""

    label: str
    count: int
    value: str
    checked: bool = False
    indent: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of values; `name` is the key in the query string."""

    label: str
    name: str
    values: Sequence[FacetValue]


@dataclass(frozen=True, slots=True)
class CopyLink:
    """One unit's copy of a matter."""

    unit: str
    number: str = ""
    url: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A result. `title` and `snippet` are safe HTML whose only element is the hit mark, made by search."""

    title: Any
    url: str
    snippet: Any = ""
    field: str = ""
    notes: Sequence[str] = ()
    state: State | None = None
    tags: Sequence[Tag] = ()
    copies: Sequence[CopyLink] = ()


# --- sending ------------------------------------------------------------------------------------------------------


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


# --- words instead of content -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SayBox:
    """One anatomy for empty, refusal, error and offline: icon, what, why, facts (who can change it), next step."""

    title: str
    text: str = ""
    kind: Literal["", "no", "err", "off"] = ""
    icon: str = "inbox"
    facts: Sequence[tuple[str, str]] = ()
    actions: Sequence[Action] = ()


def empty(title: str, text: str = "", *actions: Action, icon: str = "inbox") -> SayBox:
    """Nothing here: say so and what to do next."""
    return SayBox(title, text, icon=icon, actions=actions)


def refusal(title: str, text: str = "", *actions: Action, rule: str = "", who: str = "") -> SayBox:
    """A "no": why, by which rule, who can change it."""
    facts = [(label, value) for label, value in (("依据", rule), ("谁能改", who)) if value]
    return SayBox(title, text, "no", "lock", facts, actions)


def error(title: str, text: str = "", *actions: Action, when: str = "", number: str = "") -> SayBox:
    """Something broke: what was kept, when, and the number to report."""
    facts = [("时间", when)] if when else []
    if number:
        facts.append(("编号", f"{number}，报给管理员时请带上"))
    return SayBox(title, text, "err", "alert-triangle", facts, actions)


def offline(title: str, text: str = "", *actions: Action) -> SayBox:
    """No network: what was kept on this machine."""
    return SayBox(title, text, "off", "cloud-off", actions=actions)
