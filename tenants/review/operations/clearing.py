"""Sign-off for a destination: what a flow demands before an approved item goes there (省级须主席签批)."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from tenants.items.models import Item, State
from tenants.review import engine
from tenants.review.definition import DESTINATIONS, parse
from tenants.review.models import Run, Verb
from tenants.review.operations.common import bad, finish
from zhitong.core import clock
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation


@operation("exchange.send")
def ask_clearance(*, actor: Actor, item_uuid: UUID, destinations: Sequence[str]) -> Run:
    """Send an approved item through the steps that its flow demands for these destinations (报送审签).

    The run follows the flow version of the item's review, and passes only what the destinations add to it.

    Raises:
        NotFound: no such item, or it was never reviewed here.
        WrongState: it is not approved, is being signed off already, or nothing more is demanded.
        InvalidInput: under `destinations`: none, or an unknown one.
    """
    codes = [code for code in DESTINATIONS if code in destinations]
    if not codes or set(destinations) - set(DESTINATIONS):
        raise bad("destinations", "请选择报送去向。")
    item = Item.objects.select_for_update(of=("self",)).filter(uuid=item_uuid).first()
    reviewed = _reviewed(item) if item else None
    if item is None or reviewed is None:
        raise NotFound
    if item.state != State.APPROVED:
        raise WrongState(f"这一篇现在是“{item.get_state_display()}”，签发后才能送审报送。")
    if Run.objects.filter(item=item, state__in=[Run.State.RUNNING, Run.State.RETURNED]).exists():
        raise WrongState("这一篇正在审签，请等审签结束。")
    run = Run(
        item=item,
        flow_version=reviewed.flow_version,
        purpose=Run.Purpose.CLEARANCE,
        destinations=codes,
        difficulty=reviewed.difficulty,
        started_at=clock.now(),
    )
    run.save(force_insert=True)
    frame = engine.frame_of(actor, run)
    frame.act(Verb.START, aim="、".join(DESTINATIONS[code] for code in codes))
    if not engine.advance(frame, None, decided=False):
        raise WrongState("按流程，报到那里不用另外审签，可以直接报送。", rule=frame.flow_words)
    return finish(frame, "run.started", purpose="clearance", destinations=codes)


def missing_clearance(item: Item, destinations: Sequence[str]) -> tuple[list[str], str]:
    """Return which destinations an approved item may not go to yet, and the rule in words; nothing without a rule.

    A destination is free when its flow version demands no step for it, or a run passed for it: the review itself, or a
    sign-off after it. A sign-off of a text whose approval was taken back since does not count.
    """
    reviewed = _reviewed(item)
    if reviewed is None:
        return [], ""
    definition = parse(reviewed.flow_version.definition)
    if not definition.asks_for("destination"):
        return [], ""
    facts = {**engine.facts_of(item), "difficulty": reviewed.difficulty}
    cleared = _cleared(reviewed)
    usual = set(definition.walk(facts))
    missing = [
        code
        for code in destinations
        if code not in cleared and set(definition.walk({**facts, "destination": (code,)})) - usual
    ]
    return missing, f"“{reviewed.flow_version.flow.name}”流程第 {reviewed.flow_version.number} 版"


def _cleared(reviewed: Run) -> set[str]:
    if reviewed.ended_at is None:
        return set()
    later = Q(item=reviewed.item_id, started_at__gte=reviewed.ended_at)
    passed = Run.objects.filter(Q(pk=reviewed.pk) | later, state=Run.State.PASSED)
    return {code for codes in passed.values_list("destinations", flat=True) for code in codes}


def _reviewed(item: Item) -> Run | None:
    runs = Run.objects.filter(item=item, purpose=Run.Purpose.REVIEW).select_related("flow_version__flow", "item")
    return runs.order_by("-pk").first()
