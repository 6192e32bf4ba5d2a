"""A rule set as data: what the YAML of docs/scoring.md says, checked and frozen."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

SubjectKind = Literal["unit", "person"]
Period = Literal["month", "quarter", "half_year", "year", "ever"]
Scope = Literal["item", "matter", "event", "month", "quarter", "half_year", "year", "ever"]
DateName = Literal["occurred", "submitted", "adopted", "issued"]


@dataclass(frozen=True, slots=True)
class Span:
    """A range of places counted from 1; `last` None means "and all after"."""

    first: int
    last: int | None

    def __contains__(self, number: int) -> bool:
        return number >= self.first and (self.last is None or number <= self.last)


@dataclass(frozen=True, slots=True)
class Condition:
    """Every named field holds one of its words, and not all of `but_not` (where given) do."""

    words: tuple[tuple[str, frozenset[str]], ...] = ()
    places: tuple[Span, ...] = ()
    but_not: "Condition | None" = None


When = tuple[Condition, ...]
"""Any one of the conditions; empty means always."""


@dataclass(frozen=True, slots=True)
class Split:
    """How points are cut among places. `weights` belong to the scheme `ratio`; `first` 0 means all places.

    `agreed` goes by the shares that the contributors bring, and in equal parts where one brings none.
    """

    scheme: Literal["full", "equal", "half_each", "first_half", "ratio", "agreed"] = "full"
    weights: tuple[int, ...] = ()
    first: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """How points are cut among merged contributors and joint authors; `counted_only` leaves out who is not scored."""

    contributors: Split = Split()
    authors: Split = Split("equal")
    counted_only: bool = False


@dataclass(frozen=True, slots=True)
class Rounding:
    """How each ledger line is rounded; what is lost by cutting goes to the first place, or to nobody."""

    places: int = 2
    mode: Literal["half_up", "half_even", "down", "up"] = "half_up"
    rest_to_first: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A price; `points` None means the event brings its own."""

    key: str
    name: str
    when: When
    points: Fraction | None
    nth: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class NthCount:
    """What "the n-th" counts: distinct items, matters or events of a subject in a period."""

    by: Literal["item", "matter", "event"]
    per: Period


@dataclass(frozen=True, slots=True)
class Table:
    """A table of prices: the first line that fits prices the event; every table is asked."""

    key: str
    name: str
    when: When
    lines: tuple[Line, ...]
    dated: DateName | None = None
    share: Share | None = None
    nth: NthCount | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """A multiplier of every price that fits."""

    key: str
    name: str
    when: When
    times: Fraction


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of several events count together: the best or first `take`, or the replacing kind alone.

    `order` compares by points, by level (all events on the `take` highest levels stay) or by date.
    """

    key: str
    name: str
    of: When
    within: Scope
    take: int = 0
    order: Literal["points", "level", "date"] = "points"
    replaced_by: When | None = None


@dataclass(frozen=True, slots=True)
class StepLine:
    """From `bound` on (`at_least`) or short of it (`below`): `points`, or `points` for each one of the distance."""

    side: Literal["at_least", "below"]
    bound: Fraction
    points: Fraction
    each: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A sum for how many (or what part) a subject reached in a period. `out_of` makes the measure a rate."""

    key: str
    name: str
    per: Period
    count: When
    by: Literal["item", "matter", "event"]
    lines: tuple[StepLine, ...]
    otherwise: Fraction
    out_of: When | None = None
    dated: DateName | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """The sum of what fits stays within bounds, per subject and scope; the latest lines give way first."""

    key: str
    name: str
    of: When
    per: Scope
    at_most: Fraction | None = None
    at_least: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects ranked among themselves."""

    name: str
    when: When


@dataclass(frozen=True, slots=True)
class Groups:
    """Ranked apart by fields of the subject, or by named conditions (the first that fits)."""

    by: tuple[str, ...] = ()
    named: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class TieRule:
    """Equal points: `shared` gives one rank, listed by adoptions; `adoptions` lets these break the tie."""

    rank: Literal["shared", "adoptions"] = "shared"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of one regulation. Years begin on the first day of the month `year_from`."""

    code: str
    name: str
    version: int
    subject: SubjectKind
    tables: tuple[Table, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    dated: DateName = "occurred"
    year_from: int = 1
    who: When = ()
    groups: Groups = Groups()
    share: Share = Share()
    rounding: Rounding = Rounding()
    factors: tuple[Factor, ...] = ()
    choices: tuple[Choice, ...] = ()
    steps: tuple[Step, ...] = ()
    limits: tuple[Limit, ...] = ()
    ties: TieRule = TieRule()


@dataclass(frozen=True, slots=True)
class RuleRef:
    """Which rule of which set and version a figure comes from."""

    set_code: str
    version: int
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Why a line does not count: the key and words of the rule that took it out."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Who gets the points: a unit or a person, with the group it was ranked in when the event happened."""

    kind: SubjectKind
    id: str
    group: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. Totals are the sum of `points` of the entries with `counted` true."""

    subject: Subject
    event_ids: tuple[str, ...]
    event_kind: str
    item: str
    rule: RuleRef
    points: Decimal
    counted: bool
    clause: Clause | None
    counted_on: date
    arithmetic: str

    @property
    def subject_kind(self) -> SubjectKind:
        """Unit or person."""
        return self.subject.kind

    @property
    def subject_id(self) -> str:
        """The unit or the person."""
        return self.subject.id

    @property
    def rule_key(self) -> str:
        """The rule's key, as `table.line`."""
        return self.rule.key
