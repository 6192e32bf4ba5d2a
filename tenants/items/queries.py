"""Reads over items; `visible_items` is the one place that says what a user may see."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tenants.accounts.models import User
from tenants.items.models import Attachment, Item, ItemAuthor, State
from zhitong.core.errors import NotFound
from zhitong.units.current import unit_in_force


def number_label(item: Item, mark: str) -> str:
    """Return what one tells on the telephone (南海〔2026〕218号); empty before submission. `mark` is the unit's."""
    return f"{mark}〔{item.year}〕{item.number}号" if item.number else ""


def visible_items(user: User) -> QuerySet[Item]:
    """Return the items `user` may see: own and co-signed ones; with `items.read_all` all but others' drafts.

    A draft is its creator's alone, also when others are named in it.
    """
    submitted = ~Q(state=State.DRAFT)
    if user.has_zt_perm("items.read_all"):
        return Item.objects.filter(Q(created_by=user) | submitted)
    return Item.objects.filter(Q(created_by=user) | (submitted & _signed_by(user)))


def own_items(user: User) -> QuerySet[Item]:
    """Return the items of which `user` is an author or the writer, drafts of others excluded."""
    written = Q(created_by=user, dispatch_uuid__isnull=True)
    return Item.objects.filter(written | (~Q(state=State.DRAFT) & _signed_by(user)))


def get_visible(user: User, item_uuid: UUID) -> Item:
    """Return one item that `user` may see.

    Raises:
        NotFound: absent or hidden.
    """
    item = visible_items(user).select_related("group", "created_by").filter(uuid=item_uuid).first()
    if item is None:
        raise NotFound
    return item


def get_own(user: User, item_uuid: UUID) -> Item:
    """Return an item that `user` wrote.

    Raises:
        NotFound: absent or somebody else's.
    """
    item = Item.objects.select_related("group", "created_by").filter(uuid=item_uuid, created_by=user).first()
    if item is None:
        raise NotFound
    return item


def without_names(user: User, items: Iterable[int]) -> frozenset[int]:
    """Return of which items (by id) `user` reads posts instead of reviewers' names: own ones, where the unit wants it.

    Who may read all reviews of the unit knows the names anyway.
    """
    if not unit_in_force().hides_reviewers or user.has_zt_perm("review.read_all"):
        return frozenset()
    return frozenset(own_items(user).filter(pk__in=list(items)).values_list("pk", flat=True))


def hides_reviewers_from(user: User, item: Item) -> bool:
    """Return whether `user` reads posts instead of reviewers' names of this item."""
    return item.pk in without_names(user, [item.pk])


def visible_attachment(user: User, item_uuid: UUID, attachment_uuid: UUID) -> Attachment:
    """Return a file of an item that `user` may see.

    Raises:
        NotFound: absent, removed or hidden.
    """
    found = Attachment.objects.filter(
        uuid=attachment_uuid, removed_at__isnull=True, item__uuid=item_uuid, item__in=visible_items(user)
    ).first()
    if found is None:
        raise NotFound
    return found


def with_authors(items: QuerySet[Item]) -> QuerySet[Item]:
    """Let `item.authors.all()` cost one query a page."""
    return items.prefetch_related(Prefetch("authors", ItemAuthor.objects.order_by("order")))


def author_names(item: Item) -> list[str]:
    """Return the names of those who sign, in their order."""
    return [author.name for author in item.authors.all()]


def find_members(words: str, *, without: Iterable[UUID] = (), limit: int = 8) -> list[User]:
    """Return members of the unit whose name holds `words`, for the choice of co-authors; nothing for empty words."""
    if not words.strip():
        return []
    found = User.objects.filter(name__icontains=words.strip(), is_active=True).exclude(uuid__in=list(without))
    return list(found.prefetch_related("circles").order_by("name", "id")[:limit])


def _signed_by(user: User) -> Exists:
    return Exists(ItemAuthor.objects.filter(item=OuterRef("pk"), user=user))


def untouched_draft(user: User) -> Item | None:
    """Return a draft of `user` in which nothing has been written or attached yet."""
    empty = {"title": "", "problem": "", "analysis": "", "suggestions": "", "version": 1}
    return Item.objects.filter(created_by=user, state=State.DRAFT, attachments__isnull=True, **empty).first()
