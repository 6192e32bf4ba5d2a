"""Figures: key figures, bars, funnels, heat, ledger, standings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhitong.web.parts.basics import Action, State

Trend = Literal["up", "down", "flat"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change against another period, in words (+8.2%, 升 2, 持平); `good` says whether more of it is the better."""

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
    """A line of a bar list: `share` is the length of the bar in per cent of the longest, from zero.

    `spark` are the points of a small line over time beside it (`zhitong.web.charts.spark`).
    """

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
    spark: str = ""


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
    """A line behind a score: date, event, clause, arithmetic, points; `off` counts nothing, `reversal` takes back.

    `url` leads to the journey that it came from, `rule_url` to the version of the rules that it goes by.
    """

    day: str
    event: str
    clause: str
    arithmetic: str
    points: Decimal
    note: str = ""
    url: str = ""
    rule_url: str = ""
    off: bool = False
    reversal: bool = False
    pishi: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in a ranking, or the points behind it; with neither there is none yet and `why` says why."""

    label: str
    rank: int | None
    url: str = ""
    change: Change | None = None
    note: str = ""
    why: str = ""
    points: Decimal | None = None
