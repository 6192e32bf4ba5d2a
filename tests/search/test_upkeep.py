"""Sweeps and rebuilds beside each other: one at a time, whoever asks."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from search.models import Upkeep
from search.tasks import run_upkeep
from zhitong.core import clock
from zhitong.core.locks import UPKEEP, held


def test_only_one_sweeps_or_rebuilds_at_a_time(committed: None) -> None:
    """Another connection holds the lock: neither the worker nor the command begins."""
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        with held(UPKEEP) as free:
            assert free
            begun.set()
            over.wait(30)
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    assert begun.wait(30)
    try:
        Upkeep.objects.create(kind="sweep", asked_by="运维甲", asked_at=clock.now())
        assert run_upkeep() == 0
        with pytest.raises(CommandError, match="another process"):
            call_command("search_rebuild")
    finally:
        over.set()
        other.join()
    assert run_upkeep() == 1
