"""Who else acts when somebody leaves a post or the unit: review registers here, because accounts do not know review."""

from collections.abc import Callable
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


_post: list[Callable[[], PostLeft]] = []
_unit: list[Callable[[], UnitLeft]] = []


def register(*, post: Callable[[], PostLeft], unit: Callable[[], UnitLeft]) -> None:
    """Say who is called; once at start."""
    _post.append(post)
    _unit.append(unit)


def post_left(*, actor: Actor, holding: Holding, successor: User | None) -> None:
    """Tell everybody concerned that a holding has an end."""
    for entry in _post:
        entry()(actor=actor, holding=holding, successor=successor)


def unit_left(*, actor: Actor, user: User) -> None:
    """Tell everybody concerned that an account is out of use."""
    for entry in _unit:
        entry()(actor=actor, user=user)
