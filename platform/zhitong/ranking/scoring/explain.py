"""A ledger line in words, for whoever asks "why this figure?"."""

from zhitong.core import glossary
from zhitong.ranking.scoring.numbers import plain
from zhitong.ranking.scoring.rules import Entry

KIND_WORDS = {
    "submitted": "报送",
    "adopted": "采用",
    "kept": glossary.KEPT,
    "declined": glossary.DECLINED,
    "instruction": "批示",
    "replied": "答复",
    "published": "刊发",
    "deduction": "扣分",
    "manual": "人工记分",
    "due": "考核期",
    "reversal": "冲正",
    "": "累计",
}


def explain(entry: Entry) -> list[str]:
    """The line as Chinese sentences: the arithmetic, by which rule, from which event, whether and when it counts."""
    events = "、".join(entry.event_ids[:10])
    if len(entry.event_ids) > 10:
        events += f" 等 {len(entry.event_ids)} 件"
    day = entry.counted_on
    words = [
        f"{entry.rule.name}:{entry.arithmetic}",
        f"得分 {plain(entry.points)} 分" if entry.counted else f"{plain(entry.points)} 分不计入",
        f"依据:{entry.rule.set_code} 第 {entry.rule.version} 版,条款 {entry.rule.key}",
        f"事件:{KIND_WORDS[entry.event_kind]} {events}",
        f"计入日期:{day.year}年{day.month}月{day.day}日",
    ]
    if entry.clause is not None:
        words.append(f"未计入的原因:{entry.clause.words}")
    return words
