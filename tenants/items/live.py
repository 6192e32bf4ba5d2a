"""What the machine finds while an author writes. It advises; only what is missing stops a submission."""

import re

from tenants.items.models import Item
from tenants.items.texts import LABELS, SECTIONS, Texts
from zhitong.core import text
from zhitong.web.parts import LiveCheck, State
from zhitong.web.parts.basics import StateKind

_TWO_MATTERS = re.compile(r"关于.+(?:，|、|和|及)关于|[；;]|以及.+以及")
_DAILY_WORK = re.compile(r"取得了?.{0,8}(?:成绩|成效)|圆满(?:完成|成功)|先进经验|典型经验|召开.{0,12}(?:会议|座谈会)")
_FIGURE = re.compile(r"\d[\d,.]*\s*(?:人|户|家|万|亿|%|起|件|名|例|个)")
_SOURCED = re.compile(r"据|统计|数据|调研|调查|走访|公布|报告|显示")
_OK: StateKind = "ok"
_OPEN: StateKind = "off"


def checks(item: Item, limit: int) -> list[LiveCheck]:
    """Return the checks of a draft, in the order of the page; `limit` is the unit's."""
    texts = Texts.of(item)
    return [_one_matter(texts), _three_parts(texts), _no_news(texts), _figures(texts), _length(texts, limit)]


def _one_matter(texts: Texts) -> LiveCheck:
    if _TWO_MATTERS.search(texts.title):
        return LiveCheck(_look("一事一报"), "标题像是两件事", "#id_title")
    return (
        LiveCheck(State("一事一报", _OK), "只说一件事")
        if texts.title
        else LiveCheck(State("一事一报", _OPEN), "还没有标题")
    )


def _three_parts(texts: Texts) -> LiveCheck:
    empty = [name for name in SECTIONS if not getattr(texts, name)]
    if empty:
        return LiveCheck(_look("三写"), f"还没有{LABELS[empty[0]]}", f"#id_{empty[0]}")
    return LiveCheck(State("三写", _OK), "问题、原因、建议都有")


def _no_news(texts: Texts) -> LiveCheck:
    for name in SECTIONS:
        found = _DAILY_WORK.search(getattr(texts, name))
        if found:
            return LiveCheck(_look("三不写"), f"“{found.group()[:10]}”像工作动态", f"#id_{name}")
    return LiveCheck(State("三不写", _OK), "无成绩、经验、做法")


def _figures(texts: Texts) -> LiveCheck:
    found = _FIGURE.search(texts.problem)
    if found and not _SOURCED.search(texts.problem):
        return LiveCheck(_look("数据来源"), f"“{found.group()[:10]}”未注明", "#id_problem")
    return LiveCheck(State("数据来源", _OK), "已注明" if found else "没有数据")


def _length(texts: Texts, limit: int) -> LiveCheck:
    count = sum(text.count(getattr(texts, name)) for name in SECTIONS)
    return LiveCheck(State("篇幅", _OK) if count <= limit else _look("篇幅"), f"{count:,} / {limit:,} 字")


def _look(word: str) -> State:
    return State(word, "soon", "alert-triangle")
