"""Lists by keyset: a cursor names the row at the edge, so a page costs the same wherever it lies."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

_CURSOR = re.compile(r"[A-Za-z0-9+/=]*")
_UNREADABLE = "cursor 读不懂，请从第一页开始。"


class KeysetPagination(CursorPagination):
    """Twenty rows a page, up to a hundred by `limit`; a cursor somebody made up is refused, never guessed."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "limit"
    page_size_query_description = "每页条数，1–100。"
    cursor_query_description = "上一页给出的位置。"
    ordering = ("-changed_at", "-id")

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """Return the rows of the page asked for.

        Raises:
            ParseError: the cursor cannot be read.
        """
        if not _CURSOR.fullmatch(request.query_params.get("cursor", "")):
            raise ParseError(_UNREADABLE)
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, TypeError) as error:
            raise ParseError(_UNREADABLE) from error

    def get_page_size(self, request: Request) -> int:
        """Return the number of rows asked for.

        Raises:
            ParseError: not a whole number from 1 to the most allowed.
        """
        asked = request.query_params.get("limit")
        if asked is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= self.max_page_size:
            raise ParseError(f"limit 须是 1–{self.max_page_size} 的整数。")
        return int(asked)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page in OpenAPI."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
