"""Brings changes to the index: what `search.models.Push` names, in batches, for as long as the engine takes them.

A change carries the revision of its document, and the index takes it only when it has none that is newer: batches may
be sent twice and in any order. An engine that is down leaves everything where it is.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from elasticsearch import helpers

from search.backend import EngineDown
from search.elastic.backend import engine, reaching
from search.elastic.writing import key_of, removal, writings
from search.models import Build, Push, SearchDocument
from search.postgres import kept_of
from zhitong.core import clock

log = structlog.get_logger(__name__)

BATCH = 200
# After so many refusals of its own a document waits for somebody to look at it.
MOST_ATTEMPTS = 8
_LEASE = timedelta(minutes=2)
_PAUSE = timedelta(seconds=15)  # while the engine is down
_FULL = 6  # times that a batch comes back to an engine whose memory is full: half a minute
# Answers that are as good as done: somebody brought a newer revision, or what was to go was not there.
_DONE = {200, 201, 404, 409}


def push() -> int:
    """Bring what is due to the index in use and to the one being built; return how many changes arrived.

    Raises:
        EngineDown: the engine does not answer; what was to be brought waits.
    """
    arrived = 0
    indices = indices_to_fill()
    while indices and (batch := _lease()):
        try:
            refused = _bring(batch, indices)
        except EngineDown as error:
            _wait(batch, str(error))
            raise
        arrived += len(batch) - len(refused)
        _settle(batch, refused)
    return arrived


def indices_to_fill() -> Sequence[str]:
    """Return the names of the indices that have to learn of every change."""
    return list(Build.objects.exclude(state=Build.State.GONE).order_by("pk").values_list("index", flat=True))


def send(actions: list[dict[str, Any]]) -> dict[str, str]:
    """Let the engine do these; return why some were refused, by key. Asks no database, so any thread may call it.

    An engine whose memory is full (status 429) is given time.

    Raises:
        EngineDown: the engine does not answer.
    """
    return dict(_refusals(actions)) if actions else {}


def index_revisions(index: str) -> Iterator[tuple[tuple[str, UUID], int]]:
    """Yield what an index holds: kind and key of each document with its revision.

    Raises:
        EngineDown: the engine does not answer.
    """
    with reaching():
        found = helpers.scan(engine(), index=index, query={"_source": False, "version": True}, size=2000)
        for hit in found:
            kind, _colon, key = hit["_id"].partition(":")
            yield (kind, UUID(key)), hit["_version"]


def _bring(batch: Sequence[Push], indices: Sequence[str]) -> dict[str, str]:
    wanted = {(push.kind, push.object_uuid): push for push in batch}
    rows = kept_of(SearchDocument.objects.filter(object_uuid__in=[push.object_uuid for push in batch]))
    found = {key: kept for kept in rows if (key := (kept.document.kind, kept.document.object_uuid)) in wanted}
    gone = [push for key, push in wanted.items() if key not in found]
    refused: dict[str, str] = {}
    for index in indices:
        removals = [removal(push.kind, push.object_uuid, push.revision, index) for push in gone]
        refused |= send([*writings(found.values(), index), *removals])
    return refused


def _refusals(actions: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    with reaching():
        client = engine().options(request_timeout=60)
        answers = helpers.streaming_bulk(
            client, actions, raise_on_error=False, initial_backoff=1, max_backoff=10, max_retries=_FULL
        )
        for done, answer in answers:
            [(_verb, said)] = answer.items()
            if not done and said.get("status") not in _DONE:
                yield said["_id"], str(said.get("error"))[:300]


def _lease() -> list[Push]:
    """Take a batch for a while: whoever dies with it loses nothing."""
    moment = clock.now()
    due = Push.objects.filter(due_at__lte=moment, attempts__lt=MOST_ATTEMPTS).order_by("due_at", "id")
    with transaction.atomic():
        taken = list(due.select_for_update(skip_locked=True)[:BATCH])
        Push.objects.filter(pk__in=[push.pk for push in taken]).update(due_at=moment + _LEASE)
    return taken


def _settle(batch: Sequence[Push], refused: dict[str, str]) -> None:
    """Forget what arrived, unless it has changed again; keep what was refused with the reason."""
    for push in batch:
        same = Push.objects.filter(pk=push.pk, revision=push.revision)
        reason = refused.get(key_of(push.kind, push.object_uuid))
        if reason is None:
            same.delete()
            continue
        pause = timedelta(seconds=min(3600, 2 ** (push.attempts + 1)))
        same.update(attempts=F("attempts") + 1, error=reason, due_at=clock.now() + pause)
        log.warning("search.refused", kind=push.kind, object=str(push.object_uuid), reason=reason)


def _wait(batch: Sequence[Push], reason: str) -> None:
    Push.objects.filter(pk__in=[push.pk for push in batch]).update(error=reason[:300], due_at=clock.now() + _PAUSE)
