"""File locks that the kernel frees when their holder dies, so that no crash leaves a stale one."""

import fcntl
import os
import time
from pathlib import Path

POLL_SECONDS = 0.05


class FileLock:
    """An open lock file; shared and exclusive as in flock(2), never inherited by started programs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def wait_exclusive(self, seconds: float) -> bool:
        return self._wait(fcntl.LOCK_EX, seconds)

    def wait_shared(self, seconds: float) -> bool:
        return self._wait(fcntl.LOCK_SH, seconds)

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._descriptor)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(self, kind: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self._try(kind):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True


def is_held(path: Path) -> bool:
    """Whether some process holds the lock file exclusively; nobody does when its folder is gone."""
    try:
        lock = FileLock(path)
    except FileNotFoundError:
        return False
    try:
        return not lock.try_shared()
    finally:
        lock.close()
