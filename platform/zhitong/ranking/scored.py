"""What a rule set is asked about: the network's events, manual entries, what is due; and its answer as ledger lines."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db.models import Min

from zhitong.core import clock
from zhitong.exchange.models import Event
from zhitong.exchange.queries.merging import bound_by_merges
from zhitong.people.queries import units_of_their_people
from zhitong.ranking.history import Happening, event_uuid, happenings, of_matters, scoring_events
from zhitong.ranking.models import LedgerEntry, ManualEntry, RuleSet, RuleSetVersion, SubjectKind
from zhitong.ranking.scoring import (
    EVER,
    Author,
    Contributor,
    Dates,
    Entry,
    ScoringEvent,
    asks_what_is_due,
    read_rules,
    years_asked,
)
from zhitong.ranking.scoring import RuleSet as Rules
from zhitong.units.models import Level, Lifecycle, Unit, UnitKind
from zhitong.units.queries import subtree

_MANUAL = "manual:"
# What was published never changes, and standings ask for the rules of each month: a text is read once.
_published = lru_cache(maxsize=64)(read_rules)


def rules_in_force(version: RuleSetVersion) -> Rules:
    """Return the rules of a version with the code, number and validity that they were published with."""
    return replace(
        _published(version.source),
        code=version.rule_set.code,
        version=version.number,
        valid_from=version.valid_from,
        valid_to=version.valid_to and version.valid_to - timedelta(days=1),
    )


def versions_of(rule_set: RuleSet) -> list[tuple[RuleSetVersion, Rules]]:
    """Return the versions of a rule set in their order, each with its rules."""
    found = sorted(rule_set.versions.all(), key=lambda version: version.number)
    return [(version, rules_in_force(version)) for version in found]


class Chronicle:
    """What happened, year by year: read once for all rule sets that are computed together.

    With `units` (keys) it knows only what these, their persons and groups need, wherever these persons wrote.
    """

    def __init__(self, units: Collection[int] | None = None) -> None:
        self.units = units
        self.keys: dict[str, int] = {}
        self._years: dict[int, list[ScoringEvent]] = {}

    def of_year(self, year: int) -> list[ScoringEvent]:
        """Return what may score in a year."""
        if year not in self._years:
            units = None if self.units is None else {*self.units, *units_of_their_people(self.units)}
            found = happenings(year, units)
            self.keys |= event_keys(found)
            self._years[year] = scoring_events(found)
        return self._years[year]


class Matters:
    """All that ever happened to some matters (keys), and to all that merges bind to them."""

    def __init__(self, matters: Collection[int]) -> None:
        self.matters = bound_by_merges(matters)
        self.happenings = of_matters(self.matters)
        self.events = scoring_events(self.happenings)
        self.keys = event_keys(self.happenings)


def event_keys(found: Iterable[Happening]) -> dict[str, int]:
    """Return the keys of what happened by the names that it is scored under."""
    return {str(happening.event.uuid): happening.event.pk for happening in found}


def events_for(
    rule_set: RuleSet | None,
    rules: Iterable[Rules],
    year: int,
    owner: Unit | None = None,
    chronicle: Chronicle | None = None,
) -> list[ScoringEvent]:
    """Return all events that the rules need to score a year of the owner's, each once.

    Args:
        rule_set: whose manual entries belong to it; None for rules that nobody published yet.
        rules: its versions: they say how far they look around the year.
        year: the calendar year.
        owner: who the rules are for; by default the owner of the set.
        chronicle: where what happened is read; by default everything, here alone.
    """
    asked = list(rules)
    spans = [years_asked(each, year) for each in asked]
    first, last = min((span[0] for span in spans), default=year), max((span[1] for span in spans), default=year)
    if first == EVER:
        earliest = Event.objects.aggregate(day=Min("occurred_on"))["day"]
        first = min(earliest.year, year) if earliest else year
    known = chronicle or Chronicle()
    found: dict[str, ScoringEvent] = {}
    for each in range(first, last + 1):
        found |= {event.id: event for event in known.of_year(each)}
    events = list(found.values())
    if rule_set is not None:
        events += _manual_events(rule_set)
    of = owner or (rule_set.owner if rule_set else None)
    if of is not None and any(asks_what_is_due(each) for each in asked):
        events += _due_events(of, first, last, known.units)
    return events


def scope(owner: Unit) -> set[str] | None:
    """Return the units (by uuid) whom the owner's rules score: itself and all below it; None for everybody."""
    if owner.level == Level.PROVINCE and owner.kind == UnitKind.COMMITTEE:
        return None
    return {str(uuid) for uuid in subtree(owner).values()}


def _due_events(owner: Unit, first: int, last: int, only: Collection[int] | None) -> list[ScoringEvent]:
    """One event a month that has begun, for each open unit, so that quotas know of those that sent nothing."""
    within, today = scope(owner), clock.today()
    units = [
        unit
        for unit in Unit.objects.filter(lifecycle=Lifecycle.ACTIVE)
        if within is None or (str(unit.uuid) in within and unit.pk != owner.pk)
        if only is None or unit.pk in only
    ]
    days = [date(year, month, 1) for year in range(first, last + 1) for month in range(1, 13)]
    return [
        ScoringEvent(
            id=f"due:{unit.uuid}:{day}",
            kind="due",
            dates=Dates(day),
            contributors=(Contributor(str(unit.uuid), unit.kind, unit.level),),
        )
        for day in days
        if day <= today
        for unit in units
    ]


def _manual_events(rule_set: RuleSet) -> list[ScoringEvent]:
    rows = ManualEntry.objects.filter(rule_set=rule_set, state=ManualEntry.State.APPROVED)
    return [manual_event(row) for row in rows.select_related("unit", "reverses")]


def manual_event(row: ManualEntry) -> ScoringEvent:
    """Return a manual entry in the form that is scored."""
    unit = str(row.unit.uuid)
    return ScoringEvent(
        id=f"{_MANUAL}{row.uuid}",
        kind="reversal" if row.reverses_id else row.kind,
        dates=Dates(row.occurred_on),
        contributors=(Contributor(unit, row.unit.kind, row.unit.level),),
        authors=(Author(str(row.person_uuid), unit),) if row.person_uuid else (),
        flags=frozenset([row.flag] if row.flag else ()),
        points=row.points,
        quantity=Decimal(row.quantity),
        reverses=f"{_MANUAL}{row.reverses.uuid}" if row.reverses else "",
        reason=row.reason,
        approver=row.decided_by,
    )


@dataclass(frozen=True, slots=True)
class Keys:
    """What names in the ledger stand for: units, events of the network and manual entries, by their keys."""

    units: dict[str, int]
    events: dict[str, int]
    manual: dict[str, int]

    @classmethod
    def of(cls, events: Sequence[ScoringEvent], happened: dict[str, int]) -> "Keys":
        """Look all names up; those of what happened are known (`event_keys`)."""
        named = {each.unit for event in events for each in event.contributors}
        named |= {author.unit for event in events for author in event.authors}
        manual = [event.id.removeprefix(_MANUAL) for event in events if event.id.startswith(_MANUAL)]
        return cls(
            {str(uuid): pk for uuid, pk in Unit.objects.filter(uuid__in=named - {""}).values_list("uuid", "pk")},
            happened,
            {str(uuid): pk for uuid, pk in ManualEntry.objects.filter(uuid__in=manual).values_list("uuid", "pk")},
        )

    def line(self, version: RuleSetVersion, entry: Entry) -> LedgerEntry:
        """Return a line for the ledger; sums over several events name none of them."""
        name = entry.event_ids[0] if entry.event_kind else ""
        is_manual = name.startswith(_MANUAL)
        subject = entry.subject
        is_group = subject.kind == SubjectKind.GROUP.value
        return LedgerEntry(
            version=version,
            subject_kind=subject.kind,
            subject_uuid=group_uuid(subject.id) if is_group else UUID(subject.id),
            subject_name=subject.id.partition(":")[2][:100] if is_group else "",
            unit_id=self.units[subject.unit],
            item_uuid=entry.item or None,
            event_id=None if is_manual or not name or name.startswith("due:") else self.events[event_uuid(name)],
            manual_id=self.manual[name.removeprefix(_MANUAL)] if is_manual else None,
            rule=f"{entry.rule.name}（{entry.rule.key}）",
            key=entry.rule.key,
            points=entry.points,
            counted=entry.counted,
            clause=entry.clause.words if entry.clause else "",
            arithmetic=entry.arithmetic,
            counted_on=entry.counted_on,
            year=entry.counted_on.year,
        )


def group_uuid(subject_id: str) -> UUID:
    """Return what names a group of a unit (`unit:name`) in the ledger; the same for ever."""
    return uuid5(NAMESPACE_OID, f"group:{subject_id}")
