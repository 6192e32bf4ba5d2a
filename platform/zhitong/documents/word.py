"""Word files in the layout of GB/T 9704-2012: page, faces, tables, and the reader's mark behind every page.

Faces are named as Chinese offices have them (仿宋, 黑体, 楷体, 宋体); Word takes its own where one is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal, cast

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

Face = Literal["仿宋", "黑体", "楷体", "宋体"]
_BODY_WIDTH = 156  # mm
_MARK = """
<w:pict xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:o="urn:schemas-microsoft-com:office:office">
 <v:shapetype id="zt-mark-type" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
  <v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
  <v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
  <v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>
 </v:shapetype>
 <v:shape id="zt-mark" type="#zt-mark-type" fillcolor="#211d19" stroked="f" style="position:absolute;width:430pt;
height:40pt;rotation:-18;z-index:-251657216;mso-position-horizontal:center;mso-position-horizontal-relative:page;
mso-position-vertical:center;mso-position-vertical-relative:page"><v:fill opacity="8000f"/><v:textpath
 style="font-family:&quot;黑体&quot;;font-size:1pt"/></v:shape>
</w:pict>
"""


_RULE = """
<w:pBdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
 <w:bottom w:val="single" w:sz="18" w:space="6" w:color="C00000"/></w:pBdr>
"""
_RED = RGBColor(0xC0, 0x00, 0x00)


@dataclass(frozen=True, slots=True)
class Masthead:
    """The red head (红头) of a printed paper: name of the series, number, and who issues it when, over a red rule."""

    series: str
    number: str
    left: str
    right: str


class WordFile:
    """A Word file in the making: headings, lines and tables in their order; `content` closes it."""

    def __init__(self, title: str, *, mark: str, masthead: Masthead | None = None) -> None:
        """Begin a file with a centred title, under a red head where it is an official paper.

        Args:
            mark: reader and minute, or whose paper it is; it stands behind every page.
        """
        self._file: DocxDocument = Document()
        _page(self._file)
        _mark(self._file, mark)
        if masthead:
            _masthead(self._file, masthead)
        self._file.core_properties.title = title
        heading = self._file.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(heading, title, "宋体", 22, bold=True)

    def heading(self, words: str, *, new_page: bool = False) -> None:
        """Add the heading of a part, on a page of its own where it begins one."""
        paragraph = self._file.add_paragraph()
        paragraph.paragraph_format.page_break_before = new_page
        paragraph.paragraph_format.space_before = Pt(10)
        paragraph.paragraph_format.keep_with_next = True
        _run(paragraph, words, "黑体", 14)

    def line(self, words: str, *, small: bool = False) -> None:
        """Add a paragraph; line breaks stay."""
        _lines(self._file.add_paragraph(), words, "仿宋", 10.5 if small else 12)

    def text(self, words: str, *, right: bool = False) -> None:
        """Add a paragraph of a text: its first line set in by two characters, or at the right margin."""
        paragraph = self._file.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(28)
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        else:
            paragraph.paragraph_format.first_line_indent = Pt(32)
        _run(paragraph, words, "仿宋", 16)

    def table(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
        *,
        head: bool = True,
        labels: Sequence[int] = (),
        small: bool = False,
    ) -> None:
        """Add a table.

        Args:
            rows: the cells' words; the first row is the head, repeated on every page, unless `head` is False.
            widths: parts of the width that the columns take.
            labels: the columns that are labels, set as the head is.
            small: for tables of many columns.
        """
        table = self._file.add_table(rows=0, cols=len(widths), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for number, words in enumerate(rows):
            cells = table.add_row().cells
            is_head = head and number == 0
            for place, cell in enumerate(cells):
                cell.width = Mm(_BODY_WIDTH * widths[place] / sum(widths))
                _fill(cell, words[place], label=is_head or place in labels, size=10 if small else 0)
            if is_head:
                repeated: Any = OxmlElement("w:tblHeader")
                repeated.set(qn("w:val"), "true")
                table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - python-docx has no word for it

    def content(self) -> bytes:
        """Return the file."""
        stream = BytesIO()
        self._file.save(stream)
        return stream.getvalue()


def _page(file: DocxDocument) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal: Any = file.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    normal.paragraph_format.space_after = Pt(0)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", "宋体", 14)
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = _run(foot, "", "宋体", 14)
        part: Any = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = words
        run._r.append(part)  # noqa: SLF001 - python-docx has no word for fields
    _run(foot, " —", "宋体", 14)


def _mark(file: DocxDocument, mark: str) -> None:
    picture: Any = parse_xml(_MARK)
    picture.find(".//{urn:schemas-microsoft-com:vml}shape/{urn:schemas-microsoft-com:vml}textpath").set("string", mark)
    run = file.sections[0].header.paragraphs[0].add_run()
    run._r.append(picture)  # noqa: SLF001 - python-docx has no word for watermarks


def _masthead(file: DocxDocument, masthead: Masthead) -> None:
    for words, face, size in ((masthead.series, "宋体", 36), (masthead.number, "仿宋", 16)):
        paragraph = file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(8)
        run = _run(paragraph, words, cast("Face", face), size, bold=size > 20)
        if size > 20:
            run.font.color.rgb = _RED
    line = file.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(Mm(_BODY_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    line.paragraph_format.space_after = Pt(20)
    _run(line, f"{masthead.left}\t{masthead.right}", "仿宋", 14)
    rule: Any = parse_xml(_RULE)
    line._p.get_or_add_pPr().append(rule)  # noqa: SLF001 - python-docx has no word for borders


def _fill(cell: _Cell, words: str, *, label: bool, size: float = 0) -> None:
    paragraph = cell.paragraphs[0]
    if label:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _lines(paragraph, words, "黑体" if label else "仿宋", size or (12 if label else 11))


def _lines(paragraph: Paragraph, words: str, face: Face, size: float) -> None:
    for number, line in enumerate(words.split("\n")):
        run = _run(paragraph, "", face, size)
        if number:
            run.add_break()
        run.add_text(line)


def _run(paragraph: Paragraph, words: str, face: Face, size: float, *, bold: bool = False) -> Run:
    run = paragraph.add_run(words)
    run.font.size, run.font.bold = Pt(size), bold
    fonts: Any = run._r.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - python-docx sets Western faces only
    fonts.set(qn("w:eastAsia"), face)
    return run
