"""Starts a real PostgreSQL and a real Valkey for the test run, before Django reads its settings.

The first process of a run owns the parts and stops them at its exit; pytest-xdist workers inherit their addresses.
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

import environ
import psycopg
import pytest

from zhitong import parts

_stack = contextlib.ExitStack()
atexit.register(_stack.close)
_OWNED = "ZHITONG_TEST_PARTS"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the parts once and point the settings at them."""
    if _OWNED not in os.environ:
        home = Path(_stack.enter_context(tempfile.TemporaryDirectory(prefix="zt-")))
        os.environ.update(_stack.enter_context(parts.running(home)))
        os.environ[_OWNED] = str(home)
        os.environ["ZHITONG_HOME"] = str(home)
        _forget_the_disk()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    database = int(worker) % 15 + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].split('?')[0]}?db={database}"
    broker = os.environ["CELERY_BROKER_URL"].split("?")[0]
    os.environ["CELERY_BROKER_URL"] = f"{broker}?virtual_host={database}"


def _forget_the_disk() -> None:
    """Let the server not wait for the disk: its databases live as long as the run."""
    database = environ.Env().db_url("DATABASE_URL")
    with psycopg.connect(host=database["HOST"], user=database["USER"], dbname="postgres", autocommit=True) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("SELECT pg_reload_conf()")
