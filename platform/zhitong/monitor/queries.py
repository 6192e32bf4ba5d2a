"""Figures of a scope, from standings and small indexed reads: their cost grows with units, never with items."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from zhitong.core import clock
from zhitong.exchange.models import Assignment, Dispatch, ItemFact
from zhitong.exchange.models.handling import OPEN
from zhitong.ranking import figures
from zhitong.ranking.counting import WHAT, Counts
from zhitong.ranking.models import RuleSet, Standing
from zhitong.ranking.periods import Period
from zhitong.units.models import Lifecycle, Unit

_ON_THE_WAY = (Dispatch.State.SENT, Dispatch.State.RECEIVED, Dispatch.State.ACCEPTED)
SILENT_MONTHS = 12
RECEIPT, ANSWER = "签收", "答复"
_LONG = 2


@dataclass(frozen=True, slots=True)
class Overdue:
    """What one unit, or one department outside, owes beyond its limit: how many receipts or answers, since when."""

    name: str
    unit_id: int | None
    what: str
    number: int
    since: datetime

    @property
    def is_receipt(self) -> bool:
        """Whether receipts are owed, and not answers."""
        return self.what == RECEIPT


@dataclass(frozen=True, slots=True)
class Silent:
    """An open unit that has sent nothing for `months` full months; nobody is looked at further back than a year."""

    unit: Unit
    months: int

    @property
    def words(self) -> str:
        """How long, in words."""
        return f"{self.months} 个月" if self.months < SILENT_MONTHS else "近一年"


def rows_of(rules: RuleSet, when: Period, units: Collection[int]) -> list[Standing]:
    """Return the rows of some units in a period, in the order of their ranks."""
    return figures.standings(rules, when, units)


def sums(rows: Iterable[Standing]) -> Counts:
    """Add up the counts of some rows; an item counts once in its unit."""
    found = list(rows)
    return Counts(**{name: sum(getattr(row, name) for row in found) for name in WHAT})


def before(rules: RuleSet, when: Period, units: Collection[int]) -> Counts | None:
    """Return the counts of the same days of the year before, None where nothing is known of that year.

    Months and years are read where they are kept, so that they cost the same whatever they count.
    """
    last = when.year_before
    if last.is_stored:
        rows = list(Standing.objects.filter(rule_set=rules, year=last.year, month=last.month, unit__pk__among=units))
        return sums(rows) if rows else None
    known = Standing.objects.filter(rule_set=rules, year=last.year, unit__pk__among=units)
    return figures.total(last, units) if known.exists() else None


def today(units: Collection[int]) -> Counts:
    """Return what counts today."""
    return figures.total(Period(clock.today(), clock.today()), units)


@dataclass(frozen=True, slots=True)
class Months:
    """What came in, by unit and month (year, month), and the last month in which each unit sent something."""

    received: Mapping[int, Mapping[tuple[int, int], int]]
    last_sent: Mapping[int, tuple[int, int]]


def by_month(rules: RuleSet, year: int, units: Collection[int]) -> Months:
    """Return the months of some units, of a year, of the one before, and of the last twelve; one query."""
    today = clock.today().year
    received: dict[int, dict[tuple[int, int], int]] = defaultdict(dict)
    last: dict[int, tuple[int, int]] = {}
    rows = Standing.objects.filter(
        rule_set=rules, year__in={year, year - 1, today, today - 1}, month__gt=0, unit__pk__among=units
    )
    for unit, *at, came, sent in rows.values_list("unit_id", "year", "month", "received", "sent"):
        month = (at[0], at[1])
        received[unit][month] = came
        if sent:
            last[unit] = max(month, last.get(unit, month))
    return Months(received, last)


def silent(months: Months, units: Mapping[int, Unit]) -> list[Silent]:
    """Return the open units that sent nothing in the last two full months or longer, the longest first."""
    today = clock.today()
    found = []
    for unit in units.values():
        year, month = months.last_sent.get(unit.pk, (0, 0))
        passed = 12 * (today.year - year) + today.month - month
        number = min(SILENT_MONTHS, passed - 1)
        if unit.lifecycle == Lifecycle.ACTIVE and number >= _LONG:
            found.append(Silent(unit, number))
    return sorted(found, key=lambda one: (-one.months, one.unit.level, one.unit.division_code, one.unit.pk))


def on_the_way(senders: Collection[int]) -> QuerySet[Dispatch]:
    """Return what these units sent and what is still open at a receiver, the latest first.

    All units of the network are named as receivers: by them the index finds what is open, which stays small.
    """
    everybody = list(Unit.objects.values_list("pk", flat=True))
    rows = Dispatch.objects.filter(receiver__pk__among=everybody, state__in=_ON_THE_WAY, sender__pk__among=senders)
    return rows.select_related("sender", "receiver").order_by("-sent_at", "-pk")


def unreceipted(receivers: Collection[int]) -> QuerySet[Dispatch]:
    """Return what these units have not receipted in time, the longest first."""
    late = Dispatch.objects.filter(receiver__pk__among=receivers, state=Dispatch.State.SENT, due_at__lt=clock.now())
    return late.select_related("sender", "receiver").order_by("due_at", "pk")


def unanswered(units: Collection[int]) -> QuerySet[Assignment]:
    """Return what these units, or departments that they asked, have not receipted or answered in time."""
    now = clock.now()
    late = Q(state__in=OPEN, due_at__lt=now) | Q(state=Assignment.State.SENT, receipt_due_at__lt=now)
    theirs = Q(unit__pk__among=units) | Q(unit__isnull=True, handling__asker__pk__among=units)
    return (
        Assignment.objects.filter(theirs, late)
        .filter(handling__ended_at__isnull=True)
        .select_related("unit", "handling__asker")
        .order_by("due_at", "pk")
    )


def overdue(units: Mapping[int, Unit]) -> list[Overdue]:
    """Return who is late with what, the longest first; two queries over what is open."""
    receipts = unreceipted(units).order_by().values("receiver").annotate(number=Count("pk"), since=Min("due_at"))
    found = [
        Overdue(units[row["receiver"]].short_name, row["receiver"], RECEIPT, row["number"], row["since"])
        for row in receipts
    ]
    answers: dict[tuple[int | None, str], list[datetime]] = defaultdict(list)
    owed = unanswered(units).annotate(handler=Coalesce("unit__short_name", "department"))
    for unit, name, due in owed.values_list("unit_id", "handler", "due_at"):
        answers[unit, name].append(due)
    found += [Overdue(name, unit, ANSWER, len(dues), min(dues)) for (unit, name), dues in answers.items()]
    return sorted(found, key=lambda one: (one.since, one.name))


def numbers(items: Iterable[tuple[int, object]]) -> dict[tuple[int, object], str]:
    """Return the numbers of items, given as unit and item uuid; one query."""
    keys = set(items)
    rows = ItemFact.objects.filter(unit__in={unit for unit, _ in keys}, item_uuid__in={item for _, item in keys})
    return {(unit, item): label for unit, item, label in rows.values_list("unit_id", "item_uuid", "number_label")}
