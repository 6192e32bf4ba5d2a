"""What is measured of search."""

from collections.abc import Iterator

from search import health
from search.files.queries import counts
from search.models import Upkeep
from search.upkeep import found
from zhitong.core import clock
from zhitong.core.metrics import Gauge, register


def _gauges() -> Iterator[Gauge]:
    waiting, engine = health.backlog(), health.engine_in_use()
    yield Gauge("zhitong_search_lag_seconds", "Age of the oldest change that is not in the index yet.", waiting.lag)
    yield Gauge("zhitong_search_pending", "Changed documents that the engine does not have yet.", waiting.pushes)
    yield Gauge(
        "zhitong_search_failed",
        "Changed documents that the engine refused; those given up wait for somebody to look.",
        {"retried": waiting.refused, "given_up": waiting.given_up},
        "state",
    )
    yield Gauge("zhitong_search_engine_up", "Whether the engine answers.", int(engine.is_up))
    if engine.size is not None:
        yield Gauge("zhitong_search_index_bytes", "Size of the index in use.", engine.size)
    files = {state: float(number) for state, number in counts().items()}
    yield Gauge("zhitong_search_files", "Attached files: waiting, read, or skipped by reason.", files, "state")
    yield Gauge("zhitong_search_documents", "Documents by kind.", health.by_kind(), "kind")
    if (swept := health.last_done(Upkeep.Kind.SWEEP)) and swept.finished_at:
        age = (clock.now() - swept.finished_at).total_seconds()
        yield Gauge("zhitong_search_sweep_age_seconds", "Time since the last sweep that came to its end.", age)
        parts = (found(swept, part) for part in ("documents", "index"))
        differed = sum(part.missing + part.outdated + part.surplus for part in parts)
        yield Gauge("zhitong_search_sweep_differences", "What the last sweep found different, and mended.", differed)


register("search", _gauges)
