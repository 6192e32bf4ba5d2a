"""What kinds of file are taken, and whether a file's content is what its name says."""

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

HEAD = 8192  # bytes at the start that tell the kind
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# More is an attack on whoever opens the file: parts and unpacked bytes of an office file, pixels of a picture.
_MAX_PARTS = 10_000
_MAX_UNPACKED = 1024**3
_MAX_PIXELS = 250_000_000  # the largest cameras of phones have 200 million
_END_OF_ZIP, _ZIP_TAIL = b"PK\x05\x06", 22  # the record that ends an archive, and its length without a comment


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: `media_type` as served, `fits` tells from the head and the open file whether it is one."""

    label: str
    media_type: str
    fits: Callable[[bytes, BinaryIO], bool]


def _magic(*extensions: str) -> Callable[[bytes, BinaryIO], bool]:
    def fits(head: bytes, _file: BinaryIO) -> bool:
        try:
            found = puremagic.magic_string(head)
        except (puremagic.PureError, ValueError):
            return False
        return any(match.extension in extensions for match in found)

    return fits


def _office(folder: str) -> Callable[[bytes, BinaryIO], bool]:
    """Office files since 2007 are zip archives with a list of contents and a folder of their own; no other zip is."""

    def fits(head: bytes, file: BinaryIO) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(file) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
            raise ValueError("解开后的内容大得不正常，没有打开，请用原来的软件另存后再传。")
        names = [part.filename for part in parts]
        plain = not any(name.endswith("vbaProject.bin") for name in names)
        return plain and "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return fits


def _compound(*streams: str) -> Callable[[bytes, BinaryIO], bool]:
    """Office files before 2007 are compound files; the names of their streams stand in UTF-16 in the directory."""

    def fits(head: bytes, file: BinaryIO) -> bool:
        if not head.startswith(_OLE):
            return False
        file.seek(0)
        content = file.read()
        return any(stream.encode("utf-16-le") in content for stream in streams)

    return fits


def _webp(head: bytes, _file: BinaryIO) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _box(*brands: bytes) -> Callable[[bytes, BinaryIO], bool]:
    """Videos and the pictures of Apple's phones share one container; its first box names the brand."""

    def fits(head: bytes, _file: BinaryIO) -> bool:
        return head[4:8] == b"ftyp" and (not brands or head[8:12] in brands)

    return fits


def _plain_text(_head: bytes, file: BinaryIO) -> bool:
    file.seek(0)
    content = file.read()
    if b"\0" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


_JPEG = Kind("JPG 图片", "image/jpeg", _magic(".jpg", ".jpeg", ".jfif"))
_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "pdf": Kind("PDF", "application/pdf", _magic(".pdf")),
    "docx": Kind("Word", f"{_OFFICE}.wordprocessingml.document", _office("word/")),
    "xlsx": Kind("Excel", f"{_OFFICE}.spreadsheetml.sheet", _office("xl/")),
    "pptx": Kind("PowerPoint", f"{_OFFICE}.presentationml.presentation", _office("ppt/")),
    "doc": Kind("Word", "application/msword", _compound("WordDocument")),
    "xls": Kind("Excel", "application/vnd.ms-excel", _compound("Workbook", "Book")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": Kind("PNG 图片", "image/png", _magic(".png")),
    "gif": Kind("GIF 图片", "image/gif", _magic(".gif")),
    "webp": Kind("WebP 图片", "image/webp", _webp),
    "heic": Kind("HEIC 图片", "image/heic", _box(b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")),
    "mp4": Kind("MP4 视频", "video/mp4", _box()),
    "mov": Kind("MOV 视频", "video/quicktime", _box(b"qt  ")),
    "txt": Kind("文本", "text/plain", _plain_text),
}
_ARCHIVES = frozenset({"Word", "Excel", "PowerPoint"})  # kinds that are archives themselves, or may hold one
# media type -> how width and height stand in the head, and where
_SIZES = {"image/png": (">II", 16), "image/gif": ("<HH", 6)}
ACCEPT = ",".join(f".{extension}" for extension in KINDS)
NOT_TAKEN = "不收这种文件。可以上传 PDF、Word、Excel、PowerPoint、图片、MP4 和 MOV 视频、文本文件。"


def _pixels(kind: Kind, head: bytes) -> int:
    """Return how many pixels the head of a picture promises, 0 where it does not say."""
    if kind is _JPEG:
        # Each segment is FF, its kind, its length; that of a frame (C0 to CF without three others) holds the size.
        at = 2
        while at + 9 <= len(head) and head[at] == 0xFF:
            if 0xC0 <= head[at + 1] <= 0xCF and head[at + 1] not in {0xC4, 0xC8, 0xCC}:
                height, width = struct.unpack_from(">HH", head, at + 5)
                return int(height * width)
            at += 2 + struct.unpack_from(">H", head, at + 2)[0]
        return 0
    form, at = _SIZES.get(kind.media_type, ("", 0))
    if not form or len(head) < at + struct.calcsize(form):
        return 0
    width, height = struct.unpack_from(form, head, at)
    return int(width * height)


def _hides_archive(file: BinaryIO) -> bool:
    """Whether an archive hangs behind something else: the record that ends one is the very end of the file."""
    length = file.seek(0, io.SEEK_END)
    file.seek(max(0, length - _ZIP_TAIL - 0xFFFF))
    tail = file.read()
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or at + _ZIP_TAIL > len(tail):
        return False
    (comment,) = struct.unpack_from("<H", tail, at + 20)
    return at + _ZIP_TAIL + int(comment) == len(tail)


def kind_of(extension: str, head: bytes, file: BinaryIO) -> Kind:
    """Return the kind that both the extension and the content say.

    Raises:
        ValueError: the kind is not taken, the content is another or two things at once, or it would be too much to
            open; the message (Chinese) says which.
    """
    kind = KINDS.get(extension)
    if kind is None:
        raise ValueError(NOT_TAKEN)
    if not kind.fits(head, file):
        raise ValueError(f"内容不是{kind.label}文件，和扩展名“.{extension}”不符，请用原来的软件另存后再传。")
    if kind.label not in _ARCHIVES and _hides_archive(file):
        raise ValueError("后面还藏着一个压缩包，请用原来的软件另存后再传。")
    if _pixels(kind, head) > _MAX_PIXELS:
        raise ValueError("画面大得不正常，没有打开，请缩小后再传。")
    return kind
