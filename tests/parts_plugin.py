"""Starts a real PostgreSQL and a real Valkey for the test run, before Django reads its settings.

The first process of a run owns the parts and stops them at its exit; pytest-xdist workers inherit their addresses.
"""

import atexit
import contextlib
import os
import tempfile
from pathlib import Path

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
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    base = os.environ["REDIS_URL"].split("?")[0]
    os.environ["REDIS_URL"] = os.environ["CELERY_BROKER_URL"] = f"{base}?db={int(worker) % 15 + 1}"
