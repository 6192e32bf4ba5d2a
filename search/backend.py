"""The interface of a search backend, and the one in force."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal, Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from search.documents import Document

Sort = Literal["relevance", "time", "points"]
PAGE = 20
# What hits are counted by; a page narrows by the same.
FACETS = ("kind", "from_unit", "year", "category", "level", "outcome", "state")
# Values of one facet that are counted, the most common first.
FACET_VALUES = 50
# What is like a document shares so many of the words that tell most of it.
LIKE_WORDS, LIKE_LEAST = 8, 3
# Ranking a hit costs some ten microseconds, for its words lie apart; only the newest so many are ranked, and the page
# says so.
CANDIDATES = 400


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was typed (`search.question`), conditions, order, the page (`after` is the cursor before it).

    Conditions are by exact values, any of them; an empty one does not narrow. `since` leaves only documents written
    after that revision, `matters` those of these matters. `loose` is content with all words but one. `like` names a
    document as `kind:uuid`, `like_words` are its most telling words: left are others that share `LIKE_LEAST` of them.
    A page has `size` hits; not `counted` leaves out the counts of the facets. `apart` is for the page: copies of one
    matter are not put together (`search.gathering`).
    """

    text: str = ""
    kind: tuple[str, ...] = ()
    from_unit: tuple[str, ...] = ()
    year: tuple[int, ...] = ()
    category: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    sort: Sort = "relevance"
    after: str = ""
    since: int = 0
    loose: bool = False
    like: str = ""
    like_words: tuple[str, ...] = ()
    matters: tuple[int, ...] = ()
    apart: bool = False
    size: int = PAGE
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: the grants held. Without grants nothing is found."""

    grants: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: what the backend stored, and how well it fits (higher is better)."""

    document: Document
    score: float


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. `total` counts all hits the reader may see; `bounded` says that only the newest were ranked."""

    hits: Sequence[Found]
    total: int
    next_cursor: str = ""
    bounded: bool = False
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


class EngineDown(Exception):  # noqa: N818 - says what it is
    """The engine does not answer, or answers that it cannot."""


class SearchBackend(Protocol):
    """What every backend can do. The reader's rights are part of the query, counts included."""

    def index(self, documents: Iterable[Document]) -> int:
        """Store documents, replacing older versions; return how many were written."""
        ...

    def remove(self, kind: str, object_uuids: Iterable[UUID]) -> int:
        """Forget documents; return how many there were."""
        ...

    def search(self, query: Query, reader: Reader) -> Results:
        """Return what `reader` may see of what fits `query`.

        Raises:
            InvalidInput: the cursor is not one of ours.
            EngineDown: the engine does not answer.
        """
        ...

    def all_hits(self, query: Query, reader: Reader) -> Iterator[Document]:
        """Yield everything that `reader` may see of what fits `query`, in the order of its pages, without its texts.

        Where only the newest are ranked the others follow by their days. The cursor of a page does not count.

        Raises:
            EngineDown: the engine does not answer; also while hits are taken.
        """
        ...


_BACKENDS = {
    "postgres": "search.postgres.PostgresBackend",
    "elasticsearch": "search.elastic.backend.ElasticBackend",
}


@cache
def backend() -> SearchBackend:
    """Return the backend named by the settings.

    Raises:
        ImproperlyConfigured: the name is unknown.
    """
    try:
        path = _BACKENDS[settings.SEARCH_BACKEND]
    except KeyError as error:
        raise ImproperlyConfigured(
            f"ZHITONG_SEARCH_BACKEND is {settings.SEARCH_BACKEND!r}; known: {', '.join(_BACKENDS)}"
        ) from error
    made: SearchBackend = import_string(path)()
    return made


def day_range(year: int) -> tuple[date, date]:
    """Return the first and the last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)
