"""What the pages of rankings share: who reads, and in which unit."""

from django.http import HttpRequest

from zhitong.core.operations import Actor
from zhitong.units.models import Unit


def reader(request: HttpRequest) -> tuple[Actor, Unit]:
    """Return who reads and the unit they read in."""
    return request.user.actor, request.tenant  # type: ignore[union-attr, attr-defined]


def is_part(request: HttpRequest) -> bool:
    """Whether a script asks for a part of the page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def tab_rights(actor: Actor) -> dict[str, bool]:
    """Return which of the tabs over rankings and rules this reader may open."""
    return {
        "may_read": actor.can("ranking.read"),
        "may_configure": actor.can("ranking.configure"),
        "may_enter": actor.can("ranking.enter") or actor.can("ranking.approve"),
    }
