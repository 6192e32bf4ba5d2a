"""What leaders wrote lately on the items of a unit, wherever above it that was recorded."""

from datetime import date
from uuid import UUID

from zhitong.exchange.journeys.stops import Node
from zhitong.exchange.models import Event, EventKind
from zhitong.exchange.queries.chains import chains_down


def instructions_since(unit_id: int, day: date) -> list[tuple[UUID, Event]]:
    """Return the instructions since a day that concern an item of the unit, with that item, newest first.

    The caller has checked that the reader may read the unit's items. Leaders' words stand in the event whether they are
    open to the unit or not: `visibility` says.
    """
    events = (
        Event.objects.filter(kind=EventKind.INSTRUCTION, occurred_on__gte=day)
        .filter(reverses__isnull=True, reversed_by__isnull=True)
        .select_related("unit", "body")
        .order_by("-occurred_on", "-id")
    )
    found = list(events)
    ways = chains_down({Node(event.unit_id, event.item_uuid) for event in found})
    mine: list[tuple[UUID, Event]] = []
    for event in found:
        way = ways[Node(event.unit_id, event.item_uuid)]
        own = next((node.item_uuid for node in way if node.unit_id == unit_id), None)
        if own is not None:
            mine.append((own, event))
    return mine
