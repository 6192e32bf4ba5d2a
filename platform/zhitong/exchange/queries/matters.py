"""The other lines of one matter, as far as a reader may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from zhitong.exchange.models import ItemFact, Matter


@dataclass(frozen=True, slots=True)
class OtherLines:
    """The lines that are one matter with an item's own.

    Everybody on a line knows how many others there are and who said so, and nothing else of them: `known` are the items
    of the reader's own unit on the other lines, for its office alone.
    """

    count: int
    said_by: str
    known: Sequence[ItemFact] = ()

    @property
    def words(self) -> str:
        """That there are other lines, without a word on whose they are."""
        return f"同一件事另有 {self.count} 条线报来，{self.said_by}认定，各计各的分。"


def other_lines(unit_id: int, item_uuid: UUID, *, for_the_office: bool = False) -> OtherLines | None:
    """Return the other lines of the matter of an item of the unit; None when it stands alone.

    The caller has checked that the reader may see the item.

    Args:
        for_the_office: the reader reads for the unit, not as an author (`items.read_all`).
    """
    own = ItemFact.objects.select_related("matter").filter(unit_id=unit_id, item_uuid=item_uuid).first()
    if own is None:
        return None
    head = own.matter.joined_to_id or own.matter_id
    lines = list(Matter.objects.filter(Q(pk=head) | Q(joined_to=head)).select_related("joined_by").order_by("pk"))
    others = [line for line in lines if line.pk != own.matter_id]
    if not others:
        return None
    said_by = next(line.joined_by.short_name for line in lines if line.joined_by)
    known = ItemFact.objects.filter(unit_id=unit_id, matter__in=others).order_by("submitted_at")
    return OtherLines(len(others), said_by, list(known) if for_the_office else ())
