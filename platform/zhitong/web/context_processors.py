"""What every page's shell shows: navigation, unit, notices, the reader's mark. Computed once a request, when used."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from zhitong.core import clock
from zhitong.web import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the shell's values; nothing is read from the database before a template uses it."""
    known: dict[str, Any] | None = getattr(request, "zt_shell", None)
    if known is None:
        nav: Any = _once(lambda: navigation.visible(request))
        known = {
            "unit": getattr(request, "tenant", None),
            "nav": nav,
            "nav_words": _once(lambda: navigation.bar(nav)),
            "phone_tabs": _once(lambda: navigation.phone_tabs(nav)),
            "own_menu": _once(lambda: navigation.own_menu(request)),
            "units": _once(lambda: navigation.units(request)),
            "unread": _once(lambda: navigation.unread(request)),
            "reader_post": _once(lambda: navigation.post(request)),
            "reader_mark": _once(lambda: reader_mark(request)),
            "as_of": timezone.localtime(clock.now()),
        }
        request.zt_shell = known  # type: ignore[attr-defined]
    return known


def reader_mark(request: HttpRequest) -> str:
    """Return the words of the watermark: the reader's name and the minute; empty for a stranger."""
    user = getattr(request, "user", None)
    if not (user and user.is_authenticated):
        return ""
    name = user.get_full_name() or user.get_username()
    return f"{name} {timezone.localtime(clock.now()):%Y-%m-%d %H:%M}"


def _once(value: Callable[[], Any]) -> object:
    return SimpleLazyObject(value)
