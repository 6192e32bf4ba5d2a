"""A list to export, and the button that does so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.platform.exports.numbers import KIND, Numbers, registered


@pytest.fixture
def numbers() -> Iterator[Numbers]:
    """The list, registered for the time of the test."""
    with registered() as made:
        yield made


@pytest.fixture
def ask(client_for: Any) -> Callable[..., Any]:
    """A function that presses 导出 on a page of the list and returns the answer."""

    def run(user: Any, unit: Any, query: str = "", wanted: str = "xlsx") -> Any:
        form = {"kind": KIND, "query": query, "format": wanted}
        return client_for(user, unit).post("/exports/ask/", form)

    return run
