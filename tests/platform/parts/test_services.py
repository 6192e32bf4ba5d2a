"""The web server and the worker for real: up, stopped in order, killed, and the choice of a port."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.parts.shell import HOLD_ALL, left_after, processes_of, script, zhitong
from zhitong.parts import PartsError
from zhitong.parts.services import free_port


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "home"
    yield root
    assert left_after(root, 20) == {}


def test_a_killed_owner_leaves_no_worker_of_the_web_server_or_the_queue_behind(home: Path) -> None:
    port = free_port(8300)
    with script(home, HOLD_ALL, str(port)) as owner:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        commands = " ".join(processes_of(home).values())
        assert "granian" in commands
        assert "celery" in commands
        owner.kill()
        owner.wait()
        assert left_after(home, 30) == {}


def test_a_taken_port_gives_the_next_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert port < free_port(port) <= port + 50


def test_no_port_at_all_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 65535)), pytest.raises(PartsError, match="choose another with --port"):
        free_port(65535)


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", "8²"])
def test_a_port_that_is_none_is_refused_as_wrong_usage(home: Path, port: str) -> None:
    done = zhitong(home, "demo", f"--port={port}")
    assert done.returncode == 2
    assert "no port between 1 and 65535" in done.stderr
    assert not home.exists()
