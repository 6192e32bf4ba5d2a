"""What an account may find."""

from search.backend import Reader
from search.documents import unit_grant, user_grant
from zhitong.core.operations import Actor, require_unit


def reader_of(actor: Actor) -> Reader:
    """Return what somebody of the unit in force may find: own items, with the right also the archive."""
    grants = {user_grant(actor.user_key)}
    if actor.can("search.archive"):
        grants.add(unit_grant(require_unit()))
    return Reader(frozenset(grants))
