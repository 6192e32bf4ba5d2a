"""The gate of files: what is taken, what is refused and why."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from openpyxl import Workbook

from zhitong.core.errors import InvalidInput, NotFound
from zhitong.documents import storage
from zhitong.units.models import Unit

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000020001e221bc330000"
    "000049454e44ae426082"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(200) + b"\xff\xd9"
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90400000000002c00000000010001000002024401003b")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24)
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(64)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def docx() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


def xlsx() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def bomb() -> bytes:
    """An office file whose list of contents promises gigabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml"):
            archive.writestr(name, "x")
        archive.filelist[1].file_size = 2**31
    return out.getvalue()


def jpeg_of(width: int, height: int) -> bytes:
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return JPEG[:20] + b"\xff\xc0\x00\x11\x08" + size + bytes(200) + b"\xff\xd9"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.PNG", PNG, "image/png"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.gif", GIF, "image/gif"),
        ("a.webp", WEBP, "image/webp"),
        ("a.mp4", MP4, "video/mp4"),
        ("a.mov", MP4.replace(b"isom", b"qt  ", 1), "video/quicktime"),
        ("a.heic", MP4.replace(b"isom", b"heic", 1), "image/heic"),
        ("a.txt", "正文".encode(), "text/plain"),
        ("a.txt", "正文".encode("gb18030"), "text/plain"),
        ("a.docx", docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            "a.pptx",
            zipped("[Content_Types].xml", "ppt/presentation.xml"),
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        ("大.jpg", jpeg_of(16320, 12240), "image/jpeg"),
        ("附件.pdf", PDF + docx() + PDF, "application/pdf"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
        ("a.xls", OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    ],
)
def test_known_kinds_are_taken_and_come_back_whole(unit: Unit, name: str, content: bytes, media_type: str) -> None:
    kept = storage.store(unit, SimpleUploadedFile(name, content))
    assert (kept.media_type, kept.size) == (media_type, len(content))
    with storage.open_(unit, kept.sha256) as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jpg", b"", "空文件"),
        ("a.pdf", PNG, "内容不是PDF"),
        ("a.png", b"<svg onload=alert(1)>", "内容不是PNG"),
        ("a.docx", zipped("evil.exe"), "内容不是Word"),
        ("a.docx", xlsx(), "内容不是Word"),
        ("a.docx", b"PK\x03\x04 half", "内容不是Word"),
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "内容不是Word"),
        ("a.mov", MP4, "内容不是MOV"),
        ("a.heic", MP4, "内容不是HEIC"),
        ("a.doc", OLE + "Workbook".encode("utf-16-le"), "内容不是Word"),
        ("a.pdf", b"MZ\x90\x00" + bytes(60) + b"PE\x00\x00", "内容不是PDF"),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "内容不是JPG"),
        ("a.docx", bomb(), "大得不正常"),
        ("a.png", PNG[:16] + b"\x00\x01\x00\x00" * 2 + PNG[24:], "画面大得不正常"),
        ("a.gif", GIF[:6] + b"\xff" * 4 + GIF[10:], "画面大得不正常"),
        ("a.jpg", jpeg_of(65535, 65535), "画面大得不正常"),
        ("a.jpg", JPEG + zipped("evil.exe"), "藏着一个压缩包"),
        ("a.pdf", PDF + zipped("evil.exe"), "藏着一个压缩包"),
        ("a.zip", zipped("a"), "不收这种文件"),
        ("a.html", b"<html>", "不收这种文件"),
        ("a.svg", b"<svg/>", "不收这种文件"),
        ("a.exe", b"MZ", "不收这种文件"),
        ("a.txt", b"a\0b", "内容不是文本"),
        ("a.txt", b"\x81\x00\xff\xff", "内容不是文本"),
        ("noextension", PDF, "扩展名"),
        ("...", PDF, "扩展名"),
        (".pdf", PDF, "扩展名"),
    ],
)
def test_everything_else_is_refused_and_nothing_kept(
    unit: Unit, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        storage.store(unit, ContentFile(content, name=name))
    assert words in refused.value.fields["file"][0]
    assert refused.value.fields["file"][0].startswith(f"“{name}”没有收下：")
    assert not list(tmp_path.rglob("*"))


def test_the_limit_counts_while_the_file_streams(unit: Unit, settings: Any) -> None:
    settings.ATTACHMENT_LIMIT = 1024 * 1024
    whole = PDF + bytes(1024 * 1024 - len(PDF))
    assert storage.store(unit, SimpleUploadedFile("a.pdf", whole)).size == 1024 * 1024
    with pytest.raises(InvalidInput, match="超过 1 MB"):
        storage.store(unit, SimpleUploadedFile("a.pdf", whole + b"x"))


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("../../etc/现场.jpg", "现场.jpg"),
        ("C:\\图\\一.jpg", "一.jpg"),
        ("a\u202egpj.pdf", "agpj.pdf"),
        ('x"\r\n<b>.pdf', "xb.pdf"),
        ("  .hidden.pdf ", "hidden.pdf"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_cleaned(given: str, cleaned: str) -> None:
    assert storage.clean_name(given) == cleaned


def test_content_is_kept_once_and_per_unit(unit: Unit, city: Unit, tmp_path: Path) -> None:
    first = storage.store(unit, SimpleUploadedFile("a.pdf", PDF))
    storage.store(unit, SimpleUploadedFile("b.pdf", PDF))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    with pytest.raises(NotFound):
        storage.open_(city, first.sha256)
    for wrong in ("../../../etc/passwd", "", "A" * 64, first.sha256 + "/.."):
        with pytest.raises(NotFound):
            storage.open_(unit, wrong)


def test_a_write_that_was_cut_off_is_mended(unit: Unit) -> None:
    kept = storage.store(unit, SimpleUploadedFile("a.pdf", PDF))
    path = storage.path_of(unit, kept.sha256)
    default_storage.delete(path)
    default_storage.save(path, File(io.BytesIO(PDF[:5]), name=path))
    storage.store(unit, SimpleUploadedFile("a.pdf", PDF))
    with storage.open_(unit, kept.sha256) as file:
        assert file.read() == PDF
