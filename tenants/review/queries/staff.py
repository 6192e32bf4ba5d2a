"""Whom a unit's flows can ask: posts with their holders, circles with their heads; checklists and committees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from tenants.accounts.models import Group, Holding, Membership, Position, User
from tenants.accounts.queries import with_permission
from tenants.items.fields import CATEGORIES
from tenants.items.models import Consent, ItemAuthor
from tenants.review.definition import Definition, Names, Who, WhoKind
from tenants.review.models import CategoryCommittee, Checklist
from zhitong.core import clock

_RECENTLY = timedelta(days=365)  # whoever signed an item within a year counts as one who writes

GroupKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the unit: whether they may decide, and whether they write items themselves."""

    pk: int
    name: str
    username: str = ""
    decides: bool = True
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A post: who holds it today, and from which day on nobody will (None: no end is known)."""

    name: str
    holders: Sequence[Member] = ()
    empty_from: date | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """A group of the unit with its heads; `members` only where a flow speaks of the group."""

    kind: str
    name: str
    heads: Sequence[Member] = ()
    members: Sequence[Member] = ()


@dataclass(frozen=True, slots=True)
class Staff:
    """What problems of a flow are found by, as of the day `on`; plain values.

    `users` are by login name, those the flow names; `committees` the circle by category; `categories` those in use.
    """

    on: date
    posts: Mapping[str, Post] = field(default_factory=dict)
    circles: Mapping[GroupKey, Circle] = field(default_factory=dict)
    users: Mapping[str, Member] = field(default_factory=dict)
    deciders: Sequence[Member] = ()
    administrators: Sequence[Member] = ()
    checklists: Mapping[str, str] = field(default_factory=dict)
    committees: Mapping[str, GroupKey] = field(default_factory=dict)
    categories: Sequence[str] = CATEGORIES

    @property
    def names(self) -> Names:
        """What codes are called."""
        known = {member.username: member.name for member in self.deciders}
        known |= {username: member.name for username, member in self.users.items()}
        return Names({code: post.name for code, post in self.posts.items()}, known, self.checklists)


def load_staff(definition: Definition) -> Staff:
    """Return the unit's staff of today as far as a flow speaks of it, in a constant number of queries."""
    on = clock.today()
    writers = set(
        ItemAuthor.objects.filter(item__submitted_at__gte=clock.now() - _RECENTLY, user__isnull=False)
        .exclude(consent=Consent.DECLINED)
        .values_list("user_id", flat=True)
        .distinct()
    )
    deciding = list(with_permission("review.decide").order_by("name", "pk"))
    known = {user.pk for user in deciding}

    def member(user: User) -> Member:
        return Member(user.pk, user.name, user.username, user.pk in known, user.pk in writers)

    named = {one.code for one in _entries(definition) if one.kind is WhoKind.USER}
    committees = CategoryCommittee.objects.select_related("group")
    return Staff(
        on=on,
        posts=_posts(on, member),
        circles=_circles(definition, member),
        users={user.username: member(user) for user in User.objects.filter(username__in=named, is_active=True)},
        deciders=[member(user) for user in deciding],
        administrators=[member(user) for user in with_permission("review.administer").order_by("pk")],
        checklists=checklist_names(),
        committees={one.category: (one.group.kind, one.group.name) for one in committees},
        categories=categories_in_use(),
    )


def names_of_unit() -> Names:
    """Return what codes are called in the unit, for words about its flows."""
    return Names(
        posts=dict(Position.objects.values_list("code", "name")),
        users=dict(with_permission("review.decide").values_list("username", "name")),
        checklists=checklist_names(),
    )


def checklist_names() -> dict[str, str]:
    """Return the names of the unit's checklists by code, as their latest editions say."""
    return dict(Checklist.objects.order_by("code", "edition").values_list("code", "name"))


def categories_in_use() -> tuple[str, ...]:
    """Return the categories an item can have here: those of the form, and those that have a committee already."""
    own = CategoryCommittee.objects.exclude(category__in=CATEGORIES).values_list("category", flat=True)
    return (*CATEGORIES, *own)


def _posts(on: date, member: Any) -> dict[str, Post]:
    rows = Holding.objects.filter(Q(held_to__isnull=True) | Q(held_to__gt=on), user__is_active=True)
    held: dict[int, list[Holding]] = {}
    for row in rows.select_related("user").order_by("held_from", "pk"):
        held.setdefault(row.position_id, []).append(row)
    return {
        post.code: Post(
            post.name,
            [member(row.user) for row in held.get(post.pk, []) if row.held_from <= on],
            _empty_from(held.get(post.pk, []), on),
        )
        for post in Position.objects.all()
    }


def _empty_from(rows: Iterable[Holding], on: date) -> date | None:
    """Return the first day after `on` when nobody holds the post; None when there is none, or nobody holds it now."""
    covered = on
    for row in sorted(rows, key=lambda row: row.held_from):
        if row.held_from > covered:
            break
        if row.held_to is None:
            return None
        covered = max(covered, row.held_to)
    return covered if covered > on else None


def _circles(definition: Definition, member: Any) -> dict[GroupKey, Circle]:
    wanted = Q(is_head=True) | Q(group__in=CategoryCommittee.objects.values("group"))
    for one in _entries(definition):
        if one.kind in {WhoKind.GROUP, WhoKind.GROUP_HEAD}:
            wanted |= Q(group__kind=one.code, group__name=one.name)
    found: dict[int, list[Membership]] = {}
    rows = Membership.objects.filter(wanted, user__is_active=True).select_related("user").order_by("pk")
    for row in rows:
        found.setdefault(row.group_id, []).append(row)
    return {
        (group.kind, group.name): Circle(
            group.kind,
            group.name,
            [member(row.user) for row in found.get(group.pk, []) if row.is_head],
            [member(row.user) for row in found.get(group.pk, [])],
        )
        for group in Group.objects.all()
    }


def _entries(definition: Definition) -> Iterable[Who]:
    for step in definition.steps:
        for one in (*step.who, *step.collator, *step.late_to, *step.copies_to):
            yield one
            yield from one.among
