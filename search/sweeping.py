"""The sweep: what units hold against what is found, and that against the index, both ways; what differs is put right.

It walks from unit to unit and belongs into the night or to somebody who asks for it, never into a request.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db import transaction

from search.backend import backend
from search.documents import Document
from search.elastic.pushing import index_revisions
from search.models import Build, Push, SearchDocument
from search.postgres import COLUMNS, next_revision
from search.sources import Source, all_sources
from zhitong.core import clock
from zhitong.core.operations import require_unit
from zhitong.units.models import Unit

_BATCH = 200


@dataclass(slots=True)
class Swept:
    """What a sweep found, and put right.

    Attributes:
        checked: documents compared.
        missing: things that were not found.
        outdated: documents that say something else than the thing.
        surplus: documents of what is not there (any more).
        units: the units in which something differed.
    """

    checked: int = 0
    missing: int = 0
    outdated: int = 0
    surplus: int = 0
    units: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing differed."""
        return not (self.missing or self.outdated or self.surplus)


def sweep(
    units: Iterable[Unit] | None = None,
    *,
    deep: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Swept:
    """Compare the things of units with their documents, and put right what differs.

    Args:
        units: all when None.
        deep: compare every word and right instead of the versions alone; reads every text.
        progress: called after each unit with how many are done and how many there are.
    """
    swept, walked = Swept(), list(Unit.objects.order_by("pk") if units is None else units)
    for number, unit in enumerate(walked, start=1):
        before = (swept.missing, swept.outdated, swept.surplus)
        with unit:
            for source in all_sources():
                _sweep_source(source, swept, deep=deep)
        if before != (swept.missing, swept.outdated, swept.surplus):
            swept.units.append(unit.short_name)
        progress(number, len(walked))
    return swept


def _sweep_source(source: Source, swept: Swept, *, deep: bool) -> None:
    there = dict(source.keys())
    own = SearchDocument.objects.filter(unit=require_unit(), kind=source.kind)
    found = dict(own.values_list("object_uuid", "version"))
    swept.checked += len(there)
    missing = there.keys() - found.keys()
    outdated = {key for key in there.keys() & found.keys() if there[key] > found[key]}
    if deep:
        outdated |= _different(source, there.keys() & found.keys() - outdated)
    surplus = found.keys() - there.keys()
    for keys in _batches(missing | outdated):
        backend().index(source.documents(keys))
    for keys in _batches(surplus):
        backend().remove(source.kind, keys)
    swept.missing += len(missing)
    swept.outdated += len(outdated)
    swept.surplus += len(surplus)


def _different(source: Source, keys: Iterable[UUID]) -> set[UUID]:
    """Return those whose document is not, word for word and right for right, what would be written now."""
    different = set()
    for some in _batches(keys):
        rows = SearchDocument.objects.filter(kind=source.kind, object_uuid__in=some).values(*COLUMNS)
        known = {row["object_uuid"]: Document(**row) for row in rows}
        different |= {
            document.object_uuid
            for document in source.documents(some)
            if _plain(document) != _plain(known.get(document.object_uuid))
        }
    return different


def _plain(document: Document | None) -> Document | None:
    return document and replace(document, readers=sorted(document.readers))


def _batches(keys: Iterable[UUID]) -> Iterator[Sequence[UUID]]:
    rest = iter(sorted(keys))
    while some := list(islice(rest, _BATCH)):
        yield some


def sweep_index() -> Swept:
    """Compare the documents with the index in use, both ways; what differs is pushed anew.

    Without an index there is nothing to compare, and the sweep is clean.

    Raises:
        EngineDown: the engine does not answer.
    """
    swept = Swept()
    build = Build.objects.filter(state=Build.State.IN_USE).first()
    if build is None or settings.SEARCH_BACKEND != "elasticsearch":
        return swept
    waiting = set(Push.objects.values_list("kind", "object_uuid"))
    indexed = dict(index_revisions(build.index))
    for kind, key, revision in SearchDocument.objects.values_list("kind", "object_uuid", "revision").iterator():
        swept.checked += 1
        there = indexed.pop((kind, key), None)
        if there != revision and (kind, key) not in waiting:
            swept.missing += there is None
            swept.outdated += there is not None
            _push_anew(kind, key)
    for kind, key in indexed.keys() - waiting:
        swept.surplus += 1
        _push_anew(kind, key, above=indexed[kind, key])
    return swept


def _push_anew(kind: str, key: UUID, *, above: int = 0) -> None:
    """Have a document pushed under a new revision: the index takes none that is as old as what it has lost."""
    moment, revision = clock.now(), max(next_revision(), above + 1)
    with transaction.atomic():
        SearchDocument.objects.filter(kind=kind, object_uuid=key).update(revision=revision)
        push = Push(kind=kind, object_uuid=key, revision=revision, since=moment, due_at=moment)
        Push.objects.bulk_create([push], ignore_conflicts=True)
