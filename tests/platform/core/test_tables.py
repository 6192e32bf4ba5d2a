"""Tables: what a file holds under our names, what is no table, and a workbook that opens again as it was written."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from zhitong.core.errors import InvalidInput
from zhitong.core.tables import Layout, RawRow, Sheet, read_rows, write_workbook

LAYOUT = Layout({"姓名": "name", "人员": "name", "日期": "day"}, frozenset({"name"}), "没有“姓名”一栏。")


def read(name: str, content: bytes) -> list[Any]:
    return list(read_rows(io.BytesIO(content), name, LAYOUT))


def book(*rows: list[Any], first: list[Any] | None = None) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    if first is not None:
        sheet.append(first)
        sheet = made.create_sheet("第二张")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_workbook_is_read_from_the_sheet_that_has_the_head() -> None:
    content = book(["名册"], ["序号", "姓名", "日期"], [1, "李梅", date(2019, 3, 1)], [], [2, "刘洋"], first=["说明"])
    first, second = read("名册.XLSX", content)
    assert (first.line, first.values["name"], first.values["day"].date()) == (3, "李梅", date(2019, 3, 1))
    assert second == RawRow(5, {"name": "刘洋"})


def test_of_two_columns_of_one_name_the_filled_one_counts() -> None:
    content = "姓名,人员\n,甲\n乙,丙\n".encode()
    assert [row.values for row in read("a.csv", content)] == [{"name": "甲"}, {"name": "乙"}]


@pytest.mark.parametrize(
    ("name", "advice"),
    [("a", "请用"), (".xlsx.exe", "请用"), ("a.txt", "请用"), ("a.xls", "另存为 .xlsx"), ("a.et", "另存为 .xlsx")],
)
def test_other_kinds_are_named(name: str, advice: str) -> None:
    with pytest.raises(InvalidInput, match=advice):
        read(name, b"")


def _archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def broken_sheet() -> bytes:
    """A workbook whose one sheet breaks off in the middle."""
    out = io.BytesIO()
    whole = io.BytesIO(book(["姓名"], *([f"人{n}"] for n in range(50))))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            made.writestr(name, content[:2000] if name.endswith("sheet1.xml") else content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"no zip", _archive(a=b"b"), _archive(xl__workbook__xml=b"<"), broken_sheet()]
)
def test_what_is_no_workbook_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="不是 Excel 工作簿"):
        read("a.xlsx", content)


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes_is_not_opened() -> None:
    content = _archive(**{"xl__sharedStrings.xml": bytes(201 * 1024 * 1024)})
    assert len(content) < 1024 * 1024
    with pytest.raises(InvalidInput, match="太大"):
        read("a.xlsx", content)


def test_a_csv_without_an_end_is_refused_by_its_line() -> None:
    with pytest.raises(InvalidInput, match="第 2 行读不懂"):
        read("a.csv", '姓名\n"'.encode() + "长".encode() * 140_000)


def test_what_is_written_opens_as_it_was_and_holds_no_formula() -> None:
    rows = [["=1+1", "13800138000"], ["@SUM(A1)", "一行\n两行"], ["", "00123"]]
    written = write_workbook([Sheet("链接", ["姓名", "手机号"], rows), Sheet("空", ["只有表头"], [])])
    opened = load_workbook(io.BytesIO(written))
    assert opened.sheetnames == ["链接", "空"]
    cells = [list(row) for row in opened["链接"].iter_rows(min_row=2)]
    assert [[cell.value or "" for cell in row] for row in cells] == rows
    assert {cell.data_type for row in cells for cell in row} <= {"s", "n", "inlineStr"}
    assert all(cell.value is None for row in cells for cell in row if cell.data_type == "n")
