"""Urging a receiver (催办): a reminder that both sides and the chain below see, once a day at most."""

from datetime import timedelta
from uuid import UUID

from zhitong.core import audit, clock, rows
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange.models import Dispatch, Event, EventKind
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.units.current import unit_in_force

State = Dispatch.State
URGE_PAUSE = timedelta(hours=24)
URGEABLE = frozenset({State.SENT, State.RECEIVED, State.ACCEPTED})


@operation("exchange.send")
def urge_dispatch(*, actor: Actor, dispatch_uuid: UUID, note: str = "") -> Dispatch:
    """Remind those who receive for a unit of a dispatch that waits there.

    Raises:
        InvalidInput: the note cannot be kept.
        NotFound: not a dispatch of this unit.
        WrongState: a body outside, which nobody reaches through the platform; closed; or urged within a day.
    """
    words = clean_reason(note, "") if note.strip() else ""
    dispatch = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related("packet", "receiver", "body")
        .filter(uuid=dispatch_uuid, sender=unit_in_force())
        .first()
    )
    if dispatch is None:
        raise NotFound
    name = dispatch.receiver_name
    if dispatch.body_id:
        raise WrongState(f"{name}不在平台上，请电话或发函催办，结果由本单位登记。")
    if dispatch.state not in URGEABLE:
        raise WrongState(f"{name}已经办结（{dispatch.get_state_display()}），不用催办。")
    last = (
        Event.objects.filter(dispatch=dispatch, kind=EventKind.URGED)
        .order_by("-id")
        .values_list("at", flat=True)
        .first()
    )
    if last and last + URGE_PAUSE > clock.now():
        again = (last + URGE_PAUSE).astimezone(clock.SHANGHAI)
        raise WrongState(
            f"{last.astimezone(clock.SHANGHAI):%m-%d %H:%M} 刚催办过，{again:%m-%d %H:%M} 以后可以再催。",
            rule=f"同一报送 {URGE_PAUSE.days * 24} 小时内催办一次",
            code="exchange.urged",
        )
    event = new_event(
        actor=actor,
        unit=unit_in_force(),
        kind=EventKind.URGED,
        item_uuid=dispatch.item_uuid,
        matter_id=dispatch.packet.matter_id,
        dispatch=dispatch,
        reason=words,
    )
    with rows.together():
        write_events([event])
        audit.record(actor=actor, action="exchange.dispatch.urged", object_kind="dispatch", object_id=dispatch.uuid)
    return dispatch
