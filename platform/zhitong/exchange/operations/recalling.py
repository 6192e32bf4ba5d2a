"""Taking a dispatch back: by the sender alone until receipt, afterwards by a request that the receiver answers."""

from uuid import UUID

from zhitong.core import audit, clock, rows
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange.models import Dispatch, EventKind
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.exchange.operations.receiving import moved_on
from zhitong.units.current import unit_in_force

State = Dispatch.State
_ASKABLE = (State.RECEIVED, State.ACCEPTED)


@operation("exchange.send")
def recall(*, actor: Actor, dispatch_uuid: UUID, reason: str = "") -> Dispatch:
    """Take back a dispatch that its receiver has not yet receipted.

    Raises:
        NotFound: not a dispatch of this unit.
        WrongState: the receiver has receipted it.
    """
    dispatch = _locked(dispatch_uuid, "sender")
    if dispatch.state != State.SENT:
        raise WrongState(
            f"{dispatch.receiver_name}{dispatch.get_state_display()}，不能直接撤回。",
            rule="签收之前可以撤回",
            who=f"可以向{dispatch.receiver_name}请求撤回" if dispatch.state in _ASKABLE else "",
        )
    return _end(actor, dispatch, reason)


@operation("exchange.send")
def ask_recall(*, actor: Actor, dispatch_uuid: UUID, reason: str) -> Dispatch:
    """Ask the receiver to give up a dispatch that it has receipted, or taken in and not yet decided on.

    Raises:
        InvalidInput: no reason.
        NotFound: not a dispatch of this unit.
        WrongState: it can still be recalled directly, is asked for already, or the receiver has closed it.
    """
    words = clean_reason(reason, "请写明为什么要撤回，对方会看到。")
    dispatch = _locked(dispatch_uuid, "sender")
    name = dispatch.receiver_name
    if dispatch.state == State.SENT:
        raise WrongState(f"{name}还没有签收，可以直接撤回，不用请求。", rule="签收之前可以撤回")
    if dispatch.recall_is_asked:
        raise WrongState(f"已向{name}请求撤回，正在等答复。")
    if dispatch.state not in _ASKABLE:
        raise WrongState(
            f"{name}已经办结（{dispatch.get_state_display()}），不能再请求撤回。", rule="办结之前可以请求撤回"
        )
    dispatch.recall_asked_at = clock.now()
    dispatch.save(update_fields=["recall_asked_at"])
    _tell(actor, dispatch, EventKind.RECALL_ASKED, words)
    return dispatch


@operation("exchange.receive")
def grant_recall(*, actor: Actor, dispatch_uuid: UUID) -> Dispatch:
    """Give up a dispatch that its sender asks back. What was made of it is ended by the caller (the desk) beside.

    Raises:
        NotFound: not a dispatch to this unit.
        WrongState: no request waits for an answer.
    """
    return _end(actor, _asked(dispatch_uuid), "")


@operation("exchange.receive")
def refuse_recall(*, actor: Actor, dispatch_uuid: UUID, reason: str) -> Dispatch:
    """Keep a dispatch that its sender asks back, and say why; the sender may ask again.

    Raises:
        InvalidInput: no reason.
        NotFound, WrongState: as `grant_recall`.
    """
    words = clean_reason(reason, "请写明为什么不同意撤回，报送单位会看到。")
    dispatch = _asked(dispatch_uuid)
    dispatch.recall_asked_at = None
    dispatch.save(update_fields=["recall_asked_at"])
    _tell(actor, dispatch, EventKind.RECALL_REFUSED, words)
    return dispatch


def _locked(dispatch_uuid: UUID, side: str) -> Dispatch:
    """Return a dispatch of which the unit in force is the `sender` or the `receiver`, locked."""
    dispatch = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("packet", "sender", "receiver", "body")
        .filter(uuid=dispatch_uuid, **{side: unit_in_force()})
        .first()
    )
    if dispatch is None:
        raise NotFound
    return dispatch


def _asked(dispatch_uuid: UUID) -> Dispatch:
    dispatch = _locked(dispatch_uuid, "receiver")
    if not dispatch.recall_is_asked:
        raise moved_on(dispatch)
    return dispatch


def _end(actor: Actor, dispatch: Dispatch, reason: str) -> Dispatch:
    dispatch.state, dispatch.closed_at, dispatch.reason = State.RECALLED, clock.now(), reason
    dispatch.recall_asked_at = None
    dispatch.save(update_fields=["state", "closed_at", "reason", "recall_asked_at"])
    _tell(actor, dispatch, EventKind.RECALLED, reason)
    return dispatch


def _tell(actor: Actor, dispatch: Dispatch, kind: EventKind, reason: str) -> None:
    """Write the event on the sender's item, which it happened to, and the entry in the trail of who acts."""
    event = new_event(
        actor=actor,
        unit=unit_in_force(),
        kind=kind,
        item_uuid=dispatch.item_uuid,
        matter_id=dispatch.packet.matter_id,
        dispatch=dispatch,
        reason=reason,
    )
    with rows.together():
        write_events([event])
        audit.record(actor=actor, action=f"exchange.dispatch.{kind}", object_kind="dispatch", object_id=dispatch.uuid)
