"""Whose figures a reader may open: the own unit's and those of all below it, or the whole province's."""

from django.db.models import QuerySet

from zhitong.core.operations import Actor
from zhitong.units.models import Level, Unit, UnitKind
from zhitong.units.queries import subtree


def reached(actor: Actor, own: Unit) -> QuerySet[Unit]:
    """Return the units whose figures, and the lists behind them, the actor may open; none without the right.

    A provincial committee stands above everybody: there only who may look over the province sees more than its own.
    """
    units: QuerySet[Unit] = Unit.objects.all()
    if actor.can("monitor.province"):
        return units
    if not actor.can("ranking.read"):
        return units.none()
    if own.level == Level.PROVINCE and own.kind == UnitKind.COMMITTEE:
        return units.filter(pk=own.pk)
    return units.filter(pk__among=subtree(own))
