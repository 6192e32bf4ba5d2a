"""What is searched: one document a thing, who may find it, and by which marks beside its words."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from search.analyser import initials_of, normalise, tokens
from zhitong.core import text

# Sections with their weight in PostgreSQL's terms (A the heaviest) and the label that leads a snippet: what the title
# says the report is about, what is proposed is looked for more often than what is told, and files come last.
SECTIONS: dict[str, tuple[str, str]] = {
    "title": ("A", "标题"),
    "suggestions": ("B", "意见建议"),
    "problem": ("C", "情况反映"),
    "analysis": ("D", "原因分析"),
    "files": ("D", "附件"),
}
# The conditions one can type, by the mark that a document carries for each; initials carry a name that nobody types.
AUTHOR, FROM_UNIT, CATEGORY, STATE, OUTCOME, NUMBER = "作者", "单位", "类别", "状态", "采用", "编号"
INITIALS = "~"
_LONGEST_INITIALS = 24
# The kinds of document that look-alikes are found among: reports, and proposals that a unit has filed.
REPORT, PROPOSAL = "item", "proposal"
ALIKE = (REPORT, PROPOSAL)
_LONGEST_TITLE = 300  # characters of it that are marked


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

    `readers` are grants: `unit:<id>` for whoever may search the unit's archive, `user:<uuid>` for each author,
    `all:<id>` for everybody of the unit, `may:<id>:<permission>` for who holds that there.
    `version` orders two messages about the same thing: the higher one wins. `matter` is the key of what it is about in
    the network, one for all levels. `outcomes` are what became of it, a line each (佛山市政协 综合采用), `outcome` the
    most of it in one word, `level` the highest one that adopted it. `points` are what it earned its unit. `files` is
    the text of what is attached. `subject` is the thing whose page shows it; None when it has a page of its own.
    """

    unit_id: int
    kind: str
    object_uuid: UUID
    version: int
    title: str
    problem: str = ""
    analysis: str = ""
    suggestions: str = ""
    files: str = ""
    author_names: list[str] = field(default_factory=list)
    from_unit: str = ""
    number_label: str = ""
    category: str = ""
    state: str = ""
    day: date | None = None
    matter: int | None = None
    level: str = ""
    outcome: str = ""
    outcomes: list[str] = field(default_factory=list)
    subject: UUID | None = None
    points: Decimal = Decimal(0)
    readers: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        """The three sections as one text (`body_of`)."""
        return body_of(self)


class Kept(NamedTuple):
    """A document as PostgreSQL keeps it: the key of its row, its revision, what it says."""

    pk: int
    revision: int
    document: Document


def body_of(source: HasSections) -> str:
    """Return the three sections of a document or an item as one text, in their order on paper, one below the other."""
    return "\n".join(part for part in (source.problem, source.analysis, source.suggestions) if part)


def storable(document: Document) -> Document:
    """Return the document without the characters that no database keeps: lone surrogates, control characters.

    Texts of people are refused with such a character; those of attachments and of files from elsewhere may have some.
    """
    plain = {name: text.readable(getattr(document, name)) for name in SECTIONS}
    changed: dict[str, Any] = {name: value for name, value in plain.items() if value != getattr(document, name)}
    return replace(document, **changed) if changed else document


def marks_of(document: Document) -> list[str]:
    """Return what a document is found by beside the words of its sections: `name=value`, normalised, each once.

    A value that people know by its parts (a unit, an outcome) is marked from each of its characters on, so that a
    question for 市政协 finds 佛山市政协. A title is marked by the initials of its sounds, from each of its words on.
    """
    return list(dict.fromkeys(_marks(document)))


def mark(name: str, value: str) -> str:
    """Return the mark of a value, or its beginning."""
    return f"{name}={''.join(normalise(value).split())}"


def _marks(document: Document) -> Iterator[str]:
    for author in document.author_names:
        yield mark(AUTHOR, author)
        yield mark(INITIALS, _initials_of_name(author))
    for name, values in ((FROM_UNIT, [document.from_unit]), (OUTCOME, document.outcomes)):
        for value in values:
            yield from (mark(name, value[at:]) for at in range(len(value)) if not value[at].isspace())
    for name, value in ((CATEGORY, document.category), (STATE, document.state), (NUMBER, document.number_label)):
        if value:
            yield mark(name, value)
    for initials in _from_each_word(document.title):
        yield mark(INITIALS, initials)


def _from_each_word(title: str) -> Iterator[str]:
    """Yield the initials of a title from each of its words on; the whole is read once, which tells sounds best."""
    plain = normalise(title[:_LONGEST_TITLE])
    initials = initials_of(plain)
    at = letters = 0
    for token in tokens(plain):
        start = plain.index(token, at)
        letters += sum(map(str.isalnum, plain[at:start]))
        yield initials[letters : letters + _LONGEST_INITIALS]
        letters += sum(map(str.isalnum, token))
        at = start + len(token)


@lru_cache(maxsize=4096)
def _initials_of_name(name: str) -> str:
    return initials_of(normalise(name))


def unit_grant(unit_id: int) -> str:
    """Return the grant of everybody who may search the archive of a unit."""
    return f"unit:{unit_id}"


def people_grant(unit_id: int) -> str:
    """Return the grant of everybody of a unit who may search at all."""
    return f"all:{unit_id}"


def permission_grant(unit_id: int, permission: str) -> str:
    """Return the grant of everybody who holds a permission in a unit."""
    return f"may:{unit_id}:{permission}"


def user_grant(user_uuid: UUID) -> str:
    """Return the grant of one account."""
    return f"user:{user_uuid}"
