"""Pages of a list by keyset: a cursor names the row at the edge, so a page costs the same wherever it lies."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from zhitong.web.parts import Page

SIZE = 20
_M = TypeVar("_M", bound=Model)


def page_of(rows: QuerySet[_M], order: Sequence[str], query: QueryDict, size: int = SIZE) -> Page[_M]:
    """Return the page that `after` or `before` in the query string asks for; the first one when neither can be read.

    Args:
        rows: the whole list, without order.
        order: fields without NULL, `-` for downwards; the last one unique.
        query: the query string.
        size: rows a page.
    """
    back = bool(query.get("before"))
    values = _values(query.get("before") or query.get("after") or "", len(order))
    turned = [_turn(name) for name in order] if back else list(order)
    try:
        found = list(_beyond(rows, turned, values).order_by(*turned)[: size + 1])
    except (ValueError, TypeError, ValidationError):  # a cursor somebody made up
        values, back, found = None, False, list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    has_next = bool(found) and (more or back)
    has_previous = bool(found) and (more if back else values is not None)
    return Page(
        items=found,
        next_cursor=_cursor(found[-1], order) if has_next else "",
        prev_cursor=_cursor(found[0], order) if has_previous else "",
    )


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(rows: QuerySet[_M], order: Sequence[str], values: list[Any] | None) -> QuerySet[_M]:
    if values is None:
        return rows
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field, comparison = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{comparison}": value})
        equal &= Q(**{field: value})
    return rows.filter(condition)


def _cursor(row: Model, order: Sequence[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode()


def _values(cursor: str, length: int) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error):
        return None
    fits = isinstance(values, list) and len(values) == length
    return values if fits and all(isinstance(value, str | int) for value in values) else None
