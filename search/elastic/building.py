"""Makes an index anew beside the one in use, and puts it in its place when it is whole.

The texts come from PostgreSQL, so no unit is entered. Changes that come meanwhile are pushed to both. A build that is
broken off goes on where it stopped.
"""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import transaction

from search.backend import EngineDown
from search.cutting import Cut, ahead, cutters, cutters_for
from search.documents import Kept
from search.elastic.backend import engine, reaching
from search.elastic.mapping import create_index, let_ask
from search.elastic.pushing import send
from search.elastic.writing import writings
from search.models import Build, SearchDocument
from search.postgres import batches_after
from zhitong.core import clock
from zhitong.core.locks import BUILD, held

BATCH = 500

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

    The position of the build follows batches in their order.
    """
    total = SearchDocument.objects.count()
    number = cutters_for(total - build.written)
    with cutters(number) as cut:
        # While the engine takes what some bring, others have the next cut.
        work = partial(_write, cut, build.index)
        for batch, refused in ahead(work, batches_after(build.position, BATCH), hands=2 * max(1, number)):
            _arrived(build, batch, refused)
            progress(build, total)


def _write(cut: Cut, index: str, batch: list[Kept]) -> dict[str, str]:
    return send(cut(partial(writings, index=index), batch))


def _arrived(build: Build, batch: list[Kept], refused: dict[str, str]) -> None:
    if refused:
        key, reason = next(iter(refused.items()))
        raise EngineDown(f"{len(refused)} documents refused, the first {key}: {reason}")
    build.position, build.written = batch[-1].pk, build.written + len(batch)
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
