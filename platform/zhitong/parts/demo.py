"""`zhitong demo`: all parts up, the demo province in, and then serve, or walk the main job once and end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhitong.parts.ending import EndAsked, Ending
from zhitong.parts.errors import PartsError
from zhitong.parts.home import Home
from zhitong.parts.keeper import alive_path
from zhitong.parts.lease import Lease, leased
from zhitong.parts.locks import FileLock, is_held
from zhitong.parts.processes import die_with_parent
from zhitong.parts.services import free_port, is_healthy

DEFAULT_PORT = 8000
WATCH_SECONDS = 0.5
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Demo:
    """A demo that is up: all parts run and the demo province is in."""

    home: Home
    port: int
    leases: tuple[Lease, ...]
    started: float
    ending: Ending

    def say(self, line: str) -> None:
        """Print one calm line with the seconds since the start."""
        _say(self.started, line)

    def command(self, *words: str) -> int:
        """Run a management command to its end and give back its exit code."""
        return _run_command(self.home, words, self.watch)

    def watch(self) -> None:
        """Raise PartsError when a part has stopped by itself, EndAsked when the demo shall end."""
        self.ending.check()
        for lease in self.leases:
            if failure := lease.failure():
                raise PartsError(failure)


def serve(demo: Demo) -> int:
    """Print addresses and logins, then serve until asked to end or a part dies."""
    if code := demo.command("demo_guide", "--port", str(demo.port)):
        return code
    demo.say("serving; Ctrl-C ends it")
    while True:
        demo.watch()
        time.sleep(WATCH_SECONDS)


def walk(demo: Demo) -> int:
    """Walk the main job over HTTP; the exit code is 0 when every step held, else 1."""
    return 1 if demo.command("demo_walk", "--port", str(demo.port)) else 0


def run_demo(
    then: Callable[[Demo], int], *, root: Path | None = None, port: int = DEFAULT_PORT, when_ended: int = 0
) -> int:
    """Start everything, do `then`, stop everything; returns the exit code, `when_ended` after Ctrl-C or SIGTERM.

    Raises:
        PartsError: a part does not start or stopped by itself, or another demo runs in the same home.
    """
    started = time.monotonic()
    ending = Ending()
    with ending.listening(ENDING_SIGNALS):
        try:
            home = Home.open(root)
            with _alone(home, port), _up(home, port, started, ending) as demo:
                code = then(demo)
                demo.say("stopping")
        except EndAsked:
            code = when_ended
    _say(started, "all parts have stopped")
    return code


def start_fresh(root: Path | None = None) -> None:
    """Delete the home with all its data.

    Raises:
        PartsError: it is in use, or not ours.
    """
    home = Home((root or Home.default_root()).resolve())
    if not home.root.exists():
        return
    if home.marker.exists() and home.run.exists():
        with _alone(home, 0):
            if is_held(alive_path(home, "servers")):
                raise PartsError(f"another command uses the database in {home.root}: wait for its end, then try again")
    home.delete()


@contextlib.contextmanager
def _up(home: Home, wanted_port: int, started: float, ending: Ending) -> Iterator[Demo]:
    _say(started, f"starting database and broker in {home.root}")
    with leased(home, "servers", check=ending.check) as servers:
        begun = Demo(home, wanted_port, (servers,), started, ending)
        steps = {"fleet_migrate": "bringing all schemas up to date"}
        if not home.seeded.exists():
            steps["demo_seed"] = "the demo province: units, people, items of 2019 and of this year"
        for name, what in steps.items():
            _say(started, what)
            if code := begun.command(name):
                raise PartsError(f"`zhitong manage {name}` failed with exit code {code}")
        port = free_port(wanted_port)
        if port != wanted_port:
            _say(started, f"port {wanted_port} is taken, using {port}")
            _hold(home, port)
        _say(started, "starting web server and worker")
        with leased(home, "services", [str(port)], ending.check) as services:
            if not is_healthy(port):
                raise PartsError(
                    f"http://127.0.0.1:{port}/healthz does not answer with 200; see {home.log / 'web.log'}"
                )
            _say(started, f"up: http://127.0.0.1:{port}/")
            yield Demo(home, port, (services, servers), started, ending)


@contextlib.contextmanager
def _alone(home: Home, port: int) -> Iterator[None]:
    """Be the one demo of this home."""
    lock = FileLock(home.run / "demo.lock")
    try:
        if not lock.try_exclusive():
            raise PartsError(
                f"a demo already runs in {home.root} ({_describe_holder(home.demo_file)}); end it with Ctrl-C first"
            )
        _hold(home, port)
        yield
    finally:
        lock.close()


def _hold(home: Home, port: int) -> None:
    home.demo_file.write_text(json.dumps({"pid": os.getpid(), "port": port}), encoding="ascii")


def _describe_holder(path: Path) -> str:
    try:
        return f"process {json.loads(path.read_text(encoding='ascii'))['pid']}"
    except (OSError, ValueError, KeyError):
        return "just starting"


def _run_command(home: Home, words: Sequence[str], watch: Callable[[], None]) -> int:
    """Run it in a process of its own, which dies with us; `watch` may raise to give up."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-m", "django", *words],
        env={**os.environ, **home.environment()},
        stdin=subprocess.DEVNULL,
        # Ctrl-C is ours alone: the command is ended by us, and prints no trace.
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one thread here
    )
    try:
        while (code := _ended(process)) is None:
            watch()
        if code:
            # A command often fails because a part died; the keeper needs a moment to notice.
            time.sleep(WATCH_SECONDS)
            watch()
        return code
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(WATCH_SECONDS)
    return None


def _say(started: float, line: str) -> None:
    print(f"{time.monotonic() - started:6.1f} s  {line}", flush=True)
