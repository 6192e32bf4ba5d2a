"""Races on purpose: what two clerks do at the same moment happens once."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from uuid import UUID, uuid4

from django.conf import settings
from django.db import close_old_connections, connection

from tests.platform.exchange.test_sending import CONTENT, register, up
from zhitong.core import audit
from zhitong.core.errors import Refusal
from zhitong.core.models import AuditEntry, OutboxMessage
from zhitong.core.operations import system
from zhitong.exchange import operations, packets
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemSource, Packet
from zhitong.units.models import Level, Unit, UnitKind
from zhitong.units.operations import NewUnit, create_unit


def at_once(count: int, work: Callable[[int], None]) -> list[Exception]:
    """Run `work(n)` in `count` threads that start together; return what they raised."""
    barrier, raised = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            barrier.wait()
            work(number)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return raised


def unit_of(host: str) -> Unit:
    return Unit.objects.get(domains__domain=f"{host}.{settings.BASE_DOMAIN}")


def test_eight_clerks_send_the_same_item_and_it_goes_once(committed: None) -> None:
    unit = unit_of("nanhai")
    item = register(unit)

    def send(_: int) -> None:
        mine = unit_of("nanhai")
        with mine:
            operations.send(actor=system(mine.pk), item_uuid=item, content=CONTENT, to=up(mine))

    raised = at_once(8, send)
    assert Dispatch.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.SENT).count() == 1
    assert len(raised) == 7
    assert all(isinstance(error, Refusal) for error in raised), raised


def test_eight_clerks_accept_the_same_dispatch_and_one_wins(committed: None) -> None:
    unit, city = unit_of("nanhai"), unit_of("foshan")
    item = register(unit)
    with unit:
        [dispatch] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))

    def accept(_: int) -> None:
        mine = unit_of("foshan")
        with mine:
            operations.accept(actor=system(mine.pk), dispatch_uuid=dispatch.uuid, item_uuid=uuid4())

    raised = at_once(8, accept)
    assert len(raised) == 7
    assert all("签收" in str(e) or "办理" in str(e) for e in raised), raised
    assert Event.objects.filter(kind=EventKind.ACCEPTED, unit=city).count() == 1
    assert ItemSource.objects.count() == 0  # the source comes with the item's registration


def sixteen_more_counties() -> list[Unit]:
    """Create counties under 佛山, so that with 南海, 禅城, 佛山 and 民盟南海 there are 20 units at work."""
    city = unit_of("foshan")
    for n in range(16):
        new = NewUnit(
            host=f"county{n}",
            name=f"政协第{n}县委员会",
            short_name=f"第{n}县政协",
            kind=UnitKind.COMMITTEE,
            level=Level.COUNTY,
            parent=city,
        )
        create_unit(actor=system(None), new=new)
    return [unit_of(host) for host in ("nanhai", "chancheng", "mm-nanhai", *(f"county{n}" for n in range(16)))]


def test_a_thousand_sends_and_accepts_over_twenty_units_lose_nothing(committed: None) -> None:
    """500 items go up from 19 units while their receivers take them in; every tenth act is tried twice at once."""
    senders = sixteen_more_counties()
    turns = itertools.islice(itertools.cycle(senders), 500)
    acts: list[tuple[str, Unit, UUID]] = [("send", sender, register(sender)) for sender in turns]
    acts = [act for n, act in enumerate(acts) for _ in range(2 if n % 10 == 0 else 1)]
    todo, lock = list(reversed(acts)), threading.Lock()
    begun, results = Counter[str](), Counter[str]()

    def next_act() -> tuple[str, Unit, UUID] | None:
        with lock:
            return todo.pop() if todo else None

    def do(act: tuple[str, Unit, UUID]) -> None:
        kind, unit, key = act
        mine = Unit.objects.get(pk=unit.pk)
        with mine:
            if kind == "accept":
                operations.accept(actor=system(mine.pk), dispatch_uuid=key, item_uuid=uuid4())
                return
            [dispatch] = operations.send(actor=system(mine.pk), item_uuid=key, content=CONTENT, to=up(mine)[:1])
        with lock:
            begun["accept"] += 1
            again = 2 if begun["accept"] % 10 == 0 else 1
            todo.extend([("accept", dispatch.receiver, dispatch.uuid)] * again)  # type: ignore[list-item]

    def work(_: int) -> None:
        while act := next_act():
            try:
                do(act)
                result = act[0]
            except Refusal:
                result = f"{act[0]} refused"
            with lock:
                results[result] += 1

    assert at_once(16, work) == []
    assert results == {"send": 500, "accept": 500, "send refused": 50, "accept refused": 50}
    assert Dispatch.objects.filter(state=Dispatch.State.ACCEPTED).count() == Dispatch.objects.count() == 500
    kinds = Counter(Event.objects.values_list("kind", flat=True))
    assert kinds == {"submitted": 500, "sent": 500, "received": 500, "accepted": 500}
    announced = OutboxMessage.objects.filter(topic="exchange.event.recorded").values_list("payload__event", flat=True)
    assert sorted(announced) == sorted(Event.objects.values_list("pk", flat=True))
    done = Counter(AuditEntry.objects.filter(action__startswith="exchange.").values_list("action", flat=True))
    assert done == {
        "exchange.item.sent": 500,
        "exchange.dispatch.received": 500,
        "exchange.dispatch.accepted": 500,
    }
    assert [found for unit in Unit.objects.all() for found in audit.verify(unit.pk)] == []
    assert all(packets.digest(packet.content) == packet.sha256 for packet in Packet.objects.iterator())
