"""What happened, in the form that is scored: an event with its contributors and authors."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from zhitong.ranking.scoring.errors import EventError

LEVELS = ("branch", "county", "city", "province", "national")
MODES = ("single", "merged", "passed_on")
DATES = ("occurred", "submitted", "adopted", "issued", "due")
KINDS = (
    "submitted",
    "adopted",
    "kept",
    "declined",
    "instruction",
    "replied",
    "published",
    "deduction",
    "manual",
    "due",
    "reversal",
)


@dataclass(frozen=True, slots=True)
class Dates:
    """The days an event may be counted on; `occurred` stands in for any that is unknown. `due` is its deadline."""

    occurred: date
    submitted: date | None = None
    adopted: date | None = None
    issued: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Contributor:
    """One unit's part in an event, with the state of the unit at that time.

    `share_order` counts from 1. Contributors with the same order stand on one road (the county that wrote a
    report and the city that forwarded it): they hold one place, and each of them gets what the place gets. `share`
    is the place's part in per cent, where one was agreed on. A contributor without a unit holds a place for nobody.
    `matter` is the one its item began with, where the event's is that of what it was merged into.
    """

    unit: str
    unit_kind: str = ""
    unit_level: str = ""
    item: str = ""
    share_order: int = 1
    group: str = ""
    share: int = 0
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """One person's part in an event; `rank` is the level of the committee that the person is a member of."""

    person: str
    unit: str = ""
    rank: str = ""
    kind: str = ""
    group: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class ScoringEvent:
    """One event to be scored. Empty text means "not known" or "does not apply".

    `points` belongs to events that bring their own figure (manual entries, some deductions), `quantity` (1 where it is
    not given) to those that stand for several at once (three reports missing, a quota of six). `line` is the place
    in the file the event was read from. Raises `EventError` for a float.
    """

    id: str
    kind: str
    dates: Dates
    mode: str = ""
    level: str = ""
    body: str = ""
    bulletin: str = ""
    leader_rank: str = ""
    matter: str = ""
    item: str = ""
    contributors: tuple[Contributor, ...] = ()
    authors: tuple[Author, ...] = ()
    flags: frozenset[str] = frozenset()
    reverses: str = ""
    points: Decimal | None = None
    quantity: Decimal | None = None
    reason: str = ""
    approver: str = ""
    line: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        for name in ("points", "quantity"):
            if isinstance(getattr(self, name), float):
                raise EventError("float", self.line, name=name)

    @property
    def many(self) -> Decimal:
        """How many the event stands for."""
        return Decimal(1) if self.quantity is None else self.quantity

    @property
    def days_late(self) -> int:
        """How many days after its deadline the report came in (or, without that day, the event occurred)."""
        if self.dates.due is None:
            return 0
        return max(0, ((self.dates.submitted or self.dates.occurred) - self.dates.due).days)
