"""Who else acts when somebody leaves a post or the unit, or loses rights.

Review registers here, because accounts do not know review.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from tenants.accounts.models import Holding, User
from zhitong.core.operations import Actor


class PostLeft(Protocol):
    """Called in the transaction that ends a holding."""

    def __call__(self, *, actor: Actor, holding: Holding, successor: User | None) -> None:
        """Move what the holder had to do in that post, or raise a `Refusal`."""


class UnitLeft(Protocol):
    """Called in the transaction that takes an account out of use."""

    def __call__(self, *, actor: Actor, user: User) -> None:
        """Move what the user had to do, or raise a `Refusal`."""


class RightsLost(Protocol):
    """Called in the transaction that may have taken rights from users."""

    def __call__(self, *, actor: Actor, users: Collection[User]) -> None:
        """Move what they may not do any more, or raise a `Refusal`."""


_post: list[Callable[[], PostLeft]] = []
_unit: list[Callable[[], UnitLeft]] = []
_rights: list[Callable[[], RightsLost]] = []


def register(*, post: Callable[[], PostLeft], unit: Callable[[], UnitLeft], rights: Callable[[], RightsLost]) -> None:
    """Say who is called; once at start."""
    _post.append(post)
    _unit.append(unit)
    _rights.append(rights)


def post_left(*, actor: Actor, holding: Holding, successor: User | None) -> None:
    """Tell everybody concerned that a holding has an end."""
    for entry in _post:
        entry()(actor=actor, holding=holding, successor=successor)


def unit_left(*, actor: Actor, user: User) -> None:
    """Tell everybody concerned that an account is out of use."""
    for entry in _unit:
        entry()(actor=actor, user=user)


def rights_lost(*, actor: Actor, users: Collection[User]) -> None:
    """Tell everybody concerned that users may have fewer rights than before."""
    for entry in _rights:
        entry()(actor=actor, users=users)
