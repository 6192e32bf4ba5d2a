"""What can be exported: each app names its lists at start, as it names its pages.

    exports.register(
        Exporter(
            kind="items.all",
            label="稿件",
            right="items.read_all",
            columns=("编号", "标题"),
            rows=lambda actor, asked: (items.count(), by_batches(items, lambda some: map(row_of, some))),
            title=lambda asked: f"稿件（{asked.get('year')} 年）",
        )
    )

The page of the list includes `exports/menu.html`; the rest is here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor
from zhitong.core.tables import Value

Rows = tuple[int, Iterable[Sequence[Value]]]
_M = TypeVar("_M", bound=Model)
_BATCH = 500  # rows of a list that are held at once


@dataclass(frozen=True, slots=True)
class Exporter:
    """One list that can be exported.

    Attributes:
        kind: dotted name (`items.all`), at most 40 characters.
        label: what the list is called on screen; the sheet of the workbook has this name.
        right: the permission that the list asks for; None for what everybody of a unit has of their own.
        columns: the heads.
        rows: how many rows there are, and the rows under `columns`, for the actor and the query of the page. It runs in
            the actor's unit, perhaps hours after it was asked for: it must ask for the rights anew, starting from the
            same query as the page, and yield row by row (`iterator`), never a list of all. It may refuse.
        title: what this export is of, in words, from the query of the page.
        check: what the list asks for beyond `right`, where that depends on what is asked (whose figures, which
            subject): it refuses whoever may not see the list.
    """

    kind: str
    label: str
    right: str | None
    columns: Sequence[str]
    rows: Callable[[Actor, QueryDict], Rows]
    title: Callable[[QueryDict], str]
    check: Callable[[Actor, QueryDict], object] | None = None

    def require(self, actor: Actor, asked: QueryDict) -> None:
        """Let pass who may see the list that is asked for, now.

        Raises:
            NotAllowed: the right is missing.
            NotFound: the list is not there for this actor.
        """
        if self.right:
            actor.require(self.right)
        if self.check:
            self.check(actor, asked)


_exporters: dict[str, Exporter] = {}


def register(exporter: Exporter) -> None:
    """Add a list; called once at start by the app it belongs to.

    Raises:
        ValueError: the kind is taken.
    """
    if _exporters.setdefault(exporter.kind, exporter) != exporter:
        raise ValueError(f"exporter {exporter.kind!r} is registered twice")


def exporter_of(kind: str) -> Exporter:
    """Return the list of a kind.

    Raises:
        NotFound: there is none.
    """
    try:
        return _exporters[kind]
    except KeyError as error:
        raise NotFound from error


def exporters() -> list[Exporter]:
    """Return all lists, by kind."""
    return [_exporters[kind] for kind in sorted(_exporters)]


def by_batches(
    rows: QuerySet[_M], present: Callable[[Sequence[_M]], Iterable[Sequence[Value]]]
) -> Iterator[Sequence[Value]]:
    """Yield the rows of an ordered list, told by some hundreds at a time: what stands beside them costs a query each.

    Args:
        rows: the list; it is read once, as it stood at the start.
        present: says rows in words, in their order.
    """
    found = rows.iterator(chunk_size=_BATCH)
    while some := list(islice(found, _BATCH)):
        yield from present(some)
