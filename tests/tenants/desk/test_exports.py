"""The lists of a unit as files: row for row what their pages show, for each reader and each filter."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import User
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import exported, make_user
from tests.tenants.desk.conftest import Office
from zhitong.core.operations import system
from zhitong.exports.registry import exporters
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db

# kind -> its page, queries, and where the title stands in a row of the file
LISTS = {
    "items.all": ("/items/all/", ("", "sort=title", "q=充电", "state=approved", "category=社会建设&year=1999"), 2),
    "items.own": ("/items/", ("", "tab=open", "tab=draft"), 2),
    "review.worklist": ("/review/", ("", "tab=done&sort=at", "tab=late", "q=充电", "tab=returned"), 1),
    "desk.inbox": ("/inbox/", ("", "tab=all", "q=充电", "tab=all&until=2001-01-01"), 1),
    "desk.ready": ("/send/", ("", "tab=old"), 2),
    "desk.sent": ("/send/", ("tab=sent", "tab=sent&state=returned"), 1),
    "desk.returned": ("/send/", ("tab=back",), 1),
}


@pytest.fixture
def busy(office: Office, city_office: Office) -> tuple[Office, Office]:
    """Both offices with more than a page of work in every state."""
    for one in (office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    for number in range(12):
        office.submitted(title=f"在审的第 {number} 篇，河涌")
    for number in range(24):
        office.send(office.approved(title=f"关于第 {number} 处充电的建议"), "佛山市政协")
    office.approved(title="签发了没有报的")
    return office, city_office


def shown(client: Client, path: str, query: str) -> list[str]:
    """Return the titles on all pages of a list."""
    titles: list[str] = []
    after = ""
    while True:
        context = client.get(f"{path}?{query}&after={after}").context
        rows = context.get("rows")
        if rows is None:
            titles += [card.title for card in context["cards"]]
        else:
            titles += [row.name or next(cell.text for cell in row.cells if cell.look == "t") for row in rows]
        after = context["page"].next_cursor
        if not after:
            return titles


def taken(client: Client, kind: str, query: str) -> list[list[str]]:
    """Return the rows of the file."""
    return list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))[1:]


def test_files_hold_what_the_pages_show(busy: tuple[Office, Office], client_for: Any) -> None:
    here, there = busy
    readers = [(here.clerk, here.unit), (here.author, here.unit), (here.leader, here.unit), (there.clerk, there.unit)]
    compared = 0
    for user, unit in readers:
        client = client_for(user, unit)
        for kind, (path, queries, at) in LISTS.items():
            for query in queries:
                form = {"kind": kind, "query": query, "format": "csv"}
                status = client.get(f"{path}?{query}").status_code
                assert client.post("/exports/ask/", form).status_code == status, (user.username, kind)
                if status == 200:
                    titles = [row[at] for row in taken(client, kind, query)]
                    assert titles == shown(client, path, query), (user.username, kind, query)
                    compared += len(titles)
    assert compared > 200


def test_the_page_of_a_list_offers_its_export(busy: tuple[Office, Office], client_for: Any) -> None:
    client = client_for(busy[0].clerk, busy[0].unit)
    for kind, (path, queries, _at) in LISTS.items():
        page = client.get(f"{path}?{queries[0]}").content.decode()
        if kind in {"items.own", "desk.returned"}:  # the clerk wrote nothing, and nothing came back
            continue
        assert f'name="kind" value="{kind}"' in page, kind


def test_names_that_a_unit_hides_from_authors_stay_hidden(office: Office, stranger: Unit, client_for: Any) -> None:
    with office.unit:
        review.ensure_default_flow(actor=system(office.unit.pk))
        office.unit.hides_reviewers = True
        office.unit.save(update_fields=["hides_reviewers"])
    office.submitted(title="要退的")
    with office.unit:
        task = Task.objects.get(state=Task.State.OPEN)
        review.decide_return(actor=task.holder.actor, task_uuid=task.uuid, reason="补数据")
    [row] = taken(client_for(office.author, office.unit), "review.worklist", "tab=returned")
    assert row[1] == "要退的"
    assert task.holder.name not in "".join(row)


def test_every_list_asks_for_its_right(unit: Unit, client_for: Any) -> None:
    """Whoever has no role takes nothing away but what is their own."""
    nobody: User = make_user(unit, "nobody", roles=[])
    client = client_for(nobody, unit)
    for exporter in exporters():
        answer = client.post("/exports/ask/", {"kind": exporter.kind, "query": "q=x", "format": "csv"})
        assert len(exporter.kind) <= 40
        if exporter.right:
            assert answer.status_code == 403, exporter.kind
        elif answer.status_code not in {403, 404}:  # where a list asks for more, or what the query names is not theirs
            assert answer.status_code == 200, exporter.kind
            assert len(b"".join(answer.streaming_content).decode().splitlines()) == 1
