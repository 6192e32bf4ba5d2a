"""Navigation entry of handling."""

from django.http import HttpRequest

from tenants.handling.queries import waiting
from zhitong.web.navigation import NavEntry, register


def _waiting(request: HttpRequest) -> int:
    return waiting(request.user)  # type: ignore[arg-type] # a unit's pages are behind its own users


register(
    NavEntry(
        "handling",
        "办理",
        "handling:list",
        "briefcase",
        permission="items.read_all",
        or_permission="exchange.receive",
        count=_waiting,
        order=32,
    )
)
