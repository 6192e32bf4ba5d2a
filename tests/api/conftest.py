"""Callers of the API: an author, a clerk, and a stranger of another unit, each with a key."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import User
from tenants.accounts.operations import create_api_token
from tests import factories
from zhitong.units.models import Unit

Caller = Callable[[User, Unit], Client]


def key_of(user: User, unit: Unit) -> str:
    """Return the plain key of a new token of `user`."""
    with unit:
        return create_api_token(actor=user.actor, user=user, label="脚本", days=30)[1]


def with_key(key: str, unit: Unit) -> Client:
    """Return a client that calls the unit's host with a key."""
    return Client(
        SERVER_NAME=unit.get_primary_domain().domain,
        headers={"authorization": f"Bearer {key}"},
        enforce_csrf_checks=True,
    )


@pytest.fixture
def author(unit: Unit) -> User:
    """An author of 南海."""
    return factories.make_user(unit, "chen", name="陈一鸣")


@pytest.fixture
def clerk(unit: Unit) -> User:
    """A clerk of 南海."""
    return factories.make_user(unit, "li", name="李敏", roles=["clerk"], posts=["research"])


@pytest.fixture
def calls(unit: Unit, author: User) -> Client:
    """The author's program."""
    return with_key(key_of(author, unit), unit)


@pytest.fixture
def clerk_calls(unit: Unit, clerk: User) -> Client:
    """The clerk's program."""
    return with_key(key_of(clerk, unit), unit)


def assert_problem(response: Any, status: int, code: str = "") -> dict[str, Any]:
    """Check that an answer is a problem of that status; return it."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "fields", "rule", "who"}
    assert body["status"] == status
    if code:
        assert body["code"] == code
    return body
