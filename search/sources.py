"""Where documents come from: the apps whose things are found say here how to read them, because search knows no app.

Each source is read in a unit's schema, for the sweep that compares what is there with what is found.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from search.documents import Document
from zhitong.core.operations import Actor


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing of the unit in force.

    Attributes:
        kind: as in `Document.kind`.
        label: what people call it.
        keys: the key and version of everything that belongs into the search, in any order.
        documents: the documents of these keys; what is gone meanwhile is left out.
        page: the address of what a document says, for somebody who found it.
        permissions: those that grants of its documents name.
        day_words: how much of the day of a document is known, in words.
    """

    kind: str
    label: str
    keys: Callable[[], Iterable[tuple[UUID, int]]]
    documents: Callable[[Sequence[UUID]], Iterable[Document]]
    page: Callable[[Document, Actor], str]
    permissions: Collection[str] = ()
    day_words: Callable[[date], str] = date.isoformat


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a source; called once at start by the app it belongs to."""
    _sources[source.kind] = source


def all_sources() -> Iterator[Source]:
    """Yield every source."""
    yield from _sources.values()


def source_of(kind: str) -> Source:
    """Return the source of a kind.

    Raises:
        KeyError: no app has such things.
    """
    return _sources[kind]


def day_words(document: Document) -> str:
    """Return the day of a document as far as it is known; nothing without one."""
    return source_of(document.kind).day_words(document.day) if document.day else ""


def kind_labels() -> dict[str, str]:
    """Return what people call each kind."""
    return {source.kind: source.label for source in _sources.values()}
