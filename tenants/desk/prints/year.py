"""The yearly summary on paper: paragraph and tables, as PDF, Word file and workbook with the same figures."""

from collections.abc import Callable, Mapping, Sequence

from tenants.desk.reports import YearReport, YearTable
from zhitong.core.tables import Sheet, write_workbook
from zhitong.documents.pdf import render_pdf
from zhitong.documents.word import WordFile

NOTE = "采用率为本级采用篇数占收稿篇数的比例。采用、批示按发生的日期计。"


def pdf_of(report: YearReport, reader: str) -> bytes:
    """Return the summary as PDF under the reader's mark."""
    context = {"report": report, "note": NOTE, "reader": reader}
    return render_pdf("desk/prints/year.html", context, mark=f"{reader} {report.as_of}")


def docx_of(report: YearReport, reader: str) -> bytes:
    """Return the summary as Word file under the reader's mark."""
    file = WordFile(report.title, mark=f"{reader} {report.as_of}")
    file.text(report.paragraph)
    for table in report.tables:
        file.heading(table.name)
        rows = [list(table.heads), *([str(value) for value in row] for row in table.rows)]
        file.table(rows, _widths(table), small=True)
    file.line(f"{NOTE}数据截至 {report.as_of}。{reader}打印。内参资料，注意保管。", small=True)
    return file.content()


def xlsx_of(report: YearReport, _reader: str) -> bytes:
    """Return the tables as a workbook, behind a sheet with the paragraph."""
    about = [("标题", report.title), ("正文", report.paragraph), ("数据截至", report.as_of), ("说明", NOTE)]
    sheets = [Sheet("总结", ("项目", "内容"), about)]
    return write_workbook([*sheets, *(Sheet(table.name, table.heads, table.rows) for table in report.tables)])


FORMATS: Mapping[str, Callable[[YearReport, str], bytes]] = {"pdf": pdf_of, "docx": docx_of, "xlsx": xlsx_of}


def _widths(table: YearTable) -> Sequence[int]:
    columns = len(table.heads)
    return (3, 1, 1) if columns == 3 and table.heads[0] == "项目" else (4, 2, 3) if columns == 3 else (3, *[1] * 6)
