"""Reads of rankings: who may see what, standings of a group, the ledger and the list behind a figure."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, Prefetch, QuerySet, Sum, When

from zhitong.core import clock
from zhitong.core.errors import NotAllowed, NotFound
from zhitong.core.operations import Actor
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemFact
from zhitong.people.models import Person, PersonAccount
from zhitong.ranking.figures import standings
from zhitong.ranking.models import (
    LedgerEntry,
    ManualEntry,
    Purpose,
    RuleSet,
    RuleSetVersion,
    Sight,
    StaleMatter,
    StaleYear,
    Standing,
    SubjectKind,
    Term,
    Trial,
)
from zhitong.ranking.periods import Period
from zhitong.ranking.reach import reached
from zhitong.ranking.scored import scope
from zhitong.units.models import Level, Unit, UnitKind
from zhitong.units.queries import names_of


def network_rules() -> RuleSet | None:
    """Return the set that ranks the network: the first one a provincial committee published."""
    return (
        RuleSet.objects.filter(
            owner__level=Level.PROVINCE, owner__kind=UnitKind.COMMITTEE, purpose=Purpose.UNITS, versions__isnull=False
        )
        .select_related("owner")
        .order_by("pk")
        .first()
    )


def years(rules: RuleSet | None) -> list[int]:
    """Return the years with standings, latest first, the present one always."""
    known = set(Standing.objects.filter(rule_set=rules, month=0).values_list("year", flat=True).distinct())
    return sorted(known | {clock.today().year}, reverse=True)


def ranked(rules: RuleSet, when: Period) -> list[Standing]:
    """Return the whole ranking of a period, group by group."""
    return standings(rules, when)


def peers(rules: RuleSet, when: Period, unit: Unit) -> list[Standing]:
    """Return the rows that a unit is ranked among, in the order of their ranks."""
    return standings(rules, when, Unit.objects.filter(kind=unit.kind, level=unit.level))


def with_names(rows: Iterable[Standing], when: Period) -> list[Standing]:
    """Return the rows, each `called` what its unit was called at the end of the period; by one query."""
    found = list(rows)
    names = names_of(row.unit_id for row in found)
    for row in found:
        row.called = names.on(row.unit, when.last)
    return found


def siblings(rules: RuleSet, when: Period, unit: Unit) -> list[Standing]:
    """Return the rows of a unit and those beside it under the same parent, in the order of their ranks."""
    return [row for row in peers(rules, when, unit) if row.unit.parent_id == unit.parent_id]


def own_row(rules: RuleSet, when: Period, unit: Unit) -> Standing | None:
    """Return the row of one unit; None where the set does not score it, or nothing is computed yet."""
    return next(iter(standings(rules, when, [unit.pk])), None)


def sight(rules: RuleSet, own: Unit, actor: Actor | None = None) -> Sight:
    """Return how much of a ranking is seen in a unit, by `actor` where the reader is known.

    The owner of the rules and the provincial office see all; everybody else what the owner shows those whom it scores.
    """
    if rules.owner_id == own.pk or (actor is not None and actor.can("monitor.province")):
        return Sight.NAMED
    return Sight(rules.sight)


def shows_points(rules: RuleSet | None, own: Unit) -> bool:
    """Return whether people of the unit may see what its own items earn under the rules."""
    return rules is None or sight(rules, own) != Sight.NONE


def seen(actor: Actor, own: Unit, rules: RuleSet, rows: Iterable[Standing]) -> list[Standing]:
    """Return those of the rows of a ranking that the actor may see: all, the own unit's alone, or none."""
    much = sight(rules, own, actor)
    if much == Sight.NONE:
        return []
    return [row for row in rows if much == Sight.NAMED or row.unit_id == own.pk]


def require_sight(rules: RuleSet, own: Unit, actor: Actor) -> None:
    """Refuse who sees nothing of a ranking.

    Raises:
        NotAllowed: with the set and whose word it is.
    """
    if sight(rules, own, actor) == Sight.NONE:
        raise NotAllowed(
            "这套规则的得分和排名不公开。",
            rule=f"{rules.owner.short_name}《{rules.name}》",
            who=f"{rules.owner.short_name}可以在“计分规则”里改成公开",
        )


def is_stale(when: Period) -> bool:
    """Return whether something that may count in these years waits to be counted."""
    years = StaleYear.objects.filter(year__range=(when.first.year, when.last.year)).values("since")
    return StaleMatter.objects.values("since").union(years, all=True).exists()


def ledger_unit(actor: Actor, own: Unit, unit_uuid: UUID, rules: RuleSet | None) -> Unit:
    """Return the unit whose ledger under the rules the actor may read.

    It is the own one; its peers and all below it where the ranking names all; whomever a set of the own unit scores;
    any for the provincial office. Figures of persons stay within their unit and with the owner of the rules.

    Raises:
        NotFound: no such unit for this reader.
        NotAllowed: the own one, of whose points the owner of the rules shows nothing.
    """
    unit: Unit | None = Unit.objects.filter(uuid=unit_uuid).first()
    if unit is None:
        raise NotFound
    of_units = rules is None or rules.purpose == Purpose.UNITS
    if actor.can("monitor.province") and of_units:
        return unit
    if not actor.can("ranking.read"):
        raise NotFound
    if unit.pk == own.pk:
        if rules is not None:
            require_sight(rules, own, actor)
        return unit
    if rules is None:
        raise NotFound
    is_near = (unit.kind, unit.level) == (own.kind, own.level) or reached(actor, own).filter(pk=unit.pk).exists()
    if of_units and is_near and sight(rules, own, actor) == Sight.NAMED:
        return unit
    if rules.owner_id == own.pk and _scores(rules, unit):
        return unit
    raise NotFound


def keys_of(actor: Actor, unit: Unit, *, below: bool) -> list[int] | None:
    """Return a unit by key, with all `below` it by line and participation; None for everybody.

    Raises:
        NotFound: everybody, for who may not look over the province.
    """
    if not below:
        return [unit.pk]
    within = scope(unit)
    if within is not None:
        return list(Unit.objects.filter(uuid__in=within).values_list("pk", flat=True))
    if not actor.can("monitor.province"):
        raise NotFound
    return None


def terms(unit: Unit) -> list[Period]:
    """Return the terms (届) of a unit that have begun, the latest first."""
    begun = Term.objects.filter(unit=unit, first__lte=clock.today()).order_by("-first")
    return [Period(term.first, term.last, term.name) for term in begun]


def _scores(rules: RuleSet, unit: Unit) -> bool:
    within = scope(rules.owner)
    return within is None or str(unit.uuid) in within


def list_unit(actor: Actor, own: Unit, unit_uuid: UUID) -> Unit:
    """Return the unit whose items the actor may count one by one: the own one, all below it; any for the province.

    Raises:
        NotFound: no such unit for this reader.
    """
    unit = reached(actor, own).filter(uuid=unit_uuid).first()
    if unit is None:
        raise NotFound
    return unit


def entries(rules: RuleSet, unit: Unit, when: Period, subject: UUID | None = None) -> QuerySet[LedgerEntry]:
    """Return the lines behind a unit's points (or its persons', in a set for these) of a period, oldest first.

    With a `subject` only those of one person or group of the unit.
    """
    rows = _lines().filter(version__rule_set=rules, unit=unit, counted_on__range=(when.first, when.last))
    if rules.purpose == Purpose.UNITS:
        rows = rows.filter(subject_kind=SubjectKind.UNIT, subject_uuid=unit.uuid)
    return rows if subject is None else rows.filter(subject_uuid=subject)


def entries_of_item(rules: RuleSet, fact: ItemFact) -> QuerySet[LedgerEntry]:
    """Return the lines that one item earned its unit."""
    return _lines().filter(
        version__rule_set=rules,
        subject_kind=SubjectKind.UNIT,
        subject_uuid=fact.unit.uuid,
        item_uuid=fact.item_uuid,
    )


def lines_of(rules: RuleSet, unit: Unit, person_uuid: UUID, when: Period) -> QuerySet[LedgerEntry]:
    """Return the lines behind a person's points in a unit and period, oldest first."""
    return _lines().filter(
        version__rule_set=rules,
        unit=unit,
        subject_kind=SubjectKind.PERSON,
        subject_uuid=person_uuid,
        counted_on__range=(when.first, when.last),
    )


def subject_names(lines: Iterable[LedgerEntry]) -> dict[UUID, str]:
    """Return the names of the persons and groups of some lines, by one query; units are named by their page."""
    found = {line.subject_uuid: line.subject_name for line in lines if line.subject_kind == SubjectKind.GROUP}
    persons = {line.subject_uuid for line in lines if line.subject_kind == SubjectKind.PERSON}
    return found | dict(Person.objects.filter(uuid__in=persons).values_list("uuid", "name"))


def points_of_items(rules: RuleSet | None, unit: Unit, item_uuids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """Return what each of these items earned the unit under a rule set; items without points are not in it.

    Where the unit is shown nothing of the ranking, no item has any.
    """
    if rules is None or not shows_points(rules, unit):
        return {}
    lines = LedgerEntry.objects.filter(
        version__rule_set=rules,
        subject_kind=SubjectKind.UNIT,
        subject_uuid=unit.uuid,
        item_uuid__in=list(item_uuids),
        counted=True,
    )
    earned = lines.values_list("item_uuid").annotate(total=Sum("points"))
    return {item: points for item, points in earned if item and points}


def own_item(actor: Actor, own: Unit, item_uuid: UUID) -> ItemFact:
    """Return an item of the own unit that the actor wrote, or may read the ranking of.

    Raises:
        NotFound: no such item for this reader.
    """
    fact = ItemFact.objects.select_related("unit").filter(unit=own, item_uuid=item_uuid).first()
    if fact is None:
        raise NotFound
    if actor.can("ranking.read") or _is_author(actor, own, fact):
        return fact
    raise NotFound


def _is_author(actor: Actor, own: Unit, fact: ItemFact) -> bool:
    if actor.user_uuid is None:
        return False
    person = (
        PersonAccount.objects.filter(unit=own, user_uuid=actor.user_uuid).values_list("person__uuid", flat=True).first()
    )
    return person is not None and str(person) in {str(author.get("person")) for author in fact.authors}


def labels(unit: Unit, items: set[UUID]) -> dict[UUID, str]:
    """Return the numbers by which items of a unit are named to everybody."""
    rows = ItemFact.objects.filter(unit=unit, item_uuid__in=items)
    return dict(rows.values_list("item_uuid", "number_label"))


def titles(actor: Actor, own: Unit, unit: Unit, items: set[UUID]) -> dict[UUID, str]:
    """Return the titles that the reader's unit knows: of what it sent itself, or of what was sent to it.

    Readers who may not read the unit's items get none.
    """
    if not actor.can("items.read_all"):
        return {}
    sendings = Dispatch.objects.filter(sender=unit, item_uuid__in=items)
    if unit.pk != own.pk:
        sendings = sendings.filter(receiver=own).exclude(state=Dispatch.State.RECALLED)
    return dict(sendings.order_by("sent_at", "id").values_list("item_uuid", "title"))


def numbers(sendings: Iterable[Dispatch]) -> dict[UUID, str]:
    """Return the numbers that the items of some sendings have at their senders."""
    found = {each.item_uuid: each.sender_id for each in sendings}
    rows = ItemFact.objects.filter(item_uuid__in=set(found)).values_list("item_uuid", "unit", "number_label")
    return {item: label for item, unit, label in rows if found[item] == unit}


def outcomes(facts: Iterable[ItemFact]) -> dict[UUID, list[Event]]:
    """Return the standing outcomes that units themselves recorded or decided on items of theirs, oldest first."""
    units = {fact.item_uuid: fact.unit_id for fact in facts}
    found: dict[UUID, list[Event]] = {item: [] for item in units}
    rows = (
        Event.objects.filter(unit__in=set(units.values()), item_uuid__in=set(units), kind__in=_OUTCOMES)
        .filter(reverses__isnull=True, reversed_by__isnull=True)
        .select_related("unit", "body")
        .order_by("at", "id")
    )
    for event in rows:
        if event.unit_id == units[event.item_uuid]:
            found[event.item_uuid].append(event)
    return found


def versions_of(rules: RuleSet, when: Period) -> Sequence[RuleSetVersion]:
    """Return the versions in force in a period, in order."""
    rows = rules.versions.filter(valid_from__lte=when.last).order_by("number")
    return [row for row in rows if row.valid_to is None or row.valid_to > when.first]


_OUTCOMES = (EventKind.ADOPTED, EventKind.KEPT, EventKind.DECLINED, EventKind.INSTRUCTION, EventKind.PUBLISHED)


def _lines() -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.select_related(
        "version", "event__unit", "event__body", "event__reversed_by", "manual"
    ).order_by("counted_on", "event_id", "pk")


def rule_sets(unit: Unit) -> list[RuleSet]:
    """Return the published sets that score a unit: its own first, then those of the units it stands below."""
    above = _above(unit)
    rows = RuleSet.objects.filter(owner_id__in=above, versions__isnull=False).distinct().select_related("owner")
    found = list(rows.prefetch_related(Prefetch("versions", RuleSetVersion.objects.order_by("-number"))))
    return sorted(found, key=lambda each: (above.index(each.owner_id), each.purpose, each.pk))


def rule_set(unit: Unit, key: int) -> RuleSet:
    """Return one of the sets that score a unit.

    Raises:
        NotFound: no such set for this unit.
    """
    found = next((each for each in rule_sets(unit) if each.pk == key), None)
    if found is None:
        raise NotFound
    return found


def _above(unit: Unit) -> list[int]:
    """The unit, and all it stands below by line and by participation, nearest first; the province at the end."""
    lines = {
        pk: (parent, committee)
        for pk, parent, committee in Unit.objects.values_list("pk", "parent_id", "participates_in_id")
    }
    found = [unit.pk]
    for pk in found:
        found += [above for above in lines[pk] if above is not None and above not in found]
    province = Unit.objects.filter(level=Level.PROVINCE, kind=UnitKind.COMMITTEE).values_list("pk", flat=True)
    return found + [pk for pk in province if pk not in found]


def version_on(rules: RuleSet, day: date) -> RuleSetVersion | None:
    """Return the version in force on a day."""
    for version in rules.versions.all():
        if version.valid_from <= day and (version.valid_to is None or day < version.valid_to):
            return version
    return None


def manual_entries(unit: Unit) -> QuerySet[ManualEntry]:
    """Return the manual entries under the sets of a unit: what waits for approval first, then the latest."""
    waiting = Case(When(state=ManualEntry.State.PROPOSED, then=0), default=1)
    rows = ManualEntry.objects.filter(rule_set__owner=unit).select_related(
        "rule_set", "unit", "reverses", "reversed_by"
    )
    return rows.order_by(waiting, "-proposed_at", "-pk")


def trial(unit: Unit, trial_uuid: UUID) -> Trial:
    """Return a what-if of a unit.

    Raises:
        NotFound: the unit has none of that uuid.
    """
    found = Trial.objects.select_related("rule_set").filter(owner=unit, uuid=trial_uuid).first()
    if found is None:
        raise NotFound
    return found
