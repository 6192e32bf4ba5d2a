"""Figures as files: rankings, the lists behind counts, and statistics say there what their pages say."""

import csv
import html
import io
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.factories import exported, make_user
from tests.platform.ranking.histories import full_way, new_item, outcome, publish, recompute, send_up
from zhitong.exchange.models import EventKind
from zhitong.ranking.models import RuleSet, Sight
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
_KIND = re.compile(r'name="kind" value="([^"]+)"><input type="hidden" name="query" value="([^"]*)"')


@pytest.fixture
def rules(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> RuleSet:
    """A year in which two counties sent and the province adopted."""
    made = publish(province)
    full_way(unit, city, province)
    for number in range(24):
        above = send_up(unit, new_item(unit, f"南〔2026〕{number + 20}号"), city, f"佛〔2026〕{number + 20}号")
        outcome(city, above, EventKind.ADOPTED if number % 2 else EventKind.KEPT)
    new_item(stranger, "禅〔2026〕1号")
    recompute(made)
    return made


@pytest.fixture
def clerk(unit: Unit, client_for: Any) -> Client:
    return client_for(make_user(unit, "clerk", roles=["clerk"]), unit)


def taken(client: Client, kind: str, query: str) -> list[list[str]]:
    """Return the rows of the file."""
    return list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))[1:]


def offered(client: Client, path: str) -> tuple[Any, list[list[str]]]:
    """Open a page, press 导出 as it offers it, and return the page's context and the file's rows."""
    answer = client.get(path)
    found = _KIND.search(answer.content.decode())
    assert found is not None, path
    return answer.context, taken(client, found[1], html.unescape(found[2]))


@pytest.mark.parametrize("view", ["units", "persons", "groups"])
def test_a_ranking_as_a_file(rules: RuleSet, clerk: Client, view: str) -> None:
    answer = clerk.get(f"/ranking/?view={view}")
    rows = taken(clerk, f"ranking.{view}", f"view={view}")
    assert [row[2] for row in rows] == [row.name for row in answer.context["rows"]]
    for row, shown in zip(rows, answer.context["rows"], strict=True):
        assert row[0] == (str(shown.rank) if shown.rank else "")
        assert row[4:-1] == [str(figure.value) for figure in shown.figures]
    if view == "units":
        assert {"南海区政协", "禅城区政协"} <= {row[2] for row in rows}


def test_a_file_names_no_more_than_the_owner_of_the_rules_shows(
    rules: RuleSet, clerk: Client, province: Unit, client_for: Any
) -> None:
    RuleSet.objects.filter(pk=rules.pk).update(sight=Sight.OWN)
    assert [row[2] for row in taken(clerk, "ranking.units", "")] == ["南海区政协"]
    RuleSet.objects.filter(pk=rules.pk).update(sight=Sight.NONE)
    assert taken(clerk, "ranking.units", "") == []
    office = client_for(make_user(province, "office", roles=["clerk"]), province)
    assert len(taken(office, "ranking.units", "group=committee-county")) > 1


def test_the_list_behind_every_count_as_a_file(rules: RuleSet, clerk: Client) -> None:
    links = {
        figure.url: figure.value
        for row in clerk.get("/ranking/").context["rows"]
        for figure in row.figures
        if figure.url
    }
    assert sum(int(number) for number in links.values()) > 40
    for url, number in links.items():
        if not number:
            continue
        context, rows = offered(clerk, url)
        assert len(rows) == number == context["number"], url
        shown = [row.name for row in context["rows"]]
        assert [row[0] for row in rows][: len(shown)] == shown, url


def test_statistics_and_their_flows_as_files(rules: RuleSet, clerk: Client) -> None:
    context, rows = offered(clerk, "/ranking/statistics/")
    tables = [*context["tables"], context["times"], context["flows"]]
    said = [
        [table.title, label, figure.label, str(figure.value)]
        for table in tables
        for label, figures in table.rows
        for figure in figures
    ]
    assert rows == said
    urls = [
        figure.url for _label, figures in context["flows"].rows for figure in figures if figure.url and figure.value
    ]
    assert urls
    for url in urls:
        context, rows = offered(clerk, url)
        assert len(rows) == context["number"], url


def test_the_lines_behind_points_as_a_file(rules: RuleSet, unit: Unit, stranger: Unit, clerk: Client) -> None:
    path = f"/ranking/unit/{unit.uuid}/"
    context, rows = offered(clerk, path)
    assert len(rows) == len(context["ledger"]) > 1
    assert [row[1] for row in rows] == [line.event for line in context["ledger"]]
    assert sum(Decimal(row[5]) for row in rows if row[6] == "是") == context["total"] > 0
    form = {"kind": "ranking.ledger", "query": f"unit={stranger.uuid}", "format": "csv"}
    RuleSet.objects.filter(pk=rules.pk).update(sight=Sight.OWN)
    assert clerk.post("/exports/ask/", form).status_code == 404
    RuleSet.objects.filter(pk=rules.pk).update(sight=Sight.NONE)
    assert clerk.post("/exports/ask/", {**form, "query": f"unit={unit.uuid}"}).status_code == 403


@pytest.mark.parametrize("kind", ["ranking.counted", "ranking.statistics", "ranking.sendings", "ranking.units"])
def test_another_units_figures_stay_there(
    rules: RuleSet, unit: Unit, stranger: Unit, clerk: Client, client_for: Any, kind: str
) -> None:
    """A guessed key of a unit that one may not look into is no unit."""
    form = {"kind": kind, "query": f"unit={stranger.uuid}&what=received", "format": "csv"}
    if kind != "ranking.units":  # which asks for no unit
        assert clerk.post("/exports/ask/", form).status_code == 404
    for broken in ("unit=x", "what=%00", "period=x", "view=x", f"unit={unit.uuid}&what=x", "rules=999999"):
        status = clerk.post("/exports/ask/", {**form, "query": broken}).status_code
        assert status in {200, 404}, broken
    author = client_for(make_user(unit, "liang"), unit)
    for query in (f"unit={unit.uuid}&what=received", ""):
        assert author.post("/exports/ask/", {**form, "query": query}).status_code in {403, 404}
    assert urlsplit(clerk.post("/exports/ask/", form).headers.get("Location", "")).path == ""
