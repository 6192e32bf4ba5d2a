"""What stands in attached files is found; a file that gives nothing ends with its reason, whatever it tries."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import docx
import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pypdf import PdfReader, PdfWriter
from weasyprint import HTML

from search.backend import Query, Reader, backend
from search.documents import unit_grant
from search.files import skipped
from search.files.keeping import read_again, read_due
from search.files.queries import counts
from search.files.reader import Reading, read_file
from search.files.reading import MOST_CHARACTERS, MOST_UNPACKED
from search.models import FileText, SearchDocument
from search.question import read_question
from search.snippets import best_section
from search.sweeping import sweep
from tenants.items import operations
from tenants.items.models import Item, State
from tests.factories import make_draft, make_user
from tests.platform.documents.test_kinds import OLE, PNG
from zhitong.documents import storage
from zhitong.units.models import Unit

Arrive = Callable[[], None]
Reason = FileText.Reason
OFFICE = "application/vnd.openxmlformats-officedocument"
PDF, TXT = "application/pdf", "text/plain"
DOCX, XLSX = f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"


def pdf(html: str) -> bytes:
    return bytes(HTML(string=html).write_pdf())


def word(*lines: str) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    made.add_table(1, 2).rows[0].cells[1].text = "表格里的维保台账"
    return saved(made)


def excel(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(made: Any) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def locked(content: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def packed(content: bytes, name: str, part: bytes) -> bytes:
    """Return an office file with one part put in the place of another."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for known in old.namelist():
            new.writestr(known, part if known == name else old.read(known))
    return out.getvalue()


def read(media_type: str, content: bytes, tmp_path: Any) -> Reading:
    path = tmp_path / uuid4().hex
    path.write_bytes(content)
    with path.open("rb") as file:
        return read_file(media_type, file)


@pytest.mark.parametrize(
    ("media_type", "content", "expected"),
    [
        (PDF, pdf("<p style='width:6em'>既有住宅加装电梯的维保合同样本</p>"), "既有住宅加装电梯的维保合同样本"),
        (DOCX, word("第一段：调研发现", "第二段"), "第一段：调研发现"),
        (DOCX, word("第一段"), "表格里的维保台账"),
        (XLSX, excel(["小区", "台数"], ["桂城花园", 12]), "桂城花园 12"),
        (TXT, "夜间施工噪声".encode(), "夜间施工噪声"),
        (TXT, "夜间施工噪声".encode("gb18030"), "夜间施工噪声"),
        (TXT, "﻿开头有记号\x00的".encode(), "开头有记号的"),
        (PDF, locked(pdf("<p>人人可读的加密文件</p>"), ""), "人人可读的加密文件"),
    ],
)
def test_the_text_of_each_kind_is_read(media_type: str, content: bytes, expected: str, tmp_path: Any) -> None:
    reading = read(media_type, content, tmp_path)
    assert (reading.reason, reading.is_cut) == (None, False)
    assert expected in reading.text


def test_a_very_long_text_is_cut_and_says_so(tmp_path: Any) -> None:
    reading = read(TXT, ("长文" * MOST_CHARACTERS).encode(), tmp_path)
    assert (len(reading.text), reading.is_cut) == (MOST_CHARACTERS, True)


BODY = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body>%s</w:body></w:document>"
)
HEAVY = BODY % (b"<w:p><w:r><w:t/></w:r></w:p>" * (MOST_UNPACKED // 29 - 100))
LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "%s">%s]>"""
    % (
        b"ha" * 1000,
        b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 100) for n in range(6)),
    )
    + BODY % b"<w:p><w:r><w:t>&g;</w:t></w:r></w:p>"
)
FOREIGN = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>""" + BODY % (
    b"<w:p><w:r><w:t>&a;</w:t></w:r></w:p>"
)


@pytest.mark.parametrize(
    ("media_type", "content", "reasons"),
    [
        (PDF, locked(pdf("<p>密</p>"), "secret"), {Reason.ENCRYPTED}),
        (PDF, pdf("<div style='height:5cm;background:red'></div>"), {Reason.NO_TEXT}),
        (PDF, pdf("<p>断开的文件</p>")[:200], {Reason.BROKEN}),
        (PDF, b"%PDF-1.7\n" + b"[" * 100_000, {Reason.BROKEN, Reason.CRASHED}),
        (DOCX, b"PK\x03\x04 not a zip at all", {Reason.BROKEN}),
        (DOCX, bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512, {Reason.ENCRYPTED}),
        (DOCX, packed(word(), "word/document.xml", b"\0" * (MOST_UNPACKED + 1)), {Reason.UNPACKS}),
        (DOCX, packed(word(), "word/document.xml", HEAVY), {Reason.MEMORY, Reason.BROKEN, Reason.CRASHED, Reason.TIME}),
        (DOCX, packed(word(), "word/document.xml", LAUGHS), {Reason.BROKEN, Reason.MEMORY, Reason.NO_TEXT}),
        (DOCX, packed(word(), "word/document.xml", FOREIGN), {Reason.BROKEN, Reason.NO_TEXT}),
        (XLSX, excel([None]), {Reason.NO_TEXT}),
        ("image/png", b"\x89PNG", {Reason.KIND}),
    ],
    ids=[
        "locked",
        "scanned",
        "cut",
        "deep",
        "no-zip",
        "locked-office",
        "bomb",
        "heavy",
        "laughs",
        "foreign",
        "empty",
        "kind",
    ],
)
def test_a_file_that_gives_nothing_says_why(media_type: str, content: bytes, reasons: set[str], tmp_path: Any) -> None:
    reading = read(media_type, content, tmp_path)
    assert reading.text == ""
    assert reading.reason in reasons


def submitted(unit: Unit, *files: tuple[str, bytes]) -> Item:
    author = make_user(unit, "ou", name="欧阳俊")
    with unit:
        item = make_draft(unit, author, title="关于电梯的建议")
        for name, content in files:
            operations.attach(actor=author.actor, item_uuid=item.uuid, file=ContentFile(content, name))
        return operations.register_submission(actor=author.actor, item=item)


def found(unit: Unit, words: str) -> list[str]:
    results = backend().search(Query(words), Reader(frozenset({unit_grant(unit.pk)})))
    return [hit.document.title for hit in results.hits]


def test_an_item_is_found_by_its_files_and_no_more_when_they_are_gone(arrive: Arrive, unit: Unit, drain: Any) -> None:
    item = submitted(
        unit,
        ("维保清单.xlsx", excel(["黄岐六街"])),
        ("照片.png", PNG),
        ("旧表.doc", OLE + "WordDocument".encode("utf-16-le")),
    )
    drain()
    arrive()
    assert found(unit, "黄岐六街") == []  # nobody waits for the reading
    assert found(unit, "维保清单") == [item.title]
    assert read_due() == 1
    drain()
    arrive()
    assert found(unit, "黄岐六街") == [item.title]
    document = SearchDocument.objects.get(object_uuid=item.uuid)
    label, snippet = best_section(document, read_question("黄岐六街").marked)  # type: ignore[arg-type]
    assert label == "附件"
    assert "黄岐" in snippet
    assert {row.reason for row in skipped()} == {Reason.KIND, Reason.OLD_OFFICE}
    assert counts() == {"read": 1, "kind": 1, "old_office": 1}
    assert sweep([unit], deep=True).is_clean

    with unit:  # returned to its author, who takes the file off again
        Item.objects.filter(pk=item.pk).update(state=State.RETURNED)
        for file in item.attachments.all():
            author = item.created_by
            assert author is not None
            operations.remove_attachment(actor=author.actor, item_uuid=item.uuid, attachment_uuid=file.uuid)
    drain()
    arrive()
    assert found(unit, "黄岐六街") == found(unit, "维保清单") == []


def test_the_same_content_is_read_once_for_a_unit_and_by_nobody_else(unit: Unit, city: Unit, drain: Any) -> None:
    sheet = excel(["黄岐六街"])
    for one in (unit, city):
        submitted(one, ("甲.xlsx", sheet), ("乙.xlsx", sheet))
    drain()
    assert read_due() == 2
    drain()
    assert {row.unit_id: row.files.count("黄岐六街") for row in SearchDocument.objects.all()} == {
        unit.pk: 2,
        city.pk: 2,
    }


def test_a_file_that_takes_its_worker_with_it_is_left_alone_in_the_end(unit: Unit, drain: Any) -> None:
    submitted(unit, ("甲.txt", "甲".encode()))
    drain()
    FileText.objects.update(attempts=3)  # three workers took it, none came back
    assert read_due() == 0
    assert skipped().get().reason == Reason.CRASHED
    assert read_again() == 1
    assert read_due() == 1
    assert not skipped().exists()


def test_a_file_that_is_gone_from_the_store_is_told(unit: Unit, drain: Any) -> None:
    submitted(unit, ("甲.txt", "甲".encode()))
    drain()
    default_storage.delete(storage.path_of(unit, FileText.objects.get().sha256))
    read_due()
    assert skipped().get().reason == Reason.MISSING
