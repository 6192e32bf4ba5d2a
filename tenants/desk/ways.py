"""A report's way as one reader of the unit sees it, with what only the unit knows of it."""

from tenants.accounts.models import User
from tenants.items.models import Item, State
from zhitong.core import glossary
from zhitong.core.operations import require_unit
from zhitong.exchange.journeys import Journey
from zhitong.exchange.queries import OtherLines, journey


def way_of(user: User, item: Item, lines: OtherLines | None = None) -> Journey | None:
    """Return the way of an item that the reader may see; None before it was submitted.

    The office sees the other lines of the matter that arrived in the unit together with it.

    Args:
        lines: the other lines, as far as this reader may know of them.
    """
    for_the_office = user.has_zt_perm("items.read_all")
    known = [fact.item_uuid for fact in lines.known] if lines and for_the_office else []
    way = journey(require_unit(), item.uuid, for_the_office=for_the_office, with_lines=known)
    if way and item.state == State.RETURNED:
        # What a reviewer sent back is known in the unit alone.
        here = next(stop for stop in way.stops if stop.fact and stop.fact.pk == way.fact.pk)
        here.said, here.said_next = (glossary.TO_REVISE, "back"), "等反映人修改后重新提交"
    return way
