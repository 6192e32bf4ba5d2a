"""Rules by date, manual entries by two persons, and whom a set scores: against figures worked out by hand."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from tests.platform.ranking.histories import CONTENT, TITLE, full_way, new_item, outcome, publish, recompute, send_up
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.operations import Actor, system
from zhitong.core.outbox import drain
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import EventKind, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.ranking import operations
from zhitong.ranking.models import LedgerEntry, ManualEntry, RuleSet, RuleSetVersion, StaleMatter, StaleYear, Standing
from zhitong.ranking.operations import NewEntry
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Lifecycle, Unit

pytestmark = pytest.mark.django_db
TODAY = clock.today()
YEAR = date(TODAY.year, 1, 1)
FLAT = """
code: {code}
name: 试行办法
version: 1
subject: {subject}
dated: adopted
tables:
  - key: adopted
    name: 采用
    when: {{kind: adopted, level: city}}
    lines: [{{key: any, name: 市级采用, points: {points}}}]
  - key: manual
    name: 人工记分
    when: {{kind: manual}}
    lines: [{{key: any, name: 加减分, points: event}}]
  - key: late
    name: 扣分
    when: {{kind: deduction, flag: late}}
    lines: [{{key: any, name: 迟报, points: -2, times: quantity}}]
"""


def in_force(
    owner: Unit, *, code: str = "T", points: int = 10, subject: str = "unit", since: date = YEAR, more: str = ""
) -> RuleSet:
    source = FLAT.format(code=code, points=points, subject=subject) + more
    with owner:
        version = operations.publish_rules(
            actor=system(owner.pk), owner=owner, code=code, source=source, valid_from=since
        )
    return version.rule_set


def lines(rules: RuleSet) -> list[tuple[str, Decimal, int]]:
    rows = LedgerEntry.objects.filter(version__rule_set=rules, counted=True).select_related("unit", "version")
    return sorted((row.unit.short_name, row.points, row.version.number) for row in rows)


@pytest.fixture
def as_user(province: Unit) -> Callable[..., Actor]:
    def make(name: str, *rights: str, unit: Unit = province) -> Actor:
        return Actor(unit.pk, name, uuid4(), frozenset(rights))

    return make


def test_a_change_in_mid_year_counts_each_line_by_the_version_of_its_day(
    unit: Unit, city: Unit, province: Unit
) -> None:
    rules = in_force(province, points=10, since=TODAY - timedelta(days=30))
    first = send_up(unit, new_item(unit, "南〔2026〕1号", days_ago=20), city, "佛〔2026〕1号", 20)
    outcome(city, first, occurred_on=TODAY - timedelta(days=9))
    in_force(province, points=20, since=TODAY - timedelta(days=4))
    second = send_up(unit, new_item(unit, "南〔2026〕2号"), city, "佛〔2026〕2号")
    outcome(city, second)
    years = {TODAY.year, (TODAY - timedelta(days=9)).year}
    for year in years:
        recompute(rules, year)
    assert lines(rules) == [("南海区政协", 10, 1), ("南海区政协", 20, 2)]
    assert [recompute(rules, year) for year in years] == [[]] * len(years)


def test_a_version_that_says_the_same_is_none(province: Unit) -> None:
    rules = in_force(province)
    with pytest.raises(InvalidInput, match="与第 1 版一字不差"):
        in_force(province, since=YEAR + timedelta(days=30))
    assert [(one.number, one.valid_to) for one in rules.versions.all()] == [(1, None)]


def test_versions_never_overlap_and_purposes_stand_side_by_side(province: Unit) -> None:
    rules = in_force(province)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSetVersion.objects.create(rule_set=rules, number=9, source="", valid_from=YEAR + timedelta(days=3))
    members = in_force(province, code="M", subject="person")
    assert (rules.purpose, members.purpose) == ("units", "members")
    with pytest.raises(InvalidInput, match="另建一套"):
        in_force(province, code="M", since=TODAY)
    with pytest.raises(InvalidInput, match="须晚于它"):
        in_force(province, since=YEAR)


def test_every_fault_of_the_source_is_told_with_its_line(province: Unit) -> None:
    with province, pytest.raises(InvalidInput) as refused:
        operations.publish_rules(
            actor=system(province.pk), owner=province, code="T", source="code: T\nname: x\n", valid_from=YEAR
        )
    assert len(refused.value.fields["source"]) == 3
    assert refused.value.message.startswith("计分规则有 3 处要改：第 1 行")


def test_publishing_makes_the_years_stale_and_the_worker_catches_up(unit: Unit, city: Unit, province: Unit) -> None:
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号"))
    StaleYear.objects.all().delete()
    rules = in_force(province)
    connection.set_schema_to_public()
    assert refresh_standings() == [TODAY.year]
    assert lines(rules) == [("南海区政协", 10, 1)]


def test_a_unit_that_was_closed_keeps_what_it_earned(unit: Unit, city: Unit, province: Unit) -> None:
    rules = in_force(province)
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号"))
    recompute(rules)
    Unit.objects.filter(pk=unit.pk).update(lifecycle=Lifecycle.CLOSED)
    assert recompute(rules) == []
    assert lines(rules) == [("南海区政协", 10, 1)]


def test_a_person_who_moved_keeps_the_points_where_they_were_earned(
    unit: Unit, stranger: Unit, city: Unit, province: Unit
) -> None:
    person = {"person": str(UUID(int=7)), "name": "梁委员"}
    rules = in_force(province, subject="person")
    outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号", authors=[person]), city, "佛〔2026〕1号"))
    moved = send_up(stranger, new_item(stranger, "禅〔2026〕1号", authors=[person]), city, "佛〔2026〕2号")
    outcome(city, moved)
    recompute(rules)
    assert lines(rules) == [("南海区政协", 10, 1), ("禅城区政协", 10, 1)]
    assert {row.subject_uuid for row in LedgerEntry.objects.all()} == {UUID(int=7)}


def test_a_set_of_a_unit_scores_whom_the_unit_answers_for(
    unit: Unit, stranger: Unit, city: Unit, province: Unit
) -> None:
    for sender, label in ((unit, "南〔2026〕1号"), (stranger, "禅〔2026〕1号")):
        outcome(city, send_up(sender, new_item(sender, label), city, f"佛{label}"))
    of_city, of_county = in_force(city), in_force(unit)
    recompute(of_city)
    recompute(of_county)
    assert lines(of_city) == [("南海区政协", 10, 1), ("禅城区政协", 10, 1)]
    assert lines(of_county) == [("南海区政协", 10, 1)]


def test_an_instruction_of_this_year_replaces_an_adoption_of_the_last(unit: Unit, city: Unit, province: Unit) -> None:
    more = """
  - {key: said, name: 批示, when: {kind: instruction}, lines: [{key: any, name: 批示, points: 30}]}
choices:
  - {key: replaced, name: 批示替代采用, of: {kind: adopted}, within: matter, replaced_by: {kind: instruction}}
"""
    last_year = YEAR - timedelta(days=20)
    ago = (TODAY - last_year).days
    rules = in_force(province, since=last_year - timedelta(days=30), more=more)
    at_city = send_up(unit, new_item(unit, "南〔2026〕1号", days_ago=ago), city, "佛〔2026〕1号", ago)
    outcome(city, at_city, occurred_on=last_year)
    recompute(rules, last_year.year)
    assert lines(rules) == [("南海区政协", 10, 1)]
    outcome(city, at_city, EventKind.INSTRUCTION, leader_rank="city", leader="某", words="请阅")
    recompute(rules, last_year.year)
    recompute(rules)
    assert lines(rules) == [("南海区政协", 30, 1)]


def test_a_quota_is_told_of_units_that_sent_nothing(unit: Unit, stranger: Unit, city: Unit) -> None:
    month = (TODAY.replace(day=1) - timedelta(days=1)).replace(day=1)
    more = """
steps:
  - {key: quota, name: 月度任务, per: month, count: {kind: submitted}, lines: [{below: 1, points: -3}]}
"""
    rules = in_force(city, since=month, more=more)
    recompute(rules, month.year)
    found = LedgerEntry.objects.filter(version__rule_set=rules, counted_on__month=month.month)
    assert {(line.unit.short_name, line.points, line.event_id) for line in found} == {
        ("南海区政协", Decimal(-3), None),
        ("禅城区政协", Decimal(-3), None),
        ("民盟佛山市委会", Decimal(-3), None),
        ("民盟南海总支", Decimal(-3), None),
    }
    # The month that has not ended yet decides nothing.
    assert not LedgerEntry.objects.filter(counted_on__gt=TODAY).exists()


def test_a_recomputation_of_one_unit_leaves_the_others_lines(
    unit: Unit, stranger: Unit, city: Unit, province: Unit
) -> None:
    rules = in_force(province)
    for sender, label in ((unit, "南〔2026〕1号"), (stranger, "禅〔2026〕1号")):
        outcome(city, send_up(sender, new_item(sender, label), city, f"佛{label}"))
    recompute(rules, unit=unit)
    assert lines(rules) == [("南海区政协", 10, 1)]
    assert len(recompute(rules)) == 1
    assert recompute(rules, unit=unit) == []


def test_the_command_takes_a_unit_a_period_or_everything(unit: Unit, city: Unit, province: Unit) -> None:
    publish(province)
    full_way(unit, city, province)
    connection.set_schema_to_public()
    said = []
    for options in ({"unit": "nanhai"}, {"first": TODAY.year - 1}, {"all": True}, {"all": True}):
        out = StringIO()
        call_command("ranking_recompute", stdout=out, **options)
        said.append(out.getvalue().splitlines()[-1])
    assert said == [
        "20 difference(s) in all",  # 18 of them are what counts
        "3 difference(s) in all",
        "0 difference(s) in all",
        "0 difference(s) in all",
    ]


def test_a_manual_entry_counts_once_another_person_approved_it(
    unit: Unit, province: Unit, as_user: Callable[..., Actor]
) -> None:
    rules = in_force(province)
    clerk, leader = as_user("何经办", "ranking.enter"), as_user("李主任", "ranking.enter", "ranking.approve")
    new = NewEntry(unit=unit, occurred_on=TODAY, points=Decimal("2.5"), reason="年度优秀信息")
    with province:
        entry = operations.propose_entry(actor=clerk, rule_set=rules, new=new)
        recompute(rules)
        assert lines(rules) == []
        province.activate()
        with pytest.raises(NotAllowed):
            operations.decide_entry(actor=clerk, entry_uuid=entry.uuid, approve=True)
        operations.decide_entry(actor=leader, entry_uuid=entry.uuid, approve=True)
        with pytest.raises(WrongState):
            operations.decide_entry(actor=leader, entry_uuid=entry.uuid, approve=False, words="晚了")
    assert StaleYear.objects.filter(year=TODAY.year).exists()
    recompute(rules)
    assert lines(rules) == [("南海区政协", Decimal("2.5"), 1)]
    [line] = LedgerEntry.objects.all()
    assert (line.manual, line.event, line.arithmetic) == (entry, None, "年度优秀信息:加减分 2.5")
    assert Standing.objects.get(unit=unit, month=0).points == Decimal("2.5")


def test_nobody_approves_the_own_proposal_not_even_in_the_database(
    unit: Unit, province: Unit, as_user: Callable[..., Actor]
) -> None:
    rules = in_force(province)
    both = as_user("何经办", "ranking.enter", "ranking.approve")
    new = NewEntry(unit=unit, occurred_on=TODAY, flag="late", quantity=3, reason="三次迟报")
    with province:
        entry = operations.propose_entry(actor=both, rule_set=rules, new=new)
        with pytest.raises(NotAllowed, match="另一个人"):
            operations.decide_entry(actor=both, entry_uuid=entry.uuid, approve=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ManualEntry.objects.filter(pk=entry.pk).update(state="approved", decider_uuid=both.user_uuid)


def test_an_approved_entry_is_taken_back_by_another_entry_with_two_persons(
    unit: Unit, province: Unit, as_user: Callable[..., Actor]
) -> None:
    rules = in_force(province)
    clerk, leader = as_user("何经办", "ranking.enter"), as_user("李主任", "ranking.approve")
    new = NewEntry(unit=unit, occurred_on=TODAY, flag="late", quantity=3, reason="三次迟报")
    with province:
        entry = operations.propose_entry(actor=clerk, rule_set=rules, new=new)
        with pytest.raises(WrongState):
            operations.propose_reversal(actor=clerk, entry_uuid=entry.uuid, reason="不是迟报")
        operations.decide_entry(actor=leader, entry_uuid=entry.uuid, approve=True)
    recompute(rules)
    assert lines(rules) == [("南海区政协", -6, 1)]
    with province:
        back = operations.propose_reversal(actor=clerk, entry_uuid=entry.uuid, reason="不是迟报")
        with pytest.raises(WrongState):
            operations.propose_reversal(actor=clerk, entry_uuid=entry.uuid, reason="再来一次")
        operations.decide_entry(actor=leader, entry_uuid=back.uuid, approve=True)
    recompute(rules)
    assert lines(rules) == []
    assert sorted(line.points for line in LedgerEntry.objects.all()) == [-6, 6]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"points": Decimal(0)}, "points"),
        ({"points": Decimal("0.00001")}, "points"),
        ({"occurred_on": TODAY + timedelta(days=1)}, "occurred_on"),
        ({"points": None, "flag": "copied"}, "flag"),
        ({"occurred_on": YEAR - timedelta(days=1)}, "points"),
        ({"person_uuid": UUID(int=3)}, "person"),
    ],
)
def test_what_a_proposal_is_refused_for(
    unit: Unit, province: Unit, as_user: Callable[..., Actor], changes: dict[str, object], field: str
) -> None:
    rules = in_force(province)
    given = {"unit": unit, "occurred_on": TODAY, "points": Decimal(2), "reason": "理由", **changes}
    with province, pytest.raises(InvalidInput) as refused:
        operations.propose_entry(
            actor=as_user("何经办", "ranking.enter"),
            rule_set=rules,
            new=NewEntry(**given),  # type: ignore[arg-type]
        )
    assert field in refused.value.fields
    assert not ManualEntry.objects.exists()


def test_another_units_set_is_not_there(unit: Unit, province: Unit, as_user: Callable[..., Actor]) -> None:
    rules = in_force(province)
    in_force(unit)  # a set of the same code, of its own
    with unit, pytest.raises(NotFound):
        operations.ask_trial(
            actor=as_user("外人", "ranking.configure", unit=unit),
            owner=unit,
            rule_set=rules,
            source="",
            year=TODAY.year,
        )
    with unit, pytest.raises(NotFound):
        operations.propose_entry(
            actor=as_user("外人", "ranking.enter", unit=unit),
            rule_set=rules,
            new=NewEntry(unit=unit, occurred_on=TODAY, points=Decimal(2), reason="理由"),
        )


def test_ties_and_needs_of_the_set_decide_the_ranks(unit: Unit, stranger: Unit, city: Unit, province: Unit) -> None:
    more = """
needs: [{key: one, name: 参评门槛, count: {kind: adopted, level: city}, at_least: 1}]
ties: {rank: [late, adoptions]}
"""
    rules = in_force(province, more=more)
    for sender, label in ((unit, "南〔2026〕1号"), (stranger, "禅〔2026〕1号")):
        outcome(city, send_up(sender, new_item(sender, label), city, f"佛{label}"))
    recompute(rules)

    def ranks() -> dict[str, int]:
        rows = Standing.objects.filter(month=0, unit__kind="committee").select_related("unit")
        return {row.unit.short_name: row.rank for row in rows}

    # Both counties have 10 points and one adoption: they share the first rank. The city and the province have none.
    assert ranks() == {"南海区政协": 1, "禅城区政协": 1, "佛山市政协": 0, "广东省政协": 0}
    by_two = {"proposer_uuid": uuid4(), "decider_uuid": uuid4(), "proposed_at": clock.now(), "decided_at": clock.now()}
    for points in (2, None):
        ManualEntry.objects.create(
            rule_set=rules, unit=stranger, subject_name="禅城区政协", occurred_on=TODAY, reason="理由",
            state="approved", kind="manual" if points else "deduction", flag="" if points else "late", points=points,
            **by_two,
        )  # fmt: skip
    recompute(rules)
    # 禅城 has 10 + 2 − 2 = 10 as well, and the less by the table `late`: it comes second.
    assert ranks() == {"南海区政协": 1, "禅城区政协": 2, "佛山市政协": 0, "广东省政协": 0}


def test_sets_for_persons_rank_no_units_and_a_citys_set_only_its_own(unit: Unit, city: Unit, province: Unit) -> None:
    members, of_city = in_force(province, code="M", subject="person"), in_force(city)
    recompute(members)
    recompute(of_city)
    assert not Standing.objects.filter(rule_set=members).exists()
    ranked = set(Standing.objects.filter(rule_set=of_city).values_list("unit__short_name", flat=True))
    assert ranked == {"佛山市政协", "南海区政协", "禅城区政协", "民盟佛山市委会", "民盟南海总支"}


def test_an_exemplar_is_rewarded_as_long_as_it_is_shown(unit: Unit, city: Unit, province: Unit) -> None:
    more = "factors: [{key: shown, name: 优秀信息, of: {flag: exemplar}, times: 1.5}]"
    rules = in_force(province, more=more)
    at_city = send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号")
    outcome(city, at_city)
    recompute(rules)
    assert lines(rules) == [("南海区政协", 10, 1)]
    with city:
        new = NewPaper(uuid4(), PaperKind.EXEMPLAR, TITLE, "供参考。", item_uuid=at_city, content=CONTENT)
        paper = exchange.publish(actor=system(city.pk), new=new, to=[unit.uuid])
    StaleMatter.objects.all().delete()
    drain()
    assert StaleMatter.objects.filter(event=None).count() == 1  # all of the matter may score otherwise now
    recompute(rules)
    assert lines(rules) == [("南海区政协", 15, 1)]  # 10 × 1.5
    with city:
        exchange.withdraw_paper(actor=system(city.pk), paper_uuid=paper.uuid, reason="改用另一篇")
    recompute(rules)
    assert lines(rules) == [("南海区政协", 10, 1)]


def test_a_reversed_event_is_right_by_date_after_a_change_of_rules(unit: Unit, city: Unit, province: Unit) -> None:
    rules = in_force(province, points=10)
    event = outcome(city, send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号"))
    recompute(rules)
    with city:
        exchange.reverse(actor=system(city.pk), event_uuid=event.uuid, reason="登记有误")
    recompute(rules)
    assert lines(rules) == []
    assert {line.counted_on for line in LedgerEntry.objects.all()} == {event.occurred_on}
