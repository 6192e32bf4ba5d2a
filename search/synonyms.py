"""Words that the trade uses for one thing: the file `search/data/synonyms.txt`, a line for each thing."""

from functools import cache

from search.analyser import normalise
from search.wordlists import lines_of

_FILE = "synonyms.txt"


def of(word: str) -> tuple[str, ...]:
    """Return what else a normalised word is called, in the order of the file; nothing of a word it does not know."""
    return _groups().get(word, ())


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    for line in lines_of(_FILE):
        words = [normalise(word) for word in line]
        for word in words:
            if word in known:
                raise ValueError(f"{_FILE}: {word} stands in two lines")
            known[word] = tuple(other for other in words if other != word)
    return known
