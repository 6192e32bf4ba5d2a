"""Who sees which runs; the one place that says so."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.accounts.models import User
from tenants.items.models import Item, ItemAuthor
from tenants.items.queries import own_circulars, own_items, visible_items
from tenants.review.models import Copy, Run, Task
from zhitong.core.errors import NotFound


def runs_seen_by(user: User) -> QuerySet[Run]:
    """Return the runs `user` may see: of own items, with a task of theirs (now or earlier), on copy; all by right.

    Who administers reviews sees where each stands; whether they read the text is another matter (`reads_text`).
    """
    runs = Run.objects.all()
    if sees_all(user):
        return runs
    return runs.filter(Q(item__in=own_items(user)) | Q(item__in=own_circulars(user)) | takes_part(user))


def latest_run_seen(user: User, item: Item) -> Run | None:
    """Return the latest run of an item that `user` may see, None without one."""
    return runs_seen_by(user).filter(item=item).order_by("-pk").first()


def readable_item(user: User, item_uuid: UUID) -> Item:
    """Return an item whose text `user` reads: by right, as an author, or by a part in its review.

    Raises:
        NotFound: absent or closed.
    """
    in_review = Run.objects.filter(takes_part(user), item=OuterRef("pk"))
    seen = Q(pk__in=visible_items(user).values("pk")) | Q(Exists(in_review))
    item = Item.objects.filter(seen, uuid=item_uuid).prefetch_related("authors").first()
    if item is None:
        raise NotFound
    return item


def sees_all(user: User) -> bool:
    """Return whether `user` sees every run of the unit."""
    return user.has_zt_perm("review.read_all") or user.has_zt_perm("review.administer")


def reads_text(user: User, run: Run) -> bool:
    """Return whether `user`, who sees a run, also reads the item's text and files."""
    if user.has_zt_perm("review.read_all"):
        return True
    mine = Run.objects.filter(takes_part(user), pk=run.pk)
    seen = visible_items(user).filter(pk=run.item_id), own_circulars(user).filter(pk=run.item_id)
    return mine.exists() or any(items.exists() for items in seen)


def takes_part(user: User) -> Q:
    """Return the condition on a run that `user` has or had a task in it, or has it on copy."""
    return Q(Exists(Task.objects.filter(run=OuterRef("pk"), holder=user))) | Q(
        Exists(Copy.objects.filter(run=OuterRef("pk"), reader=user))
    )


def runs_reviewed_by(user: User) -> QuerySet[Run]:
    """Return the runs of which `user` sees the inside too: questions and answers, all remarks, the review sheet.

    Authors do not see it of their own items, whatever they were given to write, unless they may read all reviews.
    """
    runs = Run.objects.all()
    if user.has_zt_perm("review.read_all"):
        return runs
    return runs.filter(takes_part(user)).exclude(Exists(_rows_of(user).filter(item=OuterRef("item"))))


def sees_inside(user: User, run: Run) -> bool:
    """Return whether `user` sees the inside of a run, as `runs_reviewed_by`."""
    return runs_reviewed_by(user).filter(pk=run.pk).exists()


def reads_inner(user: User, item: Item) -> bool:
    """Return whether `user`, who reads an item's history, also reads what its reviewers asked and were answered.

    One history tells of all runs of an item: who sees the inside of one of them reads it wholly.
    """
    return runs_reviewed_by(user).filter(item=item).exists()


def _rows_of(user: User) -> QuerySet[ItemAuthor]:
    """Return where `user` is an author, under this account or another one of the same human."""
    own = Q(user=user) | Q(person_uuid=user.person_uuid) if user.person_uuid else Q(user=user)
    return ItemAuthor.objects.filter(own)
