"""What a handler does with what was passed to it: receipt, refusal, extension, interim and final answer."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from zhitong.core import clock, links
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.models import OneTimeLink
from zhitong.core.operations import Actor, operation
from zhitong.core.reasons import clean_reason
from zhitong.documents.storage import StoredFile
from zhitong.exchange.models import (
    Assignment,
    Event,
    EventKind,
    HandlingStep,
    ResultClass,
    StepKind,
    Visibility,
)
from zhitong.exchange.operations.events import new_event, place, write_events
from zhitong.exchange.operations.handling.common import (
    FILES_MOST,
    State,
    clean,
    close,
    owed,
    speaker,
    write_step,
)
from zhitong.exchange.operations.receiving import PROPOSAL_LIMIT
from zhitong.units.models import BodyKind

_CLOSE_OF_DAY = time(17, 30)


@operation()
def receive_assignment(*, actor: Actor, assignment_uuid: UUID, link: OneTimeLink | None = None) -> Assignment:
    """Confirm receipt (签收). Receipting twice is no fault and changes nothing.

    Raises:
        NotAllowed, NotFound, LinkGone, WrongState: as `common.owed`.
    """
    assignment = owed(actor, assignment_uuid, None, link)
    _receipt(actor, assignment, link)
    return assignment


@operation()
def ask_refusal(
    *,
    actor: Actor,
    assignment_uuid: UUID,
    seen: int,
    reason: str,
    proposal: str = "",
    link: OneTimeLink | None = None,
) -> HandlingStep:
    """Ask to give an assignment back (申退), and say who should have it instead; the asking unit decides.

    Args:
        seen: how many steps the actor has seen.
        proposal: name of a unit or department, at most 60 characters; empty without one.

    Raises:
        NotAllowed, NotFound, LinkGone, StaleVersion, WrongState: as `common.owed`; WrongState also while an earlier
            request waits.
        InvalidInput: no reason, or a proposal that cannot be kept.
    """
    words = clean_reason(reason, "请写明为什么申退。")
    where = clean(proposal, "proposal", "", PROPOSAL_LIMIT).replace("\n", " ")
    assignment = owed(actor, assignment_uuid, seen, link)
    if assignment.state == State.REFUSING:
        raise WrongState("已经申退，正在等交办单位答复。")
    assignment.state = State.REFUSING
    by = speaker(actor, assignment, link)
    return write_step(actor, assignment, StepKind.REFUSAL_ASKED, by=by, words=words, proposal=where)


@operation()
def ask_extension(
    *,
    actor: Actor,
    assignment_uuid: UUID,
    seen: int,
    reason: str,
    until: date,
    link: OneTimeLink | None = None,
) -> HandlingStep:
    """Ask for more time, with a reason; receipt comes with it.

    Raises:
        NotAllowed, NotFound, LinkGone, StaleVersion, WrongState: as `common.owed`; WrongState also while an earlier
            request waits, or the assignment is asked to be given back.
        InvalidInput: no reason, or under `until` a day that is no later than the limit.
    """
    words = clean_reason(reason, "请写明为什么延期。")
    assignment = owed(actor, assignment_uuid, seen, link)
    if assignment.extension_asked_at:
        raise WrongState("已经申请延期，正在等交办单位答复。")
    _require_no_refusal(assignment)
    moment = require_later(assignment, until)
    _receipt(actor, assignment, link)
    assignment.extension_asked_at = clock.now()
    by = speaker(actor, assignment, link)
    return write_step(actor, assignment, StepKind.EXTENSION_ASKED, by=by, words=words, until=moment)


@operation()
def interim(
    *,
    actor: Actor,
    assignment_uuid: UUID,
    seen: int,
    words: str,
    files: Sequence[StoredFile] = (),
    link: OneTimeLink | None = None,
) -> HandlingStep:
    """Say how far it is (阶段答复); the final answer is still owed. Receipt comes with it.

    Raises:
        NotAllowed, NotFound, LinkGone, StaleVersion, WrongState: as `common.owed`.
        InvalidInput: under `words` or `files`.
    """
    said = clean(words, "words", "请写明办理进展。")
    _check_files(files)
    assignment = owed(actor, assignment_uuid, seen, link)
    _require_no_refusal(assignment)
    _receipt(actor, assignment, link)
    by = speaker(actor, assignment, link)
    return write_step(actor, assignment, StepKind.INTERIM, by=by, words=said, files=files)


@operation()
def answer(
    *,
    actor: Actor,
    assignment_uuid: UUID,
    seen: int,
    words: str,
    result: ResultClass | str = "",
    files: Sequence[StoredFile] = (),
    link: OneTimeLink | None = None,
) -> HandlingStep:
    """Give the final answer (办结答复): it closes the assignment and uses the link up. Receipt comes with it.

    The lead's answer is the reply (答复) in the journey, with its class; a co-handler's is for the asker and the lead.

    Args:
        result: the class of the result (A to D); the lead must say it, a co-handler need not.

    Raises:
        NotAllowed, NotFound, LinkGone, StaleVersion, WrongState: as `common.owed`; WrongState also while the
            assignment is asked to be given back.
        InvalidInput: under `words`, `result` or `files`.
    """
    said = clean(words, "words", "请写明办理情况。")
    _check_files(files)
    assignment = owed(actor, assignment_uuid, seen, link)
    _require_no_refusal(assignment)
    is_lead = assignment.role == Assignment.Role.LEAD
    if result not in ResultClass.values and (is_lead or result):
        raise InvalidInput("请选择办理结果的类别。", fields={"result": ["请选择 A、B、C 或 D 类"]})
    _receipt(actor, assignment, link)
    event = _reply(actor, assignment, said) if is_lead else None
    if link is not None:
        links.spend(actor=actor, link=link)
    close(actor, assignment, State.ANSWERED)
    by = speaker(actor, assignment, link)
    return write_step(actor, assignment, StepKind.ANSWERED, by=by, words=said, result=result, event=event, files=files)


def require_later(assignment: Assignment, until: date) -> datetime:
    """Return the close of business of a day that lies after the limit of an assignment.

    Raises:
        InvalidInput: under `until`.
    """
    last = max(clock.local_date(assignment.due_at), clock.today())
    if until <= last:
        wrong = f"新的期限要在 {last:%Y-%m-%d} 之后。"
        raise InvalidInput(wrong, fields={"until": [wrong]})
    if (until - last).days > 366:
        wrong = "一次最多延期一年。"
        raise InvalidInput(wrong, fields={"until": [wrong]})
    return datetime.combine(until, _CLOSE_OF_DAY, tzinfo=clock.SHANGHAI)


def _receipt(actor: Actor, assignment: Assignment, link: OneTimeLink | None) -> None:
    if assignment.state == State.SENT:
        assignment.state, assignment.received_at = State.WORKING, clock.now()
        write_step(actor, assignment, StepKind.RECEIVED, by=speaker(actor, assignment, link))


def _require_no_refusal(assignment: Assignment) -> None:
    if assignment.state == State.REFUSING:
        raise WrongState("已经申退，交办单位答复以后再办。", who=assignment.handling.asker.short_name)


def _check_files(files: Sequence[StoredFile]) -> None:
    if len(files) > FILES_MOST:
        wrong = f"一次最多 {FILES_MOST} 个附件。"
        raise InvalidInput(wrong, fields={"files": [wrong]})


def _reply(actor: Actor, assignment: Assignment, words: str) -> Event:
    """Write the reply on the asker's item; it counts at the level of who answered."""
    handling = assignment.handling
    event = new_event(
        actor=actor,
        unit=handling.asker,
        kind=EventKind.REPLIED,
        item_uuid=handling.item_uuid,
        matter_id=handling.matter_id,
        words=words,
        visibility=Visibility.FULL if handling.releases_answer else Visibility.FACT,
    )
    where = place(assignment.unit) if assignment.unit else {"level": assignment.level, "body_kind": BodyKind.BUREAU}
    event.level, event.body_kind, event.by = where["level"], where["body_kind"], assignment.name
    write_events([event])
    return event
