"""The embedded database and broker for real: start, restart, joining, killed owners, traces of crashes."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest
import redis

from tests.platform.parts.shell import HOLD_SERVERS, left_after, processes_of, script
from zhitong import parts


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "home"
    yield root
    assert left_after(root, 10) == {}


def connect(environment: dict[str, str]) -> psycopg.Connection[tuple[object, ...]]:
    """Connect the way Django does: by what django-environ reads from the variable."""
    found = environ.Env.db_url_config(environment["DATABASE_URL"])
    return psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"], autocommit=True)


def setting(connection: psycopg.Connection[tuple[object, ...]], name: str) -> object:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return row[0]


def test_both_servers_answer_on_unix_sockets_alone(home: Path) -> None:
    with parts.running(home) as environment:
        with connect(environment) as connection:
            assert setting(connection, "listen_addresses") == ""
            assert setting(connection, "fsync") == "on"
            assert setting(connection, "max_locks_per_transaction") == "512"
            assert setting(connection, "server_encoding") == "UTF8"
        with redis.Redis.from_url(environment["REDIS_URL"]) as broker:
            assert broker.ping()
            assert broker.config_get("port") == {"port": "0"}
    assert left_after(home, 0) == {}


def test_data_is_kept_between_runs_and_the_secret_too(home: Path) -> None:
    with parts.running(home) as first, connect(first) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    with parts.running(home) as second, connect(second) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
    assert first == second
    assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600
    assert len(second["ZHITONG_SECRET_KEY"]) >= 50


def test_a_second_user_joins_and_the_last_one_out_stops(home: Path) -> None:
    with script(home, HOLD_SERVERS) as first:
        keeper = json.loads((home / "run" / "servers.json").read_text())["pid"]
        with parts.running(home) as environment:
            first.send_signal(signal.SIGINT)
            first.wait(30)
            with connect(environment) as connection:
                assert setting(connection, "fsync") == "on"
            assert keeper in processes_of(home)
        assert left_after(home, 0) == {}


def test_a_killed_user_leaves_no_process_behind(home: Path) -> None:
    with script(home, HOLD_SERVERS) as user:
        assert len(processes_of(home)) > 3
        user.kill()
        user.wait()
        assert left_after(home, 15) == {}


def test_killing_the_user_and_the_keeper_leaves_no_process_behind(home: Path) -> None:
    with script(home, HOLD_SERVERS) as user:
        keeper = json.loads((home / "run" / "servers.json").read_text())["pid"]
        os.kill(keeper, signal.SIGKILL)
        user.kill()
        user.wait()
        assert left_after(home, 15) == {}
    with parts.running(home) as environment, connect(environment) as connection:
        assert setting(connection, "fsync") == "on"


def test_traces_of_a_crash_are_healed_even_when_the_process_number_is_taken(home: Path) -> None:
    with script(home, HOLD_SERVERS) as user:
        keeper = json.loads((home / "run" / "servers.json").read_text())["pid"]
        pid_file = home / "postgres" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        os.kill(keeper, signal.SIGKILL)
        os.kill(int(lines[0]), signal.SIGKILL)
        user.kill()
        user.wait()
        assert left_after(home, 15) == {}
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert parts.Home(home).postgres_socket.exists()
    with parts.running(home) as environment, connect(environment) as connection:
        assert setting(connection, "fsync") == "on"


def test_a_server_that_dies_stops_the_others_and_the_reason_is_told(home: Path) -> None:
    with script(home, HOLD_SERVERS) as user:
        broker = next(pid for pid, command in processes_of(home).items() if "valkey-server" in command)
        os.kill(broker, signal.SIGKILL)
        assert left_after(home, 15, besides={user.pid}) == {}
        status = json.loads((home / "run" / "servers.json").read_text())
        assert status["state"] == "failed"
        assert "broker stopped unexpectedly (ended by SIGKILL)" in status["message"]
        assert "Ready to accept connections" in status["message"]


def test_a_server_that_cannot_start_is_told_with_the_end_of_its_log(home: Path) -> None:
    with parts.running(home):
        pass
    (home / "postgres" / "PG_VERSION").write_text("9.6\n")
    with (
        pytest.raises(parts.PartsError, match=r"(?s)database did not start.*not compatible"),
        parts.running(home),
    ):
        pass


def test_long_paths_get_their_sockets_in_a_private_folder(tmp_path: Path) -> None:
    root = tmp_path / ("long" * 25)
    with parts.running(root) as environment, connect(environment) as connection:
        sockets = parts.Home(root).sockets
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert len(str(sockets / ".s.PGSQL.5432.lock")) < 100
        assert setting(connection, "unix_socket_directories") == str(sockets)
    parts.Home(root).delete()
    assert not root.exists()
    assert not sockets.exists()
