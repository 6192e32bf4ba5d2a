"""What an account may find."""

from typing import Any

from search.backend import Reader
from search.documents import unit_grant, user_grant
from zhitong.core.operations import require_unit


def reader_of(user: Any) -> Reader:
    """Return what a user of the unit in force may find: own items, with the right also the archive."""
    grants = {user_grant(user.uuid)}
    if user.has_zt_perm("search.archive"):
        grants.add(unit_grant(require_unit()))
    return Reader(frozenset(grants))
