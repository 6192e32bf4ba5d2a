"""Sixteen ordinary users who ask at once, each from a process of its own, as a web server has them."""

import http.client
import json
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, connections

from search.alike import Weights
from search.analyser import normalise, tokens
from search.backend import Query, Reader, backend
from search.documents import unit_grant, user_grant
from search.elastic.backend import TEXTS, _search, engine
from search.postgres import _statement
from search.question import read_question
from search.weighing import weights_in_force
from tests.benchmarks.search.archive import author_name, author_uuid
from tests.benchmarks.search.texts import Source
from zhitong.units.models import Unit

USERS = 16
_PATIENCE = 300  # seconds until all are ready
Asked = tuple[Query, Reader]
_Way = Callable[[Query, Reader], Callable[[], object]]  # what is timed is the call of what it returns


def questions(given: Sequence[Source], weights: Weights, units: Sequence[Unit], count: int) -> list[Asked]:
    """Return what clerks of the units and authors of theirs ask: words of titles, phrases, years, names."""
    chance = random.Random(20261126)
    asked: list[Asked] = []
    while len(asked) < count:
        unit = units[len(asked) % len(units)]
        source = chance.choice(given)
        telling = [word for word in tokens(normalise(source.title)) if weights.weight(word) > 0.2 and len(word) > 1]
        if not telling:
            continue
        words = chance.sample(telling, min(len(telling), chance.choice((1, 2, 2, 2, 3))))
        text = chance.choice(
            (
                " ".join(words),
                " ".join(words),
                " ".join(words),
                f"“{words[0]}”",
                f"{words[0]} 年:{chance.randint(2010, 2025)}",
            )
        )
        author = chance.randrange(80)
        if len(asked) % 20 == 19:
            text = f"作者:{author_name(unit.pk, author)}"
        grants = {user_grant(author_uuid(unit.pk, author))}
        if len(asked) % 8:  # the others are authors, who find what is their own
            grants.add(unit_grant(unit.pk))
        asked.append((Query(text), Reader(frozenset(grants))))
    return asked


def all_at_once(asked: Sequence[Asked], bare: Callable[[], Any]) -> dict[str, list[float]]:
    """Return the milliseconds of every question: as a page asks it, without counts, and of the engine alone.

    Each user asks them in turn, so that what else the machine does meets all of them alike.
    """
    forked = multiprocessing.get_context("fork")
    gate = forked.Barrier(USERS)
    results = forked.SimpleQueue()

    def run(part: Sequence[Asked]) -> None:
        with bare() as of_engine:
            ways: dict[str, _Way] = {"page": _page, "uncounted": _uncounted} | of_engine
            taken: dict[str, list[float]] = {name: [] for name in ways}
            weights_in_force()
            for query, reader in part[:3]:  # connects, and statements are prepared
                for way in ways.values():
                    way(query, reader)()
            gate.wait(_PATIENCE)
            for number, (query, reader) in enumerate(part):
                names = list(ways)
                first = number % len(names)
                for name in names[first:] + names[:first]:
                    ask = ways[name](query, reader)
                    begun = time.perf_counter()
                    ask()
                    taken[name].append((time.perf_counter() - begun) * 1000)
        results.put(taken)
        connections.close_all()

    connections.close_all()
    users = [forked.Process(target=run, args=(asked[n::USERS],)) for n in range(USERS)]
    for user in users:
        user.start()
    whole: dict[str, list[float]] = {}
    for _ in users:
        for name, taken in results.get().items():
            whole.setdefault(name, []).extend(taken)
    for user in users:
        user.join()
    return whole


def _page(query: Query, reader: Reader) -> Callable[[], object]:
    return lambda: backend().search(query, reader)


def _uncounted(query: Query, reader: Reader) -> Callable[[], object]:
    return lambda: backend().search(replace(query, counted=False), reader)


def _is_ranked(query: Query) -> bool:
    return read_question(query.text).is_ranked


@contextmanager
def bare_postgres() -> Iterator[dict[str, _Way]]:
    """Ask PostgreSQL the very statement of the page by its driver, and read the rows."""

    def way(query: Query, reader: Reader) -> Callable[[], object]:
        statement, values = _statement(query, read_question(query.text), reader, ranked=_is_ranked(query))

        def ask() -> object:
            with connection.connection.cursor() as cursor:
                return cursor.execute(statement, values).fetchall()

        return ask

    connection.ensure_connection()
    yield {"bare": way}


@contextmanager
def bare_engine() -> Iterator[dict[str, _Way]]:
    """Post the very question of the page to the engine, and read the answer; then also the texts that it stands for.

    The engine keeps no texts, so a page has to ask PostgreSQL for them, as it would without any code of ours.
    """
    address = urlsplit(settings.ELASTICSEARCH_URL)
    post = http.client.HTTPConnection(address.hostname or "", address.port)

    def way(query: Query, reader: Reader) -> Callable[[], dict[str, Any]]:
        search = _search(query, read_question(query.text), reader, ranked=_is_ranked(query))
        body = json.dumps(search.to_dict())

        def ask() -> dict[str, Any]:
            post.request("POST", f"/{settings.SEARCH_INDEX}/_search", body, {"Content-Type": "application/json"})
            answer: dict[str, Any] = json.loads(post.getresponse().read())
            return answer

        return ask

    def with_texts(query: Query, reader: Reader) -> Callable[[], object]:
        ask_engine, grants = way(query, reader), sorted(reader.grants)

        def ask() -> object:
            keys = [hit["sort"][-1] for hit in ask_engine()["hits"]["hits"][: query.size]]
            with connection.connection.cursor() as cursor:
                return cursor.execute(TEXTS, [keys, grants]).fetchall()

        return ask

    engine.cache_clear()  # a connection of its own
    connection.ensure_connection()
    yield {"bare": way, "with texts": with_texts}
    post.close()
