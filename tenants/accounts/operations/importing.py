"""Many people at once: accounts from a list, and the links by which those set a password who have none."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from tenants.accounts.imports import NewPerson
from tenants.accounts.models import User
from tenants.accounts.operations.access import invite
from tenants.accounts.operations.circles import put_in_post
from tenants.accounts.operations.roles import lock_administrators
from tenants.accounts.operations.users import create_user
from tenants.accounts.queries import waiting_for_a_link
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.core.operations import Actor, operation

PEOPLE_AT_ONCE = 100  # accounts a transaction: the unit's trail is locked until it ends


@dataclass(frozen=True, slots=True)
class Entered:
    """One person of a list: the account, or why there is none."""

    person: NewPerson
    user: User | None
    reason: str = ""


@operation("accounts.manage")
def import_people(*, actor: Actor, people: Sequence[NewPerson]) -> list[Entered]:
    """Create the accounts of a list; each enters whole or not at all, a refused one stops nobody else.

    Call it with `PEOPLE_AT_ONCE` at a time: it is one transaction.
    """
    return [_enter(actor, person) for person in people]


@operation("accounts.manage")
def invite_waiting(*, actor: Actor, limit: int) -> list[tuple[User, str]]:
    """Make a one-time link for everybody in use without a password and without a link that still works.

    At most `limit` of them; call it again while it returns that many. Links handed out before and not yet used stay.
    """
    lock_administrators()  # of two who ask at once, the second finds nobody left to invite
    return [(user, invite(actor=actor, user=user)) for user in waiting_for_a_link().order_by("name", "pk")[:limit]]


def _enter(actor: Actor, person: NewPerson) -> Entered:
    try:
        with transaction.atomic():
            user = create_user(actor=actor, roles=person.roles, groups=person.groups, **person.fields)
            for code in person.posts:
                put_in_post(actor=actor, user=user, position_code=code, held_from=clock.today())
    except Refusal as refusal:
        texts = [text for messages in refusal.fields.values() for text in messages]
        return Entered(person, None, " ".join(texts) or refusal.message)
    return Entered(person, user)
