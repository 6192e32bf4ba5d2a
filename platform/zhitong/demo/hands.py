"""Several processes that fill the demo at once, as several people would use the platform at once."""

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from django.db import connection, connections

from zhitong.parts.processes import die_with_parent

_HANDS = 2


@contextmanager
def hands() -> Iterator[Executor]:
    """Two processes with connections of their own, which end with this one however it ends."""
    # A connection cannot be shared with a fork.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    begin, follow = commit_without_waiting, die_with_parent(signal.SIGKILL)
    with ProcessPoolExecutor(_HANDS, context, initializer=lambda: (follow(), begin())) as several:
        yield several


def commit_without_waiting() -> None:
    """A crash while seeding costs a new start, not data: commits need not wait for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
