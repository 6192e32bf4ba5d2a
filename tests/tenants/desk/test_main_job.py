"""One report through three units by operations: what each page then says, to whom, and what the year comes to."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.desk import operations as desk
from tenants.desk.reports import year_paragraph
from tenants.items.models import Item, State
from tenants.review import operations as review
from tenants.review.models import Task
from tests import factories
from tests.platform.ranking.histories import recount
from zhitong.core import clock
from zhitong.core.errors import NotFound, WrongState
from zhitong.exchange.models import Dispatch, Event, EventKind, Packet
from zhitong.exchange.queries import journey
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db
SECRET = "绝无仅有之词"


def office(unit: Unit, username: str = "clerk") -> Any:
    """Make someone who reviews, sends and receives alone."""
    return factories.make_user(unit, username, roles=["clerk"], posts=["research", "secretary", "chair"])


def pass_all(unit: Unit, item: Item) -> None:
    with unit:
        while task := Task.objects.filter(run__item=item, state=Task.State.OPEN).select_related("holder").first():
            review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)
        item.refresh_from_db()


def send_up(unit: Unit, clerk: Any, item: Item) -> Dispatch:
    with unit:
        to = [destination.key for destination in destinations(unit, clock.today())]
        [dispatch] = desk.send(actor=clerk.actor, item_uuid=item.uuid, version=item.version, to=to[:1])
    return dispatch


@pytest.fixture
def adopted(unit: Unit) -> tuple[Any, Any, Item]:
    """An item that the district has adopted, with its author and clerk."""
    author, clerk = factories.make_user(unit, "author", name="梁晓岚"), office(unit)
    item = factories.make_draft(unit, author, problem=f"居民拉线充电，{SECRET}。")
    with unit:
        review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
    pass_all(unit, item)
    assert item.state == State.APPROVED
    return author, clerk, item


def test_a_report_travels_and_everybody_sees_it(
    adopted: Any, unit: Unit, city: Unit, province: Unit, client_for: Any, drain: Any
) -> None:
    author, clerk, item = adopted
    received, sender = item, unit
    for above, sending_clerk in ((city, clerk), (province, office(city))):
        dispatch = send_up(sender, sending_clerk, received)
        receiving = office(above, "receiver")
        with above:
            received = desk.accept(actor=receiving.actor, dispatch_uuid=dispatch.uuid)
        pass_all(above, received)
        sender = above
    drain()
    with unit:
        way = journey(unit.pk, item.uuid)
        assert way is not None
        assert [(stop.name, stop.outcome) for stop in way.stops] == [
            ("南海区政协", ("单篇采用", "ok")),
            ("佛山市政协", ("单篇采用", "ok")),
            ("广东省政协", ("单篇采用", "ok")),
        ]
    page = client_for(author, unit).get(reverse("desk:journey", args=[item.uuid]))
    assert page.status_code == 200
    assert page.content.decode().count("单篇采用") >= 3
    notices = client_for(author, unit).get("/notices/").content.decode()
    assert "广东省政协单篇采用" in notices
    hits = client_for(clerk, unit).get("/search/", {"q": "绝无仅有"}).content.decode()
    assert str(item.uuid) in hits


def test_a_neighbour_sees_nothing(
    adopted: Any, unit: Unit, city: Unit, stranger: Unit, client_for: Any, drain: Any
) -> None:
    _author, clerk, item = adopted
    dispatch = send_up(unit, clerk, item)
    drain()
    neighbour = office(stranger, "neighbour")
    client = client_for(neighbour, stranger)
    for url in (
        reverse("desk:item", args=[item.uuid]),
        reverse("desk:journey", args=[item.uuid]),
        reverse("desk:send", args=[item.uuid]),
        reverse("desk:outcome", args=[item.uuid]),
        reverse("desk:dispatch", args=[dispatch.uuid]),
    ):
        assert client.get(url).status_code == 404, url
    for url in ("/", "/inbox/", "/send/", "/items/all/", "/search/?q=绝无仅有", "/ranking/"):
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert SECRET not in answer.content.decode(), url
        assert item.title not in answer.content.decode(), url
    with stranger, pytest.raises(NotFound):
        desk.accept(actor=neighbour.actor, dispatch_uuid=dispatch.uuid)


def test_an_author_may_not_use_the_office_pages(adopted: Any, unit: Unit, client_for: Any) -> None:
    author, _clerk, item = adopted
    client = client_for(author, unit)
    assert client.get("/inbox/").status_code == 403
    assert client.get("/send/").status_code == 403
    assert client.get(reverse("desk:send", args=[item.uuid])).status_code == 403
    assert client.get(reverse("desk:outcome", args=[item.uuid])).status_code == 403


def test_a_tampered_packet_is_not_taken_in(adopted: Any, unit: Unit, city: Unit) -> None:
    _author, clerk, item = adopted
    dispatch = send_up(unit, clerk, item)
    with connection.cursor() as cursor:  # what only a database administrator could do
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE public.exchange_packet SET content = jsonb_set(content, '{title}', '\"改过\"')")
        cursor.execute("SET LOCAL session_replication_role = origin")
    receiving = office(city, "receiver")
    with city, pytest.raises(WrongState, match="校验值不符"):
        desk.accept(actor=receiving.actor, dispatch_uuid=dispatch.uuid)


def test_returning_asks_for_a_reason_and_keeps_what_was_typed(
    adopted: Any, unit: Unit, city: Unit, client_for: Any
) -> None:
    _author, clerk, item = adopted
    dispatch = send_up(unit, clerk, item)
    client = client_for(office(city, "receiver"), city)
    url = reverse("desk:act", args=[dispatch.uuid])
    answer = client.post(url, {"verb": "return", "reason": "  "})
    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()
    assert client.post(url, {"verb": "return", "reason": "请注明数据来源"}).status_code == 302
    again = client.post(url, {"verb": "accept"})
    assert again.status_code == 409
    assert "已退回" in again.content.decode()
    assert Event.objects.filter(kind=EventKind.RETURNED).count() == 1


def test_sending_twice_asks_and_says_when(adopted: Any, unit: Unit, client_for: Any) -> None:
    _author, clerk, item = adopted
    client = client_for(clerk, unit)
    with unit:
        key = destinations(unit, clock.today())[0].key
    url = reverse("desk:send", args=[item.uuid])
    assert client.post(url, {"to": [key], "version": item.version}).status_code == 302
    repeated = client.post(url, {"to": [key], "version": item.version})
    assert repeated.status_code == 409
    assert "再次报送" in repeated.content.decode()
    assert Dispatch.objects.count() == 1
    assert client.post(url, {"to": [key], "version": item.version, "again": "1"}).status_code == 302
    assert Packet.objects.count() == 2
    assert client.post(url, {"to": [key], "version": 999}).status_code == 409
    assert client.post(url, {"to": ["u:nonsense"], "version": item.version}).status_code == 422


def test_the_yearly_summary_counts_what_happened(adopted: Any, unit: Unit, city: Unit) -> None:
    _author, clerk, item = adopted
    year = clock.today().year
    recount()
    with unit:
        before = year_paragraph(unit, year)
    assert "信息共1篇，采用1篇，未有信息被市级采用" in before
    dispatch = send_up(unit, clerk, item)
    receiving = office(city, "receiver")
    with city:
        received = desk.accept(actor=receiving.actor, dispatch_uuid=dispatch.uuid)
    pass_all(city, received)
    recount()
    with unit:
        assert "信息共1篇，采用1篇，被佛山市政协采用1篇" in year_paragraph(unit, year)


@pytest.mark.parametrize("path", ["/", "/inbox/", "/send/"])
def test_lists_cost_the_same_whatever_they_hold(path: str, unit: Unit, client_for: Any) -> None:

    author, clerk = factories.make_user(unit, "author"), office(unit)
    client = client_for(clerk, unit)
    counts = []
    for round_ in range(3):
        item = factories.make_draft(unit, author, title=f"关于第{round_}件事的建议", problem=f"第{round_}件事。")
        with unit:
            review.submit(actor=author.actor, item_uuid=item.uuid, version=item.version)
        pass_all(unit, item)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2], counts
