"""What the lock-out counts: a user, whether the login name or the mobile number was typed."""

from typing import Any

from django.http import HttpRequest

from tenants.accounts.cleaning import login_name
from tenants.accounts.models import User

_CACHE = "_zt_lockout_names"


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the login name behind what was typed (Axes' AXES_USERNAME_CALLABLE); unknown names stand for themselves.

    One query a request and name: known and unknown names cost the same.
    """
    typed = login_name(str((credentials or {}).get("username") or request.POST.get("username", "")))
    known: dict[str, str] = request.__dict__.setdefault(_CACHE, {})
    if typed not in known:
        known[typed] = _canonical(typed)
    return known[typed]


def _canonical(typed: str) -> str:
    try:
        return User.objects.get_by_natural_key(typed).username
    except (User.DoesNotExist, ValueError):  # ValueError: NUL, which no name holds
        return typed
