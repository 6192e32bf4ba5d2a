"""One running text into the three sections, by the headings that writers use."""

import re

_HEADINGS = {
    "problem": (
        "调研情况",
        "情况反映",
        "基本情况",
        "现状情况",
        "背景情况",
        "现状",
        "背景",
        "存在问题",
        "存在的问题",
        "主要问题",
    ),
    "analysis": ("问题分析", "原因分析", "成因分析", "分析"),
    "suggestions": ("具体建议", "意见建议", "对策建议", "工作建议", "有关建议", "相关建议", "具体意见", "建议"),
}
_ORDER = {"problem": 0, "analysis": 1, "suggestions": 2}
_SECTION_OF = {heading: section for section, headings in _HEADINGS.items() for heading in headings}
_ANY = "|".join(sorted(_SECTION_OF, key=len, reverse=True))
# These are headings wherever a colon follows, also after a sentence that lost its full stop.
_SURE = "调研情况|情况反映|问题分析|原因分析|具体建议|意见建议|对策建议"
# Any other ends in a colon and does not continue a phrase ("…为此建议：" is none), or stands on a line of its own.
_HEADING = re.compile(
    rf"(?:(?P<sure>{_SURE})\s*[:：])"
    rf"|(?:(?<![\w，、,])(?:[一二三四五六][、.．]\s*)?(?P<led>{_ANY})(?:如下)?\s*[:：])"
    rf"|(?:^[ \t]*(?:[一二三四五六][、.．]\s*)?(?P<alone>{_ANY})[ \t]*$)",
    re.MULTILINE,
)


def split(text: str) -> dict[str, str]:
    """Return the sections found, by field name; without any heading the whole text is the problem.

    What stands before the first heading belongs to the problem. A heading of an earlier section is not believed:
    sections follow one another.
    """
    parts: dict[str, list[str]] = {"problem": [], "analysis": [], "suggestions": []}
    current, start = "problem", 0
    for match in _HEADING.finditer(text):
        section = _SECTION_OF[match["sure"] or match["led"] or match["alone"]]
        if _ORDER[section] < _ORDER[current] or (section == current and current != "problem"):
            continue
        parts[current].append(text[start : match.start()])
        current, start = section, match.end()
    parts[current].append(text[start:])
    return {name: "\n".join(piece.strip() for piece in pieces if piece.strip()) for name, pieces in parts.items()}


def has_heading(text: str) -> bool:
    """Return whether the text holds any heading at all."""
    return _HEADING.search(text) is not None
