"""One wrong character: words of the archive that differ by one sign from what was typed, those that sound alike first.

The words are the commoner ones of all documents (`search.weighing`). A correction is only ever shown with what the
reader may see of it, so it tells of nothing that is closed.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import pypinyin

from search.analyser import normalise

MOST = 3
_LENGTHS = (4, 3, 2)


def corrections(typed: str, shares: Mapping[str, float]) -> list[str]:
    """Return what may have been meant, the likeliest first: the same text with one character changed.

    Args:
        typed: the question.
        shares: known words with the share of documents they stand in.
    """
    plain = normalise(typed)
    found: dict[str, tuple[bool, int, float]] = {}
    for at, length in _windows(plain):
        part = plain[at : at + length]
        if part in shares:
            continue
        for word in _near(part, shares):
            text = plain[:at] + word + plain[at + length :]
            grade = (_sound(word) == _sound(part), length, shares[word])
            found[text] = max(found.get(text, grade), grade)
    return sorted(found, key=lambda text: found[text], reverse=True)[:MOST]


def _windows(plain: str) -> Iterator[tuple[int, int]]:
    for length in _LENGTHS:
        for at in range(len(plain) - length + 1):
            if all("\u4e00" <= sign <= "\u9fff" for sign in plain[at : at + length]):
                yield at, length


def _near(part: str, shares: Mapping[str, float]) -> Iterator[str]:
    """Yield the words of the same length with one other sign; of two signs only those that sound alike."""
    for word in shares:
        if len(word) != len(part) or not word.isalpha():
            continue
        same = sum(a == b for a, b in zip(word, part, strict=True))
        if same == len(part) - 1 and (len(part) > 2 or _sound(word) == _sound(part)):
            yield word


@lru_cache(maxsize=8192)
def _sound(word: str) -> str:
    return " ".join(pypinyin.lazy_pinyin(word))
