"""What merged items were made of, and where sources went."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery

from zhitong.exchange.journeys.stops import Node
from zhitong.exchange.models import ItemFact, MergePart


def parts_of(unit_id: int, item_uuid: UUID) -> list[MergePart]:
    """Return the sources of a merged item in their order, withdrawn ones included; nothing for any other item."""
    return list(_standing(unit_id).filter(item_uuid=item_uuid).select_related("withdrawal").order_by("order"))


def part_of(unit_id: int, item_uuid: UUID) -> MergePart | None:
    """Return the part that an item of the unit has in a merged one, withdrawn or not; None when it stands by itself."""
    return _standing(unit_id).filter(source_uuid=item_uuid).first()


def merged_into(unit_id: int, item_uuid: UUID) -> ItemFact | None:
    """Return the merged item of which an item of the unit is a source; None for one that stands by itself."""
    part = part_of(unit_id, item_uuid)
    return ItemFact.objects.filter(unit_id=unit_id, item_uuid=part.item_uuid).first() if part else None


@dataclass(frozen=True, slots=True)
class Merge:
    """What an item was merged into, and with how many others; withdrawn ones are counted as they stood."""

    into: UUID
    others: int


def merges_of(units: Iterable[int], items: Iterable[UUID]) -> dict[Node, Merge]:
    """Return the merge of each of some items that is a source of one, by one query."""
    own = MergePart.objects.filter(unit_id__in=units, source_uuid__in=items, ended_at__isnull=True)
    together = (
        MergePart.objects.filter(unit_id=OuterRef("unit_id"), item_uuid=OuterRef("item_uuid"), ended_at__isnull=True)
        .order_by()
        .values("item_uuid")
        .annotate(number=Count("pk"))
        .values("number")
    )
    counted = own.annotate(number=Subquery(together, output_field=IntegerField()))
    return {Node(part.unit_id, part.source_uuid): Merge(part.item_uuid, part.number - 1) for part in counted}


def merged_into_matters(matters: Collection[int]) -> set[int]:
    """Return the matters (keys) of what items of `matters` were merged into, directly or by further merges."""
    found: set[int] = set()
    ahead = set(matters)
    while ahead:
        parts = _parts().filter(source_matter_id__in=ahead)
        ahead = set(parts.values_list("matter_id", flat=True)) - found
        found |= ahead
    return found


def bound_by_merges(matters: Collection[int]) -> set[int]:
    """Return matters with all that any chain of merges, up and down, ever bound to them.

    A merge that was taken apart binds as well: what the merged item got counts for it alone from then on.
    """
    found: set[int] = set()
    ahead = set(matters)
    while ahead:
        found |= ahead
        parts = MergePart.objects.filter(Q(matter_id__in=ahead) | Q(source_matter_id__in=ahead))
        ahead = {key for pair in parts.values_list("matter_id", "source_matter_id") for key in pair} - found
    return found


def _parts() -> QuerySet[MergePart]:
    return MergePart.objects.filter(ended_at__isnull=True)


def _standing(unit_id: int) -> QuerySet[MergePart]:
    return _parts().filter(unit_id=unit_id)
