"""From draft to the unit: number, original text, fact for the network; and items made from what another unit sent."""

from collections.abc import Mapping
from typing import Any

from tenants.accounts.models import User
from tenants.items.errors import Duplicate
from tenants.items.fields import AUTHOR_WORDS, clean_changes, short_text
from tenants.items.models import EditionKind, Item, ItemAuthor, Source, State, SubmitterKind, Urgency
from tenants.items.operations.authors import fact_authors, settle_authors
from tenants.items.operations.common import (
    account_of,
    announce,
    lock_own,
    require_open_unit,
    store,
    take_number,
)
from tenants.items.operations.progress import keep_edition
from tenants.items.queries import number_label
from tenants.items.texts import LABELS, SECTIONS, TITLE_LIMIT, Texts, length_of
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Dispatch
from zhitong.exchange.operations import change_authors, register_item
from zhitong.units.models import UnitKind


@operation("items.write")
def register_submission(*, actor: Actor, item: Item) -> Item:
    """Take an own draft (or returned item) in: check it is whole, number it, keep the original, set it in review.

    `review.submit` calls it inside its transaction and starts the run. A returned item keeps its number; its changed
    text is kept as a further original.

    Raises:
        NotFound: not the actor's own.
        WrongState: it is neither a draft nor returned, or the unit is closed.
        InvalidInput: `fields` says what is missing or too long.
        Duplicate: the author has submitted the same text before.
    """
    unit = require_open_unit()
    locked = lock_own(actor, item.uuid)
    texts = Texts.of(locked)
    texts.require_complete(unit.text_limit)
    signers = settle_authors(locked, unit)
    _refuse_duplicate(locked, unit.mark)
    first = locked.state == State.DRAFT
    if first:
        locked.submitted_at = clock.now()
        take_number(locked)
    keep_edition(actor, locked, EditionKind.ORIGINAL, texts)
    locked.state = State.IN_REVIEW
    store(locked, "state", "submitted_at", "year", "number")
    _register(actor, locked, unit.mark, signers, dispatch=None)
    if not first:  # perhaps under other names
        change_authors(actor=actor, item_uuid=locked.uuid, authors=fact_authors(signers))
    audit.record(
        actor=actor,
        action="items.item.submitted",
        object_kind="item",
        object_id=locked.uuid,
        number=number_label(locked, unit.mark),
        version=locked.version,
    )
    item.refresh_from_db()
    return locked


@operation("exchange.receive")
def create_received(*, actor: Actor, dispatch: Dispatch, content: Mapping[str, Any]) -> Item:
    """Make the unit's own item from a packet: its own number, the packet's text as original, in review.

    Called by the desk in one transaction with `exchange.accept` and the start of a run. The same dispatch again
    returns the item made before.

    Args:
        content: the packet's whitelist: title, problem, analysis, suggestions, category, keywords, urgency, source,
            authors `[{"name", "duty", "sector", "party", "rank"}]`, from_unit.

    Raises:
        InvalidInput: the packet's content is malformed.
        WrongState: the unit is closed.
    """
    unit = require_open_unit()
    known = Item.objects.filter(dispatch_uuid=dispatch.uuid).first()
    if known:
        return known
    texts = Texts.cleaned(content)
    if len(texts.title) > TITLE_LIMIT:
        raise InvalidInput(f"来稿标题超过 {TITLE_LIMIT} 字。", fields={"title": [f"超过 {TITLE_LIMIT} 字"]})
    moment = clock.now()
    item = Item(
        state=State.IN_REVIEW,
        created_by=account_of(actor),
        created_at=moment,
        changed_at=moment,
        submitted_at=moment,
        dispatch_uuid=dispatch.uuid,
        from_unit=short_text(content.get("from_unit") or dispatch.sender.short_name, 40),
        submitter_kind=_kind_of_sender(dispatch),
        text_length=length_of(getattr(texts, name) for name in SECTIONS),
        **texts.as_dict(),
        **_shared_fields(content),
    )
    take_number(item)
    item.save(force_insert=True)
    ItemAuthor.objects.bulk_create(_copied_authors(item, content.get("authors") or []))
    keep_edition(actor, item, EditionKind.ORIGINAL, texts)
    _register(actor, item, unit.mark, [], dispatch=dispatch)
    announce(item)
    audit.record(
        actor=actor,
        action="items.item.received",
        object_kind="item",
        object_id=item.uuid,
        number=number_label(item, unit.mark),
        dispatch=str(dispatch.uuid),
    )
    return item


def _refuse_duplicate(item: Item, mark: str) -> None:
    # One author's submissions wait for each other: two equal drafts sent at once must not both pass.
    assert item.created_by is not None
    User.objects.select_for_update(no_key=True).get(pk=item.created_by.pk)
    same = {name: getattr(item, name) for name in LABELS}
    earlier = (
        Item.objects.filter(created_by=item.created_by_id, **same)
        .exclude(pk=item.pk)
        .exclude(state__in=[State.DRAFT, State.WITHDRAWN])
        .order_by("id")
        .first()
    )
    if earlier is None:
        return
    assert earlier.submitted_at is not None
    day = clock.local_date(earlier.submitted_at)
    raise Duplicate(
        f"{day.year} 年 {day.month} 月 {day.day} 日您已提交过完全相同的一篇（{number_label(earlier, mark)}）。",
        earlier=earlier.uuid,
    )


def _register(actor: Actor, item: Item, mark: str, signers: list[ItemAuthor], *, dispatch: Dispatch | None) -> None:
    assert item.submitted_at is not None
    sector = signers[0].sector if signers else ""
    register_item(
        actor=actor,
        item_uuid=item.uuid,
        number_label=number_label(item, mark),
        submitted_at=item.submitted_at,
        category=item.category,
        submitter_kind=item.submitter_kind,
        source=item.source,
        urgency=item.urgency,
        group_name=item.group.name if item.group else (item.from_unit or sector),
        authors=fact_authors(signers),
        dispatch=dispatch,
        call_uuid=item.call_uuid if item.source == Source.CALL else None,
    )


def _kind_of_sender(dispatch: Dispatch) -> SubmitterKind:
    return SubmitterKind.LOWER_CPPCC if dispatch.sender.kind == UnitKind.COMMITTEE else SubmitterKind.PARTY


def _shared_fields(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a packet's short fields this unit knows; a word unknown here falls back, the packet keeps it."""
    urgency, source = content.get("urgency"), content.get("source")
    raw = {"category": content.get("category") or "", "keywords": content.get("keywords") or []}
    return {
        **clean_changes(raw),
        "urgency": urgency if urgency in Urgency.values else Urgency.ORDINARY,
        "source": source if source in Source.values else Source.ORIGINAL,
    }


def _copied_authors(item: Item, authors: list[Mapping[str, Any]]) -> list[ItemAuthor]:
    rows = []
    for order, author in enumerate(authors, start=1):
        words = {
            name: short_text(author.get(name), limit)
            for name, (_label, limit) in AUTHOR_WORDS.items()
            if name != "contact" or "contact" in author
        }
        rows.append(ItemAuthor(item=item, order=order, **words))
    return rows
