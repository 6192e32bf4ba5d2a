"""Keeps what was read of files, one row for each content a unit holds; what is not read yet is put in line.

A worker reads it, and whatever the file does, the row ends with a text or with a reason.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q

from search.files.reader import Reading, read_file
from search.files.reading import MOST_CHARACTERS, READABLE
from search.models import FileText
from zhitong.core import clock, outbox
from zhitong.core.errors import NotFound
from zhitong.documents import storage

log = structlog.get_logger(__name__)

FILE_READ = "search.file.read"
MOST_BYTES = 30 * 1024**2  # of a file that is read
_LEASE = timedelta(minutes=3)
_MOST_ATTEMPTS = 3  # of a file that takes its worker with it
_OLD_OFFICE = frozenset({"application/msword", "application/vnd.ms-excel"})


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of something that is searched: whose it is, by content, with its name."""

    unit_id: int
    sha256: str
    media_type: str
    size: int
    name: str


def texts_of(files: dict[UUID, list[Attached]]) -> dict[UUID, str]:
    """Return for each thing the names and texts of its files, one below the other, as far as they are read.

    What is not read yet is put in line; when it is, `FILE_READ` goes to the unit that holds it. Until the caller's
    transaction ends nobody finishes one of those, so no text arrives between this and the writing of a document.
    """
    wanted = {(file.unit_id, file.sha256): file for some in files.values() for file in some}
    if not wanted:
        return dict.fromkeys(files, "")
    FileText.objects.bulk_create([_row(file) for file in wanted.values()], ignore_conflicts=True)
    own = Q()
    for unit_id in {unit_id for unit_id, _sha256 in wanted}:
        own |= Q(unit=unit_id, sha256__in=[sha256 for one, sha256 in wanted if one == unit_id])
    with transaction.atomic():
        list(FileText.objects.filter(own, state=FileText.State.WAITING).order_by("pk").select_for_update(no_key=True))
        texts = {(unit, sha256): text for unit, sha256, text in FileText.objects.filter(own).values_list(*_TEXT)}
    return {key: _joined(some, texts) for key, some in files.items()}


_TEXT = ("unit_id", "sha256", "text")


def _joined(files: Sequence[Attached], texts: dict[tuple[int, str], str]) -> str:
    parts = [f"{file.name}\n{texts.get((file.unit_id, file.sha256), '')}".strip() for file in files]
    return "\n".join(parts)[:MOST_CHARACTERS]


def _row(file: Attached) -> FileText:
    reason = _refusal(file)
    return FileText(
        unit_id=file.unit_id,
        sha256=file.sha256,
        media_type=file.media_type,
        size=file.size,
        state=FileText.State.SKIPPED if reason else FileText.State.WAITING,
        reason=reason,
        due_at=clock.now(),
    )


def _refusal(file: Attached) -> FileText.Reason | str:
    """Return why a file is not even opened; empty when it is."""
    if file.media_type in _OLD_OFFICE:
        return FileText.Reason.OLD_OFFICE
    if file.media_type not in READABLE:
        return FileText.Reason.KIND
    return FileText.Reason.TOO_LARGE if file.size > MOST_BYTES else ""


def read_due() -> int:
    """Read files that wait until none is left; return how many were dealt with.

    While the store of files is down, they wait.
    """
    dealt = 0
    while row := _lease():
        with tempfile.TemporaryFile() as local:
            try:
                fetched = _fetch(row, local)
            except Exception as error:  # each store has its own ways of being down
                log.warning("search.file_store_down", error=str(error)[:300])
                FileText.objects.filter(pk=row.pk).update(attempts=row.attempts)
                return dealt
            reading = read_file(row.media_type, local) if fetched else Reading(reason=FileText.Reason.MISSING)
        _settle(row, reading)
        dealt += 1
    return dealt


def read_again() -> int:
    """Put all files in line that were skipped, but for those that are never opened; return how many."""
    never = [FileText.Reason.KIND, FileText.Reason.OLD_OFFICE, FileText.Reason.TOO_LARGE]
    skipped = FileText.objects.filter(state=FileText.State.SKIPPED).exclude(reason__in=never)
    return skipped.update(state=FileText.State.WAITING, reason="", attempts=0, due_at=clock.now())


def _lease() -> FileText | None:
    """Take the next file for a while; one that was taken too often without an end ends here."""
    moment = clock.now()
    due = FileText.objects.filter(state=FileText.State.WAITING, due_at__lte=moment).order_by("due_at", "pk")
    while True:
        with transaction.atomic():
            row = due.select_for_update(skip_locked=True, of=("self",)).select_related("unit").first()
            if row is None:
                return None
            FileText.objects.filter(pk=row.pk).update(due_at=moment + _LEASE, attempts=F("attempts") + 1)
        if row.attempts < _MOST_ATTEMPTS:
            return row
        _settle(row, Reading(reason=FileText.Reason.CRASHED))


def _fetch(row: FileText, into: IO[bytes]) -> bool:
    """Copy a file out of the store; return whether it is there."""
    try:
        kept = storage.open_(row.unit, row.sha256)
    except NotFound:
        return False
    with kept:
        for chunk in kept.chunks():
            into.write(chunk)
    into.seek(0)
    return True


def _settle(row: FileText, reading: Reading) -> None:
    values: dict[str, Any] = {
        "state": FileText.State.SKIPPED if reading.reason else FileText.State.READ,
        "reason": reading.reason or "",
        "text": reading.text,
        "is_cut": reading.is_cut,
        "read_at": clock.now(),
    }
    with transaction.atomic():
        FileText.objects.filter(pk=row.pk).update(**values)
        if not reading.reason:
            outbox.publish(FILE_READ, {"sha256": row.sha256}, unit_id=row.unit_id)
    if reading.reason:
        log.info("search.file_skipped", unit=row.unit_id, sha256=row.sha256, reason=str(reading.reason))
