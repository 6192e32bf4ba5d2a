"""Cuts documents in processes of their own, because one process of Python keeps one processor busy and no more.

Run as a program it is such a process: work comes and goes over a pipe. It holds no connection and no secret, and ends
with whoever started it, however that ends.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection, Pipe
from queue import SimpleQueue
from typing import Protocol, TypeVar

_WORTH_A_START = 5000  # documents that are cut sooner here than processes for them are there
_MOST_CUTTERS = 4  # what more of them cut, one database or node does not take

Given = TypeVar("Given")
Made = TypeVar("Made")


class Cut(Protocol):
    """Calls a function of a module that needs no Django with one argument that can be pickled."""

    def __call__(self, work: Callable[[Given], Made], given: Given, /) -> Made:
        """Return what `work(given)` does, wherever it was done."""


class CutterLost(RuntimeError):  # noqa: N818 - says what it is
    """A process that cut documents ended before its time: killed, out of memory, or by a fault that it has printed."""


def cutters_for(documents: int) -> int:
    """Return how many processes cut so many documents: one for each processor, where there is more than one."""
    processors = len(os.sched_getaffinity(0))
    return min(processors, _MOST_CUTTERS) if processors > 1 and documents > _WORTH_A_START else 0


@contextmanager
def cutters(number: int) -> Iterator[Cut]:
    """Yield what has work done in so many processes; without any, in this one.

    It may be called from several threads at once, and raises `CutterLost`. The processes end with the block. They are
    no children of `multiprocessing`, which the workers of Celery may not have.
    """
    if not number:
        yield _here
        return
    free: SimpleQueue[Cut] = SimpleQueue()
    with ExitStack() as running:
        for _ in range(number):
            free.put(running.enter_context(_cutter()))

        def cut(work: Callable[[Given], Made], given: Given, /) -> Made:
            one = free.get()
            try:
                return one(work, given)
            finally:
                free.put(one)

        yield cut


def ahead(work: Callable[[Given], Made], batches: Iterable[Given], hands: int) -> Iterator[tuple[Given, Made]]:
    """Yield each batch with what the work made of it, in their order, while so many threads work on those that follow.

    Batches are read by the caller's own thread alone, and only when there is a hand for them.
    """
    with ThreadPoolExecutor(hands) as pool:
        under_way: deque[tuple[Given, Future[Made]]] = deque()
        for batch in batches:
            under_way.append((batch, pool.submit(work, batch)))
            if len(under_way) > hands:
                yield _first(under_way)
        while under_way:
            yield _first(under_way)


def _first(under_way: deque[tuple[Given, Future[Made]]]) -> tuple[Given, Made]:
    batch, made = under_way.popleft()
    return batch, made.result()


def _here(work: Callable[[Given], Made], given: Given, /) -> Made:
    return work(given)


@contextmanager
def _cutter() -> Iterator[Cut]:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-m", "search.cutting", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={},
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for who started it
        )

    def cut(work: Callable[[Given], Made], given: Given, /) -> Made:
        try:
            ours.send((work, given))
            made: Made = ours.recv()
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
    """Do what comes, until nobody is at the other end."""
    with pipe, suppress(EOFError, ConnectionError):
        while True:
            work, given = pipe.recv()
            pipe.send(work(given))


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
