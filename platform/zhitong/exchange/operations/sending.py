"""Sending upward: one frozen packet per set of rights, one dispatch per receiver, exactly once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from zhitong.core import audit, clock, rows, workdays
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch, Event, EventKind, Grant, Packet
from zhitong.exchange.operations.events import event_row, write_events
from zhitong.exchange.queries.quotas import QUOTAS, Quota, quotas_of
from zhitong.units.current import unit_in_force
from zhitong.units.models import QuotaPeriod, RouteTerms, Unit
from zhitong.units.queries import RECEIVING, ROUTES, Destination, Way, closed_words, ended_words, ending_of, ways_of

_RECEIPT_DAYS = 3
_RECEIPT_HOURS_URGENT = 4
_GONE = {Dispatch.State.RETURNED, Dispatch.State.RECALLED}
_MATTER = "(SELECT matter_id FROM public.exchange_itemfact WHERE unit_id = %(unit)s AND item_uuid = %(item)s)"
_EARLIER = rows.many("""
SELECT receiver_id, body_id, attempt, state, sent_at FROM public.exchange_dispatch
 WHERE sender_id = %(unit)s AND item_uuid = %(item)s ORDER BY attempt
""")


class _Keys(NamedTuple):
    """New keys, of which each receiver takes one set."""

    packet: int
    dispatch: int
    event: int


_NEW_KEYS = rows.new_keys(Packet, Dispatch, Event)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a sending rests on, of one moment: the item's matter and earlier sendings, open ways, limits, calendar."""

    matter_id: int
    earlier: list[dict[str, Any]]
    ways: list[Way]
    quotas: dict[int, Quota]
    calendar: workdays.Calendar
    keys: list[_Keys]


@operation("exchange.send", one_statement=True)
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
        WrongState: the unit is closed, the item already went to one of them, or the limit of one is used up.
    """
    unit = unit_in_force()
    if not unit.is_open:
        raise WrongState(closed_words(unit), rule="已撤销的单位不再报送和接收", code="exchange.unit_closed")
    if not to:
        raise InvalidInput("请至少选择一个接收单位。", fields={"to": ["请选择接收单位"]})
    ground = _ground(unit, item_uuid, to)
    if not any(destination.way.receiver_id in ground.quotas for destination in to):
        return _send(actor, unit, item_uuid, content, to, attachments, ground, again=again)
    with transaction.atomic():  # who sends within a limit waits for who does so at the same moment, and looks again
        limits = RouteTerms.objects.filter(sender=unit, receiver__in=[d.way.receiver_id for d in to])
        list(limits.select_for_update(of=("self",)).order_by("pk"))
        ground = _ground(unit, item_uuid, to)
        return _send(actor, unit, item_uuid, content, to, attachments, ground, again=again)


def _send(
    actor: Actor,
    unit: Unit,
    item_uuid: UUID,
    content: dict[str, Any],
    to: Sequence[Destination],
    attachments: Sequence[packets.GrantInput],
    ground: _Ground,
    *,
    again: bool,
) -> list[Dispatch]:
    _check_routes(unit, to, ground.ways)
    attempts = _attempts(to, ground.earlier, again=again)
    _check_quotas(unit, to, ground.quotas)
    moment = clock.now()
    due = due_for(moment, content.get("urgency", ""), ground.calendar)
    new_packets = _packets(unit, item_uuid, content, to, ground, at=moment)
    dispatches = [
        rows.Row(
            Dispatch,
            {
                "id": keys.dispatch,
                "uuid": uuid4(),
                "packet_id": new_packets[destination.shows_contacts].values["id"],
                "sender_id": unit.pk,
                "item_uuid": item_uuid,
                "receiver_id": destination.way.receiver_id,
                "body_id": destination.way.body_id,
                "route": destination.kind,
                "attempt": attempt,
                "sent_at": moment,
                "sent_by": actor.label,
                "due_at": due if destination.unit else None,
                "title": content["title"],
                "urgency": content.get("urgency", ""),
                "category": content.get("category", ""),
            },
        )
        for destination, attempt, keys in zip(to, attempts, ground.keys, strict=True)
    ]
    events = [
        event_row(
            actor=actor,
            unit=unit,
            at=moment,
            id=keys.event,
            kind=EventKind.SENT,
            item_uuid=item_uuid,
            matter_id=ground.matter_id,
            dispatch_id=keys.dispatch,
        )
        for keys in ground.keys
    ]
    grants = [
        rows.Row(Grant, {"packet_id": packet.values["id"], **asdict(file)})
        for packet in new_packets.values()
        for file in attachments
    ]
    try:
        with rows.together():
            rows.insert(*new_packets.values(), *grants, *dispatches)
            write_events(events)
            audit.record(
                actor=actor,
                action="exchange.item.sent",
                object_kind="item",
                object_id=item_uuid,
                to=[destination.key for destination in to],
                packets=[packet.values["sha256"] for packet in new_packets.values()],
            )
    except IntegrityError as error:
        if rows.broke(error, "dispatch_units_open"):
            raise _closed_meanwhile(error) from error
        if not rows.broke(error, "dispatch_once"):
            raise
        raise WrongState("这一篇刚刚已经报送，没有重复报送。") from error
    return [_dispatch(row, destination) for row, destination in zip(dispatches, to, strict=True)]


def _ground(unit: Unit, item_uuid: UUID, to: Sequence[Destination]) -> _Ground:
    matter_id, earlier, routes, receiving, limits, exceptions, *keys = rows.ask(
        {
            "unit": unit.pk,
            "item": item_uuid,
            "on": clock.today(),
            "at": clock.now(),
            "receivers": [destination.unit.pk for destination in to if destination.unit],
        },
        _MATTER,
        _EARLIER,
        ROUTES,
        RECEIVING,
        QUOTAS,
        workdays.EXCEPTIONS,
        *_NEW_KEYS * len(to),
    )
    if matter_id is None:
        raise NotFound
    return _Ground(
        matter_id,
        earlier,
        ways_of(unit, routes, receiving),
        quotas_of(limits),
        workdays.calendar_of(exceptions),
        [_Keys(*keys[n : n + 3]) for n in range(0, len(keys), 3)],
    )


def _check_routes(unit: Unit, to: Sequence[Destination], ways: Sequence[Way]) -> None:
    for destination in to:
        if destination.way not in ways:
            if destination.unit and ending_of(destination.unit):
                raise WrongState(
                    closed_words(destination.unit),
                    rule="已撤销的单位不再报送和接收",
                    who="请刷新后再看可以报给谁",
                    code="exchange.unit_closed",
                )
            raise InvalidInput(
                f"{unit.short_name}没有通往“{destination.name}”的报送渠道。",
                rule="报送渠道",
                who=f"{destination.name}的管理员可以在“渠道”里开通" if destination.unit else "平台运维可以开通渠道",
                fields={"to": [f"不能报送{destination.name}"]},
            )


def _closed_meanwhile(error: IntegrityError) -> WrongState:
    """Return the refusal of a sending that met the end of a unit; the database says which, and who follows."""
    name, _, successor = rows.detail_of(error).partition("|")
    return WrongState(
        ended_words(name, successor),
        rule="已撤销的单位不再报送和接收",
        who="请刷新后再看可以报给谁",
        code="exchange.unit_closed",
    )


def _check_quotas(unit: Unit, to: Sequence[Destination], quotas: Mapping[int, Quota]) -> None:
    for destination in to:
        quota = quotas.get(destination.way.receiver_id or 0)
        if quota and quota.is_used_up:
            raise WrongState(
                f"{destination.name}收{unit.short_name}的信息有限额：{quota.words}，不能再报。",
                rule=f"渠道限额：{QuotaPeriod(quota.period).label} {quota.quota} 篇，退回和撤回的不算",
                who=f"{destination.name}的管理员可以在“渠道”里调整",
                code="exchange.quota",
            )


def _attempts(to: Sequence[Destination], earlier: Sequence[dict[str, Any]], *, again: bool) -> list[int]:
    """Return which attempt this is at each receiver; refuse a repeat nobody asked for."""
    attempts = []
    for destination in to:
        receiver = (destination.way.receiver_id, destination.way.body_id)
        before = [one for one in earlier if (one["receiver_id"], one["body_id"]) == receiver]
        standing = [one for one in before if one["state"] not in _GONE]
        if standing and not again:
            when = datetime.fromisoformat(standing[-1]["sent_at"]).astimezone(clock.SHANGHAI)
            raise WrongState(
                f"这一篇 {when:%m-%d %H:%M} 已报送{destination.name}"
                f"（{Dispatch.State(standing[-1]['state']).label}），没有重复报送。",
                who="确需再报一次，请选“再次报送”",
                code="already_sent",
            )
        attempts.append(before[-1]["attempt"] + 1 if before else 1)
    return attempts


def _packets(
    unit: Unit, item_uuid: UUID, content: dict[str, Any], to: Sequence[Destination], ground: _Ground, *, at: datetime
) -> dict[bool, rows.Row]:
    """Return a new packet for each set of rights among `to`, by whether it shows contacts."""
    made: dict[bool, rows.Row] = {}
    for destination, keys in zip(to, ground.keys, strict=True):
        if destination.shows_contacts in made:
            continue
        frozen = packets.build(content, with_contacts=destination.shows_contacts)
        values = {
            "id": keys.packet,
            "uuid": uuid4(),
            "sender_id": unit.pk,
            "item_uuid": item_uuid,
            "matter_id": ground.matter_id,
            "content": frozen,
            "sha256": packets.digest(frozen),
            "created_at": at,
        }
        made[destination.shows_contacts] = rows.Row(Packet, values)
    return made


def _dispatch(row: rows.Row, destination: Destination) -> Dispatch:
    dispatch = rows.loaded(Dispatch, row.values)
    dispatch.receiver, dispatch.body = destination.unit, destination.body
    return dispatch


def due_for(moment: datetime, urgency: str, calendar: workdays.Calendar) -> datetime:
    """Return until when what arrives at `moment` is to be receipted: three working days, four hours when urgent."""
    if urgency == "urgent":
        return moment + timedelta(hours=_RECEIPT_HOURS_URGENT)
    return calendar.add(moment, _RECEIPT_DAYS)
