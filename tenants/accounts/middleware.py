"""Keeps a session inside the unit it was opened in, and an expired password out of everything but its change."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhitong.core.operations import current_unit_id

SESSION_KEY = "unit_id"
MUST_CHANGE_KEY = "must_change_password"


class UnitSessionMiddleware:
    """Ends a session that was not opened in the unit in force.

    Sessions live in the unit's schema and cookies are host-only already; this is the second wall. A session whose
    password is out of date reaches the page that changes it, and nothing else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check one request."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.session.get(SESSION_KEY) != current_unit_id():
            logout(request)
        elif request.session.get(MUST_CHANGE_KEY) and request.path not in _open_paths():
            return redirect("accounts:password")
        return self.get_response(request)


def _open_paths() -> tuple[str, str]:
    return reverse("accounts:password"), reverse("accounts:logout")
