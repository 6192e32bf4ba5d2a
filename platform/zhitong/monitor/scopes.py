"""Whose figures a dashboard shows: the whole province's, or one unit's with all that stand below it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.ranking.reach import reached
from zhitong.units.models import LEVEL_ORDER, Level, Unit, UnitKind
from zhitong.units.queries import subtree

_CITIES = "committee-city"
GroupKey = tuple[str, str]  # kind, level


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are ranked together."""

    kind: str
    level: str
    units: frozenset[int]

    @property
    def key(self) -> str:
        """The group in an address."""
        return f"{self.kind}-{self.level}"

    @property
    def size(self) -> int:
        """How many units there are."""
        return len(self.units)

    @property
    def label(self) -> str:
        """The group's name: 市级政协."""
        kind = "政协" if self.kind == UnitKind.COMMITTEE else UnitKind(self.kind).label
        return f"{Level(self.level).label}{kind}"


@dataclass(frozen=True)
class Scope:
    """What a reader looks at now: `unit` with all below it, or the whole province (`unit` None).

    `units` are all units in it by key, `open_units` all that the reader may open at all.
    """

    unit: Unit | None
    units: Mapping[int, Unit]
    open_units: Mapping[int, Unit]

    @property
    def title(self) -> str:
        """The heading of the page."""
        return f"{self.unit.short_name}态势" if self.unit else "全省态势"

    @property
    def head(self) -> frozenset[int]:
        """The unit whose own figures lead; empty for the province, which looks at a group."""
        return frozenset({self.unit.pk}) if self.unit else frozenset()

    @cached_property
    def groups(self) -> list[Group]:
        """The groups that the units below stand in."""
        return groups(unit for unit in self.units.values() if unit.pk not in self.head)

    def group(self, key: str | None) -> Group | None:
        """Return the group that an address names, by default the cities or the first one; None with nothing below.

        Raises:
            NotFound: there is no such group here.
        """
        groups = self.groups
        found = next((group for group in groups if group.key == (key or _CITIES)), None)
        if found is None and key:
            raise NotFound
        return found or next(iter(groups), None)

    def url(self, page: str, *more: Any) -> str:
        """Return the address of a page (`units`, `wall` …; empty: the dashboard) of this scope."""
        if self.unit is None:
            return reverse(f"monitor:province_{page}" if page else "monitor:province", args=more)
        return reverse(f"monitor:unit_{page}" if page else "monitor:unit", args=[self.unit.uuid, *more])

    @property
    def way(self) -> list[Unit]:
        """The units above this one that the reader may open, from the top; the province is the page without a unit."""
        found: list[Unit] = []
        above = self._above(self.unit) if self.unit else None
        while above is not None and above not in found:
            found.insert(0, above)
            above = self._above(above)
        return found

    def _above(self, unit: Unit) -> Unit | None:
        for key in (unit.participates_in_id, unit.parent_id):
            one = self.open_units.get(key)
            if one is not None and not (one.kind == UnitKind.COMMITTEE and one.level == Level.PROVINCE):
                return one
        return None


def scope_of(actor: Actor, own: Unit, unit_uuid: UUID | None) -> Scope:
    """Return the scope that an address names, for a reader of the unit `own`; without a unit the whole province.

    Raises:
        NotAllowed: the reader has no right to figures.
        NotFound: no such unit for this reader.
    """
    if unit_uuid is None:
        actor.require("monitor.province")
    elif not actor.can("monitor.province"):
        actor.require("ranking.read")
    open_units = {each.pk: each for each in reached(actor, own).order_by("division_code", "pk")}
    if unit_uuid is None:
        return Scope(None, open_units, open_units)
    unit = next((each for each in open_units.values() if each.uuid == unit_uuid), None)
    if unit is None:
        raise NotFound
    below = subtree(unit)
    return Scope(unit, {key: each for key, each in open_units.items() if key in below}, open_units)


def groups(units: Iterable[Unit]) -> list[Group]:
    """Return the groups that units stand in: committees from the cities down, then parties and others."""
    found: dict[GroupKey, set[int]] = defaultdict(set)
    for unit in units:
        found[unit.kind, unit.level].add(unit.pk)
    kinds = UnitKind.values
    ordered = sorted(found, key=lambda key: (kinds.index(key[0]), _from_cities(key)))
    return [Group(kind, level, frozenset(found[kind, level])) for kind, level in ordered]


def _from_cities(key: GroupKey) -> int:
    """Committees begin with the cities, whose ranking is looked at first; the province itself comes last."""
    height = len(LEVEL_ORDER) - LEVEL_ORDER.index(Level(key[1]))
    alone = key == (UnitKind.COMMITTEE, Level.PROVINCE)
    return height + (len(LEVEL_ORDER) if alone else 0)
