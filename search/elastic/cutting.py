"""Cuts documents in processes of their own, because one process of Python keeps one processor busy and no more.

Run as a program it is such a process: batches come and go over a pipe. It holds no connection and no secret, and ends
with whoever started it, however that ends.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from queue import SimpleQueue
from typing import Any

from search.elastic.writing import Kept, writings

Cut = Callable[[Sequence[Kept], str], list[dict[str, Any]]]


class CutterLost(RuntimeError):  # noqa: N818 - says what it is
    """A process that cut documents ended before its time: killed, out of memory, or by a fault that it has printed."""


@contextmanager
def cutters(number: int) -> Iterator[Cut]:
    """Yield what does the work of `writings` in so many processes; without any, in this one.

    It may be called from several threads at once, and raises `CutterLost`. The processes end with the block. They are
    no children of `multiprocessing`, which the workers of Celery may not have.
    """
    if not number:
        yield writings
        return
    free: SimpleQueue[Cut] = SimpleQueue()
    with ExitStack() as running:
        for _ in range(number):
            free.put(running.enter_context(_cutter()))

        def cut(some: Sequence[Kept], index: str) -> list[dict[str, Any]]:
            one = free.get()
            try:
                return one(some, index)
            finally:
                free.put(one)

        yield cut


@contextmanager
def _cutter() -> Iterator[Cut]:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-m", "search.elastic.cutting", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={},
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for who started it
        )

    def cut(some: Sequence[Kept], index: str) -> list[dict[str, Any]]:
        try:
            ours.send((some, index))
            made: list[dict[str, Any]] = ours.recv()
        except (EOFError, OSError) as error:
            raise CutterLost(f"a process that cuts texts ended with {process.wait()}") from error
        return made

    try:
        yield cut
    finally:
        ours.close()
        process.kill()  # it holds nothing that could be lost
        process.wait()


def main(pipe: Connection) -> None:
    """Cut what comes, until nobody is at the other end."""
    with pipe, suppress(EOFError, ConnectionError):
        while True:
            pipe.send(writings(*pipe.recv()))


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
