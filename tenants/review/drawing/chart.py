"""A flow's grid in words and pixels: what the template writes as SVG, with nothing left to compute.

Measures as drawn by hand in the design: steps 128 by 76, 24 between them, more where words stand at a fork, 120 from
lane to lane.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tenants.review.definition import (
    Definition,
    Names,
    Reach,
    limits_words,
    links_words,
    mode_words,
    reach,
    who_words,
)
from tenants.review.drawing.layout import END, START, Cell, Grid, Key, Route, lay_out
from tenants.review.drawing.ways import REST, Station, ways_of
from zhitong.web.drawing import cut, len_of

NODE_WIDTH, NODE_HEIGHT = 128, 76
_END_WIDTH, _END_HEIGHT = 60, 36
_GAP, _PITCH, _MARGIN_X, _TOP, _BOTTOM = 24, 120, 24, 32, 48
_TRACK = 8  # between two upright lines of one gap
_TIP = 7  # length of an arrowhead
_ICONS = {
    "urgency": "flag",
    "destination": "send",
    "difficulty": "alert-triangle",
    "source": "file-text",
    "submitter_kind": "users",
    "category": "folder",
}

Link = tuple[Station, Station]


@dataclass(frozen=True, slots=True)
class ChartWord:
    """A word of the drawing at its baseline, cut to fit; `icon` stands before it."""

    x: int
    y: int
    text: str
    icon: str = ""
    look: str = ""
    told: str = ""

    @property
    def icon_x(self) -> int:
        """Where its icon begins."""
        return self.x - 18

    @property
    def icon_y(self) -> int:
        """Where its icon stands."""
        return self.y - 12


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A line of the drawing: `on` was taken by the tried item, `dash` is a return."""

    path: str
    points: tuple[tuple[int, int], ...]
    link: Link | None = None
    look: Literal["", "on", "dash"] = ""


@dataclass(frozen=True, slots=True)
class ChartNode:
    """A step of the drawing with its words cut to the box; `told` says all of it to a reader."""

    x: int
    y: int
    place: int
    key: str
    name: str
    who: str
    mode: str
    mode_x: int
    limit: str
    told: str
    note: str = ""
    note_icon: str = ""
    problem: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole drawing. `start` and `end` are the corners of the two ends."""

    width: int
    height: int
    nodes: Sequence[ChartNode]
    lines: Sequence[ChartLine]
    words: Sequence[ChartWord]
    start: tuple[int, int]
    end: tuple[int, int]
    end_width: int = _END_WIDTH
    end_height: int = _END_HEIGHT


@dataclass(frozen=True, slots=True)
class Marks:
    """What is laid over a drawing: the chosen step, problems by step, the links that the tried item took."""

    chosen: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    tried: Collection[Link] = ()


def draw(definition: Definition, names: Names, marks: Marks | None = None, ways: Reach | None = None) -> Chart:
    """Return the drawing of a flow in the words of its unit."""
    grid = lay_out(len(definition.steps), ways_of(definition, ways or reach(definition)))
    return _Chart(definition, names, marks or Marks(), grid).chart()


class _Chart:
    def __init__(self, definition: Definition, names: Names, marks: Marks, grid: Grid) -> None:
        self.definition, self.names, self.marks, self.grid = definition, names, marks, grid
        self.top_lane = grid.lanes[0]
        self.forks = [self._upright(column, forks=True) for column in range(grid.columns)]
        self.joins = [self._upright(column, forks=False) for column in range(grid.columns)]
        self.lefts = self._lefts()

    def chart(self) -> Chart:
        """Put everything in its place."""
        lines = [self._line(route) for route in self.grid.routes]
        back = self._return()
        words = [word for route in self.grid.routes for word in self._fork_words(route)]
        last = self.grid.columns - 1
        return Chart(
            width=self.lefts[last] + _END_WIDTH + _MARGIN_X,
            height=_TOP + (len(self.grid.lanes) - 1) * _PITCH + NODE_HEIGHT + _BOTTOM,
            nodes=[self._node(place) for place in range(len(self.definition.steps))],
            lines=[line for line in lines if not line.look] + back + [line for line in lines if line.look],
            words=words + self._return_words(back),
            start=(self.lefts[0], self._middle(0) - _END_HEIGHT // 2),
            end=(self.lefts[last], self._middle(0) - _END_HEIGHT // 2),
        )

    # --- where ------------------------------------------------------------------------------------------------------

    def _lefts(self) -> list[int]:
        lefts = [_MARGIN_X]
        for column in range(self.grid.columns - 1):
            lefts.append(lefts[-1] + self._width(column) + self._gap(column))
        return lefts

    def _gap(self, column: int) -> int:
        words = [len_of(word, 13) for route in self._leaving(column) for word in route.way.words[:2]]
        room = 12 + max(0, len(self.forks[column]) - 1) * _TRACK
        room += (min(max(words), 92) + 28) if words else 0
        return max(_GAP, room + len(self.joins[column]) * _TRACK + 12)

    def _leaving(self, column: int) -> list[Route]:
        return [route for route in self.grid.routes if route.cells[0].column == column]

    def _upright(self, column: int, *, forks: bool) -> list[Key]:
        """Return whose upright lines stand in the gap behind `column`: of sources that fork, of targets that join."""
        found: dict[Key, None] = {}
        for route in self.grid.routes:
            here = route.cells[0 if forks else -2]
            there = route.cells[1 if forks else -1]
            if here.column != column or here.lane == there.lane or (not forks and len(route.cells) == 2):
                continue
            if forks and not (route.way.target is None and len(route.cells) == 2):
                found.setdefault(START if route.way.source is None else route.way.source)
            elif not forks and route.way.target is not None:
                found.setdefault(route.way.target)
        return list(found)

    def _width(self, column: int) -> int:
        return NODE_WIDTH if 0 < column < self.grid.columns - 1 else _END_WIDTH

    def _middle(self, lane: int) -> int:
        return _TOP + (lane - self.top_lane) * _PITCH + NODE_HEIGHT // 2

    def _right(self, cell: Cell) -> int:
        return self.lefts[cell.column] + self._width(cell.column)

    # --- lines ------------------------------------------------------------------------------------------------------

    def _line(self, route: Route) -> ChartLine:
        way, cells = route.way, route.cells
        source, target = cells[0], cells[-1]
        points = [(self._right(source), self._middle(source.lane))]
        lane = cells[1].lane
        if way.target is None and len(cells) == 2:
            lane = source.lane
        if lane != source.lane:
            key: Key = START if way.source is None else way.source
            x = self._right(source) + 12 + self.forks[source.column].index(key) * _TRACK
            points += [(x, points[-1][1]), (x, self._middle(lane))]
        if way.target is None and lane != target.lane:
            x = self.lefts[target.column] + _END_WIDTH // 2
            edge = self._middle(target.lane) + (_END_HEIGHT // 2 if lane > target.lane else -_END_HEIGHT // 2)
            points += [(x, self._middle(lane)), (x, edge)]
        else:
            if lane != target.lane:
                row = self.joins[target.column - 1]
                x = self.lefts[target.column] - 12 - row.index(way.target if way.target is not None else END) * _TRACK
                points += [(x, self._middle(lane)), (x, self._middle(target.lane))]
            points.append((self.lefts[target.column], self._middle(target.lane)))
        link = (way.source, way.target)
        return _line(points, link, "on" if link in self.marks.tried else "")

    def _return(self) -> list[ChartLine]:
        """Return the dashed line of the chosen step: back to the author, or to any step before it."""
        place = self.definition.place_of(self.marks.chosen)
        if place is None or "return" not in self.definition.steps[place].may:
            return []
        cell = self.grid.cells[place]
        x, bottom = self.lefts[cell.column] + NODE_WIDTH // 2, self._middle(cell.lane) + NODE_HEIGHT // 2
        home = self.lefts[0] + _END_WIDTH // 2
        edge = self._middle(0) + (_END_HEIGHT // 2 if cell.lane >= 0 else -_END_HEIGHT // 2)
        return [_line([(x, bottom), (x, bottom + 32), (home, bottom + 32), (home, edge)], None, "dash")]

    def _return_words(self, back: Sequence[ChartLine]) -> list[ChartWord]:
        if not back:
            return []
        left, y = back[0].points[2]
        # Under the first step: no branch goes down there.
        return [ChartWord(left + 20, y + 4, "可退回反映人或前面的步骤", look="back")]

    # --- words ------------------------------------------------------------------------------------------------------

    def _fork_words(self, route: Route) -> list[ChartWord]:
        """Put the words of a branch over and under its line, before the step or the lane that it leads to."""
        way = route.way
        if not way.words:
            return []
        first = route.cells[0]
        x = self._right(first) + 12 + max(0, len(self.forks[first.column]) - 1) * _TRACK + 8
        lane = first.lane if way.target is None and len(route.cells) == 2 else route.cells[1].lane
        y = self._middle(lane)
        urgent = way.field == "urgency" and way.words[0] == "紧急"
        icon = "bolt" if urgent else _ICONS.get(way.field, "route")
        look = "urgent" if urgent else ("soon" if way.field == "urgency" else ("" if way.words != (REST,) else "rest"))
        words = [ChartWord(x + 18, y - 9, cut(way.words[0], 13, 92), icon, look, way.told)]
        more = "、".join(way.words[1:])
        return [*words, ChartWord(x, y + 19, cut(f"且{more}", 12, 108), look="note", told=way.told)] if more else words

    def _node(self, place: int) -> ChartNode:
        step, cell = self.definition.steps[place], self.grid.cells[place]
        problem = self.marks.problems.get(step.key, "")
        who, mode = who_words(step.who, self.names.posts, self.names.users), mode_words(step)
        room = NODE_WIDTH - 20
        shown = cut(who, 12, room - len_of(mode, 12) - 8)
        note, icon = self._note(place)
        leads = links_words(self.definition, step.links)
        return ChartNode(
            x=self.lefts[cell.column],
            y=self._middle(cell.lane) - NODE_HEIGHT // 2,
            place=place,
            key=step.key,
            name=cut(step.name, 14, room - (20 if problem else 0)),
            who=shown,
            mode=mode,
            mode_x=10 + len_of(shown, 12) + 8,
            limit=cut(limits_words(step).partition("，")[0], 12, room),
            told=f"第 {place + 1} 步 {step.name}：{who}，{mode}，{limits_words(step)}。去向：{leads}",
            note=cut(note, 12, NODE_WIDTH - 16),
            note_icon=icon,
            problem=problem,
            chosen=step.key == self.marks.chosen,
        )

    def _note(self, place: int) -> tuple[str, str]:
        step = self.definition.steps[place]
        if step.copies_to:
            return f"抄送{who_words(step.copies_to, self.names.posts, self.names.users)}", "bell"
        settled = [
            word for word, asks in (("报送去向", step.asks_destination), ("难易程度", step.asks_difficulty)) if asks
        ]
        icon = "send" if step.asks_destination else "alert-triangle"
        return (f"在这一步定{'、'.join(settled)}", icon) if settled else ("", "")


def _line(points: Sequence[tuple[int, int]], link: Link | None, look: Literal["", "on", "dash"]) -> ChartLine:
    kept = [point for n, point in enumerate(points) if n == 0 or point != points[n - 1]]
    path = f"M{kept[0][0]} {kept[0][1]}" + "".join(f"L{x} {y}" for x, y in kept[1:])
    (_, before), (x, y) = kept[-2], kept[-1]
    if before != y:  # it ends upright: an arrowhead says on which side it comes in
        step = _TIP if before > y else -_TIP
        path += f"M{x - 4} {y + step}L{x} {y}L{x + 4} {y + step}"
    return ChartLine(path, tuple(kept), link, look)
