"""A review sheet as PDF and as Word file: the same parts in the same order."""

from itertools import zip_longest

from tenants.review.sheets.content import Sheet
from zhitong.documents.pdf import render_pdf
from zhitong.documents.word import WordFile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOBODY = "还没有人办理。"
LONG_ROW = 160  # characters; a longer row may run on over the page, a shorter one stays whole


def pdf_of(sheet: Sheet) -> bytes:
    """Return the sheet as PDF."""
    first, *rest = sheet.facts
    context = {
        "sheet": sheet,
        "first": first,
        "pairs": list(zip_longest(rest[::2], rest[1::2], fillvalue=("", ""))),
        "has_lines": any(step.lines for step in sheet.steps),
        "nobody": NOBODY,
        "long": LONG_ROW,
    }
    return render_pdf("review/sheet.html", context, mark=_mark(sheet))


def docx_of(sheet: Sheet) -> bytes:
    """Return the sheet as Word file."""
    file = WordFile(sheet.title, mark=_mark(sheet))
    file.table(sheet.facts, [1, 5], head=False, labels=[0])
    file.heading("审核意见")
    if not any(step.lines for step in sheet.steps):
        file.line(NOBODY)
    for step in sheet.steps:
        if step.lines:
            file.line(f"{step.name}（{step.stands}）{step.how}")
            rows = [
                [" ".join(filter(None, (line.post, line.name))), f"{line.what}\n{line.words}".strip(), line.when]
                for line in step.lines
            ]
            file.table([["办理人", "意见", "时间"], *rows], [3, 7, 3])
        for checks in step.checks:
            file.line(f"{checks.name}（{checks.by}，{checks.when}）")
            file.table([["检查内容", "结果", "说明"], *checks.lines], [7, 2, 4])
    if sheet.verified:
        file.heading("核实")
        rows = [[one.whose, one.asked, one.words, f"{one.by}\n{one.when}".strip()] for one in sheet.verified]
        file.table([["询问对象", "核实事项", "答复", "答复人和时间"], *rows], [3, 4, 5, 3])
    if sheet.opinions:
        file.heading("联审意见")
        rows = [[one.whose, one.words or one.by, f"{one.by}\n{one.when}".strip()] for one in sheet.opinions]
        file.table([["部门", "意见", "答复人和时间"], *rows], [3, 7, 3])
    for one in sheet.collated:
        file.heading(f"汇总意见（{one.whose}）")
        file.line(one.words)
        file.line(f"{one.by}，{one.when}", small=True)
    file.heading("流程")
    file.line(sheet.flow, small=True)
    file.line(" → ".join(f"{name}（{stands}）" for name, stands in sheet.chain))
    file.line(f"{sheet.reader} 于 {sheet.printed_at} 打印。内参资料，注意保管。", small=True)
    return file.content()


def _mark(sheet: Sheet) -> str:
    return f"{sheet.reader} {sheet.printed_at}"
