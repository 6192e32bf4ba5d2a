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
from tenants.desk import merging
from tenants.desk import operations as desk
from tenants.desk.models import Proof
from tenants.desk.outcome_lists import Listed
from tenants.desk.queries import Pick
from tenants.items.models import Item, State
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.factories import refuse_failed_messages
from tests.leaks.rows import rows_of
from tests.platform.exchange.test_races import unit_of
from tests.tenants.desk.conftest import Office, people
from zhitong.core import clock, outbox
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.documents.storage import StoredFile
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind, MergePart, Packet
from zhitong.units.models import BodyKind, ExternalBody, Level, RouteKind, Unit
from zhitong.units.operations import open_route, register_body
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
    everything_agrees()


def test_merging_and_what_follows_is_whole_or_not_there(offices: tuple[Office, Office]) -> None:
    """Merge, take apart, merge anew, adopt, a source withdrawn, the adoption reversed."""
    here, there = offices
    units, acts = (here.unit, there.unit), system(there.unit.pk)
    steps = [("one", "初审", "research"), ("two", "签发", "chair")]
    there.reviews_by("两审", [{"key": key, "name": name, "posts": [post]} for key, name, post in steps])
    [sent] = here.send(here.approved(), there.unit.short_name)
    picks = [Pick(there.submitted(problem="第二件事。").uuid), Pick(sent.uuid, is_dispatch=True)]
    merge = in_unit(there.unit, merging.merge, actor=acts, picks=picks, title="关于充电的建议")
    killed = {"merge": at_every_word(merge, *units)}
    with there.unit:
        first = Item.objects.get(is_merged=True)
    apart = in_unit(there.unit, merging.take_apart, actor=acts, item_uuid=first.uuid, reason="两件事")
    killed["take apart"] = at_every_word(apart, *units)
    with there.unit:
        assert Item.objects.filter(state=State.MERGED).count() == 0
        assert MergePart.objects.filter(ended_at=None).count() == 0
        merged = merging.merge(actor=acts, picks=picks, title="关于充电的建议")
        first_look = Task.objects.get(run__item=merged)
        review.decide_pass(actor=first_look.holder.actor, task_uuid=first_look.uuid)
        last = Task.objects.get(run__item=merged, state=Task.State.OPEN)
        taken = Item.objects.get(dispatch_uuid=sent.uuid)
        holder = last.holder.actor
    adopt = in_unit(there.unit, review.decide_pass, actor=holder, task_uuid=last.uuid)
    killed["adopt"] = at_every_word(adopt, *units)
    gone = in_unit(
        there.unit, merging.withdraw_source,
        actor=acts, item_uuid=merged.uuid, source_uuid=taken.uuid, reason="来电撤回",
    )  # fmt: skip
    killed["withdraw"] = at_every_word(gone, *units)
    [adopted] = Event.objects.filter(kind=EventKind.ADOPTED, unit=there.unit)
    assert set(Dispatch.objects.values_list("state", flat=True)) == {Dispatch.State.ADOPTED}
    undo = in_unit(there.unit, exchange.reverse, actor=acts, event_uuid=adopted.uuid, reason="登记有误")
    killed["reverse"] = at_every_word(undo, *units)
    assert all(times >= 2 for times in killed.values()), killed
    with there.unit:
        assert [item.title for item in Item.objects.filter(is_merged=True).order_by("pk")] == ["关于充电的建议"] * 2
        assert sorted(Item.objects.filter(state=State.MERGED).values_list("uuid", flat=True)) == sorted(
            MergePart.objects.filter(item_uuid=merged.uuid).values_list("source_uuid", flat=True)
        )
        assert Item.objects.filter(dispatch_uuid__isnull=False).count() == 1
        assert Run.objects.filter(state=Run.State.RUNNING).count() == 0
    kinds = Event.objects.filter(unit=there.unit).order_by("id").values_list("kind", "reverses__kind")
    assert list(kinds) == [
        ("submitted", None),
        ("received", None),
        ("accepted", None),
        *[("merged", None)] * 2,
        ("withdrawn", None),
        *[("merged", "merged")] * 2,
        *[("merged", None)] * 2,
        ("adopted", None),
        ("withdrawn", None),
        ("adopted", "adopted"),
    ]
    everything_agrees()


def test_several_receivers_and_what_is_recorded_by_hand(offices: tuple[Office, Office]) -> None:
    """One sending to three at once; an outcome with its file, its reversal, a leader's words, and a whole list."""
    here, there = offices
    units, acts = (here.unit, there.unit), system(here.unit.pk)
    body = register_body(
        actor=system(None), name="中共佛山市委", short_name="市委", level=Level.CITY, kind=BodyKind.PARTY_OFFICE
    )
    open_route(actor=system(None), sender=here.unit, body=body, kind=RouteKind.EXTERNAL, valid_from=clock.today())
    open_route(actor=system(None), sender=here.unit, receiver=unit_of("guangdong"), kind=RouteKind.DIRECT)
    items = [here.approved(problem=f"第{n}件事。") for n in "一二"]
    keys = [destination.key for destination in destinations(here.unit, clock.today())]
    assert len(keys) == 3
    killed = {}
    for item in items:
        send = in_unit(here.unit, desk.send, actor=acts, item_uuid=item.uuid, version=item.version, to=keys)
        killed["send"] = at_every_word(send, *units)
    sent = Dispatch.objects.filter(sender=here.unit)
    assert sorted(sent.values_list("item_uuid", flat=True)) == sorted(item.uuid for item in items * 3)
    assert Packet.objects.count() == len(items)  # one copy for receivers of the same rights
    proof = StoredFile("ab" * 32, 20, "application/pdf", "采用通知.pdf")
    said = {"actor": acts, "item_uuid": items[0].uuid, "body": ExternalBody.objects.get(pk=body.pk)}
    adopt = in_unit(
        here.unit, desk.record_outcome, **said, kind=EventKind.ADOPTED, mode=AdoptionMode.MERGED, proof=proof
    )
    killed["record"] = at_every_word(adopt, *units)
    [adopted] = Event.objects.filter(kind=EventKind.ADOPTED, body=body)
    undo = in_unit(here.unit, exchange.reverse, actor=acts, event_uuid=adopted.uuid, reason="登记有误")
    killed["reverse"] = at_every_word(undo, *units)
    instruct = in_unit(
        here.unit, desk.record_outcome, **said, kind=EventKind.INSTRUCTION, leader="某领导", words="请研究"
    )
    killed["instruct"] = at_every_word(instruct, *units)
    answers = [
        desk.Answer(item.uuid, Listed(line=n, title=item.title, kind=EventKind.ADOPTED))
        for n, item in enumerate(items, start=2)
    ]
    listed = in_unit(
        here.unit, desk.record_list,
        actor=acts, body=said["body"], answers=answers, mode=AdoptionMode.SINGLE, day=clock.today(), proof=proof,
    )  # fmt: skip
    killed["list"] = at_every_word(listed, *units)
    assert all(times >= 2 for times in killed.values()), killed
    recorded = Event.objects.filter(body=body).order_by("id")
    assert list(recorded.values_list("kind", "mode", "reverses__kind")) == [
        ("adopted", "merged", None),
        ("adopted", "merged", "adopted"),
        ("instruction", "", None),
        ("adopted", "single", None),
        ("adopted", "single", None),
    ]
    proven = [recorded[n].uuid for n in (0, 3, 4)]
    with here.unit:
        assert sorted(Proof.objects.values_list("event_uuid", flat=True)) == sorted(proven)
    assert set(sent.filter(body=body).values_list("state", flat=True)) == {Dispatch.State.ADOPTED}
    everything_agrees()


def everything_agrees() -> None:
    """Every event is announced once, and rows, events and the trail do not contradict one another."""
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
