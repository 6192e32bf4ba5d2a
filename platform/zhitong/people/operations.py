"""Writes over persons."""

from uuid import UUID

from zhitong.core import audit
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.people.models import Person, PersonAccount
from zhitong.units.models import LEVEL_ORDER


@operation()
def link_account(
    *,
    actor: Actor,
    user_uuid: UUID,
    name: str,
    rank: str = "",
    kind: str = "",
    group_name: str = "",
    person: Person | None = None,
) -> Person:
    """Join an account of the present unit to `person`, or to a new person; an account has one person for ever.

    Later calls update name, kind, group and rank. Each unit tells the rank it knows (a `Level`, empty for none); the
    person's own is the highest of them, so that a county's account never lowers what the province knows.
    """
    unit_id = require_unit()
    account = (
        PersonAccount.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(unit_id=unit_id, user_uuid=user_uuid)
        .first()
    )
    is_new, is_first = account is None, account is None and person is None
    if account is None:
        # Of a new person nobody else has told a rank.
        person = person or Person.objects.create(name=name, rank=rank)
        account = PersonAccount(person=person, unit_id=unit_id, user_uuid=user_uuid)
    else:
        person = account.person
    account.kind, account.group_name, account.rank = kind, group_name, rank
    account.save()
    if not is_first:
        _refresh(person, name)
    if is_new:
        audit.record(actor=actor, action="people.account.linked", object_kind="user", object_id=user_uuid)
    return person


def _refresh(person: Person, name: str) -> None:
    locked = Person.objects.select_for_update().get(pk=person.pk)
    ranks = set(PersonAccount.objects.filter(person=locked).values_list("rank", flat=True))
    locked.name = name
    locked.rank = max(ranks, key=_height, default="")
    locked.save(update_fields=["name", "rank"])
    person.name, person.rank = locked.name, locked.rank


def _height(rank: str) -> int:
    known = [str(level) for level in LEVEL_ORDER]
    return known.index(rank) if rank in known else -1
