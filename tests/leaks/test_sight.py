"""What the owner of a rule set shows of its ranking, asked at every address: named, the own place alone, nothing."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.api.conftest import key_of, with_key
from tests.factories import client_for, make_user
from tests.leaks.world import LISTS, World, addresses, ask, build, dispatch_to_city, settle
from tests.platform.ranking.histories import new_item, outcome, send_up
from zhitong.core.errors import NotAllowed
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.ranking.models import RuleSet, Sight, Standing
from zhitong.ranking.operations import publish_rules, set_sight
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db

# One adoption by the city makes 4,711 points for who sent it; the neighbour has two.
_RULES = """
code: A
name: 全省信息工作计分办法
version: 1
subject: unit
tables:
  - key: adopted
    name: 采用
    when: {kind: adopted, level: city}
    lines: [{key: any, name: 采用, points: 4711}]
"""
# As figures, and not by chance in a key or a number of an answer.
_OWN, _OTHER = (re.compile(rf"(?<![\w-]){figure}(?![\w-])") for figure in ("4,?711", "9,?422"))


@pytest.fixture
def world(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> World:
    """南海 with one item that the city adopted and 禅城 with two, under rules of the province."""
    made = build(unit, city, province, stranger)
    with province:
        rules = RuleSet.objects.get(owner=province)
        publish_rules(actor=system(province.pk), owner=province, code="A", source=_RULES, valid_from=date(2019, 2, 1))
    dispatch_to_city(made)
    for number in (1, 2):
        outcome(
            city, send_up(stranger, new_item(stranger, f"禅〔2026〕{number}号"), city, f"佛〔2026〕{number + 50}号")
        )
    settle()
    assert {row.unit: row.points for row in Standing.objects.filter(rule_set=rules, month=0, points__gt=0)} == {
        unit: Decimal(4711),
        stranger: Decimal(9422),
    }
    return made


def show(province: Unit, sight: Sight) -> RuleSet:
    with province:
        return set_sight(actor=system(province.pk), rule_set=RuleSet.objects.get(owner=province), sight=sight)


def read(world: World, stranger: Unit, *figures: re.Pattern[str]) -> dict[str, set[str]]:
    """Return at which addresses the author and the clerk of 南海 read a figure; rules say their own prices."""
    rows = world.rows | {"unit_uuid": [world.unit.uuid, stranger.uuid]}
    rows["key"] = list(RuleSet.objects.values_list("pk", flat=True))
    places = [path for path in [*addresses(rows), *LISTS] if not path.startswith("/ranking/rules/")]
    clients = {user.username: client_for(user, world.unit) for user in (world.author, world.clerk)}
    return {who: {path for path in places if tells(client, path, *figures)} for who, client in clients.items()}


def tells(client: Client, path: str, *figures: re.Pattern[str]) -> bool:
    """Whether one of the figures can be read at an address."""
    readable = ask(client, path).readable
    return any(figure.search(readable) for figure in figures)


def program(world: World) -> list[dict[str, Any]]:
    """Return what a program of 南海 gets of the standings."""
    client = with_key(key_of(world.clerk, world.unit), world.unit)
    rows: list[dict[str, Any]] = client.get("/api/v1/standings/").json()
    return rows


def test_where_all_are_named_both_figures_are_read(world: World, stranger: Unit) -> None:
    """Else the tests below would prove nothing."""
    author, clerk = (client_for(user, world.unit) for user in (world.author, world.clerk))
    for client, path in (
        (author, "/items/"),
        (author, "/"),
        (author, f"/items/{world.item.uuid}/journey/"),
        (author, f"/ranking/item/{world.item.uuid}/"),
        (clerk, f"/ranking/unit/{world.unit.uuid}/"),
    ):
        assert tells(client, path, _OWN), path
    for path in ("/ranking/", "/", f"/ranking/unit/{stranger.uuid}/"):
        assert tells(clerk, path, _OTHER), path
    assert {row["points"] for row in program(world)} >= {"4711.0000", "9422.0000"}


def test_the_own_place_alone(world: World, province: Unit, stranger: Unit) -> None:
    rules = show(province, Sight.OWN)
    assert not any(read(world, stranger, _OTHER).values())
    client = client_for(world.clerk, world.unit)
    page = ask(client, "/ranking/").readable
    assert "禅城" not in page
    assert "4,711" in page
    ranked = Standing.objects.filter(rule_set=rules, month=0, unit__level="county", unit__kind="committee", rank__gt=0)
    assert f"{ranked.count()} 家参加排名" in page
    assert ask(client, f"/ranking/unit/{world.unit.uuid}/").status == 200
    assert ask(client, f"/ranking/unit/{stranger.uuid}/").status == 404
    rows = program(world)
    assert {(row["rule_set"], row["unit"], row["rank"]) for row in rows} == {
        ("own", "南海区政协", 1),
        ("A", "南海区政协", 2),
    }


def test_nothing_of_the_ranking(world: World, province: Unit, stranger: Unit) -> None:
    show(province, Sight.NONE)
    assert not any(read(world, stranger, _OWN, _OTHER).values())
    client = client_for(world.clerk, world.unit)
    page = ask(client, "/ranking/")
    assert page.status == 200
    assert "这套规则的得分和排名不公开" in page.readable
    for path in (f"/ranking/unit/{world.unit.uuid}/", f"/ranking/item/{world.item.uuid}/"):
        answer = ask(client, path)
        assert (answer.status, "这套规则的得分和排名不公开" in answer.readable) == (403, True), path
    assert ask(client, f"/ranking/unit/{stranger.uuid}/").status == 404
    assert ask(client, f"/ranking/counts/{world.unit.uuid}/?what=higher").status == 200
    assert "得分事件" not in ask(client, reverse("desk:journey", args=[world.item.uuid])).readable
    rows = program(world)
    assert {row["rule_set"] for row in rows} == {"own"}


@pytest.mark.parametrize("sight", Sight)
def test_the_owner_and_the_provincial_office_see_all(
    world: World, province: Unit, stranger: Unit, sight: Sight
) -> None:
    rules = show(province, sight)
    for roles in (["province_office"], ["clerk"]):
        client = client_for(make_user(province, roles[0], roles=roles), province)
        assert "9,422" in ask(client, f"/ranking/unit/{stranger.uuid}/?rules={rules.pk}").readable
    office = client_for(make_user(province, "office", roles=["province_office"]), province)
    page = ask(office, "/province/units/?group=committee-county").readable
    assert "9,422" in page
    assert "4,711" in page


def test_who_says_so(world: World, province: Unit, client_for: Any) -> None:
    rules = RuleSet.objects.get(owner=province)
    path = reverse("ranking:rules_sight", args=[rules.pk])
    admin = client_for(make_user(province, "guan", roles=["administrator"]), province)
    assert 'name="sight"' in ask(admin, f"/ranking/rules/{rules.pk}/").readable
    assert ask(admin, path, "post", sight="all").status == 422
    assert ask(admin, path, "post", sight="own").status == 302
    rules.refresh_from_db()
    assert rules.sight == Sight.OWN
    entry = AuditEntry.objects.get(unit_key=province.pk, action="ranking.rules.sight_set")
    assert '"sight":"own"' in entry.content
    assert '"was":"named"' in entry.content
    assert ask(admin, path, "post", sight="own").status == 302
    assert AuditEntry.objects.filter(action="ranking.rules.sight_set").count() == 1
    below = client_for(make_user(world.unit, "guan", roles=["administrator"]), world.unit)
    refused = ask(below, path, "post", sight="named")
    assert refused.status == 403
    assert "谁能看它的排名由上级单位定" in refused.readable
    assert 'name="sight"' not in ask(below, f"/ranking/rules/{rules.pk}/").readable
    rules.refresh_from_db()
    assert rules.sight == Sight.OWN
    assert ask(client_for(world.clerk, world.unit), path, "post", sight="named").status == 403


def test_a_system_of_another_unit_may_not(world: World, province: Unit) -> None:
    with world.unit, pytest.raises(NotAllowed):
        set_sight(actor=system(world.unit.pk), rule_set=RuleSet.objects.get(owner=province), sight=Sight.NAMED)


def test_sets_for_persons_begin_closed(unit: Unit) -> None:
    source = _RULES.replace("subject: unit", "subject: person\npurpose: members").replace("code: A", "code: M")
    with unit:
        version = publish_rules(actor=system(unit.pk), owner=unit, code="M", source=source, valid_from=date(2019, 1, 1))
    assert version.rule_set.sight == Sight.OWN
