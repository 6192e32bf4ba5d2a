"""Several items of a unit become one (综合), and apart again: the public side, with an event on every source.

Sources are items of the unit itself, received ones taken in before. The rights, the texts and the reviews are the
business of the caller, the desk.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from zhitong.core import audit, clock, text
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange.models import Event, EventKind, ItemFact, MergePart
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.units.current import unit_in_force

SOURCES_MOST = 20


@operation()
def merge(*, actor: Actor, item_uuid: UUID, sources: Sequence[UUID]) -> list[MergePart]:
    """Note that a registered item of the present unit was made of others, in their order.

    Args:
        item_uuid: the merged item, registered with `is_received` and no source yet.
        sources: items of the unit, two at least, each once.

    Raises:
        NotFound: one of them is not registered here.
        InvalidInput: fewer than two, too many, or one twice.
        WrongState: one is merged into another item already, or is a merged item itself.
    """
    unit = unit_in_force()
    _check_number(sources)
    facts = {
        fact.item_uuid: fact
        for fact in ItemFact.objects.select_for_update(of=("self",))
        .select_related("matter")
        .filter(unit=unit, item_uuid__in=[item_uuid, *sources])
        .order_by("pk")
    }
    if len(facts) != len(sources) + 1:
        raise NotFound
    if MergePart.objects.filter(unit=unit, item_uuid__in=sources, ended_at__isnull=True).exists():
        raise WrongState("综合稿不能再并入另一篇综合稿。", rule="一篇综合稿只综合原稿", who="可以先拆开再合并")
    events = [
        new_event(actor=actor, unit=unit, kind=EventKind.MERGED, item_uuid=source, matter=facts[source].matter)
        for source in sources
    ]
    write_events(events)
    parts = [
        MergePart(
            unit=unit,
            item_uuid=item_uuid,
            source_uuid=source,
            order=order,
            matter=facts[item_uuid].matter,
            source_matter=facts[source].matter,
            event=event,
        )
        for order, (source, event) in enumerate(zip(sources, events, strict=True), start=1)
    ]
    try:
        with transaction.atomic():
            MergePart.objects.bulk_create(parts)
    except IntegrityError as error:
        raise WrongState("选中的稿件里有一篇刚刚并入了别的综合稿，没有重复合并。") from error
    _note(actor, "merged", item_uuid, sources=[str(source) for source in sources])
    return parts


@operation()
def arrange_sources(
    *, actor: Actor, item_uuid: UUID, sources: Sequence[UUID], shares: Sequence[int] = ()
) -> list[MergePart]:
    """Put the sources of a merged item in another order, and say what share each has, where that was agreed on.

    Args:
        sources: all of its sources, each once.
        shares: per cent for each of `sources`, a hundred together; empty where the rule sets alone decide.

    Raises:
        NotFound: not a merged item of this unit.
        InvalidInput: other sources than it has, or shares that are not a hundred together.
    """
    parts = {part.source_uuid: part for part in _locked_parts(item_uuid)}
    if set(sources) != set(parts) or len(sources) != len(parts):
        raise InvalidInput("来源有变动，请刷新后重排。", fields={"sources": ["请重新排序"]})
    if shares and (len(shares) != len(sources) or min(shares) < 1 or sum(shares) != 100):
        raise InvalidInput(
            "各来源的份额合计须为 100，每篇至少 1。", fields={"shares": [f"现在合计 {sum(shares)}，请改成 100"]}
        )
    for order, source in enumerate(sources, start=1):
        parts[source].order = order
        parts[source].share = shares[order - 1] if shares else None
    MergePart.objects.bulk_update(parts.values(), ["order", "share"])
    _note(actor, "arranged", item_uuid, sources=[str(source) for source in sources], shares=list(shares))
    return [parts[source] for source in sources]


@operation()
def take_apart(*, actor: Actor, item_uuid: UUID, reason: str) -> list[UUID]:
    """Undo a merge (拆开): each source stands by itself again. Return the sources in order.

    Raises:
        NotFound: not a merged item of this unit.
        InvalidInput: no reason.
    """
    words = clean_reason(reason, "请写明为什么拆开。")
    unit, parts = unit_in_force(), _locked_parts(item_uuid)
    events = [
        new_event(
            actor=actor,
            unit=unit,
            kind=EventKind.MERGED,
            item_uuid=part.source_uuid,
            matter_id=part.source_matter_id,
            reverses=part.event,
            reason=words,
        )
        for part in parts
    ]
    write_events(events)
    MergePart.objects.filter(pk__in=[part.pk for part in parts]).update(ended_at=clock.now())
    _note(actor, "taken_apart", item_uuid, reason=words)
    return [part.source_uuid for part in parts]


@operation()
def withdraw_source(*, actor: Actor, item_uuid: UUID, source_uuid: UUID, reason: str) -> Event:
    """Note that a contributor took its report back after it was merged; what becomes of the merged item is its no more.

    The text stays the merging unit's own work. Reversing the event (`reverse`) puts the source back in its place.

    Raises:
        NotFound: not a source of that item.
        InvalidInput: no reason.
        WrongState: it was withdrawn before.
    """
    words = clean_reason(reason, "请写明是谁、为什么撤回。")
    part = next((part for part in _locked_parts(item_uuid) if part.source_uuid == source_uuid), None)
    if part is None:
        raise NotFound
    if part.withdrawal_id:
        raise WrongState("这一篇来源已经撤回。")
    event = new_event(
        actor=actor,
        unit=unit_in_force(),
        kind=EventKind.WITHDRAWN,
        item_uuid=source_uuid,
        matter_id=part.source_matter_id,
        reason=text.clean(words),
    )
    write_events([event])
    part.withdrawal = event
    part.save(update_fields=["withdrawal"])
    _note(actor, "source_withdrawn", item_uuid, source=str(source_uuid), reason=words)
    return event


def _check_number(sources: Sequence[UUID]) -> None:
    if len(set(sources)) != len(sources):
        raise InvalidInput("同一篇选了两次。", fields={"sources": ["同一篇选了两次"]})
    if len(sources) < 2:
        raise InvalidInput("合并至少要选两篇。", fields={"sources": ["请至少选两篇"]})
    if len(sources) > SOURCES_MOST:
        raise InvalidInput(f"一篇综合稿最多综合 {SOURCES_MOST} 篇。", fields={"sources": ["选得太多"]})


def _locked_parts(item_uuid: UUID) -> list[MergePart]:
    parts = (
        MergePart.objects.select_for_update(of=("self",))
        .select_related("event")
        .filter(unit=unit_in_force(), item_uuid=item_uuid, ended_at__isnull=True)
        .order_by("order")
    )
    found = list(parts)
    if not found:
        raise NotFound
    return found


def _note(actor: Actor, what: str, item_uuid: UUID, **data: object) -> None:
    audit.record(actor=actor, action=f"exchange.item.{what}", object_kind="item", object_id=item_uuid, **data)
