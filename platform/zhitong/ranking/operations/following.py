"""Following single events: only what they touch is counted and scored anew."""

from collections.abc import Collection, Iterable
from datetime import date

from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Event, EventKind, ItemFact
from zhitong.exchange.queries.merging import merged_into_matters, source_matters
from zhitong.ranking.history import of_matters, scoring_events
from zhitong.ranking.models import CountedItem, LedgerEntry, RuleSet
from zhitong.ranking.operations.counts import recount
from zhitong.ranking.operations.ledger import recompute_units
from zhitong.ranking.scored import Chronicle
from zhitong.units.models import Unit

# What can change the points of nobody but those who have a part in it. Anything else may let earlier events of the
# matter count otherwise: more contributors, another day of issue.
_BY_ITSELF = {
    EventKind.SENT,
    EventKind.RECEIVED,
    EventKind.ADOPTED,
    EventKind.KEPT,
    EventKind.DECLINED,
    EventKind.INSTRUCTION,
    EventKind.REPLIED,
    EventKind.ASSIGNED,
    EventKind.RATED,
    EventKind.URGED,
}


@operation()
def follow(*, actor: Actor, stale: Collection[tuple[int, int | None]]) -> set[int]:
    """Bring counts, ledgers and standings up to what happened; return the years in which it counts.

    Counted anew are the matters and all that merges bind to them; scored anew are the units that have, or had, a part
    in what happened to them.

    Args:
        actor: who is recorded.
        stale: matters (keys), each with what happened to it; None where all of it may score otherwise than before.
    """
    bound = _bound(matter for matter, _event in stale)
    years = years_of(bound)
    chronicle = Chronicle(_taking_part(bound, {event for _matter, event in stale}))
    for year in sorted(years):
        before = _counted(bound, year)
        recount(actor=actor, year=year, matters=bound)
        changed = before ^ _counted(bound, year)
        counted = {(unit, on.month) for unit, _fact, _what, on in changed}
        for rule_set in RuleSet.objects.filter(versions__isnull=False).distinct().order_by("pk"):
            recompute_units(actor=actor, rule_set=rule_set, year=year, chronicle=chronicle, counted=counted)
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
    """These matters, with those they were merged into and those these were merged from.

    A merge that was taken apart binds as well: what the merged item got counts for it alone from then on.
    """
    found = set(matters)
    found |= merged_into_matters(found, ever=True)
    return found.union(*(source_matters(matter, ever=True) for matter in found))


def _taking_part(matters: set[int], events: set[int | None]) -> set[int]:
    """The units that get, or got, points by what happened, themselves or through their people."""
    happened = Event.objects.filter(pk__in=[key for key in events if key is not None])
    had = LedgerEntry.objects.filter(event__matter__in=matters)
    found = of_matters(matters)
    if None not in events and {event.kind for event in happened} <= _BY_ITSELF:
        # A correction concerns those whom the corrected outcome concerned.
        keys = events | {event.reverses_id for event in happened}
        found = [happening for happening in found if happening.event.pk in keys]
        had = had.filter(event__in=[key for key in keys if key is not None])
    names = set()
    for event in scoring_events(found):
        names |= {each.unit for each in event.contributors} | {each.unit for each in event.authors}
    now = Unit.objects.filter(uuid__in=names - {""}).values_list("pk", flat=True)
    return {*now, *had.values_list("unit", flat=True)}


def _counted(matters: set[int], year: int) -> set[tuple[int, int, str, date]]:
    rows = CountedItem.objects.filter(fact__matter__in=matters, on__range=(date(year, 1, 1), date(year, 12, 31)))
    return set(rows.values_list("unit", "fact", "what", "on"))
