"""The unit's item list against the same list without tenants, both measured in turns; and its queries."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

import psycopg
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.benchmarks import filling
from tests.benchmarks.timing import Figure, requests
from tests.factories import client_for, make_user
from zhitong.units.models import Unit

URL = "/items/all/"
_ROUNDS, _A_ROUND, _ITEMS = 10, 20, 2000
_PLAIN = "bench_plain"


def measure(unit: Unit) -> Iterator[Figure]:
    """Yield queries with 1, 20 and 2,000 items, the medians of both sides, and their ratio."""
    clerk = make_user(unit, "clerk", name="李敏", roles=["clerk"])
    client = client_for(clerk, unit)
    queries = {}
    made = 0
    for size in (1, 20, _ITEMS):
        with unit:
            filling.fill(clerk, size - made, made + 1)
        made = size
        requests(client, URL, 3)
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        queries[size] = len(captured)
    for size, count in queries.items():
        yield Figure(f"本单位稿件列表的查询数，{size:,} 篇", count, "次", "各篇数相同", len(set(queries.values())) == 1)
    ours, plain = _in_turns(client)
    yield Figure("本单位稿件列表，20 行，2,000 篇", ours, "毫秒")
    yield Figure("同一列表，无租户的 Django", plain, "毫秒")
    yield Figure("列表之比", ours / plain, "倍", "≤ 1.3", ours / plain <= 1.3)


def _in_turns(client: object) -> tuple[float, float]:
    """Return the medians of both sides; turns of twenty, so that a busy machine is busy for both."""
    database = settings.DATABASES["default"]
    with psycopg.connect(
        host=database["HOST"], port=database["PORT"] or None, user=database["USER"], dbname="postgres", autocommit=True
    ) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {_PLAIN}")
        admin.execute(f"CREATE DATABASE {_PLAIN}")
    other = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.plain", str(_ITEMS)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "ZHITONG_PLAIN_DATABASE": _PLAIN},
    )  # fmt: skip
    assert other.stdin
    assert other.stdout
    ours: list[float] = []
    plain: list[float] = []
    with other:
        for turn in range(_ROUNDS + 1):
            other.stdin.write(f"{_A_ROUND}\n")
            other.stdin.flush()
            theirs = json.loads(other.stdout.readline())
            mine = requests(client, URL, _A_ROUND)  # type: ignore[arg-type]
            if turn:  # the first one warms up
                plain += theirs
                ours += mine
        other.stdin.close()
    return statistics.median(ours), statistics.median(plain)
