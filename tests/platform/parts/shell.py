"""What the tests of the parts share: commands in processes of their own, and who still belongs to a home."""

import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HOLD_SERVERS = """
import time
from zhitong import parts
with parts.running():
    print("up", flush=True)
    time.sleep(600)
"""
HOLD_ALL = """
import sys, time
from zhitong.parts.home import Home
from zhitong.parts.lease import leased
home = Home.open()
with leased(home, "servers"), leased(home, "services", [sys.argv[1]]):
    print("up", flush=True)
    time.sleep(600)
"""
# A shell lets what it starts in the background ignore Ctrl-C, and that is handed down.
_HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
# Whatever the shell around the tests says about servers must not reach the commands under test.
_FOREIGN = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "ZHITONG_ENV", "ZHITONG_SECRET_KEY")


def environment(home: Path) -> dict[str, str]:
    """The shell's variables with the home under test and without servers of others."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {**kept, "ZHITONG_HOME": str(home)}


def zhitong(home: Path, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run the command `zhitong` to its end."""
    command = [sys.executable, "-m", "zhitong.cli", *words]
    return subprocess.run(command, env=environment(home), capture_output=True, text=True, timeout=timeout, check=False)


@contextmanager
def script(home: Path, text: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A Python script that has printed its first line; killed at the end of the block if it still runs."""
    command = [sys.executable, "-c", _HEARS_CTRL_C + text, *words]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            assert first == "up\n", first + process.stdout.read()
            yield process
        finally:
            process.kill()


def processes_of(home: Path) -> dict[int, str]:
    """Every living process that works in `home`, names it, or was started for it."""
    found = {}
    mark = str(home).encode()
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end while we look.
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            place = os.fsencode((folder / "cwd").readlink())
            if mark in command or place.startswith(mark) or mark in (folder / "environ").read_bytes():
                found[int(folder.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def left_after(home: Path, seconds: float, besides: Collection[int] = ()) -> dict[int, str]:
    """The processes of `home` that are still there after at most `seconds`; empty as soon as none is."""
    deadline = time.monotonic() + seconds
    while left := {pid: line for pid, line in processes_of(home).items() if pid not in besides}:
        if time.monotonic() > deadline:
            return left
        time.sleep(0.1)
    return {}
