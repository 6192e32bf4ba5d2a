"""Our own analyser: it cuts text into words for every backend, so that all of them find the same.

Only words of the dictionary, and of the trade's (`search/data/words.txt`), are words: a name that is in none falls into
single signs, the same in every sentence, and a question asks for them in a row. Guessing new words would cut a name
differently wherever it stands.

Full-width forms become half-width, letters lower-case, traditional signs simplified; Chinese is cut by `rjieba` in
search mode (a long word also gives the shorter ones inside it). The engine only matches what comes out here.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import opencc
import pypinyin
import rjieba
from pypinyin.seg import simpleseg

from search.wordlists import lines_of

STOP_WORDS = frozenset("的了和与及或在是对为将等也都并而之其把被从到于以有中") | {"关于"}
_GUESSING = False  # words that no dictionary has
_LONGEST = 40  # letters of what may be a word of a dictionary; longer runs are of letters and figures, and never kept
_REMEMBERED = 1 << 16  # words, of which it is known what is inside them
# PostgreSQL's tsvector keeps positions up to this one.
MAX_POSITION = 16_383

# Shorter words inside a word, each with its place there in characters.
Inner = tuple[tuple[str, int], ...]


class Word(NamedTuple):
    """One word with its place among the words and its span in the text, in characters."""

    text: str
    position: int
    start: int
    end: int


def normalise(text: str) -> str:
    """Return `text` with one form for each character, of the same length wherever a character has one counterpart."""
    return text.translate(_FORMS)


def words(text: str) -> Iterator[Word]:
    """Yield the words of `text`, stop words and punctuation left out, overlapping ones included."""
    plain = normalise(text)
    at = 0
    for position, (token, inner) in enumerate(cut(plain), start=1):
        start = plain.index(token, at)
        at = start + len(token)
        yield Word(token, position, start, at)
        for part, first in inner:
            yield Word(part, position, start + first, start + first + len(part))


def cut(plain: str) -> list[tuple[str, Inner]]:
    """Return the whole words of a normalised text in their order, each with the shorter ones inside it.

    It is `words` without their spans, for those who cut a million texts.
    """
    return list(filter(None, map(_KNOWN.__getitem__, rjieba.cut(plain, _GUESSING))))


def tokens(plain: str) -> list[str]:
    """Return the whole words of a normalised text in their order, stop words and punctuation left out."""
    return [token for token, _inner in cut(plain)]


def initials_of(plain: str) -> str:
    """Return the first letters of the sounds of a normalised text, one for each letter or figure: 加装电梯 is jzdt."""
    letters = "".join(character for character in plain if character.isalnum())
    return "".join(map(_initials, simpleseg.seg(letters))).lower()


# What pypinyin asks of each piece that it has cut a text into.
@lru_cache(maxsize=_REMEMBERED)
def _initials(piece: str) -> str:
    return "".join(pypinyin.lazy_pinyin(piece, style=pypinyin.Style.FIRST_LETTER))


class _Known(dict[str, tuple[str, Inner] | None]):
    """Each word with the shorter ones inside it, and None for what is no word.

    Texts say the same words again and again, so each is looked at once; but for what is too long to be one.
    """

    def __missing__(self, token: str) -> tuple[str, Inner] | None:
        inner = _inner_of(token)
        found = None if inner is None else (token, inner)
        if len(token) <= _LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[token] = found
        return found


_KNOWN = _Known()


def _inner_of(token: str) -> Inner | None:
    """Return the shorter words inside a word, each with its place there; None when it is no word."""
    if not _says_something(token):
        return None
    parts = dict.fromkeys(rjieba.cut_for_search(token, _GUESSING)) if 2 < len(token) <= _LONGEST else {}
    return tuple((part, token.index(part)) for part in parts if part != token and _says_something(part))


def _says_something(token: str) -> bool:
    return token not in STOP_WORDS and any(map(str.isalnum, token))


class _Forms(dict[int, str]):
    """The one form of each character, made when it is met for the first time."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.category(character) == "Cs":  # half of a pair: no sign, and no library takes it
            return character
        form = unicodedata.normalize("NFKC", character).lower()
        if len(form) != 1:
            form = character.lower() if len(character.lower()) == 1 else character
        simple = _SIMPLE.convert(form)
        self[code] = simple if len(simple) == 1 else form
        return self[code]


_SIMPLE = opencc.OpenCC("t2s")
_FORMS = _Forms()

for _line in lines_of("words.txt"):
    for _word in _line:
        rjieba.add_word(_word, None, None)
