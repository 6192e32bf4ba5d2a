"""Copies of one matter under one hit: what a unit has of it on several lines and levels is one thing to a reader.

A hit stands for its matter when nothing newer of the matter fits the question; the others are dropped from the list and
opened below it. So each page is gathered by itself, whatever the order and however far one pages, and the engines need
no grouping of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from search.backend import PAGE, Found, Query, Reader, Results, SearchBackend
from search.documents import REPORT, Document

_MOST_COPIES = 200  # of the matters of one page
# A page that has lost more than half of its hits is filled up.
_ENOUGH = PAGE // 2


@dataclass(frozen=True, slots=True)
class Gathered:
    """A page of hits, each for its matter, with the other copies of each matter (by its key), newest first."""

    results: Results
    copies: dict[int, Sequence[Document]] = field(default_factory=dict)


def gathered(query: Query, reader: Reader, engine: SearchBackend) -> Gathered:
    """Answer a question with one hit for each matter; `total` and counts stay those of all hits.

    Raises:
        InvalidInput, EngineDown: as `SearchBackend.search`.
    """
    first = results = engine.search(query, reader)
    hits: list[Found] = []
    copies: dict[int, Sequence[Document]] = {}
    while True:
        groups = _groups(results.hits, query, reader, engine)
        for found in results.hits:
            group = groups.get(found.document.matter or 0)
            if group is None:
                hits.append(found)
            elif _is(found.document, group[0]):
                shown = _shown(group)
                hits.append(Found(shown, found.score))
                copies[found.document.matter or 0] = [one for one in group if not _is(one, shown)]
        if len(hits) >= _ENOUGH or not results.next_cursor:
            return Gathered(replace(first, hits=hits, next_cursor=results.next_cursor), copies)
        results = engine.search(replace(query, after=results.next_cursor, counted=False), reader)


def _groups(hits: Iterable[Found], query: Query, reader: Reader, engine: SearchBackend) -> dict[int, list[Document]]:
    """Return all that fits of the matters of some hits, newest first; only of those that have more than one."""
    matters = tuple(sorted({found.document.matter for found in hits if found.document.matter}))
    if not matters:
        return {}
    asked = replace(query, matters=matters, sort="time", after="", counted=False, size=_MOST_COPIES)
    groups: dict[int, list[Document]] = {}
    for found in engine.search(asked, reader).hits:
        groups.setdefault(found.document.matter or 0, []).append(found.document)
    return {matter: group for matter, group in groups.items() if len(group) > 1}


def _shown(group: Sequence[Document]) -> Document:
    """Return what stands for a matter: its newest report."""
    return next((one for one in group if one.kind == REPORT), group[0])


def _is(one: Document, other: Document) -> bool:
    return (one.kind, one.object_uuid) == (other.kind, other.object_uuid)
