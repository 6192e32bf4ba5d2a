"""What the lists of items show, in which order: asked by their pages and by their exports alike."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from tenants.accounts.models import User
from tenants.items import queries
from tenants.items.forms import ListFilter
from tenants.items.models import Item, ItemAuthor, State
from zhitong.core import glossary

OWN_TABS: dict[str, tuple[str, tuple[State, ...]]] = {
    "": ("全部", ()),
    "draft": (glossary.DRAFT, (State.DRAFT,)),
    "open": (glossary.IN_REVIEW, (State.IN_REVIEW,)),
    "returned": (glossary.TO_REVISE, (State.RETURNED,)),
    "approved": (glossary.ADOPTED, (State.APPROVED,)),
}
OWN_ORDER = ("-changed_at", "-id")
ORDERS = {
    "-submitted": ("-submitted_at", "-id"),
    "submitted": ("submitted_at", "id"),
    "-changed": ("-changed_at", "-id"),
    "changed": ("changed_at", "id"),
    "-title": ("-title", "-id"),
    "title": ("title", "id"),
}


def own_in_tab(user: User, tab: str) -> QuerySet[Item]:
    """Return what `user` wrote, signed or writes on, in a tab; an unknown one is the whole."""
    rows = queries.written_items(user).select_related("created_by", "pen_holder")
    states = OWN_TABS.get(tab, OWN_TABS[""])[1]
    return rows.filter(state__in=states) if states else rows


def submitted(user: User) -> QuerySet[Item]:
    """Return the items that the unit's list is made of: what `user` may see, drafts left out."""
    return queries.visible_items(user).exclude(state=State.DRAFT)


def narrowed(rows: QuerySet[Item], asked: QueryDict) -> tuple[QuerySet[Item], ListFilter, str]:
    """Return the unit's list as the query of its page narrows it, the filter, and the order asked for (`ORDERS`)."""
    form = ListFilter(asked, years=_known(rows, "-year"), categories=_known(rows, "category"))
    conditions = form.conditions()
    words = conditions.pop("q", "")
    found = rows.filter(**conditions)
    if words:
        signed = Exists(ItemAuthor.objects.filter(item=OuterRef("pk"), name__icontains=words, signs=True))
        found = found.filter(Q(title__icontains=words) | signed)
    sort = asked.get("sort", "")
    return found, form, sort if sort in ORDERS else "-submitted"


def _known(rows: QuerySet[Item], column: str) -> list[Any]:
    name = column.lstrip("-")
    return [value for value in rows.order_by(column).values_list(name, flat=True).distinct() if value]
