"""Search: facets, results, copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zhitong.web.parts.basics import State, Tag


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to narrow by, with how many items it leaves; `indent` for a value inside another."""

    label: str
    count: int
    value: str
    checked: bool = False
    indent: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of values; `name` is the key in the query string."""

    label: str
    name: str
    values: Sequence[FacetValue]


@dataclass(frozen=True, slots=True)
class CopyLink:
    """One unit's copy of a matter."""

    unit: str
    number: str = ""
    url: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A result. `title` and `snippet` are safe HTML whose only element is the hit mark, made by search.

    `copies` are the places it reached, under `copies_head`; `others` what else there is of the matter, under
    `others_head`. `similar` is the query string that finds what is like it.
    """

    title: Any
    url: str
    snippet: Any = ""
    field: str = ""
    notes: Sequence[str] = ()
    state: State | None = None
    tags: Sequence[Tag] = ()
    copies: Sequence[CopyLink] = ()
    copies_head: str = ""
    others: Sequence[CopyLink] = ()
    others_head: str = ""
    similar: str = ""
