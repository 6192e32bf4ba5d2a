"""The process that owns a set of parts: starts and watches them, and stops them after their last user.

Users hold a shared lock on `run/SET.users`, which the kernel frees even when they are killed. The keeper has
a session of its own: Ctrl-C at the terminal reaches the users alone, and the parts end in order after them.

    python -m zhitong.parts.keeper servers HOME
    python -m zhitong.parts.keeper services HOME PORT
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypedDict

from zhitong.parts.ending import EndAsked, Ending
from zhitong.parts.errors import PartsError
from zhitong.parts.home import Home
from zhitong.parts.locks import FileLock
from zhitong.parts.processes import Child, Part
from zhitong.parts.servers import server_parts
from zhitong.parts.services import service_parts

SetName = Literal["servers", "services"]
WATCH_SECONDS = 0.2


class Status(TypedDict):
    """What the keeper tells its users through `run/SET.json`."""

    pid: int
    state: Literal["starting", "ready", "failed"]
    message: str


def users_path(home: Home, name: SetName) -> Path:
    return home.run / f"{name}.users"


def alive_path(home: Home, name: SetName) -> Path:
    """The lock that a keeper holds as long as it lives."""
    return home.run / f"{name}.alive"


def status_path(home: Home, name: SetName) -> Path:
    return home.run / f"{name}.json"


def read_status(home: Home, name: SetName) -> Status | None:
    try:
        status: Status = json.loads(status_path(home, name).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return status


def _write_status(home: Home, name: SetName, state: Literal["starting", "ready", "failed"], message: str = "") -> None:
    path = status_path(home, name)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(Status(pid=os.getpid(), state=state, message=message)), encoding="utf-8")
    draft.replace(path)


def keep(home: Home, name: SetName, arguments: Sequence[str], ending: Ending) -> int:
    """Run the set until its last user is gone; the exit code tells whether all went well."""
    alive = FileLock(alive_path(home, name))
    if not alive.try_exclusive():
        return 0
    _write_status(home, name, "starting")
    try:
        with contextlib.ExitStack() as stack:
            if name == "services":
                # The services use the servers, so these outlive them even when their common user was killed.
                stack.enter_context(_using_servers(home))
            _run(home, name, stack, arguments, ending)
    except EndAsked:
        return 0
    except PartsError as error:
        _write_status(home, name, "failed", str(error))
        return 1
    return 0


@contextlib.contextmanager
def _using_servers(home: Home) -> Iterator[None]:
    lock = FileLock(users_path(home, "servers"))
    if not lock.try_shared():
        raise PartsError("the servers are just stopping: try again")
    try:
        yield
    finally:
        lock.close()


def _run(home: Home, name: SetName, stack: contextlib.ExitStack, arguments: Sequence[str], ending: Ending) -> None:
    children: list[Child] = []
    for part in _parts(home, name, arguments):
        child = Child(part)
        stack.callback(child.stop)
        children.append(child)
    # They come up side by side: half the time on two cores.
    for child in children:
        child.wait_ready(ending.check)
    _write_status(home, name, "ready")
    users = FileLock(users_path(home, name))
    while not users.try_exclusive():
        ending.check()
        if dead := next((child for child in children if child.ended()), None):
            message = dead.failure("stopped unexpectedly")
            # Said before the others are stopped, so that nobody joins a set that is going down.
            _write_status(home, name, "failed", message)
            raise PartsError(message)
        time.sleep(WATCH_SECONDS)


def _parts(home: Home, name: SetName, arguments: Sequence[str]) -> list[Part]:
    return server_parts(home) if name == "servers" else service_parts(home, int(arguments[0]))


def main(arguments: Sequence[str]) -> int:
    name, root, *rest = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ending = Ending()
    with ending.listening([signal.SIGTERM]):
        return keep(Home.open(Path(root)), "servers" if name == "servers" else "services", rest, ending)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
