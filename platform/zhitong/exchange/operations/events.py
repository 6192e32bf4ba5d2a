"""Writing events: the one place where a row of history is made and announced."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhitong.core import clock, outbox, reasons, text
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor
from zhitong.exchange.models import Event
from zhitong.units.models import BodyKind, ExternalBody, Level, Unit, UnitKind

_LIMITS = {"words": 2000, "reason": reasons.LIMIT}  # characters
_BODY_OF_UNIT = {
    UnitKind.COMMITTEE: BodyKind.CPPCC,
    UnitKind.PARTY: BodyKind.PARTY,
    UnitKind.FEDERATION: BodyKind.FEDERATION,
    UnitKind.ORGANISATION: BodyKind.ORGANISATION,
}


def clean_words(words: Mapping[str, str]) -> dict[str, str]:
    """Return what was written about an outcome, cleaned, by field of `Event`.

    Raises:
        InvalidInput: a text cannot be kept or is longer than its field; `fields` names each.
    """
    cleaned: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for name, raw in words.items():
        column: Any = Event._meta.get_field(name)  # noqa: SLF001 - Django's documented way to a field
        longest = _LIMITS.get(name) or column.max_length
        try:
            cleaned[name] = text.clean(raw)
        except ValueError as error:
            wrong[name] = [str(error)]
            continue
        if len(cleaned[name]) > longest:
            wrong[name] = [f"共 {len(cleaned[name]):,} 字，最多 {longest:,} 字，请删减。"]
    if wrong:
        raise InvalidInput("结果没有登记，请改正后再提交。", fields=wrong)
    return cleaned


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
