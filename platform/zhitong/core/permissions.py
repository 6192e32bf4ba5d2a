"""The registry of permissions: an app names its own at start, an unknown name fails at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Permission:
    """A right that roles give: `name` is dotted (`items.submit`), `label` is what a screen shows."""

    name: str
    label: str


_registry: dict[str, Permission] = {}


class UnknownPermissionError(LookupError):
    """A name that no app registered was used."""


def register(*permissions: Permission) -> None:
    """Add permissions; a second registration under another label is a programming error.

    Raises:
        ValueError: the name is taken.
    """
    for permission in permissions:
        if _registry.setdefault(permission.name, permission) != permission:
            raise ValueError(f"permission {permission.name} is registered twice")


def require_known(name: str) -> str:
    """Return `name` when it is registered.

    Raises:
        UnknownPermissionError: it is not.
    """
    if name not in _registry:
        raise UnknownPermissionError(f"unknown permission {name!r}; known: {', '.join(sorted(_registry))}")
    return name


def label_of(name: str) -> str:
    """Return the Chinese label of a registered permission."""
    return _registry[require_known(name)].label


def all_permissions() -> list[Permission]:
    """Return every registered permission, by name."""
    return [_registry[name] for name in sorted(_registry)]
