"""Papers as files: what came, what went and how far everybody is, as the pages say, for who opens the pages."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from tests.factories import exported, make_user
from tests.tenants.papers.conftest import Network
from zhitong.exchange.models import Paper, PaperKind

pytestmark = pytest.mark.django_db


def taken(client: Client, kind: str, query: str = "") -> list[list[str]]:
    return list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))[1:]


@pytest.fixture
def call(network: Network) -> Paper:
    """佛山 calls on 南海 and 禅城 and on one of its own people; 南海 passes it on, and its author writes."""
    made = network.publish(network.city, network.county.unit, network.neighbour.unit, people=(network.city.author,))
    own = network.pass_on(network.county, made, people=(network.county.author,))
    network.answer(network.county, own)
    network.publish(network.city, network.county.unit, kind=PaperKind.NOTICE, title="会议通知")
    return made


def test_what_went_and_how_far_everybody_is(network: Network, call: Paper, client_for: Any) -> None:
    clerk = client_for(network.city.clerk, network.city.unit)
    assert [(row[1], row[5]) for row in taken(clerk, "papers.sent")] == [("会议通知", "1"), (call.title, "2")]
    assert [row[1] for row in taken(clerk, "papers.sent", "kind=call")] == [call.title]
    page = clerk.get(f"/papers/out/{call.uuid}/")
    assert page.content.decode().count('name="kind" value="papers.') == 2
    units = taken(clerk, "papers.units", page.context["exported"])
    assert {(row[0], row[6]) for row in units} == {("南海区政协", "1"), ("禅城区政协", "0")}
    assert [row[0] for row in units] == [row.name for row in page.context["unit_rows"]]
    people = taken(clerk, "papers.people", page.context["exported"])
    assert [row[0] for row in people] == [row.name for row in page.context["people_rows"]] == [network.city.author.name]


def test_what_came_and_what_one_may_read(network: Network, call: Paper, client_for: Any) -> None:
    clerk = client_for(network.county.clerk, network.county.unit)
    assert [row[1] for row in taken(clerk, "papers.received")] == ["会议通知", call.title]
    author = client_for(network.county.author, network.county.unit)
    [row] = taken(author, "papers.own")
    assert (row[1], row[2], row[7]) == (call.title, "南海区政协", "1")
    other = client_for(make_user(network.county.unit, "n_other"), network.county.unit)
    assert taken(other, "papers.own") == []


def test_how_far_others_are_stays_with_who_sent(network: Network, call: Paper, client_for: Any) -> None:
    for office in (network.county, network.neighbour):
        clerk, author = client_for(office.clerk, office.unit), client_for(office.author, office.unit)
        for kind in ("papers.units", "papers.people"):
            form = {"kind": kind, "query": f"paper={call.uuid}", "format": "csv"}
            assert clerk.post("/exports/ask/", form).status_code == 404
            assert clerk.post("/exports/ask/", {**form, "query": "paper=x"}).status_code == 404
            assert author.post("/exports/ask/", form).status_code == 403
