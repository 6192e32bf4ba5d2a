"""Reads over exports: everybody's own, and how many wait."""

from uuid import UUID

from django.db.models import QuerySet

from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor, require_unit
from zhitong.exports.models import UNFINISHED, Export


def own_exports(actor: Actor) -> QuerySet[Export]:
    """Return the exports that the actor asked for in the unit in force and that are not past their time."""
    return Export.objects.filter(unit=require_unit(), user_uuid=actor.user_key, expires_at__gt=clock.now())


def own_export(actor: Actor, export_uuid: UUID) -> Export:
    """Return one of the actor's own exports, with its unit.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = own_exports(actor).select_related("unit").filter(uuid=export_uuid).first()
    if found is None:
        raise NotFound
    return found


def waiting_count() -> int:
    """Return how many exports of all units wait or run."""
    return Export.objects.filter(state__in=UNFINISHED).count()
