"""The text of a circular: drafted, put in review, deleted. Its caller (`tenants.circulars`) has checked the right."""

from tenants.items.fields import CIRCULARS
from tenants.items.models import EditionKind, Item, ItemKind, State, Urgency
from tenants.items.operations.common import AUTHOR_EDITS, account_of, lock, require_open_unit, require_version, store
from tenants.items.operations.progress import keep_edition
from tenants.items.texts import CIRCULAR_LABELS, CIRCULAR_LIMIT, Texts
from zhitong.core import audit, clock
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.operations import Actor, operation


@operation()
def draft_circular(*, actor: Actor, texts: Texts) -> Item:
    """Begin the text of a circular: an important paper, so that chains which spare leaders ordinary ones ask them.

    Raises:
        NotFound: the actor has no account here.
        WrongState: the unit is closed.
        InvalidInput: a text holds control characters or is beyond all bounds.
    """
    require_open_unit()
    user = account_of(actor)
    if user is None:
        raise NotFound
    moment = clock.now()
    cleaned = Texts.cleaned(texts.as_dict(), CIRCULAR_LABELS)
    item = Item(
        kind=ItemKind.CIRCULAR,
        category=CIRCULARS,
        urgency=Urgency.IMPORTANT,
        created_by=user,
        created_at=moment,
        changed_at=moment,
        text_length=cleaned.length,
        **cleaned.as_dict(),
    )
    item.save(force_insert=True)
    return item


@operation()
def write_circular(*, actor: Actor, item: Item, version: int, texts: Texts) -> Item:
    """Change the text of a circular that is not under way; incomplete texts are welcome.

    Raises:
        WrongState: it is in review, or its review has ended.
        StaleVersion: it was changed elsewhere since `version`.
        InvalidInput: a text holds control characters or is beyond all bounds.
    """
    locked = _written(item)
    cleaned = Texts.cleaned(texts.as_dict(), CIRCULAR_LABELS)
    if Texts.of(locked) == cleaned:
        return locked
    require_version(locked, version)
    for name, value in cleaned.as_dict().items():
        setattr(locked, name, value)
    locked.text_length = cleaned.length
    store(locked, *cleaned.as_dict(), "text_length")
    return locked


@operation()
def hand_in_circular(*, actor: Actor, item: Item, version: int) -> Item:
    """Put a whole text in review and keep it as the original.

    Raises:
        WrongState: it is in review, its review has ended, or the unit is closed.
        StaleVersion: it was changed since `version`.
        InvalidInput: `fields` says what is missing or too long.
    """
    require_open_unit()
    locked = _written(item)
    require_version(locked, version)
    texts = Texts.of(locked)
    texts.require_complete(CIRCULAR_LIMIT, CIRCULAR_LABELS)
    keep_edition(actor, locked, EditionKind.ORIGINAL, texts)
    locked.state, locked.submitted_at = State.IN_REVIEW, locked.submitted_at or clock.now()
    store(locked, "state", "submitted_at")
    audit.record(actor=actor, action="items.circular.handed_in", object_kind="item", object_id=locked.uuid)
    return locked


@operation()
def delete_circular(*, actor: Actor, item: Item) -> None:
    """Delete a text that was never handed in.

    Raises:
        WrongState: it was.
    """
    locked = lock(item)
    if locked.state != State.DRAFT:
        raise WrongState("只有没送审过的通报可以删除。", rule="送审过的通报长期保存")
    locked.delete()
    audit.record(actor=actor, action="items.circular.deleted", object_kind="item", object_id=item.uuid)


def _written(item: Item) -> Item:
    locked = lock(item)
    if locked.state not in AUTHOR_EDITS:
        raise WrongState(
            f"这份通报现在是“{locked.get_state_display()}”，不能改。", rule="送审后由审签人修改，退回后可以再改"
        )
    return locked
