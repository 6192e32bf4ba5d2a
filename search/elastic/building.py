"""Makes an index anew beside the one in use, and puts it in its place when it is whole.

The texts come from PostgreSQL, so no unit is entered. Changes that come meanwhile are pushed to both. A build that is
broken off goes on where it stopped.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings
from django.db import transaction

from search.backend import EngineDown
from search.elastic.backend import engine, reaching
from search.elastic.cutting import Cut, cutters
from search.elastic.mapping import create_index, let_ask
from search.elastic.pushing import kept_of, send
from search.elastic.writing import Kept
from search.models import Build, SearchDocument
from zhitong.core import clock
from zhitong.core.locks import BUILD, held

BATCH = 500
_WORTH_A_START = 5000  # documents that are cut sooner here than processes for them are there
_MOST_CUTTERS = 4  # what more of them cut, one node does not take

Progress = Callable[[Build, int], None]


class BuildingElsewhere(RuntimeError):  # noqa: N818 - says what it is
    """Another process is building an index."""


def rebuild(progress: Progress = lambda _build, _total: None) -> Build:
    """Make the index anew, or finish what was begun, and put it in use; return the build.

    Raises:
        BuildingElsewhere: somebody else does so at this moment.
        EngineDown: the engine does not answer, or refused a document; what was written stays.
        CutterLost: a process that cuts texts ended; what was written stays.
    """
    with held(BUILD) as alone:
        if not alone:
            raise BuildingElsewhere("another process is building the index")
        build = Build.objects.filter(state=Build.State.BUILDING).first() or _begin()
        with reaching():
            create_index(engine(), build.index)
        _fill(build, progress)
        _swap(build)
    return build


def _begin() -> Build:
    moment = clock.now()
    return Build.objects.create(index=f"{settings.SEARCH_INDEX}-{moment:%Y%m%d%H%M%S%f}", started_at=moment)


def _fill(build: Build, progress: Progress) -> None:
    """Write all that is not in the index yet, in batches of which some are cut while the engine takes others.

    Their documents are read here alone. The position of the build follows batches in their order.
    """
    total = SearchDocument.objects.count()
    number = _cutters_for(total - build.written)
    hands = 2 * max(1, number)  # while the engine takes what some bring, others have the next cut
    with cutters(number) as cut, ThreadPoolExecutor(hands) as pool:
        under_way: deque[tuple[Future[dict[str, str]], int, int]] = deque()
        for batch in _batches(build.position):
            under_way.append((pool.submit(_write, cut, batch, build.index), batch[-1].pk, len(batch)))
            if len(under_way) > hands:
                _arrived(build, *under_way.popleft())
                progress(build, total)
        for one in under_way:
            _arrived(build, *one)
            progress(build, total)


def _cutters_for(documents: int) -> int:
    """Return how many processes cut so many documents: one for each processor, where there is more than one."""
    processors = len(os.sched_getaffinity(0))
    return min(processors, _MOST_CUTTERS) if processors > 1 and documents > _WORTH_A_START else 0


def _batches(position: int) -> Iterator[list[Kept]]:
    rows = SearchDocument.objects.order_by("pk")
    while batch := kept_of(rows.filter(pk__gt=position)[:BATCH]):
        yield batch
        position = batch[-1].pk


def _write(cut: Cut, batch: list[Kept], index: str) -> dict[str, str]:
    return send(cut(batch, index))


def _arrived(build: Build, sent: Future[dict[str, str]], position: int, number: int) -> None:
    if refused := sent.result():
        key, reason = next(iter(refused.items()))
        raise EngineDown(f"{len(refused)} documents refused, the first {key}: {reason}")
    build.position, build.written = position, build.written + number
    build.save(update_fields=["position", "written"])


def _swap(build: Build) -> None:
    """Let questions go to the new index at once, and drop the old ones."""
    alias = settings.SEARCH_INDEX
    with reaching():
        client = engine()
        let_ask(client, build.index)
        old = list(client.indices.get_alias(name=alias)) if client.indices.exists_alias(name=alias) else []
        removed = [{"remove": {"index": name, "alias": alias}} for name in old if name != build.index]
        client.indices.update_aliases(actions=[*removed, {"add": {"index": build.index, "alias": alias}}])
    with transaction.atomic():
        Build.objects.filter(state=Build.State.IN_USE).update(state=Build.State.GONE)
        build.state, build.finished_at = Build.State.IN_USE, clock.now()
        build.save(update_fields=["state", "finished_at"])
    with reaching():
        for name in old:
            if name != build.index:
                client.indices.delete(index=name, ignore_unavailable=True)
