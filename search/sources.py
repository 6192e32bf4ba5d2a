"""Where documents come from: the apps whose things are found say here how to read them, because search knows no app.

Each source is read in a unit's schema, for the sweep that compares what is there with what is found.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from search.documents import Document


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing of the unit in force.

    Attributes:
        kind: as in `Document.kind`.
        keys: the key and version of everything that belongs into the search, in any order.
        documents: the documents of these keys; what is gone meanwhile is left out.
    """

    kind: str
    keys: Callable[[], Iterable[tuple[UUID, int]]]
    documents: Callable[[Sequence[UUID]], Iterable[Document]]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a source; called once at start by the app it belongs to."""
    _sources[source.kind] = source


def all_sources() -> Iterator[Source]:
    """Yield every source."""
    yield from _sources.values()
