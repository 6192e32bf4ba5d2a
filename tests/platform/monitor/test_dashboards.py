"""Dashboards: who sees whose figures, and that tile, chart, table and list say the same number."""

import csv
import io
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import client_for, exported, make_user
from tests.platform.ranking.histories import CONTENT, TITLE, full_way, new_item, outcome, publish, recompute, send_up
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch
from zhitong.exports.models import Export
from zhitong.monitor.files import FILES
from zhitong.monitor.scopes import scope_of
from zhitong.ranking.models import RuleSet
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db

_HEADING = re.compile(r"<h1>(.*?)</h1>", re.S)


@pytest.fixture
def network(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> dict[str, Unit]:
    """南海 sends and is adopted all the way up, 禅城 writes and sends one that 佛山 has not receipted in time."""
    rules = publish(province)
    full_way(unit, city, province)
    for number in range(2, 5):
        outcome(unit, new_item(unit, f"南〔2026〕{number}号"))
    new_item(stranger, "禅〔2026〕1号")
    late = new_item(stranger, "禅〔2026〕2号")
    with stranger:
        way = [one for one in destinations(stranger, clock.today()) if one.unit == city]
        [dispatch] = exchange.send(actor=system(stranger.pk), item_uuid=late, content=CONTENT, to=way)
    Dispatch.objects.filter(pk=dispatch.pk).update(due_at=clock.now() - timedelta(days=3))
    recompute(rules)
    return {"unit": unit, "city": city, "province": province, "stranger": stranger}


def readers(network: dict[str, Unit]) -> dict[str, Client]:
    return {
        "author": client_for(make_user(network["unit"], "author"), network["unit"]),
        "county": client_for(make_user(network["unit"], "clerk", roles=["clerk"]), network["unit"]),
        "city": client_for(make_user(network["city"], "lin", roles=["leader"]), network["city"]),
        "provincial clerk": client_for(make_user(network["province"], "huang", roles=["clerk"]), network["province"]),
        "office": client_for(make_user(network["province"], "tongji", roles=["province_office"]), network["province"]),
    }


def test_everybody_sees_their_own_scope_and_never_more(network: dict[str, Unit], party: Unit) -> None:
    who = readers(network)
    pages = ("", "units/", "wall/", "waiting/", "pictures/funnel.svg")
    groups = {"county": "party-county", "city": "committee-county", "province": "committee-city"}

    def statuses(client: Client, base: str, group: str = "") -> set[int]:
        return {client.get(f"{base}{page}{f'?group={group}' if group else ''}").status_code for page in pages}

    overview = {key: f"/overview/{one.uuid}/" for key, one in network.items()} | {"party": f"/overview/{party.uuid}/"}
    for name in ("author", "county", "city", "provincial clerk"):
        assert statuses(who[name], "/province/") == {403}, name
    assert statuses(who["office"], "/province/", groups["province"]) == {200}
    assert statuses(who["author"], overview["unit"]) == {403}
    assert statuses(who["county"], overview["unit"], groups["county"]) == {200}
    assert statuses(who["city"], overview["city"], groups["city"]) == {200}
    assert statuses(who["city"], overview["unit"], groups["county"]) == {200}
    assert statuses(who["office"], overview["city"], groups["city"]) == {200}
    for hidden in ("city", "province", "stranger"):
        assert statuses(who["county"], overview[hidden]) == {404}, hidden
    assert statuses(who["city"], overview["province"]) == {404}
    # What stands below nobody but the province is no part of a unit's scope, even within the provincial committee.
    assert who["provincial clerk"].get("/overview/").status_code == 200
    assert statuses(who["provincial clerk"], overview["city"]) == {404}
    assert who["county"].get(overview["party"]).status_code == 200


def test_no_figure_of_a_neighbour_stands_on_a_page(network: dict[str, Unit]) -> None:
    who = readers(network)
    for page in ("", f"{network['unit'].uuid}/wall/", f"{network['unit'].uuid}/waiting/?tab=late"):
        said = who["county"].get(f"/overview/{page}").content.decode()
        assert "禅城" not in said
        assert "佛山市政协" not in said
    assert "禅城" in who["city"].get("/overview/").content.decode()
    for name in ("stranger", "city"):
        listed = f"/ranking/counts/{network[name].uuid}/?what=received"
        assert who["county"].get(listed).status_code == 404
    assert who["city"].get(f"/ranking/counts/{network['stranger'].uuid}/?what=received").status_code == 200


def test_a_city_counts_below_and_does_not_read(network: dict[str, Unit]) -> None:
    city = readers(network)["city"]
    unsent = city.get(f"/ranking/counts/{network['stranger'].uuid}/?what=received")
    assert "禅〔2026〕1号" in unsent.content.decode()
    assert TITLE not in unsent.content.decode()
    assert {row.url for row in unsent.context["rows"]} == {""}
    late = city.get(f"/overview/{network['city'].uuid}/waiting/?tab=late").content.decode()
    assert "禅〔2026〕2号" in late
    assert TITLE not in late


@pytest.mark.parametrize("reader", ["office", "city", "county"])
def test_tile_chart_table_and_list_say_the_same(network: dict[str, Unit], reader: str) -> None:
    client = readers(network)[reader]
    context = client.get("/province/?group=committee-county" if reader == "office" else "/overview/").context
    shown = [(figure.value, figure.url) for figure in (*context["figures"], *context["today"]) if figure.unit == "篇"]
    shown += [(row.value, row.url) for row in context["funnel"]]
    shown += [(bar.second, bar.second_url) for bar in context["bars"]]
    chart = context["trend"]
    dots = {dot.url: dot.value for line in chart.lines for dot in line.dots}
    table = {url: value for row in chart.rows for value, url in row.cells if value is not None}
    assert dots == table
    shown += [(value, url) for url, value in dots.items()]
    assert len({url for _, url in shown}) > 12
    for value, url in shown:
        assert value == listed(client, url), url
    assert sum(dots.values()) == context["figures"][0].value


def test_what_is_open_is_as_much_as_its_list_says(network: dict[str, Unit]) -> None:
    for reader, base, way, late in (("office", "/province/", 1, 1), ("city", "/overview/", 1, 1)):
        client = readers_once(network, reader)
        context = client.get(base).context
        assert (context["on_the_way"], context["late_receipts"], context["late"]) == (way, late, late)
        assert heading(client, context["waiting_url"]) == f"在途 {way} 篇"
        assert heading(client, f"{context['waiting_url']}?tab=late") == f"超期未签收 {late} 篇"
        assert heading(client, f"{context['waiting_url']}?tab=answers") == "超期未答复 0 篇"
        [owed] = context["mini_late"]
        assert (owed.label, owed.value, owed.state.word) == ("佛山市政协", "1 篇", "超期 3 天")
        assert heading(client, owed.url) == "超期未签收 1 篇"


def test_who_sends_nothing_for_long_is_named_with_as_many_as_listed(network: dict[str, Unit]) -> None:
    office = readers_once(network, "office")
    for group in ("committee-county", "party-city"):
        context = office.get(f"/province/?group={group}").context
        page = office.get(context["silent_url"])
        assert context["silent"] == len(page.context["rows"])
    assert [(row.label, row.value) for row in context["mini_silent"]] == [("民盟佛山市委会", "近一年")]


def test_the_wall_has_nothing_to_press_no_title_and_no_person(network: dict[str, Unit]) -> None:
    user = make_user(network["province"], "tongji", name="欧阳砚秋", roles=["province_office"])
    client = client_for(user, network["province"])
    page = client.get("/province/wall/?group=committee-county")
    said = page.content.decode()
    assert "<a " not in said
    assert TITLE not in said
    assert "欧阳砚秋" not in said
    assert "数据截至" in said
    assert page.headers["Cache-Control"] == "no-store"
    part = client.get("/province/wall/?group=committee-county", headers={"X-Zt-Part": "wall"}).content.decode()
    assert "<html" not in part
    assert "南海区" in part


def test_charts_are_kept_as_pictures_that_need_no_page(network: dict[str, Unit]) -> None:
    office = readers_once(network, "office")
    context = office.get("/province/?group=committee-county").context
    assert set(context["pictures"]) == set(FILES)
    for url in context["pictures"].values():
        answer = office.get(url)
        assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        words = " ".join(text.text or "" for text in ET.fromstring(answer.content).iter() if text.tag.endswith("text"))
        assert "2 个区县级政协" in words
        assert "数据截至" in words
    assert f">{context['funnel'][0].value}<" in office.get(context["pictures"]["funnel"]).content.decode()
    assert office.get("/province/pictures/nothing.svg").status_code == 404


def test_a_page_costs_the_same_whatever_it_counts(network: dict[str, Unit]) -> None:
    urls = {
        "office": ("/province/", "/province/wall/", "/province/units/?what=silent", "/province/waiting/"),
        "city": ("/overview/", f"/overview/{network['unit'].uuid}/"),
    }
    clients = readers(network)
    costs = []
    for turn in range(2):
        costs.append([_cost(clients[who], url) for who, some in urls.items() for url in some])
        for number in range(3):
            item = new_item(network["unit"], f"南〔2026〕{10 * turn + number + 20}号")
            outcome(network["unit"], item)
            send_up(network["unit"], item, network["city"], f"佛〔2026〕{10 * turn + number + 20}号")
        recompute(RuleSet.objects.get())
    assert costs[0] == costs[1]


def test_an_address_that_names_nothing_here_is_not_found(network: dict[str, Unit]) -> None:
    who = readers(network)
    for path in (
        "/province/?group=committee-branch",
        "/province/?group=x",
        "/province/units/?what=points",
        "/province/waiting/?tab=x",
        "/province/?period=1066",
    ):
        assert who["office"].get(path).status_code == 404, path
    # A county does not learn that there are groups beside it.
    assert who["county"].get("/overview/?group=committee-city").status_code == 404


def test_any_days_and_parts_of_a_year_lead_to_their_own_lists(network: dict[str, Unit]) -> None:
    office, today = readers_once(network, "office"), clock.today()
    group = "group=committee-county"
    for asked in (f"from={today}&to={today}", f"period={today.year}-H1", f"year={today.year}&part=Q4", "period=2019"):
        context = office.get(f"/province/?{group}&{asked}").context
        assert context["figures"][0].value == listed(office, context["figures"][0].url), asked
    context = office.get(f"/province/?{group}&from={today}&to={today}").context
    assert (context["figures"][0].value, context["today"][0].value) == (6, 6)


def test_the_way_up_ends_where_the_reader_stands(network: dict[str, Unit]) -> None:
    office = make_user(network["province"], "tongji", roles=["province_office"])
    lin = make_user(network["city"], "lin", roles=["leader"])
    with network["province"]:
        seen = scope_of(office.actor, network["province"], network["unit"].uuid)
    assert [unit.short_name for unit in seen.way] == ["佛山市政协"]
    with network["city"]:
        seen = scope_of(lin.actor, network["city"], network["city"].uuid)
    assert seen.way == []
    assert network["unit"].pk in seen.units


def test_the_table_of_units_and_what_is_open_as_files(network: dict[str, Unit]) -> None:
    office, group = readers_once(network, "office"), "group=committee-county"
    for what in ("rank", "sent", "silent"):
        page = office.get(f"/province/units/?{group}&what={what}").context
        rows = taken(office, "monitor.units", page["exported"])
        assert [row[2] for row in rows] == [shown[0].called for shown in page["rows"]], what
        assert [row[3:-2] for row in rows] == [[str(cell[1]) for cell in shown[2]] for shown in page["rows"]], what
    way = office.get("/province/waiting/").context
    assert [row[0] for row in taken(office, "monitor.sendings", way["exported"])] == [row.name for row in way["rows"]]
    assert taken(office, "monitor.answers", "tab=answers") == []
    form = {"kind": "monitor.sendings", "query": "tab=answers", "format": "csv"}
    assert office.post("/exports/ask/", form).status_code == 404


def test_files_of_a_scope_are_for_its_readers_alone(network: dict[str, Unit]) -> None:
    who = readers(network)
    for kind, query in (("units", "what=rank"), ("sendings", ""), ("answers", "tab=answers")):
        form = {"kind": f"monitor.{kind}", "query": query, "format": "csv"}
        for name in ("author", "county", "city", "provincial clerk"):
            assert who[name].post("/exports/ask/", form).status_code == 403, (name, kind)
        form["query"] = f"unit={network['stranger'].uuid}&{query}"
        assert who["county"].post("/exports/ask/", form).status_code == 404
    named = f"unit={network['city'].uuid}&group=committee-county"
    assert "禅城区政协" in {row[2] for row in taken(who["city"], "monitor.units", named)}


def test_a_file_is_withheld_from_who_lost_the_scope_meanwhile(network: dict[str, Unit]) -> None:
    """The list has no right of its own: whose figures it shows decides."""
    city, user = network["city"], make_user(network["city"], "lin", roles=["leader"])
    client, kept = client_for(user, city), clock.now() + timedelta(days=7)
    with city:
        export = Export.objects.create(
            unit=city, user_uuid=user.uuid, asked_by="lin", kind="monitor.units", title="明细", format="csv",
            query=f"unit={city.uuid}&group=committee-county", asked_at=clock.now(), expires_at=kept,
            state=Export.State.RUNNING,
        )  # fmt: skip
    assert client.get(f"/exports/{export.uuid}/file/").status_code == 409  # not there yet
    with city:
        user.roles.clear()
    assert client.get(f"/exports/{export.uuid}/file/").status_code == 403


def taken(client: Client, kind: str, query: str) -> list[list[str]]:
    """Return the rows of a file."""
    return list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))[1:]


def readers_once(network: dict[str, Unit], reader: str) -> Client:
    """One of the readers, whom other tests make beside each other."""
    roles, where = {"office": ("province_office", "province"), "city": ("leader", "city")}[reader]
    return client_for(make_user(network[where], reader, roles=[roles]), network[where])


def heading(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    found = _HEADING.search(answer.content.decode())
    assert found, url
    return found[1]


def listed(client: Client, url: str) -> int:
    """How many items the list behind a figure has: its heading, or the sum of a table of units."""
    if "/units/" not in url:
        return int(heading(client, url).split()[-2].replace(",", ""))
    context = client.get(url).context
    at = list(context["counts"]).index(context["what"])
    assert sum(row[2][at][1] for row in context["rows"]) == context["total_counts"][at][1]
    return int(context["total_counts"][at][1])


def _cost(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
