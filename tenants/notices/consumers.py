"""Consumers of notices: mail to readers who confirmed an address, and the mail that asks them to.

Who is told of what is known by the apps above (items, review, desk); they call `notify` from consumers of their own.
What is due later (a digest, the end of quiet hours) is a message with an hour: the timetable's emptying of the outbox
enters the units in which something is due, and no others.
"""

from datetime import datetime
from typing import Any

from tenants.accounts.models import User
from tenants.notices import plans
from tenants.notices.mail import AddressUnknown, send, send_confirmation
from tenants.notices.operations import CONFIRM_TOPIC, MAIL_TOPIC, mails_to, note_refused, notify, take_batch
from zhitong.core import outbox
from zhitong.core.operations import require_unit, system

# With an hour between two of them this is a week: a mail server that is down delays mails and loses none.
_TRIES = 180


@outbox.consumer(MAIL_TOPIC, tries=_TRIES)
def deliver(payload: dict[str, Any]) -> None:
    """Mail what is due for one reader; nothing when all was read, or the reader left or has no such address now.

    Raises:
        OSError: the mail server does not answer; nothing counts as mailed, and the outbox tries again later.
    """
    reader = User.objects.filter(pk=payload["reader"], is_active=True).first()
    if reader is None or not mails_to(reader, plans.rules_for(reader)[1]):
        return
    actor = system(require_unit())
    batch = take_batch(actor=actor, reader=reader, at=datetime.fromisoformat(payload["at"]))
    unread = [notice for notice in batch if notice.read_at is None]
    if not unread:
        return
    try:
        send(reader, batch, unread)
    except AddressUnknown:
        note_refused(actor=actor, reader=reader)


@outbox.consumer(CONFIRM_TOPIC, tries=_TRIES)
def ask_reader(payload: dict[str, Any]) -> None:
    """Ask an address to confirm itself; nothing when the account has another one by now, or is out of use.

    Raises:
        OSError: as `deliver`.
    """
    reader = User.objects.filter(pk=payload["reader"], email=payload["address"], is_active=True).first()
    if reader is None or mails_to(reader, plans.rules_for(reader)[1]):
        return
    try:
        send_confirmation(reader, payload["address"], payload["at"])
    except AddressUnknown:
        note_refused(actor=system(require_unit()), reader=reader)


@outbox.consumer("people.account.joined")
def tell_of_joining(payload: dict[str, Any]) -> None:
    """Tell an account that it was joined to one of another unit: whoever did not do it undoes it at once."""
    _tell_account(payload, "joined", "您的账号已与另一个单位的账号关联")


@outbox.consumer("people.account.parted")
def tell_of_parting(payload: dict[str, Any]) -> None:
    """Tell an account that it, or one it was joined to, was parted."""
    _tell_account(payload, "parted", "账号的关联已解除")


def _tell_account(payload: dict[str, Any], what: str, title: str) -> None:
    reader = User.objects.get(uuid=payload["user"])
    notify(
        actor=system(require_unit()),
        reader=reader,
        key=f"account:{what}:{payload['at']}",
        kind=f"account.{what}",
        title=title,
        body="不是您本人办的，请马上在“关联账号”里查看，并修改密码。",
        url="/accounts/joined/",
    )
