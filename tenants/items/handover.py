"""Where a finished draft goes: review registers its entry here at start, because items do not know review."""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from zhitong.core.errors import Refusal
from zhitong.core.operations import Actor


class Submit(Protocol):
    """The one entry for authors: hands an own draft or returned item to review."""

    def __call__(self, *, actor: Actor, item_uuid: UUID, version: int) -> Any:
        """Submit, or raise a `Refusal`."""


# Where the author answers what a refusal asks for; an empty address when it asks nothing.
Question = Callable[[Refusal, UUID], str]

_entry: list[Callable[[], Submit]] = []
_question: list[Question] = []


def register(entry: Callable[[], Submit], question: Question) -> None:
    """Say who takes finished drafts, and where it asks the author for more; called once at start."""
    _entry[:] = [entry]
    _question[:] = [question]


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
