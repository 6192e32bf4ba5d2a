"""Opening the text that a unit adopted to those whose report it was, and closing it again."""

from collections.abc import Mapping
from uuid import UUID

from zhitong.core import audit, clock
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange import packets
from zhitong.exchange.models import AdoptedText, Event, EventKind
from zhitong.units.current import unit_in_force


@operation("exchange.record")
def open_adopted_text(*, actor: Actor, event_uuid: UUID, content: Mapping[str, str]) -> AdoptedText:
    """Let the chain below compare what was sent with what the unit adopted. Opening twice changes nothing.

    Args:
        content: title and sections of the adopted text.

    Raises:
        NotFound: not an adoption by this unit.
        WrongState: it was corrected, or the text was adopted as it was sent.
    """
    event = _adoption(event_uuid)
    if hasattr(event, "reversed_by"):
        raise WrongState("这条采用已经冲正。")
    if not event.is_edited:
        raise WrongState("采用的就是报来的文本，没有核改，不用对照。", rule="核改过的才有对照")
    opened, is_new = AdoptedText.objects.get_or_create(
        event=event,
        defaults={
            "content": {name: content.get(name, "") for name in packets.TEXT_FIELDS},
            "opened_by": actor.label,
            "opened_at": clock.now(),
        },
    )
    if is_new:
        _note(actor, event, "opened")
    return opened


@operation("exchange.record")
def close_adopted_text(*, actor: Actor, event_uuid: UUID) -> None:
    """Take the comparison back; who has read it has read it. Closing twice changes nothing.

    Raises:
        NotFound: not an adoption by this unit.
    """
    event = _adoption(event_uuid)
    closed, _ = AdoptedText.objects.filter(event=event).delete()
    if closed:
        _note(actor, event, "closed")


def _adoption(event_uuid: UUID) -> Event:
    event = (
        Event.objects.select_for_update(of=("self",))
        .select_related("reversed_by")
        .filter(uuid=event_uuid, unit=unit_in_force(), kind=EventKind.ADOPTED, body__isnull=True)
        .filter(reverses__isnull=True)
        .first()
    )
    if event is None:
        raise NotFound
    return event


def _note(actor: Actor, event: Event, what: str) -> None:
    audit.record(actor=actor, action=f"exchange.text.{what}", object_kind="event", object_id=event.uuid)
