"""Sending: frozen packets, routes, and exactly once."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.models import AuditEntry, OutboxMessage
from zhitong.core.operations import Actor, system
from zhitong.exchange import operations, packets
from zhitong.exchange.models import Dispatch, Event, Grant, Packet
from zhitong.units.models import BodyKind, Level, Lifecycle, RouteKind, Unit
from zhitong.units.operations import open_route, register_body
from zhitong.units.queries import Destination, destinations

CONTENT = {
    "title": "关于规范电动自行车充电的建议",
    "problem": "居民拉线充电。",
    "suggestions": "制定布点计划。",
    "authors": [{"name": "梁晓岚", "duty": "教师", "contact": "电话在此"}],
}


def register(unit: Unit, **fields: object) -> object:
    """Register an item of `unit` and return its uuid."""
    item = uuid4()
    with unit:
        operations.register_item(
            actor=system(unit.pk),
            item_uuid=item,
            number_label="南〔2026〕1号",
            submitted_at=clock.now(),
            authors=[],
            **fields,
        )
    return item


def up(unit: Unit) -> list[Destination]:
    return destinations(unit, clock.today())


@pytest.mark.django_db
def test_one_sending_makes_one_packet_one_dispatch_and_its_event(unit: Unit, city: Unit) -> None:
    item = register(unit)
    with unit:
        [dispatch] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
    packet = Packet.objects.get()
    assert (dispatch.receiver, dispatch.state, dispatch.attempt) == (city, Dispatch.State.SENT, 1)
    assert packet.sha256 == packets.digest(packet.content)
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == ["submitted", "sent"]


@pytest.mark.django_db
def test_contacts_stay_at_home_unless_the_route_shows_them(unit: Unit) -> None:
    item = register(unit)
    with unit:
        operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
    assert "电话在此" not in packets.canonical(Packet.objects.get().content)


@pytest.mark.django_db
def test_a_second_sending_to_the_same_receiver_is_refused_unless_meant(unit: Unit) -> None:
    item = register(unit)
    with unit:
        operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
        with pytest.raises(WrongState, match="已报送佛山市政协"):
            operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
        [again] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit), again=True)
    assert again.attempt == 2
    assert Dispatch.objects.count() == 2


@pytest.mark.django_db
def test_no_route_no_sending(unit: Unit, stranger: Unit) -> None:
    item = register(unit)
    forged = Destination(kind="hierarchy", unit=stranger)
    with unit, pytest.raises(InvalidInput, match="没有通往"):
        operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=[forged])
    assert not Dispatch.objects.exists()


@pytest.mark.django_db
def test_another_units_item_cannot_be_sent(unit: Unit, stranger: Unit) -> None:
    item = register(stranger)
    with unit, pytest.raises(NotFound):
        operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))


@pytest.mark.django_db
def test_sending_needs_the_right(unit: Unit) -> None:
    item = register(unit)
    author = Actor(unit_id=unit.pk, label="梁晓岚", granted=frozenset({"items.write"}))
    with unit, pytest.raises(NotAllowed, match="向上报送"):
        operations.send(actor=author, item_uuid=item, content=CONTENT, to=up(unit))


@pytest.mark.django_db
def test_fields_outside_the_whitelist_never_travel(unit: Unit) -> None:
    item = register(unit)
    with unit, pytest.raises(InvalidInput, match="remark"):
        operations.send(actor=system(unit.pk), item_uuid=item, content={**CONTENT, "remark": "内部"}, to=up(unit))
    assert not Packet.objects.exists()


@pytest.mark.django_db
def test_recall_until_receipt_and_no_longer(unit: Unit, city: Unit) -> None:
    item = register(unit)
    with unit:
        [dispatch] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
        operations.recall(actor=system(unit.pk), dispatch_uuid=dispatch.uuid)
        [second] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
    with city:
        operations.receive(actor=system(city.pk), dispatch_uuid=second.uuid)
    with unit, pytest.raises(WrongState, match="已签收"):
        operations.recall(actor=system(unit.pk), dispatch_uuid=second.uuid)
    with city, pytest.raises(WrongState):
        operations.receive(actor=system(city.pk), dispatch_uuid=dispatch.uuid)


@pytest.mark.django_db
def test_closed_units_receive_nothing_and_a_closed_unit_sends_nothing(unit: Unit, city: Unit) -> None:
    item = register(unit)
    to = up(unit)
    Unit.objects.filter(pk=city.pk).update(lifecycle=Lifecycle.CLOSED)
    with unit, pytest.raises(InvalidInput, match="没有通往"):
        operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=to)
    unit.lifecycle = Lifecycle.CLOSED
    with unit, pytest.raises(WrongState, match="已撤销"):
        operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=to)
    assert not Dispatch.objects.exists()


@pytest.mark.django_db
def test_several_receivers_get_one_packet_for_each_set_of_rights(unit: Unit, city: Unit, province: Unit) -> None:
    body = register_body(
        actor=system(None), name="中共佛山市委", short_name="市委", kind=BodyKind.PARTY_OFFICE, level=Level.CITY
    )
    open_route(actor=system(None), sender=unit, body=body, kind=RouteKind.EXTERNAL)
    open_route(actor=system(None), sender=unit, receiver=province, kind=RouteKind.DIRECT, shows_contacts=True)
    item = register(unit)
    file = packets.GrantInput(uuid4(), "附图.pdf", "a" * 64, 1200, "application/pdf")
    with unit:
        sent = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit), attachments=[file])
    written = list(Dispatch.objects.order_by("id"))
    assert written == sent
    assert [(each.receiver, each.body, each.route) for each in written] == [
        (city, None, "hierarchy"),
        (province, None, "direct"),
        (None, body, "external"),
    ]
    assert [each.due_at is None for each in written] == [False, False, True]
    plain, open_one = written[0].packet, written[1].packet
    assert written[2].packet == plain
    assert "电话在此" in packets.canonical(open_one.content)
    assert "电话在此" not in packets.canonical(plain.content)
    assert {packets.digest(each.content) == each.sha256 for each in (plain, open_one)} == {True}
    assert sorted(Grant.objects.values_list("packet", "attachment_uuid")) == sorted(
        [(plain.pk, file.attachment_uuid), (open_one.pk, file.attachment_uuid)]
    )
    assert Event.objects.filter(kind="sent", dispatch__in=written, unit=unit).count() == 3


def test_a_sending_reads_once_writes_once_and_is_all_or_nothing(committed: None) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    item = register(unit)
    to = up(unit)
    with unit, CaptureQueriesContext(connection) as said:
        [dispatch] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=to)
    assert [query["sql"].split()[0] for query in said] == ["SELECT", "WITH"]
    event = Event.objects.get(dispatch=dispatch)
    assert OutboxMessage.objects.filter(topic="exchange.event.recorded", payload={"event": event.pk}).count() == 1
    assert AuditEntry.objects.filter(action="exchange.item.sent", object_id=str(item)).count() == 1
    before = [model.objects.count() for model in (Packet, Dispatch, Event, OutboxMessage, AuditEntry)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exchange_event ADD CONSTRAINT refuses CHECK (kind <> 'sent') NOT VALID")
    with unit, pytest.raises(IntegrityError, match="refuses"):
        operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=to, again=True)
    assert [model.objects.count() for model in (Packet, Dispatch, Event, OutboxMessage, AuditEntry)] == before
