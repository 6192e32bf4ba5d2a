"""What is measured of exports."""

from collections.abc import Iterator

from zhitong.core.metrics import Gauge, register
from zhitong.exports.queries import waiting_count


def _gauges() -> Iterator[Gauge]:
    yield Gauge("zhitong_exports_waiting", "Exports that wait or run.", waiting_count())


register("exports", _gauges)
