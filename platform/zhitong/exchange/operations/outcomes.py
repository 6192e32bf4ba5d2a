"""Outcomes: what a unit decided on its own item, or what a body outside decided and the unit records by hand."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange import packets
from zhitong.exchange.models import (
    AdoptionMode,
    Dispatch,
    Event,
    EventKind,
    HandlingStep,
    ItemFact,
    MergePart,
    Packet,
    Visibility,
)
from zhitong.exchange.operations.events import clean_words, new_event, write_events
from zhitong.units.current import unit_in_force
from zhitong.units.models import ExternalBody, Unit

OUTCOMES = frozenset(
    {
        EventKind.ADOPTED,
        EventKind.KEPT,
        EventKind.DECLINED,
        EventKind.INSTRUCTION,
        EventKind.REPLIED,
        EventKind.PUBLISHED,
        EventKind.WITHDRAWN,
    }
)
_STATE_OF = {
    EventKind.ADOPTED: Dispatch.State.ADOPTED,
    EventKind.KEPT: Dispatch.State.KEPT,
    EventKind.DECLINED: Dispatch.State.DECLINED,
}


@operation()
def record(
    *,
    actor: Actor,
    item_uuid: UUID,
    kind: EventKind,
    mode: AdoptionMode | str = "",
    body: ExternalBody | None = None,
    occurred_on: date | None = None,
    bulletin: str = "",
    issue_number: str = "",
    leader: str = "",
    leader_rank: str = "",
    words: str = "",
    visibility: Visibility = Visibility.FACT,
    reason: str = "",
    text: Mapping[str, str] | None = None,
) -> Event:
    """Record an outcome of an item of the present unit. Its caller (review, desk) checks the right.

    Without `body` the unit itself decided; with one, the unit records by hand what that body answered, which needs a
    dispatch to it, or for a leader's instruction the item alone. A unit adopts its own merged item as merged (综合),
    whatever `mode` says.

    Args:
        text: title and sections as the unit adopts them; where they are not what it was sent, the event says so.

    Raises:
        NotFound: no such item of this unit.
        InvalidInput: an adoption without mode, a future date, a body the item was not sent to, words that cannot be
            kept.
        WrongState: the same adoption is recorded already.
    """
    unit = unit_in_force()
    fact = (
        ItemFact.objects.select_for_update(of=("self",))
        .select_related("matter")
        .filter(unit=unit, item_uuid=item_uuid)
        .first()
    )
    if fact is None:
        raise NotFound
    on = occurred_on or clock.today()
    _check(fact, kind, mode, on)
    written = clean_words(
        {
            "bulletin": bulletin,
            "issue_number": issue_number,
            "leader": leader,
            "leader_rank": leader_rank,
            "words": words,
            "reason": reason,
        }
    )
    dispatch = _dispatch_to(unit, item_uuid, body, kind) if body else None
    sources = MergePart.objects.filter(unit=unit, item_uuid=item_uuid, ended_at__isnull=True)
    if kind == EventKind.ADOPTED and body is None and sources.exists():
        mode = AdoptionMode.MERGED
    _refuse_repeat(unit, item_uuid, kind, body, written["bulletin"], written["issue_number"])
    event = new_event(
        actor=actor,
        unit=unit,
        body=body,
        kind=kind,
        mode=mode if kind == EventKind.ADOPTED else "",
        item_uuid=item_uuid,
        matter=fact.matter,
        dispatch=dispatch,
        occurred_on=on,
        visibility=visibility,
        is_edited=kind == EventKind.ADOPTED and fact.is_received and _is_edited(unit, item_uuid, text),
        **written,
    )
    write_events([event])
    _move_dispatches(event, _STATE_OF.get(kind))
    audit.record(
        actor=actor, action=f"exchange.item.{kind}", object_kind="item", object_id=item_uuid, event=str(event.uuid)
    )
    return event


@operation("exchange.record")
def reverse(*, actor: Actor, event_uuid: UUID, reason: str) -> Event:
    """Correct a wrong outcome by a further event (冲正); scores and journeys follow, nothing is removed.

    Raises:
        NotFound: not an event of this unit.
        InvalidInput: no reason, or not an outcome.
        WrongState: it was reversed already, or a handler answered so.
    """
    reason = clean_reason(reason, "冲正必须写明理由。")
    unit = unit_in_force()
    wrong = Event.objects.select_related("matter", "body", "dispatch").filter(uuid=event_uuid, unit=unit).first()
    if wrong is None:
        raise NotFound
    return _reverse(actor, unit, wrong, reason)


@operation()
def withdraw_decision(*, actor: Actor, item_uuid: UUID, kind: EventKind, reason: str) -> Event:
    """Reverse the unit's own latest standing decision of that kind on an item; review, its caller, checks the right.

    Raises:
        NotFound: there is none.
    """
    unit = unit_in_force()
    own = Event.objects.select_related("matter", "body", "dispatch").filter(
        unit=unit, item_uuid=item_uuid, kind=kind, body__isnull=True, reverses__isnull=True, reversed_by__isnull=True
    )
    wrong = own.order_by("-id").first()
    if wrong is None:
        raise NotFound
    return _reverse(actor, unit, wrong, clean_reason(reason, "冲正必须写明理由。"))


def _reverse(actor: Actor, unit: Unit, wrong: Event, reason: str) -> Event:
    if wrong.kind not in OUTCOMES or wrong.reverses_id:
        raise InvalidInput("只有采用、批示等结果可以冲正。")
    if HandlingStep.objects.filter(event=wrong).exists():
        raise WrongState(
            "这是承办单位交来的办结答复，不能冲正。", rule="登记的结果才可以冲正", who="不满意的可以要求再次办理"
        )
    event = new_event(
        actor=actor,
        unit=unit,
        body=wrong.body,
        kind=wrong.kind,
        mode=wrong.mode,
        item_uuid=wrong.item_uuid,
        matter=wrong.matter,
        dispatch=wrong.dispatch,
        reverses=wrong,
        reason=reason,
    )
    try:
        with transaction.atomic():
            write_events([event])
    except IntegrityError as error:
        raise WrongState("这条结果已经冲正。") from error
    part = MergePart.objects.filter(withdrawal=wrong).first()
    if part:  # a source that was withdrawn by mistake stands in its merged item again, with what became of that
        part.withdrawal = None
        part.save(update_fields=["withdrawal"])
        state = _standing_state(unit, part.item_uuid, None) or Dispatch.State.ACCEPTED
        sources = Dispatch.objects.filter(made__unit=unit, made__item_uuid=part.source_uuid)
        sources.exclude(state=Dispatch.State.MOVED).update(state=state)
    else:
        _move_dispatches(wrong, _state_left(unit, wrong))
    audit.record(
        actor=actor, action="exchange.event.reversed", object_kind="event", object_id=wrong.uuid, reason=reason
    )
    return event


def _check(fact: ItemFact, kind: EventKind, mode: str, on: date) -> None:
    if kind not in OUTCOMES:
        raise InvalidInput("这不是可以登记的结果。", fields={"kind": ["请选择采用、留存、不采用、批示或答复"]})
    if kind == EventKind.ADOPTED and mode not in AdoptionMode.values:
        raise InvalidInput("请写明是单篇、综合还是转送采用。", fields={"mode": ["请选择采用方式"]})
    if on > clock.today():
        raise InvalidInput("结果的日期不能在今天之后。", fields={"occurred_on": ["不能在今天之后"]})
    if on < fact.submitted_on:
        raise InvalidInput(
            f"结果的日期不能早于来稿日期 {fact.submitted_on:%Y-%m-%d}。", fields={"occurred_on": ["早于来稿日期"]}
        )


def _is_edited(unit: Unit, item_uuid: UUID, text: Mapping[str, str] | None) -> bool:
    """Return whether a text differs from the one the item was made from; never of a merged item, made from several."""
    if text is None:
        return False
    made = Packet.objects.filter(dispatches__made__unit=unit, dispatches__made__item_uuid=item_uuid)
    sent = made.values_list("content", flat=True).first()
    return sent is not None and any((sent.get(name) or "") != text.get(name, "") for name in packets.TEXT_FIELDS)


def _dispatch_to(unit: Unit, item_uuid: UUID, body: ExternalBody, kind: EventKind) -> Dispatch | None:
    dispatch = Dispatch.objects.filter(sender=unit, item_uuid=item_uuid, body=body).order_by("-attempt").first()
    if dispatch is None and kind != EventKind.INSTRUCTION:
        raise InvalidInput(f"这一篇没有报送{body.short_name}，不能登记它的结果。", fields={"body": ["请先登记报送"]})
    return dispatch


def _refuse_repeat(
    unit: Unit, item_uuid: UUID, kind: EventKind, body: ExternalBody | None, bulletin: str, issue_number: str
) -> None:
    if kind != EventKind.ADOPTED:
        return
    same = Event.objects.filter(
        unit=unit, item_uuid=item_uuid, kind=kind, body=body, bulletin=bulletin, issue_number=issue_number
    ).filter(reverses__isnull=True, reversed_by__isnull=True)
    if same.exists():
        raise WrongState("同一单位、同一期的采用已经登记，没有重复登记。")


def _state_left(unit: Unit, wrong: Event) -> Dispatch.State | None:
    """Return the state a dispatch falls back to when `wrong` no longer holds."""
    fallback = Dispatch.State.SENT if wrong.body_id else Dispatch.State.ACCEPTED
    return _standing_state(unit, wrong.item_uuid, wrong.body) or fallback


def _standing_state(unit: Unit, item_uuid: UUID, body: ExternalBody | None) -> Dispatch.State | None:
    standing = (
        Event.objects.filter(unit=unit, item_uuid=item_uuid, body=body, kind__in=_STATE_OF)
        .filter(reverses__isnull=True, reversed_by__isnull=True)
        .order_by("-id")
        .values_list("kind", flat=True)
        .first()
    )
    return _STATE_OF[EventKind(standing)] if standing else None


def _move_dispatches(event: Event, state: Dispatch.State | None) -> None:
    """Let the dispatches that a decision answers show it: the one to the body, or those the item was made from.

    Sources of a merged item are answered by what becomes of that, as long as they were not withdrawn before.
    """
    if state is None:
        return
    answered = Dispatch.objects.filter(events=event)
    if event.dispatch_id is None:
        parts = MergePart.objects.filter(
            Q(withdrawal__isnull=True) | Q(withdrawal_id__gt=event.pk),
            unit=event.unit,
            item_uuid=event.item_uuid,
            ended_at__isnull=True,
        ).values("source_uuid")
        made = Q(made__item_uuid=event.item_uuid) | Q(made__item_uuid__in=parts)
        answered = Dispatch.objects.filter(made, made__unit=event.unit)
    answered.exclude(state=Dispatch.State.MOVED).update(state=state, closed_at=clock.now())
