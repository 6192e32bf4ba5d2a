"""A flow as a drawing: `ways` says what is drawn, `layout` on which grid, `chart` in which words and pixels. Pure."""

from tenants.review.drawing.chart import Chart, ChartLine, ChartNode, ChartWord, Marks, draw
from tenants.review.drawing.layout import Cell, Grid, Route, lay_out
from tenants.review.drawing.ways import Way, ways_of

__all__ = [
    "Cell",
    "Chart",
    "ChartLine",
    "ChartNode",
    "ChartWord",
    "Grid",
    "Marks",
    "Route",
    "Way",
    "draw",
    "lay_out",
    "ways_of",
]
