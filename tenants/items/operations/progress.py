"""What review does to an item's row: editions, the end of a run, the way back to the author."""

from collections.abc import Sequence

from tenants.items.models import Edition, EditionKind, Item, State, Urgency
from tenants.items.operations.common import account_of, lock, store, unit_in_force
from tenants.items.queries import labels_of, limit_of
from tenants.items.texts import Texts
from zhitong.core import audit, clock
from zhitong.core.errors import WrongState
from zhitong.core.operations import Actor, operation

_ENDS = (State.APPROVED, State.KEPT, State.DECLINED, State.WITHDRAWN)


@operation()
def add_edition(*, actor: Actor, item: Item, kind: EditionKind, texts: Texts) -> Edition:
    """Keep a text of the item as the actor left it; it becomes the working text. Its caller has checked the right.

    Texts that equal the latest edition of that kind make no new one.

    Raises:
        InvalidInput: a required part is missing or a limit is passed (the unit's, or the present length if longer).
    """
    locked = lock(item)
    texts = Texts.cleaned(texts.as_dict())
    texts.require_complete(max(limit_of(locked, unit_in_force()), locked.text_length), labels_of(locked))
    edition = keep_edition(actor, locked, kind, texts)
    if Texts.of(locked) != texts:
        for name, value in texts.as_dict().items():
            setattr(locked, name, value)
        locked.text_length = texts.length
    store(locked, *texts.as_dict(), "text_length")
    item.refresh_from_db()
    return edition


@operation()
def conclude(*, actor: Actor, item: Item, state: State) -> Item:
    """End the review of an item: approved (the working text becomes the issued one), kept, declined or withdrawn.

    Raises:
        WrongState: it is not in review, nor (unless it is to be approved) with its author for correction.
        ValueError: `state` is no end.
    """
    if state not in _ENDS:
        raise ValueError(f"{state} is not an end of a review")
    locked = lock(item)
    before = [State.IN_REVIEW] if state == State.APPROVED else [State.IN_REVIEW, State.RETURNED]
    if locked.state not in before:
        raise WrongState(f"这一篇现在是“{locked.get_state_display()}”，不能再作处理。")
    if state == State.APPROVED:
        keep_edition(actor, locked, EditionKind.ISSUED, Texts.of(locked))
    locked.state = state
    locked.decided_at = clock.now()
    locked.pen_holder = locked.pen_since = None  # ended while its author had it for correction
    locked.pen_note = ""
    store(locked, "state", "decided_at", "pen_holder", "pen_since", "pen_note")
    audit.record(actor=actor, action=f"items.item.{state}", object_kind="item", object_id=locked.uuid)
    item.refresh_from_db()
    return locked


@operation()
def reopen_returned(*, actor: Actor, item: Item) -> Item:
    """Give an item in review back to its author, who may change it and submit it again under the same number.

    Raises:
        WrongState: it is not in review.
    """
    locked = lock(item)
    if locked.state != State.IN_REVIEW:
        raise WrongState(f"这一篇现在是“{locked.get_state_display()}”，不能退回。")
    locked.state = State.RETURNED
    store(locked, "state")
    audit.record(actor=actor, action="items.item.returned", object_kind="item", object_id=locked.uuid)
    item.refresh_from_db()
    return locked


@operation()
def reopen_review(*, actor: Actor, item: Item, states: Sequence[State]) -> Item:
    """Put an item whose review was ended, or that was returned, in review again. Its caller has checked the right.

    Raises:
        WrongState: it is in none of `states`.
    """
    locked = lock(item)
    if locked.state not in states:
        raise WrongState(f"这一篇现在是“{locked.get_state_display()}”，不能重新审核。")
    locked.state, locked.decided_at = State.IN_REVIEW, None
    store(locked, "state", "decided_at")
    audit.record(actor=actor, action="items.item.reopened", object_kind="item", object_id=locked.uuid)
    item.refresh_from_db()
    return locked


@operation()
def set_urgency(*, actor: Actor, item: Item, urgency: Urgency) -> Item:
    """Change how urgent an item in review is. Its caller has checked the right.

    Raises:
        WrongState: it is not in review.
    """
    locked = lock(item)
    if locked.state != State.IN_REVIEW:
        raise WrongState(f"这一篇现在是“{locked.get_state_display()}”，不能改紧急程度。")
    locked.urgency = urgency
    store(locked, "urgency")
    item.refresh_from_db()
    return locked


def keep_edition(actor: Actor, item: Item, kind: EditionKind, texts: Texts) -> Edition:
    """Write an edition with the next number, unless the latest of its kind says the same. The item must be locked."""
    kept = Edition.every.filter(item=item).order_by("-number")
    latest, same = kept.first(), kept.filter(kind=kind).first()
    if same and Texts.of(same) == texts:
        return same
    return Edition.objects.create(
        item=item,
        number=latest.number + 1 if latest else 1,
        kind=kind,
        writer=account_of(actor),
        writer_label=actor.label,
        written_at=clock.now(),
        **texts.as_dict(),
    )
