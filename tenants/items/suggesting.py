"""The category of a text as the unit's own items of the past have it."""

from collections.abc import Mapping
from uuid import UUID

from search.documents import body_of
from search.suggesting import targets
from search.suggesting.hints import Suggested, suggest
from tenants.items.documents import KIND, submitted
from tenants.items.models import Item, State

CATEGORY = "category"


def suggested_category(item: Item) -> Suggested:
    """Return under which category the unit has such texts."""
    return suggest(CATEGORY, title=item.title, body=body_of(item))


def _labels(most: int) -> Mapping[UUID, str]:
    items = submitted().exclude(state=State.WITHDRAWN).exclude(category="").order_by("-submitted_at", "-pk")
    return dict(items.values_list("uuid", "category")[:most])


targets.register(targets.Target(CATEGORY, KIND, _labels))
