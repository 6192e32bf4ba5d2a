"""What the asking unit decides: on refusals and extensions; urging, taking back, opening an answer to the authors."""

from datetime import date, datetime, timedelta
from uuid import UUID

from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.exchange.models import Assignment, Handling, HandlingStep, StepKind
from zhitong.exchange.models.handling import OPEN
from zhitong.exchange.operations.handling.answering import require_later
from zhitong.exchange.operations.handling.assigning import Handler, cleaned, open_assignment
from zhitong.exchange.operations.handling.common import (
    State,
    answer_due,
    asked,
    close,
    lock_handling,
    watch,
    write_step,
)

# How long after an urging one may urge again.
URGE_PAUSE = timedelta(days=1)


@operation()
def reassign(*, actor: Actor, assignment_uuid: UUID, seen: int, to: Handler, days: int) -> Assignment:
    """Grant a refusal: the assignment ends, and another handler has it with clocks of its own.

    Args:
        seen: how many steps the actor has seen.
        days: working days until the new handler's answer is due.

    Raises:
        NotAllowed, NotFound, StaleVersion: as `common.asked`.
        WrongState: no refusal waits for an answer.
        InvalidInput: under `lead` (the new handler) or `days`.
    """
    assignment = asked(actor, assignment_uuid, seen)
    _require_refusing(assignment)
    handler = cleaned(assignment.handling.asker, to, "lead")
    others = assignment.handling.assignments.select_related("unit").filter(state__in=[*OPEN, State.ANSWERED])
    if handler.name in {one.name for one in others}:
        wrong = f"{handler.name}已经在办这一件，请选别的单位。"
        raise InvalidInput(wrong, fields={"lead": [wrong]})
    due = answer_due(days, clock.now())
    close(actor, assignment, State.GIVEN_BACK)
    write_step(actor, assignment, StepKind.REFUSAL_GRANTED, words=f"改由{handler.name}办理")
    role = Assignment.Role(assignment.role)
    return open_assignment(actor, assignment.handling, role, handler, due, after=assignment)


@operation()
def refuse_refusal(*, actor: Actor, assignment_uuid: UUID, seen: int, reason: str) -> HandlingStep:
    """Refuse a refusal with a reason: the handler has to go on.

    Raises:
        InvalidInput: no reason.
        NotAllowed, NotFound, StaleVersion, WrongState: as `reassign`.
    """
    words = clean_reason(reason, "请写明为什么不同意申退，承办单位会看到。")
    assignment = asked(actor, assignment_uuid, seen)
    _require_refusing(assignment)
    if assignment.received_at is None:
        assignment.received_at = clock.now()
        write_step(actor, assignment, StepKind.RECEIVED, by=assignment.name)
    assignment.state = State.WORKING
    return write_step(actor, assignment, StepKind.REFUSAL_REFUSED, words=words)


@operation()
def extend(*, actor: Actor, assignment_uuid: UUID, seen: int, until: date) -> HandlingStep:
    """Grant an extension, to the day asked for or another; the clocks run to that from now on.

    Raises:
        NotAllowed, NotFound, StaleVersion: as `common.asked`.
        WrongState: no extension is asked for.
        InvalidInput: under `until`: no later than the present limit.
    """
    assignment = asked(actor, assignment_uuid, seen)
    _require_extension(assignment)
    assignment.due_at, assignment.extension_asked_at = require_later(assignment, until), None
    step = write_step(actor, assignment, StepKind.EXTENSION_GRANTED, until=assignment.due_at)
    watch(assignment, receipt=False)
    return step


@operation()
def refuse_extension(*, actor: Actor, assignment_uuid: UUID, seen: int, reason: str) -> HandlingStep:
    """Refuse an extension with a reason; the limit stays.

    Raises:
        InvalidInput: no reason.
        NotAllowed, NotFound, StaleVersion, WrongState: as `extend`.
    """
    words = clean_reason(reason, "请写明为什么不同意延期，承办单位会看到。")
    assignment = asked(actor, assignment_uuid, seen)
    _require_extension(assignment)
    assignment.extension_asked_at = None
    return write_step(actor, assignment, StepKind.EXTENSION_REFUSED, words=words)


@operation()
def urge(*, actor: Actor, assignment_uuid: UUID, seen: int) -> HandlingStep:
    """Urge a handler (催办), once a day.

    Raises:
        NotAllowed, NotFound, StaleVersion: as `common.asked`.
        WrongState: nothing is owed any more, or it was urged less than a day ago.
    """
    assignment = asked(actor, assignment_uuid, seen)
    _require_open(assignment)
    if assignment.urged_at and clock.now() < assignment.urged_at + URGE_PAUSE:
        raise WrongState(
            f"{_minute(assignment.urged_at)} 刚催办过{assignment.name}。",
            rule=f"同一单位一天催办一次，{_minute(assignment.urged_at + URGE_PAUSE)} 以后可以再催",
        )
    assignment.urged_at = clock.now()
    return write_step(actor, assignment, StepKind.URGED)


@operation()
def take_back(*, actor: Actor, assignment_uuid: UUID, seen: int, reason: str) -> HandlingStep:
    """Take an assignment back before its answer, with a reason; with its last handler the whole handling ends.

    Raises:
        InvalidInput: no reason.
        NotAllowed, NotFound, StaleVersion: as `common.asked`.
        WrongState: it is answered or given back.
    """
    words = clean_reason(reason, "请写明为什么取消转办，承办单位会看到。")
    assignment = asked(actor, assignment_uuid, seen)
    _require_open(assignment)
    close(actor, assignment, State.TAKEN_BACK)
    step = write_step(actor, assignment, StepKind.TAKEN_BACK, words=words)
    handling = Handling.objects.select_for_update(of=("self",)).get(pk=assignment.handling_id)
    if not handling.assignments.exclude(state__in=[State.TAKEN_BACK, State.GIVEN_BACK]).exists():
        handling.ended_at = clock.now()
        handling.save(update_fields=["ended_at"])
    return step


@operation()
def release_answer(*, actor: Actor, handling_uuid: UUID) -> Handling:
    """Open the lead's answer to the authors and the units below; opening it twice changes nothing.

    Raises:
        NotAllowed, NotFound: as `common.lock_handling`.
        WrongState: there is no answer yet.
    """
    handling = lock_handling(actor, handling_uuid)
    answered = handling.assignments.filter(role=Assignment.Role.LEAD, state=State.ANSWERED).first()
    if answered is None:
        raise WrongState("还没有收到承办单位的答复。")
    if not handling.is_released:
        handling.released_at = clock.now()
        handling.save(update_fields=["released_at"])
        outbox.publish("handling.released", {"handling": str(handling.uuid)}, unit_id=None)
        audit.record(actor=actor, action="exchange.handling.released", object_kind="handling", object_id=handling.uuid)
    return handling


def _require_open(assignment: Assignment) -> None:
    if not assignment.is_open:
        raise WrongState(f"{assignment.name}{assignment.get_state_display()}。", who="刷新后可以看到最新情况")


def _require_refusing(assignment: Assignment) -> None:
    if assignment.state != State.REFUSING:
        raise WrongState(f"{assignment.name}没有申退。", who="刷新后可以看到最新情况")


def _require_extension(assignment: Assignment) -> None:
    if assignment.extension_asked_at is None or not assignment.is_open:
        raise WrongState(f"{assignment.name}没有申请延期。", who="刷新后可以看到最新情况")


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
