"""Every account of a unit stands for a person."""

from uuid import UUID

from zhitong.core import audit
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.people.models import Person, PersonAccount


@operation()
def link_account(
    *, actor: Actor, user_uuid: UUID, name: str, rank: str = "", kind: str = "", group_name: str = ""
) -> Person:
    """Make the person of an account of the present unit; later calls update name, kind, group and rank.

    That it is the same human as in another unit only the human says (`join_account`).
    """
    unit_id = require_unit()
    account = (
        PersonAccount.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(unit_id=unit_id, user_uuid=user_uuid)
        .first()
    )
    if account is None:
        person = Person.objects.create(name=name, rank=rank)
        account = PersonAccount(person=person, unit_id=unit_id, user_uuid=user_uuid)
        is_new = True
    else:
        person, is_new = account.person, False
        if (person.name, person.rank) != (name, rank):
            person.name, person.rank = name, rank
            person.save(update_fields=["name", "rank"])
    account.kind, account.group_name, account.rank = kind, group_name, rank
    account.save()
    if is_new:
        audit.record(actor=actor, action="people.account.linked", object_kind="user", object_id=user_uuid)
    return person
