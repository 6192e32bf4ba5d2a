"""The grid of a drawing: columns by the longest way from the start, lanes by branch.

A way that passes columns keeps a cell free in each of them, so that no line runs through a step and no two steps share
a cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenants.review.drawing.ways import Station, Way

START, END = "start", "end"
Key = int | str  # a place, or one of the two ends


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid: columns from the left, lanes from the top; the main way runs on lane 0."""

    column: int
    lane: int


@dataclass(frozen=True, slots=True)
class Route:
    """A way with the cells it takes, from its source to its target, one in each column."""

    way: Way
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where everything stands: a cell for each step and both ends, a route for each way."""

    cells: Mapping[Key, Cell]
    routes: Sequence[Route]

    @property
    def columns(self) -> int:
        """How many columns there are, the ends included."""
        return self.cells[END].column + 1

    @property
    def lanes(self) -> range:
        """The lanes in use, from the topmost."""
        used = {cell.lane for route in self.routes for cell in route.cells} | {
            cell.lane for cell in self.cells.values()
        }
        return range(min(used), max(used) + 1)


def key_of(station: Station, *, source: bool) -> Key:
    """Return the key of a way's end."""
    return station if station is not None else (START if source else END)


def lay_out(steps: int, ways: Sequence[Way]) -> Grid:
    """Return the grid of a flow with that many steps."""
    return _Layout(steps, ways).grid()


class _Layout:
    def __init__(self, steps: int, ways: Sequence[Way]) -> None:
        self.ways = ways
        self.order: list[Key] = [START, *range(steps), END]
        self.out: dict[Key, list[Way]] = {key: [] for key in self.order}
        for way in ways:
            self.out[key_of(way.source, source=True)].append(way)
        self.column = self._columns()
        self.left = self._lengths()
        self.lane: dict[Key, int] = {}
        self.taken: set[tuple[int, int]] = set()
        self.lane_of_way: dict[int, int] = {}

    def grid(self) -> Grid:
        """Give every step and every way its lane: the longest way first, then branch by branch."""
        self._settle(START, 0)
        self._settle(END, 0)
        self._follow(START, 0)
        for key in self.order:
            if key not in self.lane:  # a step that nothing leads to
                self._chain(key, None, ())
            for way in self._outward(key):
                if id(way) not in self.lane_of_way:
                    self._branch(key, way)
        cells = {key: Cell(self.column[key], self.lane[key]) for key in self.order}
        return Grid(cells, [self._route(way) for way in self.ways])

    def _columns(self) -> dict[Key, int]:
        column = dict.fromkeys(self.order, 0)
        for key in self.order[1:]:
            column[key] = 1
        for key in self.order:
            for way in self.out[key]:
                target = key_of(way.target, source=False)
                column[target] = max(column[target], column[key] + 1)
        column[END] = max(column[key] for key in self.order if key != END) + 1
        return column

    def _lengths(self) -> dict[Key, int]:
        """Return how many steps still follow behind each, at most."""
        left = dict.fromkeys(self.order, 0)
        for key in reversed(self.order):
            left[key] = max((left[key_of(way.target, source=False)] + 1 for way in self.out[key]), default=0)
        return left

    def _main(self, key: Key) -> Way | None:
        """Return the way out that the longest chain takes; of equals the last, which is the rest."""
        return max(reversed(self.out[key]), key=lambda way: self.left[key_of(way.target, source=False)], default=None)

    def _outward(self, key: Key) -> list[Way]:
        """Return the ways out of a step, those next to the main one first: so the inner lanes fill up first."""
        ways, main = self.out[key], self._main(key)
        if main is None:
            return []
        middle = ways.index(main)
        return [*reversed(ways[:middle]), main, *ways[middle + 1 :]]

    def _settle(self, key: Key, lane: int) -> None:
        self.lane[key] = lane
        self.taken.add((lane, self.column[key]))

    def _follow(self, key: Key, lane: int) -> None:
        """Lay the longest chain from `key` on `lane`, as far as its steps are free."""
        way = self._main(key)
        while way is not None:
            target = key_of(way.target, source=False)
            self._lay(way, lane)
            if target in self.lane:
                return
            self._settle(target, lane)
            way = self._main(target)

    def _lay(self, way: Way, lane: int) -> None:
        """Keep the cells that a way passes."""
        self.lane_of_way[id(way)] = lane
        for column in self._passed(way):
            self.taken.add((lane, column))

    def _passed(self, way: Way) -> range:
        first = self.column[key_of(way.source, source=True)] + 1
        return range(first, self.column[key_of(way.target, source=False)])

    def _branch(self, key: Key, way: Way) -> None:
        ways = self.out[key]
        main = self._main(key)
        above = main is not None and ways.index(way) < ways.index(main)
        self._chain(key, way, (-1, 1) if above else (1, -1))

    def _chain(self, key: Key, way: Way | None, sides: tuple[int, ...]) -> None:
        """Lay a branch with all that only it leads to on the nearest lane that is free over its whole length.

        `sides` are -1 (above) and 1 (below), the preferred one first.
        """
        columns: set[int] = set() if way is not None else {self.column[key]}
        now = way if way is not None else self._main(key)
        while now is not None:
            columns |= set(self._passed(now))
            target = key_of(now.target, source=False)
            if target in self.lane:
                break
            columns.add(self.column[target])
            now = self._main(target)
        home = self.lane.get(key, 0)
        lane = self._free(home, columns, sides or (1, -1)) if columns else home
        if way is None:
            self._settle(key, lane)
            self._follow(key, lane)
            return
        self._lay(way, lane)
        target = key_of(way.target, source=False)
        if target not in self.lane:
            self._settle(target, lane)
            self._follow(target, lane)

    def _free(self, home: int, columns: set[int], sides: tuple[int, ...]) -> int:
        distance = 1
        while True:
            for side in sides:
                lane = home + side * distance
                if not any((lane, column) in self.taken for column in columns):
                    return lane
            distance += 1

    def _route(self, way: Way) -> Route:
        source, target = key_of(way.source, source=True), key_of(way.target, source=False)
        lane = self.lane_of_way[id(way)]
        between = tuple(Cell(column, lane) for column in self._passed(way))
        ends = (Cell(self.column[source], self.lane[source]), Cell(self.column[target], self.lane[target]))
        return Route(way, (ends[0], *between, ends[1]))
