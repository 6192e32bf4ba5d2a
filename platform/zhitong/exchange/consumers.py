"""Consumers of the exchange: an event is told along the chain, a dispatch that arrives meets its receiver's rule."""

from typing import Any

from zhitong.core import outbox
from zhitong.core.operations import require_unit, system
from zhitong.exchange.models import Dispatch, Event, EventKind
from zhitong.exchange.operations import receive
from zhitong.exchange.queries import chain_down
from zhitong.units.models import RouteTerms

# What its receiver did with a dispatch, and the sender's clerks have to go on with.
_FOR_SENDER = {
    EventKind.RETURNED,
    EventKind.NOT_OURS,
    EventKind.RECALL_REFUSED,
    EventKind.RECALLED,
    EventKind.READDRESSED,
}
# What changes who finds a dispatch at its receiver, after its arrival.
_FOR_FINDERS = {EventKind.ACCEPTED, EventKind.RECALLED}


@outbox.consumer("exchange.event.recorded")
def tell_chain(payload: dict[str, Any]) -> None:
    """Publish `notices.event` once for each unit that contributed to the item, the event's own unit first."""
    event = Event.objects.select_related("dispatch").get(pk=payload["event"])
    start = (event.unit_id, event.item_uuid)
    if event.dispatch and event.item_uuid == event.dispatch.item_uuid:  # a receiver's act on what is not its own item
        start = (event.dispatch.sender_id, event.dispatch.item_uuid)
    for node in chain_down(*start):
        outbox.publish("notices.event", {"event": event.pk, "item": str(node.item_uuid)}, unit_id=node.unit_id)
    if event.dispatch and event.dispatch.receiver_id:
        _tell_the_other_side(event, event.dispatch)


def _tell_the_other_side(event: Event, dispatch: Dispatch) -> None:
    payload = {"event": event.pk, "dispatch": str(dispatch.uuid)}
    if event.kind == EventKind.READDRESSED:  # the successor gets it as if it had been sent there
        new = dispatch.followed_by
        outbox.publish("notices.dispatch", {**payload, "dispatch": str(new.uuid)}, unit_id=new.receiver_id)
        outbox.publish("exchange.dispatch.arrived", {"dispatch": str(new.uuid)}, unit_id=new.receiver_id)
    if event.unit_id == dispatch.sender_id:
        outbox.publish("notices.dispatch", payload, unit_id=dispatch.receiver_id)
        if event.kind == EventKind.SENT:
            outbox.publish("exchange.dispatch.arrived", {"dispatch": payload["dispatch"]}, unit_id=dispatch.receiver_id)
    elif event.kind in _FOR_SENDER:
        outbox.publish("notices.sender", payload, unit_id=dispatch.sender_id)
    if event.kind in _FOR_FINDERS:
        outbox.publish("exchange.dispatch.changed", {"dispatch": payload["dispatch"]}, unit_id=dispatch.receiver_id)


@outbox.consumer("exchange.dispatch.arrived")
def take_in(payload: dict[str, Any]) -> None:
    """Receipt a dispatch when the receiver's rule says so (到达即签收); else have it watched until it is receipted."""
    dispatch = Dispatch.objects.get(uuid=payload["dispatch"])
    if dispatch.state != Dispatch.State.SENT:
        return
    unit_id = require_unit()
    if RouteTerms.objects.filter(sender=dispatch.sender_id, receiver=unit_id, receipts_at_once=True).exists():
        receive(actor=system(unit_id, "签收规则"), dispatch_uuid=dispatch.uuid)
    elif dispatch.due_at:
        unread = {"dispatch": payload["dispatch"], "turn": 1}
        outbox.publish("notices.unread", unread, unit_id=unit_id, at=dispatch.due_at)
