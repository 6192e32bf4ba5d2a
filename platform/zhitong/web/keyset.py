"""Pages of a list by keyset: a cursor names the row at the edge, so a page costs the same wherever it lies.

The one place where cursors are made and read. A cursor is opaque to its reader: base64 of a JSON list of the keys.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.timezone import is_naive

from zhitong.web.parts import Page

SIZE = 20  # rows a page
_LONGEST = 4096  # characters of a cursor; a title of 300 signs needs 1,200
_BIGGEST = 2**63
_M = TypeVar("_M", bound=Model)


class BadCursor(ValueError):  # noqa: N818 - the name says what it is
    """A cursor that nobody here made."""


def page_of(
    rows: QuerySet[_M], order: Sequence[str], query: Mapping[str, Any], *, size: int = SIZE, strict: bool = False
) -> Page[_M]:
    """Return the page that `after` or `before` in `query` asks for; the first one without either.

    Args:
        rows: the whole list; its order is replaced.
        order: columns or annotations, `-` for downwards; the last one unique. A column may hold NULL, which stands
            where PostgreSQL puts it: last going up, first going down.
        query: the query string.
        size: rows a page.
        strict: refuse a cursor that cannot be read instead of showing the first page.

    Raises:
        BadCursor: with `strict`, a cursor that nobody here made.
    """
    back = bool(query.get("before"))
    turned = [_turn(name) for name in order] if back else list(order)
    place: list[Any] | None = None
    try:
        asked = query.get("before") or query.get("after")
        place = _read(rows, turned, str(asked)) if asked else None
    except BadCursor:
        if strict:
            raise
        back, turned = False, list(order)
    beyond = rows.filter(_beyond(rows, turned, place)) if place is not None else rows
    found = list(beyond.order_by(*turned)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    has_next = bool(found) and (more or back)
    has_previous = bool(found) and (more if back else place is not None)
    return Page(
        items=found,
        next_cursor=_cursor_of(found[-1], order) if has_next else "",
        prev_cursor=_cursor_of(found[0], order) if has_previous else "",
    )


def write_cursor(keys: Sequence[Any]) -> str:
    """Return the cursor of a row with these keys."""
    text = json.dumps(list(keys), ensure_ascii=False, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(cursor: str, length: int) -> list[Any]:
    """Return the `length` keys of a cursor: text, whole or broken numbers, truth, or None.

    Raises:
        BadCursor: it is none of ours, or of another list.
    """
    if len(cursor) > _LONGEST:
        raise BadCursor
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error) as error:
        raise BadCursor from error
    if not isinstance(keys, list) or len(keys) != length or not all(map(_is_plain, keys)):
        raise BadCursor
    return keys


def _is_plain(key: Any) -> bool:
    if isinstance(key, str):
        return "\0" not in key and key.isprintable()
    if isinstance(key, (int, float)):
        return -_BIGGEST < key < _BIGGEST
    return key is None


def _cursor_of(row: Model, order: Sequence[str]) -> str:
    return write_cursor([getattr(row, _column(name)) for name in order])


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _column(name: str) -> str:
    return name.lstrip("-")


def _field(rows: QuerySet[Any], name: str) -> "Field[Any, Any]":
    column = _column(name)
    if column in rows.query.annotations:
        found: Field[Any, Any] = rows.query.annotations[column].output_field
        return found
    meta = rows.model._meta  # noqa: SLF001 - Django's documented way to a field
    field = meta.pk if column == "pk" else meta.get_field(column)
    if not isinstance(field, Field):
        raise FieldDoesNotExist(column)
    return field


def _read(rows: QuerySet[Any], order: Sequence[str], cursor: str) -> list[Any]:
    """Return the keys of a cursor as values of their columns."""
    values: list[Any] = []
    for name, key in zip(order, read_cursor(cursor, len(order)), strict=True):
        field = _field(rows, name)
        try:
            value = field.to_python(key)
        except (ValidationError, ValueError, TypeError) as error:
            raise BadCursor from error
        if (value is None and not field.null) or (isinstance(value, datetime) and is_naive(value)):
            raise BadCursor
        values.append(value)
    return values


def _beyond(rows: QuerySet[Any], order: Sequence[str], place: Sequence[Any]) -> Q:
    """Return the condition on the rows behind `place`; a bound on the first column lets an index begin there."""
    condition, equal = Q(), Q()
    for name, value in zip(order, place, strict=True):
        condition |= equal & _further(rows, name, value)
        equal &= _is(name, value)
    first, value = order[0], place[0]
    if value is None or _field(rows, first).null:
        return condition
    return Q(**{f"{_column(first)}__{'lte' if first.startswith('-') else 'gte'}": value}) & condition


def _is(name: str, value: Any) -> Q:
    column = _column(name)
    return Q(**{f"{column}__isnull": True}) if value is None else Q(**{column: value})


def _further(rows: QuerySet[Any], name: str, value: Any) -> Q:
    """Return the condition on one column: NULL is beyond every value going up, before every value going down."""
    column, down = _column(name), name.startswith("-")
    if value is None:
        return Q(**{f"{column}__isnull": False}) if down else Q(pk__in=[])
    further = Q(**{f"{column}__{'lt' if down else 'gt'}": value})
    if not down and _field(rows, name).null:
        further |= Q(**{f"{column}__isnull": True})
    return further
