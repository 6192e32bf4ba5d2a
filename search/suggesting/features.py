"""What a model sees of a text: its words, its letters and its pairs of letters, each by a number of 32 bits."""

from collections import Counter
from collections.abc import Iterable
from zlib import crc32

from search.alike.reading import letters_of
from search.analyser import normalise, tokens

# A title says in ten words what the text says in five hundred.
_TITLE = 3


def features(title: str, body: str) -> Counter[int]:
    """Return how often each word, letter and pair of letters stands in a text; those of the title count three times.

    Pairs of letters catch what the dictionary cuts elsewhere; single letters carry the subject where words are rare.
    """
    found: Counter[int] = Counter()
    for text, weight in ((title, _TITLE), (body, 1)):
        plain = normalise(text)
        letters = letters_of(plain)
        for feature in _of(tokens(plain), letters):
            found[feature] += weight
    return found


def _of(words: Iterable[str], letters: str) -> Iterable[int]:
    yield from (_number("w", word) for word in words)
    yield from (_number("l", letter) for letter in letters)
    yield from (_number("l", letters[at : at + 2]) for at in range(len(letters) - 1))


def _number(kind: str, value: str) -> int:
    return crc32(f"{kind}{value}".encode())
