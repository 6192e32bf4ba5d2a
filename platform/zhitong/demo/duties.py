"""What the demo's people owe and did: targets, a list of duties with records, a dossier handed on, honours."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle

from django.db.models import QuerySet

from tenants.accounts import operations as accounts
from tenants.accounts.models import Group, GroupKind, MemberKind, User
from tenants.duties import operations as duties
from tenants.duties.awards import Rule
from tenants.duties.models import AwardKind, Counted, Duty
from tenants.duties.queries.awards import circular_words
from zhitong.core import clock
from zhitong.core.operations import Actor
from zhitong.demo.content import duties as words
from zhitong.demo.content.people import authors_of, walker
from zhitong.demo.world import World
from zhitong.exchange.models import Audience, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.people.models import PersonAccount
from zhitong.ranking import figures
from zhitong.ranking.models import Measure, RuleSet
from zhitong.ranking.operations import (
    NewEntry,
    consent_to_transfer,
    decide_entry,
    propose_entry,
    publish_rules,
    set_targets,
)
from zhitong.ranking.periods import Period
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.ranking.transfers import own_person, units_of
from zhitong.units.models import Unit
from zhitong.units.queries import units_below

_RECORDS_OF = 8  # members who have entered something


def score_people(world: World) -> None:
    """Put rules into force that score the people and the circles of 南海, and let each 界别 have its head."""
    county = world.units["nanhai"]
    source = (FOLDER / "E.yaml").read_text(encoding="utf-8").replace(words.RULES_OF_OTHERS, words.RULES)
    source = source.replace("\nlimits:", f"{words.MANUAL_TABLE}limits:")
    with county:
        publish_rules(
            actor=_first(county, "administrator"),
            owner=county,
            code="members",
            source=source,
            valid_from=date(2019, 1, 1),
        )
        publish_rules(
            actor=_first(county, "administrator"),
            owner=county,
            code="circles",
            source=words.RULES_OF_CIRCLES,
            valid_from=date(2019, 1, 1),
        )
        _name_heads(county)


def _name_heads(county: Unit) -> None:
    """Let the first who stands in each 界别 head it."""
    actor = _first(county, "administrator")
    for group in Group.objects.filter(kind=GroupKind.SECTOR):
        first = group.membership_set.order_by("pk").select_related("user").first()
        if first is not None:
            accounts.name_head(actor=actor, user=first.user, group=group, heads=True)


def play_duties(world: World) -> int:
    """Set targets, keep dossiers and honour people, once the figures stand; return how many targets there are."""
    city, county = world.units["foshan"], world.units["nanhai"]
    today = clock.today()
    year, quarter = Period.of_year(today.year), Period.of_quarter(today.year, (today.month + 2) // 3)
    made = 0
    with clock.at(clock.start_of(year.first) + timedelta(days=14, hours=2)):
        made += _targets_of_counties(city, year, words.YEAR_BASIS, [Measure.SENT, Measure.ADOPTED])
        made += _targets_within(county, year)
        _list_of_duties(county, year.year)
    with clock.at(max(clock.start_of(quarter.first) + timedelta(hours=2), clock.now() - timedelta(days=90))):
        made += _targets_of_counties(city, quarter, words.QUARTER_BASIS, [Measure.SENT])
    _records(world, county, today)
    _honours(county, year)
    _manual_entries(county, today)
    _hand_on(world, county)
    return made


def _targets_of_counties(city: Unit, period: Period, basis: str, measures: list[Measure]) -> int:
    """Let 佛山 ask of each county somewhat more or less than it will have: most are in time, some behind."""
    made = 0
    with city:
        below = [unit for unit in units_below(city) if unit.parent_id == city.pk]
        below.sort(key=lambda unit: unit.division_code)
        counted = figures.counts(period, [unit.pk for unit in below])
        for measure in measures:
            numbers = {
                unit.uuid: max(1, getattr(counted[unit.pk], measure) * share // 100)
                for unit, share in zip(below, cycle((80, 150, 100, 90, 100)))
            }
            made += len(
                set_targets(actor=_first(city, "clerk"), numbers=numbers, measure=measure, period=period, basis=basis)
            )
    return made


def _targets_within(county: Unit, year: Period) -> int:
    with county:
        clerk = _first(county, "clerk")
        circles = set(Group.objects.values_list("name", flat=True))
        groups = duties.set_group_targets(
            actor=clerk,
            numbers={name: number for name, number in words.GROUP_TARGETS if name in circles},
            measure=Measure.RECEIVED,
            period=year,
            basis=words.GROUP_BASIS,
        )
        numbers = {user.uuid: 1 for user in _members(county)}
        people = duties.set_person_targets(actor=clerk, numbers=numbers, measure=Measure.RECEIVED, period=year)
    return len(groups) + len(people)


def _list_of_duties(county: Unit, year: int) -> None:
    with county:
        for name, counted, needs_proof in words.DUTIES:
            duties.add_duty(
                actor=_first(county, "clerk"),
                year=year,
                heading=words.HEADING,
                name=name,
                counted=Counted(counted),
                needs_proof=needs_proof,
            )


def _records(world: World, county: Unit, today: date) -> None:
    """Let some members enter what they did; the office confirms all but the latest."""
    own = world.user("nanhai", walker().username)
    with county:
        entered = list(
            Duty.objects.filter(year=today.year, counted=Counted.RECORDS, needs_proof=False).order_by("order")
        )
        members = [own, *(user for user in _members(county).order_by("pk")[:_RECORDS_OF] if user.pk != own.pk)]
        for index, user in enumerate(members):
            for step, (duty, said) in enumerate(zip(entered, words.RECORDS, strict=False)):
                day = max(today - timedelta(days=9 + 20 * step + 3 * index), date(today.year, 1, 1))
                with clock.at(clock.start_of(day) + timedelta(hours=16)):
                    record = duties.enter_record(actor=user.actor, duty_uuid=duty.uuid, on=day, words=said)
                if step or index % 3:
                    with clock.at(clock.start_of(day) + timedelta(hours=40)):
                        duties.decide_record(
                            actor=_first(county, "clerk"), record_uuid=record.uuid, confirm=(index, step) != (1, 1),
                            reason="" if (index, step) != (1, 1) else words.REFUSAL,
                        )  # fmt: skip


def _honours(county: Unit, year: Period) -> None:
    """One list is decided and made known, another waits for the leader."""
    first_half = Period.of_half(year.year, 1)
    when = first_half if clock.today() > first_half.last else year
    with county:
        clerk, leader = _first(county, "clerk"), _first(county, "leader")
        shown = duties.propose_awards(
            actor=clerk,
            kind=AwardKind.ITEM,
            title=f"{when.words.replace(' ', '')}优秀信息",
            period=when,
            rule=Rule("points", 6, "higher", 1),
        )
        if shown.entries.exists():
            decided = duties.decide_awards(actor=leader, list_uuid=shown.uuid, version=shown.version)
            new = NewPaper(
                decided.uuid,
                PaperKind.CIRCULAR,
                words.CIRCULAR.format(decided.title),
                circular_words(decided),
                audience=Audience.ALL,
            )
            duties.publish_awards(actor=clerk, list_uuid=decided.uuid, new=new)
        duties.propose_awards(
            actor=clerk,
            kind=AwardKind.PERSON,
            title=f"{year.year}年度履职先进个人",
            period=year,
            rule=Rule("points", 10, "adopted", 1),
        )


def _manual_entries(county: Unit, today: date) -> None:
    """Points that no event brings: the office proposed both, the leader has approved the first."""
    with county:
        clerk, leader = _first(county, "clerk"), _first(county, "leader")
        rules = RuleSet.objects.get(owner=county, code="members")
        keys = list(_members(county).order_by("pk").values_list("uuid", flat=True)[: len(words.MANUAL)])
        people = dict(PersonAccount.objects.filter(unit=county).values_list("user_uuid", "person__uuid"))
        for key, (points, reason) in zip(keys, words.MANUAL, strict=True):
            new = NewEntry(county, today, reason, person_uuid=people[key], points=Decimal(points))
            entry = propose_entry(actor=clerk, rule_set=rules, new=new)
            if reason == words.MANUAL[0][1]:
                decide_entry(actor=leader, entry_uuid=entry.uuid, approve=True, words="")


def _hand_on(world: World, county: Unit) -> None:
    """Somebody with an account in a party's unit lets that dossier go to 南海."""
    for seed in authors_of("nanhai"):
        user = world.user("nanhai", seed.username)
        units = units_of(own_person(user.actor_in(county), county))
        others = [unit for unit in units if unit.pk != county.pk]
        if others:
            with county:
                consent_to_transfer(actor=user.actor, source=others[0].uuid, receiver=county.uuid)
            return


def _members(county: Unit) -> "QuerySet[User]":
    return User.objects.filter(is_active=True, member_kind=MemberKind.MEMBER)


def _first(unit: Unit, role: str) -> Actor:
    """Return the first of a role, who acts; the unit must be in force."""
    return User.objects.filter(roles__code=role).order_by("id")[0].actor
