"""Using a set of parts: start its keeper or join the running one; the last user to leave stops it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from zhitong.parts.errors import PartsError
from zhitong.parts.home import Home
from zhitong.parts.keeper import SetName, alive_path, read_status, users_path
from zhitong.parts.locks import FileLock, is_held

START_SECONDS = 120.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.05


def _nothing() -> None:
    """Give up for no reason."""


class Lease:
    """One user's hold on a set of parts; see `leased`."""

    def __init__(
        self, home: Home, name: SetName, arguments: Sequence[str] = (), check: Callable[[], None] = _nothing
    ) -> None:
        self._home = home
        self._check = check
        self._name: SetName = name
        self._arguments = arguments
        self._users = FileLock(users_path(home, name))

    def enter(self) -> None:
        """Hold the set, starting it when it does not run.

        Raises:
            PartsError: a part did not start; the text names it and shows the end of its log.
        """
        # Waits while a set that has just lost its last user is being stopped.
        if not self._users.wait_shared(STOP_SECONDS):
            raise PartsError(f"the {self._name} in {self._home.root} are stopping and do not come to an end")
        starting = FileLock(self._home.run / f"{self._name}.starting")
        try:
            if not starting.wait_exclusive(START_SECONDS):
                raise PartsError(
                    f"another command is starting the {self._name} in {self._home.root} and does not finish"
                )
            if self.is_running() and not self._is_ready():
                self._wait_gone()
            if not self.is_running():
                self._start_keeper()
        finally:
            starting.close()

    def is_running(self) -> bool:
        return is_held(alive_path(self._home, self._name))

    def _is_ready(self) -> bool:
        status = read_status(self._home, self._name)
        return status is not None and status["state"] == "ready"

    def failure(self) -> str | None:
        """Why the set is not running or is going down by itself, or None while all is well."""
        status = read_status(self._home, self._name)
        if status and status["state"] == "failed":
            return status["message"]
        return None if self.is_running() else f"the {self._name} were stopped"

    def leave(self) -> None:
        """Let go; the last user stops the set and waits for its end."""
        try:
            if self._users.try_exclusive():
                self._stop_keeper()
            elif not self._users.try_shared():
                # Held exclusively by somebody else: the keeper or another user is stopping the set right now.
                self._wait_gone()
        finally:
            self._users.close()

    def _start_keeper(self) -> None:
        command = [
            sys.executable,
            "-m",
            "zhitong.parts.keeper",
            self._name,
            str(self._home.root),
            *self._arguments,
        ]
        with (self._home.log / "keeper.log").open("ab") as log:
            keeper = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home.root,
                env={**os.environ, **self._home.environment()},
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._check()
            status = read_status(self._home, self._name)
            mine = status if status and status["pid"] == keeper.pid else None
            if mine and mine["state"] == "ready":
                return
            if keeper.poll() is not None:
                raise PartsError(mine["message"] if mine else f"the keeper ended; see {self._home.log / 'keeper.log'}")
            time.sleep(POLL_SECONDS)
        keeper.terminate()
        raise PartsError(f"the {self._name} did not start within {START_SECONDS:.0f} s; see {self._home.log}")

    def _stop_keeper(self) -> None:
        status = read_status(self._home, self._name)
        if status and self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(status["pid"], signal.SIGTERM)
        self._wait_gone()

    def _wait_gone(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while self.is_running():
            if time.monotonic() > deadline:
                raise PartsError(f"the {self._name} do not stop; see {self._home.log}")
            time.sleep(POLL_SECONDS)


@contextlib.contextmanager
def leased(
    home: Home, name: SetName, arguments: Sequence[str] = (), check: Callable[[], None] = _nothing
) -> Iterator[Lease]:
    """Hold a set of parts for the time of the block; `check` is called while they start, and may raise to give up.

    Raises:
        PartsError: a part did not start, or does not stop.
    """
    lease = Lease(home, name, arguments, check)
    try:
        lease.enter()
        yield lease
    finally:
        lease.leave()
