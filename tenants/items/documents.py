"""Search documents of items: every submitted one, with what became of it on its way."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from search import sources
from search.documents import Document, unit_grant, user_grant
from tenants.items.models import Item, State
from tenants.items.queries import number_label, open_to
from zhitong.core import clock
from zhitong.core.operations import require_unit
from zhitong.exchange.models import ItemFact
from zhitong.exchange.queries import Node, Outcomes, outcomes
from zhitong.units.models import Unit

KIND = "item"


def documents(keys: Sequence[UUID]) -> list[Document]:
    """Return the documents of those items that are submitted, by a constant number of queries."""
    unit_id = require_unit()
    mark = Unit.objects.values_list("mark", flat=True).get(pk=unit_id)
    items = Item.objects.select_related("created_by").prefetch_related("authors__user").filter(uuid__in=keys)
    found = list(items.exclude(state=State.DRAFT))
    became = outcomes(Node(unit_id, item.uuid) for item in found)
    facts = ItemFact.objects.filter(unit_id=unit_id, item_uuid__in=[item.uuid for item in found])
    matters = dict(facts.values_list("item_uuid", "matter_id"))
    return [_document(item, mark, unit_id, became[Node(unit_id, item.uuid)], matters.get(item.uuid)) for item in found]


def _document(item: Item, mark: str, unit_id: int, became: Outcomes, matter: int | None) -> Document:
    users = {author.user.uuid for author in open_to(item) if author.user}
    if item.created_by:
        users.add(item.created_by.uuid)
    return Document(
        unit_id=unit_id,
        kind=KIND,
        object_uuid=item.uuid,
        version=item.version,
        title=item.title,
        problem=item.problem,
        analysis=item.analysis,
        suggestions=item.suggestions,
        author_names=[author.name for author in item.signers],
        from_unit=item.from_unit,
        number_label=number_label(item, mark),
        category=item.category,
        state=item.state,
        day=clock.local_date(item.submitted_at) if item.submitted_at else None,
        matter=matter,
        level=became.level,
        outcomes=list(became.lines),
        readers=[unit_grant(unit_id), *sorted(user_grant(user) for user in users)],
    )


def _keys() -> Iterator[tuple[UUID, int]]:
    yield from Item.objects.exclude(state=State.DRAFT).values_list("uuid", "version").iterator()


sources.register(sources.Source(KIND, _keys, documents))
