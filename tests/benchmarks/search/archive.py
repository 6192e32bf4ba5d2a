"""Loads an archive of many units by COPY: documents with their words, fingerprints, readers, facets.

A sentence is cut and hashed once however often it is used, a word weighed once; that what is put together from them is
what the product makes of the whole text is checked on every thousandth.
"""

import math
import multiprocessing
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from uuid import UUID

import numpy as np
from django.db import connection, connections
from numpy.typing import NDArray

from search.alike import Weights, fingerprint, read
from search.alike.comparing import TITLE
from search.alike.fingerprints import TERMS, Fingerprint, _signed, bands_of, least_of, of_unit
from search.alike.reading import SHINGLE, letters_of, shingles_of
from search.analyser import MAX_POSITION, normalise, tokens, words
from search.documents import SECTIONS, Document, marks_of, unit_grant, user_grant
from search.postgres import COLUMNS
from search.vectors import quoted, vector_of
from tests.benchmarks.search.texts import Draft, Source, drafts, sources, weights_of
from zhitong.units.models import Unit

_FIRST = 10_000_000  # keys of the rows begin here
_FIRST_DAY, _DAYS = date(2006, 1, 1), 20 * 365
_AUTHORS = 80  # of a unit, and one more for each hundred items
_STATES = ("approved", "approved", "approved", "kept", "kept", "in_review", "returned", "withdrawn")
_LEVELS = ("", "", "", "", "", "", "county", "city", "province", "national")
_SURNAMES, _GIVEN = "梁陈李黄何张林周吴郑冯邓罗谢", "晓明岚静敏华建国文婷志强丽娟伟杰慧玲"
_CHECKED = 1000
_TABLES = {
    "search_searchdocument": ("id", *COLUMNS, "vector", "revision"),
    "search_fingerprint": ("document_id", "unit_id", "bands", "terms"),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A unit with the part of all items that it holds, and what is sent to it from."""

    pk: int
    share: float
    senders: tuple[str, ...]
    authors: int


def load(units: Sequence[Unit], shares: Sequence[float], count: int, workers: int = 2) -> None:
    """Load `count` items into `units`, each in its share, and refresh the planner.

    Indexes are made after the rows, as a restored dump has them.
    """
    names = tuple(unit.short_name for unit in units[:40])
    holders = [
        Holder(unit.pk, share, names, _AUTHORS + int(share * count) // 100)
        for unit, share in zip(units, shares, strict=True)
    ]
    given = sources()
    weights = weights_of(given)
    pieces = _Pieces(given, weights)
    with connection.cursor() as cursor:
        indexes = _indexes(cursor)
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX public.{name}")
    connections.close_all()
    forked = multiprocessing.get_context("fork")
    part = -(-count // workers)
    loaders = [
        forked.Process(target=_load, args=(given, weights, pieces, holders, first, min(part, count - first)))
        for first in range(0, count, part)
    ]
    for loader in loaders:
        loader.start()
    for loader in loaders:
        loader.join()
    if any(loader.exitcode for loader in loaders):
        raise RuntimeError("a loader failed; what happened stands above")
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SELECT setval('public.search_revision', %s)", [_FIRST + count])
        for table in _TABLES:
            cursor.execute(f"VACUUM (ANALYZE) public.{table}")


def _indexes(cursor: object) -> list[tuple[str, str]]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)"
        " AND indexdef LIKE 'CREATE INDEX%%' ORDER BY 1",
        [list(_TABLES)],
    )
    return list(cursor.fetchall())  # type: ignore[attr-defined]


def _load(
    given: Sequence[Source], weights: Weights, pieces: "_Pieces", holders: Sequence[Holder], first: int, count: int
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        for some in range(first, first + count, 20_000):
            made, checked = [], []
            number = min(20_000, first + count - some)
            with cursor.copy(_copy("search_searchdocument")) as copy:
                for at, (document, draft) in enumerate(_documents(given, holders, some, number), start=some):
                    vector, prints = pieces.vector(document, draft), pieces.fingerprint(document, draft)
                    if at % _CHECKED == 0:
                        checked.append((document, vector, prints))
                    copy.write(
                        _line([_FIRST + at, *(getattr(document, name) for name in COLUMNS), vector, _FIRST + at])
                    )
                    terms = of_unit(prints.terms, document.unit_id)
                    made.append(_line([_FIRST + at, document.unit_id, list(prints.bands), terms]))
            with cursor.copy(_copy("search_fingerprint")) as copy:
                copy.write("".join(made))
            for document, vector, prints in checked:
                _check(document, vector, prints, weights)
    connections.close_all()


def _documents(
    given: Sequence[Source], holders: Sequence[Holder], first: int, count: int
) -> Iterator[tuple[Document, Draft]]:
    chance = random.Random(-first - 1)
    shares = [holder.share for holder in holders]
    for number, draft in enumerate(drafts(given, first, count), start=first):
        [holder] = chance.choices(holders, shares)
        authors = {chance.randrange(holder.authors) for _ in range(chance.choice((1, 1, 2, 3)))}
        day = _FIRST_DAY + timedelta(days=int(_DAYS * chance.random() ** 0.5))
        level = chance.choice(_LEVELS)
        body = ["".join(section) for section in draft.sections]
        yield (
            Document(
                unit_id=holder.pk, kind="item", object_uuid=_uuid(number), version=1, title=draft.title,
                problem=body[0], analysis=body[1], suggestions=body[2],
                author_names=[author_name(holder.pk, author) for author in sorted(authors)],
                from_unit=chance.choice(holder.senders) if chance.random() < 0.5 else "",
                number_label=f"报〔{day.year}〕{number}号", category=draft.category, state=chance.choice(_STATES),
                day=day, matter=_FIRST + (number if draft.after is None else draft.after), level=level,
                outcomes=["广东省政协 综合采用"] if level else [],
                readers=[unit_grant(holder.pk), *(user_grant(author_uuid(holder.pk, author)) for author in authors)],
            ),
            draft,
        )  # fmt: skip


def author_uuid(unit: int, author: int) -> UUID:
    """Return the account of an author of a unit."""
    return UUID(int=(unit << 64) + author + 1)


def author_name(unit: int, author: int) -> str:
    """Return the name of an author of a unit; others have the same, as in life."""
    chance = random.Random(unit * 100_003 + author)
    return chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=2))


def _uuid(number: int) -> UUID:
    """Return a key whose first digits are mixed, as those of random ones are: they decide where an index grows."""
    return UUID(int=((number * 0x9E3779B97F4A7C15) & (1 << 64) - 1) << 64 | number)


# --- words and numbers from those of sentences ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a sentence, a title or a name, as they stand in a vector, with their places; the last of these."""

    words: tuple[tuple[str, int], ...]
    last: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence: what it says, its whole words by their numbers, its letters, the least numbers of its runs."""

    said: _Said
    words: NDArray[np.int64]
    letters: str
    least: NDArray[np.uint64]


_NONE = (1 << 64) - 1
_OFTEN = np.array([0.0, *(1 + math.log(count) for count in range(1, 2000))])  # what a word weighs that stands so often


class _Pieces:
    """The sentences of all sources, prepared once for all loaders."""

    def __init__(self, given: Sequence[Source], weights: Weights) -> None:
        self._weights = weights
        self._numbers: dict[str, int] = {}  # of words: their places in the three below
        self._words: list[str] = []
        self._terms: list[int] = []
        self._heavy = np.zeros(1 << 18)
        self._known: dict[str, _Piece] = {}
        for sentence in dict.fromkeys(chain.from_iterable(source.sentences for source in given)):
            self._known[sentence] = self._piece(sentence)

    def vector(self, document: Document, draft: Draft) -> str:
        """Return what `search.postgres` makes of the document."""
        lexemes: list[str] = []
        offset = 0
        bodies = dict(zip(("problem", "analysis", "suggestions"), draft.sections, strict=True))
        parts = [
            (weight, [self._of(one).said for one in bodies.get(name, ())] or [_said(getattr(document, name))])
            for name, (weight, _label) in SECTIONS.items()
        ]
        parts += [("B", [_said(name)]) for name in (*document.author_names, document.from_unit, document.number_label)]
        for weight, pieces in parts:
            for piece in pieces:
                lexemes += [f"{word}{offset + at}{weight}" for word, at in piece.words]
                offset += piece.last
            offset += 2
        if offset > MAX_POSITION:
            raise AssertionError(f"a text of {offset} words is longer than any that is made here")
        lexemes += [quoted(mark) for mark in marks_of(document)]
        return " ".join(lexemes)

    def fingerprint(self, document: Document, draft: Draft) -> Fingerprint:
        """Return what `search.alike` makes of the document."""
        pieces = [self._of(sentence) for section in draft.sections for sentence in section]
        seams = []
        for one, two in pairwise(pieces):
            seam = one.letters[1 - SHINGLE :] + two.letters[: SHINGLE - 1]
            seams += [seam[at : at + SHINGLE] for at in range(len(seam) - SHINGLE + 1)]
        least = np.minimum.reduce([piece.least for piece in pieces] + [_numbers(seams)]).tolist()
        bands = bands_of([None if value == _NONE else value for value in least])
        return Fingerprint(bands, self._heaviest(normalise(document.title), pieces))

    def _heaviest(self, title: str, pieces: Sequence[_Piece]) -> tuple[int, ...]:
        """Return the terms of a text by the sums of `search.alike.comparing.terms`."""
        found, counts = np.unique(np.concatenate([piece.words for piece in pieces]), return_counts=True)
        heavy = self._heavy[found] * _OFTEN[counts]
        more = []
        for word, count in Counter(self._words_of(title)).items():
            weight = TITLE * (self._heavy[word] * _OFTEN[count])
            at = int(np.searchsorted(found, word))
            if at < len(found) and found[at] == word:
                heavy[at] += weight
            else:
                more.append((word, weight))
        least = np.partition(heavy, -TERMS)[-TERMS] if len(heavy) > TERMS else 0.0
        chosen = [(found[at], heavy[at]) for at in np.flatnonzero(heavy >= least)] + more
        ordered = sorted((-weight, self._words[word], word) for word, weight in chosen if weight > 0)
        return tuple(dict.fromkeys(self._terms[word] for _weight, _text, word in ordered[:TERMS]))

    def _of(self, sentence: str) -> _Piece:
        return self._known.get(sentence) or self._piece(sentence)

    def _piece(self, text: str) -> _Piece:
        plain = normalise(text)
        letters = letters_of(plain)
        return _Piece(
            _said(text), np.array(self._words_of(plain), dtype=np.int64), letters, _numbers(shingles_of(letters))
        )

    def _words_of(self, plain: str) -> list[int]:
        return [self._number(word) for word in tokens(plain)]

    def _number(self, word: str) -> int:
        known = self._numbers.get(word)
        if known is None:
            known = self._numbers[word] = len(self._words)
            self._words.append(word)
            self._terms.append(_signed(word.encode()))
            self._heavy[known] = self._weights.weight(word)
        return known


@lru_cache(maxsize=100_000)
def _said(text: str) -> _Said:
    found = list(words(text))
    return _Said(tuple((f"{quoted(word.text)}:", word.position) for word in found), found[-1].position if found else 0)


def _numbers(shingles: Iterable[str]) -> NDArray[np.uint64]:
    return np.array([_NONE if value is None else value for value in least_of(shingles)], dtype=np.uint64)


def _check(document: Document, vector: str, prints: Fingerprint, weights: Weights) -> None:
    made = vector_of(document)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector = %s::tsvector", [made, vector])
        if cursor.fetchone() != (True,):
            raise AssertionError(f"other words: {made} and {vector}")
    whole = fingerprint(read(document.title, document.body), weights)
    if (whole.bands, set(whole.terms)) != (prints.bands, set(prints.terms)):
        raise AssertionError(f"other fingerprint of {document.title}")


# --- COPY -------------------------------------------------------------------------------------------------------------

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}  # the sign of escapes first


def _copy(table: str) -> str:
    return f"COPY public.{table} ({', '.join(_TABLES[table])}) FROM STDIN"


def _line(values: Sequence[object]) -> str:
    return "\t".join(map(_cell, values)) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, list):
        return "{" + ",".join(f'"{part}"' if isinstance(part, str) else str(part) for part in value) + "}"
    written = str(value)
    for sign, escape in _ESCAPES.items():
        written = written.replace(sign, escape)
    return written
