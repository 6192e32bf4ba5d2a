"""A journey's grid in words and pixels: what the template writes as SVG, with nothing left to compute.

Measures as drawn by hand in the design: places 184 by 62, 76 from row to row, bands of levels with the highest on top.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from zhitong.exchange.journeys.drawing.kinds import Aside, aside_of
from zhitong.exchange.journeys.drawing.layout import Grid, Place, Spot, lay_out
from zhitong.exchange.journeys.journey import Journey
from zhitong.exchange.journeys.stops import Link, Stop
from zhitong.exchange.journeys.telling import state_of
from zhitong.exchange.models import EventKind
from zhitong.units.models import LEVEL_ORDER, Level
from zhitong.web.drawing import cut, len_of
from zhitong.web.parts import State
from zhitong.web.templatetags.zt import zt_due, zt_short

NODE_WIDTH, NODE_HEIGHT = 184, 62
_PITCH, _TOP, _LEFT, _RIGHT = 76, 7, 12, 24
_GAP, _STUB, _TRACK = 44, 16, 8  # between columns; from the last upright line to the place; between upright lines
_PAD = 11  # from the edge of a place to its words
_BANDS = {
    Level.NATIONAL: "全国",
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.COUNTY: "区县",
    Level.BRANCH: "支部",
}
_AUTHOR = "author"
_RECEIVERS = "①②③④⑤⑥⑦⑧⑨⑩"
Look = Literal["ok", "wait", "late", "off"]


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A place of the drawing with its words cut to the box; `told` says all of it to a reader.

    `anchor` names the place in the list of the same words. `gone` strikes it: recalled, withdrawn or corrected.
    """

    x: int
    y: int
    anchor: str
    name: str
    line: str
    state: State
    number: str
    time: str
    look: Look
    told: str
    seal: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A line of the drawing, bent at right angles."""

    points: tuple[tuple[int, int], ...]
    look: Literal["ok", "wait", "off"]

    @property
    def path(self) -> str:
        """The line as SVG says it."""
        return "M" + "L".join(f"{x} {y}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class TreeMark:
    """The number of a receiver among several of one sending, on the way to it."""

    x: int
    y: int
    word: str


@dataclass(frozen=True, slots=True)
class Band:
    """A level across the drawing."""

    word: str
    top: int
    bottom: int

    @property
    def baseline(self) -> int:
        """Where its word stands."""
        return self.top + 24


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole drawing."""

    width: int
    height: int
    bands: Sequence[Band]
    nodes: Sequence[TreeNode]
    lines: Sequence[TreeLine]
    marks: Sequence[TreeMark]

    @property
    def numbered(self) -> int:
        """How many receivers one sending has at most, where they are numbered; 0 without."""
        return max((_RECEIVERS.index(mark.word) + 1 for mark in self.marks), default=0)


def draw(way: Journey, *, author: str = "") -> Tree:
    """Return the drawing of a journey; `author` are the names under the reader's own item, drawn before it."""
    return _Drawing(way, author).tree()


class _Drawing:
    def __init__(self, way: Journey, author: str) -> None:
        self.way, self.author = way, author
        self.stops = {stop.key: stop for stop in way.stops}
        self.asides = {
            aside.key: aside
            for stop in way.stops
            for event in stop.events
            if (aside := aside_of(event, stop, way.insider_of))
        }
        self.first = next(stop for stop in way.stops if stop.fact and stop.fact.pk == way.fact.pk)
        self.links = self._links()
        self.levels = self._levels()
        self.grid: Grid[str] = lay_out(self._spots(), len(self.levels))
        self.lefts = self._lefts()

    def tree(self) -> Tree:
        """Put everything in its place."""
        lines, marks = [], []
        for link in self.links:
            points = self._points(link)
            lines.append(TreeLine(points, self._line_look(link)))
        for number, link in self._numbered():
            x, y = self._points(link)[-1]
            marks.append(TreeMark(x - _STUB - 2, y + 5, _RECEIVERS[number]))
        return Tree(
            width=self.lefts[-1] + NODE_WIDTH + _RIGHT,
            height=sum(self.grid.rows) * _PITCH,
            bands=self._bands(),
            nodes=[
                *([self._author()] if self.author else []),
                *(self._stop(stop) for stop in self.way.stops),
                *(self._aside(aside) for aside in self.asides.values()),
            ],
            # What is reached lies over what is not.
            lines=sorted(lines, key=lambda line: ("off", "wait", "ok").index(line.look)),
            marks=marks,
        )

    # --- what is drawn ----------------------------------------------------------------------------------------------

    def _links(self) -> list[Link]:
        links = list(self.way.links)
        if self.author:
            links.insert(0, Link(_AUTHOR, self.first.key))
        last: dict[str, str] = {}  # the last thing that an answer could be to, by stop
        for aside in self.asides.values():
            links.append(Link(last.get(aside.stop, aside.stop) if aside.follows else aside.stop, aside.key))
            if aside.leads and not aside.gone:
                last[aside.stop] = aside.key
        return links

    def _levels(self) -> list[Level]:
        used = {stop.level for stop in self.way.stops} | {aside.level for aside in self.asides.values()}
        return [level for level in reversed(LEVEL_ORDER) if level in used]

    def _spots(self) -> list[Spot[str]]:
        before: dict[str, list[str]] = defaultdict(list)
        for link in self.links:
            before[link.target].append(link.source)
        when: list[tuple[datetime, str, str]] = [(stop.order[1], stop.key, stop.level) for stop in self.way.stops]
        when += [(aside.at, aside.key, aside.level) for aside in self.asides.values()]
        spots = [Spot(_AUTHOR, self.levels.index(Level(self.first.level)))] if self.author else []
        return spots + [
            Spot(key, self.levels.index(Level(level)), tuple(before[key])) for _, key, level in sorted(when)
        ]

    def _numbered(self) -> list[tuple[int, Link]]:
        """Return the receivers of each sending that had several."""
        sent: dict[tuple[str, datetime], list[Link]] = defaultdict(list)
        for link in self.way.links:
            if not link.is_merge:
                sent[link.source, self.stops[link.target].begun].append(link)
        return [
            (number, link)
            for links in sent.values()
            if 1 < len(links) <= len(_RECEIVERS)
            for number, link in enumerate(links)
        ]

    # --- where ------------------------------------------------------------------------------------------------------

    def _lefts(self) -> list[int]:
        lefts = [_LEFT]
        for column in range(1, self.grid.columns):
            room = max(_GAP, _STUB * 2 + _TRACK * len(self.grid.tracks.get(column, ())))
            lefts.append(lefts[-1] + NODE_WIDTH + room)
        return lefts

    def _corner(self, place: Place) -> tuple[int, int]:
        return self.lefts[place.column], _TOP + place.row * _PITCH

    def _points(self, link: Link) -> tuple[tuple[int, int], ...]:
        source, target = self.grid.places[link.source], self.grid.places[link.target]
        x0, y0 = self._corner(source)
        x1, y1 = self._corner(target)
        begin, end = (x0 + NODE_WIDTH, y0 + NODE_HEIGHT // 2), (x1, y1 + NODE_HEIGHT // 2)
        if begin[1] == end[1]:
            return begin, end
        turns = self.grid.tracks[target.column]
        x = x1 - _STUB - _TRACK * (len(turns) - 1 - turns.index(link.source))
        return begin, (x, begin[1]), (x, end[1]), end

    def _bands(self) -> list[Band]:
        bands, top = [], 0
        for level, rows in zip(self.levels, self.grid.rows, strict=True):
            bands.append(Band(_BANDS[level], top, top + rows * _PITCH))
            top += rows * _PITCH
        return bands

    def _line_look(self, link: Link) -> Literal["ok", "wait", "off"]:
        stop = self.stops.get(link.target)
        if stop is None:
            aside = self.asides[link.target]
            return "off" if aside.gone else "ok"
        source = self.stops.get(link.source)
        if stop.is_over or (source and source.is_over):
            return "off"
        return "wait" if stop.waits and stop.fact is None else "ok"

    # --- words ------------------------------------------------------------------------------------------------------

    def _author(self) -> TreeNode:
        x, y = self._corner(self.grid.places[_AUTHOR])
        time = zt_short(self.first.order[1])
        room = NODE_WIDTH - 2 * _PAD
        told = f"{self.author}，反映人，{time} 提交"
        name = cut(self.author, 13, room)
        return TreeNode(x, y, self.first.key, name, "", State("反映人"), "", time, "ok", told)

    def _stop(self, stop: Stop) -> TreeNode:
        x, y = self._corner(self.grid.places[stop.key])
        state, look = state_of(stop), _stop_look(stop)
        if look == "late" and stop.dispatch:
            state = zt_due(stop.dispatch.due_at) or state
        number, time = _number(stop), _time(stop)
        corrected = sum(event.reverses_id is not None and event.kind != EventKind.MERGED for event in stop.events)
        if corrected:
            time = f"{time}，冲正 {corrected} 处"
        told = "，".join(part for part in (stop.name, stop.line, state.word, number, time) if part)
        return TreeNode(
            x, y, stop.key, *_fit(stop.name, stop.line), state, _rest(number, state), cut(time, 12, NODE_WIDTH - 22),
            look, told, gone=stop.is_over,
        )  # fmt: skip

    def _aside(self, aside: Aside) -> TreeNode:
        x, y = self._corner(self.grid.places[aside.key])
        time = zt_short(aside.at)
        told = "，".join(part for part in (aside.who, aside.state.word, aside.note, time) if part)
        return TreeNode(
            x, y, aside.stop, *_fit(aside.who, ""), aside.state, _rest(aside.note, aside.state), time,
            "off" if aside.gone else "ok", told, seal=aside.seal, gone=aside.gone,
        )  # fmt: skip


def _stop_look(stop: Stop) -> Look:
    if stop.waits and stop.dispatch and stop.fact is None:
        due = zt_due(stop.dispatch.due_at) if stop.dispatch.received_at is None else None
        return "late" if due and due.kind == "late" else "wait"
    if stop.waits:
        return "wait"
    return "ok" if stop.outcome[1] == "ok" else "off"


def _number(stop: Stop) -> str:
    """Return the number that tells it apart: of the issue it stands in, else its own in the unit."""
    decided = stop.decided
    if decided and decided.issue_number:
        return f"第 {decided.issue_number} 期"
    return stop.fact.number_label if stop.fact else ""


def _time(stop: Stop) -> str:
    decided = stop.decided
    if decided:
        by_hand = " 人工登记" if decided.body_id else ""
        return f"{zt_short(decided.at)}{by_hand}"
    if stop.dispatch and stop.fact is None:
        return f"{zt_short(stop.dispatch.sent_at)} 报送"
    return f"{zt_short(stop.order[1])} 收稿" if stop.dispatch else f"{zt_short(stop.order[1])} 提交"


def _fit(name: str, line: str) -> tuple[str, str]:
    room = NODE_WIDTH - 2 * _PAD - (len_of(line, 12) + 8 if line else 0)
    return cut(name, 13, room), line


def _rest(number: str, state: State) -> str:
    """Return what fits beside the state in the second line; of a number its end tells more than its beginning."""
    room = max(0, NODE_WIDTH - 2 * _PAD - 18 - len_of(state.word, 12) - 8)
    return number if len_of(number, 12) <= room else cut(number.rpartition("〕")[2], 12, room)
