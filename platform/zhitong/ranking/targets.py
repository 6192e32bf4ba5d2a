"""Targets (目标任务): how far whoever owes something is, against the share of the period that has passed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from zhitong.core import clock
from zhitong.ranking import figures
from zhitong.ranking.models import Measure, Owed, SubjectKind, Target
from zhitong.ranking.periods import Period
from zhitong.ranking.queries import network_rules
from zhitong.units.models import Unit

_REMINDED_AT = time(8)  # China, on the day of a stage


class Stage(StrEnum):
    """When whoever is behind is reminded, once at each: halfway, at three quarters, and on the day after the end."""

    HALF = "half"
    LATE = "late"
    ENDED = "ended"


STAGE_WORDS = {Stage.HALF: "时间过半", Stage.LATE: "时间过了四分之三", Stage.ENDED: "已经到期"}
_SHARES = {Stage.HALF: 2, Stage.LATE: 3, Stage.ENDED: 4}  # quarters of the period


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is on a day: `done` of `number` in `period`."""

    number: int
    done: Decimal
    period: Period
    on: date

    @property
    def expected(self) -> int:
        """What should be done by the end of that day: the share of the period that has passed, rounded down."""
        days = (self.period.last - self.period.first).days + 1
        passed = min(max((self.on - self.period.first).days + 1, 0), days)
        return self.number * passed // days

    @property
    def is_over(self) -> bool:
        """Whether the period has passed."""
        return self.on > self.period.last

    @property
    def is_met(self) -> bool:
        """Whether all is done."""
        return self.done >= self.number

    @property
    def behind(self) -> Decimal:
        """How much is missing against what should be done by now; 0 for who is in time."""
        return max(self.expected - self.done, Decimal())

    @property
    def share(self) -> Decimal:
        """How much of it is done, in per cent, 100 at most: the length of the bar."""
        return min(self.done * 100 / self.number, Decimal(100))

    @property
    def expected_share(self) -> Decimal:
        """The share that should be done by now, in per cent: the mark on the bar."""
        return Decimal(self.expected * 100) / self.number

    @property
    def rate(self) -> Decimal:
        """How much of it is done in per cent, over 100 for who did more than was asked."""
        return self.done * 100 / self.number


def stage_begins(period: Period, stage: Stage) -> datetime:
    """Return when whoever is behind is reminded of a stage: the morning after that share of the days has passed."""
    days = (period.last - period.first).days + 1
    day = period.first + timedelta(days=days * _SHARES[stage] // 4)
    return datetime.combine(day, _REMINDED_AT, tzinfo=clock.SHANGHAI)


def stages_ahead(period: Period) -> list[Stage]:
    """Return the stages that are still to come."""
    return [stage for stage in Stage if stage_begins(period, stage) > clock.now()]


def stage_now(period: Period) -> Stage | None:
    """Return the stage that began last; None before the first."""
    begun = [stage for stage in Stage if stage_begins(period, stage) <= clock.now()]
    return begun[-1] if begun else None


def measured(
    owed: Iterable[Owed], done: Callable[[Period, Measure], Mapping[str, Decimal]], subject: Callable[[Owed], str]
) -> dict[UUID, Progress]:
    """Return how far each of some targets is, by uuid; each period and measure is counted once.

    Args:
        done: counts a period: what each subject has of a measure.
        subject: the key of who owes a target, as `done` names it.
    """
    found: dict[UUID, Progress] = {}
    groups: dict[tuple[Period, Measure], list[Owed]] = defaultdict(list)
    for one in owed:
        groups[one.period, Measure(one.measure)].append(one)
    today = clock.today()
    for (period, measure), those in groups.items():
        counted = done(period, measure)
        for one in those:
            found[one.uuid] = Progress(one.number, counted.get(subject(one), Decimal()), period, today)
    return found


def progress_of_units(targets: Iterable[Target]) -> dict[UUID, Progress]:
    """Return how far the units are with their targets, by the target's uuid."""
    rows = list(targets)
    units = {row.unit_id: row.unit for row in rows}

    def done(period: Period, measure: Measure) -> dict[str, Decimal]:
        if measure == Measure.POINTS:
            rules = network_rules()
            earned = figures.points(rules, period, SubjectKind.UNIT) if rules else {}
            return {str(key): earned.get(unit.uuid, Decimal()) for key, unit in units.items()}
        counts = figures.counts(period, units=list(units))
        return {str(key): Decimal(getattr(found, measure)) for key, found in counts.items()}

    return measured(rows, done, lambda one: str(one.unit_id))  # type: ignore[attr-defined]


def targets_of(unit: Unit) -> QuerySet[Target]:
    """Return what the units above have set for a unit and is in force, the latest period first."""
    return _in_force(Target.objects.filter(unit=unit)).order_by("-first_day", "last_day", "setter_id", "measure", "pk")


def targets_set_by(unit: Unit) -> QuerySet[Target]:
    """Return what a unit has set for those below and is in force, the latest period first."""
    order = ("-first_day", "last_day", "measure", "unit__division_code", "unit__short_name", "pk")
    return _in_force(Target.objects.filter(setter=unit)).order_by(*order)


def history(unit: Unit) -> QuerySet[Target]:
    """Return every target that a unit has set or was set, those that were changed or ended too; without order."""
    return Target.objects.filter(Q(setter=unit) | Q(unit=unit)).select_related("setter", "unit")


def _in_force(rows: QuerySet[Target]) -> QuerySet[Target]:
    return rows.filter(ended_at__isnull=True).select_related("setter", "unit")
