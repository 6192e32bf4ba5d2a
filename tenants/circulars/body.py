"""What a published circular says: its number, its words in order, its hash. Figures come from the frozen tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.circulars.models import Circular
from tenants.circulars.tables import Figures
from tenants.items.texts import CIRCULAR_LABELS, SECTIONS, Texts
from zhitong.core import clock
from zhitong.exchange import packets
from zhitong.web.parts import Passage

_ORDER = "一二三"
SERIES = "社情民意信息工作通报"


def number_words(circular: Circular, mark: str) -> str:
    """Return the number of a published circular: 粤〔2026〕第 3 期（更正版）; empty before."""
    if circular.number is None:
        return ""
    return f"{mark}〔{circular.year}〕第 {circular.number} 期{edition_words(circular)}"


def edition_words(circular: Circular) -> str:
    """Return that an edition is a corrected one, and the how manieth; empty for the first edition."""
    if not circular.is_correction:
        return ""
    return "（更正版）" if circular.edition == 2 else f"（更正版 {circular.edition - 1}）"


def correction_words(circular: Circular, mark: str) -> str:
    """Return what a corrected edition replaces and what changed; empty for the first edition, and until it is said."""
    before = circular.replaces
    if before is None or before.published_at is None or not circular.correction:
        return ""
    day = clock.local_date(before.published_at)
    replaced = f"{number_words(before, mark)}（{day.year} 年 {day.month} 月 {day.day} 日印发）"
    return f"本期为更正版，代替{replaced}，原件停止使用。更正内容：{circular.correction}"


def passages(texts: Texts) -> list[Passage]:
    """Return the sections that are written, numbered as papers number them."""
    written = [name for name in SECTIONS if getattr(texts, name)]
    return [
        Passage(f"{_ORDER[n]}、{CIRCULAR_LABELS[name]}", [line for line in getattr(texts, name).split("\n") if line])
        for n, name in enumerate(written)
    ]


def source_words(figures: Figures) -> str:
    """Return where the figures come from: as of when, and by which rules."""
    return f"数据截至 {figures.as_of}；得分按{figures.rules}计算。"


def text_of(circular: Circular, texts: Texts, mark: str) -> str:
    """Return the whole text in plain lines, as the paper carries it; its tables go along as files."""
    lines = [correction_words(circular, mark)] if circular.is_correction else []
    for passage in passages(texts):
        lines += [passage.heading, *(str(line) for line in passage.paragraphs)]
    return "\n".join([*lines, source_words(Figures.of_json(circular.figures))])


def digest(circular: Circular, texts: Texts) -> str:
    """Return the sha256 over all that a circular says: its words, its figures, its place among editions."""
    return packets.digest(content_of(circular, texts))


def content_of(circular: Circular, texts: Texts) -> dict[str, Any]:
    """Return what the hash covers, as plain values."""
    figures: Mapping[str, Any] = circular.figures
    kept: Sequence[str] = [circular.period, str(circular.edition), f"{circular.year}", f"{circular.number}"]
    return {"place": kept, "correction": circular.correction, "texts": texts.as_dict(), "figures": figures}
