"""Search documents of items: every submitted one, with its files and with what became of it on its way."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from search import sources
from search.documents import REPORT, Document, unit_grant, user_grant
from search.files import Attached, texts_of
from search.models import SearchDocument
from tenants.items.models import Attachment, Item, State
from tenants.items.queries import number_label, open_to
from zhitong.core import clock
from zhitong.core.operations import Actor, require_unit
from zhitong.exchange.models import ItemFact
from zhitong.exchange.queries import Node, Outcomes, outcomes
from zhitong.ranking.queries import network_rules, points_of_items
from zhitong.units.models import Unit

KIND = REPORT


def documents(keys: Sequence[UUID]) -> list[Document]:
    """Return the documents of those items that are submitted, by a constant number of queries."""
    unit_id = require_unit()
    unit = Unit.objects.get(pk=unit_id)
    found = list(submitted().filter(uuid__in=keys))
    became = outcomes(Node(unit_id, item.uuid) for item in found)
    facts = ItemFact.objects.filter(unit_id=unit_id, item_uuid__in=[item.uuid for item in found])
    matters = dict(facts.values_list("item_uuid", "matter_id"))
    files = _files(unit_id, found)
    points = points_of_items(network_rules(), unit, [item.uuid for item in found])
    return [
        replace(
            _document(item, unit, became[Node(unit_id, item.uuid)]),
            matter=matters.get(item.uuid),
            files=files[item.uuid],
            points=points.get(item.uuid, Decimal(0)),
        )
        for item in found
    ]


def holders_of(sha256: str) -> list[UUID]:
    """Return the keys of the items that have this file."""
    rows = Attachment.objects.filter(sha256=sha256, removed_at__isnull=True).exclude(item__state=State.DRAFT)
    return list(rows.values_list("item__uuid", flat=True).distinct())


def rescored(keys: Sequence[UUID]) -> list[UUID]:
    """Return those of the items whose documents tell other points than the ledger."""
    earned = points_of_items(network_rules(), Unit.objects.get(pk=require_unit()), keys)
    told = SearchDocument.objects.filter(kind=KIND, object_uuid__in=keys).values_list("object_uuid", "points")
    return [key for key, points in told if points != earned.get(key, 0)]


def _files(unit_id: int, items: Sequence[Item]) -> dict[UUID, str]:
    """Return names and texts of the files of items. What came with a dispatch stands at its page, for who receives."""
    attached: dict[UUID, list[Attached]] = {item.uuid: [] for item in items}
    for file in Attachment.objects.select_related("item").filter(item__in=items, removed_at__isnull=True):
        attached[file.item.uuid].append(Attached(unit_id, file.sha256, file.media_type, file.size, file.name))
    return texts_of(attached)


def _document(item: Item, unit: Unit, became: Outcomes) -> Document:
    return Document(
        unit_id=unit.pk,
        kind=KIND,
        object_uuid=item.uuid,
        version=item.version,
        title=item.title,
        problem=item.problem,
        analysis=item.analysis,
        suggestions=item.suggestions,
        author_names=[author.name for author in item.signers],
        from_unit=item.from_unit,
        number_label=number_label(item, unit.mark),
        category=item.category,
        state=item.state,
        day=clock.local_date(item.submitted_at) if item.submitted_at else None,
        level=became.level,
        outcome=became.best,
        outcomes=list(became.lines),
        readers=readers_of(unit.pk, item),
    )


def readers_of(unit_id: int, item: Item) -> list[str]:
    """Return who finds an item: the archive's readers, its writer, those for whose sake it is open."""
    users = {author.user.uuid for author in open_to(item) if author.user}
    if item.created_by:
        users.add(item.created_by.uuid)
    return [unit_grant(unit_id), *sorted(user_grant(user) for user in users)]


def submitted() -> QuerySet[Item]:
    """Return the items that are found, with all that their readers follow from."""
    items = Item.objects.select_related("created_by").prefetch_related("authors__user")
    return items.exclude(state=State.DRAFT)


def _keys() -> Iterator[tuple[UUID, int]]:
    yield from Item.objects.exclude(state=State.DRAFT).values_list("uuid", "version").iterator()


def item_page(document: Document, _actor: Actor) -> str:
    """Return the page of the item that a document is about."""
    return reverse("desk:item", args=[document.subject or document.object_uuid])


sources.register(sources.Source(KIND, "稿件", _keys, documents, item_page))
