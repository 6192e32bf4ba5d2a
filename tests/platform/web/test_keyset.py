"""Pages by keyset: every row once, forwards and back, whatever the order and wherever a key is missing."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import QueryDict

from tenants.items.models import Item
from zhitong.core import clock
from zhitong.units.models import Unit
from zhitong.web.keyset import BadCursor, page_of, read_cursor, write_cursor

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 1, 9, tzinfo=clock.SHANGHAI)
ORDERS = [
    ("decided_at", "id"),
    ("-decided_at", "-id"),
    ("-decided_at", "id"),
    ("decided_at", "-pk"),
    ("title", "-decided_at", "id"),
    ("-is_decided", "title", "-decided_at", "-uuid"),
    ("-title", "pk"),
]


@pytest.fixture
def rows(unit: Unit) -> QuerySet[Item]:
    """Twenty-three items: three titles, four times of decision, a third of them not decided."""
    with unit:
        Item.objects.bulk_create(
            Item(
                title=f"第{n % 3}篇",
                created_at=BEGIN,
                changed_at=BEGIN,
                decided_at=None if n % 3 == 0 else BEGIN + timedelta(days=n % 4),
            )
            for n in range(23)
        )
    decided = ExpressionWrapper(Q(decided_at__isnull=False), output_field=BooleanField())
    return Item.objects.annotate(is_decided=decided)


def walk(rows: QuerySet[Item], order: tuple[str, ...], size: int) -> list[list[int]]:
    """Return the pages from the first to the last."""
    pages, cursor = [], ""
    while True:
        page = page_of(rows, order, {"after": cursor}, size=size)
        pages.append([item.pk for item in page.items])
        assert bool(page.prev_cursor) == (len(pages) > 1)
        if not page.next_cursor:
            return pages
        cursor = page.next_cursor


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 4, 23, 24])
def test_the_pages_hold_every_row_once_in_order(
    unit: Unit, rows: QuerySet[Item], order: tuple[str, ...], size: int
) -> None:
    with unit:
        whole = list(rows.order_by(*order).values_list("pk", flat=True))
        pages = walk(rows, order, size)
    assert [pk for page in pages for pk in page] == whole
    assert all(len(page) == size for page in pages[:-1])


@pytest.mark.parametrize("order", ORDERS)
def test_the_way_back_shows_the_same_pages(unit: Unit, rows: QuerySet[Item], order: tuple[str, ...]) -> None:
    with unit:
        pages = walk(rows, order, 5)
        page = page_of(rows, order, {"after": page_of(rows, order, {}, size=20).next_cursor}, size=5)
        found = [[item.pk for item in page.items]]
        while page.prev_cursor:
            page = page_of(rows, order, {"before": page.prev_cursor}, size=5)
            found.insert(0, [item.pk for item in page.items])
            assert page.next_cursor
    assert found == pages


def made_up() -> list[str]:
    def cursor(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()

    moment = BEGIN.isoformat()
    return [
        "!", "junk", "a" * 5000, "\0", cursor("x"), cursor([]), cursor([moment]), cursor([moment, 1, 2]),
        cursor([moment, None]), cursor(["yesterday", 1]), cursor([moment, "one"]), cursor([moment, 2**63]),
        cursor(["2026-03-01 09:00", 1]), cursor([moment, [1]]), cursor([moment, {"a": 1}]), cursor(["a\0b", 1]),
        cursor([12, 1]), cursor([float("inf"), 1]), cursor(["\ud800", 1]), "\ud800",
    ]  # fmt: skip


@pytest.mark.parametrize("cursor", made_up())
def test_a_cursor_somebody_made_up_is_page_one_or_refused(unit: Unit, rows: QuerySet[Item], cursor: str) -> None:
    order = ("-decided_at", "-id")
    with unit:
        first = list(rows.order_by(*order)[:20])
        for side in ("after", "before"):
            assert list(page_of(rows, order, {side: cursor}).items) == first
            with pytest.raises(BadCursor):
                page_of(rows, order, {side: cursor}, strict=True)


def test_the_query_string_is_read_as_it_comes(unit: Unit, rows: QuerySet[Item]) -> None:
    with unit:
        first = page_of(rows, ("id",), QueryDict(""), size=20)
        rest = page_of(rows, ("id",), QueryDict(f"after={first.next_cursor}"), size=20)
    assert [item.pk for item in rest.items] == sorted(item.pk for item in rest.items)
    assert (len(rest.items), rest.next_cursor, bool(rest.prev_cursor)) == (3, "", True)


def test_an_empty_list_has_one_empty_page(unit: Unit) -> None:
    with unit:
        page = page_of(Item.objects.all(), ("-decided_at", "-id"), {})
    assert (list(page.items), page.next_cursor, page.prev_cursor) == ([], "", "")


def test_keys_come_back_as_they_were() -> None:
    keys = ["关于充电的建议", 12, None, True, 0.25]
    assert read_cursor(write_cursor(keys), 5) == keys
