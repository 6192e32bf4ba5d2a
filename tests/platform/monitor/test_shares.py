"""Groups and persons of a unit, and a member's own year: the same numbers as their lists, within the unit alone."""

from uuid import UUID

import pytest

from tenants.accounts.models import User
from tests.factories import client_for, make_user
from tests.platform.monitor.test_dashboards import heading
from tests.platform.ranking.histories import outcome, publish, recompute, send_up
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.people.models import PersonAccount
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def signed(unit: Unit, number: int, group: str, *users: User) -> UUID:
    """An item of the unit that these people signed, from a group."""
    persons = PersonAccount.objects.filter(user_uuid__in=[user.uuid for user in users])
    authors = [
        {"person": str(one.person.uuid), "name": one.person.name, "rank": "", "kind": "member"} for one in persons
    ]
    item = UUID(int=number)
    with unit:
        exchange.register_item(
            actor=system(unit.pk),
            item_uuid=item,
            number_label=f"南〔2026〕{number}号",
            submitted_at=clock.now(),
            authors=authors,
            group_name=group,
        )
    return item


@pytest.fixture
def people(unit: Unit, city: Unit, province: Unit) -> dict[str, User]:
    """梁 signs two, one of them with 冯 and adopted up to 佛山; 冯 signs one more alone."""
    rules = publish(province)
    liang, feng = make_user(unit, "liang", name="梁晓岚"), make_user(unit, "feng", name="冯雅琪")
    joint = signed(unit, 1, "教育界", liang, feng)
    outcome(unit, joint)
    outcome(city, send_up(unit, joint, city, "佛〔2026〕1号"))
    signed(unit, 2, "教育界", liang)
    signed(unit, 3, "经济&科技界", feng)
    recompute(rules)
    return {"liang": liang, "feng": feng, "clerk": make_user(unit, "zhou", roles=["clerk"])}


def test_groups_and_persons_count_as_many_as_their_lists(people: dict[str, User], unit: Unit) -> None:
    clerk = client_for(people["clerk"], unit)
    context = clerk.get("/overview/").context
    groups = {bar.label: (bar.value, bar.second) for bar in context["group_bars"]}
    persons = {bar.label: (bar.value, bar.second) for bar in context["person_bars"]}
    assert groups == {"教育界": (2, 1), "经济&科技界": (1, 0)}
    assert persons == {"梁晓岚": (2, 1), "冯雅琪": (2, 1)}
    for bar in (*context["group_bars"], *context["person_bars"]):
        assert heading(clerk, bar.value_url) == f"收稿 {bar.value} 篇"
        assert heading(clerk, bar.second_url) == f"本级采用 {bar.second} 篇"


def test_a_members_year_is_their_own(people: dict[str, User], unit: Unit) -> None:
    member = client_for(people["liang"], unit)
    context = member.get("/overview/mine/").context
    figures = {figure.label: figure.value for figure in context["figures"]}
    assert figures == {"报送": 2, "本级采用": 1, "市级采用": 1, "省级采用": 0, "全国采用": 0, "批示": 0}
    for figure in context["figures"]:
        assert heading(member, figure.url) == f"{figure.label} {figure.value} 篇"
    for row in context["funnel"]:
        assert heading(member, row.url) == f"{row.label} {row.value} 篇"
    for dot in context["trend"].lines[0].dots:
        assert heading(member, dot.url) == f"报送 {dot.value} 篇"
    page = member.get(context["list_url"]).content.decode()
    assert ("南〔2026〕2号" in page, "南〔2026〕3号" in page) == (True, False)
    assert "采用" in page


def test_nobody_looks_into_the_figures_of_others(
    people: dict[str, User], unit: Unit, city: Unit, province: Unit
) -> None:
    person = PersonAccount.objects.get(user_uuid=people["feng"].uuid).person.uuid
    asked = f"/ranking/counts/{unit.uuid}/?what=received&person={person}"
    above = make_user(city, "lin", roles=["leader"])
    office = make_user(province, "tongji", roles=["province_office"])
    for user, where, status in (
        (people["liang"], unit, 404),
        (people["clerk"], unit, 200),
        (above, city, 404),
        (office, province, 404),
    ):
        assert client_for(user, where).get(asked).status_code == status, user
    # 佛山 sees the county's counts, and neither its groups nor its people.
    city_client = client_for(above, city)
    page = city_client.get(f"/overview/{unit.uuid}/")
    assert page.status_code == 200
    assert "冯雅琪" not in page.content.decode()
    assert "教育界" not in page.content.decode()


def test_who_has_sent_nothing_sees_an_empty_year(unit: Unit) -> None:
    context = client_for(make_user(unit, "xin"), unit).get("/overview/mine/").context
    assert {figure.value for figure in context["figures"]} == {0}
