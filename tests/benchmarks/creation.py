"""How long a new unit takes, with all apps present."""

import statistics
import time
from collections.abc import Iterator

from tests.benchmarks.timing import Figure
from zhitong.core.operations import leave_unit, system
from zhitong.units.models import Level, UnitKind
from zhitong.units.operations import NewUnit, create_unit

_UNITS = 10


def measure() -> Iterator[Figure]:
    """Yield the median of ten."""
    leave_unit()  # as the province's operators do it, on the bare host
    taken = []
    for n in range(_UNITS):
        begun = time.perf_counter()
        create_unit(
            actor=system(None),
            new=NewUnit(
                host=f"bench{n}",
                name=f"试验单位{n}",
                short_name=f"试验{n}",
                kind=UnitKind.COMMITTEE,
                level=Level.COUNTY,
            ),
        )
        taken.append(time.perf_counter() - begun)
    median = statistics.median(taken)
    yield Figure("建立一个单位", median, "秒", "≤ 0.5", median <= 0.5)
