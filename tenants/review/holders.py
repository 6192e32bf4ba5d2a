"""Who is asked at a step: those its entries lead to on a day, without the item's own authors, absent ones replaced."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from tenants.accounts.models import Membership, Position, User
from tenants.accounts.queries import holdings_on, with_permission
from tenants.items.models import Consent, Item, ItemAuthor
from tenants.review.definition import CHOSEN, Who, WhoKind
from tenants.review.models import Absence, CategoryCommittee
from zhitong.core.operations import require_unit
from zhitong.exchange.queries import parts_of

_STAND_INS = 3  # how far a stand-in who is away too is followed


@dataclass(frozen=True, slots=True)
class Assignee:
    """One who is asked.

    `position` is the post in whose name (None: by name), `in_stead_of` whom they stand in for, `seat` the entry of the
    step that led here (None: an administrator, who stands in where nobody can decide).
    """

    user: User
    position: Position | None = None
    in_stead_of: User | None = None
    seat: int | None = 0


@dataclass(frozen=True, slots=True)
class Authors:
    """The humans behind an item, by account and by person: an author never decides an own item.

    `first` is the first of them with an account: whose group's head a step may ask.
    """

    users: frozenset[int]
    persons: frozenset[UUID]
    first: int | None = None

    def include(self, user: User) -> bool:
        """Return whether `user` is one of the authors, under this account or another one of the same human."""
        return user.pk in self.users or (user.person_uuid is not None and user.person_uuid in self.persons)


NOBODY = Authors(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Asking:
    """What decides whom an entry leads to: the item, its authors, the day, and the users chosen for the step.

    `deciding` is False where only an opinion is asked: then anybody of the unit can be, else those with the right.
    """

    item: Item
    authors: Authors
    on: date
    chosen: Sequence[str] = ()
    deciding: bool = True

    def people(self) -> QuerySet[User]:
        """Return all who can be asked at all."""
        return with_permission("review.decide") if self.deciding else User.objects.filter(is_active=True)


def authors_of(item: Item) -> Authors:
    """Return the authors and co-authors of an item, those who have not answered among them; who declined is none.

    Staff who only wrote it down for them are none either. Behind a merged item stand the authors of its sources,
    behind a circular whoever drafted it.
    """
    if not item.is_report:
        drafter = item.created_by
        if drafter is None:
            return NOBODY
        person = drafter.person_uuid
        return Authors(frozenset({drafter.pk}), frozenset({person} if person else ()), drafter.pk)
    of_item = Q(item=item)
    if item.is_merged:
        of_item |= Q(item__uuid__in=[part.source_uuid for part in parts_of(require_unit(), item.uuid)])
    written = ItemAuthor.objects.filter(of_item).exclude(consent=Consent.DECLINED).order_by("item_id", "order")
    rows = list(written.values_list("user_id", "person_uuid"))
    users = [user for user, _ in rows if user is not None]
    persons = frozenset(person for _, person in rows if person is not None)
    return Authors(frozenset(users), persons, next(iter(users), None))


def assignees(entries: Sequence[Who], asking: Asking) -> list[Assignee]:
    """Return who is asked, in the order of the entries and of taking office; each user once, authors left out.

    Every entry is one seat (one voice of a joint examination), but each user of a choice has a seat of their own; the
    number of a seat does not depend on who can be asked today. Whoever is away on that day is replaced by their
    stand-in, unless that one is an author or may not be asked.
    """
    found: list[Assignee] = []
    first = 0
    for entry in entries:
        chosen = {uuid: place for place, uuid in enumerate(asking.chosen)} if entry.kind in CHOSEN else {}
        found += [
            replace(assignee, seat=first + chosen.get(str(assignee.user.uuid), 0))
            for assignee in _lead_to(entry, asking)
        ]
        first += max(1, len(chosen))
    return _once(present(found, asking), asking.authors)


def candidates(entry: Who, asking: Asking) -> list[User]:
    """Return the users a choice can be made among: those that `among` leads to, or all who may decide."""
    found = [assignee.user for one in entry.among for assignee in _lead_to(one, asking)]
    users = found if entry.among else list(asking.people().order_by("name", "pk"))
    return [assignee.user for assignee in _once((Assignee(user) for user in users), asking.authors)]


def administrators(asking: Asking) -> list[Assignee]:
    """Return the unit's administrators, who stand in where a post is empty; absent ones replaced as anybody else."""
    users = with_permission("review.administer").order_by("pk")
    return _once(present([Assignee(user, seat=None) for user in users], asking), asking.authors)


def may_be_asked(user: User, authors: Authors, *, deciding: bool = True) -> bool:
    """Return whether `user` may decide an item of these authors at all, or (not `deciding`) give an opinion on it."""
    return user.is_active and not authors.include(user) and (not deciding or user.has_zt_perm("review.decide"))


def present(found: Sequence[Assignee], asking: Asking, taken: Collection[int] = ()) -> list[Assignee]:
    """Put the stand-in of whoever is away in their place, following stand-ins who are away too.

    Whoever has no stand-in that can be asked keeps their place; users in `taken` are asked already and stand in for
    nobody.
    """
    places = list(found)
    for _ in range(_STAND_INS):
        away = stand_ins((assignee.user.pk for assignee in places), asking.on)
        if not away:
            break
        able = _able({user.pk for user in away.values()}, asking) - set(taken)
        places = [
            replace(assignee, user=away[assignee.user.pk], in_stead_of=assignee.in_stead_of or assignee.user)
            if _fits(away.get(assignee.user.pk), assignee, asking, able)
            else assignee
            for assignee in places
        ]
    return places


def stand_ins(users: Iterable[int], on: date) -> Mapping[int, User]:
    """Return the stand-in of each of `users` who is away on that day."""
    rows = Absence.objects.filter(
        user__in=list(users), away_from__lte=on, away_through__gte=on, ended_at__isnull=True
    ).select_related("stand_in")
    return {row.user_id: row.stand_in for row in rows.order_by("pk")}


def _lead_to(entry: Who, asking: Asking) -> list[Assignee]:
    match entry.kind:
        case WhoKind.POST:
            rows = holdings_on(asking.on).filter(position__code=entry.code, user__in=asking.people())
            rows = rows.select_related("user", "position").order_by("held_from", "pk")
            return [Assignee(row.user, row.position) for row in rows]
        case WhoKind.USER:
            return _named(asking.people().filter(username=entry.code))
        case WhoKind.GROUP | WhoKind.GROUP_HEAD:
            members = Membership.objects.filter(group__kind=entry.code, group__name=entry.name)
            return _members(members, asking, heads_only=entry.kind is WhoKind.GROUP_HEAD)
        case WhoKind.AUTHOR_HEAD:
            return _heads_of_author(entry, asking)
        case WhoKind.CATEGORY_COMMITTEE:
            groups = CategoryCommittee.objects.filter(category=asking.item.category).values("group")
            members = Membership.objects.filter(group__in=groups)
            return _members(members, asking, heads_only=True) or _members(members, asking, heads_only=False)
        case WhoKind.CHOSEN_BY_PREVIOUS | WhoKind.CHOSEN_BY_STARTER:
            chosen = {str(user.uuid): user for user in asking.people().filter(uuid__in=list(asking.chosen))}
            return [Assignee(chosen[uuid]) for uuid in asking.chosen if uuid in chosen]


def _heads_of_author(entry: Who, asking: Asking) -> list[Assignee]:
    """Return the heads of the groups the first author with an account belongs to (of one kind when it is named)."""
    own = Membership.objects.filter(user=asking.authors.first)
    if entry.code:
        own = own.filter(group__kind=entry.code)
    return _members(Membership.objects.filter(group__in=own.values("group")), asking, heads_only=True)


def _members(rows: QuerySet[Membership], asking: Asking, *, heads_only: bool) -> list[Assignee]:
    if heads_only:
        rows = rows.filter(is_head=True)
    rows = rows.filter(user__in=asking.people()).select_related("user").order_by("-is_head", "pk")
    return [Assignee(row.user) for row in rows]


def _named(users: QuerySet[User]) -> list[Assignee]:
    return [Assignee(user) for user in users]


def _fits(stand_in: User | None, assignee: Assignee, asking: Asking, able: Collection[int]) -> bool:
    if stand_in is None or stand_in.pk not in able or asking.authors.include(stand_in):
        return False
    return assignee.in_stead_of is None or stand_in.pk != assignee.in_stead_of.pk


def _able(users: Collection[int], asking: Asking) -> frozenset[int]:
    return frozenset(asking.people().filter(pk__in=users).values_list("pk", flat=True))


def _once(found: Iterable[Assignee], authors: Authors) -> list[Assignee]:
    kept: dict[int, Assignee] = {}
    for assignee in found:
        if not authors.include(assignee.user):
            kept.setdefault(assignee.user.pk, assignee)
    return list(kept.values())
