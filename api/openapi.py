"""The description of the API: the bearer scheme, and the problem every operation may answer with."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from api.errors import MEDIA_TYPE
from api.idempotency import HEADER

_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457；detail、fields、rule、who 与页面上的话相同。",
    "required": ["type", "title", "status", "detail", "code", "fields", "rule", "who"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
        "rule": _TEXT,
        "who": _TEXT,
    },
}
KEY_PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "pattern": r"^[\x21-\x7e]{1,128}$", "minLength": 1, "maxLength": 128},
    OpenApiParameter.HEADER,
    description="同一个键、同样的内容在 24 小时内只办一次，重发得到同样的答复。",
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `TokenAuthentication`."""

    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the bearer scheme."""
        return {"type": "http", "scheme": "bearer", "description": "在“密钥”页为程序建立的密钥。"}


def for_callers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Let every operation answer any error as a problem, and keep the words of our code to those who read the code.

    One of drf-spectacular's POSTPROCESSING_HOOKS.
    """
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for schema in schemas.values():
        if schema.get("type") == "object":
            schema.pop("description", None)  # the docstring of a serializer
    schemas["Problem"] = _PROBLEM
    answer = {
        "description": "没有办成，见 detail。",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for described in operations.values():
            if isinstance(described, dict) and "responses" in described:
                described["responses"]["default"] = answer
    return result
