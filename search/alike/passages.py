"""What two texts have word for word: the common passages, longest first found, for marking side by side."""

from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from search.analyser import normalise

# Shorter agreements are turns of speech, not passages.
LEAST = 8
_RUN = 6
# A run that stands in the other text more often than this is looked up at its first places only.
_PLACES = 24


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece that stands in both texts: where it begins and ends in each, in characters, and its letters."""

    start: int
    end: int
    other_start: int
    other_end: int
    letters: int


def passages(one: str, other: str) -> list[Passage]:
    """Return the common passages of at least `LEAST` letters in the order of `one`; signs and widths do not count.

    No letter of either text is in two passages. The time grows with the length, not with its square.
    """
    letters, at = _letters(one)
    others, other_at = _letters(other)
    index = _index(others, _runs(letters))
    taken = bytearray(len(others))
    found: list[Passage] = []
    place = 0
    while place <= len(letters) - _RUN:
        best, best_length = 0, 0
        for start in index.get(letters[place : place + _RUN], ()):
            length = _common(letters, place, others, start, taken)
            if length > best_length:
                best, best_length = start, length
        if best_length < LEAST:
            place += 1
            continue
        taken[best : best + best_length] = b"\x01" * best_length
        last, other_last = place + best_length - 1, best + best_length - 1
        found.append(Passage(at[place], at[last] + 1, other_at[best], other_at[other_last] + 1, best_length))
        place += best_length
    return found


def share(one: str, found: list[Passage]) -> float:
    """Return which part (0 to 1) of the letters of `one` the common passages are."""
    letters, _at = _letters(one)
    return sum(passage.letters for passage in found) / len(letters) if letters else 0.0


@lru_cache(maxsize=2)  # a text is held against one other after the next
def _letters(text: str) -> tuple[str, list[int]]:
    """Return the letters of a text and where each stands in it."""
    plain = normalise(text)
    at = [place for place, character in enumerate(plain) if character.isalnum()]
    return "".join(plain[place] for place in at), at


@lru_cache(maxsize=2)
def _runs(letters: str) -> frozenset[str]:
    return frozenset(letters[place : place + _RUN] for place in range(len(letters) - _RUN + 1))


def _index(letters: str, wanted: Container[str]) -> dict[str, list[int]]:
    """Return where the wanted runs stand in a text."""
    index: dict[str, list[int]] = {}
    for place in range(len(letters) - _RUN + 1):
        run = letters[place : place + _RUN]
        if run in wanted and len(places := index.setdefault(run, [])) < _PLACES:
            places.append(place)
    return index


def _common(one: str, place: int, other: str, start: int, taken: bytearray) -> int:
    """Return how many letters both texts have in common from there on, before one that is taken."""
    end = taken.find(1, start)
    most = min(len(one) - place, (len(other) if end < 0 else end) - start)
    return next((at for at in range(most) if one[place + at] != other[start + at]), most)
