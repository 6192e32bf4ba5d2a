"""`zhitong demo` as a process: alone in its home, asked to end, killed, started afresh."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.platform.parts.shell import HOLD_SERVERS, environment, left_after, script, zhitong


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "home"
    yield root
    assert left_after(root, 20) == {}


@contextmanager
def starting_demo(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A demo whose database is up and whose seeding has begun."""
    command = [sys.executable, "-m", "zhitong.cli", "demo"]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        try:
            seen = ""
            while "schemas" not in seen:
                line = demo.stdout.readline()
                assert line, seen
                seen += line
            yield demo
        finally:
            demo.kill()


def test_a_second_demo_names_the_first(home: Path) -> None:
    with starting_demo(home) as first:
        second = zhitong(home, "demo")
        assert second.returncode == 1
        assert f"a demo already runs in {home} (process {first.pid})" in second.stderr
        assert "Traceback" not in second.stderr


def test_fresh_is_refused_while_a_demo_or_a_command_uses_the_home(home: Path) -> None:
    with script(home, HOLD_SERVERS):
        done = zhitong(home, "demo", "--fresh")
        assert done.returncode == 1
        assert "another command uses the database" in done.stderr
    with starting_demo(home):
        assert "a demo already runs" in zhitong(home, "demo", "--fresh").stderr


def test_fresh_leaves_a_folder_alone_that_is_not_ours(home: Path) -> None:
    home.mkdir()
    (home / "thesis.docx").touch()
    done = zhitong(home, "demo", "--fresh")
    assert done.returncode == 1
    assert "nothing deleted" in done.stderr
    assert (home / "thesis.docx").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_asked_to_end_stops_all_and_succeeds(home: Path, how: signal.Signals) -> None:
    with starting_demo(home) as demo:
        demo.send_signal(how)
        output, _ = demo.communicate(timeout=60)
        assert demo.returncode == 0, output
        assert output.endswith("all parts have stopped\n")
        assert "Traceback" not in output
        assert left_after(home, 0) == {}


def test_a_killed_demo_leaves_no_process_behind(home: Path) -> None:
    with starting_demo(home) as demo:
        demo.kill()
        demo.wait()
        assert left_after(home, 20) == {}


def test_a_part_that_dies_ends_the_demo_with_the_reason(home: Path) -> None:
    with starting_demo(home) as demo:
        keeper = json.loads((home / "run" / "servers.json").read_text())["pid"]
        os.kill(int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while demo.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert demo.returncode == 1
        assert demo.stdout is not None
        assert "database stopped unexpectedly (ended by SIGKILL)" in demo.stdout.read()
        assert keeper not in left_after(home, 20)
