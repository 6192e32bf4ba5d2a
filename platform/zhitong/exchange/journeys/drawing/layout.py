"""The grid of a journey: bands of levels one over the other, columns by what came before what, rows inside each band.

A way leaves its place to the right along the row of that place and turns in the gap before the column it leads to. The
row is kept free that far, so no line runs through a place, and no two places share a cell.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Spot(Generic[K]):
    """What is to be placed: its band (0 is the topmost), and the spots that lead to it."""

    key: K
    band: int
    after: tuple[K, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the grid: columns from the left, rows from the top over all bands."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Grid(Generic[K]):
    """Where everything stands. `rows` is how many rows each band has; `tracks` whose lines turn in each gap.

    The gap with number n lies before column n. A source has one upright line there, however many targets it has.
    """

    places: Mapping[K, Place]
    rows: Sequence[int]
    tracks: Mapping[int, Sequence[K]]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max((place.column for place in self.places.values()), default=-1) + 1


def lay_out(spots: Sequence[Spot[K]], bands: int) -> Grid[K]:
    """Return the grid of some spots; what leads to a spot stands left of it.

    Args:
        spots: in the order of time, which decides who stands higher in a column.
        bands: how many bands there are; one without a spot still has a row.
    """
    by_key = {spot.key: spot for spot in spots}
    columns = _columns(by_key)
    reach = dict(columns)
    for spot in spots:
        for source in spot.after:
            if source in by_key:
                reach[source] = max(reach[source], columns[spot.key] - 1)
    in_band = _rows(spots, columns, reach)
    counts = [1] * bands
    for spot in spots:
        counts[spot.band] = max(counts[spot.band], in_band[spot.key] + 1)
    tops = [sum(counts[:band]) for band in range(bands)]
    places = {spot.key: Place(columns[spot.key], tops[spot.band] + in_band[spot.key]) for spot in spots}
    return Grid(places, counts, _tracks(spots, places))


def _columns(by_key: Mapping[K, Spot[K]]) -> dict[K, int]:
    """Return the longest way that leads to each spot. A ring, which no operation makes, is cut where it closes."""
    found: dict[K, int] = {}
    open_: set[K] = set()

    def column(key: K) -> int:
        if key not in found:
            open_.add(key)
            before = [one for one in by_key[key].after if one in by_key and one not in open_]
            found[key] = max((column(one) + 1 for one in before), default=0)
            open_.discard(key)
        return found[key]

    for key in by_key:
        column(key)
    return found


def _rows(spots: Sequence[Spot[K]], columns: Mapping[K, int], reach: Mapping[K, int]) -> dict[K, int]:
    """Return the row of each spot in its band: that of what leads to it, or the nearest one free as far as it needs."""
    taken: dict[int, list[set[int]]] = defaultdict(list)
    band_of = {spot.key: spot.band for spot in spots}
    row: dict[K, int] = {}
    for spot in sorted(spots, key=lambda one: columns[one.key]):
        cells = set(range(columns[spot.key], reach[spot.key] + 1))
        rows = taken[spot.band]
        wish = next((row[one] for one in spot.after if one in row and band_of[one] == spot.band), 0)
        free = [number for number in range(len(rows)) if not rows[number] & cells]
        if not free:
            rows.append(set())
            free = [len(rows) - 1]
        row[spot.key] = min(free, key=lambda number: (abs(number - wish), number))
        rows[row[spot.key]] |= cells
    return row


def _tracks(spots: Sequence[Spot[K]], places: Mapping[K, Place]) -> dict[int, list[K]]:
    """Return whose lines turn in which gap; those that come from further down stand further right, and cross less."""
    found: dict[int, set[K]] = defaultdict(set)
    for spot in spots:
        place = places[spot.key]
        for source in spot.after:
            if source in places and places[source].row != place.row:
                found[place.column].add(source)
    return {gap: sorted(sources, key=lambda one: places[one].row) for gap, sources in found.items()}
