"""A list of numbers, as long as a test wants it, that notes who reads it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict

from zhitong.core.operations import Actor
from zhitong.core.tables import Value
from zhitong.exports import registry
from zhitong.exports.registry import Exporter

KIND = "tests.numbers"
RIGHT = "items.read_all"


@dataclass
class Numbers:
    """`size` rows; `at_row` is called before each with its number; `readers` are the actors that asked."""

    size: int = 10
    at_row: Callable[[int], object] = lambda _number: None
    readers: list[Actor] = field(default_factory=list)

    def rows(self, actor: Actor, asked: QueryDict) -> registry.Rows:
        """Return the list."""
        self.readers.append(actor)
        return self.size, self._each(asked.get("word", ""))

    def _each(self, word: str) -> Iterator[list[Value]]:
        for number in range(self.size):
            self.at_row(number)
            yield [number, f"{word}{number}", Decimal(number) / 4]


@contextmanager
def registered() -> Iterator[Numbers]:
    """Let the list be one of the product's for the block."""
    made = Numbers()
    registry.register(
        Exporter(
            kind=KIND,
            label="数字",
            right=RIGHT,
            columns=("序号", "词", "四分之一"),
            rows=made.rows,
            title=lambda asked: f"数字{asked.get('word', '')}",
        )
    )
    yield made
    del registry._exporters[KIND]
