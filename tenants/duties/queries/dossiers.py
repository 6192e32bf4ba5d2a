"""Dossiers (履职档案): one member, one year; the same figures as rankings, the list of duties, honours."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from tenants.accounts.models import MemberKind, Membership, User
from tenants.duties.models import AwardEntry, AwardList, Counted, Duty, DutyRecord
from tenants.duties.queries.targets import person_rules
from tenants.items.models import Item
from tenants.papers.queries import answers_between
from zhitong.core import clock
from zhitong.core.errors import NotFound
from zhitong.core.text import whole_number
from zhitong.exchange.models import ItemFact
from zhitong.ranking import figures
from zhitong.ranking.counting import Counts
from zhitong.ranking.models import LedgerEntry, RuleSet, SubjectKind
from zhitong.ranking.periods import Period
from zhitong.ranking.queries import lines_of
from zhitong.units.current import unit_in_force


@dataclass(frozen=True, slots=True)
class DutyState:
    """How far a member is with a duty, and the records under it."""

    duty: Duty
    done: Decimal
    records: Sequence[DutyRecord] = ()

    @property
    def is_met(self) -> bool:
        """Whether it is fulfilled."""
        return self.done >= self.duty.number


@dataclass(frozen=True, slots=True)
class Year:
    """A member's year in figures. `points` is None where no rule set scores people."""

    user: User
    counts: Counts
    calls: int
    points: Decimal | None
    duties: Sequence[DutyState]

    @property
    def met(self) -> int:
        """How many duties are fulfilled."""
        return sum(one.is_met for one in self.duties)


@dataclass(frozen=True, slots=True)
class Report:
    """An item of the member that counts in the year: the fact, what it counts as, and its title in the unit."""

    fact: ItemFact
    title: str
    what: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a dossier shows of a year."""

    year: Year
    period: Period
    rules: RuleSet | None
    reports: Sequence[Report]
    lines: Sequence[LedgerEntry] = field(default_factory=list)
    awards: Sequence[AwardEntry] = field(default_factory=list)


def asked_year(asked: str) -> int:
    """Return the year that an address asks for, the present one without; nothing later.

    Raises:
        NotFound: no such year.
    """
    today = clock.today().year
    if not asked:
        return today
    year = whole_number(asked, 4)
    if year is None or not 1949 <= year <= today:
        raise NotFound
    return year


def duties_of(year: int) -> list[Duty]:
    """Return the duties of a year, list by list, each in its order."""
    return list(Duty.objects.filter(year=year, dropped_at=None).order_by("heading", "order", "pk"))


def people() -> QuerySet[User]:
    """Return whose dossiers the office keeps: everybody in use who reports; without order."""
    return User.objects.filter(is_active=True).exclude(member_kind=MemberKind.STAFF)


def get_member(user_uuid: UUID) -> User:
    """Return somebody whose dossier the office keeps, also one who has left.

    Raises:
        NotFound: no such member.
    """
    user = User.objects.filter(uuid=user_uuid).exclude(member_kind=MemberKind.STAFF).first()
    if user is None:
        raise NotFound
    return user


def circles_of(users: Collection[User]) -> defaultdict[int, str]:
    """Return the circles of each of these people (by key) in words."""
    found: defaultdict[int, str] = defaultdict(str)
    rows = Membership.objects.filter(user__in=[user.pk for user in users]).select_related("group")
    for row in rows.order_by("group__kind", "group__name"):
        found[row.user_id] += f"{'、' if found[row.user_id] else ''}{row.group.name}"
    return found


def years_of(users: Collection[User], year: int) -> list[Year]:
    """Return the years of some people, in their order; a constant number of queries."""
    when, unit, rules = Period.of_year(year), unit_in_force(), person_rules()
    counts = figures.by_person(when, [unit.pk])
    earned = figures.points(rules, when, SubjectKind.PERSON, [unit.pk]) if rules else None
    keys = [user.pk for user in users]
    calls = answers_between(keys, when.first, when.last)
    duties = duties_of(year)
    records: dict[tuple[int, int], list[DutyRecord]] = defaultdict(list)
    for record in DutyRecord.objects.filter(user__in=keys, duty__in=duties).order_by("on", "pk"):
        records[record.user_id, record.duty_id].append(record)
    found = []
    for user in users:
        own = counts.get(user.person_uuid, Counts()) if user.person_uuid else Counts()
        points = earned.get(user.person_uuid, Decimal()) if earned is not None and user.person_uuid else None
        answered = calls.get(user.pk, 0)
        states = [
            DutyState(duty, _done(duty, own, answered, points, records[user.pk, duty.pk]), records[user.pk, duty.pk])
            for duty in duties
            if user.member_kind == MemberKind.MEMBER
        ]
        found.append(Year(user, own, answered, points, states))
    return found


def dossier(user: User, year: int) -> Dossier:
    """Return the dossier of somebody's year."""
    [own] = years_of([user], year)
    when, rules = Period.of_year(year), person_rules()
    lines = list(lines_of(rules, unit_in_force(), user.person_uuid, when)) if rules and user.person_uuid else []
    return Dossier(own, when, rules, _reports(user, when), lines, awards_of(user, when))


def awards_of(user: User, when: Period) -> list[AwardEntry]:
    """Return the honours of somebody in decided lists whose period ends in `when`."""
    if user.person_uuid is None:
        return []
    rows = AwardEntry.objects.filter(
        persons__contains=[user.person_uuid],
        struck_at=None,
        award_list__state=AwardList.State.DECIDED,
        award_list__last_day__range=(when.first, when.last),
    )
    return list(rows.select_related("award_list").order_by("award_list__decided_at", "place"))


def waiting_records() -> QuerySet[DutyRecord]:
    """Return the records that wait for the office, the oldest first."""
    rows = DutyRecord.objects.filter(state=DutyRecord.State.ENTERED).select_related("user", "duty")
    return rows.order_by("entered_at", "pk")


def get_record(user: User, record_uuid: UUID) -> DutyRecord:
    """Return a record that `user` may see: an own one, or any for the office.

    Raises:
        NotFound: no such record for this reader.
    """
    record = DutyRecord.objects.select_related("user", "duty").filter(uuid=record_uuid).first()
    if record is None or not (record.user_id == user.pk or user.has_zt_perm("duties.read")):
        raise NotFound
    return record


def years_with_something(user: User) -> list[int]:
    """Return the years in which something of somebody's came in, the latest first."""
    if user.person_uuid is None:
        return []
    facts = ItemFact.objects.filter(unit=unit_in_force(), authors__contains=[{"person": str(user.person_uuid)}])
    years = facts.values_list("submitted_on__year").annotate(n=Count("pk"))
    return sorted((year for year, _ in years.order_by()), reverse=True)


def _done(duty: Duty, counts: Counts, calls: int, points: Decimal | None, records: Sequence[DutyRecord]) -> Decimal:
    if duty.counted == Counted.RECORDS:
        return Decimal(sum(record.state == DutyRecord.State.CONFIRMED for record in records))
    if duty.counted == Counted.CALLS:
        return Decimal(calls)
    if duty.counted == Counted.POINTS:
        return points or Decimal()
    return Decimal(getattr(counts, duty.counted))


def _reports(user: User, when: Period) -> list[Report]:
    """The items behind the counts, the latest first: the same rows that the figures are numbers of."""
    if user.person_uuid is None:
        return []
    signed: Any = figures.rows(when, [unit_in_force().pk]).filter(
        fact__authors__contains=[{"person": str(user.person_uuid)}]
    )
    what: dict[int, set[str]] = defaultdict(set)
    for fact_id, each in signed.values_list("fact_id", "what"):
        what[fact_id].add(each)
    facts = list(ItemFact.objects.filter(pk__in=list(what)).order_by("-submitted_on", "-pk"))
    titles = dict(Item.objects.filter(uuid__in=[fact.item_uuid for fact in facts]).values_list("uuid", "title"))
    return [Report(fact, titles.get(fact.item_uuid, ""), frozenset(what[fact.pk])) for fact in facts]
