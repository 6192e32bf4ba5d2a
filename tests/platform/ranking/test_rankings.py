"""Rankings by whom and when: periods and terms, persons and groups, who sent nothing, every figure with its list."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.factories import make_user
from tests.platform.ranking.histories import full_way, new_item, outcome, publish, recompute, send_up
from tests.platform.ranking.test_rule_sets import in_force
from tests.platform.ranking.test_statistics import every_figure_opens_its_list
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound
from zhitong.core.operations import system
from zhitong.exchange.models import ItemFact
from zhitong.people.models import Person, PersonAccount
from zhitong.ranking import operations, subjects
from zhitong.ranking.models import Sight, Term
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
TODAY = clock.today()
YEAR = Period.of_year(TODAY.year)


def authors(*persons: Person) -> list[dict[str, str]]:
    return [{"person": str(one.uuid), "name": one.name, "rank": "", "kind": "member"} for one in persons]


@pytest.fixture
def members(unit: Unit) -> list[Person]:
    """Three members of 南海 in two circles; the third writes nothing."""
    found = []
    for number, (name, group) in enumerate((("陈一", "教育界"), ("林二", "医卫界"), ("何三", "医卫界"))):
        person = Person.objects.create(name=name)
        PersonAccount.objects.create(
            person=person, unit=unit, user_uuid=UUID(int=number + 1), kind="member", group_name=group
        )
        found.append(person)
    return found


@pytest.fixture
def written(unit: Unit, city: Unit, members: list[Person]) -> None:
    """陈一 has two items that the unit adopted, and one that the city did; 林二 has one that nobody adopted."""
    one, two, _ = members
    for number, (who, group) in enumerate(((one, "教育界"), (one, "教育界"), (two, "医卫界"))):
        item = new_item(unit, f"南〔2026〕{number + 1}号", authors=authors(who))
        ItemFact.objects.filter(item_uuid=item).update(group_name=group)
        if who == one:
            outcome(unit, item)
    item = new_item(unit, "南〔2026〕7号", authors=authors(one))
    ItemFact.objects.filter(item_uuid=item).update(group_name="教育界")
    outcome(city, send_up(unit, item, city, "佛〔2026〕7号"))


def clerk_of(unit: Unit, client_for: Any) -> Any:
    return client_for(make_user(unit, "clerk", roles=["clerk"]), unit)


def names(answer: Any) -> list[tuple[str, int]]:
    return [(row.name, row.rank) for row in answer.context["rows"]]


def test_persons_are_placed_by_the_units_own_rules(
    written: None, unit: Unit, province: Unit, stranger: Unit, client_for: Any
) -> None:
    rules = in_force(unit, code="M", subject="person", points=3)
    recompute(rules)
    found = subjects.persons(rules, YEAR, [unit.pk])
    assert [(row.name, row.of, row.rank, row.points, row.counts.received, row.counts.adopted) for row in found] == [
        ("陈一", "教育界", 1, Decimal(3), 3, 2),
        ("林二", "医卫界", 2, Decimal(0), 1, 0),
        ("何三", "医卫界", 2, Decimal(0), 0, 0),
    ]
    clerk = clerk_of(unit, client_for)
    answer = clerk.get("/ranking/?view=persons")
    assert names(answer) == [("陈一", 1), ("林二", 2), ("何三", 2)]
    assert answer.context["silent"] == [("零报送", ["何三"]), ("零采用", ["林二"])]
    page = answer.content.decode()
    assert "<b>零报送</b> 1：何三" in page
    assert every_figure_opens_its_list(clerk, "/ranking/?view=persons") == 12
    why = next(row.why_url for row in answer.context["rows"] if row.name == "陈一")
    ledger = clerk.get(why)
    assert ledger.context["total"] == 3
    assert "何三" not in ledger.content.decode()
    assert names(clerk_of(stranger, client_for).get("/ranking/?view=persons")) == []


def test_groups_are_placed_within_their_unit(written: None, unit: Unit, client_for: Any) -> None:
    rules = in_force(unit, code="G", subject="group", points=4)
    recompute(rules)
    clerk = clerk_of(unit, client_for)
    answer = clerk.get("/ranking/?view=groups")
    assert names(answer) == [("教育界", 1), ("医卫界", 2)]
    assert every_figure_opens_its_list(clerk, "/ranking/?view=groups") == 8
    for row, total in zip(answer.context["rows"], (4, 0), strict=True):
        assert row.points == total
        assert clerk.get(row.why_url).context["total"] == total


def test_without_rules_for_them_persons_have_no_place(
    written: None, unit: Unit, province: Unit, client_for: Any
) -> None:
    recompute(publish(province))
    answer = clerk_of(unit, client_for).get("/ranking/?view=persons")
    assert names(answer) == [("陈一", 0), ("林二", 0), ("何三", 0)]
    assert "还没有给个人计分的规则" in answer.content.decode()


def test_what_the_owner_does_not_show_of_persons(written: None, unit: Unit, city: Unit, client_for: Any) -> None:
    rules = in_force(city, code="M", subject="person", points=7)
    recompute(rules)
    clerk = clerk_of(unit, client_for)
    assert [row.points for row in clerk.get("/ranking/?view=persons").context["rows"]] == [7, 0, 0]
    with city:
        operations.set_sight(actor=system(city.pk), rule_set=rules, sight=Sight.NONE)
    answer = clerk.get("/ranking/?view=persons")
    assert [row.points for row in answer.context["rows"]] == [None, None, None]
    assert "不公开，这里只有篇数" in answer.content.decode()
    assert clerk.get(f"/ranking/unit/{unit.uuid}/?rules={rules.pk}").status_code == 403


def test_units_of_any_period_with_their_change(unit: Unit, city: Unit, province: Unit, client_for: Any) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    clerk = clerk_of(unit, client_for)
    days = f"from={TODAY.year}-01-01&to={TODAY}"
    for query in ("", f"period={TODAY:%Y-%m}", f"period={TODAY.year}-Q{(TODAY.month + 2) // 3}", days):
        answer = clerk.get(f"/ranking/?{query}")
        row = next(one for one in answer.context["rows"] if one.us)
        assert (row.rank, row.points) == (1, Decimal(20)), query
        assert [figure.value for figure in row.figures] == [1, 1, "100.00%", 1, 1, 0]
        assert every_figure_opens_its_list(clerk, f"/ranking/?{query}") == 5
        assert answer.context["silent"][0] == ("零报送", ["禅城区政协"])
    assert clerk.get("/ranking/?from=2026-02-30&to=2026-03-01").status_code == 404
    assert clerk.get("/ranking/?view=handlers").status_code == 404
    assert clerk.get("/ranking/?group=committee-city").status_code == 404


def test_the_owner_of_the_rules_opens_every_group(unit: Unit, city: Unit, province: Unit, client_for: Any) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    office = clerk_of(province, client_for)
    groups = office.get("/ranking/").context["groups"]
    assert {one.label for one in groups} >= {"省级政协", "市级政协", "区县级政协"}
    assert "佛山市政协" in office.get("/ranking/?group=committee-city").content.decode()
    own = in_force(city, code="C", points=5)
    recompute(own)
    above = clerk_of(city, client_for)
    page = above.get(f"/ranking/?rules={own.pk}&group=committee-county").content.decode()
    assert "南海区政协" in page
    assert above.get(f"/ranking/?rules={rules.pk}&group=committee-county").status_code == 404


def test_a_term_is_a_period_with_a_name(unit: Unit, city: Unit, province: Unit, client_for: Any) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    admin = client_for(make_user(unit, "admin", roles=["administrator", "clerk"]), unit)
    form = {"name": "第十四届", "first": f"{TODAY.year - 2}-01-05", "last": f"{TODAY.year + 2}-01-04"}
    assert admin.post("/ranking/terms/", form).status_code == 302
    term = Term.objects.get(unit=unit)
    answer = admin.get("/ranking/")
    [link] = answer.context["terms"]
    page = admin.get(link.url)
    assert page.context["when"].words == "第十四届"
    assert next(one for one in page.context["rows"] if one.us).points == 20
    assert next(one for one in page.context["rows"] if one.us).change is None
    again = admin.post("/ranking/terms/", form | {"name": "另一届"})
    assert again.status_code == 422
    assert "和“第十四届”" in again.content.decode()
    assert 'value="另一届"' in again.content.decode()
    assert admin.post("/ranking/terms/", {"remove": str(term.pk)}).status_code == 302
    assert not Term.objects.exists()
    assert clerk_of(unit, client_for).get("/ranking/terms/").status_code == 403


@pytest.mark.parametrize(
    ("name", "first", "last", "field"),
    [
        (" ", date(2020, 1, 1), date(2021, 1, 1), "name"),
        ("届" * 41, date(2020, 1, 1), date(2021, 1, 1), "name"),
        ("新", date(2020, 1, 1), date(2020, 1, 1), "last"),
        ("旧", date(2030, 1, 1), date(2031, 1, 1), "name"),
        ("新", date(2015, 1, 1), date(2016, 1, 1), "first"),
    ],
)
def test_no_term_that_is_none(unit: Unit, name: str, first: date, last: date, field: str) -> None:
    with unit:
        operations.add_term(
            actor=system(unit.pk), unit=unit, name="旧", first=date(2016, 1, 1), last=date(2019, 12, 31)
        )
        with pytest.raises(InvalidInput) as refused:
            operations.add_term(actor=system(unit.pk), unit=unit, name=name, first=first, last=last)
    assert list(refused.value.fields) == [field]


def test_terms_are_their_units_and_never_overlap(unit: Unit, stranger: Unit) -> None:
    days = {"first": date(2016, 1, 1), "last": date(2019, 12, 31)}
    with unit:
        made = operations.add_term(actor=system(unit.pk), unit=unit, name="旧", **days)
    with stranger:
        operations.add_term(actor=system(stranger.pk), unit=stranger, name="旧", **days)
        with pytest.raises(NotFound):
            operations.remove_term(actor=system(stranger.pk), unit=stranger, key=made.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(unit=unit, name="叠", first=date(2019, 12, 31), last=date(2023, 1, 1))
