"""The printed sheet of a handling (办理情况): who was asked, what happened, the answers and what authors say.

It says the same as PDF and as Word file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tenants.handling import presenting
from tenants.handling.presenting import StepLine
from zhitong.core import clock
from zhitong.documents.pdf import render_pdf
from zhitong.documents.word import WordFile
from zhitong.exchange.models import Handling
from zhitong.units.models import Unit


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A handler on the sheet: role and name, how it stands, its steps."""

    name: str
    stands: str
    steps: Sequence[StepLine]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: head, what was asked, the handlers with their steps, ratings as (whose, how, words, when)."""

    title: str
    facts: Sequence[tuple[str, str]]
    request: str
    parts: Sequence[SheetPart]
    ratings: Sequence[tuple[str, str, str, str]]
    reader: str
    printed_at: str

    @property
    def mark(self) -> str:
        """Who printed it and when."""
        return f"{self.reader} {self.printed_at}"


def sheet_of(handling: Handling, unit: Unit, *, reader: str) -> Sheet:
    """Return the sheet of a handling that was read whole. The caller has checked the right.

    Args:
        unit: whose handling it is.
        reader: the name of whoever prints it.
    """
    basis = [(fact.label, fact.value) for fact in presenting.basis(handling) if fact.label != "转办"]
    sent = f"{minute(handling.sent_at)}{f'，第 {handling.round} 次' if handling.round > 1 else ''}"
    facts = [("标题", handling.title), *basis, ("转办", sent)]
    parts = [
        SheetPart(
            f"{part.get_role_display()}：{part.name}",
            presenting.state_of(part).word,
            presenting.part(part).steps,
        )
        for part in handling.assignments.all()
    ]
    ratings = [
        (one.unit.short_name, one.get_rating_display(), one.words, minute(one.at)) for one in handling.ratings.all()
    ]
    return Sheet(
        title=f"{unit.short_name}批示信息办理情况" if handling.instruction_id else f"{unit.short_name}信息办理情况",
        facts=facts,
        request=handling.request,
        parts=parts,
        ratings=ratings,
        reader=reader,
        printed_at=minute(clock.now()),
    )


def pdf_of(sheet: Sheet) -> bytes:
    """Return the sheet as PDF."""
    return render_pdf("handling/sheet.html", {"sheet": sheet}, mark=sheet.mark)


def docx_of(sheet: Sheet) -> bytes:
    """Return the sheet as Word file."""
    file = WordFile(sheet.title, mark=sheet.mark)
    file.table([*sheet.facts, ("办理要求", sheet.request)], [1, 5], head=False, labels=[0])
    for part in sheet.parts:
        file.heading(f"{part.name}（{part.stands}）")
        rows = [
            [minute(line.when), line.who, "\n".join(filter(None, (line.what, line.note, line.words, files_of(line))))]
            for line in part.steps
        ]
        file.table([["时间", "办理人", "情况"], *rows], [3, 3, 8])
    if sheet.ratings:
        file.heading("反映人评价")
        file.table([["单位", "满意度", "意见", "时间"], *sheet.ratings], [3, 2, 6, 3])
    file.line(f"{sheet.reader} 于 {sheet.printed_at} 打印。内参资料，注意保管。", small=True)
    return file.content()


def files_of(line: StepLine) -> str:
    """Return the names of a step's files in words, empty without any."""
    return f"附件：{'、'.join(file.label for file in line.files)}" if line.files else ""


def minute(moment: datetime) -> str:
    """Return a moment as papers have it."""
    return f"{moment.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
