"""Sends a second through the product, against two bare inserts in one transaction into tables of the same shape."""

import contextlib
import multiprocessing
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Barrier
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, connections
from psycopg.types.json import Jsonb

from tests.benchmarks.timing import Figure
from tests.factories import TEXT
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange import packets
from zhitong.exchange.models import ItemFact, Matter
from zhitong.units.models import Unit
from zhitong.units.queries import Destination, destinations

_SENDS, _TURNS = 400, 5
_PATIENCE = 60  # seconds that the senders may take to get ready
_WARM_UP = 10  # sends of each connection that do not count: it connects, and statements are prepared
_Send = Callable[[uuid.UUID], object]
_CONTENT: dict[str, Any] = {
    **TEXT, "keywords": ["充电"], "urgency": "ordinary", "authors": [{"name": "陈一鸣", "duty": "区政协委员"}],
    "from_unit": "南海区政协", "number_label": "南海〔2026〕1号",
}  # fmt: skip
_PACKET = """INSERT INTO bench_packet (uuid, sender_id, item_uuid, matter_id, content, sha256, created_at)
 VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id"""
_DISPATCH = """INSERT INTO bench_dispatch (uuid, packet_id, sender_id, item_uuid, receiver_id, route, attempt, state,
 sent_at, sent_by, title, urgency, category, reason, proposal) VALUES (%s, %s, %s, %s, %s, 'hierarchy', 1, 'sent', %s,
 %s, %s, 'ordinary', '', '', '') RETURNING id"""


def measure(unit: Unit) -> Iterator[Figure]:
    """Yield the rates of one and of four senders, and their ratios to the bare inserts.

    Both sides take turns, so that what else the machine does meets both alike; a rate is the median of its turns.
    """
    _prepare()
    with unit:
        to = destinations(unit, clock.today())[:1]
    for workers in (1, 4):
        bare, ours = [], []
        for _ in range(_TURNS):
            bare.append(_rate(workers, lambda: _bare(unit), [uuid.uuid4() for _ in range(_SENDS)]))
            ours.append(_rate(workers, lambda: _ours(unit, to), _register(unit)))
        ratio = statistics.median(ours) / statistics.median(bare)
        who = "一个连接" if workers == 1 else f"{workers} 个连接"
        yield Figure(f"报送，{who}", statistics.median(ours), "次/秒")
        yield Figure(f"同一事务两条裸插入，{who}", statistics.median(bare), "次/秒")
        yield Figure(f"报送之比，{who}", ratio, "倍", "≥ 0.5", ratio >= 0.5)


def _register(unit: Unit) -> list[uuid.UUID]:
    with unit:
        matters = Matter.objects.bulk_create([Matter() for _ in range(_SENDS)])
        moment = clock.now()
        facts = ItemFact.objects.bulk_create(
            [
                ItemFact(
                    unit=unit, item_uuid=uuid.uuid4(), matter=matter, number_label=f"南海〔2026〕{n}号",
                    submitted_at=moment, submitted_on=clock.today(),
                )
                for n, matter in enumerate(matters, 1)
            ]
        )  # fmt: skip
        return [fact.item_uuid for fact in facts]


@contextlib.contextmanager
def _ours(unit: Unit, to: list[Destination]) -> Iterator[_Send]:
    sender = Unit.objects.get(pk=unit.pk)
    with sender:
        yield lambda item: exchange.send(actor=system(sender.pk), item_uuid=item, content=_CONTENT, to=to)
    connections.close_all()


@contextlib.contextmanager
def _bare(unit: Unit) -> Iterator[_Send]:
    content = packets.build(_CONTENT, with_contacts=False)
    with _connect() as database:

        def send(item: uuid.UUID) -> None:
            moment = clock.now()
            values = (uuid.uuid4(), unit.pk, item, 1, Jsonb(content), packets.digest(content), moment)
            row = database.execute(_PACKET, values).fetchone()
            assert row
            database.execute(
                _DISPATCH, (uuid.uuid4(), row[0], unit.pk, item, unit.parent_id, moment, "系统", _CONTENT["title"])
            )
            database.commit()

        yield send


def _connect() -> psycopg.Connection[Any]:
    database = settings.DATABASES["default"]
    return psycopg.connect(
        host=database["HOST"], port=database["PORT"] or None, user=database["USER"], dbname=database["NAME"]
    )


def _prepare() -> None:
    """Make the bare tables: same columns, indexes and keys as those of the product, none of its triggers."""
    with connection.cursor() as cursor:
        for name in ("packet", "dispatch"):
            cursor.execute(f"DROP TABLE IF EXISTS public.bench_{name}")
            cursor.execute(f"CREATE TABLE public.bench_{name} (LIKE public.exchange_{name} INCLUDING ALL)")


def _rate(workers: int, side: Callable[[], contextlib.AbstractContextManager[_Send]], items: list[uuid.UUID]) -> float:
    """Return items a second of `workers` processes that share the work, each with a connection of its own.

    Processes, as the web server has them: threads of one would measure the interpreter's lock.
    """
    forked = multiprocessing.get_context("fork")
    gate = forked.Barrier(workers + 1)

    def run(part: list[uuid.UUID]) -> None:
        with _abort_on_failure(gate), side() as send:
            for item in part[:_WARM_UP]:
                send(item)
            gate.wait(_PATIENCE)
            for item in part[_WARM_UP:]:
                send(item)

    connections.close_all()
    senders = [forked.Process(target=run, args=(items[n::workers],)) for n in range(workers)]
    for sender in senders:
        sender.start()
    gate.wait(_PATIENCE)
    begun = time.perf_counter()
    for sender in senders:
        sender.join()
    taken = time.perf_counter() - begun
    if any(sender.exitcode for sender in senders):
        raise RuntimeError("a sender failed; what happened stands above")
    return (len(items) - _WARM_UP * workers) / taken


@contextlib.contextmanager
def _abort_on_failure(gate: Barrier) -> Iterator[None]:
    """Open the gate to nobody once a sender has failed, so that the others do not wait for it."""
    try:
        yield
    except BaseException:
        gate.abort()
        raise
