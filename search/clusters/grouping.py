"""Texts of a period brought together by the telling words of their fingerprints; pure, no Django."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

_SHARED = 4  # telling words in common that make two texts one subject

LEAST_ITEMS = 3
# A word of so many texts of the period is about everything; of a short period it still may be what is hot.
_COMMON, _COMMON_PART = 60, 0.1
NAMED_BY = 3
# What titles of any subject say: "关于加强…的建议", "…应予重视".
_IN_ALL_TITLES = frozenset(
    (
        "加强",
        "完善",
        "优化",
        "推进",
        "规范",
        "提升",
        "建议",
        "问题",
        "情况",
        "反映",
        "应予",
        "亟待",
        "关注",
        "重视",
        "解决",
    )
)
_LEAST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A text by its key: which unit's it is, and its telling words as numbers."""

    key: int
    unit: int
    terms: frozenset[int]


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says: whose it is, its words by weight, and the words of its title that may name a subject."""

    unit: int
    weighed: Mapping[str, float]
    title: Collection[str]


def group(texts: Sequence[Text], *, least_units: int = 1) -> list[list[Text]]:
    """Return the groups of texts on one subject, the centre of each first, the largest first.

    A group is a text and all that share at least four of its telling words and are in no larger group:
    nothing is chained, so that each has to do with the centre. Groups of fewer than `LEAST_ITEMS` texts or of fewer
    than `least_units` units are left out.
    """
    near = _neighbours(texts)
    order = sorted(range(len(texts)), key=lambda at: (-len({texts[one].unit for one in near[at]}), -len(near[at]), at))
    free = set(range(len(texts)))
    found: list[list[Text]] = []
    for centre in order:
        if centre not in free:
            continue
        members = [centre, *sorted(near[centre] & free - {centre})]
        if len(members) < LEAST_ITEMS or len({texts[one].unit for one in members}) < least_units:
            continue
        free.difference_update(members)
        found.append([texts[one] for one in members])
    return sorted(found, key=lambda one: (-len({text.unit for text in one}), -len(one), one[0].key))


def count_near(centre: Text, texts: Collection[Text]) -> int:
    """Return how many texts would stand in the group of a centre."""
    return sum(len(centre.terms & text.terms) >= _SHARED for text in texts)


def name_of(told: Sequence[Told], *, least_units: int = 1) -> str:
    """Return what a group is called: the heaviest words that half of its texts and a third of its titles say.

    Where there is none it is no subject, but a turn of phrase that many texts have in common: nothing is returned then.

    Args:
        told: the texts of the group.
        least_units: so many units must say a word; over the network no word of one unit alone is shown.
    """
    total: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    units: dict[str, set[int]] = defaultdict(set)
    for one in told:
        titles.update(one.title)
        for word, weight in one.weighed.items():
            total[word] += round(1000 * weight)
            texts[word] += 1
            units[word].add(one.unit)
    common = [
        word
        for word, _weight in total.most_common()
        if len(word) >= _LEAST_LETTERS and not word.isdecimal() and len(units[word]) >= least_units
        if word not in _IN_ALL_TITLES and 2 * texts[word] >= len(told) <= 3 * titles[word]
    ]
    chosen: list[str] = []
    for word in common:
        if not any(word in other or other in word for other in chosen):
            chosen.append(word)
    return "、".join(chosen[:NAMED_BY])


def _neighbours(texts: Sequence[Text]) -> list[set[int]]:
    having: dict[int, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        for term in text.terms:
            having[term].append(at)
    most = max(_COMMON, _COMMON_PART * len(texts))
    found: list[set[int]] = []
    for at, text in enumerate(texts):
        shared: Counter[int] = Counter()
        for term in text.terms:
            if len(having[term]) <= most:
                shared.update(having[term])
        found.append({other for other, count in shared.items() if count >= _SHARED} | {at})
    return found
