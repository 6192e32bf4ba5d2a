"""Consumer of notices: mail to readers who gave an address.

Who is told of what is known by the apps above (items, review, desk); they call `notify` from consumers of their own.
"""

from typing import Any

from tenants.notices.mail import send
from tenants.notices.models import Notice
from tenants.notices.operations import MAIL_TOPIC
from zhitong.core import outbox


@outbox.consumer(MAIL_TOPIC)
def deliver(payload: dict[str, Any]) -> None:
    """Mail one notice; nothing when it was read, or its reader has left or gave up the address meanwhile.

    Raises:
        OSError: the mail server does not answer; the outbox tries again later.
    """
    notice = Notice.objects.select_related("reader").filter(pk=payload["notice"]).first()
    if notice is None or notice.read_at or not notice.reader.is_active or not notice.reader.email:
        return
    send(notice)
