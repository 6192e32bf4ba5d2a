"""The places of a journey, and the ways between them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from zhitong.core import glossary
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind, ItemFact
from zhitong.units.models import LEVEL_ORDER, Level, Unit, UnitKind
from zhitong.web.parts import StationKind


class Node(NamedTuple):
    """An item of a unit."""

    unit_id: int
    item_uuid: UUID


# What a unit says on an item by itself; everything else follows from the way it takes.
OUTCOMES = frozenset(
    {
        EventKind.ADOPTED,
        EventKind.KEPT,
        EventKind.DECLINED,
        EventKind.INSTRUCTION,
        EventKind.REPLIED,
        EventKind.PUBLISHED,
    }
)
# What ended the item at a place; the first that happened counts.
_ENDINGS: list[tuple[EventKind, str, StationKind]] = [
    (EventKind.KEPT, glossary.KEPT, "kept"),
    (EventKind.DECLINED, glossary.DECLINED, "kept"),
    (EventKind.RETURNED, glossary.SENT_BACK, "back"),
    (EventKind.NOT_OURS, glossary.SENT_BACK, "back"),
    (EventKind.RECALLED, glossary.WITHDRAWN, "kept"),
    (EventKind.WITHDRAWN, glossary.WITHDRAWN, "kept"),
    (EventKind.MERGED, glossary.MERGED, "ok"),
]


@dataclass
class Stop:
    """One place of a journey: a unit (or a body, without `unit`), with its events and the dispatch that led there.

    `through_merge` says that what the item became here was made of others too: it reaches the item as 综合.
    `merged_with` is with how many others the item was merged here. `said` and `said_next` are what the reader's own
    unit knows better than the network: the outcome, and what is awaited. `reasons_of` is the unit whose reasons alone
    are told here, None for everybody's.
    """

    name: str
    level: str
    order: tuple[int, datetime]
    unit: Unit | None = None
    dispatch: Dispatch | None = None
    fact: ItemFact | None = None
    events: list[Event] = field(default_factory=list)
    through_merge: bool = False
    merged_with: int = 0
    said: tuple[str, StationKind] | None = None
    said_next: str = ""
    reasons_of: int | None = None

    @property
    def key(self) -> str:
        """What names the stop on a page: the item of a unit, or the dispatch that has become none."""
        if self.fact:
            return f"i{self.fact.pk}"
        return f"d{self.dispatch.pk}" if self.dispatch else ""

    @property
    def begun(self) -> datetime:
        """When it came here: sent, or submitted."""
        return self.dispatch.sent_at if self.dispatch else self.order[1]

    @property
    def line(self) -> str:
        """Whose line it stands on, where that is not the committees': 党派线, 系统外."""
        if self.unit is None:
            return "系统外"
        return {UnitKind.PARTY: "党派线"}.get(UnitKind(self.unit.kind), "")

    @property
    def is_merged(self) -> bool:
        """Whether the item went on from here as part of another one of the same unit."""
        return self.outcome[0] == glossary.MERGED

    @property
    def is_over(self) -> bool:
        """Whether the way ended here without anything: recalled, withdrawn or given back."""
        return self.outcome[0] in {glossary.WITHDRAWN, glossary.SENT_BACK}

    @property
    def waits(self) -> bool:
        """Whether something is awaited here."""
        return self.outcome[1] == "now" or bool(self.said_next)

    def mode_of(self, event: Event) -> AdoptionMode:
        """Return how an adoption counts for the item whose journey it is."""
        return AdoptionMode.MERGED if self.through_merge else AdoptionMode(event.mode)

    @property
    def standing(self) -> list[Event]:
        """The events that hold: neither corrections nor corrected ones."""
        return [event for event in self.events if stands(event)]

    @property
    def outcome(self) -> tuple[str, StationKind]:
        """Return the word and look of what became of the item here."""
        if self.moved_on:
            return glossary.MOVED_ON, "kept"
        if self.said:
            return self.said
        by_kind = {EventKind(event.kind): event for event in self.standing}
        if EventKind.ADOPTED in by_kind and EventKind.MERGED not in by_kind:
            return self.mode_of(by_kind[EventKind.ADOPTED]).label, "ok"
        for kind, word, look in _ENDINGS:
            if kind in by_kind:
                return word, look
        if self.dispatch and self.dispatch.body_id:
            return glossary.AWAITING_FEEDBACK, "now"
        if self.fact is None:
            return (glossary.RECEIVED if EventKind.RECEIVED in by_kind else glossary.AWAITING_RECEIPT), "now"
        return glossary.IN_REVIEW, "now"

    def reason_of(self, event: Event) -> str:
        """Return why something was done here, empty where that is not for this reader."""
        return event.reason if self.reasons_of in {None, event.unit_id} else ""

    @property
    def moved_on(self) -> bool:
        """Whether the unit is no more, and what waited here went on to its successor."""
        return bool(self.dispatch and self.dispatch.state == Dispatch.State.MOVED)

    @property
    def decided(self) -> Event | None:
        """The event that gave the outcome; None while it is awaited."""
        ends = {EventKind.READDRESSED} if self.moved_on else {EventKind.ADOPTED, *(kind for kind, _, _ in _ENDINGS)}
        return next((event for event in reversed(self.standing) if event.kind in ends), None)


@dataclass(frozen=True, slots=True)
class Link:
    """A way from one stop to another, by their keys: sent there, or merged into it."""

    source: str
    target: str
    is_merge: bool = False


def height(level: str) -> int:
    """Return how high a level stands, from 0."""
    return LEVEL_ORDER.index(Level(level))


def is_undone(event: Event) -> bool:
    """Return whether a later event reversed it."""
    return hasattr(event, "reversed_by")


def stands(event: Event) -> bool:
    """Return whether an event holds: no correction, and not corrected."""
    return event.reverses_id is None and not is_undone(event)
