"""The transactional outbox: a row first, a message second.

`publish` writes a row in the caller's transaction. A worker leases due rows, runs every consumer of the topic inside
the row's unit, and marks them done; a failure waits longer each time and ends in the dead letters with its reason.
Consumers are idempotent: a message may come twice.
"""

import contextlib
import itertools
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import close_old_connections, connection, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone
from django_tenants.utils import get_public_schema_name, get_tenant_model, schema_context

from zhitong.core import clock, metrics, rows
from zhitong.core.models import OutboxMessage

log = structlog.get_logger(__name__)

Consumer = Callable[[dict[str, Any]], None]
_consumers: dict[str, list[Consumer]] = defaultdict(list)
_tries: dict[str, int] = {}
_BATCH = 50
_WAKE_SECONDS = 0.2
_awaited_until = 0.0


def consumer(topic: str, *, tries: int | None = None) -> Callable[[Consumer], Consumer]:
    """Register a function for a topic. It runs in the schema of the message's unit (public when it has none).

    Args:
        topic: what messages it takes.
        tries: how often a message of the topic may fail before it counts as dead, where that is more than
            OUTBOX_MAX_ATTEMPTS: for what waits for a server of somebody else. From the twelfth try on they are an hour
            apart.
    """

    def decorate(function: Consumer) -> Consumer:
        _consumers[topic].append(function)
        if tries is not None:
            _tries[topic] = tries
        return function

    return decorate


def publish(topic: str, payload: dict[str, Any], *, unit_id: int | None, at: datetime | None = None) -> None:
    """Write a message in the present transaction; workers are woken when it commits.

    Args:
        topic: dotted name (`exchange.event.recorded`).
        payload: JSON primitives; ids, never texts.
        unit_id: the unit in whose schema consumers run, None for the public schema.
        at: not before that moment (an alarm); now when None.
    """
    message = {
        "unit_id": unit_id,
        "topic": topic,
        "payload": payload,
        "created_at": clock.now(),
        "available_at": at or timezone.now(),
    }
    rows.insert(rows.Row(OutboxMessage, message), then=_wake_after_commit if at is None else None)


def _wake_after_commit() -> None:
    if all(entry[1] is not _wake for entry in connection.run_on_commit):  # one wake-up a transaction
        transaction.on_commit(_wake)


def _wake() -> None:
    """Let a worker drain the outbox in a moment; until then this covers every further commit of the process."""
    global _awaited_until
    moment = time.monotonic()
    if moment < _awaited_until:
        return
    _awaited_until = moment + _WAKE_SECONDS
    from zhitong.core.tasks import drain_outbox

    with contextlib.suppress(Exception):  # a broker that is down costs five seconds: beat wakes the workers too
        drain_outbox.apply_async(countdown=_WAKE_SECONDS, expires=60, retry=False)


def drain(limit: int = 1000) -> int:
    """Handle due messages until none is left or `limit` is reached; return how many were handled."""
    handled = 0
    while handled < limit:
        batch = _lease(min(_BATCH, limit - handled))
        if not batch:
            break
        for unit_id, messages in itertools.groupby(sorted(batch, key=_unit_key), key=_unit_key):
            _handle_together(unit_id or None, list(messages))
        handled += len(batch)
    return handled


def backlog() -> tuple[int, datetime | None]:
    """Return how many messages are due and not done, and since when the oldest of them has been."""
    due = OutboxMessage.objects.filter(done_at__isnull=True, dead_at__isnull=True, available_at__lte=timezone.now())
    found = due.aggregate(number=Count("pk"), oldest=Min("available_at"))
    return found["number"], found["oldest"]


def measure() -> Iterable[metrics.Gauge]:
    """Yield what is measured of the outbox, by two queries."""
    due, oldest = backlog()
    dead = OutboxMessage.objects.filter(dead_at__isnull=False).count()
    lag = max((timezone.now() - oldest).total_seconds(), 0.0) if oldest else 0.0
    yield metrics.Gauge("zhitong_outbox_messages", "Messages to be handled.", {"due": due, "dead": dead}, "state")
    yield metrics.Gauge("zhitong_outbox_lag_seconds", "Age of the oldest message that is due.", lag)


def _lease(size: int) -> list[OutboxMessage]:
    moment = timezone.now()
    with transaction.atomic():
        due = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(Q(leased_until__isnull=True) | Q(leased_until__lt=moment))
            .filter(done_at__isnull=True, dead_at__isnull=True, available_at__lte=moment)
            .order_by("available_at", "id")[:size]
        )
        OutboxMessage.objects.filter(pk__in=[message.pk for message in due]).update(
            leased_until=moment + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS), attempts=F("attempts") + 1
        )
    for message in due:
        message.attempts += 1
    return due


def _unit_key(message: OutboxMessage) -> int:
    return message.unit_id or 0


def _handle_together(unit_id: int | None, messages: list[OutboxMessage]) -> None:
    """Handle messages of one unit in their order, entering it once."""
    try:
        unit = _unit_of(unit_id)
    except ObjectDoesNotExist as error:
        for message in messages:
            _fail(message, error)
        return
    with unit:
        for message in messages:
            _handle(message)


def _unit_of(unit_id: int | None) -> contextlib.AbstractContextManager[Any]:
    if unit_id is None:
        public: contextlib.AbstractContextManager[Any] = schema_context(get_public_schema_name())
        return public
    unit: contextlib.AbstractContextManager[Any] = get_tenant_model().objects.get(pk=unit_id)
    return unit


def _handle(message: OutboxMessage) -> None:
    try:
        for function in _consumers.get(message.topic, ()):
            with transaction.atomic():
                function(message.payload)
    except Exception as error:
        _fail(message, error)
        return
    OutboxMessage.objects.filter(pk=message.pk).update(done_at=timezone.now(), leased_until=None)


def _fail(message: OutboxMessage, error: Exception) -> None:
    close_old_connections()
    moment = timezone.now()
    dead = message.attempts >= _tries.get(message.topic, settings.OUTBOX_MAX_ATTEMPTS)
    log.warning("outbox.failed", topic=message.topic, message=message.pk, attempts=message.attempts, dead=dead)
    OutboxMessage.objects.filter(pk=message.pk).update(
        leased_until=None,
        dead_at=moment if dead else None,
        available_at=moment + timedelta(seconds=min(3600, 2**message.attempts)),
        last_error="".join(traceback.format_exception_only(error))[:2000],
    )


def retry(ids: list[int] | None = None) -> int:
    """Give dead letters (all, or those named) a new life; return how many."""
    dead = OutboxMessage.objects.filter(dead_at__isnull=False)
    if ids is not None:
        dead = dead.filter(pk__in=ids)
    return dead.update(dead_at=None, attempts=0, available_at=timezone.now(), last_error="")
