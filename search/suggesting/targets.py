"""What is suggested: the apps whose items are sorted say here which label each has, because search knows no app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of label, of the items of the unit in force.

    Attributes:
        name: kept with each model; a code of at most 20 characters.
        kind: of the documents that hold the texts, as in `Document.kind`.
        labels: the label of each item that has one, by its uuid, the newest `most` items at most.
    """

    name: str
    kind: str
    labels: Callable[[int], Mapping[UUID, str]]


_targets: dict[str, Target] = {}


def register(target: Target) -> None:
    """Add a target; called once at start by the app it belongs to."""
    _targets[target.name] = target


def all_targets() -> list[Target]:
    """Return every target."""
    return list(_targets.values())
