"""Tell a reader, mark read."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tenants.accounts.models import User
from tenants.notices import plans, words
from tenants.notices.models import Notice
from tenants.notices.operations.mailing import MAIL_TOPIC, ask_unasked, mails_to
from zhitong.core import clock, outbox
from zhitong.core.operations import Actor, operation, require_unit


@operation()
def notify(
    *,
    actor: Actor,
    reader: User,
    key: str,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    urgent: bool = False,
) -> Notice | None:
    """Tell `reader` something once: a second call with the same `key` does nothing and returns None.

    The caller answers for what it says: only what the reader may see. Over-long words are shortened with an
    ellipsis, because a notice is a pointer and the thing itself stands behind `url`. A reader who confirmed a mail
    address gets a mail as well, when the rules of unit and reader say (`plans.Plan`), by a message of its own,
    so that a dead mail server holds up nothing else. An address that was never asked about is asked once.

    Args:
        actor: who acts; usually the system, in the reader's unit.
        reader: an account of this unit; one out of use is told nothing.
        key: names the occasion (`event:123`), at most 120 characters.
        kind: dotted name of the sort of notice (`event.adopted`); `words.occasion_of` says what it is about.
        title: one line.
        body: a second line.
        url: path on the unit's host, beginning with one slash; empty for none.
        urgent: it is about an urgent item (急).

    Raises:
        ValueError: `url` leads off the host, or `key` is too long.
    """
    unit_id = require_unit()
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(f"a notice links within its unit, not to {url!r}")
    if len(key) > 120:
        raise ValueError(f"key of a notice is too long: {key!r}")
    if not reader.is_active:
        return None
    unit_rule, own_rule = plans.rules_for(reader) if reader.email else (None, None)
    moment, mail_at = clock.now(), None
    if mails_to(reader, own_rule):
        plan = plans.plan_of(plans.unit_plan(unit_rule), own_rule)
        mail_at = plan.due(words.occasion_of(kind), moment, urgent=urgent)
    notice = Notice(
        reader=reader,
        key=key,
        kind=kind,
        title=_short(title, 120),
        body=_short(body, 300),
        url=url,
        created_at=moment,
        mail_at=mail_at,
    )
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:  # told already
        return None
    if mail_at:
        due = {"reader": reader.pk, "at": mail_at.isoformat()}
        outbox.publish(MAIL_TOPIC, due, unit_id=unit_id, at=mail_at if mail_at > moment else None)
    elif reader.email and (own_rule is None or reader.email not in (own_rule.asked_for, own_rule.confirmed)):
        ask_unasked(actor=actor, reader=reader)
    return notice


@operation()
def mark_read(*, actor: Actor, notices: Iterable[int] | None = None) -> int:
    """Mark the actor's own notices read (all, or those with these ids); return how many were unread."""
    unread: QuerySet[Notice] = Notice.objects.filter(reader__uuid=actor.user_key, read_at__isnull=True)
    if notices is not None:
        unread = unread.filter(pk__in=list(notices))
    return unread.update(read_at=clock.now())


def _short(words: str, limit: int) -> str:
    line = " ".join(words.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
