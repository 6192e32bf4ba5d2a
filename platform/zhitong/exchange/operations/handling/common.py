"""What every operation of a handling does: lock the assignment, compare what was seen, write a step, tell others."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from zhitong.core import audit, clock, links, outbox, text, workdays
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion, WrongState
from zhitong.core.links import LinkGone
from zhitong.core.models import OneTimeLink
from zhitong.core.operations import Actor
from zhitong.documents.storage import StoredFile
from zhitong.exchange.models import Assignment, Handling, HandlingFile, HandlingStep, StepKind
from zhitong.units.current import unit_in_force
from zhitong.units.models import Unit

State = Assignment.State
# What one-time links of handlers without an account open.
PURPOSE = "handling.assignment"
RECEIPT_DAYS = 3  # working days, as for a dispatch
WORDS_MOST = 5000  # characters of an answer
FILES_MOST = 10
_REMIND_BEFORE = timedelta(days=1)


def asked(actor: Actor, assignment_uuid: UUID, seen: int) -> Assignment:
    """Lock an assignment that the unit in force has given, for a decision of its own.

    Raises:
        NotAllowed: the actor does not record outcomes.
        NotFound: absent, or another unit's.
        StaleVersion: something happened since `seen` steps.
    """
    actor.require("exchange.record")
    assignment = _locked(assignment_uuid)
    if assignment.handling.asker_id != actor.unit_id:
        raise NotFound
    _require_seen(assignment, seen)
    return assignment


def owed(actor: Actor, assignment_uuid: UUID, seen: int | None, link: OneTimeLink | None) -> Assignment:
    """Lock an assignment for a step of its handler.

    A unit's clerk who receives acts for the unit. For a handler outside its `link` speaks, or a clerk of the asking
    unit who enters by hand what came on paper.

    Raises:
        NotAllowed: the actor lacks the right.
        NotFound: absent, or another unit's.
        LinkGone: the link is another's, or cannot be used any more.
        StaleVersion: something happened since `seen` steps.
        WrongState: nothing is owed any more.
    """
    if link is None:
        actor.require("exchange.receive")
    assignment = _locked(assignment_uuid)
    if assignment.unit_id is not None:
        if link is not None or assignment.unit_id != actor.unit_id:
            raise NotFound
    elif assignment.handling.asker_id != actor.unit_id:
        raise NotFound
    elif link is None:
        actor.require("exchange.record")
    elif link.purpose != PURPOSE or link.object_uuid != assignment.uuid:
        raise LinkGone
    else:
        links.hold(actor=actor, link=link)
    if not assignment.is_open:
        raise WrongState(f"这一件{assignment.get_state_display()}，不用再办理。", who="刷新后可以看到最新情况")
    if seen is not None:
        _require_seen(assignment, seen)
    return assignment


def _locked(assignment_uuid: UUID) -> Assignment:
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("handling__asker", "handling__packet", "unit")
        .filter(uuid=assignment_uuid)
        .first()
    )
    if assignment is None:
        raise NotFound
    return assignment


def lock_handling(actor: Actor, handling_uuid: UUID) -> Handling:
    """Lock a handling of the unit in force.

    Raises:
        NotAllowed: the actor does not record outcomes.
        NotFound: absent, or another unit's.
    """
    actor.require("exchange.record")
    handling = (
        Handling.objects.select_for_update(of=("self",))
        .select_related("asker", "packet", "instruction")
        .filter(uuid=handling_uuid, asker=unit_in_force())
        .first()
    )
    if handling is None:
        raise NotFound
    return handling


def _require_seen(assignment: Assignment, seen: int) -> None:
    if assignment.steps_count != seen:
        raise StaleVersion("这一件刚有新的进展，没有重复提交。请刷新后再办。")


def write_step(
    actor: Actor,
    assignment: Assignment,
    kind: StepKind,
    *,
    by: str = "",
    files: Sequence[StoredFile] = (),
    **values: Any,
) -> HandlingStep:
    """Write a step of a locked assignment with its files, save the assignment, and tell the other side.

    Args:
        by: who did it, where that is not the actor's label alone.
        values: fields of `HandlingStep`.
    """
    assignment.steps_count += 1
    step = HandlingStep.objects.create(
        assignment=assignment,
        number=assignment.steps_count,
        kind=kind,
        at=clock.now(),
        by=by or actor.label,
        **values,
    )
    assignment.save()
    owner = assignment.unit or assignment.handling.asker
    HandlingFile.objects.bulk_create(HandlingFile(step=step, owner=owner, **asdict(file)) for file in files)
    for unit_id in _concerned(assignment, kind, actor.unit_id):
        outbox.publish("handling.step", {"step": step.pk}, unit_id=unit_id)
    audit.record(
        actor=actor,
        action=f"exchange.handling.{kind}",
        object_kind="assignment",
        object_id=assignment.uuid,
        handler=assignment.name,
        step=step.number,
        files=[file.sha256 for file in files],
    )
    return step


def _concerned(assignment: Assignment, kind: StepKind, acting: int | None) -> list[int]:
    """Return the units whose clerks hear of a step: the other side, and of a co-handler's answer the lead."""
    asker, handler = assignment.handling.asker_id, assignment.unit_id
    found = {asker, *([handler] if handler else [])} - {acting}
    if handler is None and kind not in _ASKERS:  # a person outside spoke by a link: the asking unit's clerks hear of it
        found.add(asker)
    if kind == StepKind.ANSWERED and assignment.role == Assignment.Role.CO:
        lead = assignment.handling.assignments.filter(role=Assignment.Role.LEAD, state__in=_AT_WORK).first()
        found |= {lead.unit_id} if lead and lead.unit_id else set()
    return sorted(found)


_AT_WORK = (State.SENT, State.WORKING, State.REFUSING)
_ASKERS = frozenset(
    {
        StepKind.ASSIGNED,
        StepKind.REFUSAL_GRANTED,
        StepKind.REFUSAL_REFUSED,
        StepKind.EXTENSION_GRANTED,
        StepKind.EXTENSION_REFUSED,
        StepKind.URGED,
        StepKind.TAKEN_BACK,
    }
)


def speaker(actor: Actor, assignment: Assignment, link: OneTimeLink | None) -> str:
    """Return who stands in the history: the person of the unit, whoever held the link, or who entered it by hand."""
    if assignment.unit_id or link:
        return actor.label
    return f"{assignment.department}（{actor.label}登记）"


def watch(assignment: Assignment, *, receipt: bool) -> None:
    """Have the limits of an assignment watched: of its receipt (when it is new), and of its answer."""
    to = assignment.unit_id or assignment.handling.asker_id
    message = {"assignment": str(assignment.uuid), "turn": 1}
    if receipt:
        outbox.publish("handling.unread", message, unit_id=to, at=assignment.receipt_due_at)
    early = {**message, "turn": 0, "due": assignment.due_at.isoformat()}
    outbox.publish("handling.due", early, unit_id=to, at=max(assignment.due_at - _REMIND_BEFORE, clock.now()))


def close(actor: Actor, assignment: Assignment, state: Assignment.State) -> None:
    """Put an assignment into its last state; a link to it opens nothing any more. The step saves it."""
    assignment.state, assignment.closed_at = state, clock.now()
    assignment.extension_asked_at = None
    if assignment.unit_id is None:
        links.revoke(actor=actor, purpose=PURPOSE, object_uuid=assignment.uuid)


def clean(words: str, field: str, missing: str, most: int = WORDS_MOST) -> str:
    """Return words of a form, cleaned.

    Raises:
        InvalidInput: under `field`: none (unless `missing` is empty), too many, or characters that cannot be kept.
    """
    try:
        kept = text.clean(words)
    except ValueError as error:
        raise InvalidInput(str(error), fields={field: [str(error)]}) from error
    if not kept and missing:
        raise InvalidInput(missing, fields={field: [missing]})
    if len(kept) > most:
        wrong = f"共 {len(kept):,} 字，最多 {most:,} 字，请删减。"
        raise InvalidInput(wrong, fields={field: [wrong]})
    return kept


def answer_due(days: int, start: datetime) -> datetime:
    """Return when an answer is due that has `days` working days.

    Raises:
        InvalidInput: under `days`.
    """
    if not 1 <= days <= 180:
        words = "办理时限为 1 至 180 个工作日。"
        raise InvalidInput(words, fields={"days": [words]})
    return workdays.calendar().add(start, days)


def receipt_due(start: datetime, due: datetime) -> datetime:
    """Return when receipt is due: in three working days, and never after the answer itself."""
    return min(workdays.calendar().add(start, RECEIPT_DAYS), due)


def level_of(unit: Unit | None, asker: Unit, level: str) -> str:
    """Return the level a handler stands on: the unit's own, the one named, else that of the asking unit."""
    return unit.level if unit else level or asker.level
