"""Sending upward: one frozen packet per set of rights, one dispatch per receiver, exactly once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from zhitong.core import audit, clock, workdays
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch, EventKind, Grant, ItemFact, Packet
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.units.current import unit_in_force
from zhitong.units.models import RouteKind, Unit
from zhitong.units.queries import Destination, destinations

_RECEIPT_DAYS = 3
_RECEIPT_HOURS_URGENT = 4
_GONE = {Dispatch.State.RETURNED, Dispatch.State.RECALLED}


@operation("exchange.send")
def send(
    *,
    actor: Actor,
    item_uuid: UUID,
    content: dict[str, Any],
    to: Sequence[Destination],
    attachments: Sequence[packets.GrantInput] = (),
    again: bool = False,
) -> list[Dispatch]:
    """Send an item of the present unit to each of `to`; return the dispatches in that order.

    Args:
        content: the issued text and its facts, see `packets.FIELDS`.
        to: receivers on routes that are open today.
        again: the sender means to repeat a sending that is still standing at a receiver.

    Raises:
        NotFound: no such item of this unit is registered.
        InvalidInput: no receiver, a receiver without a route, or content outside the whitelist.
        WrongState: the unit is closed, or the item already went to one of them.
    """
    unit = unit_in_force()
    if not unit.is_open:
        raise WrongState(f"{unit.short_name}已撤销，不能再报送。", who="省政协办公厅")
    fact = ItemFact.objects.filter(unit=unit, item_uuid=item_uuid).select_related("matter").first()
    if fact is None:
        raise NotFound
    _check_routes(unit, to)
    attempts = _attempts(unit, item_uuid, to, again=again)
    moment = clock.now()
    sendings = {
        contacts: _packet(unit, fact, content, attachments, with_contacts=contacts, at=moment)
        for contacts in {destination.shows_contacts for destination in to}
    }
    due = _due(moment, content.get("urgency", ""))
    sent = [
        Dispatch(
            packet=sendings[destination.shows_contacts],
            sender=unit,
            item_uuid=item_uuid,
            receiver=destination.unit,
            body=destination.body,
            route=destination.kind,
            attempt=attempts.get(destination.key, 0) + 1,
            sent_at=moment,
            sent_by=actor.label,
            due_at=due if destination.unit else None,
            title=content["title"],
            urgency=content.get("urgency", ""),
            category=content.get("category", ""),
        )
        for destination in to
    ]
    try:
        Dispatch.objects.bulk_create(sent)  # no savepoint: a refusal ends the operation's own transaction
    except IntegrityError as error:
        raise WrongState("这一篇刚刚已经报送，没有重复报送。") from error
    write_events(
        [
            new_event(
                actor=actor, unit=unit, kind=EventKind.SENT, item_uuid=item_uuid, matter=fact.matter, dispatch=dispatch
            )
            for dispatch in sent
        ]
    )
    audit.record(
        actor=actor,
        action="exchange.item.sent",
        object_kind="item",
        object_id=item_uuid,
        to=[destination.key for destination in to],
        packets=[packet.sha256 for packet in sendings.values()],
    )
    return sent


@operation("exchange.send")
def recall(*, actor: Actor, dispatch_uuid: UUID, reason: str = "") -> Dispatch:
    """Take back a dispatch that its receiver has not yet receipted.

    Raises:
        NotFound: not a dispatch of this unit.
        WrongState: the receiver has receipted it.
    """
    unit = unit_in_force()
    dispatch = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("packet", "receiver", "body")
        .filter(uuid=dispatch_uuid, sender=unit)
        .first()
    )
    if dispatch is None:
        raise NotFound
    if dispatch.state != Dispatch.State.SENT:
        raise WrongState(
            f"{dispatch.receiver_name}{dispatch.get_state_display()}，不能直接撤回。",
            rule="签收之前可以撤回",
            who=f"可以请{dispatch.receiver_name}退回",
        )
    dispatch.state = Dispatch.State.RECALLED
    dispatch.closed_at = clock.now()
    dispatch.reason = reason
    dispatch.save(update_fields=["state", "closed_at", "reason"])
    write_events(
        [
            new_event(
                actor=actor,
                unit=unit,
                kind=EventKind.RECALLED,
                item_uuid=dispatch.item_uuid,
                matter_id=dispatch.packet.matter_id,
                dispatch=dispatch,
                reason=reason,
            )
        ]
    )
    audit.record(actor=actor, action="exchange.dispatch.recalled", object_kind="dispatch", object_id=dispatch.uuid)
    return dispatch


def _check_routes(unit: Unit, to: Sequence[Destination]) -> None:
    if not to:
        raise InvalidInput("请至少选择一个接收单位。", fields={"to": ["请选择接收单位"]})
    open_today = {destination.key: destination for destination in destinations(unit, clock.today())}
    for destination in to:
        if open_today.get(destination.key) != destination:
            raise InvalidInput(
                f"{unit.short_name}没有通往“{destination.name}”的报送渠道。",
                rule="报送渠道",
                who="省政协办公厅可以开通渠道",
                fields={"to": [f"不能报送{destination.name}"]},
            )


def _attempts(unit: Unit, item_uuid: UUID, to: Sequence[Destination], *, again: bool) -> dict[str, int]:
    """Return how often the item went to each receiver before; refuse a repeat nobody asked for."""
    wanted = {destination.key for destination in to}
    attempts: dict[str, int] = {}
    for earlier in Dispatch.objects.filter(sender=unit, item_uuid=item_uuid).select_related("receiver", "body"):
        key = Destination(RouteKind(earlier.route), earlier.receiver, earlier.body).key
        attempts[key] = max(attempts.get(key, 0), earlier.attempt)
        if key in wanted and earlier.state not in _GONE and not again:
            when = earlier.sent_at.astimezone(clock.SHANGHAI)
            raise WrongState(
                f"这一篇 {when:%m-%d %H:%M} 已报送{earlier.receiver_name}"
                f"（{earlier.get_state_display()}），没有重复报送。",
                who="确需再报一次，请选“再次报送”",
                code="already_sent",
            )
    return attempts


def _packet(
    unit: Unit,
    fact: ItemFact,
    content: dict[str, Any],
    attachments: Sequence[packets.GrantInput],
    *,
    with_contacts: bool,
    at: datetime,
) -> Packet:
    frozen = packets.build(content, with_contacts=with_contacts)
    packet = Packet.objects.create(
        sender=unit,
        item_uuid=fact.item_uuid,
        matter=fact.matter,
        content=frozen,
        sha256=packets.digest(frozen),
        created_at=at,
    )
    Grant.objects.bulk_create(
        Grant(
            packet=packet,
            attachment_uuid=file.attachment_uuid,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type,
        )
        for file in attachments
    )
    return packet


def _due(moment: datetime, urgency: str) -> datetime:
    if urgency == "urgent":
        return moment + timedelta(hours=_RECEIPT_HOURS_URGENT)
    return workdays.add_working_days(moment, _RECEIPT_DAYS)
