"""What a receiver does with a dispatch: receipt, acceptance, return, referral, keep, decline."""

from uuid import UUID

from zhitong.core import audit, clock, rows, text
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange.models import Dispatch, Event, EventKind
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.units.current import unit_in_force

State = Dispatch.State
PROPOSAL_LIMIT = 60  # characters


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
        WrongState: somebody accepted, returned or closed it before, it was recalled, or its sender asks it back.
    """
    dispatch = _locked(dispatch_uuid)
    if dispatch.state not in {State.SENT, State.RECEIVED}:
        raise moved_on(dispatch)
    if dispatch.recall_is_asked:
        raise WrongState(f"{dispatch.sender.short_name}请求撤回这一篇，请先答复。", code="exchange.recall_asked")
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
def refer(*, actor: Actor, dispatch_uuid: UUID, reason: str, proposal: str = "") -> Dispatch:
    """Give a dispatch back because it is not this unit's matter (不属本单位), with a proposal where to send it.

    Args:
        proposal: name of a unit or a body, at most 60 characters; empty without a proposal.

    Raises:
        InvalidInput: no reason, or a proposal that cannot be kept.
        NotFound, WrongState: as `accept`.
    """
    try:
        where = text.clean(proposal)
    except ValueError as error:
        raise InvalidInput(f"建议报送：{error}", fields={"proposal": [str(error)]}) from error
    if len(where) > PROPOSAL_LIMIT or "\n" in where:
        wrong = f"请写一个单位的名称，最多 {PROPOSAL_LIMIT} 字。"
        raise InvalidInput(f"建议报送：{wrong}", fields={"proposal": [wrong]})
    return _close(actor, dispatch_uuid, EventKind.NOT_OURS, State.RETURNED, reason, proposal=where)


@operation("exchange.receive")
def keep(*, actor: Actor, dispatch_uuid: UUID, reason: str) -> Dispatch:
    """Keep a dispatch for later use (留存) with a reason. Raises as `return_dispatch`."""
    return _close(actor, dispatch_uuid, EventKind.KEPT, State.KEPT, reason)


@operation("exchange.receive")
def decline(*, actor: Actor, dispatch_uuid: UUID, reason: str) -> Dispatch:
    """Decline a dispatch (不采用) with a reason. Raises as `return_dispatch`."""
    return _close(actor, dispatch_uuid, EventKind.DECLINED, State.DECLINED, reason)


@operation("exchange.send")
def settle(*, actor: Actor, dispatch_uuid: UUID) -> Dispatch:
    """Note that a returned dispatch needs nothing more from its sender: it will not be sent there again.

    Raises:
        NotFound: not a dispatch of this unit.
        WrongState: it was not returned.
    """
    sent = Dispatch.objects.select_for_update(of=("self",)).select_related("receiver", "body")
    dispatch = sent.filter(uuid=dispatch_uuid, sender=unit_in_force()).first()
    if dispatch is None:
        raise NotFound
    if dispatch.state != State.RETURNED:
        raise WrongState(f"{dispatch.receiver_name}没有退回这一篇。", rule="退回的才可以不再报送")
    if dispatch.settled_at is None:
        dispatch.settled_at = clock.now()
        dispatch.save(update_fields=["settled_at"])
        audit.record(actor=actor, action="exchange.dispatch.settled", object_kind="dispatch", object_id=dispatch.uuid)
    return dispatch


def _close(
    actor: Actor, dispatch_uuid: UUID, kind: EventKind, state: State, reason: str, *, proposal: str = ""
) -> Dispatch:
    words = clean_reason(reason, "请写明理由，报送单位会看到。")
    dispatch = _locked(dispatch_uuid)
    if dispatch.state not in {State.SENT, State.RECEIVED}:
        raise moved_on(dispatch)
    dispatch.reason, dispatch.proposal = words, proposal
    dispatch.closed_at = clock.now()
    dispatch.save(update_fields=["reason", "proposal", "closed_at"])
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
