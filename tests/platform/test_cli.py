"""The command `zhitong` as people call it: overview, spoken names, suggestions, errors in one line."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.platform.parts.shell import left_after, zhitong


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "home"
    yield root
    assert left_after(root, 15) == {}


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_the_overview_lists_every_command_with_its_help(home: Path, words: list[str]) -> None:
    done = zhitong(home, *words)
    assert done.returncode == 0
    lines = {line.split("  ")[1].strip(): line for line in done.stdout.splitlines() if line.startswith("  ")}
    assert {"demo", "fleet migrate", "ranking recompute"} <= set(lines)
    assert "Migrate the public schema" in lines["fleet migrate"]
    # Looking things up starts no server.
    assert not (home / "postgres").exists()


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["fleet", "migrat"], "fleet migrate"),
        (["dmeo"], "demo"),
        (["fleet"], "fleet migrate"),
        (["ranking", "recmpute"], "ranking recompute"),
    ],
)
def test_an_unknown_command_is_wrong_usage_with_a_suggestion(home: Path, words: list[str], near: str) -> None:
    done = zhitong(home, *words)
    assert done.returncode == 2
    assert f"there is no command `{' '.join(words)}`" in done.stderr
    assert near in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_word_like_nothing_points_to_the_overview(home: Path) -> None:
    done = zhitong(home, "xyzzy")
    assert done.returncode == 2
    assert "`zhitong --help` lists all commands" in done.stderr


def test_help_of_one_command_speaks_its_spoken_name_and_starts_nothing(home: Path) -> None:
    done = zhitong(home, "fleet", "migrate", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: zhitong fleet migrate")
    assert not (home / "postgres").exists()


def test_an_unknown_option_is_wrong_usage(home: Path) -> None:
    done = zhitong(home, "fleet", "migrate", "--sideways")
    assert done.returncode == 2
    assert "unrecognized arguments: --sideways" in done.stderr


def test_commands_run_on_the_embedded_parts_and_end_with_them(home: Path) -> None:
    done = zhitong(
        home,
        "manage",
        "shell",
        "--no-imports",
        "--command",
        "from django.db import connection as c\n"
        "with c.cursor() as k:\n    k.execute('SELECT version()')\n    print(k.fetchone()[0])",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PostgreSQL")
    assert left_after(home, 0) == {}


def test_plain_django_commands_that_read_no_data_start_nothing(home: Path) -> None:
    done = zhitong(home, "manage", "version")
    assert done.returncode == 0
    assert done.stdout.startswith("5.2")
    assert not (home / "postgres").exists()


def test_named_servers_are_used_and_their_absence_is_one_line(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zhitong.cli", "fleet", "migrate"],
        env={**os.environ, "ZHITONG_HOME": str(home), "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "zhitong: the database says: connection failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not home.exists()
