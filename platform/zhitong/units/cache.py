"""Cache keys: those of a unit carry its schema, those of the platform say so; nothing is shared by accident."""

from typing import Any, cast

from django.db import connection


def unit_key(key: str, key_prefix: str, version: int) -> str:
    """Return the full key of `key` for the schema in force (Django's KEY_FUNCTION)."""
    return f"{cast('Any', connection).schema_name}:{key_prefix}:{version}:{key}"
