"""Paging by keyset over one key that may be null and the row's id: the tenth page costs what the first costs."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet

from zhitong.web.parts import Page

M = TypeVar("M", bound=Model)
SIZE = 20


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by `key` (a datetime column; null stands last going up, first going down), then by id."""

    key: str
    descending: bool = False


def page_of(rows: QuerySet[M], order: Order, *, after: str = "", before: str = "", size: int = SIZE) -> Page[M]:
    """Return the page after (or before) a cursor. A cursor that cannot be read means the first page."""
    backwards = bool(before)
    place = _decode(before or after)
    down = order.descending != backwards
    if place:
        rows = rows.filter(_beyond(order.key, *place, down=down))
    found = list(rows.order_by(*_ordering(order.key, down=down))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    first, last = (_encode(found[0], order.key), _encode(found[-1], order.key)) if found else ("", "")
    has_next = bool(place) if backwards else more
    has_previous = more if backwards else bool(place)
    return Page(found, next_cursor=last if has_next else "", prev_cursor=first if has_previous else "")


def _ordering(key: str, *, down: bool) -> list[Any]:
    if down:
        return [F(key).desc(nulls_first=True), "-pk"]
    return [F(key).asc(nulls_last=True), "pk"]


def _beyond(key: str, value: datetime | None, pk: int, *, down: bool) -> Q:
    null = Q(**{f"{key}__isnull": True})
    if value is None:
        return (null & Q(pk__lt=pk)) | ~null if down else null & Q(pk__gt=pk)
    same = Q(**{key: value})
    if down:
        return Q(**{f"{key}__lt": value}) | (same & Q(pk__lt=pk))
    return Q(**{f"{key}__gt": value}) | (same & Q(pk__gt=pk)) | null


def _encode(row: Model, key: str) -> str:
    value: datetime | None = getattr(row, key)
    text = json.dumps([value.isoformat() if value else None, row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime | None, int] | None:
    if not cursor or len(cursor) > 200:
        return None
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(value) if value is not None else None
        if not isinstance(pk, int) or not 0 <= pk < 2**63 or (moment and moment.tzinfo is None):
            return None
    except (binascii.Error, ValueError, TypeError):
        return None
    return moment, pk
