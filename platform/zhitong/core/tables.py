"""Tables that people bring and take: workbooks, CSV and JSON lines into rows under our names, rows into a workbook.

A line that cannot be read is a `WrongRow`, not the end.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, count, islice
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from zhitong.core.clock import SHANGHAI
from zhitong.core.errors import InvalidInput
from zhitong.core.text import readable

Value = str | int | Decimal | date | None
"""What a cell holds that we write; a `datetime` (aware) stands to the minute, in China's time."""

KINDS = (".xlsx", ".csv", ".jsonl")
_OLD_WORKBOOKS = (".xls", ".et")  # what Excel and WPS kept until they changed
_HEAD_WITHIN = 10  # rows that may stand above the head: a title, who made the table
_UNPACKED_LIMIT = 200 * 1024 * 1024  # bytes; a workbook that unpacks to more is an attack on whoever opens it
_NO_WORKBOOK = "这个文件不是 Excel 工作簿（.xlsx），或已经损坏。"
_WIDEST = 60  # characters
_MEASURED = 200  # rows that say how wide the columns are
# What Excel takes: rows of a sheet under its head, characters of a cell.
_MOST_ROWS = 1_048_575
_MOST_SIGNS = 32_767
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are known.

    Attributes:
        names: our name of each head; other heads are ignored.
        needed: our names of the columns that make a line the head.
        missing: what to say (Chinese) when no line is the head.
    """

    names: Mapping[str, str]
    needed: frozenset[str]
    missing: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file has it, under our names; `line` is what an editor or Excel shows."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WrongRow:
    """A line that did not enter, or entered with a remark, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook to be written: its name, the head, and rows of values."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]


def read_rows(file: BinaryIO, name: str, layout: Layout) -> Iterator[RawRow | WrongRow]:
    """Read a table whose kind is told by the end of its name (`KINDS`); blank lines are passed over.

    Raises:
        InvalidInput: the file is of another kind, cannot be read, or has no head; also while rows are taken.
    """
    kind = name[name.rfind(".") :].lower() if "." in name else ""
    if kind == ".jsonl":
        return _read_lines(file, layout)
    if kind == ".csv":
        return _read_csv(file, layout)
    if kind == ".xlsx":
        return _read_workbook(file, layout)
    again = "请在 Excel 里另存为 .xlsx 再传" if kind in _OLD_WORKBOOKS else f"请用 {'、'.join(KINDS)}"
    raise InvalidInput(f"不收“{kind or name}”文件，{again}。")


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return an .xlsx as `save_workbook` writes it, for what is small."""
    out = io.BytesIO()
    save_workbook(sheets, out)
    return out.getvalue()


def save_workbook(sheets: Iterable[Sheet], out: BinaryIO) -> None:
    """Write an .xlsx row by row: memory stays the same however many there are.

    What begins like a formula stays text. The first rows set the widths of the columns. What is more than a sheet of
    Excel takes goes on in a further one.
    """
    book = Workbook(write_only=True)
    for sheet in sheets:
        rows = iter(sheet.rows)
        for number in count(1):
            first = list(islice(rows, _MEASURED))
            if not first and number > 1:
                break
            _save_page(book.create_sheet(f"{sheet.name} {number}" if number > 1 else sheet.name), sheet, first, rows)
    book.save(out)


def save_csv(sheet: Sheet, out: BinaryIO) -> None:
    """Write a .csv row by row as Excel opens it: UTF-8 with its mark, a quote before what begins like a formula."""
    text_out = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text_out)
    writer.writerow(sheet.head)
    for row in sheet.rows:
        writer.writerow(
            [f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else _plain(value) for value in row]
        )
    text_out.flush()
    text_out.detach()


def _save_page(page: Any, sheet: Sheet, first: Sequence[Sequence[Value]], rest: Iterator[Sequence[Value]]) -> None:
    for number, cells in enumerate(zip(sheet.head, *first, strict=True), start=1):
        longest = max(_width(_plain(cell)) for cell in cells)
        page.column_dimensions[get_column_letter(number)].width = min(_WIDEST, longest + 2)
    page.freeze_panes = "A2"
    page.append([_cell(page, text, bold=True) for text in sheet.head])
    for row in islice(chain(first, rest), _MOST_ROWS):
        page.append([_cell(page, value) for value in row])


def _read_lines(file: BinaryIO, layout: Layout) -> Iterator[RawRow | WrongRow]:
    for number, raw in enumerate(file, start=1):
        if raw.strip(b"\xef\xbb\xbf \t\r\n"):
            yield _parse_line(number, raw, layout)


def _parse_line(number: int, raw: bytes, layout: Layout) -> RawRow | WrongRow:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return WrongRow(number, f"第 {error.start + 1} 个字节起不是 UTF-8 编码。")
    except (json.JSONDecodeError, RecursionError, ValueError):
        return WrongRow(number, "不是完整的一行 JSON。")
    if not isinstance(value, dict):
        return WrongRow(number, "一行应是一个 JSON 对象。")
    return RawRow(number, _named((layout.names.get(key, ""), inner) for key, inner in value.items()))


def _read_csv(file: BinaryIO, layout: Layout) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(_decoded(file.read()), newline=""))
    try:
        yield from _under_head(_numbered(reader), layout)
    except csv.Error as error:
        raise InvalidInput(f"第 {reader.line_num} 行读不懂，请用 Excel 另存为 .xlsx 再试。") from error


def _numbered(reader: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield rows with the line they begin in: a cell in quotes may hold several."""
    line = 1
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # what editors and the Chinese Excel write
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("这个文件的编码不是 UTF-8，也不是 GB 18030，请用 Excel 另存为 .xlsx 再试。")


def _read_workbook(file: BinaryIO, layout: Layout) -> Iterator[RawRow]:
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > _UNPACKED_LIMIT:
            raise InvalidInput("这个工作簿解开后太大，请分成几个文件。")
        book = load_workbook(file, read_only=True, data_only=True)
    except InvalidInput:
        raise
    except Exception as error:  # openpyxl raises whatever its zip and XML readers raise
        raise InvalidInput(_NO_WORKBOOK) from error
    for sheet in book.worksheets:
        if _head_of(_sheet_rows(sheet, _HEAD_WITHIN), layout):
            return _under_head(_sheet_rows(sheet), layout)
    raise InvalidInput(layout.missing)


def _sheet_rows(sheet: Any, last: int | None = None) -> Iterator[tuple[int, Sequence[Any]]]:
    try:
        yield from enumerate(sheet.iter_rows(max_row=last, values_only=True), start=1)
    except Exception as error:  # as above: rows are parsed while they are taken
        raise InvalidInput(_NO_WORKBOOK) from error


def _head_of(rows: Iterator[tuple[int, Sequence[Any]]], layout: Layout) -> list[str] | None:
    """Return our names of the head's cells, None when no line among the first is the head; takes the rows up to it."""
    for number, cells in rows:
        names = [layout.names.get(str(cell or "").strip().replace("\n", ""), "") for cell in cells]
        if layout.needed <= set(names):
            return names
        if number >= _HEAD_WITHIN:
            break
    return None


def _under_head(rows: Iterator[tuple[int, Sequence[Any]]], layout: Layout) -> Iterator[RawRow]:
    head = _head_of(rows, layout)
    if head is None:
        raise InvalidInput(layout.missing)
    for number, cells in rows:
        values = _named(zip(head, cells, strict=False))
        if values:
            yield RawRow(number, values)


def _named(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values that are there by our names; of two columns of one name the first filled one counts."""
    named: dict[str, Any] = {}
    for name, value in pairs:
        if name and value not in (None, ""):
            named.setdefault(name, value)
    return named


def _cell(page: Any, value: Value, *, bold: bool = False) -> Any:
    """Return a cell: numbers, days and moments as such, everything else as text."""
    if not isinstance(value, str):
        given: Any = value.astimezone(SHANGHAI).replace(tzinfo=None) if isinstance(value, datetime) else value
        cell = WriteOnlyCell(page, value=given)
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd hh:mm" if isinstance(value, datetime) else "yyyy-mm-dd"
        return cell
    cell = WriteOnlyCell(page, value=readable(value)[:_MOST_SIGNS])
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _plain(value: Value) -> str:
    """Return a value as text; a moment as people in China read it, to the minute."""
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


def _width(text: str) -> int:
    """Return how wide a text stands in a cell: a Chinese character takes two places."""
    return max((sum(1 + (ord(character) > 0x2E7F) for character in line) for line in text.split("\n")), default=0)
