"""SIGKILL of a real process before every statement and around every commit: nothing half done, nothing lost, once.

The process that is killed is a fork of the test's, with a connection of its own. It counts what it says to the
database and kills itself at the n-th word; n rises until the work gets through. Killed before its commit nothing of
the work is there; killed right after it, all of it is.
"""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.notices.models import Notice
from tests.factories import refuse_failed_messages
from tests.leaks.places import rows_of
from tests.platform.exchange.test_races import unit_of
from tests.tenants.desk.conftest import Office, people
from zhitong.core import clock, outbox
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, Event
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

_MOST = 400  # words of one act; more would mean that it never ends
Work = Callable[[], object]


class _Doomed:
    """Counts what the process says to the database, and kills the process at the n-th word."""

    def __init__(self, at: int) -> None:
        self.left = at

    def word(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def __call__(self, execute: Callable[..., Any], *said: Any) -> Any:
        """Count a statement, as one of Django's wrappers."""
        self.word()
        result = execute(*said)
        # A statement that is its own transaction has committed now.
        if not connection.in_atomic_block:
            self.word()
        return result

    def commits(self, commit: Callable[[psycopg.Connection[Any]], None]) -> Callable[[psycopg.Connection[Any]], None]:
        """Return `commit` with a word before it and one right after it."""

        def run(self_: psycopg.Connection[Any]) -> None:
            self.word()
            commit(self_)
            self.word()

        return run


def killed_at(word: int, work: Work) -> bool:
    """Do the work in a fork that dies at its n-th word; return whether it died, and fail when it raised."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            doomed = _Doomed(word)
            connection.ensure_connection()
            psycopg.Connection.commit = doomed.commits(psycopg.Connection.commit)  # type: ignore[method-assign]
            with connection.execute_wrapper(doomed):
                work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work was refused"
    return os.WIFSIGNALED(status)


def at_every_word(work: Work, *units: Unit) -> int:
    """Kill the work at each of its words until it gets through; return how often it was killed with nothing done.

    Every row stands as before, until once everything is there: then the work was killed after its commit.
    """
    before = rows_of(*units)
    for word in range(_MOST):
        died = killed_at(word, work)
        if rows_of(*units) != before:
            return word
        assert died, "the work ended and did nothing"
    raise AssertionError("the work never ends")


@pytest.fixture
def offices(committed: None) -> tuple[Office, Office]:
    return people(unit_of("nanhai"), "a_"), people(unit_of("foshan"), "b_")


def in_unit(unit: Unit, function: Callable[..., object], **given: object) -> Work:
    """Return the act as work for a fork: nothing of the test's own connection goes along."""

    def work() -> object:
        mine: AbstractContextManager[object] = Unit.objects.get(pk=unit.pk)
        with mine:
            return function(**given)

    return work


def test_send_accept_return_and_recall_are_whole_or_not_there(offices: tuple[Office, Office]) -> None:
    here, there = offices
    units = (here.unit, there.unit)
    sends, receives = system(here.unit.pk), system(there.unit.pk)
    items = [here.approved(problem=f"第{n}件事。") for n in ("一", "二", "三", "四")]
    key = destinations(here.unit, clock.today())[0].key
    killed = {}

    def send(item: Item) -> Dispatch:
        sending = in_unit(here.unit, desk.send, actor=sends, item_uuid=item.uuid, version=item.version, to=[key])
        killed["send"] = at_every_word(sending, *units)
        return Dispatch.objects.get(item_uuid=item.uuid)

    accepted, returned, recalled, asked = map(send, items)
    for name, unit, act, given in (
        ("accept", there.unit, desk.accept, {"actor": receives, "dispatch_uuid": accepted.uuid}),
        ("return", there.unit, exchange.return_dispatch,
         {"actor": receives, "dispatch_uuid": returned.uuid, "reason": "补数据"}),
        ("recall", here.unit, exchange.recall, {"actor": sends, "dispatch_uuid": recalled.uuid}),
        ("receive", there.unit, exchange.receive, {"actor": receives, "dispatch_uuid": asked.uuid}),
        ("ask", here.unit, exchange.ask_recall, {"actor": sends, "dispatch_uuid": asked.uuid, "reason": "有误"}),
        ("grant", there.unit, desk.grant_recall, {"actor": receives, "dispatch_uuid": asked.uuid}),
    ):  # fmt: skip
        killed[name] = at_every_word(in_unit(unit, act, **given), *units)
    assert all(times >= 2 for times in killed.values()), killed
    assert killed["accept"] > killed["return"]
    kinds = [
        list(Event.objects.filter(dispatch=one).order_by("id").values_list("kind", flat=True))
        for one in (accepted, returned, recalled, asked)
    ]
    assert kinds == [
        ["sent", "received", "accepted"],
        ["sent", "returned"],
        ["sent", "recalled"],
        ["sent", "received", "recall_asked", "recalled"],
    ]
    with there.unit:
        assert Item.objects.filter(dispatch_uuid__isnull=False).count() == 1
    announced = OutboxMessage.objects.filter(topic="exchange.event.recorded").values_list("payload__event", flat=True)
    assert sorted(announced) == sorted(Event.objects.values_list("pk", flat=True))
    call_command("exchange_verify", stdout=StringIO())
    call_command("audit_verify", stdout=StringIO())


def test_notices_survive_the_death_of_every_worker(offices: tuple[Office, Office]) -> None:
    """A worker that dies leaves a lease; the next one takes the message up, and nobody is told twice."""
    here, there = offices
    [sent] = here.send(here.approved(), there.unit.short_name)
    with there.unit:
        exchange.return_dispatch(actor=there.clerk.actor, dispatch_uuid=sent.uuid, reason="补数据")
    killed = 0
    while killed_at(killed, outbox.drain):
        killed += 1
        waiting().update(leased_until=None, attempts=0)
    assert killed > 20
    assert not waiting().exists()
    refuse_failed_messages()
    assert titles(there.unit, there.clerk, "dispatch.sent") == [f"南海区政协报来：{sent.title}"]
    assert titles(here.unit, here.clerk, "dispatch.returned") == [f"佛山市政协退回：{sent.title}"]
    assert len(titles(here.unit, here.author, "event.returned")) == 1


def waiting() -> Any:
    """Return the messages that are due."""
    return OutboxMessage.objects.filter(done_at=None, available_at__lte=timezone.now())


def titles(unit: Unit, reader: User, kind: str) -> list[str]:
    with unit:
        return list(Notice.objects.filter(reader=reader, kind=kind).values_list("title", flat=True))
