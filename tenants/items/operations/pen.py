"""Writing in turns before submission (接力撰写): one hand writes at a time, and what each left is kept."""

from uuid import UUID

from tenants.accounts.models import User
from tenants.items.fields import short_text
from tenants.items.models import EditionKind, Item
from tenants.items.operations.common import lock_own, lock_written, require_version, store
from tenants.items.operations.progress import keep_edition
from tenants.items.queries import pen_candidates
from tenants.items.texts import Texts
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation

_COLUMNS = ("pen_holder", "pen_since", "pen_note")


@operation("items.write")
def hand_pen(*, actor: Actor, item_uuid: UUID, version: int, to: UUID | str, note: str = "") -> Item:
    """Hand an own draft or returned item to a co-author or a reviewer of the unit to write on.

    The text as the actor leaves it is kept as an edition. From then on only the other one writes; the actor reads, and
    can take the pen back at any time.

    Raises:
        NotFound: no such item of the actor's own.
        WrongState: it has left the author's hands, or somebody has the pen already.
        StaleVersion: it was changed elsewhere since `version`.
        InvalidInput: under `to`: nobody who can be asked; under `note`: no clean short text.
    """
    item = lock_own(actor, item_uuid)
    require_version(item, version)
    assert item.created_by is not None
    holder = next((one for one in pen_candidates(item) if str(one.uuid) == str(to)), None)
    if holder is None:
        words = "请选择联名反映人，或者本单位的一位审核人。"
        raise InvalidInput(words, fields={"to": [words]})
    words = _clean_note(note)
    keep_edition(actor, item, EditionKind.DRAFT, Texts.of(item))
    item.pen_holder, item.pen_since, item.pen_note = holder, clock.now(), words
    store(item, *_COLUMNS)
    _moved(actor, item, "handed", by=item.created_by, reader=holder)
    return item


@operation()
def give_pen_back(*, actor: Actor, item_uuid: UUID, version: int) -> Item:
    """Give an item that one was handed back to its creator; the text as one leaves it is kept as an edition.

    Raises:
        NotFound: no such item in the actor's hand.
        WrongState: it has left the author's hands, or the pen was taken back.
        StaleVersion: it was changed elsewhere since `version`.
    """
    item = lock_written(actor, item_uuid)
    if item.pen_holder is None or item.created_by is None:
        raise WrongState("这一篇本来就由您执笔，不用交回。")
    require_version(item, version)
    holder, creator = item.pen_holder, item.created_by
    _end(item, holder)
    _moved(actor, item, "back", by=holder, reader=creator)
    return item


@operation("items.write")
def take_pen(*, actor: Actor, item_uuid: UUID) -> Item:
    """Take the pen of an own item back from whoever has it; what they have saved is kept as an edition of theirs.

    Raises:
        NotFound: no such item of the actor's own.
        WrongState: nobody else has the pen.
    """
    item = (
        Item.objects.select_for_update(of=("self",))
        .select_related("created_by", "pen_holder")
        .filter(uuid=item_uuid, created_by__uuid=actor.user_key)
        .first()
    )
    if item is None or item.created_by is None:
        raise NotFound
    if item.pen_holder is None:
        raise WrongState("这一篇现在就由您执笔，不用收回。")
    holder = item.pen_holder
    _end(item, holder)
    _moved(actor, item, "taken", by=item.created_by, reader=holder)
    return item


def _end(item: Item, holder: User) -> None:
    keep_edition(holder.actor, item, EditionKind.DRAFT, Texts.of(item))
    item.pen_holder = item.pen_since = None
    item.pen_note = ""
    store(item, *_COLUMNS)


def _clean_note(note: str) -> str:
    try:
        return short_text(note, 200)
    except ValueError as error:
        raise InvalidInput(str(error), fields={"note": [str(error)]}) from error


def _moved(actor: Actor, item: Item, what: str, *, by: User, reader: User) -> None:
    payload = {"item": str(item.uuid), "version": item.version, "what": what}
    payload |= {"by": str(by.uuid), "reader": str(reader.uuid)}
    outbox.publish("items.pen.moved", payload, unit_id=actor.unit_id)
    audit.record(
        actor=actor,
        action=f"items.pen.{what}",
        object_kind="item",
        object_id=item.uuid,
        reader=str(reader.uuid),
        version=item.version,
    )
