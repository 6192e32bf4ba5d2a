"""The page of a circle: its heads see that circle's numbers alone, as far as the owner of the rules shows them."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tenants.accounts import operations as accounts
from tenants.accounts.models import Group, User
from tenants.duties import operations as duties
from tests.factories import client_for, exported, make_user
from tests.leaks.world import ask
from tests.platform.monitor.test_dashboards import heading
from tests.platform.monitor.test_shares import signed
from tests.platform.ranking.histories import outcome, recompute, send_up
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.core.operations import system
from zhitong.ranking.models import Measure, RuleSet, Sight
from zhitong.ranking.operations import publish_rules
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db

TEACHING, BUSINESS = ("sector", "教育界"), ("sector", "经济&科技界")
_RULES = """
code: circles
name: 界别计分办法
version: 1
subject: group
tables:
  - key: adopted
    name: 采用
    when: {kind: adopted, level: county}
    lines: [{key: any, name: 采用, points: 7}]
"""
_PAGE, _ITEMS, _POINTS = "/duties/circle/", "/duties/circle/items/", "/duties/circle/points/"


@pytest.fixture
def people(unit: Unit, city: Unit) -> dict[str, User]:
    """梁 heads 教育界 and signs two, one of them with 何 and adopted; 冯 heads 经济&科技界, which has one."""
    found = {
        "liang": make_user(unit, "liang", name="梁晓岚", groups=[TEACHING]),
        "he": make_user(unit, "he", name="何素心", groups=[TEACHING]),
        "idle": make_user(unit, "idle", name="闲云野", groups=[TEACHING]),
        "feng": make_user(unit, "feng", name="冯雅琪", groups=[BUSINESS]),
        "clerk": make_user(unit, "zhou", roles=["clerk"]),
        "administrator": make_user(unit, "guan", roles=["administrator"]),
    }
    with unit:
        publish_rules(actor=system(unit.pk), owner=unit, code="circles", source=_RULES, valid_from=date(2019, 1, 1))
        for name, (_kind, circle) in (("liang", TEACHING), ("feng", BUSINESS)):
            accounts.name_head(
                actor=system(unit.pk), user=found[name], group=Group.objects.get(name=circle), heads=True
            )
    joint = signed(unit, 1, "教育界", found["liang"], found["he"])
    outcome(unit, joint)
    outcome(city, send_up(unit, joint, city, "佛〔2026〕1号"))
    signed(unit, 2, "教育界", found["liang"])
    signed(unit, 3, "经济&科技界", found["feng"])
    with unit:
        duties.set_group_targets(
            actor=system(unit.pk), numbers={"教育界": 8, "经济&科技界": 31}, measure=Measure.RECEIVED,
            period=Period.of_year(clock.today().year),
        )  # fmt: skip
    recompute(RuleSet.objects.get(owner=unit))
    return found


def key(unit: Unit, name: str) -> int:
    with unit:
        return Group.objects.get(name=name).pk


def test_a_head_sees_the_circle_and_each_number_its_list(people: dict[str, User], unit: Unit) -> None:
    head = client_for(people["liang"], unit)
    context = head.get(_PAGE).context
    assert [circle.name for circle in context["circles"]] == ["教育界"]
    figures = {figure.label: figure.value for figure in context["figures"]}
    assert figures == {
        "报送": 2, "本级采用": 1, "市级采用": 1, "省级采用": 0, "全国采用": 0, "批示": 0, "得分": 7,
    }  # fmt: skip
    for figure in context["figures"][:-1]:
        assert heading(head, figure.url) == f"{figure.label} {figure.value} 篇"
    labels = [one.label for one in head.get(_ITEMS).context["filters"]]
    assert len(labels) == len(set(labels))
    for row in context["funnel"]:
        assert heading(head, row.url) == f"{row.label} {row.value} 篇"
    for dot in context["trend"].lines[0].dots:
        assert heading(head, dot.url) == f"报送 {dot.value} 篇"
    assert {bar.label: (bar.value, bar.second) for bar in context["bars"]} == {"梁晓岚": (2, 1), "何素心": (1, 1)}
    for bar in context["bars"]:
        assert heading(head, bar.value_url) == f"报送 {bar.value} 篇"
        assert heading(head, bar.second_url) == f"本级采用 {bar.second} 篇"
    assert context["silent"] == ["闲云野"]
    points = context["figures"][-1]
    assert (points.value, points.against) == (7, "第 1 名，共 2 个")
    ledger = head.get(points.url).context
    assert (ledger["total"], len(ledger["ledger"])) == (7, 1)
    [(what, done, progress, _state)] = context["targets"]
    assert ("8 篇" in what, done, progress.number) == (True, "2 篇", 8)


def test_a_head_sees_no_other_circle(people: dict[str, User], unit: Unit) -> None:
    """Nothing of another circle is read at any address, and its key is that of no circle."""
    head, other = client_for(people["liang"], unit), key(unit, "经济&科技界")
    secrets = ("经济", "冯雅琪", "南〔2026〕3号", "31 篇")
    for path in (_PAGE, _ITEMS, _POINTS, f"{_ITEMS}?what=adopted", f"{_PAGE}?year={clock.today().year - 1}"):
        assert ask(head, path).holds(secrets) == [], path
    for path in (_PAGE, _ITEMS, _POINTS):
        for asked in (other, 10**8, "x", "１", "%00"):
            assert head.get(f"{path}?circle={asked}").status_code == 404, (path, asked)
    for kind in ("duties.circle", "duties.circle_items", "duties.circle_points"):
        form = {"kind": kind, "query": f"circle={other}", "format": "csv"}
        assert head.post("/exports/ask/", form).status_code == 404, kind
    # What the ranking of the unit says stays with who reads rankings.
    for path in ("/ranking/", "/overview/", f"/ranking/unit/{unit.uuid}/", f"/ranking/counts/{unit.uuid}/"):
        assert head.get(path).status_code in {403, 404}, path


def test_who_heads_nothing_sees_nothing(people: dict[str, User], unit: Unit, stranger: Unit) -> None:
    circle = key(unit, "教育界")
    outsider = make_user(stranger, "cc_zhou", roles=["clerk"])
    for user, where, status in (
        (people["he"], unit, 403), (people["administrator"], unit, 403), (outsider, stranger, 404),
    ):  # fmt: skip
        client = client_for(user, where)
        asked = f"?circle={circle}" if status == 404 else ""
        for path in (_PAGE, _ITEMS, _POINTS):
            answer = ask(client, f"{path}{asked}")
            assert (answer.status, answer.holds(["梁晓岚", "南〔2026〕1号"])) == (status, []), path
        for kind in ("duties.circle", "duties.circle_items", "duties.circle_points"):
            form = {"kind": kind, "query": asked[1:], "format": "csv"}
            assert client.post("/exports/ask/", form).status_code == status, kind


def test_who_reads_the_ranking_opens_every_circle(people: dict[str, User], unit: Unit) -> None:
    clerk = client_for(people["clerk"], unit)
    context = clerk.get(_PAGE).context
    assert {circle.name for circle in context["circles"]} >= {"教育界", "经济&科技界"}
    there = clerk.get(f"{_PAGE}?circle={key(unit, '经济&科技界')}").context
    assert there["figures"][0].value == 1
    assert there["figures"][-1].against == "没有名次" or "第" in there["figures"][-1].against


def test_points_and_rank_are_seen_as_far_as_the_owner_of_the_rules_shows_them(
    people: dict[str, User], unit: Unit
) -> None:
    head = client_for(people["liang"], unit)
    RuleSet.objects.filter(owner=unit).update(sight=Sight.NONE)
    context = head.get(_PAGE).context
    assert context["place"] is None
    assert "得分" not in {figure.label for figure in context["figures"]}
    assert head.get(_POINTS).status_code == 404
    assert head.post("/exports/ask/", {"kind": "duties.circle_points", "query": "", "format": "csv"}).status_code == 404
    RuleSet.objects.filter(owner=unit).update(sight=Sight.OWN)
    assert head.get(_PAGE).context["figures"][-1].value == 7


def test_lists_of_a_circle_are_taken_away(people: dict[str, User], unit: Unit) -> None:
    head = client_for(people["liang"], unit)
    assert [row[:3] for row in taken(head, "duties.circle", head.get(_PAGE).context["exported"])] == [
        ["梁晓岚", "2", "1"], ["何素心", "1", "1"], ["闲云野", "0", "0"],
    ]  # fmt: skip
    assert {row[0] for row in taken(head, "duties.circle_items", "what=received")} == {"南〔2026〕1号", "南〔2026〕2号"}
    assert [Decimal(row[5]) for row in taken(head, "duties.circle_points", "")] == [7]


def test_the_administrator_names_heads_and_takes_the_office_back(people: dict[str, User], unit: Unit) -> None:
    administrator, he = client_for(people["administrator"], unit), client_for(people["he"], unit)
    address = f"/accounts/people/{people['he'].uuid}/circles/{key(unit, '教育界')}/head/"
    assert he.post(address, {"heads": "yes"}).status_code == 403
    assert administrator.post(address, {"heads": "yes"}).status_code == 302
    assert he.get(_PAGE).context["heads"] == "梁晓岚、何素心"
    assert "梁晓岚、何素心" in administrator.get("/accounts/groups/").content.decode()
    assert "不再负责教育界" in administrator.get(f"/accounts/people/{people['he'].uuid}/").content.decode()
    assert administrator.post(address).status_code == 302
    assert he.get(_PAGE).status_code == 403
    elsewhere = f"/accounts/people/{people['he'].uuid}/circles/{key(unit, '经济&科技界')}/head/"
    assert administrator.post(elsewhere, {"heads": "yes"}).status_code == 409
    with unit:
        actor, group = system(unit.pk), Group.objects.get(name="教育界")
        idle = accounts.deactivate_user(actor=actor, user=people["idle"])
        with pytest.raises(WrongState, match="停用"):
            accounts.name_head(actor=actor, user=idle, group=group, heads=True)


def taken(client: Client, kind: str, query: str) -> list[list[Any]]:
    return list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))[1:]
