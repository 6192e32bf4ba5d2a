"""Natural names for people who do not exist, with the ascii usernames made of them."""

import json
from dataclasses import dataclass, field
from functools import cache
from random import Random

from zhitong.demo.content.divisions import DATA

# Combinations of the two banks that are names of widely known people.
_KNOWN_PEOPLE = frozenset({"李泽楷", "陈松柏", "林志恒", "梁咏诗", "陈启泰", "周慧敏", "陈慧敏", "李美玲", "陈凯晴"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name and its pinyin without tones or spaces."""

    text: str
    pinyin: str


@cache
def _banks() -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    raw = json.loads((DATA / "names.json").read_text(encoding="utf-8"))
    surnames, given = (raw[bank].split() for bank in ("surnames", "given"))
    return (
        tuple(Name(*pair) for pair in zip(surnames[::2], surnames[1::2], strict=True)),
        tuple(Name(*pair) for pair in zip(given[::2], given[1::2], strict=True)),
    )


def _any_name(rng: Random) -> Name:
    surnames, given = _banks()
    # Common surnames stand first in the bank; the square makes them common here too.
    surname = surnames[int(len(surnames) * rng.random() ** 1.6)]
    rest = rng.choice(given)
    return Name(surname.text + rest.text, surname.pinyin + rest.pinyin)


@dataclass(slots=True)
class NameSource:
    """Draws names of which no two are alike."""

    rng: Random
    used: set[str] = field(default_factory=set)

    def draw(self) -> Name:
        """A name that was not drawn before."""
        while True:
            name = _any_name(self.rng)
            if name.text in self.used or name.text in _KNOWN_PEOPLE:
                continue
            self.used.add(name.text)
            return name
