"""Lists in pages: the cursors are those of `zhitong.web.keyset`, which the pages use too."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from zhitong.core.text import whole_number
from zhitong.web.keyset import SIZE, BadCursor, page_of
from zhitong.web.parts import Page

_AFTER, _BEFORE = "a", "b"  # the first sign of a cursor says on which side of its row the page lies


class KeysetPagination(BasePagination):
    """Twenty rows a page, up to a hundred by `limit`; a cursor somebody made up is refused, never guessed."""

    max_page_size = 100
    ordering: Sequence[str] = ("-changed_at", "-id")

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return the rows of the page asked for.

        Raises:
            ParseError: the cursor or the limit cannot be read.
        """
        assert isinstance(queryset, QuerySet)
        cursor = request.query_params.get("cursor", "")
        side = {_AFTER: "after", _BEFORE: "before"}.get(cursor[:1], "")
        try:
            if cursor and not (side and cursor[1:]):
                raise BadCursor
            asked = {side: cursor[1:]} if cursor else {}
            self.page: Page[Any] = page_of(queryset, self.ordering, asked, size=self._size(request), strict=True)
        except BadCursor as error:
            raise ParseError("cursor 读不懂，请从第一页开始。") from error
        self.address = request.build_absolute_uri()
        return list(self.page.items)

    def get_paginated_response(self, data: Any) -> Response:
        """Return the rows with the addresses of the pages beside."""
        return Response(
            {
                "next": self._link(_AFTER, self.page.next_cursor),
                "previous": self._link(_BEFORE, self.page.prev_cursor),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page in OpenAPI."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe what chooses a page in OpenAPI."""
        text, number = {"type": "string"}, {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        return [
            {"name": "cursor", "in": "query", "required": False, "description": "上一页给出的位置。", "schema": text},
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": f"每页条数，1–{self.max_page_size}。",
                "schema": number,
            },
        ]

    def _size(self, request: Request) -> int:
        asked = request.query_params.get("limit")
        if asked is None:
            return SIZE
        size = whole_number(asked, 3)
        if size is None or not 1 <= size <= self.max_page_size:
            raise ParseError(f"limit 须是 1–{self.max_page_size} 的整数。")
        return size

    def _link(self, side: str, cursor: str) -> str | None:
        return str(replace_query_param(self.address, "cursor", f"{side}{cursor}")) if cursor else None
