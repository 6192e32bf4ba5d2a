"""A circular on paper: red head, text, tables; as PDF, Word file and workbook with the same figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tenants.circulars import body
from tenants.circulars.models import Circular
from tenants.circulars.tables import RATE_NOTE, Figures, Table
from tenants.items.texts import Texts
from zhitong.core import clock
from zhitong.core.tables import Sheet, write_workbook
from zhitong.documents.pdf import render_pdf
from zhitong.documents.word import Masthead, WordFile
from zhitong.units.models import Unit
from zhitong.web.parts import Passage

_WIDTHS = (10, 12, 42, 12, 14, 17, 12, 14, 11, 14)
_PLAIN_WIDTHS = (48, 14, 16, 18, 14, 16, 14)
UNSIGNED = "审签稿"


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on paper, in words; `mark` lies over every page: the reader and minute, or whose paper it is."""

    title: str
    number: str
    unit: str
    issued: str
    correction: str
    passages: Sequence[Passage]
    source: str
    figures: Figures
    mark: str

    @property
    def tables(self) -> Sequence[Table]:
        """The tables behind the text that have rows."""
        return [table for table in self.figures.tables if table.rows]


def print_of(circular: Circular, texts: Texts, unit: Unit, *, reader: str = "") -> Printed:
    """Return the print of a circular: as it went down, or as it stands (审签稿) before.

    Args:
        reader: whose print it is; empty for the files that go down, which bear the unit's name.
    """
    day = clock.local_date(circular.published_at) if circular.published_at else None
    figures = Figures.of_json(circular.figures)
    minute = f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
    return Printed(
        title=texts.title,
        number=body.number_words(circular, unit.mark) or UNSIGNED,
        unit=unit.short_name,
        issued=f"{day.year} 年 {day.month} 月 {day.day} 日" if day else "未签发",
        correction=body.correction_words(circular, unit.mark),
        passages=body.passages(texts),
        source=body.source_words(figures),
        figures=figures,
        mark=f"{reader} {minute}" if reader else f"{unit.short_name} 内参资料",
    )


def pdf_of(printed: Printed) -> bytes:
    """Return the print as PDF."""
    annexes = [(table, _texts(table), _remarks(table)) for table in printed.tables]
    context = {"printed": printed, "series": body.SERIES, "annexes": annexes, "rate_note": RATE_NOTE}
    return render_pdf("circulars/print.html", context, mark=printed.mark)


def docx_of(printed: Printed) -> bytes:
    """Return the print as Word file."""
    head = Masthead(body.SERIES, printed.number, printed.unit, printed.issued)
    file = WordFile(printed.title, mark=printed.mark, masthead=head)
    if printed.correction:
        file.text(printed.correction)
    for passage in printed.passages:
        file.heading(passage.heading)
        for paragraph in passage.paragraphs:
            file.text(str(paragraph))
    file.text(printed.unit, right=True)
    file.text(printed.issued, right=True)
    file.line(printed.source, small=True)
    for number, table in enumerate(printed.tables, start=1):
        file.heading(f"附表 {number}　{table.name}（{printed.figures.words}）", new_page=number == 1)
        rows = [list(table.heads), *(row for _look, row in _texts(table))]
        file.table(rows, _WIDTHS if table.is_ranked else _PLAIN_WIDTHS, small=True)
        for words in _remarks(table):
            file.line(words, small=True)
    file.line(RATE_NOTE, small=True)
    return file.content()


def xlsx_of(printed: Printed) -> bytes:
    """Return the tables as a workbook, one sheet each, behind a sheet that says what they are."""
    about = [
        ("标题", printed.title),
        ("期号", printed.number),
        ("单位", printed.unit),
        ("时段", printed.figures.words),
        ("数据", printed.source),
        ("采用率", RATE_NOTE),
        *([("更正", printed.correction)] if printed.correction else []),
        *((f"{table.name}", words) for table in printed.tables for words in _remarks(table)),
    ]
    sheets = [Sheet("说明", ("项目", "内容"), about)]
    for table in printed.tables:
        rows = [*(table.cells(row) for row in table.rows), table.cells(table.total)]
        sheets.append(Sheet(table.name, table.heads, rows))
    return write_workbook(sheets)


FORMATS: Mapping[str, Callable[[Printed], bytes]] = {"pdf": pdf_of, "docx": docx_of, "xlsx": xlsx_of}


def _texts(table: Table) -> list[tuple[str, list[str]]]:
    """Return the rows in words with the sums at the end, each with how it is set."""
    return [*(("", table.texts(row)) for row in table.rows), ("sum", table.texts(table.total))]


def _remarks(table: Table) -> list[str]:
    """Return who sent nothing and of whom nothing was adopted, by name, each with how many."""
    named = (("零报送", table.silent), ("零采用", table.unheard))
    return [f"{word}（{len(names)} 个）：{'、'.join(names)}" for word, names in named if names]
