"""Reads over the unit's own targets: what circles and people owe, and how far they are."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from tenants.accounts.models import User
from tenants.duties.models import OwnTarget
from zhitong.ranking import figures
from zhitong.ranking.figures import Dimension
from zhitong.ranking.models import Measure, Purpose, RuleSet, SubjectKind
from zhitong.ranking.periods import Period
from zhitong.ranking.queries import rule_sets
from zhitong.ranking.targets import Progress, measured
from zhitong.units.current import unit_in_force


def person_rules() -> RuleSet | None:
    """Return the set that scores the unit's people: its own for members first, then that of a unit above it."""
    found = [each for each in rule_sets(unit_in_force()) if each.purpose in {Purpose.MEMBERS, Purpose.INFORMANTS}]
    return next(iter(sorted(found, key=lambda each: each.purpose != Purpose.MEMBERS)), None)


def own_targets(*, of_groups: bool) -> QuerySet[OwnTarget]:
    """Return what circles (or people) of the unit owe and is in force, the latest period first."""
    order = ("-first_day", "last_day", "measure", "group_name", "user__name", "pk")
    return _in_force().filter(user__isnull=of_groups).order_by(*order)


def targets_of_user(user: User) -> list[OwnTarget]:
    """Return what somebody owes, the latest period first."""
    return list(_in_force().filter(user=user).order_by("-first_day", "last_day", "measure", "pk"))


def history() -> QuerySet[OwnTarget]:
    """Return every target of circles and people that was ever set; without order."""
    return OwnTarget.objects.select_related("user")


def progress(targets: Iterable[OwnTarget]) -> dict[UUID, Progress]:
    """Return how far circles and people are with their targets, by the target's uuid."""
    rows = list(targets)
    of_groups = [row for row in rows if row.user_id is None]
    of_people = [row for row in rows if row.user_id is not None]
    return {
        **measured(of_groups, _of_groups, lambda one: one.group_name),  # type: ignore[attr-defined]
        **measured(of_people, _of_people, lambda one: str(one.user.person_uuid)),  # type: ignore[attr-defined]
    }


def _in_force() -> QuerySet[OwnTarget]:
    return OwnTarget.objects.filter(ended_at__isnull=True).select_related("user")


def _of_groups(period: Period, measure: Measure) -> Mapping[str, Decimal]:
    found = figures.breakdown(period, [unit_in_force().pk], Dimension.GROUP)
    return {name: Decimal(getattr(counts, measure)) for name, counts in found.items()}


def _of_people(period: Period, measure: Measure) -> Mapping[str, Decimal]:
    unit = unit_in_force()
    if measure == Measure.POINTS:
        rules = person_rules()
        earned = figures.points(rules, period, SubjectKind.PERSON, [unit.pk]) if rules else {}
        return {str(person): points for person, points in earned.items()}
    found = figures.by_person(period, [unit.pk])
    return {str(person): Decimal(getattr(counts, measure)) for person, counts in found.items()}
