"""Sweeps and rebuilds, one at a time: asked for by an operator, a command or the night, and taken up when broken off.

Whoever does so holds a lock of the database that goes with the connection: what runs while nobody holds it was left by
a process that died.
"""

import time
from collections.abc import Callable
from dataclasses import asdict

import structlog
from django.conf import settings

from search.backend import EngineDown
from search.elastic.building import BuildingElsewhere, rebuild
from search.models import Upkeep
from search.rewriting import rewrite
from search.sweeping import Swept, sweep, sweep_index
from zhitong.core import clock
from zhitong.core.locks import UPKEEP, held

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 3
_EVERY = 1.0  # seconds between two words on how far it is
_NO_ANSWER = "检索引擎没有回答，恢复以后请再来一次。"
_ELSEWHERE = "另一个进程正在重建索引。"
_BROKEN_OFF = "几次都中断了，请看日志。"

Progress = Callable[[int, int], None]


def run_waiting() -> int:
    """Do what waits, the oldest first; return how many came to an end. Where somebody is at it already, nothing."""
    ended = 0
    with held(UPKEEP) as free:
        if not free:
            return 0
        for one in Upkeep.objects.filter(state__in=[Upkeep.State.WAITING, Upkeep.State.RUNNING]).order_by("asked_at"):
            if one.attempts >= MOST_ATTEMPTS:
                _end(one, Upkeep.State.FAILED, _BROKEN_OFF)
                continue
            try:
                perform(one)
            except (EngineDown, BuildingElsewhere):
                ended += 1  # it says so itself
            except Exception:
                log.exception("search.upkeep_broken_off", kind=one.kind, attempt=one.attempts)
            else:
                ended += 1
    return ended


def perform(one: Upkeep, progress: Progress = lambda _done, _total: None, *, deep: bool = False) -> Upkeep:
    """Sweep or rebuild, and write down how far it is, how it ended and what was found. The caller holds the lock.

    Args:
        one: what to do; it is saved.
        progress: called now and then with how much is done of how much.
        deep: let a sweep compare every word and right.

    Raises:
        EngineDown: the engine does not answer; what was done stays.
        BuildingElsewhere: another process builds the index.
        CutterLost: a process that cuts texts ended; what was done stays, and who comes next goes on.
    """
    one.state, one.started_at, one.attempts, one.done = Upkeep.State.RUNNING, clock.now(), one.attempts + 1, 0
    one.save()
    try:
        if one.kind == Upkeep.Kind.SWEEP:
            one.found = {"documents": asdict(sweep(deep=deep, progress=_written(one, progress)))}
            one.found["index"] = asdict(sweep_index())
        elif settings.SEARCH_BACKEND == "postgres":
            one.done = rewrite(_written(one, progress))
        else:
            told = _written(one, progress)
            one.done = rebuild(lambda build, total: told(build.written, total)).written
    except EngineDown:
        _end(one, Upkeep.State.FAILED, _NO_ANSWER)
        raise
    except BuildingElsewhere:
        _end(one, Upkeep.State.FAILED, _ELSEWHERE)
        raise
    _end(one, Upkeep.State.DONE)
    return one


def found(one: Upkeep, part: str) -> Swept:
    """Return what a sweep found in `documents` or `index`; nothing when it did not come so far."""
    return Swept(**one.found.get(part, {}))


def _written(one: Upkeep, progress: Progress) -> Progress:
    """Return what notes how far it is, on the row and to whoever waits, at most once a second."""
    said = 0.0

    def note(done: int, total: int) -> None:
        nonlocal said
        one.done, one.total = done, total
        if time.monotonic() - said >= _EVERY:
            said = time.monotonic()
            Upkeep.objects.filter(pk=one.pk).update(done=done, total=total)
            progress(done, total)

    return note


def _end(one: Upkeep, state: Upkeep.State, reason: str = "") -> None:
    one.state, one.reason, one.finished_at = state, reason, clock.now()
    one.save()
