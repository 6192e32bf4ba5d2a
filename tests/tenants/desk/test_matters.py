"""The same report up the party line and the committee line: joined where both arrive, undone, each with its credit."""

from typing import Any

import pytest

from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.review import operations as review
from tests.platform.exchange.test_races import at_once, unit_of
from tests.platform.exchange.test_sending import register
from tests.tenants.desk.conftest import Office, people
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Event, EventKind, ItemFact, Matter
from zhitong.exchange.queries import other_lines
from zhitong.ranking.history import happenings
from zhitong.units.models import Unit

WHOLE = "同一件事另有 1 条线报来，南海区政协认定"


@pytest.fixture
def party_office(party: Unit) -> Office:
    """民盟南海总支 with its people."""
    return people(party, "p_")


@pytest.fixture
def both(office: Office, party_office: Office, city_office: Office) -> dict[str, Item]:
    """A report that the party branch sent to 南海, one that 南海 has of its own and sent to the city."""
    for one in (office, party_office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    branch = party_office.approved(title="关于充电棚的建议", problem="民盟独有的一句。")
    [dispatch] = party_office.send(branch, "南海区政协")
    with office.unit:
        arrived = desk.accept(actor=office.clerk.actor, dispatch_uuid=dispatch.uuid)
    own = office.approved(title="关于小区充电的建议", problem="南海独有的一句。")
    [sent] = office.send(own, "佛山市政协")
    with city_office.unit:
        above = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
    return {"branch": branch, "arrived": arrived, "own": own, "above": above}


def join(office: Office, one: Item, other: Item) -> None:
    with office.unit:
        exchange.join_lines(actor=office.clerk.actor, item_uuid=one.uuid, other_uuid=other.uuid)


@pytest.mark.django_db
def test_each_line_learns_that_there_is_another_and_no_more(
    both: dict[str, Item], office: Office, party_office: Office, city_office: Office, client_for: Any
) -> None:
    join(office, both["arrived"], both["own"])
    office_page = client_for(office.clerk, office.unit).get(f"/items/{both['own'].uuid}/journey/").content.decode()
    assert WHOLE in office_page
    assert f"/items/{both['arrived'].uuid}/" in office_page
    for one, item, secrets in (
        (party_office, both["branch"], ("南海独有", "关于小区充电的建议", str(both["own"].uuid), "佛山")),
        (city_office, both["above"], ("民盟", "关于充电棚的建议", str(both["arrived"].uuid))),
        (office, both["own"], ("民盟", "关于充电棚的建议", str(both["arrived"].uuid))),
    ):
        readers = (one.author,) if one is office else (one.clerk, one.leader)
        for user in readers:
            page = client_for(user, one.unit).get(f"/items/{item.uuid}/journey/").content.decode()
            assert WHOLE in page, user.username
            for secret in secrets:
                assert secret not in page, (user.username, secret)


@pytest.mark.django_db
def test_joined_lines_keep_their_events_and_their_credit(
    both: dict[str, Item], office: Office, city_office: Office
) -> None:
    before = list(Event.objects.order_by("pk").values_list("pk", "matter_id"))
    join(office, both["arrived"], both["own"])
    with city_office.unit:
        city_office.pass_through(both["above"])
    assert list(Event.objects.order_by("pk").values_list("pk", "matter_id"))[: len(before)] == before
    [adopted] = [h for h in happenings(both["own"].year or 0) if h.event.item_uuid == both["above"].uuid]
    assert adopted.event.kind == EventKind.ADOPTED
    assert [fact.item_uuid for fact in adopted.contributing] == [both["own"].uuid]
    assert ItemFact.objects.values("matter").distinct().count() == 2


@pytest.mark.django_db
def test_three_lines_and_one_that_was_none(both: dict[str, Item], office: Office, client_for: Any) -> None:
    third = office.approved(title="关于充电电价的建议")
    join(office, both["arrived"], both["own"])
    join(office, third, both["own"])
    found = other_lines(office.unit.pk, third.uuid, for_the_office=True)
    assert found is not None
    assert {fact.item_uuid for fact in found.known} == {both["arrived"].uuid, both["own"].uuid}
    assert other_lines(office.unit.pk, third.uuid).known == ()  # type: ignore[union-attr]
    with office.unit:
        with pytest.raises(WrongState, match="已经认定"):
            exchange.join_lines(actor=office.clerk.actor, item_uuid=third.uuid, other_uuid=both["arrived"].uuid)
        exchange.part_lines(actor=office.clerk.actor, item_uuid=both["arrived"].uuid)  # the one that began first
        assert other_lines(office.unit.pk, both["arrived"].uuid) is None
        left = other_lines(office.unit.pk, third.uuid)
        assert left is not None
        assert left.count == 1
        exchange.part_lines(actor=office.clerk.actor, item_uuid=third.uuid)
        for item in (both["own"], third):
            with pytest.raises(WrongState, match="没有与别的线"):
                exchange.part_lines(actor=office.clerk.actor, item_uuid=item.uuid)
    assert not Matter.objects.exclude(joined_to=None).exists()


@pytest.mark.django_db
def test_who_may_join_what(both: dict[str, Item], office: Office, party_office: Office) -> None:
    one, other = both["arrived"].uuid, both["own"].uuid
    with office.unit:
        with pytest.raises(InvalidInput):
            exchange.join_lines(actor=office.clerk.actor, item_uuid=one, other_uuid=one)
        with pytest.raises(NotFound):
            exchange.join_lines(actor=office.clerk.actor, item_uuid=one, other_uuid=both["branch"].uuid)
        for user in (office.author, office.leader, office.reader):
            with pytest.raises(NotAllowed):
                exchange.join_lines(actor=user.actor, item_uuid=one, other_uuid=other)
    with party_office.unit, pytest.raises(NotFound):
        exchange.part_lines(actor=party_office.clerk.actor, item_uuid=one)


@pytest.mark.django_db
def test_a_clerk_finds_joins_and_parts(both: dict[str, Item], office: Office, client_for: Any) -> None:
    client = client_for(office.clerk, office.unit)
    url = f"/items/{both['own'].uuid}/matter/"
    for words in ("充电棚", f"{both['arrived'].number}号", str(both["arrived"].number)):
        assert f'value="{both["arrived"].uuid}"' in client.get(url, {"find": words}).content.decode(), words
    assert "换一个词再找" in client.get(url, {"find": "没有的词"}).content.decode()
    assert client.post(url, {"other": "nonsense"}).status_code == 422
    assert client.post(url, {"other": str(both["branch"].uuid)}).status_code == 404
    assert client.post(url, {"other": str(both["arrived"].uuid)}).status_code == 302
    assert WHOLE in client.get(url).content.decode()
    assert WHOLE in client.get(f"/items/{both['arrived'].uuid}/").content.decode()
    assert client.post(url, {"verb": "part"}).status_code == 302
    assert WHOLE not in client.get(url).content.decode()
    assert client.post(url, {"verb": "part"}).status_code == 409
    assert client_for(office.leader, office.unit).get(url).status_code == 403


def test_clerks_who_join_in_a_ring_leave_one_matter(committed: None) -> None:
    city = unit_of("foshan")
    uuids = [register(city) for _ in range(3)]
    refused: list[Refusal] = []

    def work(number: int) -> None:
        mine = unit_of("foshan")
        with mine:
            try:
                one, other = uuids[number % 3], uuids[(number + 1) % 3]
                exchange.join_lines(actor=system(mine.pk), item_uuid=one, other_uuid=other)  # type: ignore[arg-type]
            except WrongState as refusal:
                refused.append(refusal)

    assert at_once(9, work) == []
    assert len(refused) == 7
    [head] = Matter.objects.filter(joined_to=None)
    assert Matter.objects.filter(joined_to=head).count() == 2
