"""A submitted item becomes known to the network: as a fact without text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from zhitong.core import clock, outbox
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Dispatch, EventKind, ItemFact, ItemSource, Matter
from zhitong.exchange.operations.answering import answer_call
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.units.current import unit_in_force


@operation()
def register_item(
    *,
    actor: Actor,
    item_uuid: UUID,
    number_label: str,
    submitted_at: datetime,
    category: str = "",
    submitter_kind: str = "",
    source: str = "",
    urgency: str = "",
    group_name: str = "",
    authors: list[dict[str, Any]],
    dispatch: Dispatch | None = None,
    is_merged: bool = False,
    call_uuid: UUID | None = None,
) -> ItemFact:
    """Register an item of the present unit; its caller is the submission or the acceptance, which checks the right.

    A received item joins the matter of its dispatch, another one begins a matter of its own; a merged one too, but
    nobody submitted it. Registering twice returns the first. An item written from a call is linked to it.
    """
    unit = unit_in_force()
    fact = ItemFact.objects.filter(unit=unit, item_uuid=item_uuid).first()
    if fact is None:
        fact = _register(
            actor,
            dispatch,
            is_merged=is_merged,
            unit=unit,
            item_uuid=item_uuid,
            number_label=number_label,
            submitted_at=submitted_at,
            category=category,
            submitter_kind=submitter_kind,
            source=source,
            urgency=urgency,
            group_name=group_name,
            authors=authors,
        )
    if call_uuid:
        answer_call(actor=actor, paper_uuid=call_uuid, item_uuid=item_uuid)
    return fact


def _register(actor: Actor, dispatch: Dispatch | None, *, is_merged: bool, **known: Any) -> ItemFact:
    matter = dispatch.packet.matter if dispatch else Matter.objects.create()
    fact = ItemFact.objects.create(
        **known,
        matter=matter,
        submitted_on=clock.local_date(known["submitted_at"]),
        is_received=is_merged or dispatch is not None,
    )
    if dispatch:
        ItemSource.objects.create(unit=fact.unit, item_uuid=fact.item_uuid, dispatch=dispatch)
    elif not is_merged:
        event = new_event(
            actor=actor,
            unit=fact.unit,
            kind=EventKind.SUBMITTED,
            item_uuid=fact.item_uuid,
            matter=matter,
            occurred_on=fact.submitted_on,
        )
        write_events([event])
    return fact


@operation()
def change_authors(*, actor: Actor, item_uuid: UUID, authors: list[dict[str, Any]]) -> ItemFact:
    """Replace who stands under a registered item; scores follow. Its caller knows until when names may change.

    Args:
        authors: as in `ItemFact.authors`.

    Raises:
        NotFound: no such item of the present unit is registered.
    """
    fact = ItemFact.objects.select_for_update().filter(unit=unit_in_force(), item_uuid=item_uuid).first()
    if fact is None:
        raise NotFound
    if fact.authors != authors:
        fact.authors = authors
        fact.save(update_fields=["authors"])
        outbox.publish("exchange.authors.changed", {"fact": fact.pk}, unit_id=None)
    return fact
