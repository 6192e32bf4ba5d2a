"""What a receiver does with a dispatch: receipt, acceptance, return, keep, decline."""

from uuid import UUID

from zhitong.core import audit, clock, rows
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange.models import Dispatch, Event, EventKind
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.units.current import unit_in_force

State = Dispatch.State


@operation("exchange.receive")
def receive(*, actor: Actor, dispatch_uuid: UUID) -> Dispatch:
    """Confirm receipt (签收). Receipting twice is no fault and changes nothing.

    Raises:
        NotFound: not a dispatch to this unit.
        WrongState: it was recalled.
    """
    dispatch = _locked(dispatch_uuid)
    if dispatch.state == State.SENT:
        _step(actor, dispatch, EventKind.RECEIVED, State.RECEIVED)
    elif dispatch.state == State.RECALLED:
        raise moved_on(dispatch)
    return dispatch


@operation("exchange.receive")
def accept(*, actor: Actor, dispatch_uuid: UUID, item_uuid: UUID) -> Dispatch:
    """Take a dispatch into the unit's own item `item_uuid`; receipt comes with it.

    Raises:
        NotFound: not a dispatch to this unit.
        WrongState: somebody accepted, returned or closed it before, or it was recalled.
    """
    dispatch = _locked(dispatch_uuid)
    if dispatch.state not in {State.SENT, State.RECEIVED}:
        raise moved_on(dispatch)
    if dispatch.state == State.SENT:
        _step(actor, dispatch, EventKind.RECEIVED, State.RECEIVED)
    dispatch.accepted_item_uuid = item_uuid
    dispatch.save(update_fields=["accepted_item_uuid"])
    _step(actor, dispatch, EventKind.ACCEPTED, State.ACCEPTED)
    return dispatch


@operation("exchange.receive")
def return_dispatch(*, actor: Actor, dispatch_uuid: UUID, reason: str) -> Dispatch:
    """Send a dispatch back to its sender with a reason.

    Raises:
        InvalidInput: no reason.
        NotFound, WrongState: as `accept`.
    """
    return _close(actor, dispatch_uuid, EventKind.RETURNED, State.RETURNED, reason)


@operation("exchange.receive")
def keep(*, actor: Actor, dispatch_uuid: UUID, reason: str) -> Dispatch:
    """Keep a dispatch for later use (留存) with a reason. Raises as `return_dispatch`."""
    return _close(actor, dispatch_uuid, EventKind.KEPT, State.KEPT, reason)


@operation("exchange.receive")
def decline(*, actor: Actor, dispatch_uuid: UUID, reason: str) -> Dispatch:
    """Decline a dispatch (不采用) with a reason. Raises as `return_dispatch`."""
    return _close(actor, dispatch_uuid, EventKind.DECLINED, State.DECLINED, reason)


def _close(actor: Actor, dispatch_uuid: UUID, kind: EventKind, state: State, reason: str) -> Dispatch:
    words = clean_reason(reason, "请写明理由，报送单位会看到。")
    dispatch = _locked(dispatch_uuid)
    if dispatch.state not in {State.SENT, State.RECEIVED}:
        raise moved_on(dispatch)
    dispatch.reason = words
    dispatch.closed_at = clock.now()
    dispatch.save(update_fields=["reason", "closed_at"])
    _step(actor, dispatch, kind, state)
    return dispatch


def _locked(dispatch_uuid: UUID) -> Dispatch:
    unit = unit_in_force()
    dispatch = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("packet__matter", "sender")
        .filter(uuid=dispatch_uuid, receiver=unit)
        .first()
    )
    if dispatch is None:
        raise NotFound
    return dispatch


def _step(actor: Actor, dispatch: Dispatch, kind: EventKind, state: State) -> None:
    """Move a dispatch on: state, event (on the sender's item, which it happened to), audit of the receiver."""
    dispatch.state = state
    if kind == EventKind.RECEIVED:
        dispatch.received_at = clock.now()
    dispatch.save(update_fields=["state", "received_at"])
    event = new_event(
        actor=actor,
        unit=unit_in_force(),
        kind=kind,
        item_uuid=dispatch.accepted_item_uuid or dispatch.item_uuid,
        matter=dispatch.packet.matter,
        dispatch=dispatch,
        reason=dispatch.reason,
    )
    with rows.together():
        write_events([event])
        audit.record(actor=actor, action=f"exchange.dispatch.{kind}", object_kind="dispatch", object_id=dispatch.uuid)


def moved_on(dispatch: Dispatch) -> WrongState:
    """Return the refusal that says who has already done what with a dispatch."""
    last = Event.objects.filter(dispatch=dispatch).order_by("-id").first()
    by = f"{last.by}已于 {last.at.astimezone(clock.SHANGHAI):%m-%d %H:%M} " if last else ""
    return WrongState(f"这一篇{by}办理：{dispatch.get_state_display()}。", who="刷新后可以看到最新情况")
