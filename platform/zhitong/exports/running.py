"""How a worker makes the exports that wait: as the asker, with the asker's rights of that moment, row by row.

Who runs an export holds a lock of the database that dies with it. So a worker that was killed is known by what it
left: an export that runs while nobody holds its lock is taken up anew.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO
from uuid import uuid4

import structlog
from django.contrib.auth import get_user_model
from django.db import transaction

from zhitong.core import clock
from zhitong.core.errors import NotAllowed, Refusal
from zhitong.core.locks import EXPORT, EXPORTS, held
from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.documents import storage
from zhitong.exports.models import UNFINISHED, Export
from zhitong.exports.operations import asked_from, forget
from zhitong.exports.registry import exporter_of
from zhitong.exports.writing import write

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 3
_EVERY = 1.0  # seconds between two words on how far it is
_BROKEN_OFF = "导出几次都中断了，请缩小范围再试；还不行请联系平台运维。"


def run_waiting() -> int:
    """Make the exports that wait, the oldest first; return how many came to an end.

    One worker at a time does so: the others keep the outbox and the index going.
    """
    ended = 0
    with held(EXPORTS) as free:
        if not free:
            return 0
        for key in list(Export.objects.filter(state__in=UNFINISHED).order_by("asked_at").values_list("pk", flat=True)):
            with held(EXPORT, key) as mine:
                export = _taken(key) if mine else None
                if export is not None:
                    ended += _run(export)
    return ended


def drop_expired() -> int:
    """Delete the exports past their time with their files; return how many."""
    past = list(Export.objects.select_related("unit").filter(expires_at__lte=clock.now()))
    for export in past:
        with transaction.atomic():
            forget(export)
    return len(past)


def _taken(key: int) -> Export | None:
    """Begin an export that is still to be made; give it up when it was broken off too often."""
    with transaction.atomic():
        rows = Export.objects.select_for_update(of=("self",)).select_related("unit")
        export = rows.filter(pk=key, state__in=UNFINISHED).first()
        if export is None:
            return None
        left = export.file
        if export.attempts >= MOST_ATTEMPTS:
            export.state, export.reason, export.finished_at = Export.State.FAILED, _BROKEN_OFF, clock.now()
            export.file = None
        else:
            export.state, export.started_at, export.file = Export.State.RUNNING, clock.now(), uuid4()
            export.attempts, export.rows_done = export.attempts + 1, 0
        export.save()
    if left is not None:
        storage.drop_made(export.unit, left)
    return export if export.state == Export.State.RUNNING else None


def _run(export: Export) -> bool:
    """Make one export; return whether it came to an end. What breaks off is left to the next attempt."""
    try:
        with export.unit, tempfile.TemporaryFile() as out:
            _make(export, out)
    except Refusal as refusal:
        words = [refusal.message, f"{refusal.who}。" if refusal.who else ""]
        return _settled(export, state=Export.State.REFUSED, reason="".join(words)[:300], file=None)
    except Exception:
        log.exception("exports.broken_off", export=str(export.uuid), kind=export.kind, attempt=export.attempts)
        return False
    return True


def _make(export: Export, out: BinaryIO) -> None:
    actor, exporter = _asker(export), exporter_of(export.kind)
    asked = asked_from(export.query)
    exporter.require(actor, asked)
    total, rows = exporter.rows(actor, asked)
    export.rows_total = total
    counted = _Counted(export, rows)
    write(exporter, counted, out, export.format)
    if counted.stopped:
        return
    assert export.file is not None
    digest, size = storage.keep_made(export.unit, export.file, out)
    done = {"state": Export.State.DONE, "rows_done": counted.number, "rows_total": counted.number}
    if not _settled(export, **done, sha256=digest, size=size):
        storage.drop_made(export.unit, export.file)


def _asker(export: Export) -> Actor:
    """Return who asked, with the rights of now.

    Raises:
        NotAllowed: the account is out of use.
    """
    user = get_user_model().objects.filter(uuid=export.user_uuid, is_active=True).first()
    if user is None:
        raise NotAllowed("您的账号已停用，没有导出。", who="本单位管理员可以在“人员”里恢复")
    return user.actor


def _settled(export: Export, **values: object) -> bool:
    """Write how it ended, unless it was taken back meanwhile; return whether it was written."""
    mine = Export.objects.filter(pk=export.pk, state=Export.State.RUNNING, file=export.file)
    return bool(mine.update(**values, finished_at=clock.now()))


class _Counted:
    """The rows as they pass, with their number written down now and then; they end early when the export is taken back.

    They end and do not raise, so that the writer closes what it opened.
    """

    def __init__(self, export: Export, rows: Iterable[Sequence[Value]]) -> None:
        self._export, self._rows = export, rows
        self.number, self.stopped = 0, False

    def __iter__(self) -> Iterator[Sequence[Value]]:
        said = 0.0
        for row in self._rows:
            if time.monotonic() - said >= _EVERY:
                said = time.monotonic()
                if not self._still_wanted():
                    self.stopped = True
                    return
            yield row
            self.number += 1

    def _still_wanted(self) -> bool:
        mine = Export.objects.filter(pk=self._export.pk, state=Export.State.RUNNING, file=self._export.file)
        return bool(mine.update(rows_done=self.number, rows_total=self._export.rows_total))
