"""The gate of files: content is checked, then kept by its hash under the unit's own folder.

The folder is named by the unit's immutable uuid, so a name never leads to another unit's file. Works on any storage
of `STORAGES["default"]`: a local folder, or S3.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from zhitong.core.errors import InvalidInput, NotFound, Trace
from zhitong.documents.kinds import HEAD, kind_of
from zhitong.units.models import Unit

log = structlog.get_logger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNWANTED = re.compile('[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff<>:"|?*]')
_NAME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: hash of its content, size in bytes, media type by content, cleaned name."""

    sha256: str
    size: int
    media_type: str
    name: str


def store(unit: Unit, file: File) -> StoredFile:  # type: ignore[type-arg]
    """Check a file and keep it under `unit`; content that is there already is not written again.

    Raises:
        InvalidInput: empty, over `settings.ATTACHMENT_LIMIT`, of a kind that is not taken, or not what its name says;
            it leaves its trace.
    """
    sha256, shown = "", _shown(file.name or "")
    try:
        name = clean_name(file.name or "")
        sha256, size, head = _measure(file)
        kind = kind_of(name.rpartition(".")[2].lower(), head, cast("BinaryIO", file.file))
    except ValueError as error:
        message = f"“{shown}”没有收下：{error}"
        trace = Trace("documents.file.refused", "file", sha256, {"name": shown, "reason": str(error)})
        raise InvalidInput(message, fields={"file": [message]}, trace=trace) from error
    _keep(path_of(unit, sha256), file, size)
    return StoredFile(sha256, size, kind.media_type, name)


def too_large() -> str:
    """Return what is said of a file over the limit."""
    return f"超过 {settings.ATTACHMENT_LIMIT // 1024 // 1024} MB，请压缩后再传。"


def open_(unit: Unit, sha256: str) -> File:  # type: ignore[type-arg]
    """Open a kept file for reading; the caller closes it.

    Raises:
        NotFound: no such file under this unit.
    """
    return _opened(path_of(unit, sha256))


def keep_made(unit: Unit, key: UUID, file: BinaryIO) -> tuple[str, int]:
    """Keep a file that we made ourselves, and return its SHA-256 and its size in bytes.

    It lies under a key of its own and not under its hash, because it goes again (`drop_made`): who attaches the same
    file to an item keeps that one.
    """
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    size = file.tell()
    file.seek(0)
    default_storage.save(_made(unit, key), File(file, name=str(key)))
    return digest, size


def open_made(unit: Unit, key: UUID) -> File:  # type: ignore[type-arg]
    """Open a file that we made; the caller closes it.

    Raises:
        NotFound: no such file under this unit.
    """
    return _opened(_made(unit, key))


def drop_made(unit: Unit, key: UUID) -> None:
    """Forget a file that we made, whether it is there or not."""
    default_storage.delete(_made(unit, key))


def _made(unit: Unit, key: UUID) -> str:
    return f"units/{unit.uuid}/made/{key}"


def _opened(path: str) -> File:  # type: ignore[type-arg]
    try:
        return default_storage.open(path, "rb")
    except FileNotFoundError as error:
        log.error("documents.file_missing", path=path)
        raise NotFound from error


def path_of(unit: Unit, sha256: str) -> str:
    """Return where content lies: `units/<uuid>/<two digits>/<hash>`.

    Raises:
        NotFound: `sha256` is no hash.
    """
    if not _SHA256.fullmatch(sha256):
        raise NotFound
    return f"units/{unit.uuid}/{sha256[:2]}/{sha256}"


def clean_name(name: str) -> str:
    """Return a file name without folders, invisible or reserved characters, at most 120 characters with its extension.

    Raises:
        ValueError: nothing is left, there is no extension, or characters were broken on the way.
    """
    if "\ufffd" in name:
        raise ValueError("文件名里有损坏的字符（�），请改好文件名再传。")
    base = unicodedata.normalize("NFC", _UNWANTED.sub("", re.split(r"[/\\]", name)[-1])).strip(" .")
    stem, dot, extension = base.rpartition(".")
    stem = stem.strip(" .")
    if not dot or not stem or not extension.strip():
        raise ValueError("文件名要有名称和扩展名，例如“现场照片.jpg”。")
    return f"{stem[: _NAME_LIMIT - len(extension) - 1]}.{extension}"[:_NAME_LIMIT]


def _shown(name: str) -> str:
    """Return a name that was not taken, short and without what could disturb a page."""
    bare = _UNWANTED.sub("", re.split(r"[/\\]", name)[-1]).strip()
    return f"{bare[:39]}…" if len(bare) > 40 else bare or "没有名称的文件"


def _measure(file: File) -> tuple[str, int, bytes]:  # type: ignore[type-arg]
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in file.chunks():
        size += len(chunk)
        if size > settings.ATTACHMENT_LIMIT:
            raise ValueError(too_large())
        digest.update(chunk)
        head += chunk[: max(0, HEAD - len(head))]
    if not size:
        raise ValueError("是空文件，没有内容。")
    return digest.hexdigest(), size, head


def _keep(path: str, file: File, size: int) -> None:  # type: ignore[type-arg]
    if default_storage.exists(path):
        if default_storage.size(path) == size:
            return
        default_storage.delete(path)  # a write that was cut off; content by hash cannot differ otherwise
    file.seek(0)
    default_storage.save(path, File(file.file, name=path))
