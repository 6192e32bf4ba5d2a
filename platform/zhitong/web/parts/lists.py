"""Lists: things to do, queues, filters, tables, pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from zhitong.web.parts.basics import Mark, State, Tag

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TodoEntry:
    """Something the reader has to do. `word` leads in bold (被退回, 约稿), `look` colours it and the icon."""

    title: str
    url: str
    icon: str
    word: str = ""
    look: Literal["", "back", "call", "late"] = ""
    notes: Sequence[str] = ()
    state: State | None = None


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A row of a queue or sign list: title, notes, due state; `current` is the one open beside it.

    `mark` says what it is where it is something else than the list is of.
    """

    title: str
    url: str
    notes: Sequence[str] = ()
    state: State | None = None
    tag: Tag | None = None
    current: bool = False
    mark: Tag | None = None


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A tab over a list: name, address, how many match (`more`: at least so many); `late` counts in red."""

    label: str
    url: str
    count: int | None = None
    current: bool = False
    late: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in force; `drop_url` is the same list without it."""

    label: str
    drop_url: str


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: `sort` is the key in the query string when the head sorts, `number` aligns right."""

    label: str
    sort: str = ""
    number: bool = False
    key: str = ""
    hidden_label: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. `look` is a class of the table (`t` for the title, `num` for figures); `note` stands beside in grey.

    `label` names it on a phone, which shows no head of the table. `mark` warns of something and opens it.
    """

    text: str = ""
    url: str = ""
    look: str = ""
    note: str = ""
    state: State | None = None
    tags: Sequence[Tag] = ()
    label: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; `value` is what its box sends when the list can be chosen from, `name` is what a reader hears."""

    cells: Sequence[Cell]
    value: str = ""
    name: str = ""
    unread: bool = False
    selected: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list paged by keyset: cursors are opaque, empty at the ends; `total` is None when nobody counted."""

    items: Sequence[T]
    next_cursor: str = ""
    prev_cursor: str = ""
    total: int | None = None
