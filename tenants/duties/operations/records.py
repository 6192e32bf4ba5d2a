"""Records of what members did for a duty: entered with proof, confirmed or refused by the office."""

from datetime import date
from uuid import UUID

from tenants.accounts.models import MemberKind, User
from tenants.duties.models import Counted, Duty, DutyRecord
from tenants.items.operations.common import account_of
from zhitong.core import audit, clock, outbox, text
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.operations import NOBODY, Actor, operation, require_unit
from zhitong.core.reasons import clean_reason
from zhitong.documents.storage import StoredFile

WORDS_LIMIT = 200  # characters
State = DutyRecord.State


@operation()
def enter_record(
    *,
    actor: Actor,
    duty_uuid: UUID,
    on: date,
    words: str,
    proof: StoredFile | None = None,
    user_uuid: UUID | None = None,
) -> DutyRecord:
    """Enter that a member did something for a duty: oneself, to be confirmed, or the office for somebody, confirmed.

    Args:
        duty_uuid: a duty of the list that is fulfilled by records.
        on: the day it was done on, in the year of the list.
        words: what was done.
        proof: a file kept under this unit.
        user_uuid: the account of the member; the actor's own when None. For somebody else it takes 维护…履职记录.

    Raises:
        NotFound: no such duty or member.
        NotAllowed: the actor enters for somebody else without the right.
        InvalidInput: no words, a day outside the year or not yet come, or the proof is missing.
    """
    is_own = user_uuid is None or user_uuid == actor.user_uuid
    if not is_own:
        actor.require("duties.manage")
    user = account_of(actor) if is_own else User.objects.filter(uuid=user_uuid or NOBODY, is_active=True).first()
    duty = Duty.objects.filter(uuid=duty_uuid, dropped_at=None, counted=Counted.RECORDS).first()
    if duty is None or user is None or user.member_kind != MemberKind.MEMBER:
        raise NotFound
    said = _checked(duty, on, words, proof)
    moment = clock.now()
    record = DutyRecord.objects.create(
        duty=duty,
        user=user,
        on=on,
        words=said,
        proof_name=proof.name if proof else "",
        proof_sha256=proof.sha256 if proof else "",
        proof_size=proof.size if proof else 0,
        proof_type=proof.media_type if proof else "",
        state=State.ENTERED if is_own else State.CONFIRMED,
        entered_at=moment,
        entered_by=actor.label,
        decided_at=None if is_own else moment,
        decided_by="" if is_own else actor.label,
    )
    outbox.publish("duties.record.entered", {"record": str(record.uuid)}, unit_id=require_unit())
    _note(actor, record, "duties.record.entered")
    return record


@operation("duties.manage")
def decide_record(*, actor: Actor, record_uuid: UUID, confirm: bool, reason: str = "") -> DutyRecord:
    """Confirm a member's record, so that it counts, or refuse it with a reason.

    Raises:
        NotFound: no such record.
        NotAllowed: it is the actor's own.
        WrongState: somebody decided already.
        InvalidInput: a refusal without a reason.
    """
    record = (
        DutyRecord.objects.select_for_update(of=("self",))
        .select_related("duty", "user")
        .filter(uuid=record_uuid)
        .first()
    )
    if record is None:
        raise NotFound
    if record.state != State.ENTERED:
        raise WrongState(f"{record.decided_by}已经处理过：{State(record.state).label}。")
    if record.user.uuid == actor.user_uuid:
        raise NotAllowed(
            "这是您自己的履职记录，要由另一个人确认。",
            rule="履职记录由办公室确认",
            who="本单位有“维护目标任务、履职清单和履职记录”权限的其他人",
        )
    record.reason = "" if confirm else clean_reason(reason, "没有写理由，没有处理。")
    record.state = State.CONFIRMED if confirm else State.REFUSED
    record.decided_at, record.decided_by = clock.now(), actor.label
    record.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    outbox.publish("duties.record.decided", {"record": str(record.uuid)}, unit_id=require_unit())
    _note(actor, record, f"duties.record.{record.state}")
    return record


def _checked(duty: Duty, on: date, words: str, proof: StoredFile | None) -> str:
    """Return the words, cleaned."""
    wrong: dict[str, list[str]] = {}
    said = ""
    try:
        said = text.clean(words)
    except ValueError as error:
        wrong["words"] = [str(error)]
    if not said and "words" not in wrong:
        wrong["words"] = ["请写清做了什么。"]
    if len(said) > WORDS_LIMIT:
        wrong["words"] = [f"共 {len(said):,} 字，最多 {WORDS_LIMIT} 字，请删减。"]
    if on > clock.today():
        wrong["on"] = ["日期还没有到。"]
    elif on.year != duty.year:
        wrong["on"] = [f"这一项在 {duty.year} 年的清单里，请填 {duty.year} 年的日期。"]
    if duty.needs_proof and proof is None:
        wrong["proof"] = ["这一项须附证明，例如照片、签到表或者证书。"]
    if wrong:
        raise InvalidInput("没有登记，请改正后再提交。", fields=wrong)
    return said


def _note(actor: Actor, record: DutyRecord, action: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_kind="duty_record",
        object_id=record.uuid,
        member=str(record.user.uuid),
        proof=record.proof_sha256,
    )
