"""Writing events: the one place where a row of history is made and announced."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from zhitong.core import clock, outbox, reasons, rows, text
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor
from zhitong.exchange.models import Event
from zhitong.units.models import BodyKind, ExternalBody, Level, Unit, UnitKind

_NEW_KEY = rows.new_keys(Event)
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


def event_row(*, actor: Actor, unit: Unit, at: datetime, **values: Any) -> rows.Row:
    """Return what `new_event` says as a bare row: `values` go by column, its key (`id`) among them."""
    own = {"uuid": uuid4(), "unit_id": unit.pk, "at": at, "occurred_on": clock.local_date(at), "by": actor.label}
    return rows.Row(Event, {**own, **place(unit), **values})


def write_events(events: Sequence[Event | rows.Row]) -> None:
    """Save events and announce each of them."""
    new = [event for event in events if not isinstance(event, rows.Row)]
    keyless = [event for event in new if event.pk is None]
    if keyless:
        for event, key in zip(keyless, rows.ask({}, *_NEW_KEY * len(keyless)), strict=True):
            event.pk = key
    with rows.together():
        rows.insert(*events)
        for written in events:
            key = written.values["id"] if isinstance(written, rows.Row) else written.pk
            outbox.publish("exchange.event.recorded", {"event": key}, unit_id=None)
