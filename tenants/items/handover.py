"""Where a finished draft goes: review registers its entry here at start, because items do not know review."""

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from zhitong.core.operations import Actor


class Submit(Protocol):
    """The one entry for authors: hands an own draft or returned item to review."""

    def __call__(self, *, actor: Actor, item_uuid: UUID, version: int) -> Any:
        """Submit, or raise a `Refusal`."""


_entry: list[Callable[[], Submit]] = []


def register(entry: Callable[[], Submit]) -> None:
    """Say who takes finished drafts; called once at start."""
    _entry[:] = [entry]


def submit(*, actor: Actor, item_uuid: UUID, version: int) -> None:
    """Hand a draft on.

    Raises:
        Refusal: whatever the entry refuses.
        RuntimeError: nobody registered.
    """
    if not _entry:
        raise RuntimeError("no app takes submitted items")
    _entry[0]()(actor=actor, item_uuid=item_uuid, version=version)
