"""Files into raw rows: JSON lines and Excel workbooks. A line that cannot be read is a `WrongRow`, not the end."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tenants.items.imports.columns import NAME_OF
from zhitong.core.errors import InvalidInput

_HEAD_WITHIN = 10  # rows that may stand above the head: a title, who made the table


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


def read_rows(path: Path) -> Iterator[RawRow | WrongRow]:
    """Read a `.jsonl` or `.xlsx` file; blank lines are passed over.

    Raises:
        InvalidInput: the file is of another kind, is no workbook, or has no head with a title.
    """
    if path.suffix.lower() == ".jsonl":
        return _read_lines(path)
    if path.suffix.lower() == ".xlsx":
        return _read_workbook(path)
    raise InvalidInput(f"不收“{path.suffix}”文件，请用 .jsonl 或 .xlsx。")


def _read_lines(path: Path) -> Iterator[RawRow | WrongRow]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if raw.strip(b"\xef\xbb\xbf \t\r\n"):
                yield _parse_line(number, raw)


def _parse_line(number: int, raw: bytes) -> RawRow | WrongRow:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return WrongRow(number, f"第 {error.start + 1} 个字节起不是 UTF-8 编码。")
    except (json.JSONDecodeError, RecursionError, ValueError):
        return WrongRow(number, "不是完整的一行 JSON。")
    if not isinstance(value, dict):
        return WrongRow(number, "一行应是一个 JSON 对象。")
    return RawRow(number, _named(value.items()))


def _read_workbook(path: Path) -> Iterator[RawRow | WrongRow]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise InvalidInput("这个文件不是 Excel 工作簿（.xlsx），或已经损坏。") from error
    for sheet in book.worksheets:
        found = _find_head(sheet)
        if found:
            return _read_sheet(sheet, *found)
    raise InvalidInput("没有找到表头：前 10 行里要有“标题”或“信息标题”，还要有“来稿时间”或“日期”。")


def _find_head(sheet: Any) -> tuple[int, list[str]] | None:
    rows = sheet.iter_rows(max_row=_HEAD_WITHIN, values_only=True)
    for number, cells in enumerate(rows, start=1):
        names = [NAME_OF.get(str(cell or "").strip().replace("\n", ""), "") for cell in cells]
        if "title" in names and "date" in names:
            return number, names
    return None


def _read_sheet(sheet: Any, head: int, names: list[str]) -> Iterator[RawRow | WrongRow]:
    for number, cells in enumerate(sheet.iter_rows(min_row=head + 1, values_only=True), start=head + 1):
        values = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell not in (None, "")}
        if values:
            yield RawRow(number, values)


def _named(pairs: Any) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key, value in pairs:
        name = NAME_OF.get(key)
        if name and value not in (None, ""):
            named.setdefault(name, value)
    return named
