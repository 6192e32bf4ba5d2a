"""The few numbers by which look-alikes are found among a million texts: some 270 bytes an item.

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
TERMS = 24
# A text on the same matter has two of a text's twelve heaviest terms, and one of the rarest eight of these: the lists
# of the commonest need not be walked through then. Asking for less brings nothing more that is then called the same,
# and asking for more loses some (docs/benchmarks.md).
HEAVIEST, SHARED_TERMS, RARE = 12, 2, 8
# Where a bin is empty it takes its neighbour's number, changed so that it is not taken for it.
_STEP = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`BANDS` numbers of the runs (none of an empty body) and at most `TERMS` of the words, each of 32 bits, signed."""

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
    return tuple(dict.fromkeys(_signed(word.encode(), 0) for word in heavy))


def candidate(bands: Iterable[int], heavy: Sequence[int], other: Fingerprint) -> bool:
    """Return whether `other` would be looked at for a text of these bands and heaviest terms.

    It is the rule that the query of the database follows.
    """
    theirs = set(other.terms)
    shares = len(theirs.intersection(heavy)) >= SHARED_TERMS and bool(theirs.intersection(heavy[:RARE]))
    return shares or bool(set(bands) & set(other.bands))


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
    full = [_filled(least, at) for at in range(BINS)]
    return tuple(
        _signed(b"".join(value.to_bytes(8, "big") for value in full[at : at + ROWS]), at) for at in range(0, BINS, ROWS)
    )


def _filled(least: Sequence[int | None], at: int) -> int:
    for step in range(BINS):
        value = least[(at + step) % BINS]
        if value is not None:
            return (value + step * _STEP) & _MASK
    raise ValueError("no bin holds a number")


def _terms(text: Reading, weights: Weights) -> tuple[int, ...]:
    weighed = terms(text, weights)
    heaviest = sorted(weighed, key=lambda word: (-weighed[word], word))[:TERMS]
    return tuple(dict.fromkeys(_signed(word.encode(), 0) for word in heaviest))


def _signed(data: bytes, salt: int) -> int:
    """Return 32 bits of `data` as PostgreSQL's `integer` holds them."""
    return int.from_bytes(crc32(data, salt).to_bytes(4, "big"), "big", signed=True)
