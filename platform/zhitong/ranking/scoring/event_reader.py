"""Events from JSON lines (docs/scoring.md): every field checked, the first wrong line refused."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from zhitong.ranking.scoring.errors import EventError
from zhitong.ranking.scoring.events import (
    DATES,
    KINDS,
    LEVELS,
    MODES,
    Author,
    Contributor,
    Dates,
    ScoringEvent,
)

MAX_LINE_BYTES = 1_000_000
MAX_POINTS = Decimal(1_000_000)
MAX_POINT_PLACES = 6

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,7}(\.\d{1,6})?", re.ASCII)
_WORD = re.compile(r"[\w.:/-]{1,64}")
_ID = re.compile(r"[\w.:/-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

_CLOSED: dict[str, tuple[str, ...]] = {
    "kind": KINDS,
    "mode": MODES,
    "level": LEVELS,
}
_EVENT_IDS = ("id", "matter", "item", "reverses", "approver")
_EVENT_WORDS = ("body", "bulletin", "leader_rank")
_EVENT_FIELDS = (
    *_CLOSED,
    *_EVENT_IDS,
    *_EVENT_WORDS,
    "dates",
    "contributors",
    "authors",
    "flags",
    "points",
    "quantity",
    "reason",
)
_CONTRIBUTOR_FIELDS = ("unit", "unit_kind", "unit_level", "item", "share_order", "group", "share", "matter")
_AUTHOR_FIELDS = ("person", "unit", "rank", "kind", "group", "item")


def read_events(
    lines: Iterable[str | bytes], on_fault: Callable[[EventError], None] | None = None
) -> Iterator[ScoringEvent]:
    """Read one event a line, skipping empty lines.

    Raises `EventError` with the first wrong line; with `on_fault`, that is told of each wrong line instead, and the
    others are read.
    """
    for number, raw in enumerate(lines, start=1):
        try:
            text = _decoded(raw, number)
            if text.strip():
                yield event_from(_parsed(text, number), line=number)
        except EventError as fault:
            if on_fault is None:
                raise
            on_fault(fault)


def event_from(data: object, *, line: int = 0) -> ScoringEvent:
    """Check one event given as plain data. Raises `EventError` that names the field."""
    fields = _mapping(data, _EVENT_FIELDS, line)
    for name in ("id", "kind", "dates"):
        _require(fields, name, line)
    event = ScoringEvent(
        **{name: _id(fields, name, line) for name in _EVENT_IDS},
        **{name: _closed(fields, name, words, line) for name, words in _CLOSED.items()},
        **{name: _word(fields, name, line) for name in _EVENT_WORDS},
        dates=_dates(fields["dates"], line),
        contributors=_contributors(fields.get("contributors", ()), line),
        authors=_authors(fields.get("authors", ()), line),
        flags=_flags(fields.get("flags", ()), line),
        points=_points(fields, "points", line),
        quantity=_quantity(fields, line),
        reason=_text(fields, "reason", line),
        line=line,
    )
    _require_by_kind(event)
    return event


def _require_by_kind(event: ScoringEvent) -> None:
    """What an event of a kind cannot be without: manual entries exist only with a reason and an approver."""
    needed: dict[str, object] = {}
    if event.kind == "reversal":
        needed = {"reverses": event.reverses}
    elif event.kind == "manual" and not event.reverses:
        needed = {"points": event.points is not None, "reason": event.reason, "approver": event.approver}
    elif event.kind == "adopted" and not event.reverses:
        needed = {"mode": event.mode, "level": event.level}
    for name, value in needed.items():
        if not value:
            raise EventError("missing_field", event.line, name=name)
    if event.reverses == event.id:
        raise EventError("reverses_itself", event.line, name=event.id)


def _decoded(raw: str | bytes, line: int) -> str:
    if len(raw) > MAX_LINE_BYTES:
        raise EventError("too_large", line, limit=MAX_LINE_BYTES)
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise EventError("not_utf8", line) from None


def _parsed(text: str, line: int) -> object:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise EventError("duplicate_key", line, name=twice)
        return found

    def refused(word: str) -> NoReturn:
        raise EventError("wrong_number", line, name="points", value=word)

    try:
        return json.loads(
            text,
            object_pairs_hook=unique,
            parse_float=_ExactText,
            parse_int=_ExactText,
            parse_constant=refused,
        )
    except json.JSONDecodeError as problem:
        raise EventError("not_json", line, problem=problem.msg) from None
    except RecursionError:
        raise EventError("too_deep", line, limit="JSON") from None


class _ExactText(str):
    """A JSON number as it was written: converted exactly, and only after its length is known to be sane."""

    __slots__ = ()


def _mapping(data: object, allowed: tuple[str, ...], line: int) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise EventError("not_mapping", line)
    for name in data:
        if name not in allowed:
            raise EventError("unknown_field", line, name=name, allowed=", ".join(allowed))
    return data


def _require(fields: Mapping[str, Any], name: str, line: int) -> None:
    if fields.get(name) in (None, ""):
        raise EventError("missing_field", line, name=name)


def _string(fields: Mapping[str, Any], name: str, line: int) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, _ExactText):
        raise EventError("wrong_text", line, name=name, problem="text is expected / 应为文字")
    return value


def _id(fields: Mapping[str, Any], name: str, line: int) -> str:
    return _matched(fields, name, _ID, line)


def _word(fields: Mapping[str, Any], name: str, line: int) -> str:
    return _matched(fields, name, _WORD, line)


def _matched(fields: Mapping[str, Any], name: str, pattern: re.Pattern[str], line: int) -> str:
    value = _string(fields, name, line)
    if value and not pattern.fullmatch(value):
        problem = "letters, digits, . : / - _ only, not too long / 只能用字母、数字与 . : / - _,且不可过长"
        raise EventError("wrong_text", line, name=name, problem=problem)
    return value


def _closed(fields: Mapping[str, Any], name: str, words: tuple[str, ...], line: int) -> str:
    value = _string(fields, name, line)
    if value and value not in words:
        raise EventError("unknown_word", line, name=name, value=value, allowed=", ".join(words))
    return value


def _text(fields: Mapping[str, Any], name: str, line: int) -> str:
    value = _string(fields, name, line)
    if len(value) > 1000 or _CONTROL.search(value):
        problem = "too long, or control characters / 过长或含控制字符"
        raise EventError("wrong_text", line, name=name, problem=problem)
    return value


def _dates(data: object, line: int) -> Dates:
    fields = _mapping(data, DATES, line)
    _require(fields, "occurred", line)
    days = {name: _day(name, value, line) for name, value in fields.items() if value is not None}
    return Dates(**days)


def _day(name: str, value: object, line: int) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise EventError("wrong_date", line, name=f"dates.{name}", value=str(value)[:40])


def _list(data: object, name: str, line: int) -> list[Any]:
    if not isinstance(data, list | tuple | set | frozenset):
        raise EventError("wrong_text", line, name=name, problem="a list is expected / 应为列表")
    return list(data)


def _contributors(data: object, line: int) -> tuple[Contributor, ...]:
    found = []
    for index, each in enumerate(_list(data, "contributors", line), start=1):
        fields = _mapping(each, _CONTRIBUTOR_FIELDS, line)
        _require(fields, "unit", line)
        found.append(
            Contributor(
                unit=_id(fields, "unit", line),
                unit_kind=_word(fields, "unit_kind", line),
                unit_level=_closed(fields, "unit_level", LEVELS, line),
                item=_id(fields, "item", line),
                share_order=_number({"share_order": index, **fields}, "share_order", line),
                group=_word(fields, "group", line),
                share=_number(fields, "share", line) if "share" in fields else 0,
                matter=_id(fields, "matter", line),
            )
        )
    return tuple(found)


def _number(fields: Mapping[str, object], name: str, line: int) -> int:
    value = fields[name]
    number = str(value) if isinstance(value, _ExactText | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[1-9]\d{0,4}", number, re.ASCII):
        raise EventError("wrong_number", line, name=name, value=str(value)[:40])
    return int(number)


def _authors(data: object, line: int) -> tuple[Author, ...]:
    found = []
    for each in _list(data, "authors", line):
        fields = _mapping(each, _AUTHOR_FIELDS, line)
        _require(fields, "person", line)
        found.append(
            Author(
                person=_id(fields, "person", line),
                unit=_id(fields, "unit", line),
                rank=_word(fields, "rank", line),
                kind=_word(fields, "kind", line),
                group=_word(fields, "group", line),
                item=_id(fields, "item", line),
            )
        )
    return tuple(found)


def _flags(data: object, line: int) -> frozenset[str]:
    flags = _list(data, "flags", line)
    return frozenset(_word({"flags": flag}, "flags", line) for flag in flags if flag is not None) - {""}


def _quantity(fields: Mapping[str, object], line: int) -> Decimal | None:
    number = _points(fields, "quantity", line)
    if number is not None and number < 0:
        raise EventError("wrong_number", line, name="quantity", value=str(number))
    return number


def _points(fields: Mapping[str, object], name: str, line: int) -> Decimal | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, float):
        raise EventError("float", line, name=name)
    text = format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise EventError("wrong_number", line, name=name, value=text[:40])
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise EventError("wrong_number", line, name=name, value=text[:40]) from None
    if abs(number) > MAX_POINTS:
        raise EventError("wrong_number", line, name=name, value=text[:40])
    return number
