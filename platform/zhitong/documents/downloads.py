"""The one way out for files: every download is written into the audit trail and never cached or shown in place."""

import hashlib
from io import BytesIO
from typing import IO
from uuid import UUID

from django.http import FileResponse

from zhitong.core import audit
from zhitong.core.operations import Actor, operation
from zhitong.documents import storage
from zhitong.units.models import Unit


@operation()
def record_download(
    *, actor: Actor, file_uuid: UUID, name: str, sha256: str, object_kind: str, object_id: UUID
) -> None:
    """Write into the trail that the actor takes a file away. The caller has checked that they may."""
    audit.record(
        actor=actor,
        action="documents.file.downloaded",
        object_kind=object_kind,
        object_id=object_id,
        file=str(file_uuid),
        name=name,
        sha256=sha256,
    )


def download(
    *,
    actor: Actor,
    owner: Unit,
    file_uuid: UUID,
    name: str,
    sha256: str,
    media_type: str,
    object_kind: str,
    object_id: UUID,
) -> FileResponse:
    """Return a file as an attachment and record the download. The caller has checked the right.

    Args:
        owner: the unit under which the content lies: the reader's own, or the sender's for a granted file.
        object_kind: what the file hangs on (`item`, `dispatch`), with its `object_id`.

    Raises:
        NotFound: the content is gone.
    """
    content = storage.open_(owner, sha256)
    record_download(
        actor=actor, file_uuid=file_uuid, name=name, sha256=sha256, object_kind=object_kind, object_id=object_id
    )
    return _response(content, name, media_type)


def hand_out(
    *, actor: Actor, content: bytes, name: str, media_type: str, made_of: UUID, object_kind: str, object_id: UUID
) -> FileResponse:
    """Return a file that was made for this reader (a print), as an attachment, and record it as a download.

    Args:
        made_of: what it was made of; it stands in the trail where the file's own number stands for a kept one.
    """
    record_download(
        actor=actor,
        file_uuid=made_of,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        object_kind=object_kind,
        object_id=object_id,
    )
    return _response(BytesIO(content), name, media_type)


def hand_over(
    *,
    actor: Actor,
    owner: Unit,
    key: UUID,
    name: str,
    sha256: str,
    media_type: str,
    object_kind: str,
    object_id: UUID,
) -> FileResponse:
    """Return a file that was made before and is kept for a while (`storage.keep_made`), and record it as a download.

    Raises:
        NotFound: the content is gone.
    """
    content = storage.open_made(owner, key)
    record_download(actor=actor, file_uuid=key, name=name, sha256=sha256, object_kind=object_kind, object_id=object_id)
    return _response(content, name, media_type)


def _response(content: IO[bytes], name: str, media_type: str) -> FileResponse:
    response = FileResponse(content, as_attachment=True, filename=name, content_type=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
