"""Targets, duties and honours in the words of a screen."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from zhitong.ranking.models import Measure, Owed
from zhitong.ranking.targets import Progress
from zhitong.web.parts import State, Tag
from zhitong.web.templatetags.zt import points as point_words

# For circles and people what comes in is what they hand in.
_OWN = {Measure.RECEIVED: "提交", Measure.ADOPTED: "本级采用", Measure.HIGHER: "上级采用", Measure.POINTS: "得分"}


def measure_word(measure: str, *, own: bool = False) -> str:
    """Return what is counted: 收稿 of a unit is 提交 of its circles and people (`own`)."""
    kind = Measure(measure)
    return _OWN[kind] if own else str(kind.label)


def unit_word(measure: str) -> str:
    """Return what one of it is called: 篇, or 分."""
    return "分" if measure == Measure.POINTS else "篇"


def amount(value: Decimal | int, measure: str) -> str:
    """Return a number with what it is of: 12 篇, 7.5 分."""
    return f"{point_words(Decimal(value))} {unit_word(measure)}"


def owed(target: Owed, *, own: bool = False) -> str:
    """Return a target in one line: 2026 年报送 60 篇."""
    return f"{target.period.words}{measure_word(target.measure, own=own)} {amount(target.number, target.measure)}"


def standing(progress: Progress, measure: str) -> State:
    """Return how far somebody is, in a word that stands beside the bar."""
    missing = amount(progress.number - progress.done, measure)
    if progress.is_met:
        return State("已完成", "ok")
    if progress.is_over:
        return State(f"没有完成，差 {missing}", "late")
    if progress.on < progress.period.first:
        return State("还没有开始", "off")
    if progress.behind:
        return State(f"落后 {amount(progress.behind, measure)}", "soon")
    return State("按进度", "now")


def by_standing(found: Mapping[str, int]) -> str:
    """Return a summary of how many are how far: 落后 2 个，已完成 1 个."""
    return "，".join(f"{word} {number} 个" for word, number in found.items() if number)


# A field of `Counts` -> how the dossier says that an item counts as it; what came in is said by being in the list.
_OUTCOMES: dict[str, Tag] = {
    "adopted": Tag("本级采用", "green"),
    "higher_city": Tag("市级采用", "green"),
    "higher_province": Tag("省级采用", "green"),
    "higher_national": Tag("全国采用", "green"),
    "instructions": Tag("批示", "pishi"),
}


def outcome_tags(what: Collection[str]) -> list[Tag]:
    """Return what an item counts as, lowest level first."""
    return [tag for name, tag in _OUTCOMES.items() if name in what]
