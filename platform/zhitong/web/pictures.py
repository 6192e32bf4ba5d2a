"""Charts as files: one SVG that needs no style sheet, to be kept, printed or pasted into a text.

Colours are those of `tokens.css`, written out: a saved picture is looked at far from the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from zhitong.web.charts import LineChart
from zhitong.web.drawing import cut, len_of

WIDTH, _EDGE, _HEAD, _FOOT, _ROW = 960, 32, 96, 44, 34
_INK, _INK_2, _INK_3, _RULE = "#211d19", "#574f47", "#6e655b", "#e6e1d9"
_DATA, _DATA_LIGHT, _PAST = "#24557f", "#98b4c9", "#8f867a"
_LINES_HEIGHT = 420


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words, in pixels; `anchor` is `start`, `middle` or `end`."""

    x: float
    y: float
    words: str
    size: int = 16
    fill: str = _INK
    anchor: str = "start"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line, in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1
    dashed: bool = False


@dataclass(slots=True)
class Picture:
    """A drawing with a title, what it is of, and as of when."""

    title: str
    note: str
    foot: str
    height: int
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class PictureBar:
    """A bar of a picture: `share` is its length in per cent of the longest."""

    label: str
    value: str
    share: float
    strong: bool = True
    note: str = ""


def of_bars(title: str, note: str, foot: str, bars: Sequence[PictureBar]) -> Picture:
    """Return the picture of bars to scale, from zero, with their figures and what is said beside them."""
    names = min(280, max((len_of(bar.label, 16) for bar in bars), default=0) + 20)
    notes = max((len_of(bar.note, 14) for bar in bars), default=0) + 16
    figures = max((len_of(bar.value, 16) for bar in bars), default=0) + 20
    room = WIDTH - 2 * _EDGE - names - figures - notes
    picture = _sheet(title, note, foot, _HEAD + _ROW * len(bars) + _FOOT)
    for number, bar in enumerate(bars):
        middle = _HEAD + _ROW * number + _ROW / 2
        picture.texts.append(Text(_EDGE, middle + 6, cut(bar.label, 16, names - 12)))
        long = room * min(100.0, max(0.0, bar.share)) / 100
        picture.boxes.append(Box(_EDGE + names, middle - 9, long, 18, _DATA if bar.strong else _DATA_LIGHT))
        picture.texts.append(Text(_EDGE + names + room + figures, middle + 6, bar.value, anchor="end", bold=bar.strong))
        if bar.note:
            picture.texts.append(Text(WIDTH - _EDGE, middle + 5, bar.note, 14, _INK_2, "end"))
    return picture


def of_lines(chart: LineChart, note: str, foot: str) -> Picture:
    """Return the picture of a chart of lines."""
    picture = _sheet(f"{chart.title}（{chart.unit}）", note, foot, _HEAD + _LINES_HEIGHT + _FOOT)
    wide = WIDTH - 2 * _EDGE

    def x(share: float) -> float:
        return _EDGE + wide * share / 100

    def y(share: float) -> float:
        return _HEAD + _LINES_HEIGHT * share / 100

    for step in chart.steps:
        picture.strokes.append(Stroke(x(chart.left), y(step.at), x(chart.right), y(step.at), _RULE))
        picture.texts.append(Text(x(chart.left) - 10, y(step.at) + 5, step.text, 14, _INK_3, "end"))
    for label in chart.labels:
        picture.texts.append(Text(x(label.at), y(chart.bottom) + 26, label.text, 14, _INK_3, "middle"))
    begin = x(chart.left)
    for line in chart.lines:
        colour, width = (_PAST, 2.0) if line.past else (_DATA, 3.0)
        picture.strokes += [
            Stroke(x(piece.x1), y(piece.y1), x(piece.x2), y(piece.y2), colour, width, line.past)
            for piece in line.stretches
        ]
        picture.strokes.append(Stroke(begin, _HEAD + 12, begin + 28, _HEAD + 12, colour, width, line.past))
        picture.texts.append(Text(begin + 36, _HEAD + 17, line.name, 14, _INK_2))
        begin += 60 + len_of(line.name, 14)
    return picture


def _sheet(title: str, note: str, foot: str, height: int) -> Picture:
    picture = Picture(title, note, foot, height)
    picture.texts += [
        Text(_EDGE, 46, title, 24, bold=True),
        Text(_EDGE, 74, note, 15, _INK_2),
        Text(_EDGE, height - 16, foot, 13, _INK_3),
    ]
    return picture
