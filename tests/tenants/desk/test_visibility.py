"""A leader's words and name: who reads them, who only learns that there was an instruction."""

import html
import re
from typing import Any

import pytest

from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.review import operations as review
from tests.factories import make_user
from tests.tenants.desk.conftest import Office, people
from zhitong.core.operations import system
from zhitong.exchange.models import EventKind, Visibility
from zhitong.exchange.queries import journey
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
LEADER, WORDS = "赵某某副市长", "请市住建局研究，年内拿出办法"


@pytest.fixture
def province_office(province: Unit) -> Office:
    """广东省政协 with its people."""
    return people(province, "p_")


def taken_in(sender: Office, item: Item, receiver: Office) -> Item:
    """Send an item up, let the receiver make its own of it."""
    [dispatch] = sender.send(item, receiver.unit.short_name)
    with receiver.unit:
        return desk.accept(actor=receiver.clerk.actor, dispatch_uuid=dispatch.uuid)


def adopt(office: Office, item: Item) -> Item:
    with office.unit:
        office.pass_through(item)
        return Item.objects.get(pk=item.pk)


def instruct(office: Office, item: Item, visibility: Visibility, kind: EventKind = EventKind.INSTRUCTION) -> None:
    with office.unit:
        desk.record_outcome(
            actor=office.clerk.actor,
            item_uuid=item.uuid,
            kind=kind,
            leader=LEADER if kind == EventKind.INSTRUCTION else "",
            leader_rank="city" if kind == EventKind.INSTRUCTION else "",
            words=WORDS,
            visibility=visibility,
        )


@pytest.fixture
def way(office: Office, city_office: Office) -> tuple[Item, Item]:
    """An item of the county, and what the city made of it, adopted by both."""
    for one in (office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    own = office.approved()
    return own, adopt(city_office, taken_in(office, own, city_office))


def page(client_for: Any, user: User, unit: Unit, item: Item) -> str:
    """Return what can be read on the journey's page, and behind the programs' address of it."""
    client = client_for(user, unit)
    pages = [client.get(path.format(item.uuid)) for path in ("/items/{}/journey/", "/api/v1/items/{}/journey/")]
    assert {answer.status_code for answer in pages} == {200}, user.username
    words = html.unescape("\n".join(answer.content.decode() for answer in pages))
    return re.sub(r"<[^>]+>", "", words)


def test_below_the_recorder_stands_only_the_fact(
    office: Office, city_office: Office, way: tuple[Item, Item], client_for: Any
) -> None:
    own, above = way
    instruct(city_office, above, Visibility.FACT)
    for user in (office.author, office.clerk, office.leader, office.reader):
        words = page(client_for, user, office.unit, own)
        assert "批示，市级领导" in words, user.username
        assert "批示全文未开放" in words, user.username
        assert LEADER not in words, user.username
        assert WORDS not in words, user.username
    for user in (city_office.clerk, city_office.leader, city_office.reader):
        words = page(client_for, user, city_office.unit, above)
        assert LEADER in words
        assert WORDS in words
        assert "未开放" not in words


def test_an_author_of_the_recorders_own_unit_stands_below_too(office: Office, client_for: Any) -> None:
    own = office.approved()
    instruct(office, own, Visibility.FACT)
    words = page(client_for, office.author, office.unit, own)
    assert "批示全文未开放" in words
    assert LEADER not in words
    assert WORDS not in words
    assert WORDS in page(client_for, office.clerk, office.unit, own)


def test_what_may_go_down_goes_down_whole(
    office: Office, city_office: Office, way: tuple[Item, Item], client_for: Any
) -> None:
    own, above = way
    instruct(city_office, above, Visibility.FULL)
    for user in (office.author, office.clerk):
        words = page(client_for, user, office.unit, own)
        assert LEADER in words
        assert WORDS in words
        assert "未开放" not in words


def test_a_unit_above_reads_it_once_it_took_part(
    city_office: Office, province_office: Office, way: tuple[Item, Item], client_for: Any
) -> None:
    _own, above = way
    with province_office.unit:
        review.ensure_default_flow(actor=system(province_office.unit.pk))
    instruct(city_office, above, Visibility.FACT)
    top = taken_in(city_office, above, province_office)
    words = page(client_for, province_office.clerk, province_office.unit, top)
    assert "批示全文未开放" in words
    assert LEADER not in words
    assert WORDS not in words
    adopt(province_office, top)
    words = page(client_for, province_office.clerk, province_office.unit, top)
    assert LEADER in words
    assert WORDS in words


def test_an_answer_is_kept_back_like_an_instruction(
    office: Office, city_office: Office, way: tuple[Item, Item], client_for: Any
) -> None:
    own, above = way
    instruct(city_office, above, Visibility.FACT, EventKind.REPLIED)
    words = page(client_for, office.author, office.unit, own)
    assert "答复全文未开放" in words
    assert WORDS not in words
    assert WORDS in page(client_for, city_office.clerk, city_office.unit, above)


def test_nobody_else_learns_of_it(
    office: Office, city_office: Office, stranger: Unit, way: tuple[Item, Item], client_for: Any
) -> None:
    own, above = way
    instruct(city_office, above, Visibility.FULL)
    neighbour = make_user(stranger, "c_zhou", roles=["clerk"])
    for user, unit in ((neighbour, stranger), (make_user(office.unit, "wang"), office.unit)):
        for item in (own, above):
            answer = client_for(user, unit).get(f"/items/{item.uuid}/journey/")
            assert answer.status_code == 404
            assert WORDS not in answer.content.decode()
    with stranger:
        assert journey(stranger.pk, own.uuid) is None
        assert journey(stranger.pk, above.uuid) is None


def test_a_correction_says_its_reason_and_no_name(
    office: Office, city_office: Office, way: tuple[Item, Item], client_for: Any
) -> None:
    own, above = way
    instruct(city_office, above, Visibility.FACT)
    client = client_for(city_office.clerk, city_office.unit)
    with city_office.unit:
        found = journey(city_office.unit.pk, above.uuid)
        assert found is not None
        [event] = [one for stop in found.stops for one in stop.events if one.kind == EventKind.INSTRUCTION]
    assert client.post(f"/outcomes/{event.uuid}/reverse/", {"reason": "登记在另一篇上了"}).status_code == 302
    words = page(client_for, office.author, office.unit, own)
    assert "冲正：批示，登记在另一篇上了" in words
    assert LEADER not in words
    assert WORDS not in words
