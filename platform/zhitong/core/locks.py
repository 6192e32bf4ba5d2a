"""Locks of the database that go with the connection of whoever holds them: a worker that was killed holds nothing.

Held on the connection, so a pooler in between has to keep sessions together (a check says so).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# What is locked; the key tells apart what there are several of.
EXPORTS, EXPORT, UPKEEP, BUILD = 7_201_010, 7_201_011, 7_201_012, 7_201_013


@contextmanager
def held(lock: int, key: int = 0) -> Iterator[bool]:
    """Hold a lock for the block when nobody else does, and say whether that was so. It waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [lock, key])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lock, key])
