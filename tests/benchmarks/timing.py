"""Clocks: milliseconds of requests, figures a second."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from django.test import Client


@dataclass(frozen=True)
class Figure:
    """One line of the table. `goal` is what is asked for in words, empty for a figure that only informs."""

    name: str
    value: float
    unit: str
    goal: str = ""
    holds: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as written to build/bench.json."""
        return asdict(self)


def requests(client: Client, url: str, count: int) -> list[float]:
    """Return the milliseconds of each of `count` requests, every one a success."""
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        response = client.get(url)
        taken.append((time.perf_counter() - begun) * 1000)
        assert response.status_code == 200, response.status_code
    return taken
