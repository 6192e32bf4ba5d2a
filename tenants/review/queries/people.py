"""Whom one can ask: people of the unit by name, post or group, with why some of them cannot be asked now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tenants.accounts.models import Membership, User
from tenants.accounts.queries import holdings_on, with_permission
from tenants.review import holders
from zhitong.core import clock
from zhitong.core.text import clean

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to be asked: name, posts and groups, whether chosen, why not (empty when they can be), what to know."""

    uuid: str
    name: str
    about: str
    chosen: bool = False
    refused: str = ""
    note: str = ""


def find_people(
    words: str,
    *,
    chosen: Sequence[str] = (),
    deciding: bool = True,
    authors: holders.Authors = holders.NOBODY,
    busy: Collection[int] = (),
) -> list[Candidate]:
    """Return the chosen people, then those found for `words` (of a name, a post, a group), holders of posts first.

    Args:
        words: what was typed; empty finds the first ones.
        chosen: uuids chosen already; what is none is left out.
        deciding: only who may decide items; else anybody of the unit.
        authors: who is never found: an author reviews no own item.
        busy: users (by id) who have the item already and cannot be asked twice.
    """
    today, keys = clock.today(), [key for value in chosen if (key := _uuid(value))]
    people = with_permission("review.decide") if deciding else User.objects.filter(is_active=True)
    in_post = Exists(holdings_on(today).filter(user=OuterRef("pk")))
    shown = _with_posts(people.annotate(in_post=in_post))
    picked = {user.uuid: user for user in shown.filter(uuid__in=keys)} if keys else {}
    found = shown.exclude(uuid__in=keys).filter(_named(words)).exclude(pk__in=authors.users)
    rows = [picked[key] for key in keys if key in picked]
    ordered = found.order_by("-in_post", "name", "pk")[: _SHOWN * 2]
    able = [user for user in ordered if not authors.include(user)]
    rows += sorted(able, key=lambda user: user.pk in busy)[:_SHOWN]
    away = holders.stand_ins((user.pk for user in rows), today)
    return [
        Candidate(
            uuid=str(user.uuid),
            name=user.name,
            about=_about(user),
            chosen=user.uuid in picked,
            refused="已经在办这一篇" if user.pk in busy else "",
            note=f"外出，{away[user.pk].name}代理" if user.pk in away else "",
        )
        for user in rows
    ]


def about(users: Collection[int]) -> dict[int, str]:
    """Return the posts and groups of users (by id) in words."""
    return {user.pk: _about(user) for user in _with_posts(User.objects.filter(pk__in=users))}


def _with_posts(users: QuerySet[Any]) -> QuerySet[Any]:
    held = holdings_on(clock.today()).select_related("position")
    return users.prefetch_related(Prefetch("holdings", held, "posts_now"), "circles")


def _about(user: Any) -> str:
    return "、".join([*(row.position.name for row in user.posts_now), *(group.name for group in user.circles.all())])


def _named(words: str) -> Q:
    try:
        words = clean(words)[:60]
    except ValueError:  # no name holds such characters
        return Q(pk__in=())
    if not words:
        return Q()
    group = Membership.objects.filter(user=OuterRef("pk"), group__name__icontains=words)
    post = holdings_on(clock.today()).filter(user=OuterRef("pk"), position__name__icontains=words)
    return Q(name__icontains=words) | Q(Exists(group)) | Q(Exists(post))


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
