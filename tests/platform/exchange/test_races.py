"""Races on purpose: what two clerks do at the same moment happens once."""

import threading
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections, connection

from tests.platform.exchange.test_sending import CONTENT, register, up
from zhitong.core.errors import Refusal
from zhitong.core.operations import system
from zhitong.exchange import operations
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemSource
from zhitong.units.models import Unit


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
        from uuid import uuid4

        mine = unit_of("foshan")
        with mine:
            operations.accept(actor=system(mine.pk), dispatch_uuid=dispatch.uuid, item_uuid=uuid4())

    raised = at_once(8, accept)
    assert len(raised) == 7
    assert all("签收" in str(e) or "办理" in str(e) for e in raised), raised
    assert Event.objects.filter(kind=EventKind.ACCEPTED, unit=city).count() == 1
    assert ItemSource.objects.count() == 0  # the source comes with the item's registration
