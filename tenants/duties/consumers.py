"""What follows by itself: who is told of targets, records and dossiers, and what is handed over on consent.

Whoever owes something and is behind at a stage is told, and who set it; each once a stage.

An alarm rings on the morning of a stage (`ranking.targets.Stage`). It reads the present state: a target that was ended
or changed in the meantime, or is in time, tells nobody, and one that rings so late that the next stage has begun is
left to that. A notice's key makes the second telling of a stage nothing.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tenants.accounts.models import Membership, User
from tenants.accounts.queries import with_permission
from tenants.duties import words
from tenants.duties.models import AwardKind, AwardList, DutyRecord, OwnTarget
from tenants.duties.queries.awards import honoured
from tenants.duties.queries.packets import packet_of
from tenants.duties.queries.targets import progress
from tenants.notices.operations import notify
from zhitong.core import outbox
from zhitong.core.operations import require_unit, system
from zhitong.people.queries import same_human
from zhitong.ranking.models import DossierTransfer, Target
from zhitong.ranking.operations import freeze_transfer
from zhitong.ranking.periods import Period
from zhitong.ranking.targets import STAGE_WORDS, Progress, Stage, progress_of_units, stage_now

_NAMED = 5  # names in a line
_PAGE = "/duties/targets/"


@outbox.consumer("ranking.target.set")
def tell_of_target(payload: dict[str, Any]) -> None:
    """Tell those who report for the unit what a unit above has set."""
    target = _target(payload)
    if target.ended_at is None:
        title = f"{target.setter.short_name}下达目标任务：{words.owed(target)}"
        _tell(with_permission("exchange.send"), f"target:{target.uuid}", "targets.set", title, target.basis)


@outbox.consumer("ranking.target.stage")
def remind_unit(payload: dict[str, Any]) -> None:
    """Tell those who report for the unit that it is behind what a unit above has set."""
    target, stage = _target(payload), Stage(payload["stage"])
    if target.ended_at is not None or stage != stage_now(target.period):
        return
    found = progress_of_units([target])[target.uuid]
    if _is_behind(found):
        title = f"{words.standing(found, target.measure).word}：{words.owed(target)}"
        body = (
            f"{target.setter.short_name}下达，{STAGE_WORDS[stage]}，完成 {words.amount(found.done, target.measure)}。"
        )
        _tell(with_permission("exchange.send"), f"target:{target.uuid}:{stage}", "targets.behind", title, body)


@outbox.consumer("ranking.targets.stage")
def tell_setter(payload: dict[str, Any]) -> None:
    """Tell those who set targets for units below who of these is behind."""
    asked = _asked(payload)
    if asked is None:
        return
    rows = list(Target.objects.filter(setter_id=require_unit(), ended_at=None, **asked).select_related("unit"))
    found = progress_of_units(rows)
    behind = [row.unit.short_name for row in rows if _is_behind(found[row.uuid])]
    if behind:
        key = f"targets:{payload['measure']}:{payload['first']}:{payload['last']}:{payload['stage']}"
        title = f"{len(behind)} 个单位目标任务落后：{_what(rows[0])}"
        _tell(with_permission("ranking.targets"), key, "targets.behind", title, _named(behind, payload), "?tab=below")


@outbox.consumer("duties.targets.stage")
def remind_people(payload: dict[str, Any]) -> None:
    """Tell people and heads of circles that they are behind, and those who keep the targets who is."""
    asked = _asked(payload)
    if asked is None:
        return
    rows = list(OwnTarget.objects.filter(ended_at=None, **asked).select_related("user").order_by("pk"))
    found = progress(rows)
    behind = [row for row in rows if _is_behind(found[row.uuid])]
    if not behind:
        return
    stage = Stage(payload["stage"])
    heads = _heads([row.group_name for row in behind if row.group_name])
    for row in behind:
        to = [row.user] if row.user else heads.get(row.group_name, [])
        title = f"{words.standing(found[row.uuid], row.measure).word}：{words.owed(row, own=True)}"
        body = f"{row.group_name}，{STAGE_WORDS[stage]}" if row.group_name else STAGE_WORDS[stage]
        _tell(to, f"own_target:{row.uuid}:{stage}", "targets.behind", title, f"{body}。", url="/duties/")
    names = [row.user.name if row.user else row.group_name for row in behind]
    key = f"own_targets:{payload['measure']}:{payload['first']}:{payload['last']}:{stage}"
    title = f"{len(behind)} 个目标任务落后：{_what(behind[0], own=True)}"
    _tell(with_permission("duties.manage"), key, "targets.behind", title, _named(names, payload), "?tab=people")


@outbox.consumer("duties.record.entered")
def tell_of_record(payload: dict[str, Any]) -> None:
    """Tell the office that a member's record waits, or the member that the office entered one."""
    record = _record(payload)
    title = f"{record.user.name}登记履职记录：{record.duty.name}"
    if record.state == DutyRecord.State.ENTERED:
        to = with_permission("duties.manage").exclude(pk=record.user_id)
        _tell(to, f"duty_record:{record.uuid}", "duties.record", title, record.words, url="/duties/records/")
    elif record.decided_at == record.entered_at:  # by the office
        own = f"已登记履职记录：{record.duty.name}"
        _tell([record.user], f"duty_record:{record.uuid}", "duties.record", own, record.words, url="/duties/")


@outbox.consumer("duties.record.decided")
def tell_member(payload: dict[str, Any]) -> None:
    """Tell a member what became of a record."""
    record = _record(payload)
    title = f"履职记录{record.get_state_display()}：{record.duty.name}"
    key = f"duty_record:{record.uuid}:{record.state}"
    _tell([record.user], key, "duties.record", title, record.reason or record.words, url="/duties/")


@outbox.consumer("duties.awards.decided")
def tell_the_honoured(payload: dict[str, Any]) -> None:
    """Tell the people of the unit whom a decided list honours."""
    found = AwardList.objects.get(uuid=payload["list"])
    for entry in honoured(found):
        title = f"{found.get_kind_display()}：{found.title}"
        readers = User.objects.filter(person_uuid__in=entry.persons, is_active=True)
        body = entry.name if found.kind == AwardKind.ITEM else ""
        _tell(readers, f"award:{entry.pk}", "duties.award", title, body, url="/duties/")


@outbox.consumer("ranking.dossier.consented")
def hand_over(payload: dict[str, Any]) -> None:
    """Freeze the figures of a member who consents that they go to another unit."""
    transfer = DossierTransfer.objects.select_related("person", "source").get(
        uuid=payload["transfer"], source_id=require_unit()
    )
    if transfer.withdrawn_at is None and transfer.frozen_at is None:
        content = packet_of(transfer.person.uuid, transfer.person.name)
        freeze_transfer(actor=system(require_unit()), transfer_uuid=transfer.uuid, content=content)


@outbox.consumer("ranking.dossier.handed")
def tell_of_transfer(payload: dict[str, Any]) -> None:
    """Tell the receiving office and the person that a dossier has come."""
    transfer = DossierTransfer.objects.select_related("person", "source").get(
        uuid=payload["transfer"], receiver_id=require_unit()
    )
    if transfer.withdrawn_at is not None:
        return
    key, kind = f"dossier:{transfer.uuid}", "duties.dossier"
    persons = list(same_human(transfer.person).values_list("uuid", flat=True))
    for user in User.objects.filter(person_uuid__in=persons, is_active=True):
        title = f"{transfer.source.short_name}的履职档案已经转来"
        _tell([user], key, kind, title, "", url="/duties/")
        office = with_permission("duties.manage").exclude(pk=user.pk)
        _tell(office, key, kind, f"{user.name}：{title}", "", url=f"/duties/members/{user.uuid}/")


def _target(payload: dict[str, Any]) -> Target:
    return Target.objects.select_related("setter", "unit").get(uuid=payload["target"], unit_id=require_unit())


def _asked(payload: dict[str, Any]) -> dict[str, Any] | None:
    """Return which targets an alarm is about; None when a later stage has begun, whose own alarm tells more."""
    first, last = (date.fromisoformat(payload[name]) for name in ("first", "last"))
    if Stage(payload["stage"]) != stage_now(Period(first, last)):
        return None
    return {"measure": payload["measure"], "first_day": first, "last_day": last}


def _is_behind(found: Progress) -> bool:
    return not found.is_met if found.is_over else bool(found.behind)


def _what(target: Target | OwnTarget, *, own: bool = False) -> str:
    return f"{target.period.words}{words.measure_word(target.measure, own=own)}"


def _named(names: list[str], payload: dict[str, Any]) -> str:
    more = f"等 {len(names)} 个" if len(names) > _NAMED else ""
    return f"{STAGE_WORDS[Stage(payload['stage'])]}：{'、'.join(names[:_NAMED])}{more}。"


def _heads(groups: list[str]) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {}
    rows = Membership.objects.filter(group__name__in=groups, is_head=True).select_related("group", "user")
    for row in rows.order_by("pk"):
        found.setdefault(row.group.name, []).append(row.user)
    return found


def _tell(
    readers: Iterable[User], key: str, kind: str, title: str, body: str, tab: str = "", *, url: str = _PAGE
) -> None:
    actor = system(require_unit())
    for reader in readers:
        notify(actor=actor, reader=reader, key=key, kind=kind, title=title, body=body, url=f"{url}{tab}")


def _record(payload: dict[str, Any]) -> DutyRecord:
    return DutyRecord.objects.select_related("user", "duty").get(uuid=payload["record"])
