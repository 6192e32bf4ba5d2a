"""What people do with exports: ask for one, take it back, throw it away."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import QueryDict

from zhitong.core import audit, clock, text
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.documents import storage
from zhitong.exports.models import UNFINISHED, Export, Format
from zhitong.exports.queries import own_exports
from zhitong.exports.registry import exporter_of
from zhitong.exports.writing import MEDIA_TYPES, write
from zhitong.units.current import unit_in_force

AT_ONCE = 2_000
"""Rows that are exported while the reader waits."""
KEPT = timedelta(days=7)
MOST_UNFINISHED = 3  # of one person
_LONGEST_QUERY = 4_000  # characters
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Ready:
    """A list that was small enough to be exported at once."""

    content: bytes
    name: str
    media_type: str


@operation()
def ask_export(*, actor: Actor, kind: str, query: str, wanted: str) -> Export | Ready:
    """Export a list: return the file when there are few rows, else the export that a worker makes.

    The same list that waits already is not made twice.

    Args:
        kind: of the list (`registry`).
        query: the query string of its page.
        wanted: a `Format`.

    Raises:
        NotFound: no such list.
        NotAllowed: without the right of the list.
        InvalidInput: another format, or a query that no page has.
        WrongState: too many of the actor's exports wait.
    """
    exporter = exporter_of(kind)
    if exporter.right:
        actor.require(exporter.right)  # before anything is said about what was asked
    if wanted not in Format.values:
        raise InvalidInput("请选择导出为 Excel 工作簿或 CSV。", fields={"format": ["没有这种格式"]})
    if len(query) > _LONGEST_QUERY:
        raise InvalidInput("条件太长，请去掉几个再导出。", fields={"query": [f"最多 {_LONGEST_QUERY:,} 个字符"]})
    asked = asked_from(query)
    exporter.require(actor, asked)
    total, rows = exporter.rows(actor, asked)
    title = storage.clean_name(f"{unit_in_force().short_name}{exporter.title(asked)}"[:_LONGEST_TITLE] + f".{wanted}")
    made = Export(
        unit_id=require_unit(),
        user_uuid=actor.user_key,
        asked_by=actor.label,
        kind=kind,
        title=title.rpartition(".")[0],
        query=asked.urlencode(),
        format=wanted,
        rows_total=total,
        asked_at=clock.now(),
        expires_at=clock.now() + KEPT,
    )
    if total <= AT_ONCE:
        content = BytesIO()
        write(exporter, rows, content, wanted)
        return Ready(content.getvalue(), made.file_name, MEDIA_TYPES[wanted])
    own = own_exports(actor).filter(state__in=UNFINISHED)
    if same := own.filter(kind=kind, query=made.query, format=wanted).first():
        return same
    if own.count() >= MOST_UNFINISHED:
        raise WrongState(
            f"您已有 {MOST_UNFINISHED} 份导出在等，请等它们导完，或先取消一份。",
            rule=f"每人最多 {MOST_UNFINISHED} 份同时导出",
            who="您自己可以在“我的导出”里取消",
        )
    made.save()
    transaction.on_commit(_wake)
    audit.record(
        actor=actor, action="exports.export.asked", object_kind="export", object_id=made.uuid, kind=kind, rows=total
    )
    return made


@operation()
def cancel_export(*, actor: Actor, export_uuid: UUID) -> Export:
    """Take back an export that waits or runs; a worker that is at it stops by itself.

    Raises:
        NotFound: it is not the actor's.
        WrongState: it is over already.
    """
    export = _locked(actor, export_uuid)
    if not export.is_unfinished:
        raise WrongState("这份导出已经结束，不用取消。")
    export.state, export.finished_at = Export.State.CANCELLED, clock.now()
    export.save(update_fields=["state", "finished_at"])
    audit.record(actor=actor, action="exports.export.cancelled", object_kind="export", object_id=export.uuid)
    return export


@operation()
def delete_export(*, actor: Actor, export_uuid: UUID) -> None:
    """Throw an export away, with its file.

    Raises:
        NotFound: it is not the actor's.
    """
    export = _locked(actor, export_uuid)
    forget(export)
    audit.record(actor=actor, action="exports.export.deleted", object_kind="export", object_id=export.uuid)


def forget(export: Export) -> None:
    """Delete an export, and its file once that is certain."""
    unit, key = export.unit, export.file
    if key is not None:
        transaction.on_commit(lambda: storage.drop_made(unit, key))
    Export.objects.filter(pk=export.pk).delete()


def asked_from(query: str) -> QueryDict:
    """Return the query of a page as its own form reads it, without characters that no text can hold."""
    given = QueryDict(query)
    return QueryDict(urlencode([(name, text.readable(one)) for name, values in given.lists() for one in values]))


def _locked(actor: Actor, export_uuid: UUID) -> Export:
    found = own_exports(actor).select_related("unit").select_for_update(of=("self",)).filter(uuid=export_uuid).first()
    if found is None:
        raise NotFound
    return found


def _wake() -> None:
    from zhitong.exports.tasks import run_exports

    with contextlib.suppress(Exception):  # a broker that is down: the timetable wakes the workers too
        run_exports.apply_async(expires=60, retry=False)
