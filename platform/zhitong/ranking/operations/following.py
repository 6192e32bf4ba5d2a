"""Following single events: only what they touch is counted and scored anew."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from zhitong.core import clock
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Event, EventKind, ItemFact
from zhitong.people.models import PersonAccount
from zhitong.ranking.history import scoring_events
from zhitong.ranking.models import CountedItem, LedgerEntry, RuleSet
from zhitong.ranking.operations.counts import recount
from zhitong.ranking.operations.ledger import recompute_matters, recompute_units
from zhitong.ranking.scored import Chronicle, Matters, versions_of
from zhitong.ranking.scoring import RuleSet as Rules
from zhitong.ranking.scoring import looks_at_several_matters, years_asked
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

    Counted anew are the matters and all that merges bind to them. Scored anew are these alone, where the rules look at
    no other matter for what they earn; otherwise the units that have, or had, a part in what happened, with all of
    their year.

    Args:
        actor: who is recorded.
        stale: matters (keys), each with what happened to it; None where all of it may score otherwise than before.
    """
    matters = Matters({matter for matter, _event in stale})
    news = _News.of(matters, {event for _matter, event in stale})
    years = years_of(matters.matters)
    if not years:
        return years
    counted = {
        year: {(each.unit_id, each.on.month, each.what) for each in recount(actor=actor, year=year, matters=matters)}
        for year in sorted(years)
    }
    chronicle: Chronicle | None = None
    for rule_set in RuleSet.objects.select_related("owner").prefetch_related("versions").order_by("pk"):
        rules = [rules for _version, rules in versions_of(rule_set)]
        if not news.is_felt_elsewhere(rules):
            for year, changed in counted.items():
                recompute_matters(actor=actor, rule_set=rule_set, year=year, matters=matters, counted=changed)
            continue
        chronicle = chronicle or Chronicle(news.taking_part())
        for year in _felt_in(rules, years):
            recompute_units(
                actor=actor, rule_set=rule_set, year=year, chronicle=chronicle, counted=counted.get(year, ())
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


def _felt_in(rules: Collection[Rules], years: set[int]) -> list[int]:
    """The years on whose lines what counts in `years` has a say: a cap may hold for ever, a year begin in December."""
    found = set(years)
    for year in range(min(years) - 1, max(clock.today().year, *years) + 1):
        spans = [years_asked(each, year) for each in rules]
        if any(first <= each <= last for each in years for first, last in spans):
            found.add(year)
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _News:
    """What happened to some matters.

    `events` are the keys of what happened and of what it corrects, None when all that ever happened may score
    otherwise than before.
    """

    matters: Matters
    events: set[int] | None

    @classmethod
    def of(cls, matters: Matters, keys: Collection[int | None]) -> "_News":
        happened = list(Event.objects.filter(pk__in=[key for key in keys if key is not None]))
        if None in keys or not {event.kind for event in happened} <= _BY_ITSELF:
            return cls(matters, None)
        # A correction concerns those whom the corrected outcome concerned.
        return cls(matters, {key for event in happened for key in (event.pk, event.reverses_id) if key})

    def is_felt_elsewhere(self, rules: Iterable[Rules]) -> bool:
        """Whether rules let it change what other matters earn."""
        events = None if self.events is None else self.matters.events
        return any(looks_at_several_matters(each, events) for each in rules)

    def taking_part(self) -> set[int]:
        """Return the units that get, or got, points by what happened, themselves or through their people."""
        events = set(self.matters.keys.values()) if self.events is None else self.events
        had = LedgerEntry.objects.filter(event__in=events)
        found = [happening for happening in self.matters.happenings if happening.event.pk in events]
        names, persons = set(), set()
        for event in scoring_events(found):
            names |= {each.unit for each in event.contributors} | {each.unit for each in event.authors}
            persons |= {author.person for author in event.authors}
        now = Unit.objects.filter(uuid__in=names - {""}).values_list("pk", flat=True)
        elsewhere = PersonAccount.objects.filter(person__uuid__in=persons).values_list("unit", flat=True)
        return {*now, *elsewhere, *had.values_list("unit", flat=True)}
