"""Bad bodies: a clear answer, nothing written, never a trace."""

import json
from typing import Any

import pytest
from django.test import Client

from tenants.items.models import Item
from tests.api.conftest import assert_problem
from zhitong.units.models import Unit

ITEMS = "/api/v1/items/"


def send(client: Client, raw: bytes | str, media_type: str = "application/json") -> Any:
    """Post a raw body."""
    return client.post(ITEMS, raw, content_type=media_type)


@pytest.mark.parametrize(
    "raw",
    [
        b"{", b"[]", b"1", b"null", b'"text"', b'{"title": NaN}', b'{"title": "\xff\xfe"}', b"\x00", b"\xed\xa0\x80",
        b"[" * 100_000, b'{"title":' * 5_000, b'{"title": 1' + b"0" * 5_000 + b"}", b'{"\\ud800": 1}',
        b'{"\\u0000": 1}',
        b'{"keywords": ' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)  # fmt: skip
def test_bodies_that_cannot_be_read(calls: Client, unit: Unit, raw: bytes) -> None:
    assert_problem(send(calls, raw), 400)
    with unit:
        assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 1), ("title", None), ("title", ["a"]), ("title", {"a": 1}), ("title", "a\x00b"), ("title", "\ud800"),
        ("title", "长" * 301), ("problem", "长" * 20_001), ("problem", "a\u202eb"), ("analysis", "断\ufffd"),
        ("category", True),
        ("keywords", "消防"), ("keywords", [1]), ("keywords", ["a\x00"]), ("keywords", [f"词{n}" for n in range(9)]),
        ("may_publish", "true"), ("may_publish", 1), ("group", "1"), ("group", 1.5), ("group", 10**30), ("group", 77),
        ("urgency", "soon"), ("urgency", []), ("state", "approved"), ("created_by", 1), ("uuid", "x"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_named(calls: Client, unit: Unit, field: str, value: Any) -> None:
    problem = assert_problem(send(calls, json.dumps({field: value})), 422)
    assert any(name.split(".")[0] == field for name in problem["fields"]), problem
    with unit:
        assert not Item.objects.exists()


@pytest.mark.parametrize("version", [None, "1", 0, -1, 1.0, True, 10**40])
def test_versions_that_are_none(calls: Client, version: Any) -> None:
    item = send(calls, json.dumps({"title": "甲"})).json()
    for answer in (
        calls.patch(f"{ITEMS}{item['uuid']}/", json.dumps({"version": version, "title": "乙"}), "application/json"),
        calls.post(f"{ITEMS}{item['uuid']}/submit/", json.dumps({"version": version}), "application/json"),
    ):
        assert "version" in assert_problem(answer, 422)["fields"]


def test_bodies_over_the_limit(calls: Client) -> None:
    assert_problem(send(calls, json.dumps({"problem": "x" * 10_000_000})), 413, "too_large")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_other_kinds_of_body(calls: Client, media_type: str) -> None:
    assert_problem(send(calls, b"title=x", media_type), 415)


def test_other_kinds_of_answer(calls: Client) -> None:
    assert_problem(calls.get(ITEMS, headers={"accept": "text/xml"}), 406)


def test_an_empty_body_is_an_empty_draft(calls: Client) -> None:
    assert send(calls, b"").status_code == 201
