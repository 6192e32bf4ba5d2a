"""Manual entries: proposed with a reason, approved by another person, taken back only by an entry of its own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from zhitong.core import audit, clock, reasons
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.operations import NOBODY, Actor, operation
from zhitong.people.models import PersonAccount
from zhitong.ranking.models import ManualEntry, RuleSet, StaleYear, SubjectKind
from zhitong.ranking.scored import manual_event, scope, versions_of
from zhitong.ranking.scoring import score
from zhitong.units.models import Unit

Kind, State = ManualEntry.Kind, ManualEntry.State
MOST_POINTS = Decimal(100_000)
MOST_PIECES = 1_000
_RULE = "人工记分一人提出、另一人批准"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is proposed: for which unit (or person of it), of which day, and how much.

    `points` belong to 加减分; `flag` and `quantity` (how many) to a deduction whose price the rules know.
    """

    unit: Unit
    occurred_on: date
    reason: str
    person_uuid: UUID | None = None
    points: Decimal | None = None
    flag: str = ""
    quantity: int = 1


@operation("ranking.enter")
def propose_entry(*, actor: Actor, rule_set: RuleSet, new: NewEntry) -> ManualEntry:
    """Propose points or a deduction under a set of the actor's unit; it counts once another person has approved it.

    Raises:
        InvalidInput: no reason, a day to come, a wrong figure, a subject that the set does not score, or nothing in the
            version of that day that prices it; `fields` says which.
        NotFound: the set is not the unit's own.
    """
    if rule_set.owner_id != actor.unit_id:
        raise NotFound
    reason = reasons.clean_reason(new.reason, "没有写理由，没有提出。人工记分都要写明理由。")
    _check_figure(new)
    entry = ManualEntry(
        rule_set=rule_set,
        kind=Kind.DEDUCTION if new.flag else Kind.MANUAL,
        unit=new.unit,
        person_uuid=new.person_uuid,
        subject_name=_subject_name(rule_set, new),
        occurred_on=new.occurred_on,
        points=None if new.flag else new.points,
        flag=new.flag,
        quantity=new.quantity,
        reason=reason,
        proposed_at=clock.now(),
        proposed_by=actor.label,
        proposer_uuid=actor.user_uuid or NOBODY,
    )
    _check_price(rule_set, entry)
    entry.save()
    _note(actor, entry, "ranking.manual.proposed")
    return entry


@operation("ranking.enter")
def propose_reversal(*, actor: Actor, entry_uuid: UUID, reason: str) -> ManualEntry:
    """Propose to take an approved entry back; like any entry it counts once another person has approved it.

    Raises:
        WrongState: the entry is not approved, is itself a correction, or somebody asks for its correction already.
    """
    wrong = _locked(actor, entry_uuid)
    if wrong.state != State.APPROVED or wrong.reverses_id or hasattr(wrong, "reversed_by"):
        raise WrongState("这一笔现在不能冲正：没有批准过，或者已经有人提出冲正。", rule=_RULE)
    words = reasons.clean_reason(reason, "没有写理由，没有提出冲正。")
    entry = ManualEntry.objects.create(
        rule_set=wrong.rule_set,
        kind=wrong.kind,
        unit=wrong.unit,
        person_uuid=wrong.person_uuid,
        subject_name=wrong.subject_name,
        occurred_on=clock.today(),
        points=wrong.points,
        flag=wrong.flag,
        quantity=wrong.quantity,
        reason=words,
        reverses=wrong,
        proposed_at=clock.now(),
        proposed_by=actor.label,
        proposer_uuid=actor.user_uuid or NOBODY,
    )
    _note(actor, entry, "ranking.manual.reversal_proposed")
    return entry


@operation("ranking.approve")
def decide_entry(*, actor: Actor, entry_uuid: UUID, approve: bool, words: str = "") -> ManualEntry:
    """Approve or refuse what another person proposed; a refusal says why. What is approved is counted in seconds.

    Raises:
        NotAllowed: the actor proposed it.
        WrongState: somebody decided already.
        InvalidInput: a refusal without a reason.
    """
    entry = _locked(actor, entry_uuid)
    if entry.state != State.PROPOSED:
        raise WrongState(f"{entry.decided_by}已经决定过了：{State(entry.state).label}。")
    if entry.proposer_uuid == (actor.user_uuid or NOBODY):
        raise NotAllowed("这一笔是您提出的，要由另一个人批准。", rule=_RULE, who="本单位有“批准人工记分”权限的其他人")
    said = words.strip() if approve and not words.strip() else reasons.clean_reason(words, "不批准要写明理由。")
    entry.state = State.APPROVED if approve else State.REFUSED
    entry.decided_at, entry.decided_by, entry.decider_uuid = clock.now(), actor.label, actor.user_uuid or NOBODY
    entry.decision = said
    entry.save(update_fields=["state", "decided_at", "decided_by", "decider_uuid", "decision"])
    if approve:
        days = {entry.occurred_on, entry.reverses.occurred_on if entry.reverses else entry.occurred_on}
        years = {day.year for day in days}
        StaleYear.objects.bulk_create([StaleYear(year=year) for year in sorted(years)], ignore_conflicts=True)
    _note(actor, entry, f"ranking.manual.{entry.state}")
    return entry


def _locked(actor: Actor, entry_uuid: UUID) -> ManualEntry:
    entry = (
        ManualEntry.objects.select_for_update(of=("self",))
        .select_related("rule_set", "unit", "reverses")
        .filter(uuid=entry_uuid, rule_set__owner_id=actor.unit_id)
        .first()
    )
    if entry is None:
        raise NotFound
    return entry


def _check_figure(new: NewEntry) -> None:
    wrong: dict[str, list[str]] = {}
    if new.occurred_on > clock.today():
        wrong["occurred_on"] = ["日期还没有到。"]
    if not new.flag:
        points = new.points
        if points is None or not points or abs(points) > MOST_POINTS or points != round(points, 4):
            wrong["points"] = [f"请填不为零的分值，最多四位小数，不超过 {MOST_POINTS:,}。"]
    if not 1 <= new.quantity <= MOST_PIECES:
        wrong["quantity"] = [f"请填 1 到 {MOST_PIECES:,} 的整数。"]
    if wrong:
        raise InvalidInput("没有提出，请改正后再提交。", fields=wrong)


def _subject_name(rule_set: RuleSet, new: NewEntry) -> str:
    within = scope(rule_set.owner)
    if within is not None and str(new.unit.uuid) not in within:
        raise InvalidInput("这套规则不考核这个单位。", fields={"unit": ["不在这套规则的考核范围内"]})
    if new.person_uuid is None:
        return new.unit.short_name
    name = (
        PersonAccount.objects.filter(unit=new.unit, person__uuid=new.person_uuid)
        .values_list("person__name", flat=True)
        .first()
    )
    if name is None:
        raise InvalidInput("这个人不在这个单位。", fields={"person": ["请从列出的人里选择"]})
    return name


def _check_price(rule_set: RuleSet, entry: ManualEntry) -> None:
    """Refuse what no version prices: it would be approved, and nothing would come of it."""
    for _version, rules in versions_of(rule_set):
        if score([manual_event(entry)], rules):
            return
        if entry.person_uuid is None and rules.subject != SubjectKind.UNIT.value:
            raise InvalidInput("这套规则考核的是个人，请选人。", fields={"person": ["请选择一个人"]})
    what = "扣分事项" if entry.flag else "人工记分"
    why = f"《{rule_set.name}》没有给这类{what}定分，提出来也不会计分。"
    who = "有“维护计分规则”权限的人可以在新版里加上"
    raise InvalidInput(
        why, rule="计分规则里的计分表", who=who, fields={"flag" if entry.flag else "points": [f"{why}{who}。"]}
    )


def _note(actor: Actor, entry: ManualEntry, action: str) -> None:
    audit.record(actor=actor, action=action, object_kind="manual_entry", object_id=entry.uuid)
