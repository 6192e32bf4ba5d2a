"""Reads over a unit's people."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tenants.accounts.models import Group, Holding, Invitation, Membership, Position, Role, User
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.operations import Actor

# How an account stands: in use, invited but without a password, out of use.
STANDINGS = {
    "active": Q(is_active=True, password_changed_at__isnull=False),
    "waiting": Q(is_active=True, password_changed_at__isnull=True),
    "off": Q(is_active=False),
}


def account_of(actor: Actor) -> User:
    """Return the account that acts in the unit in force.

    Raises:
        NotFound: the system acts, or an account that is out of use.
    """
    user = User.objects.filter(uuid=actor.user_key, is_active=True).first()
    if user is None:
        raise NotFound
    return user


def holders_of(position_code: str, on: date) -> list[User]:
    """Return the active users who hold the post on that day, in the order they came into it."""
    return list(
        User.objects.filter(_held(on), holdings__position__code=position_code, is_active=True).order_by(
            "holdings__held_from", "id"
        )
    )


def posts_of(user: User, on: date) -> list[str]:
    """Return the names of the posts `user` holds on that day, in the posts' order."""
    return list(
        Holding.objects.filter(_held(on, ""), user=user)
        .order_by("position__order", "position_id")
        .values_list("position__name", flat=True)
    )


def post_codes_of(user: User, on: date) -> frozenset[str]:
    """Return the codes of the posts `user` holds on that day."""
    return frozenset(Holding.objects.filter(_held(on, ""), user=user).values_list("position__code", flat=True))


def holdings_on(day: date) -> QuerySet[Holding]:
    """Return the holdings in force on a day, in the posts' order."""
    return Holding.objects.filter(_held(day, "")).order_by("position__order", "position_id")


def members(
    *,
    text: str = "",
    role: str = "",
    group: int | None = None,
    position: str = "",
    standing: str = "",
    on: date | None = None,
) -> QuerySet[User]:
    """Return the unit's accounts, narrowed; without order.

    Args:
        text: part of name, login name or mobile number.
        role: code of a role.
        group: id of a circle.
        position: code of a post, held on the day `on`.
        standing: a key of `STANDINGS`.
        on: the day that posts are asked for; every period counts when None.
    """
    found = User.objects.filter(STANDINGS.get(standing, Q()))
    if text:
        found = found.filter(Q(name__icontains=text) | Q(username__icontains=text) | Q(mobile__startswith=text))
    if role:
        found = found.filter(Exists(Role.objects.filter(users=OuterRef("pk"), code=role)))
    if group is not None:
        found = found.filter(Exists(Membership.objects.filter(user_id=OuterRef("pk"), group_id=group)))
    if position:
        holdings = Holding.objects.filter(user_id=OuterRef("pk"), position__code=position)
        found = found.filter(Exists(holdings.filter(_held(on, "")) if on else holdings))
    return found


def standing_counts() -> dict[str, int]:
    """Return how many accounts stand how, by the keys of `STANDINGS`; one query."""
    return User.objects.aggregate(**{key: Count("pk", filter=condition) for key, condition in STANDINGS.items()})


def heads_of(groups: Iterable[Group]) -> defaultdict[int, list[str]]:
    """Return the names of those who head some circles, by the circle's key."""
    rows = Membership.objects.filter(group__in=groups, is_head=True, user__is_active=True)
    found: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows.select_related("user").order_by("pk"):
        found[row.group_id].append(row.user.name)
    return found


def vacant_positions(on: date) -> list[Position]:
    """Return the posts that nobody in use holds on that day, in their order."""
    held = holdings_on(on).filter(position=OuterRef("pk"), user__is_active=True)
    return list(Position.objects.filter(~Exists(held)))


def with_permission(name: str) -> QuerySet[User]:
    """Return the active users whose roles give `name`."""
    through = User.roles.through.objects.filter(user_id=OuterRef("pk"), role__permissions__contains=[name])
    return User.objects.filter(Exists(through), is_active=True)


def waiting_for_a_link() -> QuerySet[User]:
    """Return the active users who have no password and no invitation that still works; without order."""
    open_ones = Invitation.objects.filter(user_id=OuterRef("pk"), used_at__isnull=True, expires_at__gt=clock.now())
    return User.objects.filter(~Exists(open_ones), is_active=True, password_changed_at__isnull=True)


def _held(on: date, prefix: str = "holdings__") -> Q:
    begun = Q(**{f"{prefix}held_from__lte": on})
    return begun & (Q(**{f"{prefix}held_to__isnull": True}) | Q(**{f"{prefix}held_to__gt": on}))
