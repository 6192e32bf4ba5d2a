"""A unit ends (区划调整) and others take its place: what the network holds open for it goes on to them, at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max

from zhitong.core import clock, outbox, workdays
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Delivery, Dispatch, Event, EventKind
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.exchange.operations.sending import due_for
from zhitong.exchange.queries.succession import open_assignments, open_calls, open_to
from zhitong.units.models import ChangeKind, Unit, UnitChange
from zhitong.units.operations import end_unit, refuse_closed

State = Dispatch.State


class Succession(NamedTuple):
    """What was done: the change, the dispatches that now wait at successors, those that ended with the unit."""

    change: UnitChange
    moved: list[Dispatch]
    ended: list[Dispatch]


@operation("units.manage")
def succeed(
    *,
    actor: Actor,
    unit: Unit,
    kind: ChangeKind,
    effective_on: date,
    basis: str,
    typed_name: str,
    successor: Unit | None = None,
    successors: Sequence[Unit] = (),
    heirs: Mapping[int, Unit] | None = None,
    rows: Mapping[UUID, Unit] | None = None,
) -> Succession:
    """End a unit, and let its successors have what is open: one transaction, which nothing undoes.

    Each dispatch that waits at the unit, undecided, goes on to a successor as a dispatch of the same packet, sent when
    the first was, with a new limit for its receipt; an event on the first says so. What it had taken in and not decided
    waits there anew; what it made of it stays in its archive. A dispatch whose sender is the successor ends: nobody
    sends to itself. What the unit had sent stays where it is, and its outcomes come back to it and its authors. Open
    calls (约稿) reach every successor. What the unit has to handle (办理) for others is not passed on: whoever asked
    takes it back and asks another first.

    Args:
        kind: merged, split or closed.
        basis: the decision it rests on.
        typed_name: full name of the unit, typed by whoever decides.
        successor: takes what the other rules give to nobody; null only where nothing is open.
        successors: all of them.
        heirs: successor by key of a sender: it stands below that one from now on, and what it sent goes there.
        rows: successor by uuid of a dispatch, before all other rules.

    Raises:
        InvalidInput: the name is another, a heir is no successor, or as `end_unit`.
        WrongState: something is open and nobody takes it, something is to be handled, or as `end_unit`.
    """
    heirs, rows = heirs or {}, rows or {}
    refuse_closed(Unit.objects.get(pk=unit.pk))
    if typed_name.strip() != unit.name:
        raise InvalidInput(
            f"输入的名称与“{unit.name}”不一样，没有办理。", fields={"typed_name": [f"请一字不差地输入“{unit.name}”"]}
        )
    known = {one.pk for one in [*successors, *([successor] if successor else [])]}
    if strangers := [one.short_name for one in [*heirs.values(), *rows.values()] if one.pk not in known]:
        raise InvalidInput(f"{strangers[0]}不在接办单位里。", fields={"successors": [f"没有选{strangers[0]}"]})
    # It locks the units first: a sending to this one is either there by now, or refused by the database afterwards.
    change = end_unit(
        actor=actor,
        unit=unit,
        kind=kind,
        effective_on=effective_on,
        basis=basis,
        successor=successor,
        successors=successors,
        heirs=heirs,
    )
    waiting = list(open_to(unit).select_for_update(of=("self",)).order_by("pk"))
    if waiting and successor is None:
        raise WrongState(
            f"还有 {len(waiting)} 件报给{unit.short_name}的没有办结，没有接办单位不能撤销。", who="请选定接办单位"
        )
    if handled := list(open_assignments(unit)):
        askers = "、".join(dict.fromkeys(one.handling.asker.short_name for one in handled))
        raise WrongState(
            f"{unit.short_name}还有 {len(handled)} 件交办没有答复，不能变动。",
            rule="交办的件由交办单位收回或改派",
            who=f"{askers}的经办",
        )
    _pass_calls_on(unit, successors or ([successor] if successor else []))
    done = Succession(change, [], [])
    events: list[Event] = []
    for dispatch in waiting:
        heir = rows.get(dispatch.uuid) or heirs.get(dispatch.sender_id) or successor
        assert heir is not None
        if heir.pk == dispatch.sender_id:
            events.append(_end(actor, unit, dispatch, change))
            done.ended.append(dispatch)
        else:
            events.append(_pass_on(actor, unit, dispatch, heir, change))
            done.moved.append(dispatch.followed_by)
    write_events(events)
    return done


def _pass_calls_on(unit: Unit, successors: Sequence[Unit]) -> None:
    """Let open calls reach the successors that have not had them, but for whoever called."""
    for call in open_calls(unit).order_by("pk"):
        had = set(Delivery.objects.filter(paper=call.paper).values_list("receiver_id", flat=True))
        for heir in successors:
            if heir.pk not in {*had, call.paper.unit_id}:
                new = Delivery.objects.create(paper=call.paper, receiver=heir)
                outbox.publish("exchange.paper.arrived", {"delivery": str(new.uuid)}, unit_id=heir.pk)


def _pass_on(actor: Actor, unit: Unit, dispatch: Dispatch, heir: Unit, change: UnitChange) -> Event:
    _leave(dispatch, State.MOVED, _why(unit, change, heir))
    before = Dispatch.objects.filter(sender=dispatch.sender_id, item_uuid=dispatch.item_uuid, receiver=heir)
    Dispatch.objects.create(
        packet=dispatch.packet,
        sender=dispatch.sender,
        item_uuid=dispatch.item_uuid,
        receiver=heir,
        route=dispatch.route,
        attempt=(before.aggregate(last=Max("attempt"))["last"] or 0) + 1,
        sent_at=dispatch.sent_at,
        sent_by=dispatch.sent_by,
        due_at=due_for(clock.now(), dispatch.urgency, workdays.calendar()),
        title=dispatch.title,
        urgency=dispatch.urgency,
        category=dispatch.category,
        follows=dispatch,
    )
    return _event(actor, unit, dispatch, EventKind.READDRESSED)


def _end(actor: Actor, unit: Unit, dispatch: Dispatch, change: UnitChange) -> Event:
    _leave(dispatch, State.RECALLED, _why(unit, change, dispatch.sender))
    return _event(actor, unit, dispatch, EventKind.RECALLED)


def _leave(dispatch: Dispatch, state: State, why: str) -> None:
    dispatch.state, dispatch.closed_at, dispatch.reason = state, clock.now(), why
    if state == State.RECALLED:
        dispatch.recall_asked_at = None
    dispatch.save(update_fields=["state", "closed_at", "reason", "recall_asked_at"])


def _event(actor: Actor, unit: Unit, dispatch: Dispatch, kind: EventKind) -> Event:
    return new_event(
        actor=actor,
        unit=unit,
        kind=kind,
        item_uuid=dispatch.item_uuid,
        matter_id=dispatch.packet.matter_id,
        dispatch=dispatch,
        reason=dispatch.reason,
    )


def _why(unit: Unit, change: UnitChange, heir: Unit) -> str:
    """Say who was the receiver and who is now, in the names of the day."""
    return f"{unit.short_name}{ChangeKind(change.kind).label}，由{heir.short_name}接办"
