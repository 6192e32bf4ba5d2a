"""Circles (界别, 专委会, 联络组, 支部) and their year: who may look into one, and what the owner of rules shows."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from tenants.accounts.models import Group, User
from tenants.duties.models import OwnTarget
from tenants.duties.queries.targets import own_targets, person_rules
from zhitong.core.errors import NotAllowed, NotFound
from zhitong.core.text import whole_number
from zhitong.monitor import shares
from zhitong.people.models import Person, PersonAccount
from zhitong.ranking import figures, subjects
from zhitong.ranking import queries as ranking
from zhitong.ranking.counting import Counts
from zhitong.ranking.models import Purpose, RuleSet, Sight, SubjectKind
from zhitong.ranking.periods import Period
from zhitong.ranking.scored import group_uuid
from zhitong.ranking.subjects import Subject
from zhitong.units.models import Unit

READ = "ranking.read"


@dataclass(frozen=True, slots=True)
class Member:
    """One who stands in a circle, or reported for it: counts of what they signed for it, and points where shown."""

    person: UUID
    name: str
    counts: Counts
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Place:
    """A circle among the circles of its unit: the set that scores them, points and rank, and how many are ranked."""

    rules: RuleSet
    subject: Subject
    of: int


def open_circles(user: User) -> QuerySet[Group]:
    """Return the circles whose year the reader may open, by kind and name: all with the ranking, else those headed."""
    found = Group.objects.all()
    return found if user.has_zt_perm(READ) else found.filter(membership__user=user, membership__is_head=True)


def get_circle(user: User, asked: str) -> Group | None:
    """Return the circle that an address names by its key, the first open one without; None where the unit has none.

    Raises:
        NotAllowed: the reader heads no circle and does not read the ranking either.
        NotFound: no such circle, or another one than the reader's.
    """
    found = open_circles(user)
    if asked:
        key = whole_number(asked)
        one = found.filter(pk=key).first() if key is not None else None
        if one is None:
            raise NotFound
        return one
    first = found.first()
    if first is None and not user.has_zt_perm(READ):
        raise NotAllowed(
            "您不是界别、专委会等的负责人，看不到它们的数字。",
            rule="负责人看自己的界别或组织，有“查看排名”权限的看全部",
            who="本单位管理员可以在“人员”里设负责人",
        )
    return first


def members(user: User, unit: Unit, circle: Group, when: Period) -> list[Member]:
    """Return who stands in a circle or reported for it in a period, who reported most first; a constant of queries.

    Points of people are shown where the owner of the rules shows rankings with all names.
    """
    counted = figures.by_person_of_share(when, unit.pk, shares.of_group(unit, circle.name).items)
    rules = person_rules()
    shown = rules if rules is not None and _sight(user, unit, rules) == Sight.NAMED else None
    points = figures.points(shown, when, SubjectKind.PERSON, [unit.pk]) if shown else {}
    accounts = circle.members.filter(is_active=True).values_list("uuid", flat=True)
    standing = PersonAccount.objects.filter(unit=unit, user_uuid__in=list(accounts)).values_list(
        "person__uuid", flat=True
    )
    names = dict(Person.objects.filter(uuid__in={*counted, *standing}).values_list("uuid", "name"))
    found = [
        Member(key, name, counted[key], points.get(key, Decimal(0)) if shown else None) for key, name in names.items()
    ]
    return sorted(found, key=lambda one: (-one.counts.received, -one.counts.adopted, one.name))


def place_of(user: User, unit: Unit, circle: Group, when: Period) -> Place | None:
    """Return points and rank of a circle; None where no set scores circles, or its owner shows nothing of it."""
    rules = next((one for one in ranking.rule_sets(unit) if one.purpose == Purpose.GROUPS), None)
    if rules is None or _sight(user, unit, rules) == Sight.NONE:
        return None
    rows = subjects.groups(rules, when, unit)
    nothing = Subject(group_uuid(f"{unit.uuid}:{circle.name}"), circle.name, Counts(), is_ranked=False)
    own = next((row for row in rows if row.name == circle.name), nothing)
    return Place(rules, own, sum(row.rank > 0 for row in rows))


def targets_of(circle: Group, year: int) -> list[OwnTarget]:
    """Return what a circle owes in a year, the latest period first."""
    rows = own_targets(of_groups=True).filter(group_name=circle.name)
    return [row for row in rows if row.first_day.year <= year <= row.last_day.year]


def _sight(user: User, unit: Unit, rules: RuleSet) -> Sight:
    """Return how much of a ranking is seen: heads are of those whom the rules score, also in the owner's own unit."""
    return ranking.sight(rules, unit, user.actor) if user.has_zt_perm(READ) else Sight(rules.sight)
