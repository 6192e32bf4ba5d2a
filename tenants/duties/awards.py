"""By which rule a list of honours is proposed, and who it proposes: from the same figures as rankings."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenants.accounts.models import User
from tenants.duties.models import AwardKind
from tenants.duties.queries.dossiers import people
from tenants.duties.queries.targets import person_rules
from tenants.items.models import Item
from zhitong.exchange.models import ItemFact
from zhitong.ranking import figures
from zhitong.ranking.counting import Counts
from zhitong.ranking.models import SubjectKind
from zhitong.ranking.periods import Period
from zhitong.ranking.queries import network_rules, points_of_items
from zhitong.units.current import unit_in_force
from zhitong.units.models import Level, Unit, UnitKind
from zhitong.units.queries import units_below
from zhitong.web.templatetags.zt import points as point_words

MOST = 100  # lines of a list
# What a line is asked for and ordered by: fields of `Counts`, and points.
MEASURES = {
    "points": "得分",
    "received": "提交",
    "sent": "报送",
    "adopted": "本级采用",
    "higher": "上级采用",
    "higher_city": "市级采用",
    "higher_province": "省级采用",
    "higher_national": "全国采用",
    "instructions": "批示",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """The first `first` by `by` of those with at least `at_least` of `measure`; units in each group of kind and level.

    Who is equal with the last one is proposed too: people decide, not the order of rows. `at_least` 0 asks nothing.
    """

    by: str
    first: int
    measure: str = "adopted"
    at_least: int = 0

    @property
    def words(self) -> str:
        """The rule as a reader says it."""
        asked = f"，{MEASURES[self.measure]}不少于 {self.at_least} 篇" if self.at_least else ""
        return f"按{MEASURES[self.by]}取前 {self.first} 名{asked}，末位相同的一并列入"

    def as_json(self) -> dict[str, Any]:
        """Return the rule as it is kept with a list."""
        return {"by": self.by, "first": self.first, "measure": self.measure, "at_least": self.at_least}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody or something that may be honoured, with its figures in the period."""

    uuid: UUID
    name: str
    note: str
    counts: Counts
    points: Decimal
    group: str = ""
    persons: Sequence[UUID] = field(default_factory=list)
    label: str = ""

    def measured(self, what: str) -> Decimal:
        """Return one of its figures."""
        return self.points if what == "points" else Decimal(getattr(self.counts, what))

    @property
    def figures(self) -> dict[str, Any]:
        """The figures as they are kept with the line."""
        counts = {name: value for name, value in self.counts.as_fields().items() if value}
        return {**counts, "points": point_words(self.points), "label": self.label}


def proposed(found: Iterable[Candidate], rule: Rule) -> list[Candidate]:
    """Return whom the rule proposes, group by group, the best first; nobody without anything."""
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for one in found:
        if one.measured(rule.by) > 0 and one.measured(rule.measure) >= rule.at_least:
            groups[one.group].append(one)
    chosen: list[Candidate] = []
    for group in groups.values():
        group.sort(key=lambda one: (-one.measured(rule.by), -one.measured("adopted"), one.name))
        last = group[rule.first - 1].measured(rule.by) if len(group) >= rule.first else Decimal()
        chosen += [one for one in group if one.measured(rule.by) >= last]
    return chosen


def candidates(kind: AwardKind, when: Period) -> list[Candidate]:
    """Return everybody (or every item) that a list of this kind may honour, without order."""
    return _CANDIDATES[kind](when)


def _people(when: Period) -> list[Candidate]:
    unit, rules = unit_in_force(), person_rules()
    counts = figures.by_person(when, [unit.pk])
    earned = figures.points(rules, when, SubjectKind.PERSON, [unit.pk]) if rules else {}
    found: list[User] = list(people().filter(person_uuid__isnull=False).prefetch_related("circles"))
    return [
        Candidate(
            uuid=user.uuid,
            name=user.name,
            note="、".join(group.name for group in user.circles.all()) or user.get_member_kind_display(),
            counts=counts.get(user.person_uuid, Counts()),
            points=earned.get(user.person_uuid, Decimal()),
            persons=[user.person_uuid],
        )
        for user in found
        if user.person_uuid
    ]


def _units(when: Period) -> list[Candidate]:
    rules = network_rules()
    below: list[Unit] = list(units_below(unit_in_force()))
    counts = figures.counts(when, [unit.pk for unit in below])
    earned = figures.points(rules, when, SubjectKind.UNIT, [unit.pk for unit in below]) if rules else {}
    return [
        Candidate(
            uuid=unit.uuid,
            name=unit.short_name,
            note=(group := _group_of(unit)),
            counts=counts.get(unit.pk, Counts()),
            points=earned.get(unit.uuid, Decimal()),
            group=group,
        )
        for unit in below
    ]


def _items(when: Period) -> list[Candidate]:
    unit, rules = unit_in_force(), network_rules()
    what: dict[int, set[str]] = defaultdict(set)
    for fact, each in figures.rows(when, [unit.pk]).values_list("fact_id", "what"):
        what[fact].add(each)
    outcomes = {fact for fact, those in what.items() if those - {"received", "sent"}}
    facts = list(ItemFact.objects.filter(pk__in=outcomes))
    keys = [fact.item_uuid for fact in facts]
    titles = dict(Item.objects.filter(uuid__in=keys).values_list("uuid", "title"))
    earned = points_of_items(rules, unit, keys)
    return [
        Candidate(
            uuid=fact.item_uuid,
            name=titles[fact.item_uuid],
            note="、".join(str(author.get("name", "")) for author in fact.authors),
            counts=Counts(**dict.fromkeys(what[fact.pk], 1)),
            points=earned.get(fact.item_uuid, Decimal()),
            persons=[UUID(str(author["person"])) for author in fact.authors if author.get("person")],
            label=fact.number_label,
        )
        for fact in facts
        if fact.item_uuid in titles
    ]


def _group_of(unit: Unit) -> str:
    kind = "政协" if unit.kind == UnitKind.COMMITTEE else UnitKind(unit.kind).label
    return f"{Level(unit.level).label}{kind}"


_CANDIDATES: dict[AwardKind, Callable[[Period], list[Candidate]]] = {
    AwardKind.PERSON: _people,
    AwardKind.UNIT: _units,
    AwardKind.ITEM: _items,
}
