"""Turns one aspect of a matter into the three sections of a report.

The bank's markup: `{t}` the place looked at, `{l}` the level's own word (区, 县, 市, 省), `[a|b]` wordings
to choose from, `<3-8>` a figure between the two.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from zhitong.demo.content.matters import Aspect, Matter
from zhitong.demo.content.support import support_sentences

MIN_PROBLEM, MIN_ANALYSIS, MIN_SUGGESTIONS = 120, 80, 120

_CHOICE = re.compile(r"\[([^\[\]]+)\]")
_FIGURE = re.compile(r"<([\d.]+)-([\d.]+)>")
_ORDINALS = "一二三四五"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report plays: `seen` the place looked at, `level_word` what the unit calls its own level."""

    seen: str
    level_word: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report is written from: its main aspect, a second one where the matter is close-knit.

    `turn` picks among wordings, so that two reports on one aspect do not read alike. `month` is that of
    submission: in January a report speaks of the year that has passed.
    """

    matter: Matter
    main: Aspect
    second: Aspect | None
    place: Place
    turn: int
    month: int


@dataclass(frozen=True, slots=True)
class Sections:
    """The three sections of a report."""

    problem: str
    analysis: str
    suggestions: str


def _figure(low: str, high: str, rng: Random) -> str:
    if "." in low:
        return f"{rng.uniform(float(low), float(high)):.1f}"
    bottom, top = int(low), int(high)
    value = rng.randint(bottom, top)
    # People give large figures in round numbers.
    step = 100 if top >= 2000 else 10 if top >= 200 else 5 if top >= 100 else 1
    return str(max(bottom, round(value / step) * step))


def _looking_back(text: str) -> str:
    return re.sub("比(去年|上年)同期", "比前一年同期", text).replace("今年", "去年")


def _filler(draft: Draft, figures: Random) -> Callable[[str], str]:
    def fill(text: str) -> str:
        def choose(found: re.Match[str]) -> str:
            wordings = found[1].split("|")
            return wordings[draft.turn % len(wordings)]

        text = _FIGURE.sub(lambda found: _figure(found[1], found[2], figures), _CHOICE.sub(choose, text))
        text = text.replace("{t}", draft.place.seen).replace("{l}", draft.place.level_word)
        return _looking_back(text) if draft.month <= 2 else text

    return fill


def _numbered(parts: Sequence[str], wording: Random) -> str:
    if wording.random() < 0.7:
        return "".join(f"{_ORDINALS[index]}是{part}" for index, part in enumerate(parts))
    return "\n".join(f"{index + 1}．{part}" for index, part in enumerate(parts))


def _until(minimum: int, start: Sequence[str], more: Sequence[str], at_least: int) -> list[str]:
    """`start` and as many of `more` as it takes for `at_least` parts and `minimum` characters."""
    parts, rest = list(start), list(more)
    while rest and (len(parts) < at_least or sum(map(len, parts)) < minimum):
        parts.append(rest.pop(0))
    return parts


def write(draft: Draft, wording: Random, figures: Random) -> Sections:
    """Write the report.

    `wording` and `figures` are apart so that a reworked copy can keep the figures of its source.
    """
    fill = _filler(draft, figures)
    aspects = [draft.main] + ([draft.second] if draft.second else [])

    def support(section: str) -> list[str]:
        return [fill(text) for text in support_sentences(draft.matter.category, section, wording)]

    opening = fill(draft.matter.openings[draft.turn % len(draft.matter.openings)])
    facts = [opening, fill(draft.main.problem)]
    if draft.second:
        facts.append(wording.choice(("同时，", "此外，", "另外，")) + fill(draft.second.problem))
    causes = [fill(aspect.cause) for aspect in aspects]
    advice = [fill(aspect.suggestion) for aspect in aspects]
    return Sections(
        problem="".join(_until(MIN_PROBLEM, facts, support("problem"), wording.choice((2, 3)))),
        analysis=_numbered(_until(MIN_ANALYSIS, causes, support("cause"), wording.choice((2, 2, 3))), wording),
        suggestions=_numbered(
            _until(MIN_SUGGESTIONS, advice, support("suggestion"), wording.choice((2, 3, 3))), wording
        ),
    )
