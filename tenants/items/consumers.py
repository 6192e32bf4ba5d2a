"""Consumers of items: keep the search documents in step with the rows."""

from typing import Any
from uuid import UUID

from search.backend import backend
from search.documents import Document
from tenants.items.models import Item, ItemAuthor, State
from tenants.items.queries import number_label
from zhitong.core import clock
from zhitong.core.operations import require_unit
from zhitong.core.outbox import consumer
from zhitong.units.models import Unit

KIND = "item"


@consumer("items.item.changed")
def index_item(payload: dict[str, Any]) -> None:
    """Write the item's search document anew, or remove it when the item is a draft or gone."""
    item = Item.objects.filter(uuid=payload["item"]).exclude(state=State.DRAFT).first()
    if item is None:
        backend().remove(KIND, [UUID(payload["item"])])
        return
    backend().index([document_of(item)])


def document_of(item: Item) -> Document:
    """Return the search document of a submitted item: its text, its facets, who may find it."""
    unit_id = require_unit()
    mark = Unit.objects.values_list("mark", flat=True).get(pk=unit_id)
    authors = list(ItemAuthor.objects.filter(item=item).values_list("name", "user__uuid"))
    users = {user for _name, user in authors if user}
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
        author_names=[name for name, _user in authors],
        from_unit=item.from_unit,
        number_label=number_label(item, mark),
        category=item.category,
        state=item.state,
        day=clock.local_date(item.submitted_at) if item.submitted_at else None,
        readers=[f"unit:{unit_id}", *sorted(f"user:{user}" for user in users)],
    )
