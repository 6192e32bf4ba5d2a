"""Up and down the network: which items of which units one report has become. One recursive query each.

An item leads up to what a receiver made of it, and to the item of its own unit that it was merged into, unless it was
withdrawn (撤回) from there: what becomes of the merged item is no business of it any more. From above such a source is
still seen, and nothing below it.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from zhitong.exchange.journeys.stops import Node

# No real chain is longer: branch, county, city, province on two lines leave room to spare.
_DEPTH = 16

_UP = """
WITH RECURSIVE way AS (
  SELECT u AS root_unit, i AS root_item, u AS unit_id, i AS item_uuid, 0 AS depth, false AS merged
    FROM unnest(%s::bigint[], %s::uuid[]) AS start(u, i)
  UNION
  SELECT way.root_unit, way.root_item, up.unit_id, up.item_uuid, way.depth + 1, way.merged OR up.merged
    FROM way CROSS JOIN LATERAL (
      SELECT s.unit_id, s.item_uuid, false AS merged
        FROM public.exchange_dispatch d JOIN public.exchange_itemsource s ON s.dispatch_id = d.id
       WHERE d.sender_id = way.unit_id AND d.item_uuid = way.item_uuid
      UNION ALL
      SELECT p.unit_id, p.item_uuid, true
        FROM public.exchange_mergepart p
       WHERE p.unit_id = way.unit_id AND p.source_uuid = way.item_uuid AND p.ended_at IS NULL
         AND p.withdrawal_id IS NULL
    ) up
   WHERE way.depth < %s
)
SELECT root_unit, root_item, unit_id, item_uuid, merged, false FROM way ORDER BY depth
"""

_DOWN = """
WITH RECURSIVE way AS (
  SELECT u AS root_unit, i AS root_item, u AS unit_id, i AS item_uuid, 0 AS depth, false AS merged, false AS cut
    FROM unnest(%s::bigint[], %s::uuid[]) AS start(u, i)
  UNION
  SELECT way.root_unit, way.root_item, down.unit_id, down.item_uuid, way.depth + 1, way.merged OR down.merged, down.cut
    FROM way CROSS JOIN LATERAL (
      SELECT d.sender_id AS unit_id, d.item_uuid, false AS merged, false AS cut
        FROM public.exchange_itemsource s JOIN public.exchange_dispatch d ON d.id = s.dispatch_id
       WHERE s.unit_id = way.unit_id AND s.item_uuid = way.item_uuid
      UNION ALL
      SELECT p.unit_id, p.source_uuid, true, p.withdrawal_id IS NOT NULL
        FROM public.exchange_mergepart p
       WHERE p.unit_id = way.unit_id AND p.item_uuid = way.item_uuid AND p.ended_at IS NULL
    ) down
   WHERE way.depth < %s AND NOT way.cut
)
SELECT root_unit, root_item, unit_id, item_uuid, merged, cut FROM way ORDER BY depth
"""


_ROADS = """
WITH RECURSIVE way AS (
  SELECT u AS root_unit, i AS root_item, u AS unit_id, i AS item_uuid, 0 AS depth, NULL::bigint AS part_id
    FROM unnest(%s::bigint[], %s::uuid[]) AS start(u, i)
  UNION
  SELECT way.root_unit, way.root_item, down.unit_id, down.item_uuid, way.depth + 1, coalesce(down.part_id, way.part_id)
    FROM way CROSS JOIN LATERAL (
      SELECT d.sender_id AS unit_id, d.item_uuid, NULL::bigint AS part_id
        FROM public.exchange_itemsource s JOIN public.exchange_dispatch d ON d.id = s.dispatch_id
       WHERE s.unit_id = way.unit_id AND s.item_uuid = way.item_uuid
      UNION ALL
      SELECT p.unit_id, p.source_uuid, p.id
        FROM public.exchange_mergepart p
       WHERE p.unit_id = way.unit_id AND p.item_uuid = way.item_uuid AND p.ended_at IS NULL
    ) down
   WHERE way.depth < %s
)
SELECT root_unit, root_item, unit_id, item_uuid, part_id FROM way ORDER BY depth
"""


class Reached(NamedTuple):
    """An item on a way: whether a merge (综合) lies between, and whether it was withdrawn from that."""

    node: Node
    merged: bool
    withdrawn: bool


def chain_up(unit_id: int, item_uuid: UUID) -> list[Node]:
    """Return the item and every item above that was made from it, nearest first."""
    start = Node(unit_id, item_uuid)
    return [reached.node for reached in ways_up([start])[start]]


def chain_down(unit_id: int, item_uuid: UUID) -> list[Node]:
    """Return the item and every contributor below it, nearest first; withdrawn ones are none."""
    return chains_down([Node(unit_id, item_uuid)])[Node(unit_id, item_uuid)]


def chains_down(starts: Iterable[Node]) -> dict[Node, list[Node]]:
    """Return `chain_down` of many items by one query."""
    return _nodes(ways_down(starts))


def ways_up(starts: Iterable[Node]) -> dict[Node, list[Reached]]:
    """Return the way up of many items by one query, with what lies between."""
    return _walk(_UP, list(starts))


def ways_down(starts: Iterable[Node]) -> dict[Node, list[Reached]]:
    """Return the way down of many items by one query, with what lies between; withdrawn sources end it."""
    return _walk(_DOWN, list(starts))


def roads_down(starts: Iterable[Node]) -> dict[Node, dict[Node, int | None]]:
    """Return every item that some were made of, withdrawn sources and all below them included, by one query.

    Each comes with the key of the last merge part it stands below, None when nothing was merged on the way.
    """
    nodes = list(starts)
    found: dict[Node, dict[Node, int | None]] = defaultdict(dict)
    if not nodes:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_ROADS, [[n.unit_id for n in nodes], [n.item_uuid for n in nodes], _DEPTH])
        for root_unit, root_item, unit_id, item_uuid, part_id in cursor.fetchall():
            found[Node(root_unit, root_item)].setdefault(Node(unit_id, item_uuid), part_id)
    return found


def _nodes(ways: dict[Node, list[Reached]]) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = defaultdict(list)
    for start, way in ways.items():
        found[start] = [reached.node for reached in way if not reached.withdrawn]
    return found


def _walk(query: str, starts: list[Node]) -> dict[Node, list[Reached]]:
    found: dict[Node, list[Reached]] = defaultdict(list)
    if not starts:
        return found
    seen: set[tuple[Node, Node]] = set()
    with connection.cursor() as cursor:
        cursor.execute(query, [[n.unit_id for n in starts], [n.item_uuid for n in starts], _DEPTH])
        for root_unit, root_item, unit_id, item_uuid, merged, withdrawn in cursor.fetchall():
            start, node = Node(root_unit, root_item), Node(unit_id, item_uuid)
            if (start, node) not in seen:
                seen.add((start, node))
                found[start].append(Reached(node, merged, withdrawn))
    return found
