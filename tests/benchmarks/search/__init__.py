"""Search and look-alikes over the archive of a province, on both engines, as ordinary users meet them."""

import itertools
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from search.backend import Reader, backend
from search.documents import unit_grant
from search.elastic.backend import engine
from search.elastic.building import rebuild
from search.lookalikes import look_alikes
from search.models import SearchDocument
from search.rewriting import rewrite
from search.weighing import forget, weights_in_force
from tests.benchmarks.search.archive import load
from tests.benchmarks.search.asking import USERS, all_at_once, bare_engine, bare_postgres, questions
from tests.benchmarks.search.network import network
from tests.benchmarks.search.texts import sources
from tests.benchmarks.timing import Figure
from tests.search.node import Node
from zhitong.units.models import Unit

ITEMS = int(os.environ.get("ZHITONG_BENCH_ITEMS", "1000000"))
_QUESTIONS = USERS * 25
_CHECKS = 60  # look-alike checks of each unit
_PATIENCE_MS, _CHECK_MS = 150, 100
_RATE = 1000  # documents a second
_REWRITTEN = 60_000  # documents after which the rate of cutting anew is known
_TEXT = "octet_length(title) + octet_length(problem) + octet_length(analysis) + octet_length(suggestions)"


def measure(units: Mapping[str, Unit]) -> Iterator[Figure]:
    """Yield all figures of PostgreSQL, then those of Elasticsearch on a node of its own."""
    begun = time.perf_counter()
    load(*network(units), ITEMS)
    yield Figure(f"装入 {ITEMS:,} 篇，建索引在内", time.perf_counter() - begun, "秒")
    forget()
    asking = [units[name] for name in ("foshan", "nanhai", "guangdong")]
    asked = questions(sources(), weights_in_force(), asking, _QUESTIONS)
    text = _number(f"SELECT sum({_TEXT}) FROM public.search_searchdocument")
    words = _number("SELECT sum(pg_column_size(vector)) FROM public.search_searchdocument")
    words += _number("SELECT pg_relation_size('public.search_readers_vector')")
    yield _within(Figure("数据库检索：词和索引与原文之比", words / text, "倍"), 2)
    prints = _number("SELECT pg_total_relation_size('public.search_fingerprint')")
    yield Figure("雷同指纹连索引", prints / ITEMS, "字节/篇")
    yield from _asked("数据库检索", all_at_once(asked, bare_postgres))
    for unit in asking:
        taken = list(_checks(unit))
        name = f"查雷同，{unit.short_name} {SearchDocument.objects.filter(unit=unit).count():,} 篇，95%"
        yield _within(Figure(name, _p95(taken), "毫秒"), _CHECK_MS)
    _forget_words()
    yield from _rebuilt("数据库重新分词，词都变了", _rewrite_some)
    yield from _rebuilt("数据库重新分词，词没有变", _rewrite_some)
    with _node() as index_size:
        yield from _rebuilt("检索引擎重建", lambda note: rebuild(lambda build, _total: note(build.written)))
        yield _within(Figure("检索引擎索引与原文之比", index_size() / text, "倍"), 2)
        yield from _asked("检索引擎", all_at_once(asked, bare_engine))


def _asked(engine_name: str, taken: dict[str, list[float]]) -> Iterator[Figure]:
    page, bare, uncounted = (taken[name] for name in ("page", "bare", "uncounted"))
    yield _within(Figure(f"{engine_name}，{USERS} 人同时，95%", _p95(page), "毫秒"), _PATIENCE_MS)
    yield Figure(f"{engine_name}，{USERS} 人同时，一半", statistics.median(page), "毫秒")
    yield _within(Figure(f"{engine_name}与引擎自身的问句之比", sum(page) / sum(bare), "倍"), 1.3)
    if texts := taken.get("with texts"):
        yield _within(Figure(f"{engine_name}与引擎自身的问句连取正文之比", sum(page) / sum(texts), "倍"), 1.3)
    yield _within(Figure(f"{engine_name}，分面统计与不统计之比", sum(page) / sum(uncounted), "倍"), 2)


def _checks(unit: Unit) -> Iterator[float]:
    """Yield the milliseconds of checking items of a unit against its archive and the network, as its clerk."""
    keys = list(SearchDocument.objects.filter(unit=unit).values_list("pk", flat=True))
    chosen = random.Random(unit.pk).sample(keys, min(_CHECKS, len(keys)))
    reader = Reader(frozenset({unit_grant(unit.pk)}))
    with unit:
        for key in chosen:
            row = SearchDocument.objects.defer("vector").get(pk=key)
            body = "\n".join((row.problem, row.analysis, row.suggestions))
            begun = time.perf_counter()
            look_alikes(title=row.title, body=body, item=row.object_uuid, reader=reader)
            yield (time.perf_counter() - begun) * 1000


def _forget_words() -> None:
    """Take the words of what is cut anew next, so that all of them are written."""
    first = SearchDocument.objects.order_by("pk").values("pk")[:_REWRITTEN]
    SearchDocument.objects.filter(pk__in=first).update(vector="")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM public.search_searchdocument")


class _EnoughError(Exception):
    """What is to be known is known."""


def _rewrite_some(note: Callable[[int], None]) -> None:
    def noted(written: int, _total: int) -> None:
        note(written)
        if written >= _REWRITTEN:
            raise _EnoughError

    rewrite(noted)


def _rebuilt(name: str, run: Callable[[Callable[[int], None]], Any]) -> Iterator[Figure]:
    """Yield the rate of what makes words anew, and how its memory grew from the first tenth to the end."""
    forked = multiprocessing.get_context("fork")
    results = forked.SimpleQueue()

    def measured() -> None:
        noted: list[tuple[float, int, int]] = [(time.perf_counter(), 0, 0)]
        try:
            run(lambda written: noted.append((time.perf_counter(), written, _memory())))
        except _EnoughError:
            pass
        finally:
            results.put(noted)
            connections.close_all()

    connections.close_all()
    child = forked.Process(target=measured)
    child.start()
    noted = results.get()
    child.join()
    if child.exitcode:
        raise RuntimeError(f"{name} failed; what happened stands above")
    (began, _none, _nothing), (ended, written, memory) = noted[0], noted[-1]
    rate = written / (ended - began)
    early = next(bytes_ for _at, number, bytes_ in noted if number * 10 >= written)
    yield Figure(name, rate, "篇/秒", f"≥ {_RATE:,}", rate >= _RATE)
    yield _within(Figure(f"{name}，内存从一成到末尾", memory / early, "倍"), 1.1)


@contextmanager
def _node() -> Iterator[Callable[[], int]]:
    """Search on a node for the time of the block; yields what tells the bytes of its index."""
    node = Node(heap="2g" if ITEMS > 200_000 else "512m", quick=False)
    before = settings.SEARCH_BACKEND, settings.ELASTICSEARCH_URL
    node.start()
    try:
        settings.SEARCH_BACKEND, settings.ELASTICSEARCH_URL = "elasticsearch", node.url
        _forget_engines()

        def size() -> int:
            engine().indices.flush(index=settings.SEARCH_INDEX)
            told = engine().indices.stats(index=settings.SEARCH_INDEX, metric="store")
            return int(told["_all"]["primaries"]["store"]["size_in_bytes"])

        yield size
    finally:
        settings.SEARCH_BACKEND, settings.ELASTICSEARCH_URL = before
        _forget_engines()
        node.remove()


def _forget_engines() -> None:
    backend.cache_clear()
    engine.cache_clear()


def _within(figure: Figure, most: float) -> Figure:
    return Figure(figure.name, figure.value, figure.unit, f"≤ {most:g}", figure.value <= most)


def _p95(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def _number(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def _memory() -> int:
    """Return the bytes of memory that this process holds, and those that it has started."""
    started = [(task / "children").read_text().split() for task in Path("/proc/self/task").iterdir()]
    return sum(_held_by(pid) for pid in ("self", *itertools.chain.from_iterable(started)))


def _held_by(pid: str) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
