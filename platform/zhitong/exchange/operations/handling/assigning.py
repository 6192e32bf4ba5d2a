"""Passing an instruction, or an adopted item, to handlers (转办); and once more when an author is unsatisfied."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhitong.core import audit, clock, rows
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange import packets
from zhitong.exchange.journeys import Node
from zhitong.exchange.models import (
    Assignment,
    Event,
    EventKind,
    Grant,
    Handling,
    ItemFact,
    Packet,
    Satisfaction,
    StepKind,
    Visibility,
)
from zhitong.exchange.operations.events import new_event, write_events
from zhitong.exchange.operations.handling.common import (
    answer_due,
    clean,
    level_of,
    lock_handling,
    receipt_due,
    watch,
    write_step,
)
from zhitong.exchange.queries.chains import ways_up
from zhitong.exchange.words import leader_words
from zhitong.units.current import unit_in_force
from zhitong.units.models import Level, Unit

HANDLERS_MOST = 8
_REQUEST_MOST = 1000  # characters
_DEPARTMENT_MOST = 80
Role = Assignment.Role


@dataclass(frozen=True, slots=True)
class Handler:
    """Who is to handle: a unit of the platform, or a department outside it by its name and level (empty: ours)."""

    unit: Unit | None = None
    department: str = ""
    level: str = ""

    @property
    def name(self) -> str:
        """The name it is called by."""
        return self.unit.short_name if self.unit else self.department


@operation("exchange.record")
def assign(
    *,
    actor: Actor,
    item_uuid: UUID,
    content: dict[str, Any],
    request: str,
    lead: Handler,
    co: Sequence[Handler] = (),
    days: int,
    instruction_uuid: UUID | None = None,
    passes_words: bool = False,
    releases_answer: bool = False,
    attachments: Sequence[packets.GrantInput] = (),
) -> Handling:
    """Pass an item of the present unit to handlers, as a frozen copy without its authors.

    Its caller, the app of handling, has checked that the item is adopted, or that a leader wrote on it.

    Args:
        content: the issued text and its facts, see `packets.FIELDS`; authors are left out.
        request: what is asked of the handlers.
        days: working days until the answer is due.
        instruction_uuid: the leader's instruction that it follows from, on the item or on what was made of it above.
        passes_words: handlers read who wrote what; else the leader's level alone.
        releases_answer: the authors read the answer as soon as it comes in.

    Raises:
        NotFound: no such item of this unit, or no such instruction on its way.
        InvalidInput: under `request`, `days`, `lead`, `co`.
        WrongState: it was passed on already, or the words are not this unit's to pass on.
    """
    unit = unit_in_force()
    fact = ItemFact.objects.select_related("matter").filter(unit=unit, item_uuid=item_uuid).first()
    if fact is None:
        raise NotFound
    instruction = _instruction(unit, item_uuid, instruction_uuid) if instruction_uuid else None
    own = instruction is not None and instruction.unit_id == unit.pk
    if passes_words and instruction and not own and instruction.visibility != Visibility.FULL:
        raise WrongState(
            "批示全文没有对本单位开放，不能转给承办单位。",
            rule="登记批示的单位决定全文给谁看",
            who="可以只转办，不附批示原文",
        )
    frozen = packets.build({**content, "authors": []}, with_contacts=False)
    moment = clock.now()
    packet = Packet.objects.create(
        sender=unit,
        item_uuid=item_uuid,
        matter=fact.matter,
        content=frozen,
        sha256=packets.digest(frozen),
        created_at=moment,
    )
    Grant.objects.bulk_create(Grant(packet=packet, **asdict(file)) for file in attachments)
    leader = words = ""
    if instruction:
        leader = instruction.leader if passes_words else leader_words(instruction.leader_rank)
        words = instruction.words if passes_words else ""
    return _hand_over(
        actor,
        Handling(
            asker=unit,
            item_uuid=item_uuid,
            matter=fact.matter,
            packet=packet,
            instruction=instruction,
            leader=leader,
            words=words,
            request=clean(request, "request", "请写明要承办单位办什么。", _REQUEST_MOST),
            releases_answer=releases_answer,
            sent_at=moment,
            sent_by=actor.label,
        ),
        _cleaned(unit, lead, co),
        answer_due(days, moment),
    )


@operation("exchange.record")
def second_round(*, actor: Actor, handling_uuid: UUID, request: str, days: int) -> Handling:
    """Pass the same text to the same handlers once more, because an author was not satisfied with their answer.

    Raises:
        NotFound: not a handling of this unit.
        WrongState: nobody was unsatisfied, or the second round has begun.
        InvalidInput: under `request`, `days`.
    """
    before = lock_handling(actor, handling_uuid)
    if not before.ratings.filter(rating=Satisfaction.Rating.UNSATISFIED).exists():
        raise WrongState("反映人没有评价不满意，不用再次办理。", rule="评价不满意的可以要求再次办理")
    if Handling.objects.filter(follows=before).exists():
        raise WrongState("已经要求再次办理，没有重复转办。", who="可以在“办理”里查看进展")
    moment = clock.now()
    answered = before.assignments.select_related("unit").filter(state=Assignment.State.ANSWERED).order_by("pk")
    handlers = [(Role(one.role), Handler(one.unit, one.department, one.level)) for one in answered]
    return _hand_over(
        actor,
        Handling(
            asker=before.asker,
            item_uuid=before.item_uuid,
            matter_id=before.matter_id,
            packet=before.packet,
            instruction=before.instruction,
            leader=before.leader,
            words=before.words,
            request=clean(request, "request", "请写明再次办理的要求。", _REQUEST_MOST),
            releases_answer=before.releases_answer,
            round=before.round + 1,
            follows=before,
            sent_at=moment,
            sent_by=actor.label,
        ),
        handlers,
        answer_due(days, moment),
    )


def open_assignment(
    actor: Actor,
    handling: Handling,
    role: Assignment.Role,
    handler: Handler,
    due: datetime,
    after: Assignment | None = None,
) -> Assignment:
    """Give a handler its part, with its first step and its clocks."""
    moment = clock.now()
    assignment = Assignment.objects.create(
        handling=handling,
        role=role,
        unit=handler.unit,
        department=handler.department,
        level=level_of(handler.unit, handling.asker, handler.level),
        sent_at=moment,
        receipt_due_at=receipt_due(moment, due),
        due_at=due,
        after=after,
    )
    write_step(actor, assignment, StepKind.ASSIGNED, until=due, words=handling.request)
    watch(assignment, receipt=True)
    return assignment


def cleaned(asker: Unit, handler: Handler, field: str) -> Handler:
    """Return a handler that can be asked.

    Raises:
        InvalidInput: under `field`: nobody, a closed unit, the asking unit itself, or a name that cannot be kept.
    """
    if handler.unit:
        if handler.unit.pk == asker.pk:
            raise InvalidInput("不能转给本单位。", fields={field: ["不能转给本单位"]})
        if not handler.unit.is_open:
            wrong = f"{handler.unit.short_name}已撤销，不能转办。"
            raise InvalidInput(wrong, fields={field: [wrong]})
        return Handler(handler.unit)
    name = clean(handler.department, field, "请写明承办单位。", _DEPARTMENT_MOST)
    if "\n" in name:
        raise InvalidInput("单位名称写在一行里。", fields={field: ["单位名称写在一行里"]})
    if handler.level and handler.level not in Level.values:
        raise InvalidInput("请选择单位的层级。", fields={field: ["请选择层级"]})
    return Handler(None, name, handler.level)


def _cleaned(asker: Unit, lead: Handler, co: Sequence[Handler]) -> list[tuple[Assignment.Role, Handler]]:
    found = [(Role.LEAD, cleaned(asker, lead, "lead")), *((Role.CO, cleaned(asker, one, "co")) for one in co)]
    if len(found) > HANDLERS_MOST:
        raise InvalidInput(f"承办和会办一共最多 {HANDLERS_MOST} 个单位。", fields={"co": ["选得太多"]})
    names = [one.name for _role, one in found]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise InvalidInput(f"“{twice}”写了两次。", fields={"co": [f"“{twice}”写了两次"]})
    return found


def _hand_over(
    actor: Actor, handling: Handling, handlers: Sequence[tuple[Assignment.Role, Handler]], due: datetime
) -> Handling:
    named = {
        role: "、".join(one.name for own, one in handlers if own == role)
        for role in dict.fromkeys(r for r, _ in handlers)
    }
    event = new_event(
        actor=actor,
        unit=handling.asker,
        kind=EventKind.ASSIGNED,
        item_uuid=handling.item_uuid,
        matter_id=handling.matter_id,
        visibility=Visibility.FULL,
        reason="；".join(f"{role.label}：{names}" for role, names in named.items())
        + (f"（第 {handling.round} 次）" if handling.round > 1 else ""),
    )
    write_events([event])
    handling.event = event
    try:
        with transaction.atomic():
            handling.save(force_insert=True)
    except IntegrityError as error:
        if not rows.broke(error, "handling_once"):
            raise
        what = "这条批示" if handling.instruction_id else "这一篇"
        raise WrongState(
            f"{what}已经转办，没有重复转办。", who="可以在“办理”里查看进展", code="handling.once"
        ) from error
    for role, handler in handlers:
        open_assignment(actor, handling, role, handler, due)
    audit.record(
        actor=actor,
        action="exchange.handling.begun",
        object_kind="item",
        object_id=handling.item_uuid,
        handling=str(handling.uuid),
        handlers=[one.name for _role, one in handlers],
        packet=handling.packet.sha256,
    )
    return handling


def _instruction(unit: Unit, item_uuid: UUID, event_uuid: UUID) -> Event:
    """Return a standing instruction on the item or on what was made of it above."""
    own = Node(unit.pk, item_uuid)
    above = {one.node for one in ways_up([own])[own]}
    event = Event.objects.filter(
        uuid=event_uuid, kind=EventKind.INSTRUCTION, reverses__isnull=True, reversed_by__isnull=True
    ).first()
    if event is None or Node(event.unit_id, event.item_uuid) not in above:
        raise NotFound
    return event
