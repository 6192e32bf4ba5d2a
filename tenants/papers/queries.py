"""Reads over papers in one unit: what a person may read, who still owes a text, whom one could ask."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tenants.accounts.models import MemberKind, Membership, User
from tenants.items.models import Item, ItemAuthor, State
from tenants.papers.models import Reader
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.operations import require_unit
from zhitong.exchange.models import Audience, Delivery, Paper, PaperKind
from zhitong.exchange.queries import adopted_of, papers_for_people, published_papers, received_papers


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the unit's people and a paper: read, confirmed, written so many, of which the unit adopted so many."""

    user: User
    read_at: datetime | None
    confirmed_at: datetime | None
    urged_at: datetime | None
    written: int
    adopted: int


def readable(user: User) -> QuerySet[Paper]:
    """Return the standing papers that `user` may read, with their senders; without order."""
    unit_id = require_unit()
    named = Reader.objects.filter(user=user, is_addressed=True).values("paper_uuid")
    others = Q(unit_id=unit_id, audience=Audience.NAMED) & ~Q(uuid__in=named)
    return papers_for_people(unit_id).exclude(others).select_related("unit", "parent__paper__unit")


def get_readable(user: User, paper_uuid: UUID) -> Paper:
    """Return one paper that `user` may read.

    Raises:
        NotFound: absent, withdrawn or not theirs.
    """
    paper = readable(user).filter(uuid=paper_uuid).first()
    if paper is None:
        raise NotFound
    return paper


def open_calls(user: User) -> QuerySet[Paper]:
    """Return the calls that `user` may still answer in time, the nearest deadline first."""
    calls = readable(user).filter(kind=PaperKind.CALL, due_on__gte=clock.today())
    return calls.order_by("due_on", "pk")


def written_for(user: User, papers: Iterable[Paper]) -> dict[UUID, int]:
    """Return how many items `user` has submitted for each of these calls; nothing for none."""
    own = Item.objects.filter(_signed_by(user), call_uuid__in=[paper.uuid for paper in papers])
    counts = own.exclude(state__in=_NOT_WRITTEN).order_by().values_list("call_uuid").annotate(n=Count("pk"))
    return dict(counts)


def answers_between(users: Collection[int], first: date, last: date) -> dict[int, int]:
    """Return how many calls each of these accounts (by key) answered with an item submitted in these days."""
    begun, ended = clock.start_of(first), clock.start_of(last + timedelta(days=1))
    rows = ItemAuthor.objects.filter(
        user__in=users, signs=True, item__call_uuid__isnull=False, item__submitted_at__range=(begun, ended)
    ).exclude(item__state__in=_NOT_WRITTEN)
    return dict(rows.order_by().values_list("user").annotate(n=Count("item__call_uuid", distinct=True)))


def marks_of(user: User, papers: Iterable[Paper]) -> dict[UUID, Reader]:
    """Return what `user` did with these papers, by uuid."""
    rows = Reader.objects.filter(user=user, paper_uuid__in=[paper.uuid for paper in papers])
    return {row.paper_uuid: row for row in rows}


def get_delivery(delivery_uuid: UUID) -> Delivery:
    """Return something that came down to the unit, with its paper and `is_passed_on`.

    Raises:
        NotFound: no such delivery here.
    """
    delivery = received_papers(require_unit()).filter(uuid=delivery_uuid).first()
    if delivery is None:
        raise NotFound
    return delivery


def get_published(paper_uuid: UUID) -> Paper:
    """Return a paper that the unit sent down, withdrawn ones too.

    Raises:
        NotFound: no such paper of this unit.
    """
    paper = published_papers(require_unit()).select_related("unit", "parent__paper__unit").filter(uuid=paper_uuid)
    found = paper.first()
    if found is None:
        raise NotFound
    return found


def expected(paper: Paper) -> QuerySet[User]:
    """Return who of the unit's people a paper of its own is for; of all, those who report, for a call."""
    people = User.objects.filter(is_active=True)
    if paper.audience == Audience.NAMED:
        return people.filter(papers__paper_uuid=paper.uuid, papers__is_addressed=True)
    if paper.audience == Audience.NOBODY:
        return people.none()
    return people.exclude(member_kind=MemberKind.STAFF) if paper.kind == PaperKind.CALL else people


def asked(paper: Paper) -> list[Asked]:
    """Return how far each of the unit's people is whom its own paper is for, those who owe something first."""
    people = list(expected(paper).order_by("name", "pk"))
    marks = {row.user_id: row for row in Reader.objects.filter(paper_uuid=paper.uuid)}
    rows = ItemAuthor.objects.filter(item__call_uuid=paper.uuid, signs=True).exclude(item__state__in=_NOT_WRITTEN)
    wrote: dict[int, list[UUID]] = {}
    for user_id, item in rows.filter(user__isnull=False).values_list("user", "item__uuid"):
        wrote.setdefault(user_id, []).append(item)
    adopted = adopted_of(require_unit(), {item for found in wrote.values() for item in found})
    found = []
    for user in people:
        mark, items = marks.get(user.pk), wrote.get(user.pk, [])
        found.append(
            Asked(
                user,
                mark.read_at if mark else None,
                mark.confirmed_at if mark else None,
                mark.urged_at if mark else None,
                len(items),
                sum(item in adopted for item in items),
            )
        )
    return sorted(found, key=lambda one: not owes(paper, one))


def owes(paper: Paper, one: Asked) -> bool:
    """Return whether something is still awaited of this person: a text, a confirmation, or a look."""
    if paper.kind == PaperKind.CALL:
        return not one.written
    return one.confirmed_at is None if paper.needs_confirm else one.read_at is None


def answers_here(paper: Paper) -> QuerySet[Item]:
    """Return the items that the unit's own people submitted for a call, newest first."""
    found = Item.objects.filter(call_uuid=paper.uuid).exclude(state__in=_NOT_WRITTEN)
    return found.prefetch_related("authors").order_by("-submitted_at", "-pk")


def directory(
    *, text: str = "", tag: str = "", group: int | None = None, kind: str = "", adopted: bool = False
) -> QuerySet[User]:
    """Return the unit's people who report, with `adopted` items of theirs that the unit took; without order.

    Args:
        text: part of name, duty (职务) or field (专长).
        tag: one of the unit's marks.
        group: id of a circle.
        kind: a `MemberKind`.
        adopted: only who had something adopted.
    """
    taken = Count("authorships", filter=Q(authorships__signs=True, authorships__item__state=State.APPROVED))
    found = User.objects.filter(is_active=True).exclude(member_kind=MemberKind.STAFF)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(duty__icontains=text) | Q(expertise__icontains=text))
    if tag:
        found = found.filter(tags__contains=[tag])
    if group is not None:
        found = found.filter(Exists(Membership.objects.filter(user_id=OuterRef("pk"), group_id=group)))
    if kind:
        found = found.filter(member_kind=kind)
    found = found.annotate(adopted=taken)
    return found.filter(adopted__gt=0) if adopted else found


def tags_in_use() -> list[str]:
    """Return the marks that the unit gave to people in use, in order."""
    lists = User.objects.filter(is_active=True).exclude(tags=[]).values_list("tags", flat=True)
    return sorted({tag for tags in lists for tag in tags})


def people_among(
    *, uuids: Collection[UUID] = (), tags: Collection[str] = (), groups: Collection[int] = ()
) -> QuerySet[User]:
    """Return the people in use who are named, bear one of these marks or stand in one of these circles."""
    circles = Exists(Membership.objects.filter(user_id=OuterRef("pk"), group_id__in=list(groups)))
    wanted = Q(uuid__in=list(uuids)) | Q(tags__overlap=list(tags)) | circles
    return User.objects.filter(wanted, is_active=True)


_NOT_WRITTEN = (State.DRAFT, State.WITHDRAWN)


def _signed_by(user: User) -> Exists:
    return Exists(ItemAuthor.objects.filter(item=OuterRef("pk"), user=user, signs=True))
