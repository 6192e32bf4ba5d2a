"""Filters of the flow pages. Load with `{% load flows %}`."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(values: Mapping[str, Any] | None, name: str) -> Any:
    """Return what stands under a name that only the template knows; empty without."""
    return (values or {}).get(name, "")
