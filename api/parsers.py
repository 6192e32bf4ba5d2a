"""Reading bodies: JSON in UTF-8, of bounded size and depth, with plain names."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.utils.json import strict_constant

from api.errors import TooLarge

_DEPTH = 16
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class BoundedJSONParser(BaseParser):
    """Parses a JSON object.

    Raises:
        TooLarge: over `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes.
        ParseError: broken UTF-8 or JSON, NaN, too deep, a name no field can have, or no object.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object in the body; an empty body is an empty object."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=strict_constant) if raw.strip() else {}
        except UnicodeDecodeError as error:
            raise ParseError("请求内容不是 UTF-8 编码。") from error
        except (ValueError, RecursionError) as error:
            raise ParseError("请求内容不是正确的 JSON。") from error
        if not isinstance(data, dict):
            raise ParseError("请求内容须是一个 JSON 对象。")
        _check(data)
        return data


def _check(data: dict[str, Any]) -> None:
    level: list[Any] = [data]
    for _ in range(_DEPTH):
        names = [name for value in level if isinstance(value, dict) for name in value]
        if not all(_NAME.fullmatch(name) for name in names):
            raise ParseError("请求内容里有不能使用的字段名。")
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise ParseError(f"请求内容嵌套太深，最多 {_DEPTH} 层。")
