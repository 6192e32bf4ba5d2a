"""The columns of a list of filed proposals, how a file is read, and the file to fill in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from tenants.proposals.models import NAME_LIMIT, NAMES_LIMIT, NUMBER_LIMIT, TEXT_LIMIT, TITLE_LIMIT
from zhitong.core import clock, text
from zhitong.core.tables import Layout, RawRow, Sheet, WrongRow, read_rows, write_workbook

# The second name of each is the head of our own files.
COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("number", "案号", "提案号", "提案编号", "提案案号", "立案号", "案件编号", "编号", "id"),
    "year": ("year", "年份", "年", "年度"),
    "session": ("session", "届次", "届次/年", "届次/年份", "届次年份", "届别", "会议届次", "届次会议"),
    "title": ("title", "标题", "提案标题", "提案名称", "提案题目", "题目", "案由", "名称"),
    "proposers": (
        "proposers", "提案人", "提案者", "第一提案人", "领衔提案人", "提出人", "提案单位", "authors", "author",
        "author_id",
    ),
    "text": ("text", "正文", "提案正文", "提案内容", "内容", "全文", "摘要", "提案摘要", "内容摘要"),
    "handlers": ("handlers", "承办单位", "主办单位", "办理单位", "承办部门", "主办", "承办"),
    "day": ("day", "立案日期", "立案时间", "提交日期", "提交时间", "提出时间", "日期", "时间", "date"),
}  # fmt: skip
HEADS = tuple(heads[1] for name, heads in COLUMNS.items() if name != "day")
_LAYOUT = Layout(
    names={head: name for name, heads in COLUMNS.items() for head in heads},
    needed=frozenset({"number", "title"}),
    missing="没有找到表头：前 10 行里要有一行写着“案号”和“标题”。",
)
_LABELS = {name: heads[1] for name, heads in COLUMNS.items()}
_BETWEEN = re.compile(r"[、,，;；/\n\t]+|\s{2,}")
_EARLIEST = 1949
_YEAR = re.compile(r"(?<!\d)(?:19[4-9]|20\d)\d(?!\d)")
# 〔2026〕12号, 2026-0012, 20260012: a year that something follows. Four digits alone may be any number.
_YEAR_OF_NUMBER = re.compile(r"(?<!\d)((?:19[4-9]|20\d)\d)(?=\D|\d{3})")
_WRAPPED = re.compile(r"第(.+)号")
_DIGITS = re.compile(r"[0-9]+")
_MOST_DIGITS = 18
_EXPLAINED = {
    "number": "必填。同一年里案号相同的，按后导入的更新。",
    "year": "写年份，例如 2026。届次、案号里写着年份的可以不填。",
    "session": "例如：十三届五次会议。",
    "title": "必填。",
    "proposers": "几个人或单位用顿号分开。",
    "text": "正文或者摘要。没有的只能按标题比对。",
    "handlers": "几个单位用顿号分开。",
}
_SAMPLE_TEXT = (
    "情况：我区已有一批老旧小区加装了电梯，质保期过后由谁维护、费用怎么分担，多数小区没有约定。\n"
    "建议：由街道牵头，签订维护协议，建立维护资金。"
)
_SAMPLE = (
    "20260018", 2026, "十三届五次会议", "关于完善老旧小区加装电梯后续维护的提案", "民盟南海区基层委员会、李明",
    _SAMPLE_TEXT, "区住建局、区市场监管局",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one row of a list says."""

    line: int
    year: int
    number: str
    session: str
    title: str
    proposers: list[str]
    text: str
    handlers: str

    @property
    def key(self) -> tuple[int, str]:
        """By what a proposal is known again."""
        return self.year, self.number

    @property
    def serial(self) -> int:
        """The last run of digits in the number; 0 without any."""
        digits = _DIGITS.findall(self.number)
        return int(digits[-1][-_MOST_DIGITS:]) if digits else 0


def read_proposals(file: BinaryIO, name: str) -> Iterator[RawRow | WrongRow]:
    """Read a list from a workbook, a CSV or JSON lines.

    Raises:
        InvalidInput: the file is of another kind, cannot be read, or has no head; also while rows are taken.
    """
    yield from read_rows(file, name, _LAYOUT)


def sample() -> bytes:
    """Return a list with one row as .xlsx, and a sheet that explains the columns."""
    explained = [[_LABELS[name], words] for name, words in _EXPLAINED.items()]
    return write_workbook([Sheet("已立案提案", HEADS, [_SAMPLE]), Sheet("说明", ["栏目", "怎么填"], explained)])


def to_line(row: RawRow, year: int | None) -> Line:
    """Return what a row says.

    Args:
        year: of the rows that name none.

    Raises:
        ValueError: something is missing or cannot be kept; the message (Chinese) says what.
    """
    values = {name: _words(row.values, name) for name in COLUMNS if name != "day"}
    number = _number(values["number"])
    if not number:
        raise ValueError("没有案号。")
    title = " ".join(values["title"].split())
    if not title:
        raise ValueError("没有标题。")
    for label, value, limit in (
        ("案号", number, NUMBER_LIMIT),
        ("标题", title, TITLE_LIMIT),
        ("届次", values["session"], 40),
        ("承办单位", values["handlers"], 200),
        ("正文", values["text"], TEXT_LIMIT),
    ):
        if len(value) > limit:
            raise ValueError(f"{label}有 {len(value):,} 字，最多 {limit:,} 字。")
    return Line(
        line=row.line,
        year=_year(row.values, values, number, year),
        number=number,
        session=" ".join(values["session"].split()),
        title=title,
        proposers=_names(values["proposers"]),
        text=values["text"],
        handlers="、".join(part.strip() for part in _BETWEEN.split(values["handlers"]) if part.strip()),
    )


def _number(words: str) -> str:
    """Return a number as it is known again: 第１８号 and 18 are one."""
    plain = "".join(unicodedata.normalize("NFKC", words).split())
    wrapped = _WRAPPED.fullmatch(plain)
    return wrapped[1] if wrapped else plain


def _year(raw: Mapping[str, Any], values: Mapping[str, str], number: str, default: int | None) -> int:
    found = _year_in(raw, values, number)
    if found is None:
        if values["year"]:
            raise ValueError(f"看不懂年份“{values['year'][:20]}”，请写成 2026。")
        found = default
    if found is None:
        raise ValueError("看不出是哪一年的：请填“年份”一栏，或者在页面上选“没有写年份的按”。")
    if not _EARLIEST <= found <= clock.today().year:
        raise ValueError(f"年份 {found} 不对：在 {_EARLIEST} 年和今年之间。")
    return found


def _year_in(raw: Mapping[str, Any], values: Mapping[str, str], number: str) -> int | None:
    """Return the year that a row names: in its column, in the session, in a day, in the number."""
    for value in (raw.get("year"), raw.get("session"), raw.get("day")):
        if isinstance(value, date):
            return value.year
    for words in (values["year"], values["session"], _words(raw, "day")):
        if written := _YEAR.search(words):
            return int(written.group())
    by_number = _YEAR_OF_NUMBER.search(number)
    return int(by_number[1]) if by_number else None


def _names(words: str) -> list[str]:
    names = list(dict.fromkeys(name for part in _BETWEEN.split(words) if (name := " ".join(part.split()))))
    if len(names) > NAMES_LIMIT:
        names = [*names[: NAMES_LIMIT - 1], f"等 {len(names)} 人"]
    for name in names:
        if len(name) > NAME_LIMIT:
            raise ValueError(f"提案人“{name[:20]}…”有 {len(name)} 字，最多 {NAME_LIMIT} 字；几个人请用顿号分开。")
    return names


def _words(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    if isinstance(value, list) and name == "proposers":
        value = "、".join(map(str, value))
    if isinstance(value, (dict, list)):
        raise ValueError(f"“{_LABELS[name]}”应是文字。")
    plain = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    try:
        return text.clean(plain)
    except ValueError as error:
        raise ValueError(f"“{_LABELS[name]}”里{error}") from error
