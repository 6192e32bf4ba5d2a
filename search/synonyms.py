"""Words that the trade uses for one thing: the file `search/data/synonyms.txt`, a line for each thing."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from search.analyser import normalise

_FILE = Path(__file__).parent / "data" / "synonyms.txt"


def of(word: str) -> tuple[str, ...]:
    """Return what else a normalised word is called, in the order of the file; nothing of a word it does not know."""
    return _groups().get(word, ())


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for line in _lines():
        for word in line:
            if word in known:
                raise ValueError(f"{_FILE.name}: {word} stands in two lines")
            known[word] = tuple(other for other in line if other != word)
    return known


def _lines() -> Iterator[list[str]]:
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield normalise(line).split()
