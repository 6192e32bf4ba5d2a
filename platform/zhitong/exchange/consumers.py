"""Consumers of the exchange: an event is told to every unit of the chain below it."""

from typing import Any

from zhitong.core import outbox
from zhitong.exchange.models import Event
from zhitong.exchange.queries import chain_down


@outbox.consumer("exchange.event.recorded")
def tell_chain(payload: dict[str, Any]) -> None:
    """Publish `notices.event` once for each unit that contributed to the item, the event's own unit first."""
    event = Event.objects.select_related("dispatch").get(pk=payload["event"])
    start = (event.unit_id, event.item_uuid)
    if event.dispatch and event.unit_id == event.dispatch.receiver_id and not event.dispatch.accepted_item_uuid:
        start = (event.dispatch.sender_id, event.dispatch.item_uuid)
    for node in chain_down(*start):
        outbox.publish("notices.event", {"event": event.pk, "item": str(node.item_uuid)}, unit_id=node.unit_id)
    if event.dispatch and event.dispatch.receiver_id and event.unit_id == event.dispatch.sender_id:
        payload = {"event": event.pk, "dispatch": str(event.dispatch.uuid)}
        outbox.publish("notices.dispatch", payload, unit_id=event.dispatch.receiver_id)
