"""Handling as files: what was passed on and what was passed here, tab by tab as the pages say."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from tests.factories import exported
from tests.tenants.handling.conftest import World
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def taken(client: Client, kind: str, query: str = "") -> list[list[str]]:
    return list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))[1:]


def test_both_sides_take_their_list_away(world: World, stranger: Unit, client_for: Any) -> None:
    world.to_party()
    world.to_bureau(instruction_uuid=None)
    clerk = client_for(world.office.clerk, world.office.unit)
    for tab in ("", "sent", "answered", "all"):
        page = clerk.get(f"/handling/?tab={tab}").context
        rows = taken(clerk, "handling.asked", f"tab={tab}")
        assert [(row[1], row[2]) for row in rows] == [(one.cells[1].text, one.cells[2].text) for one in page["rows"]]
    assert {(row[2], row[4]) for row in taken(clerk, "handling.asked")} == {
        (world.party.short_name, "批示"),
        ("区住建局", "采用"),
    }
    handler = client_for(world.handler, world.party)
    [row] = taken(handler, "handling.owed")
    assert (row[1], row[2]) == (world.item.title, "南海区政协")
    assert taken(handler, "handling.asked") == []
    author = client_for(world.office.author, world.office.unit)
    for kind in ("handling.asked", "handling.owed"):
        assert author.post("/exports/ask/", {"kind": kind, "query": "", "format": "csv"}).status_code == 403
