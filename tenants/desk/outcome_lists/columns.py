"""The columns of a list of outcomes (Chinese heads), and what a row of it says."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from zhitong.core import text
from zhitong.core.tables import Layout, RawRow, WrongRow, read_rows
from zhitong.exchange.models import AdoptionMode, EventKind, LeaderRank

COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "信息编号", "来文编号", "报送编号", "文号"),
    "title": ("标题", "信息标题", "题目", "信息题目"),
    "outcome": ("结果", "采用情况", "采用方式", "办理结果", "处理结果"),
    "day": ("日期", "采用日期", "刊发日期", "批示日期", "时间"),
    "bulletin": ("刊物", "刊物名称", "采用刊物", "刊名"),
    "issue_number": ("期号", "期数", "刊期"),
    "leader": ("批示领导", "批示人", "领导"),
    "leader_rank": ("领导级别", "批示人级别"),
    "words": ("批示内容", "答复内容", "内容"),
    "reason": ("理由", "不采用理由", "备注"),
}
_LAYOUT = Layout(
    names={head: name for name, heads in COLUMNS.items() for head in heads},
    needed=frozenset({"title"}),
    missing="没有找到表头：前 10 行里要有一行写着“标题”。",
)
# What a cell of the column 结果 may say -> kind and mode.
OUTCOMES: dict[str, tuple[EventKind, str]] = {
    "采用": (EventKind.ADOPTED, ""),  # the way is that chosen for the whole list
    "单篇采用": (EventKind.ADOPTED, AdoptionMode.SINGLE),
    "单篇": (EventKind.ADOPTED, AdoptionMode.SINGLE),
    "综合采用": (EventKind.ADOPTED, AdoptionMode.MERGED),
    "综合": (EventKind.ADOPTED, AdoptionMode.MERGED),
    "转送采用": (EventKind.ADOPTED, AdoptionMode.PASSED_ON),
    "转送": (EventKind.ADOPTED, AdoptionMode.PASSED_ON),
    "批示": (EventKind.INSTRUCTION, ""),
    "答复": (EventKind.REPLIED, ""),
    "留存": (EventKind.KEPT, ""),
    "不采用": (EventKind.DECLINED, ""),
    "未采用": (EventKind.DECLINED, ""),
}
_RANKS = {str(rank.label): str(rank.value) for rank in LeaderRank}
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What one row of a list says. `day` is None where the row has none."""

    line: int
    number: str = ""
    title: str
    kind: EventKind
    mode: str = ""
    day: date | None = None
    bulletin: str = ""
    issue_number: str = ""
    leader: str = ""
    leader_rank: str = ""
    words: str = ""
    reason: str = ""


def read_list(file: BinaryIO, name: str) -> Iterator[Listed | WrongRow]:
    """Read a list from a workbook, a CSV or JSON lines.

    Raises:
        InvalidInput: the file is of another kind, cannot be read, or has no head with titles; also while rows are
            taken.
    """
    for row in read_rows(file, name, _LAYOUT):
        yield row if isinstance(row, WrongRow) else _listed(row)


def read_pasted(pasted: str) -> Iterator[Listed | WrongRow]:
    """Read what was copied out of a table: lines whose cells are parted by tabs, the head first.

    Raises:
        InvalidInput: as `read_list`.
    """
    out = io.StringIO(newline="")
    csv.writer(out).writerows(csv.reader(io.StringIO(pasted, newline=""), delimiter="\t"))
    yield from read_list(io.BytesIO(out.getvalue().encode()), "pasted.csv")


def _listed(row: RawRow) -> Listed | WrongRow:
    try:
        given = {name: _text(row.values.get(name, "")) for name in COLUMNS if name != "day"}
        if not given["title"]:
            raise ValueError("没有标题。")
        kind, mode = _outcome(given.pop("outcome"))
        given["leader_rank"] = _rank(given["leader_rank"])
        return Listed(line=row.line, kind=kind, mode=mode, day=_day(row.values.get("day")), **given)
    except ValueError as error:
        return WrongRow(row.line, str(error))


def _outcome(word: str) -> tuple[EventKind, str]:
    if word and word not in OUTCOMES:
        raise ValueError(f"结果“{word[:20]}”不认识，可写：{'、'.join(OUTCOMES)}。")
    return OUTCOMES[word or "采用"]


def _rank(word: str) -> str:
    if word and word not in _RANKS:
        raise ValueError(f"领导级别“{word[:20]}”不认识，可写：{'、'.join(_RANKS)}。")
    return _RANKS.get(word, "")


def _day(value: Any) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = _DAY.fullmatch(str(value).strip())
    try:
        return date(*map(int, written.groups())) if written else date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise ValueError(f"日期“{str(value)[:20]}”读不懂，请写成 2026-05-08。") from None


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError("一格应是文字。")
    plain = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return " ".join(text.clean(plain).split())
