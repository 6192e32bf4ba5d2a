"""Who is asked at a step: the holders of its posts who may decide, without the item's own authors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from tenants.accounts.models import Holding, Position, User
from tenants.accounts.queries import with_permission
from tenants.items.models import Consent, Item


@dataclass(frozen=True, slots=True)
class Assignee:
    """One who is asked: the user, and the post in whose name (None: the unit's administrator stands in)."""

    user: User
    position: Position | None


@dataclass(frozen=True, slots=True)
class Authors:
    """The humans behind an item, by account and by person: an author never decides an own item."""

    users: frozenset[int]
    persons: frozenset[UUID]

    def include(self, user: User) -> bool:
        """Return whether `user` is one of the authors, under this account or another one of the same human."""
        return user.pk in self.users or (user.person_uuid is not None and user.person_uuid in self.persons)


def authors_of(item: Item) -> Authors:
    """Return the authors and co-authors of an item, those who have not answered among them; who declined is none."""
    rows = list(item.authors.exclude(consent=Consent.DECLINED).values_list("user_id", "person_uuid"))
    return Authors(
        frozenset(user for user, _ in rows if user is not None),
        frozenset(person for _, person in rows if person is not None),
    )


def assignees(posts: Sequence[str], authors: Authors, on: date) -> list[Assignee]:
    """Return who is asked for `posts` on a day, in the order of the posts and of taking office; each user once."""
    holdings = (
        Holding.objects.filter(Q(held_to__isnull=True) | Q(held_to__gt=on), held_from__lte=on)
        .filter(position__code__in=posts, user__in=with_permission("review.decide"))
        .select_related("user", "position")
    )
    ordered = sorted(holdings, key=lambda row: (posts.index(row.position.code), row.held_from, row.pk))
    return _once((Assignee(row.user, row.position) for row in ordered), authors)


def administrators(authors: Authors) -> list[Assignee]:
    """Return the unit's administrators, who stand in where a post is empty."""
    users = with_permission("review.administer").order_by("pk")
    return _once((Assignee(user, None) for user in users), authors)


def _once(found: Iterable[Assignee], authors: Authors) -> list[Assignee]:
    kept: dict[int, Assignee] = {}
    for assignee in found:
        if not authors.include(assignee.user):
            kept.setdefault(assignee.user.pk, assignee)
    return list(kept.values())
