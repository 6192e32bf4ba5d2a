"""Writing events: the one place where a row of history is made and announced."""

from collections.abc import Sequence
from typing import Any

from zhitong.core import clock, outbox
from zhitong.core.operations import Actor
from zhitong.exchange.models import Event
from zhitong.units.models import BodyKind, ExternalBody, Level, Unit, UnitKind

_BODY_OF_UNIT = {
    UnitKind.COMMITTEE: BodyKind.CPPCC,
    UnitKind.PARTY: BodyKind.PARTY,
    UnitKind.FEDERATION: BodyKind.FEDERATION,
    UnitKind.ORGANISATION: BodyKind.ORGANISATION,
}


def place(unit: Unit, body: ExternalBody | None = None) -> dict[str, str]:
    """Return where an event counts: level and kind of the body, or of the unit itself."""
    if body:
        return {"level": Level(body.level), "body_kind": BodyKind(body.kind)}
    return {"level": Level(unit.level), "body_kind": _BODY_OF_UNIT[UnitKind(unit.kind)]}


def new_event(*, actor: Actor, unit: Unit, body: ExternalBody | None = None, **fields: Any) -> Event:
    """Return an unsaved event at the present moment, at the unit's (or the body's) level."""
    fields.setdefault("occurred_on", clock.today())
    return Event(unit=unit, body=body, at=clock.now(), by=actor.label, **place(unit, body), **fields)


def write_events(events: Sequence[Event]) -> None:
    """Save events and announce each of them."""
    Event.objects.bulk_create(events)
    for event in events:
        outbox.publish("exchange.event.recorded", {"event": event.pk}, unit_id=None)
