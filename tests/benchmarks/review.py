"""Worklists and decisions of a unit with 10,000 open runs against one with 100, both measured in turns."""

import statistics
import time
from collections.abc import Iterator, Mapping

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import User
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.benchmarks import filling
from tests.benchmarks.timing import Figure, requests
from tests.factories import client_for, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit

_FEW, _MANY = 100, 10_000
_ROUNDS, _A_ROUND = 8, 10
_DECISIONS = 60
_PAGES = {"待我审": "/review/?tab=mine", "全部审核中": "/review/?tab=all", "超期": "/review/?tab=late"}


def measure(units: Mapping[str, Unit]) -> Iterator[Figure]:
    """Yield the ratio of each page, the queries of a decision on both sides, and decisions a second."""
    few, many = units["foshan"], units["chancheng"]
    sides = {_FEW: (few, _house(few, _FEW)), _MANY: (many, _house(many, _MANY))}
    clients = {size: client_for(holder, unit) for size, (unit, holder) in sides.items()}
    for words, url in _PAGES.items():
        took = _in_turns(clients, url)
        for size in sides:
            yield Figure(f"审核列表“{words}”，{size:,} 篇在审", took[size], "毫秒")
        ratio = took[_MANY] / took[_FEW]
        yield Figure(f"审核列表“{words}”之比", ratio, "倍", "≤ 1.15", ratio <= 1.15)
    queries = {size: _queries_of_a_decision(unit, holder) for size, (unit, holder) in sides.items()}
    for size, count in queries.items():
        yield Figure(f"一次通过的查询数，{size:,} 篇在审", count, "次", "两边相同", len(set(queries.values())) == 1)
    for size, (unit, holder) in sides.items():
        yield Figure(f"通过，一个连接，{size:,} 篇在审", _decisions_a_second(unit, holder), "次/秒")


def _house(unit: Unit, size: int) -> User:
    """Make the people of a unit and `size` open runs that all wait for one of them, who is returned."""
    writer = make_user(unit, "liang", name="梁晓岚")
    holder = make_user(unit, "zhou", name="周敏", roles=["clerk"], posts=["research"])
    make_user(unit, "he", name="何静", roles=["leader"], posts=["secretary"])
    make_user(unit, "chen", name="陈立", roles=["leader"], posts=["chair"])
    with unit:
        version = review.ensure_default_flow(actor=system(unit.pk))
        filling.fill_runs(writer, holder, version, size)
    return holder


def _in_turns(clients: Mapping[int, Client], url: str) -> dict[int, float]:
    """Return the median of each side; turns of ten, so that a busy machine is busy for both."""
    took: dict[int, list[float]] = {size: [] for size in clients}
    for turn in range(_ROUNDS + 1):
        for size, client in clients.items():
            found = requests(client, url, _A_ROUND)
            if turn:  # the first one warms up
                took[size] += found
    return {size: statistics.median(found) for size, found in took.items()}


def _queries_of_a_decision(unit: Unit, holder: User) -> int:
    with unit:
        tasks = _open_tasks(holder)
        review.decide_pass(actor=holder.actor, task_uuid=tasks[0].uuid)  # warms what is remembered
        actor = holder.actor
        with CaptureQueriesContext(connection) as captured:
            review.decide_pass(actor=actor, task_uuid=tasks[1].uuid)
    return len(captured)


def _decisions_a_second(unit: Unit, holder: User) -> float:
    with unit:
        tasks, actor = _open_tasks(holder)[:_DECISIONS], holder.actor
        begun = time.perf_counter()
        for task in tasks:
            review.decide_pass(actor=actor, task_uuid=task.uuid)
        taken = time.perf_counter() - begun
        assert Run.objects.filter(tasks__in=tasks, step=1).count() == len(tasks)
    return len(tasks) / taken


def _open_tasks(holder: User) -> list[Task]:
    return list(Task.objects.filter(holder=holder, state=Task.State.OPEN).order_by("pk")[:_DECISIONS])
