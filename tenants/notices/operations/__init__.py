"""Every write over notices: telling and reading them, and how they are mailed."""

from tenants.notices.operations.mailing import (
    CONFIRM_TOPIC,
    MAIL_TOPIC,
    ask_to_confirm,
    ask_unasked,
    confirm_address,
    mails_to,
    note_refused,
    set_own_mail,
    set_unit_mail,
    stop_mail,
    take_batch,
)
from tenants.notices.operations.telling import mark_read, notify

__all__ = [
    "CONFIRM_TOPIC",
    "MAIL_TOPIC",
    "ask_to_confirm",
    "ask_unasked",
    "confirm_address",
    "mails_to",
    "mark_read",
    "note_refused",
    "notify",
    "set_own_mail",
    "set_unit_mail",
    "stop_mail",
    "take_batch",
]
