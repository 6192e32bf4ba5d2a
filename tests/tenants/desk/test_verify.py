"""`zhitong exchange verify`: clean after whatever people do, and each contradiction made by hand is named."""

import contextlib
from collections.abc import Callable
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tenants.desk import operations as desk
from tenants.items.models import Item
from tests.tenants.desk.conftest import Office
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, Event, ItemFact, ItemSource
from zhitong.units.models import ExternalBody

pytestmark = pytest.mark.django_db


def verify() -> list[str]:
    """Run the command and return the lines of its faults."""
    errors = StringIO()
    with contextlib.suppress(CommandError):
        call_command("exchange_verify", stdout=StringIO(), stderr=errors)
    return errors.getvalue().splitlines()


@pytest.fixture
def played(office: Office, city_office: Office, city_party: ExternalBody) -> tuple[Dispatch, Item]:
    """Two units after much back and forth; return an accepted dispatch and the receiver's item of it."""
    receiving, sending = system(city_office.unit.pk), system(office.unit.pk)
    texts = ["甲", "乙", "丙", "丁", "戊", "己"]
    sent = [office.send(office.approved(problem=f"第{n}件事。"), "佛山市政协")[0] for n in texts]
    with city_office.unit:
        exchange.keep(actor=receiving, dispatch_uuid=sent[0].uuid, reason="备用")
        exchange.return_dispatch(actor=receiving, dispatch_uuid=sent[1].uuid, reason="补数据")
        exchange.refer(actor=receiving, dispatch_uuid=sent[2].uuid, reason="不属", proposal="省政协")
        for dispatch in sent[3:]:
            own = desk.accept(actor=receiving, dispatch_uuid=dispatch.uuid)
        city_office.pass_through(Item.objects.get(dispatch_uuid=sent[3].uuid))
    with office.unit:
        for dispatch in sent[4:]:
            exchange.ask_recall(actor=sending, dispatch_uuid=dispatch.uuid, reason="有误")
    with city_office.unit:
        desk.grant_recall(actor=receiving, dispatch_uuid=sent[4].uuid)
        exchange.refuse_recall(actor=receiving, dispatch_uuid=sent[5].uuid, reason="已阅")
    office.adopted_by(office.approved(problem="又一件事。"), city_party)
    with office.unit:
        [wrong] = Event.objects.filter(body=city_party, kind="adopted")
        exchange.reverse(actor=sending, event_uuid=wrong.uuid, reason="登错")
    return Dispatch.objects.get(pk=sent[5].pk), own


def test_what_people_do_leaves_no_fault(played: object) -> None:
    assert verify() == []
    out = StringIO()
    call_command("exchange_verify", stdout=out)
    assert out.getvalue() == "the network and 6 unit(s) agree\n"


def unguarded(table: str, statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE public.{table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE public.{table} ENABLE TRIGGER USER")


def test_each_contradiction_is_named_with_its_row(
    played: tuple[Dispatch, Item], office: Office, city_office: Office
) -> None:
    dispatch, own = played
    event = "DELETE FROM public.exchange_event WHERE dispatch_id = %s AND kind = %s"
    by_hand: dict[str, Callable[[], object]] = {
        f"dispatch {dispatch.uuid}: is adopted, but its events say accepted": lambda: Dispatch.objects.filter(
            pk=dispatch.pk
        ).update(state="adopted"),
        f"packet {dispatch.packet.uuid}: does not have": lambda: unguarded(
            "exchange_packet",
            "UPDATE public.exchange_packet SET content = content || '{\"problem\": \"改\"}' WHERE id = %s",
            dispatch.packet_id,
        ),
        f"dispatch {dispatch.uuid}: not sent by": lambda: Dispatch.objects.filter(pk=dispatch.pk).update(title="别的"),
        f"dispatch {dispatch.uuid}: without the event of its sending": lambda: unguarded(
            "exchange_event", event, dispatch.pk, "sent"
        ),
        f"dispatch {dispatch.uuid}: whose time of receipt": lambda: Dispatch.objects.filter(pk=dispatch.pk).update(
            received_at=None
        ),
        f"dispatch {dispatch.uuid}: whose request for recall": lambda: Dispatch.objects.filter(pk=dispatch.pk).update(
            recall_asked_at=dispatch.sent_at
        ),
        f"dispatch {dispatch.uuid}: accepted, but no item": lambda: ItemSource.objects.filter(
            dispatch=dispatch
        ).delete(),
        f"item {own.uuid}: known to the network, but": lambda: _drop(city_office, own),
        f"item {own.uuid}: submitted, but the network": lambda: ItemFact.objects.filter(item_uuid=own.uuid).delete(),
        f"dispatch {dispatch.uuid}: accepted, but the unit has no item": lambda: _rename(city_office, own),
    }  # fmt: skip
    for said, do in by_hand.items():
        with transaction.atomic():
            do()
            found = verify()
            transaction.set_rollback(True)
        assert any(said in line for line in found), (said, found)
    assert verify() == []
    Dispatch.objects.filter(pk=dispatch.pk).update(state="adopted")
    with pytest.raises(CommandError, match=r"1 fault\(s\)") as ended:
        call_command("exchange_verify", stdout=StringIO(), stderr=StringIO())
    assert ended.value.returncode == 1


def _drop(office: Office, item: Item) -> None:
    with office.unit:
        Item.objects.filter(pk=item.pk).update(uuid=uuid4())


def _rename(office: Office, item: Item) -> None:
    with office.unit:
        Item.objects.filter(pk=item.pk).update(dispatch_uuid=uuid4())
