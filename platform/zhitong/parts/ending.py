"""Being asked to end: signals set a mark, and the loops that wait look at it.

A handler that raised instead would be lost whenever the signal arrives inside a callback of the interpreter, for
example while a process is being forked.
"""

import contextlib
import signal
from collections.abc import Iterable, Iterator
from types import FrameType


class EndAsked(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal; like KeyboardInterrupt no `Exception`, so no code swallows it."""


class Ending:
    """Whether somebody has asked this process to end."""

    def __init__(self) -> None:
        self._asked = False

    @contextlib.contextmanager
    def listening(self, numbers: Iterable[signal.Signals]) -> Iterator[None]:
        """Take these signals as the wish to end, for the time of the block."""
        before = {number: signal.signal(number, self._note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def check(self) -> None:
        """Raise EndAsked when the wish is there; only once, so that the stopping it leads to may wait in peace."""
        if self._asked:
            self._asked = False
            raise EndAsked

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
