"""Figures by who reviewed: what each decided on, what became of it, and the list behind every figure."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from tenants.review import operations as review
from tenants.review.models import Task
from tenants.review.queries.handlers import handlers
from tests.factories import client_for, make_user
from tests.leaks.world import World, build, dispatch_to_city
from tests.platform.ranking.histories import recompute
from zhitong.core import clock
from zhitong.ranking.models import RuleSet
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
YEAR = Period.of_year(clock.today().year)


@pytest.fixture
def world(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> World:
    """An item that 何 returned, then passed, and that the city adopted."""
    made = build(unit, city, province, stranger)
    dispatch_to_city(made)
    return made


def figures_of(client: Client) -> list[tuple[str, str, int]]:
    """Return who, the address of the list, and the number of every figure of the page."""
    rows = client.get("/review/handlers/").context["rows"]
    return [(row.name, cell.url, int(cell.value)) for row in rows for cell in row.figures if cell.url]


def test_what_one_reviewed_and_what_became_of_it(world: World, unit: Unit, city: Unit) -> None:
    with unit:
        [one] = handlers(unit, YEAR)
        assert (one.user, one.decided) == (world.reviewer, 1)
        counts = one.counts
        assert (counts.received, counts.adopted, counts.sent, counts.higher, counts.instructions) == (1, 1, 1, 1, 1)
        assert handlers(unit, YEAR.before) == []
    with city:
        [above] = handlers(city, YEAR)
        assert above.user == world.city_clerk


def test_every_figure_opens_its_list(world: World, unit: Unit) -> None:
    clerk = client_for(world.clerk, unit)
    found = figures_of(clerk)
    assert len(found) == 5
    for who, url, number in found:
        page = html.unescape(clerk.get(url).content.decode())
        head = re.search(r"<h1[^>]*>[^<]*?(\d+) 篇", page)
        assert head, url
        assert int(head[1]) == number, (who, url)
        assert (f"/items/{world.item.uuid}/" in page) == bool(number)
    assert clerk.get(f"/review/handlers/{world.reviewer.uuid}/?what=sent").status_code == 404


def test_an_item_of_two_reviewers_counts_for_both(world: World, unit: Unit) -> None:
    other = make_user(unit, "second", name="罗二", roles=["reviewer"], posts=["research"])
    with unit:
        item = world.draft
        item.refresh_from_db()
        review.submit(actor=world.author.actor, item_uuid=item.uuid, version=item.version)
        task = Task.objects.filter(run__item=item, holder=other).latest("pk")
        review.decide_return(actor=other.actor, task_uuid=task.uuid, reason="请补充")
        item.refresh_from_db()
        review.submit(actor=world.author.actor, item_uuid=item.uuid, version=item.version)
        task = Task.objects.filter(run__item=item, holder=world.reviewer).latest("pk")
        review.decide_pass(actor=world.reviewer.actor, task_uuid=task.uuid)
    for rules in RuleSet.objects.all():
        recompute(rules)
    with unit:
        found = {
            one.user.username: (one.decided, one.counts.received, one.counts.adopted) for one in handlers(unit, YEAR)
        }
    assert found == {"second": (1, 1, 1), "he": (2, 2, 2)}


def test_who_may_open_it(world: World, unit: Unit, stranger: Unit) -> None:
    peer: Any = client_for(make_user(stranger, "peer", roles=["clerk"]), stranger)
    assert client_for(world.author, unit).get("/review/handlers/").status_code == 403
    assert peer.get("/review/handlers/").context["rows"] == []
    assert peer.get(f"/review/handlers/{world.reviewer.uuid}/").status_code == 404
