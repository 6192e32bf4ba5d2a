"""Up and down the network: which items of which units one report has become. One recursive query each."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

# No real chain is longer: branch, county, city, province on two lines leave room to spare.
_DEPTH = 16

_UP = """
WITH RECURSIVE way AS (
  SELECT u AS root_unit, i AS root_item, u AS unit_id, i AS item_uuid, 0 AS depth
    FROM unnest(%s::bigint[], %s::uuid[]) AS start(u, i)
  UNION
  SELECT way.root_unit, way.root_item, s.unit_id, s.item_uuid, way.depth + 1
    FROM way
    JOIN public.exchange_dispatch d ON d.sender_id = way.unit_id AND d.item_uuid = way.item_uuid
    JOIN public.exchange_itemsource s ON s.dispatch_id = d.id
   WHERE way.depth < %s
)
SELECT root_unit, root_item, unit_id, item_uuid FROM way ORDER BY depth
"""

_DOWN = """
WITH RECURSIVE way AS (
  SELECT u AS root_unit, i AS root_item, u AS unit_id, i AS item_uuid, 0 AS depth
    FROM unnest(%s::bigint[], %s::uuid[]) AS start(u, i)
  UNION
  SELECT way.root_unit, way.root_item, d.sender_id, d.item_uuid, way.depth + 1
    FROM way
    JOIN public.exchange_itemsource s ON s.unit_id = way.unit_id AND s.item_uuid = way.item_uuid
    JOIN public.exchange_dispatch d ON d.id = s.dispatch_id
   WHERE way.depth < %s
)
SELECT root_unit, root_item, unit_id, item_uuid FROM way ORDER BY depth
"""


class Node(NamedTuple):
    """An item of a unit."""

    unit_id: int
    item_uuid: UUID


def chain_up(unit_id: int, item_uuid: UUID) -> list[Node]:
    """Return the item and every item above that was made from it, nearest first."""
    return _walk(_UP, [Node(unit_id, item_uuid)])[Node(unit_id, item_uuid)]


def chain_down(unit_id: int, item_uuid: UUID) -> list[Node]:
    """Return the item and every contributor below it, nearest first."""
    return chains_down([Node(unit_id, item_uuid)])[Node(unit_id, item_uuid)]


def chains_up(starts: Iterable[Node]) -> dict[Node, list[Node]]:
    """Return `chain_up` of many items by one query."""
    return _walk(_UP, list(starts))


def chains_down(starts: Iterable[Node]) -> dict[Node, list[Node]]:
    """Return `chain_down` of many items by one query."""
    return _walk(_DOWN, list(starts))


def _walk(query: str, starts: list[Node]) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = defaultdict(list)
    if not starts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(query, [[n.unit_id for n in starts], [n.item_uuid for n in starts], _DEPTH])
        for root_unit, root_item, unit_id, item_uuid in cursor.fetchall():
            node = Node(unit_id, item_uuid)
            way = found[Node(root_unit, root_item)]
            if node not in way:
                way.append(node)
    return found
