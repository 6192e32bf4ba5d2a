"""What place a text speaks of: divisions by their level, and the names of streets, estates, schools, firms."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import rjieba

Places = Mapping[str, frozenset[str]]


class Reading(Protocol):
    """What a text must say of itself to be asked for its spots."""

    @property
    def spots(self) -> frozenset[tuple[str, str]]:
        """See `spots`."""
        ...

    @property
    def all_letters(self) -> str:
        """The letters of title and body."""
        ...


_LEVELS = {"省": "province", "市": "city", "州": "city", "区": "county", "县": "county", "旗": "county"}
_LEVELS |= {"村": "village", "社区": "village"}
# Dictionaries know few towns: the two letters before the ending, whatever they are cut into (狮山镇, 桂城街道).
_TOWN = re.compile("(?=([\u4e00-\u9fff]{2})(?:街道|(?<![城乡各本该小古集村全])镇))")
# Masked names, as offices write them into examples and published letters: A市, A3区.
_CODE = re.compile(r"(?<![a-z0-9])([a-z]\d*)(?=[市区县])")
_CODE_LEVEL = {True: "county", False: "city"}
_NAMED = frozenset({"ns", "nr", "nrt", "nz", "nt"})

# What the name of a spot ends with: the words before it are the name.
_ENDINGS = """
小区 花园 家园 佳苑 公寓 大厦 广场 商城 商场 市场 社区 街道 公园 学校 小学 中学 大学 学院 幼儿园 医院 公司 集团 驾校
酒店 银行 地铁站 车站 立交桥 大桥 大道 工业园 开发区 新区 别墅 楼盘 村 镇 乡 县 区 市 路 街 巷 湖 河 涌 江
苑 园 府 湾 城 站 桥
"""
_SPOTS = tuple(_ENDINGS.split())
_LAST_SIGNS = frozenset(ending[-1] for ending in _SPOTS)
# A part of a name is said in fewer than about one text of a hundred.
TELLING = 0.5
# What stands before 区 or 村 and names no place.
_NO_NAMES = "旧城 老城 新城 主城 中心城 开发 经开 高新 新 老 城 小 社 园 片 校 厂 库 景 地 本 我 全 各 该 乡 农"
_GENERAL = frozenset(_NO_NAMES.split())


def places(text: str) -> dict[str, frozenset[str]]:
    """Return the names of divisions in a normalised text, by level: "province" … "village"; levels without one lack."""
    found: dict[str, set[str]] = {}
    for code in _CODE.findall(text):
        found.setdefault(_CODE_LEVEL[len(code) > 1], set()).add(code)
    if towns := _TOWN.findall(text):
        found["town"] = set(towns)
    before = ""
    for word, kind in rjieba.tag(text):
        ending = next((end for end in ("社区", word[-1:]) if word.endswith(end) and end in _LEVELS), "")
        if ending and kind == "ns" and len(word) > len(ending) + 1:
            found.setdefault(_LEVELS[ending], set()).add(word[: -len(ending)])
        elif word == ending and before:
            found.setdefault(_LEVELS[ending], set()).add(before)
        before = word if kind in _NAMED and len(word) > 1 else ""
    named = {level: frozenset(names - _GENERAL) for level, names in found.items()}
    return {level: names for level, names in named.items() if names}


def other_division(one: Places, other: Places) -> bool:
    """Return whether two texts speak of different divisions: on some level both name one, and none is both's."""
    return any(not (names & other[level]) for level, names in one.items() if level in other)


def division_put_in(one: Places, other: Places) -> bool:
    """Return whether one division was put in for another: on some level each text names one that the other does not."""
    return any(names - other[level] and other[level] - names for level, names in one.items() if level in other)


def spots(text: str) -> frozenset[tuple[str, str]]:
    """Return the named spots of a normalised text: the words of the name, and its two letters next to the ending."""
    found: set[tuple[str, str]] = set()
    before: list[str] = []
    for word in rjieba.cut(text):
        if word[-1] in _LAST_SIGNS:  # far most words end with another one
            ending = next(filter(word.endswith, _SPOTS), "")
            stem = word.removesuffix(ending)
            if ending and len(stem) > 1:
                found.add((stem, stem[-2:]))
            elif ending and not stem and len("".join(before)) > 1:
                found.add((" ".join(before), "".join(before)[-2:]))
        before = [*before[-1:], word] if word[0].isalnum() else []
    return frozenset(found)


def other_spot(one: Reading, other: Reading, weight: Callable[[str], float]) -> bool:
    """Return whether two texts speak of different spots: each names one that the other does not, and none is shared.

    `weight` tells names ("森宇家园") from what every text says ("我们小区").
    """
    names, others = _telling(one.spots, weight), _telling(other.spots, weight)
    if not names or not others:
        return False
    return not any(name in other.all_letters for name in names) and not any(name in one.all_letters for name in others)


def _telling(found: Iterable[tuple[str, str]], weight: Callable[[str], float]) -> frozenset[str]:
    return frozenset(near for words, near in found if max(map(weight, words.split())) > TELLING)
