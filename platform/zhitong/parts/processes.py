"""One child program: how it is started, asked whether it is ready, and stopped with all that it forked."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zhitong.parts.errors import PartsError

PR_SET_PDEATHSIG = 1
TAIL_LINES = 12
READY_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Part:
    """What to run, under which name, and how to tell that it works.

    `ready` may raise anything while the part is still coming up; `stop_signal` asks for a clean end and
    `stop_seconds` is how long that may take before everything of it is killed.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    ready_seconds: float = 60.0


class Child:
    """A started part, alone in its own process group."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._log_start = part.log.stat().st_size if part.log.exists() else 0
        with part.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - commands of ours, no shell
                list(part.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=part.cwd,
                env={**os.environ, **part.environment},
                start_new_session=True,
                # The keeper has one thread, so neither deadlock nor the end of a thread can bite here.
                preexec_fn=die_with_parent(part.stop_signal),  # noqa: PLW1509
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait_ready(self, check: Callable[[], None]) -> None:
        """Return as soon as the part answers; `check` is called while it does not, and may raise to give up.

        Raises:
            PartsError: it ended, or did not answer in time; the text holds the end of its log.
        """
        deadline = time.monotonic() + self.part.ready_seconds
        while not self._is_ready():
            check()
            if self.ended():
                raise PartsError(self.failure("did not start"))
            if time.monotonic() > deadline:
                raise PartsError(self.failure(f"did not answer within {self.part.ready_seconds:.0f} s"))
            time.sleep(READY_POLL_SECONDS)

    def _is_ready(self) -> bool:
        try:
            return self.part.ready()
        except Exception:  # whatever a client raises against a part that is coming up means "not yet"
            return False

    def failure(self, what: str) -> str:
        """One message: which part, what happened, with what end of its log."""
        code = self._process.poll()
        ending = "" if code is None else f" ({_describe_exit(code)})"
        return f"{self.part.name} {what}{ending}; the end of {self.part.log}:\n{self._tail()}"

    def _tail(self) -> str:
        with self.part.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode("utf-8", "replace").splitlines()
        return "\n".join(f"  | {line}" for line in lines[-TAIL_LINES:]) or "  | (empty)"

    def stop(self) -> None:
        """Ask for a clean end, then kill whatever is left of the group."""
        if not self.ended():
            self._process.send_signal(self.part.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.part.stop_seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def _describe_exit(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"


def die_with_parent(how: signal.Signals) -> Callable[[], None]:
    """A hook for the forked child: the kernel sends it `how` when its parent dies, even by SIGKILL."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
