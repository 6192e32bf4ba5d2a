"""What counts, replaced from the events: nothing is ever incremented."""

from datetime import date

from django.db import connection
from django.db.models import QuerySet

from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Dispatch, ItemFact
from zhitong.ranking.counting import Counted, counted
from zhitong.ranking.history import happenings
from zhitong.ranking.models import CountedItem
from zhitong.ranking.scored import Matters

_LOCK = 7_105_003


@operation()
def recount(*, actor: Actor, year: int, matters: Matters | None = None) -> set[Counted]:
    """Replace what counts in a year by what the events say; return what came or went.

    Atomic, and two at once wait for each other; a second run finds no difference. With `matters` only the items of
    these are counted anew.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, year])
    there = CountedItem.objects.filter(on__range=(date(year, 1, 1), date(year, 12, 31)))
    if matters is None:
        return _replace(counted(happenings(year), year, ItemFact.objects.all(), Dispatch.objects.all()), there)
    facts = ItemFact.objects.filter(matter__in=matters.matters)
    items = list(facts.values_list("unit", "item_uuid"))
    sendings = Dispatch.objects.filter(
        sender__in={unit for unit, _item in items}, item_uuid__in={item for _unit, item in items}
    )
    found = counted(matters.happenings, year, facts, sendings)
    return _replace(found, there.filter(fact__matter__in=matters.matters))


def _replace(found: set[Counted], standing: QuerySet[CountedItem]) -> set[Counted]:
    """Bring the rows to what was found; rows that stay are not touched. Return those that came or went."""
    there = {
        Counted(unit, item, what, on): key
        for key, unit, item, what, on in standing.values_list("pk", "unit_id", "fact__item_uuid", "what", "on")
    }
    gone, new = there.keys() - found, found - there.keys()
    if gone:
        CountedItem.objects.filter(pk__in=[there[each] for each in gone]).delete()
    if new:
        _add(new)
    return gone | new


def _add(new: set[Counted]) -> None:
    facts = ItemFact.objects.filter(item_uuid__in={each.item_uuid for each in new})
    keys = {(unit, item): key for key, unit, item in facts.values_list("pk", "unit_id", "item_uuid")}
    rows = [
        CountedItem(fact_id=keys[each.unit_id, each.item_uuid], unit_id=each.unit_id, what=each.what, on=each.on)
        for each in new
    ]
    CountedItem.objects.bulk_create(rows, batch_size=5000)
