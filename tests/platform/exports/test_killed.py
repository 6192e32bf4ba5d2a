"""SIGKILL of a worker in the middle of an export: another takes it up anew, and the file is whole."""

import os
import signal

import pytest
from django.core.files.storage import default_storage
from django.db import connections
from openpyxl import load_workbook

from tests.factories import make_user
from tests.platform.exchange.test_races import unit_of
from tests.platform.exports.numbers import KIND, Numbers
from zhitong.exports import operations
from zhitong.exports.models import Export
from zhitong.exports.operations import AT_ONCE
from zhitong.exports.running import run_waiting


def run_in_a_fork() -> int:
    """Let another process make what waits; return how it ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            run_waiting()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.mark.parametrize("row", [0, 1_500, AT_ONCE])
def test_a_worker_killed_in_the_middle(committed: None, numbers: Numbers, row: int) -> None:
    unit = unit_of("nanhai")
    clerk = make_user(unit, "zhou", roles=["clerk"])
    numbers.size = AT_ONCE + 1
    with unit:
        export = operations.ask_export(actor=clerk.actor, kind=KIND, query="", wanted="xlsx")
    assert isinstance(export, Export)
    numbers.at_row = lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == row else None
    assert os.WIFSIGNALED(run_in_a_fork())
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("running", 1)
    numbers.at_row = lambda number: None
    assert run_waiting() == 1
    export.refresh_from_db()
    assert (export.state, export.attempts, export.rows_done) == ("done", 2, AT_ONCE + 1)
    with default_storage.open(f"units/{unit.uuid}/made/{export.file}") as file:
        assert load_workbook(file).worksheets[0].max_row == AT_ONCE + 2


def test_two_workers_never_make_the_same(committed: None, numbers: Numbers) -> None:
    unit = unit_of("nanhai")
    clerk = make_user(unit, "zhou", roles=["clerk"])
    numbers.size = AT_ONCE + 1
    with unit:
        operations.ask_export(actor=clerk.actor, kind=KIND, query="", wanted="csv")
    ends: list[int] = []

    def meanwhile(number: int) -> None:
        if number == 10 and not ends:
            ends.append(1)
            child = os.fork()
            if child == 0:
                # Another worker, with a connection of its own: it finds nothing to do.
                for one in connections.all(initialized_only=True):
                    one.connection = None
                os._exit(run_waiting())
            ends[0] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    numbers.at_row = meanwhile
    assert run_waiting() == 1
    assert ends == [0]
    assert list(Export.objects.values_list("state", "attempts")) == [("done", 1)]
