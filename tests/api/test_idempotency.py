"""A POST that may come twice does its work once."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from api.models import KeptAnswer
from tenants.items.models import Item
from tests import factories
from tests.api.conftest import assert_problem, key_of, with_key
from zhitong.core import clock
from zhitong.units.models import Unit

ITEMS = "/api/v1/items/"


def post(client: Client, key: str, body: dict[str, Any]) -> Any:
    """Post a draft under a key."""
    return client.post(ITEMS, json.dumps(body), "application/json", headers={"idempotency-key": key})


def count(unit: Unit) -> int:
    """Return the number of items of the unit."""
    with unit:
        return Item.objects.count()


def test_the_same_request_gets_the_same_answer(calls: Client, unit: Unit) -> None:
    first, second = (post(calls, "a-1", {"title": "甲"}) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert count(unit) == 1
    assert post(calls, "a-2", {"title": "甲"}).json() != first.json()


def test_another_body_under_the_same_key_is_refused(calls: Client, unit: Unit) -> None:
    post(calls, "a-1", {"title": "甲"})
    assert_problem(post(calls, "a-1", {"title": "乙"}), 422, "idempotency_key_reused")
    assert count(unit) == 1


def test_a_refused_request_may_be_tried_again(calls: Client, unit: Unit) -> None:
    assert_problem(post(calls, "a-1", {"urgency": "soon"}), 422, "invalid")
    assert post(calls, "a-1", {"urgency": "urgent"}).status_code == 201
    assert count(unit) == 1


def test_keys_of_two_callers_have_nothing_to_do_with_each_other(calls: Client, clerk_calls: Client, unit: Unit) -> None:
    assert (
        post(calls, "a-1", {"title": "甲"}).json()["uuid"] != post(clerk_calls, "a-1", {"title": "甲"}).json()["uuid"]
    )
    assert count(unit) == 2


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "键"])
def test_keys_that_are_none(calls: Client, unit: Unit, key: str) -> None:
    assert_problem(post(calls, key, {"title": "甲"}), 400)
    assert count(unit) == 0


def test_answers_are_forgotten_after_a_day(calls: Client, unit: Unit) -> None:
    post(calls, "a-1", {"title": "甲"})
    with clock.at(clock.now() + timedelta(hours=25)):
        post(calls, "a-2", {"title": "甲"})
    with unit:
        assert [row.key for row in KeptAnswer.objects.all()] == ["a-2"]


def test_requests_at_the_same_moment_do_the_work_once(committed: None) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    key = key_of(factories.make_user(unit, "chen"), unit)
    answers: list[Any] = []
    gate = threading.Barrier(4)

    def call() -> None:
        try:
            gate.wait()
            answers.append(post(with_key(key, Unit.objects.get(pk=unit.pk)), "once", {"title": "甲"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["uuid"] for answer in answers}) == 1
    assert count(unit) == 1
