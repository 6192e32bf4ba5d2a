"""A way as a drawing: `layout` says on which grid, `tree` in which words and pixels. Pure."""

from zhitong.exchange.journeys.drawing.layout import Grid, Place, Spot, lay_out
from zhitong.exchange.journeys.drawing.tree import Band, Tree, TreeLine, TreeNode, draw

__all__ = ["Band", "Grid", "Place", "Spot", "Tree", "TreeLine", "TreeNode", "draw", "lay_out"]
