"""One door per change: what an operation is, and who acts.

An operation is a keyword-only function that takes `actor`, runs in one transaction, checks the right, locks what it
decides on, writes, audits, and returns. `@operation` gives the frame; the body does the rest.
"""

import contextlib
import functools
import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

from django.db import OperationalError, connection, transaction

from zhitong.core import permissions
from zhitong.core.errors import NotAllowed, NoUnitError, Refusal

P = ParamSpec("P")
R = TypeVar("R")

NOBODY = UUID(int=0)
_RETRIES = 4
_RETRY_STATES = {"40P01", "40001"}  # deadlock detected, serialization failure


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user of a unit, an operator of the platform, or the system itself.

    Attributes:
        unit_id: the unit acted in; None on the platform's own ground.
        label: the name written into history; survives the user's deletion.
        user_uuid: stable identity of the account, None for the system.
        granted: names of the permissions held; None means all (the system only).
    """

    unit_id: int | None
    label: str
    user_uuid: UUID | None = None
    granted: frozenset[str] | None = field(default=frozenset(), repr=False)

    @property
    def user_key(self) -> UUID:
        """The account's identity for look-ups; the nil UUID, which is nobody's, for the system."""
        return self.user_uuid or NOBODY

    def can(self, permission: str) -> bool:
        """Return whether the actor holds `permission` (which must be registered)."""
        permissions.require_known(permission)
        return self.granted is None or permission in self.granted

    def require(self, permission: str) -> None:
        """Refuse unless the actor holds `permission`.

        Raises:
            NotAllowed: with the label of the right and who can give it.
        """
        if not self.can(permission):
            raise NotAllowed(
                f"您没有“{permissions.label_of(permission)}”的权限。",
                rule="本单位角色权限",
                who="本单位管理员可以在“人员”里调整您的角色",
            )


def system(unit_id: int | None, label: str = "系统") -> Actor:
    """Return the system as actor in a unit (None: on the platform)."""
    return Actor(unit_id=unit_id, label=label, granted=None)


def current_unit_id() -> int | None:
    """Return the id of the unit whose schema the connection is in, None on the public schema."""
    tenant = getattr(connection, "tenant", None)
    return getattr(tenant, "pk", None)


def leave_unit() -> None:
    """Put the connection back on the public schema."""
    cast("Any", connection).set_schema_to_public()


def require_unit() -> int:
    """Return the id of the unit in force.

    Raises:
        NoUnitError: none is set.
    """
    unit_id = current_unit_id()
    if unit_id is None:
        raise NoUnitError("this code belongs to a unit and none is set")
    return unit_id


@contextlib.contextmanager
def leaving_traces(actor: Actor) -> Iterator[None]:
    """Write what a refusal within leaves (`Refusal.trace`) into the actor's trail, once all else of it is undone.

    Every operation does so; for a check outside of one.
    """
    try:
        yield
    except Refusal as refusal:
        if refusal.trace:
            from zhitong.core import audit  # which speaks of actors

            trace = refusal.trace
            audit.record(
                actor=actor,
                action=trace.action,
                object_kind=trace.object_kind,
                object_id=trace.object_id,
                **trace.data,
            )
        raise


def operation(
    permission: str | None = None, *, one_statement: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function with an `actor` an operation.

    It runs in one transaction, under the actor's unit, and only when the actor holds `permission`. A deadlock or a
    serialization failure of the outermost operation is tried again: nothing of the first try remains. What a refusal
    leaves in the trail is written after it (`leaving_traces`).

    Args:
        permission: the right that the actor needs; None when the caller checks it.
        one_statement: it locks nothing and writes by exactly one statement (`rows.together`), which is its transaction
            unless another operation called it. For what is called most: it saves two round trips.

    Raises:
        TypeError: at import, when the function is not keyword-only or takes no actor.
        NoUnitError: the actor's unit is not the one in force.
        NotAllowed: the right is missing.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters
        if "actor" not in parameters or any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()):
            raise TypeError(f"{function.__qualname__}: an operation takes keywords only, `actor` among them")

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError(f"{function.__qualname__} takes keywords only")
            actor = cast("Actor", kwargs["actor"])
            if actor.unit_id != current_unit_id():
                raise NoUnitError(f"{function.__qualname__}: the actor's unit is not the one in force")
            if permission is not None:
                actor.require(permission)
            with leaving_traces(actor):
                return _in_transaction(function, kwargs, one_statement=one_statement)

        return run

    return decorate


def _in_transaction(function: Callable[..., R], kwargs: dict[str, Any], *, one_statement: bool) -> R:
    outermost = not connection.in_atomic_block
    for attempt in range(_RETRIES):
        try:
            with contextlib.nullcontext() if outermost and one_statement else transaction.atomic():
                return function(**kwargs)
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if not outermost or state not in _RETRY_STATES or attempt == _RETRIES - 1:
                raise
            time.sleep(0.02 * 2**attempt)
    raise AssertionError("unreachable")
