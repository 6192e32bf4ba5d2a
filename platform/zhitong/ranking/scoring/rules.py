"""A rule set as data: what the YAML of docs/scoring.md says, checked and frozen."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

SubjectKind = Literal["unit", "person", "group"]
Purpose = Literal["units", "members", "groups", "informants"]
Period = Literal["month", "quarter", "half_year", "year", "ever"]
Scope = Literal["item", "matter", "event", "month", "quarter", "half_year", "year", "ever"]
DateName = Literal["occurred", "submitted", "adopted", "issued"]


@dataclass(frozen=True, slots=True)
class Span:
    """A range of places counted from 1; `last` None means "and all after"."""

    first: int
    last: int | None

    def __contains__(self, number: int | Fraction) -> bool:
        return number >= self.first and (self.last is None or number <= self.last)


@dataclass(frozen=True, slots=True)
class Condition:
    """Every named field holds one of its words or lies in one of its spans, and not all of `but_not` (where given)."""

    words: tuple[tuple[str, frozenset[str]], ...] = ()
    spans: tuple[tuple[str, tuple[Span, ...]], ...] = ()
    but_not: "Condition | None" = None


When = tuple[Condition, ...]
"""Any one of the conditions; empty means always."""


@dataclass(frozen=True, slots=True)
class Split:
    """How points are cut among places; `first` 0 means all places.

    `ratio` goes by the one of `weights` that has as many numbers as there are places, or by the longest. `parts` gives
    each place its own part, whatever they add up to, and `rest` to those after. `agreed` goes by the shares that the
    contributors bring, and in equal parts where one brings none.
    """

    scheme: Literal["full", "equal", "half_each", "first_half", "ratio", "parts", "agreed"] = "full"
    weights: tuple[tuple[int, ...], ...] = ()
    first: int = 0
    parts: tuple[Fraction, ...] = ()
    rest: Fraction = Fraction(0)


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
    """A price; `points` None means the event brings its own. `times` multiplies it by a number of the event's."""

    key: str
    name: str
    when: When
    points: Fraction | None
    nth: tuple[Span, ...] = ()
    times: Literal["", "quantity", "days_late"] = ""


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
    subject: SubjectKind | None = None


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

    `order` compares by points, by level (all events on the `take` highest levels stay) or by date. What is left out
    keeps the part `others` of its points.
    """

    key: str
    name: str
    of: When
    within: Scope
    take: int = 0
    order: Literal["points", "level", "date"] = "points"
    replaced_by: When | None = None
    others: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class StepLine:
    """From `bound` on (`at_least`) or short of it (`below`): `points`, or these for each full `every` of the way."""

    side: Literal["at_least", "below"]
    bound: Fraction
    points: Fraction
    each: bool = False
    every: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Step:
    """A sum for how many a subject reached in a period.

    The measure is the number of what `count` asks for, or the sum of the counted points that `sums` asks for; `out_of`
    makes it a rate, `less` takes another number off. A step that is a `gate` gives no points: who does not reach it is
    not ranked.
    """

    key: str
    name: str
    per: Period
    count: When
    by: Literal["item", "matter", "event", "quantity"]
    lines: tuple[StepLine, ...]
    otherwise: Fraction = Fraction(0)
    sums: When | None = None
    out_of: When | None = None
    less: When | None = None
    dated: DateName | None = None
    subject: SubjectKind | None = None
    gate: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The sum of what fits stays within bounds, per subject and scope; the latest lines give way first.

    `across` sums over all subjects that share a field (or the group they are ranked in, or all). `condition` binds the
    limit to scopes where something of that kind counts. `part_of` makes `at_most` a part of the sum of what fits it.
    """

    key: str
    name: str
    of: When
    per: Scope
    at_most: Fraction | None = None
    at_least: Fraction | None = None
    across: str = ""
    condition: When | None = None
    part_of: When | None = None


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
    """What tells equal points apart: `adoptions`, or the points of a table or line; nothing: they share a rank.

    Whatever the rule, equal ranks are listed by adoptions.
    """

    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of one regulation. Years begin on the first day of the month `year_from`.

    `needs` are gates: who does not reach each of them gets no rank. `purpose` says whom the set is for.
    """

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
    needs: tuple[Step, ...] = ()
    limits: tuple[Limit, ...] = ()
    ties: TieRule = TieRule()
    purpose: Purpose = "units"


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
    """Who gets the points: a unit, a person or a group of a unit (`unit:group`).

    `group` is the one it was ranked in when the event happened.
    """

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
        """Unit, person or group."""
        return self.subject.kind

    @property
    def subject_id(self) -> str:
        """The unit, the person or the group."""
        return self.subject.id

    @property
    def rule_key(self) -> str:
        """The rule's key, as `table.line`."""
        return self.rule.key
