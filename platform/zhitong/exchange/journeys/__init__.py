"""Journeys as plain values: the places of a way, what is told of each, what is awaited, how it is drawn. Pure."""

from zhitong.exchange.journeys.awaiting import Awaited
from zhitong.exchange.journeys.branches import Branch
from zhitong.exchange.journeys.drawing import Tree, draw
from zhitong.exchange.journeys.journey import Journey, Summary
from zhitong.exchange.journeys.stops import OUTCOMES, Link, Node, Stop, stands

__all__ = ["OUTCOMES", "Awaited", "Branch", "Journey", "Link", "Node", "Stop", "Summary", "Tree", "draw", "stands"]
