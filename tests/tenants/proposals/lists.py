"""Lists of filed proposals as files, and what stands in them."""

import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from tenants.proposals import operations
from tenants.proposals.columns import read_proposals
from tenants.proposals.operations import ImportReport
from tests.tenants.review.test_alikes import BODY
from zhitong.core.operations import Actor, system
from zhitong.units.models import Unit

HEAD = ("案号", "届次/年", "标题", "提案人", "摘要", "承办单位")
WHOLE = "\n".join(BODY.values())  # word for word what a report says
ROWS: list[tuple[Any, ...]] = [
    ("第18号", "2025 年十三届四次会议", "关于规范充电设施的提案", "民盟南海总支、李明", WHOLE, "区住建局"),
    (19, "2025 年十三届四次会议", "关于河涌整治的提案", "王强", "保洁不够，建议增加频次。", "区水利局、桂城街道"),
    ("20260007", "十三届五次会议", "关于夜市管理的提案", "致公党", "", ""),
]


def workbook(rows: Sequence[Sequence[Any]] = ROWS, head: Sequence[str] = HEAD) -> bytes:
    """Return a workbook as a committee keeps it, with a line above the head."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["提案立案清单"])
    for row in (head, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(content: bytes | None = None, name: str = "清单.xlsx") -> SimpleUploadedFile:
    """Return a file as a form sends it."""
    return SimpleUploadedFile(name, workbook() if content is None else content)


def bring(unit: Unit, rows: Sequence[Sequence[Any]] = ROWS, *, actor: Actor | None = None, **how: Any) -> ImportReport:
    """Bring a list into a unit."""
    read = list(read_proposals(io.BytesIO(workbook(rows)), "清单.xlsx"))
    with unit:
        return operations.import_proposals(actor=actor or system(unit.pk, "周敏"), rows=read, **how)
