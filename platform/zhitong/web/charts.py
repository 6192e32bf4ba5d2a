"""Charts that the server draws: where lines, points and words stand.

Places are per cent of the drawing, so that one drawing fits a phone, a desk and a wall; the style sheet gives it its
height. The same places, times the size of a sheet, make the picture that is saved (`zhitong.web.pictures`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

LEFT, RIGHT, TOP, BOTTOM = 9.0, 97.0, 15.0, 88.0
_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_EDGE = 56, 18, 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: a value for each label, None where there is none; `past` is drawn dashed and grey.

    `urls` lead to the list behind each value, and hold as many as there are values, or nothing.
    """

    name: str
    values: Sequence[int | None]
    past: bool = False
    urls: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word on an axis, with its place along it."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A value on a line, with what a reader is told of it and the list behind it."""

    x: float
    y: float
    value: int
    told: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a line between two values."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line as it is drawn: a gap stands where a value is missing."""

    name: str
    past: bool
    stretches: Sequence[Stretch]
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A row of the table beside a chart: the label and each line's value, with the list behind it."""

    label: str
    cells: Sequence[tuple[int | None, str]]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart of lines over time, its axes, and the table that says the same; `note` names a last point in part."""

    title: str
    unit: str
    lines: Sequence[DrawnLine]
    steps: Sequence[Word]
    labels: Sequence[Word]
    rows: Sequence[LineRow]
    note: str = ""
    left: float = field(default=LEFT, init=False)
    right: float = field(default=RIGHT, init=False)
    bottom: float = field(default=BOTTOM, init=False)

    @property
    def names(self) -> list[str]:
        """The names of the lines, as the heads of the table."""
        return [line.name for line in self.lines]


def line_chart(
    title: str, labels: Sequence[str], lines: Sequence[Line], *, unit: str = "篇", note: str = ""
) -> LineChart:
    """Return the drawing of lines over the same labels, from zero to a round number above the largest value."""
    marks = _scale(max((value for line in lines for value in line.values if value is not None), default=0))
    top = marks[-1]
    xs = [_between(LEFT, RIGHT, number, len(labels) - 1) for number in range(len(labels))]
    every = max(1, -(-len(labels) // 6))
    return LineChart(
        title,
        unit,
        [_drawn(line, labels, xs, top, unit) for line in lines],
        [Word(f"{value:,}", _height(value, top)) for value in marks],
        [Word(label, x) for number, (label, x) in enumerate(zip(labels, xs, strict=True)) if number % every == 0],
        [
            LineRow(label, [(line.values[number], line.urls[number] if line.urls else "") for line in lines])
            for number, label in enumerate(labels)
        ],
        note,
    )


def spark(values: Sequence[int]) -> str:
    """Return the points of a small line without axes, 56 by 18, from zero; nothing for fewer than two values."""
    if len(values) < 2:
        return ""
    top = max(*values, 1)
    room = _SPARK_HEIGHT - 2 * _SPARK_EDGE
    return " ".join(
        f"{_between(_SPARK_EDGE, _SPARK_WIDTH - _SPARK_EDGE, number, len(values) - 1):.1f}"
        f",{_SPARK_HEIGHT - _SPARK_EDGE - room * value / top:.1f}"
        for number, value in enumerate(values)
    )


def _drawn(line: Line, labels: Sequence[str], xs: Sequence[float], top: int, unit: str) -> DrawnLine:
    dots = [
        Dot(
            x,
            _height(value, top),
            value,
            f"{line.name}{label} {value:,} {unit}",
            line.urls[number] if line.urls else "",
        )
        if value is not None
        else None
        for number, (label, x, value) in enumerate(zip(labels, xs, line.values, strict=True))
    ]
    stretches = [Stretch(one.x, one.y, other.x, other.y) for one, other in pairwise(dots) if one and other]
    return DrawnLine(line.name, line.past, stretches, [dot for dot in dots if dot])


def _scale(largest: int) -> range:
    """Return the marks of an axis from zero: four or five round steps (1, 2, 5, 10, 20, 25 …), as tight as can be."""
    power, largest = 1, max(largest, 4)
    while True:
        fits = [
            (step * count, step)
            for step in (power, 2 * power, 5 * power // 2, 5 * power)
            for count in (4, 5)
            if step * count >= largest
        ]
        if fits:
            top, step = min(fits)
            return range(0, top + 1, step)
        power *= 10


def _height(value: int, top: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / top


def _between(first: float, last: float, number: int, gaps: int) -> float:
    return first + (last - first) * number / gaps if gaps else (first + last) / 2
