"""Following single events: only what they touch is counted and scored anew."""

from collections.abc import Collection, Iterable
from datetime import date

from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Event, ItemFact
from zhitong.exchange.queries.merging import merged_into_matters, source_matters
from zhitong.ranking.history import of_matters, scoring_events
from zhitong.ranking.models import CountedItem, LedgerEntry, RuleSet
from zhitong.ranking.operations.counts import recount
from zhitong.ranking.operations.ledger import recompute_units
from zhitong.units.models import Unit


@operation()
def follow(*, actor: Actor, matters: Collection[int]) -> set[int]:
    """Bring counts, ledgers and standings up to the events of some matters; return the years in which they count.

    Counted anew are these matters and all that merges bind to them; scored anew are all units that have, or had, a part
    in what happened to them.
    """
    bound = _bound(matters)
    years = years_of(bound)
    units = _taking_part(bound)
    for year in sorted(years):
        before = _counted(bound, year)
        recount(actor=actor, year=year, matters=bound)
        changed = before ^ _counted(bound, year)
        for rule_set in RuleSet.objects.filter(versions__isnull=False).distinct().order_by("pk"):
            recompute_units(
                actor=actor,
                rule_set=rule_set,
                year=year,
                units=units,
                counted={(unit, on.month) for unit, _fact, _what, on in changed},
            )
    return years


def years_of(matters: Iterable[int]) -> set[int]:
    """Return the years in which something of these matters may count.

    A rule set may date by submission, and let what happens this year replace what counted last year.
    """
    came_in = ItemFact.objects.filter(matter__in=matters).values_list("submitted_on", flat=True)
    happened = Event.objects.filter(matter__in=matters).values_list("occurred_on", flat=True)
    counted = CountedItem.objects.filter(fact__matter__in=matters).values_list("on", flat=True)
    return {day.year for day in came_in.union(happened, counted)}


def _bound(matters: Iterable[int]) -> set[int]:
    """These matters, with those they were merged into and those these were merged from."""
    found = set(matters)
    found |= merged_into_matters(found)
    return found.union(*(source_matters(matter) for matter in found))


def _taking_part(matters: set[int]) -> set[int]:
    """The units that get, or got, points by what happened to these matters, themselves or through their people."""
    names = set()
    for event in scoring_events(of_matters(matters)):
        names |= {each.unit for each in event.contributors} | {each.unit for each in event.authors}
    now = Unit.objects.filter(uuid__in=names - {""}).values_list("pk", flat=True)
    had = LedgerEntry.objects.filter(event__matter__in=matters).values_list("unit", flat=True)
    return {*now, *had}


def _counted(matters: set[int], year: int) -> set[tuple[int, int, str, date]]:
    rows = CountedItem.objects.filter(fact__matter__in=matters, on__range=(date(year, 1, 1), date(year, 12, 31)))
    return set(rows.values_list("unit", "fact", "what", "on"))
