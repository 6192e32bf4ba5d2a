"""Waking the workers: cheap for those who publish, and never too early for any of them."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import redis
from django.conf import settings
from django.db import transaction

from zhitong.core import outbox


@pytest.fixture
def broker(committed: None, monkeypatch: pytest.MonkeyPatch) -> redis.Redis:
    """The broker with no task waiting, for a process that has woken nobody; a moment outlasts the slowest machine."""
    monkeypatch.setattr(outbox, "_awaited_until", 0.0)
    monkeypatch.setattr(outbox, "_WAKE_SECONDS", 300.0)
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete("celery")
    return client


def test_many_commits_wake_the_workers_once_and_after_the_last(broker: redis.Redis) -> None:
    for n in range(5):
        with transaction.atomic():
            outbox.publish("tests.topic", {"n": n}, unit_id=None)
            outbox.publish("tests.topic", {"n": n}, unit_id=None)
    last = datetime.now(UTC)
    [task] = [json.loads(entry) for entry in broker.lrange("celery", 0, -1)]
    assert task["headers"]["task"] == "zhitong.core.tasks.drain_outbox"
    assert datetime.fromisoformat(task["headers"]["eta"]) > last


def test_the_next_moment_wakes_them_again(broker: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.publish("tests.topic", {}, unit_id=None)
    monkeypatch.setattr(outbox, "_awaited_until", 0.0)  # the moment has passed
    outbox.publish("tests.topic", {}, unit_id=None)
    assert broker.llen("celery") == 2


def test_what_is_undone_wakes_nobody(broker: redis.Redis) -> None:
    with transaction.atomic():
        outbox.publish("tests.topic", {}, unit_id=None)
        transaction.set_rollback(True)
    assert broker.llen("celery") == 0


def test_the_web_process_sends_to_the_broker_of_the_settings() -> None:
    told = "import zhitong.config.wsgi, celery; print(celery.current_app.conf.broker_url)"
    environment = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
    done = subprocess.run(
        [sys.executable, "-c", told],
        env={**environment, "REDIS_URL": "redis://broker.example.org/3"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "redis://broker.example.org/3"
