"""What several operations share: the unit, the actor's account, locking, versions, announcing, numbering."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q

from tenants.accounts.models import User
from tenants.items.models import Counter, Item, State
from zhitong.core import clock, outbox
from zhitong.core.errors import NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor, require_unit
from zhitong.units.models import Unit
from zhitong.units.queries import closed_words

AUTHOR_EDITS = (State.DRAFT, State.RETURNED)


def unit_in_force() -> Unit:
    """Return the unit of the present schema."""
    require_unit()
    unit: Unit = connection.tenant  # type: ignore[attr-defined] # set by django-tenants
    return unit


def require_open_unit() -> Unit:
    """Return the unit in force, unless it is closed.

    Raises:
        WrongState: it is closed; its archive stays readable.
    """
    unit = unit_in_force()
    if not unit.is_open:
        raise WrongState(f"{closed_words(unit)}档案只供查阅，不能写新的信息。")
    return unit


def account_of(actor: Actor) -> User | None:
    """Return the account that acts; None for the system."""
    return User.objects.filter(uuid=actor.user_uuid).first() if actor.user_uuid else None


def lock_own(actor: Actor, item_uuid: UUID, *, states: Iterable[State] = AUTHOR_EDITS) -> Item:
    """Lock and return an item of the actor's own that is in one of `states`, its pen not in another hand.

    Raises:
        NotFound: no such item, or somebody else's.
        WrongState: it has left the author's hands, or was handed to somebody to write on.
    """
    item = _locked(actor, item_uuid, Q(created_by__uuid=actor.user_key), states)
    if item.pen_holder:
        raise WrongState(
            f"这一篇正由{item.pen_holder.name}接着写，请先收回。", rule="同一篇同时只有一人执笔", code="items.pen"
        )
    return item


def lock_written(actor: Actor, item_uuid: UUID) -> Item:
    """Lock and return a draft or returned item that is the actor's to write now: the creator's, or who has the pen.

    Raises:
        NotFound: no such item, or somebody else's.
        NotAllowed: the creator may not write any more.
        WrongState: it has left the author's hands, or somebody else has the pen.
    """
    mine = Q(created_by__uuid=actor.user_key) | Q(pen_holder__uuid=actor.user_key)
    item = _locked(actor, item_uuid, mine, AUTHOR_EDITS)
    if item.pen_holder is None:
        actor.require("items.write")
    elif item.pen_holder.uuid != actor.user_uuid:
        raise WrongState(
            f"这一篇正由{item.pen_holder.name}接着写，您现在只能看。", rule="同一篇同时只有一人执笔",
            who="撰写人可以收回", code="items.pen",
        )  # fmt: skip
    return item


def _locked(actor: Actor, item_uuid: UUID, mine: Q, states: Iterable[State]) -> Item:
    if actor.user_uuid is None:
        raise NotFound
    found = Item.objects.select_for_update(of=("self",)).select_related("created_by", "pen_holder")
    item = found.filter(mine, uuid=item_uuid).first()
    if item is None:
        raise NotFound
    if item.state not in set(states):
        raise WrongState(
            f"这一篇现在是“{item.get_state_display()}”，不能改。", rule="提交后由审核人修改，退回后可以再改"
        )
    return item


def require_written(actor: Actor, item_uuid: UUID) -> None:
    """Refuse as `lock_written` does, without holding the row."""
    with transaction.atomic():
        lock_written(actor, item_uuid)


def require_version(item: Item, version: int) -> None:
    """Refuse to go on from a state of the item that is no longer the present one.

    Raises:
        StaleVersion: it was changed elsewhere since `version`.
    """
    if item.version != version:
        raise StaleVersion("这一篇在另一处改过了，这里的没有存上，也没有丢。", rule="同一篇同时只认一处的修改")


def lock(item: Item) -> Item:
    """Lock the row of `item` and return it fresh."""
    return Item.every.select_for_update(of=("self",)).get(pk=item.pk)


def store(item: Item, *columns: str) -> None:
    """Save the named columns, raise the version, announce the change.

    A draft is its creator's alone, and a circular no report: neither is in any index, so they are not announced.
    """
    item.changed_at = clock.now()
    item.version += 1
    item.save(update_fields=[*columns, "changed_at", "version"])
    if item.state != State.DRAFT and item.is_report:
        announce(item)


def announce(item: Item) -> None:
    """Tell those who keep copies (the search index) that the item is not what it was."""
    outbox.publish("items.item.changed", {"item": str(item.uuid)}, unit_id=require_unit())


def take_number(item: Item) -> None:
    """Give the item the next number of the year (in China) of its submission; two at once get two numbers."""
    assert item.submitted_at is not None
    year = clock.local_date(item.submitted_at).year
    if not Counter.objects.filter(year=year).update(last=F("last") + 1):
        Counter.objects.bulk_create([Counter(year=year)], ignore_conflicts=True)
        Counter.objects.filter(year=year).update(last=F("last") + 1)
    item.year = year
    item.number = Counter.objects.values_list("last", flat=True).get(year=year)
