"""The interface of a search backend, and the one in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal, Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from search.documents import Document

Sort = Literal["relevance", "time"]
PAGE = 20
# Ranking a hit costs; only the newest of so many candidates are ranked, and the page says so.
CANDIDATES = 2000


@dataclass(frozen=True, slots=True)
class Query:
    """A question: words, conditions, order, and the page (`after` is the cursor of the page before).

    Conditions are by exact value; an empty one does not narrow.
    """

    text: str = ""
    category: str = ""
    state: str = ""
    year: int | None = None
    from_unit: str = ""
    sort: Sort = "relevance"
    after: str = ""


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
        """
        ...


_BACKENDS = {"postgres": "search.postgres.PostgresBackend"}


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
