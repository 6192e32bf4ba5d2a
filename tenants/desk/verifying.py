"""Where a unit's own items contradict what the network knows of them: for `zhitong exchange verify`."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from tenants.items.models import Item, State
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Dispatch, ItemFact, MergePart
from zhitong.exchange.queries import Fault


def unit_faults() -> Iterator[Fault]:
    """Yield every contradiction between the unit's items and public rows; a constant number of queries."""
    unit_id = require_unit()
    fact = ItemFact.objects.filter(unit_id=unit_id, item_uuid=OuterRef("uuid"))
    known = Item.objects.exclude(state=State.DRAFT)
    for uuid in known.filter(~Exists(fact)).order_by("pk").values_list("uuid", flat=True):
        yield Fault("item", uuid, "submitted, but the network does not know it")
    item = Item.objects.filter(uuid=OuterRef("item_uuid")).exclude(state=State.DRAFT)
    for uuid in ItemFact.objects.filter(~Exists(item), unit_id=unit_id).values_list("item_uuid", flat=True):
        yield Fault("item", uuid, "known to the network, but the unit does not have it")
    part = MergePart.objects.filter(unit_id=unit_id, source_uuid=OuterRef("uuid"), ended_at__isnull=True)
    for uuid in Item.objects.filter(~Exists(part), state=State.MERGED).order_by("pk").values_list("uuid", flat=True):
        yield Fault("item", uuid, "merged, but the network does not know into what")
    for uuid in Item.objects.filter(Exists(part)).exclude(state=State.MERGED).values_list("uuid", flat=True):
        yield Fault("item", uuid, "a source of a merged item, but not marked as merged")
    dispatch = Dispatch.objects.filter(
        receiver_id=unit_id, uuid=OuterRef("dispatch_uuid"), accepted_item_uuid=OuterRef("uuid")
    )
    received = Item.objects.filter(~Exists(dispatch), dispatch_uuid__isnull=False)
    for uuid in received.order_by("pk").values_list("uuid", flat=True):
        yield Fault("item", uuid, "made from a dispatch that does not name it")
    made = Item.objects.filter(uuid=OuterRef("accepted_item_uuid"), dispatch_uuid=OuterRef("uuid"))
    accepted = Dispatch.objects.filter(~Exists(made), receiver_id=unit_id, accepted_item_uuid__isnull=False)
    for uuid in accepted.order_by("pk").values_list("uuid", flat=True):
        yield Fault("dispatch", uuid, "accepted, but the unit has no item of it")
