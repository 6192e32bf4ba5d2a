"""Keeps a session inside its unit, an expired password out of everything but its change, and a closed unit as it is."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from zhitong.core.errors import WrongState
from zhitong.core.operations import current_unit_id
from zhitong.units.models import Lifecycle
from zhitong.units.queries import closed_words
from zhitong.web import views

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


class ClosedUnitMiddleware:
    """Lets people of a closed unit (已撤销) come in and read, and refuses whatever would change something there.

    Programs meet the same at the operations behind the API, which tell them in their own form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass one request on; `process_view` knows which page it is for."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse a change by whoever is signed in, naming the successor."""
        unit: Any = getattr(request, "tenant", None)
        if unit is None or unit.lifecycle != Lifecycle.CLOSED or request.method in {"GET", "HEAD", "OPTIONS"}:
            return None
        page = request.resolver_match
        if page is None or page.namespace in _OPEN_APPS or page.view_name in _OPEN_PAGES:
            return None
        refusal = WrongState(f"{closed_words(unit)}档案只供查阅，不能办理。", rule="已撤销的单位只供查阅")
        return views.refused(request, refusal)


# What people of a closed unit still do for themselves: come in and out, read notices and say how they are mailed, take
# lists of the archive with them, and join the account to that of the unit they came to.
_OPEN_APPS = {"notices", "api", "exports"}
_OPEN_PAGES = {
    "accounts:login", "accounts:logout", "accounts:password", "accounts:invite", "accounts:key_revoke",
    "accounts:joined",
}  # fmt: skip


def _open_paths() -> tuple[str, str]:
    return reverse("accounts:password"), reverse("accounts:logout")
