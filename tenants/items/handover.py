"""Where a finished draft goes: review registers its entry here at start, because items do not know review."""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from tenants.items.models import Item
from zhitong.core.errors import Refusal
from zhitong.core.operations import Actor


class Submit(Protocol):
    """The one entry for authors: hands an own draft or returned item to review."""

    def __call__(self, *, actor: Actor, item_uuid: UUID, version: int) -> Any:
        """Submit, or raise a `Refusal`."""


# Where the author answers what a refusal asks for; an empty address when it asks nothing.
Question = Callable[[Refusal, UUID], str]
# What happens to a draft once it is submitted, in a line; empty when nobody can say.
WhatFollows = Callable[[Item], str]

_entry: list[Callable[[], Submit]] = []
_question: list[Question] = []
_what_follows: list[WhatFollows] = []


def register(entry: Callable[[], Submit], question: Question, what_follows: WhatFollows) -> None:
    """Say who takes finished drafts, where it asks the author for more, and what it does next; called once at start."""
    _entry[:] = [entry]
    _question[:] = [question]
    _what_follows[:] = [what_follows]


def submit(*, actor: Actor, item_uuid: UUID, version: int) -> None:
    """Hand a draft on.

    Raises:
        Refusal: whatever the entry refuses.
        RuntimeError: nobody registered.
    """
    if not _entry:
        raise RuntimeError("no app takes submitted items")
    _entry[0]()(actor=actor, item_uuid=item_uuid, version=version)


def question_of(refusal: Refusal, item_uuid: UUID) -> str:
    """Return the address where the author answers what a refused submission asks for, empty when it asks nothing."""
    return _question[0](refusal, item_uuid) if _question else ""


def what_follows(item: Item) -> str:
    """Return what happens to a draft once it is submitted, in a line; empty when nobody can say."""
    return _what_follows[0](item) if _what_follows else ""
