"""Dates as offices write them: ISO, 2019年3月1日, 2019.3.1, 2019/3/1, 20190301, and Excel's own."""

import re
from datetime import date, datetime, time
from typing import Any

from openpyxl.utils.datetime import from_excel

from zhitong.core import clock

_WRITTEN = re.compile(r"(\d{4})\s*[-/.．年]\s*(\d{1,2})\s*[-/.．月]\s*(\d{1,2})\s*日?\s*(.*)")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"[T ]?(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2})?)?.*")
_EARLIEST = 1949


def moment_of(value: Any) -> datetime:
    """Return an aware moment; a plain date is midnight in China.

    Raises:
        ValueError: no date, before 1949, or in the future; the message (Chinese) says which.
    """
    moment = _parse(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.SHANGHAI)
    if moment.year < _EARLIEST:
        raise ValueError(f"来稿时间“{value}”太早，请核对。")
    if moment > clock.now():
        raise ValueError(f"来稿时间“{value}”还没有到，请核对。")
    return moment


def _parse(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), clock.SHANGHAI)
    if isinstance(value, float) or (isinstance(value, int) and value < 1_000_000):
        return _excel_serial(value)
    return _words(str(value).strip())


def _excel_serial(value: float) -> datetime:
    try:
        found = from_excel(value)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"看不懂来稿时间“{value}”。") from error
    if isinstance(found, datetime):
        return found
    raise ValueError(f"看不懂来稿时间“{value}”。")


def _words(words: str) -> datetime:
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        pass
    match = _WRITTEN.fullmatch(words) or _PACKED.fullmatch(words)
    if not match:
        raise ValueError(f"看不懂来稿时间“{words[:30]}”，请写成 2019-03-01 或 2019年3月1日。")
    rest = _TIME.fullmatch(match[4]) if match.re is _WRITTEN and match[4] else None
    hour, minute, second = (int(part or 0) for part in rest.groups()) if rest else (0, 0, 0)
    try:
        day = (int(match[1]), int(match[2]), int(match[3]))
        return datetime(*day, hour, minute, second, tzinfo=clock.SHANGHAI)
    except ValueError as error:
        raise ValueError(f"来稿时间“{words[:30]}”没有这一天。") from error
