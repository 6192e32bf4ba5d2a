"""What a page of targets and its export show: one sort of targets, of one period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.duties.queries import targets as own
from zhitong.core import clock
from zhitong.ranking import targets as of_units
from zhitong.ranking.periods import Period
from zhitong.ranking.targets import Progress
from zhitong.units.current import unit_in_force

TABS = {"ours": "上级下达", "below": "下级单位", "groups": "界别与组织", "people": "个人"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The targets of a tab and a period, who is behind most first, with how far each is.

    `counts` is how many each tab shows when it is opened, of this one how many are shown; `periods` those of this one.
    """

    tab: str
    counts: Mapping[str, int]
    periods: Sequence[Period]
    when: Period | None
    rows: Sequence[Any]
    progress: Mapping[UUID, Progress]

    @property
    def is_own(self) -> bool:
        """Whether they are of circles and people, not of units."""
        return self.tab in {"groups", "people"}

    def name_of(self, row: Any) -> str:
        """Return who owes it; of what this unit owes itself, who set it."""
        if self.tab == "people":
            return str(row.user.name)
        if self.tab == "groups":
            return str(row.group_name)
        return f"{row.setter.short_name}下达" if self.tab == "ours" else str(row.unit.short_name)


def chosen(asked: Mapping[str, str]) -> Chosen:
    """Return the targets of `tab` and `period` of an address; without, the first tab and period that have some."""
    unit = unit_in_force()
    found: dict[str, list[Any]] = {
        "ours": list(of_units.targets_of(unit)),
        "below": list(of_units.targets_set_by(unit)),
        "groups": list(own.own_targets(of_groups=True)),
        "people": list(own.own_targets(of_groups=False)),
    }
    tab = asked.get("tab", "")
    if tab not in found:
        tab = next((name for name, rows in found.items() if rows), "ours")
    periods = {name: list(dict.fromkeys(row.period for row in those)) for name, those in found.items()}
    opened = {name: _present(those) for name, those in periods.items()}
    when = opened[tab] = next((one for one in periods[tab] if one.code == asked.get("period")), opened[tab])
    shown = {name: [row for row in those if row.period == opened[name]] for name, those in found.items()}
    rows = shown[tab]
    progress = own.progress(rows) if tab in {"groups", "people"} else of_units.progress_of_units(rows)
    rows.sort(key=lambda row: _order(progress[row.uuid]))
    return Chosen(tab, {name: len(those) for name, those in shown.items()}, periods[tab], when, rows, progress)


def _order(one: Progress) -> tuple[bool, bool, Any]:
    return one.is_met, not one.behind, one.share


def _present(periods: Sequence[Period]) -> Period | None:
    """Return the longest period that runs today, else the latest."""
    today = clock.today()
    running = [one for one in periods if one.first <= today <= one.last]
    return max(running, key=lambda one: one.last - one.first, default=next(iter(periods), None))
