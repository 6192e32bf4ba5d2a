"""Where a unit's own rows contradict what the network knows of them: for `zhitong exchange verify`."""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef

from tenants.items.models import Item, Source, State
from tenants.papers.models import Reader
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Audience, CallAnswer, Delivery, Dispatch, ItemFact, MergePart, Paper
from zhitong.exchange.queries import Fault


def unit_faults() -> Iterator[Fault]:
    """Yield every contradiction between the unit's rows and public ones; a constant number of queries."""
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
    yield from _paper_faults(unit_id)


def _paper_faults(unit_id: int) -> Iterator[Fault]:
    """Yield where what the unit's people did with papers contradicts what the network knows of it."""
    answer = CallAnswer.objects.filter(unit_id=unit_id, item_uuid=OuterRef("uuid"))
    called = Item.objects.filter(call_uuid__isnull=False, source=Source.CALL).exclude(state=State.DRAFT)
    for uuid in called.filter(~Exists(answer)).order_by("pk").values_list("uuid", flat=True):
        yield Fault("item", uuid, "written from a call, but the network does not know which")
    wrote = Item.objects.filter(uuid=OuterRef("item_uuid"), call_uuid=OuterRef("paper__uuid"))
    known = CallAnswer.objects.filter(~Exists(wrote), unit_id=unit_id)
    for uuid in known.order_by("pk").values_list("item_uuid", flat=True):
        yield Fault("item", uuid, "known as an answer to a call, but the unit has none for that call")
    rows = Reader.objects.filter(read_at__isnull=False).values("paper_uuid").order_by()
    counts = rows.annotate(n=Count("pk"), sure=Count("confirmed_at")).values_list("paper_uuid", "n", "sure")
    read = {uuid: (n, sure) for uuid, n, sure in counts}
    came = Delivery.objects.filter(receiver_id=unit_id).order_by("pk")
    for uuid, paper, readers, confirmed in came.values_list("uuid", "paper__uuid", "readers", "confirmed"):
        if (readers, confirmed) != read.get(paper, (0, 0)):
            yield Fault("delivery", uuid, "read or confirmed by another number of people than the unit knows of")
    named = Reader.objects.filter(paper_uuid=OuterRef("uuid"), is_addressed=True)
    own = Paper.objects.filter(~Exists(named), unit_id=unit_id, audience=Audience.NAMED)
    for uuid in own.order_by("pk").values_list("uuid", flat=True):
        yield Fault("paper", uuid, "for people whom nobody named")
