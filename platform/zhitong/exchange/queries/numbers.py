"""Whose way a number belongs to."""

from uuid import UUID

from zhitong.exchange.journeys.stops import Node
from zhitong.exchange.models import ItemFact
from zhitong.exchange.numbers import Number
from zhitong.exchange.queries.chains import ways_down, ways_up


def items_numbered(unit_id: int, number: Number) -> list[UUID]:
    """Return the items of a unit on whose way something bears this number, its own first.

    What is neither below nor above an item of the unit is not found, as if it did not exist.
    """
    facts = ItemFact.objects.filter(number_label=number.label).order_by("pk")
    starts = [Node(unit, item) for unit, item in facts.values_list("unit_id", "item_uuid")]
    up, down = ways_up(starts), ways_down(starts)
    reached = [one.node for start in starts for one in (*up[start], *down[start])]
    own = sorted((node for node in reached if node.unit_id == unit_id), key=lambda node: node not in starts)
    return [node.item_uuid for node in dict.fromkeys(own)]
