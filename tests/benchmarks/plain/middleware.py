"""The one unit of a plain installation: a constant, not looked up."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from zhitong.units.models import Unit


@cache
def the_unit() -> Unit:
    """Return the only unit there is, read once a process."""
    return Unit.objects.get()


class OneUnitMiddleware:
    """Hands the views the constant that they would have found by host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        request.tenant = the_unit()  # type: ignore[attr-defined]
        anywhere: Any = connection
        anywhere.tenant = request.tenant  # type: ignore[attr-defined]
        return self.get_response(request)
