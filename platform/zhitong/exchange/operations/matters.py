"""One matter on several lines: reports that arrived on different ways are said to be the same (同一件事), or not."""

from uuid import UUID

from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import ItemFact, Matter
from zhitong.units.current import unit_in_force


@operation("exchange.receive")
def join_lines(*, actor: Actor, item_uuid: UUID, other_uuid: UUID) -> Matter:
    """Say that two items of the present unit are one matter; each line keeps its items, events and credit.

    What either was joined with before belongs together from now on. Returns the matter that the others are joined to:
    the one that began first.

    Raises:
        NotFound: one of them is not registered here.
        InvalidInput: it is the same item twice.
        WrongState: both are one matter already.
    """
    if item_uuid == other_uuid:
        raise InvalidInput("请选另一篇。", fields={"other": ["请选另一篇"]})
    unit = unit_in_force()
    heads = {_head_of(_matter_of(uuid)) for uuid in (item_uuid, other_uuid)}
    first, *others = Matter.objects.select_for_update(of=("self",)).filter(pk__in=heads).order_by("pk")
    if not others or any(matter.joined_to_id for matter in (first, *others)):
        raise WrongState("这两篇已经认定为同一件事，或者刚刚有人改过。", who="刷新后可以看到最新情况")
    [other] = others
    said = {"joined_to": first, "joined_by": unit, "joined_at": clock.now()}
    other.lines.update(joined_to=first)
    Matter.objects.filter(pk=other.pk).update(**said)
    _note(actor, "joined", item_uuid, other=str(other_uuid))
    return first


@operation("exchange.receive")
def part_lines(*, actor: Actor, item_uuid: UUID) -> None:
    """Say that the line of an item of the present unit is a matter of its own after all; the other lines stay together.

    Raises:
        NotFound: the item is not registered here.
        WrongState: it is joined with nothing.
    """
    matter = _matter_of(item_uuid)
    head = Matter.objects.select_for_update(of=("self",)).get(pk=_head_of(matter))
    lines = list(head.lines.select_for_update(of=("self",)).order_by("pk"))
    if not lines or matter.pk not in {head.pk, *(line.pk for line in lines)}:
        raise WrongState("这一篇没有与别的线认定为同一件事。", who="刷新后可以看到最新情况")
    alone = {"joined_to": None, "joined_by": None, "joined_at": None}
    if matter.pk != head.pk:
        Matter.objects.filter(pk=matter.pk).update(**alone)
    else:
        heir, *rest = lines
        Matter.objects.filter(pk=heir.pk).update(**alone)
        Matter.objects.filter(pk__in=[line.pk for line in rest]).update(joined_to=heir)
    _note(actor, "parted", item_uuid)


def _matter_of(item_uuid: UUID) -> Matter:
    fact = ItemFact.objects.select_related("matter").filter(unit=unit_in_force(), item_uuid=item_uuid).first()
    if fact is None:
        raise NotFound
    return fact.matter


def _head_of(matter: Matter) -> int:
    return matter.joined_to_id or matter.pk


def _note(actor: Actor, what: str, item_uuid: UUID, **data: object) -> None:
    audit.record(actor=actor, action=f"exchange.matter.{what}", object_kind="item", object_id=item_uuid, **data)
