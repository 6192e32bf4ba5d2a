"""Mails about notices. A mail leaves the walls: it says that something waits and where, never what it is about."""

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection
from django.urls import reverse

from tenants.notices.models import Notice
from zhitong.units.models import Unit

_PATIENCE = 15  # seconds for the mail server; the lease of a message is longer


def send(notice: Notice) -> None:
    """Send one mail in the unit in force.

    Raises:
        OSError: the mail server does not answer or refuses.
    """
    unit: Unit = connection.tenant  # type: ignore[attr-defined]
    scheme = "https" if settings.HTTPS else "http"
    path = reverse("notices:open", args=[notice.pk], urlconf=settings.ROOT_URLCONF)
    link = f"{scheme}://{unit.get_primary_domain().domain}{path}"
    EmailMessage(
        subject=f"【直通】{unit.short_name}有一条新通知",
        body=(
            f"{notice.reader.name}：\n\n您在{unit.short_name}有一条新通知，请登录后查看：\n{link}\n\n"
            "邮件不写稿件内容。这封邮件由系统发出，请不要回复。\n"
        ),
        to=[notice.reader.email],
        connection=get_connection(timeout=_PATIENCE),
        headers={"Message-ID": f"<notice.{unit.uuid}.{notice.pk}@{settings.BASE_DOMAIN}>"},
    ).send()
