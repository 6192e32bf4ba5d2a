"""What is searched: one document an item, and who may find it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

# Sections in the order of their weight in PostgreSQL's terms (A first); the label leads a snippet.
SECTIONS: dict[str, tuple[str, str]] = {
    "title": ("A", "标题"),
    "suggestions": ("B", "意见建议"),
    "problem": ("C", "情况反映"),
    "analysis": ("D", "原因分析"),
}


class HasSections(Protocol):
    """A document, an item, or anything else that carries the three sections."""

    @property
    def problem(self) -> Any:
        """情况反映."""

    @property
    def analysis(self) -> Any:
        """原因分析."""

    @property
    def suggestions(self) -> Any:
        """意见建议."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The searchable form of one thing of one unit.

    `readers` are grants: `unit:<id>` for whoever may search the unit's archive, `user:<uuid>` for each author.
    `version` orders two messages about the same thing: the higher one wins.
    """

    unit_id: int
    kind: str
    object_uuid: UUID
    version: int
    title: str
    problem: str = ""
    analysis: str = ""
    suggestions: str = ""
    author_names: list[str] = field(default_factory=list)
    from_unit: str = ""
    number_label: str = ""
    category: str = ""
    state: str = ""
    day: date | None = None
    readers: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        """The three sections as one text (`body_of`)."""
        return body_of(self)


def body_of(source: HasSections) -> str:
    """Return the three sections of a document or an item as one text, in their order on paper, one below the other."""
    return "\n".join(part for part in (source.problem, source.analysis, source.suggestions) if part)


def unit_grant(unit_id: int) -> str:
    """Return the grant of everybody who may search the archive of a unit."""
    return f"unit:{unit_id}"


def user_grant(user_uuid: UUID) -> str:
    """Return the grant of one account."""
    return f"user:{user_uuid}"
