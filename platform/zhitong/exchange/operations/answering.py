"""What a receiver does with a paper: receipt; that its people read it; that an item answers a call."""

from uuid import UUID

from django.db.models import F

from zhitong.core import audit, clock, outbox
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import CallAnswer, Delivery, ItemFact, Paper, PaperKind
from zhitong.exchange.queries.papers import reaches
from zhitong.units.current import unit_in_force


@operation("exchange.receive")
def receive_paper(*, actor: Actor, delivery_uuid: UUID) -> Delivery:
    """Confirm receipt (签收) of what came down. Receipting twice is no fault and changes nothing.

    Raises:
        NotFound: not a delivery to this unit.
        WrongState: it was withdrawn.
    """
    found = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("paper__unit")
    delivery = found.filter(uuid=delivery_uuid, receiver=unit_in_force()).first()
    if delivery is None:
        raise NotFound
    if delivery.received_at is not None:
        return delivery
    if delivery.paper.is_withdrawn:
        raise WrongState(f"{delivery.paper.unit.short_name}已撤回这一件，不需要签收。")
    delivery.received_at = clock.now()
    delivery.save(update_fields=["received_at"])
    audit.record(actor=actor, action="exchange.paper.received", object_kind="delivery", object_id=delivery.uuid)
    return delivery


@operation()
def count_reading(*, actor: Actor, paper_uuid: UUID, readers: int, confirmed: int) -> None:
    """Add to how many of the present unit's people have read and confirmed a paper that came down to them.

    Its caller knows each reader and counts each once; nothing for the unit's own papers, whose readers it knows.
    """
    came = Delivery.objects.filter(paper__uuid=paper_uuid, receiver=unit_in_force())
    came.update(readers=F("readers") + readers, confirmed=F("confirmed") + confirmed)


@operation()
def answer_call(*, actor: Actor, paper_uuid: UUID, item_uuid: UUID) -> CallAnswer:
    """Link a registered item of the present unit to the call it answers; its caller checks the right.

    The same link twice is one. What is scored for the item counts as answering a call from then on. A call that is
    over, or was withdrawn meanwhile, is answered all the same: the text was asked for.

    Raises:
        NotFound: no such item of this unit, or no call that reached it.
        WrongState: the item answers another call.
    """
    unit = unit_in_force()
    fact = ItemFact.objects.select_for_update(no_key=True).filter(unit=unit, item_uuid=item_uuid).first()
    paper = Paper.objects.filter(uuid=paper_uuid, kind=PaperKind.CALL).first()
    if fact is None or paper is None or not reaches(paper, unit.pk):
        raise NotFound
    known = CallAnswer.objects.select_related("paper").filter(unit=unit, item_uuid=item_uuid).first()
    if known:
        if known.paper_id != paper.pk:
            raise WrongState(f"这一篇已应约“{known.paper.title}”。", rule="一篇信息只应一次约稿")
        return known
    answer = CallAnswer.objects.create(paper=paper, unit=unit, item_uuid=item_uuid, at=clock.now())
    outbox.publish("exchange.authors.changed", {"fact": fact.pk}, unit_id=None)
    audit.record(
        actor=actor, action="exchange.call.answered", object_kind="paper", object_id=paper.uuid, item=str(item_uuid)
    )
    return answer
