"""What an account may find."""

from search.backend import Reader
from search.documents import people_grant, permission_grant, unit_grant, user_grant
from search.sources import all_sources
from zhitong.core.operations import Actor, require_unit


def reader_of(actor: Actor) -> Reader:
    """Return what somebody of the unit in force may find.

    Own things, what is for everybody, what each permission held opens, with the right also the archive.
    """
    unit_id = require_unit()
    asked = {permission for source in all_sources() for permission in source.permissions}
    grants = {user_grant(actor.user_key), people_grant(unit_id)}
    grants |= {permission_grant(unit_id, permission) for permission in asked if actor.can(permission)}
    if actor.can("search.archive"):
        grants.add(unit_grant(unit_id))
    return Reader(frozenset(grants))
