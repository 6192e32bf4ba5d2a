"""Lists of honours: proposed by a rule, changed by people with reasons, decided, published."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from django.db.models import F, Max

from tenants.duties.awards import MEASURES, MOST, Candidate, Rule, candidates, proposed
from tenants.duties.models import AwardEntry, AwardKind, AwardList
from tenants.papers import operations as papers
from zhitong.core import audit, clock, outbox, text
from zhitong.core.errors import InvalidInput, NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.core.reasons import clean_reason
from zhitong.exchange.models import Paper, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.exchange.packets import digest
from zhitong.ranking.periods import Period

TITLE_LIMIT = 60  # characters
State = AwardList.State


@operation("duties.manage")
def propose_awards(*, actor: Actor, kind: AwardKind, title: str, period: Period, rule: Rule) -> AwardList:
    """Make a list of honours of a period, with whom the rule proposes.

    Raises:
        InvalidInput: no title, one that is too long, a rule that asks for nothing known, or a period to come.
    """
    wrong: dict[str, list[str]] = {}
    try:
        said = " ".join(text.clean(title).split())
    except ValueError as error:
        said, wrong["title"] = "", [str(error)]
    if not said:
        wrong.setdefault("title", ["请填写名称。"])
    elif len(said) > TITLE_LIMIT:
        wrong["title"] = [f"共 {len(said):,} 字，最多 {TITLE_LIMIT} 字，请删减。"]
    if rule.by not in MEASURES or rule.measure not in MEASURES:
        wrong["by"] = ["列表里没有这一项，请重新选择。"]
    if not 1 <= rule.first <= MOST:
        wrong["first"] = [f"请填 1 到 {MOST} 的整数。"]
    if period.first > clock.today():
        wrong["period"] = ["这个时段还没有开始。"]
    if wrong:
        raise InvalidInput("没有拟出名单，请改正后再提交。", fields=wrong)
    found = proposed(candidates(kind, period), rule)[:MOST]
    made = AwardList.objects.create(
        kind=kind,
        title=said,
        first_day=period.first,
        last_day=period.last,
        rule=rule.as_json(),
        made_at=clock.now(),
        made_by=actor.label,
    )
    entries = [_entry(made, one, place) for place, one in enumerate(found, 1)]
    AwardEntry.objects.bulk_create(entries)
    _note(actor, made, "duties.awards.proposed", entries=len(entries))
    return made


@operation("duties.manage")
def add_award(*, actor: Actor, list_uuid: UUID, version: int, who: str, reason: str) -> AwardEntry:
    """Put somebody or something on a list that the rule did not propose, at the end.

    Args:
        who: the name of a person or unit, or the number of an item, exactly.
        version: of the list as the actor saw it.

    Raises:
        NotFound: no such list.
        StaleVersion: somebody changed the list in the meantime.
        WrongState: it is decided.
        InvalidInput: nobody or several of that name, on the list already, or no reason.
    """
    found = _draft(list_uuid, version)
    why = clean_reason(reason, "没有写理由，没有加上。")
    name = who.strip()
    those = [
        one
        for one in candidates(AwardKind(found.kind), Period(found.first_day, found.last_day))
        if name and name in {one.name, one.label}
    ]
    if len(those) != 1:
        several = "有几个同名的" if those else "没有找到"
        known = "信息填编号，例如南海〔2026〕218号，要有采用或者批示；单位填简称，个人填姓名。"
        raise InvalidInput(f"没有加上：{several}。", fields={"who": [known]})
    [one] = those
    if found.entries.filter(subject_uuid=one.uuid).exists():
        raise InvalidInput("没有加上：名单里已经有了。", fields={"who": ["已在名单里；划去的可以恢复。"]})
    last = found.entries.aggregate(last=Max("place"))["last"] or 0
    entry = _entry(found, one, last + 1)
    entry.is_proposed, entry.added_by, entry.added_why = False, actor.label, why
    entry.save()
    _changed(actor, found, "duties.awards.added", subject=str(one.uuid))
    return entry


@operation("duties.manage")
def strike_award(*, actor: Actor, list_uuid: UUID, version: int, subject_uuid: UUID, reason: str) -> AwardEntry:
    """Strike a line with a reason; it stays to be seen and can be put back.

    Raises: as `add_award`.
    """
    found = _draft(list_uuid, version)
    entry = _line(found, subject_uuid)
    if entry.struck_at is not None:
        raise WrongState(f"“{entry.name}”已经划去。")
    entry.struck_why = clean_reason(reason, "划去要写明理由。")
    entry.struck_at, entry.struck_by = clock.now(), actor.label
    entry.save(update_fields=["struck_at", "struck_by", "struck_why"])
    _changed(actor, found, "duties.awards.struck", subject=str(subject_uuid))
    return entry


@operation("duties.manage")
def restore_award(*, actor: Actor, list_uuid: UUID, version: int, subject_uuid: UUID) -> AwardEntry:
    """Put a line back that was struck.

    Raises: as `add_award`.
    """
    found = _draft(list_uuid, version)
    entry = _line(found, subject_uuid)
    if entry.struck_at is None:
        raise WrongState(f"“{entry.name}”没有划去。")
    entry.struck_at, entry.struck_by, entry.struck_why = None, "", ""
    entry.save(update_fields=["struck_at", "struck_by", "struck_why"])
    _changed(actor, found, "duties.awards.restored", subject=str(subject_uuid))
    return entry


@operation("duties.manage")
def move_award(*, actor: Actor, list_uuid: UUID, version: int, subject_uuid: UUID, up: bool) -> AwardEntry:
    """Let a line change places with the one above (or below) it; at the end nothing changes.

    Raises: as `add_award`.
    """
    found = _draft(list_uuid, version)
    entry = _line(found, subject_uuid)
    others = found.entries.filter(struck_at=None)
    other = (
        others.filter(place__lt=entry.place).order_by("-place").first()
        if up
        else others.filter(place__gt=entry.place).order_by("place").first()
    )
    if other is not None:
        entry.place, other.place = other.place, entry.place
        AwardEntry.objects.bulk_update([entry, other], ["place"])
        _changed(actor, found, "duties.awards.moved", subject=str(subject_uuid))
    return entry


@operation("duties.award")
def decide_awards(*, actor: Actor, list_uuid: UUID, version: int) -> AwardList:
    """Decide a list as it stands: it is frozen with its hash, stands in the dossiers, and whom it honours is told.

    Raises:
        NotFound: no such list.
        StaleVersion: somebody changed it since the actor read it.
        WrongState: it is decided, or everybody was struck.
    """
    found = _draft(list_uuid, version)
    lines = [
        {"place": place, "name": entry.name, "note": entry.note, "subject": str(entry.subject_uuid)}
        for place, entry in enumerate(found.entries.filter(struck_at=None).order_by("place"), 1)
    ]
    if not lines:
        raise WrongState("名单是空的，不能审定。")
    found.state, found.decided_at, found.decided_by = State.DECIDED, clock.now(), actor.label
    found.sha256 = digest({"title": found.title, "kind": found.kind, "lines": lines})
    found.save(update_fields=["state", "decided_at", "decided_by", "sha256"])
    outbox.publish("duties.awards.decided", {"list": str(found.uuid)}, unit_id=require_unit())
    _note(actor, found, "duties.awards.decided", sha256=found.sha256, lines=len(lines))
    return found


@operation("duties.manage")
def discard_awards(*, actor: Actor, list_uuid: UUID, version: int) -> None:
    """Throw away a list that was not decided; the trail keeps that it was there.

    Raises: as `add_award`.
    """
    found = _draft(list_uuid, version)
    uuid = found.uuid
    found.delete()
    audit.record(actor=actor, action="duties.awards.discarded", object_kind="award_list", object_id=uuid)


@operation("exchange.publish")
def publish_awards(*, actor: Actor, list_uuid: UUID, new: NewPaper, to: Collection[UUID] = ()) -> Paper:
    """Publish a decided list as a circular (通报) to the unit's own people and to units below; once.

    Args:
        new: uuid, title, words and audience of the paper; its kind is that of a circular.
        to: uuids of units below.

    Raises:
        NotFound: no such list.
        WrongState: it is not decided, or was published before.
        Refusal: as `papers.publish`.
    """
    found = AwardList.objects.select_for_update().filter(uuid=list_uuid).first()
    if found is None:
        raise NotFound
    if found.state != State.DECIDED:
        raise WrongState("名单审定以后才能通报。", who="本单位有“审定评优名单”权限的人")
    if found.paper_uuid is not None:
        raise WrongState("这份名单已经通报过。")
    paper = papers.publish(actor=actor, new=replace(new, kind=PaperKind.CIRCULAR), to=to)
    found.paper_uuid = paper.uuid
    found.save(update_fields=["paper_uuid"])
    _note(actor, found, "duties.awards.published", paper=str(paper.uuid))
    return paper


def _entry(found: AwardList, one: Candidate, place: int) -> AwardEntry:
    return AwardEntry(
        award_list=found,
        subject_uuid=one.uuid,
        place=place,
        name=one.name[:120],
        note=one.note[:200],
        figures=one.figures,
        persons=list(one.persons),
    )


def _draft(list_uuid: UUID, version: int) -> AwardList:
    found = AwardList.objects.select_for_update().filter(uuid=list_uuid).first()
    if found is None:
        raise NotFound
    if found.state != State.DRAFT:
        raise WrongState(f"名单已由{found.decided_by}审定，不能再改。")
    if found.version != version:
        raise StaleVersion("这份名单刚刚被别人改过，请看过最新的再处理。")
    return found


def _line(found: AwardList, subject_uuid: UUID) -> AwardEntry:
    entry = found.entries.filter(subject_uuid=subject_uuid).first()
    if entry is None:
        raise NotFound
    return entry


def _changed(actor: Actor, found: AwardList, action: str, **data: str) -> None:
    AwardList.objects.filter(pk=found.pk).update(version=F("version") + 1)
    _note(actor, found, action, **data)


def _note(actor: Actor, found: AwardList, action: str, **data: str | int) -> None:
    audit.record(actor=actor, action=action, object_kind="award_list", object_id=found.uuid, **data)
