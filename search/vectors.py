"""The words of a document as PostgreSQL's `tsvector` takes them; needs neither a database nor Django."""

from collections.abc import Iterable
from functools import lru_cache

from search.analyser import MAX_POSITION, Inner, cut, normalise
from search.documents import SECTIONS, Document, Kept, marks_of

_ROOM = 900_000  # bytes of words and places
_SURELY_FITS = 40_000  # characters: a word and those inside it take some sixteen bytes for each
_LONGEST_LEXEME = 200  # characters of a word


def vectors_of(some: Iterable[Kept]) -> list[str]:
    """Return the words of documents, each as `vector_of` does."""
    return [vector_of(kept.document) for kept in some]


def vector_of(document: Document) -> str:
    """Return the words of all sections with places and weights, names and number at weight B, and the marks.

    PostgreSQL takes a megabyte of words: what comes after that, in a text of some hundred pages, is not found.
    """
    sections = [(weight, getattr(document, name)) for name, (weight, _label) in SECTIONS.items()]
    sections += [("B", name) for name in (*document.author_names, document.from_unit, document.number_label)]
    cuts = [(weight, cut(normalise(text))) for weight, text in sections]
    if sum(len(text) for _weight, text in sections) > _SURELY_FITS:
        _shorten(cuts)
    places: dict[str, str] = {}
    offset = 0
    for weight, found in cuts:
        for at, (word, inner) in enumerate(found, start=offset + 1):
            place = f"{at}{weight}" if at < MAX_POSITION else f"{MAX_POSITION}{weight}"
            places[word] = f"{places[word]},{place}" if word in places else place
            for part, _first in inner:
                places[part] = f"{places[part]},{place}" if part in places else place
        offset += len(found) + 2  # no word follows the last one of another section
    lexemes = [f"{quoted(word)}:{where}" for word, where in places.items()]
    return " ".join([*lexemes, *map(quoted, marks_of(document))])


def _shorten(cuts: Iterable[tuple[str, list[tuple[str, Inner]]]]) -> None:
    """Leave out the words that find no room, where a word takes some when it comes first, and each of its places."""
    room, known = _ROOM, set[str]()
    for _weight, found in cuts:
        for number, (word, inner) in enumerate(found):
            for one in (word, *(part for part, _first in inner)):
                room -= 2 if one in known else 4 * len(one) + 6
                known.add(one)
            if room < 0:
                del found[number:]
                break


@lru_cache(maxsize=1 << 14)
def quoted(word: str) -> str:
    """Return a word as a `tsvector` or a `tsquery` has it."""
    return "'" + word[:_LONGEST_LEXEME].replace("\\", "\\\\").replace("'", "''") + "'"
