"""The few numbers by which look-alikes are found among a million texts: some 270 bytes an item.

A number in the index costs little where many texts have it, and much where it has a text to itself. So a band keeps
`BITS` bits only: 42 · 2¹⁵ numbers, each of some thirty of a million texts. Of these a text meets some 1,300 by chance,
which are put aside by a look at their rows; two bands in common are chance in one pair of a million.

`bands` are of the text's runs (MinHash, one permutation): two texts that share the part j of their runs share a band
with the chance 1 - (1 - j³)⁴². That is 0.94 at j = 0.4, and one in three thousand at the j = 0.02 of texts that have
nothing in common. `terms` are the words that tell most of the matter, for those who say the same in other words.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

from search.alike.comparing import terms
from search.alike.reading import Reading
from search.alike.weights import Weights

BINS = 126
ROWS = 3
BANDS = BINS // ROWS
BITS = 15
TERMS = 24
GROUPS = 16
# A text on the same matter has two of a text's twelve heaviest terms, and one of the rarest eight of these: the lists
# of the commonest need not be walked through then. Asking for less brings nothing more that is then called the same,
# and asking for more loses some (docs/benchmarks.md).
HEAVIEST, SHARED_TERMS, RARE = 12, 2, 8
# Where a bin is empty it takes its neighbour's number, changed so that it is not taken for it.
_SALT = 0x9E3779B9
_STEP = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`BANDS` numbers of the runs (none of an empty body) and at most `TERMS` of the words.

    A band is its place, 0 to 41, above `BITS` bits of its hash, so that none is taken for another. Terms are 32 bits,
    signed.
    """

    bands: tuple[int, ...]
    terms: tuple[int, ...]


def fingerprint(text: Reading, weights: Weights) -> Fingerprint:
    """Return the fingerprint of a text. The same text has the same bands for ever; terms depend on the weights too."""
    return Fingerprint(bands_of(least_of(text.shingles)), _terms(text, weights))


def heaviest(text: Reading, weights: Weights) -> tuple[int, ...]:
    """Return the terms by which look-alikes of a text are looked for, the rarest first."""
    weighed = terms(text, weights)
    heavy = sorted(weighed, key=lambda word: (-weighed[word], word))[:HEAVIEST]
    heavy.sort(key=weights.weight, reverse=True)
    return tuple(dict.fromkeys(_signed(word.encode()) for word in heavy))


def candidate(bands: Iterable[int], heavy: Sequence[int], other: Fingerprint) -> bool:
    """Return whether `other` would be looked at for a text of these bands and heaviest terms.

    It is the rule that the query of the database follows.
    """
    theirs = set(other.terms)
    shares = len(theirs.intersection(heavy)) >= SHARED_TERMS and bool(theirs.intersection(heavy[:RARE]))
    return shares or bool(set(bands) & set(other.bands))


def of_unit(numbers: Iterable[int], unit_id: int) -> list[int]:
    """Return terms as they are stored: mixed with one of `GROUPS` numbers, by the unit.

    Words are asked for within one unit only, and the lists in the index hold the texts of a sixteenth of the units. A
    number for each unit would make lists so short that the index is three times as large. What is mixed a second time
    is as it was.
    """
    salt = unit_id % GROUPS * _SALT & 0xFFFFFFFF
    salt -= (salt & 1 << 31) << 1
    return [number ^ salt for number in numbers]


def question_of(heavy: Sequence[int]) -> str:
    """Return PostgreSQL's question for what has so many of these terms: each with any of those after it."""
    if len(heavy) < SHARED_TERMS:
        return ""
    quoted = [f"'{term}'" for term in heavy]
    pairs = (f"{term}&({'|'.join(quoted[at:])})" for at, term in enumerate(quoted[:-1], start=1))
    return f"({'|'.join(quoted[:RARE])})&({'|'.join(pairs)})"


def least_of(shingles: Iterable[str]) -> list[int | None]:
    """Return the least number of runs in each bin, None where there is none; of two sets it is the lesser one."""
    least: list[int | None] = [None] * BINS
    for shingle in shingles:
        value = int.from_bytes(hashlib.blake2b(shingle.encode(), digest_size=8).digest(), "big")
        at = value % BINS
        known = least[at]
        if known is None or value < known:
            least[at] = value
    return least


def bands_of(least: Sequence[int | None]) -> tuple[int, ...]:
    """Return the bands of what `least_of` found; none of nothing."""
    if all(value is None for value in least):
        return ()
    data = b"".join(_filled(least, at).to_bytes(8, "big") for at in range(BINS))
    width = 8 * ROWS
    return tuple(
        place << BITS | crc32(data[width * place : width * (place + 1)], ROWS * place) & (1 << BITS) - 1
        for place in range(BANDS)
    )


def _filled(least: Sequence[int | None], at: int) -> int:
    if (own := least[at]) is not None:
        return own
    for step in range(BINS):
        value = least[(at + step) % BINS]
        if value is not None:
            return (value + step * _STEP) & _MASK
    raise ValueError("no bin holds a number")


def _terms(text: Reading, weights: Weights) -> tuple[int, ...]:
    weighed = terms(text, weights)
    heaviest = sorted(weighed, key=lambda word: (-weighed[word], word))[:TERMS]
    return tuple(dict.fromkeys(_signed(word.encode()) for word in heaviest))


def _signed(data: bytes) -> int:
    """Return 32 bits of `data` as PostgreSQL's `integer` holds them."""
    return int.from_bytes(crc32(data).to_bytes(4, "big"), "big", signed=True)
