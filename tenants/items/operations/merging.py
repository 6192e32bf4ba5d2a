"""Items that become one (综合) and stand apart again: the unit's own side, rows and texts."""

from collections.abc import Sequence

from tenants.items.models import Attachment, EditionKind, Item, ItemAuthor, State, Urgency
from tenants.items.operations.common import account_of, announce, lock, require_open_unit, store, take_number
from tenants.items.operations.progress import keep_edition
from tenants.items.queries import number_label
from tenants.items.texts import SECTIONS, TITLE_LIMIT, Texts
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.operations import register_item

_MERGEABLE = (State.IN_REVIEW, State.APPROVED)
_URGENCIES = [Urgency.ORDINARY, Urgency.IMPORTANT, Urgency.URGENT]
_AUTHOR_WORDS = ("name", "duty", "sector", "party", "rank", "contact")


@operation("exchange.receive")
def create_merged(*, actor: Actor, sources: Sequence[Item], title: str) -> Item:
    """Make one item of several, in review, under a number of its own; the caller notes its sources and starts its run.

    The sections are put one behind the other in the order of the sources, for the unit to edit; category, kind and
    source are the first one's, the urgency is the highest. Authors are named in that order, without their accounts:
    nobody reads others' texts for having written one of them.

    Raises:
        InvalidInput: no title or one over the limit, or a section beyond all bounds.
        WrongState: the unit is closed.
    """
    unit = require_open_unit()
    texts = Texts.cleaned({"title": title, **{name: _joined(sources, name) for name in SECTIONS}})
    if not texts.title or len(texts.title) > TITLE_LIMIT:
        words = f"标题 {len(texts.title)} 字，最多 {TITLE_LIMIT} 字。" if texts.title else "请填写综合稿的标题。"
        raise InvalidInput(words, fields={"title": [words]})
    moment, first = clock.now(), sources[0]
    item = Item(
        state=State.IN_REVIEW,
        created_by=account_of(actor),
        created_at=moment,
        changed_at=moment,
        submitted_at=moment,
        is_merged=True,
        category=first.category,
        keywords=first.keywords,
        submitter_kind=first.submitter_kind,
        source=first.source,
        urgency=max((Urgency(one.urgency) for one in sources), key=_URGENCIES.index),
        text_length=texts.length,
        **texts.as_dict(),
    )
    take_number(item)
    item.save(force_insert=True)
    _copy_authors(item, sources)
    _copy_files(item, sources)
    keep_edition(actor, item, EditionKind.ORIGINAL, texts)
    register_item(
        actor=actor,
        item_uuid=item.uuid,
        number_label=number_label(item, unit.mark),
        submitted_at=moment,
        category=item.category,
        submitter_kind=item.submitter_kind,
        source=item.source,
        urgency=item.urgency,
        authors=[],
        is_merged=True,
    )
    announce(item)
    audit.record(
        actor=actor,
        action="items.item.merged",
        object_kind="item",
        object_id=item.uuid,
        number=number_label(item, unit.mark),
        sources=[str(source.uuid) for source in sources],
    )
    return item


@operation("exchange.receive")
def mark_merged(*, actor: Actor, item: Item) -> Item:
    """Mark an item as part of a merged one: it is decided on there and nowhere else.

    Raises:
        WrongState: it is neither in review nor adopted, or is merged already.
    """
    locked = lock(item)
    if locked.state not in _MERGEABLE:
        raise WrongState(
            f"《{locked.title}》现在是“{locked.get_state_display()}”，不能并入综合稿。",
            rule="审核中的和已采用还没有报送的可以合并",
        )
    if locked.is_merged:
        raise WrongState(f"《{locked.title}》本身是综合稿，不能再合并。", who="可以先拆开再合并")
    locked.state = State.MERGED
    store(locked, "state")
    audit.record(actor=actor, action="items.item.merged_away", object_kind="item", object_id=locked.uuid)
    item.refresh_from_db()
    return locked


@operation("exchange.receive")
def unmark_merged(*, actor: Actor, item: Item, state: State) -> Item:
    """Let a source stand by itself again, in the state it had before; its caller brings its review back.

    Raises:
        WrongState: it is not merged.
    """
    locked = lock(item)
    if locked.state != State.MERGED:
        raise WrongState(f"《{locked.title}》现在是“{locked.get_state_display()}”，没有并入综合稿。")
    locked.state = state
    store(locked, "state")
    audit.record(actor=actor, action="items.item.taken_apart", object_kind="item", object_id=locked.uuid)
    item.refresh_from_db()
    return locked


def _joined(sources: Sequence[Item], name: str) -> str:
    return "\n".join(words for source in sources if (words := getattr(source, name)))


def _copy_authors(item: Item, sources: Sequence[Item]) -> None:
    order = {source.pk: place for place, source in enumerate(sources)}
    signing = ItemAuthor.objects.filter(item__in=sources, signs=True)
    rows = sorted(signing, key=lambda author: (order[author.item_id], author.order))
    named = {(row.name, row.duty): {name: getattr(row, name) for name in _AUTHOR_WORDS} for row in reversed(rows)}
    ItemAuthor.objects.bulk_create(
        ItemAuthor(item=item, order=place, **words) for place, words in enumerate(reversed(named.values()), start=1)
    )


def _copy_files(item: Item, sources: Sequence[Item]) -> None:
    """Files are stored by content: the merged item names the same ones."""
    files = Attachment.objects.filter(item__in=sources, removed_at__isnull=True).order_by("pk")
    Attachment.objects.bulk_create(
        Attachment(
            item=item,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type,
            uploaded_by=file.uploaded_by,
            uploaded_at=file.uploaded_at,
        )
        for file in files
    )
