"""A list of honours on paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenants.duties.awards import Rule
from tenants.duties.models import AwardKind, AwardList
from tenants.duties.queries.awards import honoured
from zhitong.core import clock
from zhitong.documents.pdf import render_pdf
from zhitong.documents.word import WordFile
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

_HEADS = {
    AwardKind.ITEM: ("序号", "标题", "反映人", "得分"),
    AwardKind.UNIT: ("序号", "单位", "组别", "得分"),
    AwardKind.PERSON: ("序号", "姓名", "界别与组织", "得分"),
}


@dataclass(frozen=True, slots=True)
class AwardSheet:
    """What is printed: the lines under their head, how they were chosen, and who printed it when."""

    title: str
    about: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    foot: str
    unit: str
    reader: str
    printed_at: str

    @property
    def mark(self) -> str:
        """What stands over every page."""
        return f"{self.reader} {self.printed_at}"


def sheet_of_awards(found: AwardList, *, unit: Unit, reader: str, with_titles: bool) -> AwardSheet:
    """Return the print of a list.

    Args:
        with_titles: whether the reader may read the titles of items; else their numbers stand there.
    """
    kind = AwardKind(found.kind)
    decided = f"{found.decided_at.astimezone(clock.SHANGHAI):%Y 年 %-m 月 %-d 日}" if found.decided_at else ""
    foot = f"{decided}审定。校验值 {found.sha256}" if decided else "待审定，名单还会变。"
    return AwardSheet(
        title=found.title,
        about=f"{Period(found.first_day, found.last_day).words}{kind.label}。{Rule(**found.rule).words}。",
        head=_HEADS[kind],
        rows=[
            (
                str(number),
                entry.name if with_titles else str(entry.figures.get("label", "")),
                entry.note,
                str(entry.figures.get("points", "")),
            )
            for number, entry in enumerate(honoured(found), 1)
        ],
        foot=foot,
        unit=unit.name,
        reader=reader,
        printed_at=f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
    )


def pdf_of_awards(sheet: AwardSheet) -> bytes:
    """Return the print as PDF."""
    return render_pdf("duties/prints/awards.html", {"sheet": sheet}, mark=sheet.mark)


def docx_of_awards(sheet: AwardSheet) -> bytes:
    """Return the print as Word file."""
    file = WordFile(sheet.title, mark=sheet.mark)
    file.line(sheet.about)
    file.table([sheet.head, *sheet.rows], [1, 8, 5, 2])
    file.line(sheet.unit)
    file.line(f"{sheet.foot}。{sheet.reader} 于 {sheet.printed_at} 打印。内参资料，注意保管。", small=True)
    return file.content()


AWARD_FILES: dict[str, Callable[[AwardSheet], bytes]] = {"pdf": pdf_of_awards, "docx": docx_of_awards}
