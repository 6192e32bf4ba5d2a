"""What is measured: apps name their figures at start, one page prints them in the text format of Prometheus.

A figure is read when it is asked for, from tables that are there anyway: nothing is counted on the way of a request.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure of this moment.

    Attributes:
        name: with its unit (`zhitong_search_lag_seconds`).
        help: what it means, one English sentence.
        value: one number, or numbers by the value of `label`.
        label: what several numbers are told apart by.
    """

    name: str
    help: str
    value: float | Mapping[str, float]
    label: str = ""


Source = Callable[[], Iterable[Gauge]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Add what an app measures; called once at start.

    Raises:
        ValueError: the name is taken.
    """
    if _sources.setdefault(name, source) is not source:
        raise ValueError(f"metrics {name!r} are registered twice")


class _Collector(Collector):
    """Asks every source; one that fails is left out and logged, so that the others are still seen."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures of all sources."""
        for name, source in _sources.items():
            try:
                gauges = list(source())
            except Exception:
                log.exception("metrics.source_failed", source=name)
                continue
            yield from map(_family, gauges)


def _family(gauge: Gauge) -> GaugeMetricFamily:
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=[gauge.label] if gauge.label else None)
    values = gauge.value if isinstance(gauge.value, Mapping) else {"": gauge.value}
    for label, value in values.items():
        family.add_metric([label] if gauge.label else [], value)
    return family


def text() -> bytes:
    """Return all figures as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Collector())
    return generate_latest(registry)
