"""Whose figures a reader may open: the own unit's and those of all below it, or the whole province's."""

from zhitong.core.operations import Actor
from zhitong.units.models import Level, Unit, UnitKind
from zhitong.units.queries import subtree


def reached(actor: Actor, own: Unit) -> frozenset[int]:
    """Return the units (by key) whose figures, and the lists behind them, the actor may open; none without the right.

    A provincial committee stands above everybody: there only who may look over the province sees more than its own.
    """
    if actor.can("monitor.province"):
        return frozenset(Unit.objects.values_list("pk", flat=True))
    if not actor.can("ranking.read"):
        return frozenset()
    if own.level == Level.PROVINCE and own.kind == UnitKind.COMMITTEE:
        return frozenset({own.pk})
    return frozenset(subtree(own))
