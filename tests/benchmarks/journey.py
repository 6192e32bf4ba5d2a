"""A page of a way over eight places and sixty events, with millions of other events in the database."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client

from tenants.items.models import Item, State
from tests.benchmarks.archive import copy_in, first_packet, mixed
from tests.benchmarks.timing import Figure, requests
from tests.factories import TEXT, client_for, make_user
from tests.platform.exchange.test_merging import merged
from tests.platform.ranking.histories import new_item, outcome, publish, send_up
from zhitong.core import clock
from zhitong.exchange.models import EventKind
from zhitong.exchange.queries import journey
from zhitong.units.models import Unit

EVENTS = int(os.environ.get("ZHITONG_BENCH_EVENTS", "3000000"))
_PLACES, _EVENTS_OF_ONE, _ROUNDS = 8, 60, 15
_GOAL = 50  # milliseconds in the database
_BEGIN = datetime(2019, 1, 2, 9, tzinfo=UTC)


def measure(units: Mapping[str, Unit]) -> Iterator[Figure]:
    """Yield the queries of the page beside those of a short way, and its time in the database."""
    city = units["foshan"]
    publish(units["guangdong"])
    clerk = make_user(city, "zhou", name="周敏", roles=["clerk"])
    short, long = new_item(city, "佛山〔2026〕1号"), _long_way(units)
    outcome(city, short)
    for number, uuid in enumerate((short, long), start=1):
        _keep_item(city, uuid, number)
    begun = time.perf_counter()
    _fill([units[name] for name in ("nanhai", "foshan", "guangdong")])
    yield Figure(f"装入 {EVENTS:,} 个事件", time.perf_counter() - begun, "秒")
    found = journey(city.pk, long, for_the_office=True)
    assert found is not None
    places, events = len(found.stops), sum(len(stop.events) for stop in found.stops)
    assert (places, events) == (_PLACES, _EVENTS_OF_ONE), (places, events)
    client = client_for(clerk, city)
    asked = {uuid: _queries(client, uuid) for uuid in (short, long)}
    same = len(asked[short]) == len(asked[long])
    yield Figure("去向页的查询数，1 处", len(asked[short]), "次")
    words = f"{_PLACES} 处、{_EVENTS_OF_ONE} 个事件"
    yield Figure(f"去向页的查询数，{words}", len(asked[long]), "次", "两边相同", same)
    spent = _in_the_database(city, asked[long])
    name = f"去向页在数据库里的用时，{words}，库中 {EVENTS:,} 个"
    yield Figure(name, spent, "毫秒", f"≤ {_GOAL}", spent <= _GOAL)
    looks = statistics.median(requests(client, f"/items/{long}/journey/", _ROUNDS))
    yield Figure(f"去向页，{words}，登录后", looks, "毫秒")


def _long_way(units: Mapping[str, Unit]) -> UUID:
    """Let two lines meet in the city, go on to the province as one, and gather events; return the city's item."""
    county, city, province = units["nanhai"], units["foshan"], units["guangdong"]
    south = new_item(county, "南海〔2026〕1号")
    branch = new_item(units["mm-nanhai"], "民盟南海〔2026〕1号")
    at_party = send_up(units["mm-nanhai"], branch, units["mm-foshan"], "民盟佛山〔2026〕1号")
    arrived = [
        send_up(county, south, city, "佛山〔2026〕2号"),
        send_up(units["mm-foshan"], at_party, city, "佛山〔2026〕3号"),
    ]
    own = new_item(city, "佛山〔2026〕4号")
    whole = merged(city, [*arrived, own], "佛山〔2026〕5号")
    top = send_up(city, whole, province, "粤〔2026〕1号")
    for unit, item in ((county, south), (units["mm-nanhai"], branch), (units["mm-foshan"], at_party)):
        outcome(unit, item)
    for unit, item in ((city, whole), (province, top)):
        outcome(unit, item)
    found = journey(city.pk, whole)
    assert found is not None
    missing = _EVENTS_OF_ONE - sum(len(stop.events) for stop in found.stops)
    for number in range(missing):
        kind = EventKind.INSTRUCTION if number % 2 else EventKind.REPLIED
        leader = {"leader": f"领导{number}", "leader_rank": "city"} if kind == EventKind.INSTRUCTION else {}
        outcome(city if number % 3 else province, whole if number % 3 else top, kind, words="请研究", **leader)
    return whole


def _keep_item(unit: Unit, uuid: UUID, number: int) -> None:
    """Write the unit's own row of an item that the network knows, by rows alone."""
    now = clock.now()
    with unit:
        Item.objects.create(
            uuid=uuid, year=2026, number=number, state=State.APPROVED, created_at=now, changed_at=now, submitted_at=now,
            **TEXT,
        )  # fmt: skip


def _queries(client: Client, uuid: UUID) -> list[tuple[str, Any]]:
    """Return the statements of a look at a page, with their values; the first look warms what is remembered."""
    asked: list[tuple[str, Any]] = []

    def noted(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, *rest)

    for _ in range(2):
        asked.clear()
        with connection.execute_wrapper(noted):
            answer = client.get(f"/items/{uuid}/journey/")
        assert answer.status_code == 200, answer.status_code
    return [(sql, params) for sql, params in asked if not sql.startswith("SET ")]


def _in_the_database(unit: Unit, asked: Sequence[tuple[str, Any]]) -> float:
    """Return the milliseconds that the server plans and executes statements, the median of each added up."""
    total = 0.0
    with unit, connection.cursor() as cursor:
        for sql, params in asked:
            taken = []
            for _ in range(_ROUNDS):
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                [plan] = cursor.fetchone()[0]
                taken.append(plan["Planning Time"] + plan["Execution Time"])
            total += statistics.median(taken)
    return total


# --- the others -------------------------------------------------------------------------------------------------------

_TABLES = ("exchange_matter", "exchange_itemfact", "exchange_dispatch", "exchange_itemsource", "exchange_event")
_FIRST = 10_000_000  # keys of the others begin here
_STEPS = (
    ("submitted", 0, None), ("adopted", 0, None),
    ("sent", 0, 0), ("received", 0, 0), ("accepted", 1, 0), ("adopted", 1, None),
    ("sent", 1, 1), ("received", 1, 1), ("accepted", 2, 1), ("adopted", 2, None),
    ("instruction", 2, None), ("replied", 2, None),
)  # fmt: skip


def _fill(units: Sequence[Unit]) -> None:
    """Load ways from county to province, twelve events each."""
    packets = [first_packet(unit) for unit in units[:-1]]

    def rows(table: str) -> Callable[[int], Iterator[str]]:
        return lambda chain: _lines(table, chain, units, packets)

    copy_in({table: rows(table) for table in _TABLES}, lambda: range(EVENTS // len(_STEPS)))


def _lines(table: str, chain: int, units: Sequence[Unit], packets: Sequence[int]) -> Iterator[str]:
    """Yield the rows that one way has in a table, as COPY reads them."""
    day = _BEGIN + timedelta(hours=chain % 40_000)
    matter, at, on = _FIRST + chain, day.isoformat(), f"{day:%Y-%m-%d}"
    if table == "exchange_matter":
        yield f"{matter}\t{mixed(1, chain)}\t{at}\n"
    elif table == "exchange_itemfact":
        for n, unit in enumerate(units):
            label = f"{unit.mark}〔2019〕{chain}号"
            received = "t" if n else "f"
            yield (
                f"{_FIRST + chain * 3 + n}\t{unit.pk}\t{mixed(2 + n, chain)}\t{matter}\t{label}\t{at}\t{on}\t社会建设"
                f"\tmember\toriginal\tordinary\t\t[]\t{received}\n"
            )
    elif table == "exchange_dispatch":
        for n, unit in enumerate(units[:-1]):
            yield (
                f"{_FIRST + chain * 2 + n}\t{mixed(5 + n, chain)}\t{packets[n]}\t{unit.pk}\t{mixed(2 + n, chain)}"
                f"\t{units[n + 1].pk}\thierarchy\t1\tadopted\t{at}\t经办\t{at}\t{at}\t{mixed(3 + n, chain)}"
                f"\t关于第 {chain} 件事的建议\tordinary\t社会建设\t\t\n"
            )
    elif table == "exchange_itemsource":
        for n, unit in enumerate(units[1:]):
            key = _FIRST + chain * 2 + n
            yield f"{key}\t{unit.pk}\t{mixed(3 + n, chain)}\t{key}\t0\n"
    else:
        for step, (kind, place, sent) in enumerate(_STEPS):
            dispatch = "\\N" if sent is None else _FIRST + chain * 2 + sent
            mode = "single" if kind == "adopted" else ""
            yield (
                f"{_FIRST + chain * 12 + step}\t{mixed(8 + step, chain)}\t{kind}\t{mode}\t{units[place].pk}"
                f"\t{mixed(2 + place, chain)}\t{matter}\t{dispatch}\t\\N\t{units[place].level}\tcppcc\t{on}\t{at}\t经办"
                f"\t\t\t\t\t\tfact\t\tf\n"
            )
