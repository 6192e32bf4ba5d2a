"""How notices are mailed: what readers and their unit say about it, which address is confirmed, what is mailed now."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from tenants.accounts.models import User
from tenants.notices.models import MailRule, Notice, Occasion, Rhythm
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation, require_unit

MAIL_TOPIC = "notices.mail.due"
CONFIRM_TOPIC = "notices.confirm"
_ASK_AGAIN = timedelta(minutes=10)
Quiet = tuple[time, time] | None


def mails_to(reader: User, rule: MailRule | None) -> bool:
    """Return whether the reader's present address is one that its owner confirmed."""
    return bool(rule and reader.email and rule.confirmed == reader.email)


@operation()
def set_own_mail(
    *,
    actor: Actor,
    rhythms: Mapping[Occasion, Rhythm],
    digest_hour: int | None = None,
    own_quiet: bool = False,
    quiet: Quiet = None,
) -> MailRule:
    """Say how the actor's own notices are mailed from now on.

    Args:
        rhythms: by occasion; one that is missing follows the unit.
        digest_hour: hour of the day (0 to 23, China) of digests; None follows the unit.
        own_quiet: whether `quiet` counts instead of the unit's hours.
        quiet: from when to when no mail goes out, None for mail at any time.

    Raises:
        NotFound: the actor has no account here.
        InvalidInput: no hour of a day, or quiet hours that end as they begin.
    """
    reader = User.objects.filter(uuid=actor.user_key).first()
    if reader is None:
        raise NotFound
    rule = _locked(reader)
    _set(rule, rhythms, digest_hour, quiet, own_quiet=own_quiet)
    rule.save()
    audit.record(actor=actor, action="notices.mail.set", object_kind="user", object_id=reader.uuid)
    return rule


@operation("units.settings")
def set_unit_mail(
    *, actor: Actor, rhythms: Mapping[Occasion, Rhythm], digest_hour: int, quiet: Quiet, urgent_passes: bool
) -> MailRule:
    """Say how notices are mailed to everybody in the unit who says nothing else. Raises as `set_own_mail`.

    Args:
        urgent_passes: what is about an urgent item (急) waits neither for a digest nor for quiet hours to end.
    """
    rule = _locked(None)
    _set(rule, rhythms, digest_hour, quiet, own_quiet=True)
    rule.urgent_passes = urgent_passes
    rule.save()
    audit.record(
        actor=actor,
        action="notices.mail.unit_set",
        object_kind="unit",
        object_id=require_unit(),
        rhythms={str(occasion): str(rhythm) for occasion, rhythm in rhythms.items()},
        digest_hour=digest_hour,
        quiet=[str(at) for at in quiet or ()],
        urgent_passes=urgent_passes,
    )
    return rule


@operation()
def ask_to_confirm(*, actor: Actor) -> None:
    """Send the actor's own address a link that confirms it.

    Raises:
        NotFound: the actor has no account here.
        InvalidInput: there is no address.
        WrongState: it is confirmed, or was asked less than ten minutes ago.
    """
    reader = User.objects.filter(uuid=actor.user_key).first()
    if reader is None:
        raise NotFound
    if not reader.email:
        raise InvalidInput("还没有填写邮箱。", fields={"email": ["请填写邮箱。"]})
    rule = _locked(reader)
    if mails_to(reader, rule):
        raise WrongState("这个邮箱已经确认，不用再确认。")
    if rule.asked_for == reader.email and rule.asked_at and clock.now() < rule.asked_at + _ASK_AGAIN:
        raise WrongState("确认邮件刚刚发过，请到邮箱里查收。", rule="10 分钟内只发一次", who="没有收到的，过一会儿再发")
    _ask(rule, reader)


@operation()
def confirm_address(*, actor: Actor, reader: User, address: str) -> MailRule:
    """Note that whoever reads `address` wants the notices of `reader` there. The caller has checked the link.

    Raises:
        WrongState: the account has another address by now, or is out of use.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=reader.pk)
    if locked.email != address or not locked.is_active:
        raise WrongState("账号里已经换了邮箱，这个链接不再有效。", who="请在“通知设置”里重新发送确认邮件")
    rule = _locked(reader)
    if rule.confirmed != address:
        rule.confirmed, rule.refused_at = address, None
        rule.save(update_fields=["confirmed", "refused_at"])
        audit.record(actor=actor, action="notices.mail.confirmed", object_kind="user", object_id=reader.uuid)
    return rule


@operation()
def stop_mail(*, actor: Actor, reader: User) -> MailRule:
    """Mail nothing to the reader any more, and drop what waits to be mailed. The notices themselves stay."""
    rule = _locked(reader)
    rule.rhythms = dict.fromkeys(Occasion.values, str(Rhythm.NEVER))
    rule.save(update_fields=["rhythms"])
    Notice.objects.filter(reader=reader, mail_at__isnull=False, mailed_at__isnull=True).update(mail_at=None)
    audit.record(actor=actor, action="notices.mail.stopped", object_kind="user", object_id=reader.uuid)
    return rule


@operation()
def ask_unasked(*, actor: Actor, reader: User) -> None:
    """Send the reader's address a link that confirms it, unless it was ever asked about or refused."""
    rule = _locked(reader)
    if reader.email and reader.email not in (rule.asked_for, rule.confirmed):
        _ask(rule, reader)


@operation()
def note_refused(*, actor: Actor, reader: User) -> MailRule:
    """Note that a mail server knows no such address: nothing more goes there until it is confirmed anew."""
    rule = _locked(reader)
    rule.confirmed, rule.asked_for, rule.asked_at, rule.refused_at = "", reader.email, None, clock.now()
    rule.save(update_fields=["confirmed", "asked_for", "asked_at", "refused_at"])
    audit.record(actor=actor, action="notices.mail.refused", object_kind="user", object_id=reader.uuid)
    return rule


@operation()
def take_batch(*, actor: Actor, reader: User, at: datetime) -> list[Notice]:
    """Take what is due for a reader at that moment out of what waits, in its order; the caller mails it in the same
    transaction. Of two who take it at once, the second waits for the first and gets nothing.
    """
    waiting = Notice.objects.filter(reader=reader, mail_at=at, mailed_at__isnull=True)
    batch = list(waiting.select_for_update().order_by("pk"))
    Notice.objects.filter(pk__in=[notice.pk for notice in batch]).update(mailed_at=clock.now())
    return batch


def _set(
    rule: MailRule,
    rhythms: Mapping[Occasion, Rhythm],
    digest_hour: int | None,
    quiet: Quiet,
    *,
    own_quiet: bool,
) -> None:
    fields: dict[str, list[str]] = {}
    if digest_hour is not None and not 0 <= digest_hour <= 23:
        fields["digest_hour"] = ["请选择 0 点到 23 点之间的整点"]
    if quiet and quiet[0] == quiet[1]:
        fields["quiet_to"] = ["开始和结束不能是同一时刻"]
    if fields:
        raise InvalidInput("设置没有保存，请改正后再提交。", fields=fields)
    rule.rhythms = {str(Occasion(occasion)): str(Rhythm(rhythm)) for occasion, rhythm in rhythms.items()}
    rule.digest_hour = digest_hour
    rule.own_quiet = own_quiet
    rule.quiet_from, rule.quiet_to = quiet if own_quiet and quiet else (None, None)


def _locked(reader: User | None) -> MailRule:
    """Return the rule of a reader (None: of the unit) for update; the first call makes it."""
    MailRule.objects.bulk_create([MailRule(reader=reader)], ignore_conflicts=True)
    return MailRule.objects.select_for_update().get(reader=reader)


def _ask(rule: MailRule, reader: User) -> None:
    rule.asked_for, rule.asked_at, rule.refused_at = reader.email, clock.now(), None
    rule.save(update_fields=["asked_for", "asked_at", "refused_at"])
    asked = {"reader": reader.pk, "address": reader.email, "at": rule.asked_at.isoformat()}
    outbox.publish(CONFIRM_TOPIC, asked, unit_id=require_unit())
