"""Who reviewed what counts in a period: every figure of a unit, taken apart by those who decided on the items."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from tenants.accounts.models import User
from tenants.review.models import Act, Verb
from zhitong.core.clock import start_of
from zhitong.exchange.models import ItemFact
from zhitong.ranking import figures
from zhitong.ranking.counting import Counts
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

DECIDED = "decided"
_DECIDING = (Verb.PASS, Verb.OBJECT, Verb.RETURN, Verb.KEEP, Verb.DECLINE)


@dataclass(frozen=True, slots=True)
class Handler:
    """One who reviewed: `decided` items in the period, and what counts in it of all items that they ever decided on."""

    user: User
    decided: int
    counts: Counts


def handlers(unit: Unit, when: Period) -> list[Handler]:
    """Return who decided on an item in the period, or on one that counts in it; an item that three decided on counts
    for each of them. The unit must be in force.
    """
    found: defaultdict[int, defaultdict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    of_item: defaultdict[UUID, set[str]] = defaultdict(set)
    counted = figures.rows(when, [unit.pk])
    for item, what in counted.values_list("fact__item_uuid", "what").distinct():
        of_item[item].add(what)
    ever = _acts().filter(run__item__uuid__in=counted.values("fact__item_uuid"))
    for user, item in ever.values_list("by", "run__item__uuid").distinct():
        for what in of_item[item]:
            found[user][what].add(item)
    for user, item in _within(when).values_list("by", "run__item__uuid").distinct():
        found[user][DECIDED].add(item)
    people = User.objects.in_bulk(found)
    made = [
        Handler(
            people[user],
            len(items[DECIDED]),
            Counts(**{what: len(of) for what, of in items.items() if what != DECIDED}),
        )
        for user, items in found.items()
    ]
    return sorted(made, key=lambda one: (-one.decided, -one.counts.adopted, one.user.name, one.user.pk))


def handled(unit: Unit, when: Period, user: User, what: str) -> QuerySet[ItemFact]:
    """Return the items behind a figure of one who reviewed: a count, or `DECIDED`."""
    if what == DECIDED:
        items = _within(when).filter(by=user).values("run__item__uuid")
        return ItemFact.objects.filter(unit=unit, item_uuid__in=items)
    return figures.facts(when, what, [unit.pk]).filter(item_uuid__in=_acts().filter(by=user).values("run__item__uuid"))


def _acts() -> QuerySet[Act]:
    return Act.objects.filter(verb__in=_DECIDING, by__isnull=False)


def _within(when: Period) -> QuerySet[Act]:
    return _acts().filter(at__gte=start_of(when.first), at__lt=start_of(when.last + timedelta(days=1)))
