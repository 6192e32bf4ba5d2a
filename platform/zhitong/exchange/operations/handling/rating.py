"""What the authors say of an answer that was opened to them (满意度)."""

from uuid import UUID

from django.db import IntegrityError, transaction

from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.journeys import Node
from zhitong.exchange.models import Assignment, EventKind, Handling, ItemFact, Satisfaction
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.exchange.operations.handling.common import clean
from zhitong.exchange.queries.chains import chain_down
from zhitong.units.current import unit_in_force

_WORDS_MOST = 500  # characters


@operation()
def rate(*, actor: Actor, handling_uuid: UUID, item_uuid: UUID, rating: str, words: str = "") -> Satisfaction:
    """Say how satisfied the authors of an item of the present unit are with an answer; once for each round.

    Its caller, the app of handling, has checked that the actor is one of the authors.

    Args:
        item_uuid: their item, from which the one that was handled was made, or that one itself.
        words: why; whoever is unsatisfied has to say it.

    Raises:
        NotFound: no such handling, it is not about that item, or its answer is not open to the authors.
        WrongState: an author of the item has rated it.
        InvalidInput: under `rating` or `words`.
    """
    unit = unit_in_force()
    handling = Handling.objects.select_for_update(of=("self",)).filter(uuid=handling_uuid).first()
    fact = ItemFact.objects.filter(unit=unit, item_uuid=item_uuid).first()
    if handling is None or fact is None or not is_answered_openly(handling):
        raise NotFound
    if Node(unit.pk, item_uuid) not in chain_down(handling.asker_id, handling.item_uuid):
        raise NotFound
    if rating not in Satisfaction.Rating.values:
        raise InvalidInput("请选择满意、基本满意或者不满意。", fields={"rating": ["请选择一项"]})
    missing = "不满意请写明哪里不满意，承办单位会据此再办。" if rating == Satisfaction.Rating.UNSATISFIED else ""
    said = clean(words, "words", missing, _WORDS_MOST)
    event = new_event(
        actor=actor,
        unit=unit,
        kind=EventKind.RATED,
        item_uuid=item_uuid,
        matter_id=fact.matter_id,
        reason=Satisfaction.Rating(rating).label,
        words=said,
    )
    write_events([event])
    try:
        with transaction.atomic():
            made = Satisfaction.objects.create(
                handling=handling,
                unit=unit,
                item_uuid=item_uuid,
                rating=rating,
                words=said,
                at=clock.now(),
                by=actor.label,
                event=event,
            )
    except IntegrityError as error:
        raise WrongState("这一次办理已经评价过，没有重复评价。", rule="一次办理评价一次") from error
    lead = handling.assignments.get(role=Assignment.Role.LEAD, state=Assignment.State.ANSWERED)
    for unit_id in {handling.asker_id, lead.unit_id} - {None}:
        outbox.publish("handling.rated", {"rating": made.pk}, unit_id=unit_id)
    audit.record(
        actor=actor,
        action="exchange.handling.rated",
        object_kind="handling",
        object_id=handling.uuid,
        rating=rating,
        item=str(item_uuid),
    )
    return made


def is_answered_openly(handling: Handling) -> bool:
    """Return whether the lead has answered and the authors may read it."""
    answered = handling.assignments.filter(role=Assignment.Role.LEAD, state=Assignment.State.ANSWERED)
    return handling.is_released and answered.exists()
