"""Mails about notices. A mail leaves the walls: it says that something waits and where, never what it is about.

Delivery is at least once: a mail that a server took just before the worker died goes out again under the same
Message-ID, by which mail programs know it for the same.
"""

from collections import Counter
from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from tenants.accounts.models import User
from tenants.notices.models import Notice, Occasion
from tenants.notices.words import occasion_of
from zhitong.core.addresses import address
from zhitong.core.errors import NotFound
from zhitong.units.current import unit_in_force

_PATIENCE = 15  # seconds for the mail server; the lease of a message is longer
_CONFIRM_DAYS = 7
_FOOT = "邮件不写稿件内容。这封邮件由系统发出，请不要回复。\n"


class AddressUnknown(Exception):  # noqa: N818 - the word of the trade
    """The mail server says for good that there is no such address."""


def send(reader: User, batch: Sequence[Notice], unread: Sequence[Notice]) -> None:
    """Mail `unread` to a reader: one by its own link, several by their numbers and a link for each sort.

    Args:
        batch: all that was due at the moment, read ones too; its first names the mail, whatever is read meanwhile.

    Raises:
        OSError: the mail server does not answer or refuses for now.
        AddressUnknown: it knows no such address.
    """
    unit = unit_in_force()
    if len(unread) == 1:
        subject = f"【直通】{unit.short_name}有一条新通知"
        told = f"您在{unit.short_name}有一条新通知，请登录后查看：\n{_address('notices:open', unread[0].pk)}"
    else:
        subject = f"【直通】{unit.short_name}有 {len(unread)} 条新通知"
        counts = Counter(occasion_of(notice.kind) for notice in unread)
        lines = [
            f"{occasion.label}：{counts[occasion]} 条\n{_address('notices:index')}?about={occasion}"
            for occasion in Occasion
            if counts[occasion]
        ]
        told = f"您在{unit.short_name}有 {len(unread)} 条新通知，请登录后查看：\n\n" + "\n\n".join(lines)
    stop = _address("notices:mail_stop", stop_token(reader))
    settings_page = _address("notices:settings")
    _deliver(
        reader,
        subject,
        f"{told}\n\n什么时候发邮件，可以在这里设置：\n{settings_page}\n不想再收到这类邮件，可以在这里退订：\n{stop}\n\n",
        {
            "Message-ID": f"<notice.{unit.uuid}.{batch[0].pk}@{settings.BASE_DOMAIN}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def send_confirmation(reader: User, address: str, at: str) -> None:
    """Ask whoever reads `address` whether the notices of `reader` may go there. Raises as `send`.

    Args:
        at: when it was asked, which names the mail.
    """
    unit = unit_in_force()
    token = signing.dumps([str(reader.uuid), address], salt=_salt("confirm"))
    link = _address("notices:mail_confirm", token)
    stamp = "".join(digit for digit in at if digit.isdigit())
    _deliver(
        reader,
        f"【直通】请确认接收{unit.short_name}通知的邮箱",
        f"{unit.short_name}登记了这个邮箱，用来提醒您有新通知。\n\n"
        f"请打开下面的链接确认，{_CONFIRM_DAYS} 天内有效：\n{link}\n\n"
        "如果不是您本人的账号，请不要确认，以后不会再有邮件。\n\n",
        {"Message-ID": f"<confirm.{unit.uuid}.{reader.uuid}.{stamp}@{settings.BASE_DOMAIN}>"},
    )


def confirmed_by(token: str) -> tuple[User, str]:
    """Return the account and the address that a link from `send_confirmation` names.

    Raises:
        NotFound: forged, of another unit, older than seven days, or of an account that is gone.
    """
    try:
        uuid, address = signing.loads(token, salt=_salt("confirm"), max_age=_CONFIRM_DAYS * 86400)
    except signing.BadSignature as error:
        raise NotFound("这个确认链接不能用了：超过 7 天，或者网址不完整。请在“通知设置”里重新发送。") from error
    return _reader(uuid), address


def stop_token(reader: User) -> str:
    """Return what a link needs to stop the mails to a reader, and nothing else. It never grows old."""
    return signing.dumps(str(reader.uuid), salt=_salt("stop"))


def stopped_by(token: str) -> User:
    """Return the account that a link to stop mails names.

    Raises:
        NotFound: forged, of another unit, or of an account that is gone.
    """
    try:
        return _reader(signing.loads(token, salt=_salt("stop")))
    except signing.BadSignature as error:
        raise NotFound("这个退订链接不完整。请在“通知设置”里改为不发邮件。") from error


def _reader(uuid: str) -> User:
    reader = User.objects.filter(uuid=uuid, is_active=True).first()
    if reader is None:
        raise NotFound
    return reader


def _salt(use: str) -> str:
    return f"notices.{use}:{unit_in_force().uuid}"


def _address(name: str, *args: object) -> str:
    host = unit_in_force().get_primary_domain().domain
    return address(host, reverse(name, args=args, urlconf=settings.ROOT_URLCONF))


def _deliver(reader: User, subject: str, body: str, headers: dict[str, str]) -> None:
    mail = EmailMessage(
        subject=subject,
        body=f"{reader.name}：\n\n{body}{_FOOT}",
        to=[reader.email],
        connection=get_connection(timeout=_PATIENCE),
        headers=headers,
    )
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _words in error.recipients.values()):
            raise AddressUnknown from error
        raise
