"""Databases, units and clients for all tests: one template database a worker, rolled back after each test.

The same few units stand in every test: 广东省, 佛山市, 南海区, 禅城区 (a neighbour that must see nothing), and the
party line 民盟佛山 / 民盟南海. Tests that need real commits (races, workers) ask for `committed`: a database of
their own.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests import factories
from zhitong.core import outbox
from zhitong.units import schemas
from zhitong.units.models import Unit


def pytest_configure() -> None:
    """Hash passwords cheaply: what a slow hash protects is not in a test database."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# How long an example takes says more about the machine than about the product.
hypothesis.settings.register_profile(
    "steady",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")


def _admin(statement: str) -> None:
    database = connections.settings["default"]
    with psycopg.connect(
        host=database["HOST"], port=database["PORT"] or None, user=database["USER"], dbname="postgres", autocommit=True
    ) as admin:
        admin.execute(statement)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make this worker's database: migrate once, create the units once."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid4().hex[:6]}"
    _admin(f'CREATE DATABASE "{name}"')
    connections.settings["default"]["NAME"] = name
    with django_db_blocker.unblock():
        connections.close_all()
        schemas.migrate_fleet()
        factories.create_units()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    _admin(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(autouse=True)
def _clean_slate(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test begins on the public schema with an empty cache."""
    touches_data = {"db", "committed"} & set(request.fixturenames) or request.node.get_closest_marker("django_db")
    if touches_data:
        request.getfixturevalue("committed" if "committed" in request.fixturenames else "db")
        connection.set_schema_to_public()
        cache.clear()
    yield
    if touches_data:
        connection.set_schema_to_public()


@contextlib.contextmanager
def copied_database() -> Iterator[None]:
    """Work on a copy of this worker's database, where transactions really commit and threads see it too."""
    database = connections.settings["default"]
    original, copy = database["NAME"], f"{database['NAME']}_{uuid4().hex[:6]}"
    connections.close_all()
    _admin(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
    database["NAME"] = copy
    try:
        yield
    finally:
        connections.close_all()
        database["NAME"] = original
        _admin(f'DROP DATABASE "{copy}" WITH (FORCE)')


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A copy of the database for this test alone."""
    with django_db_blocker.unblock(), copied_database():
        yield


def _unit(host: str) -> Unit:
    return Unit.objects.get(domains__domain=f"{host}.{settings.BASE_DOMAIN}")


@pytest.fixture
def unit(db: None) -> Unit:
    """南海区政协, a county committee."""
    return _unit("nanhai")


@pytest.fixture
def city(db: None) -> Unit:
    """佛山市政协, above 南海."""
    return _unit("foshan")


@pytest.fixture
def province(db: None) -> Unit:
    """广东省政协, above 佛山."""
    return _unit("guangdong")


@pytest.fixture
def stranger(db: None) -> Unit:
    """禅城区政协: under the same city, concerned by nothing."""
    return _unit("chancheng")


@pytest.fixture
def party(db: None) -> Unit:
    """民盟南海总支: takes part in 南海, reports to 民盟佛山市委会."""
    return _unit("mm-nanhai")


@pytest.fixture
def drain() -> Any:
    """A function that lets the outbox's consumers handle everything due, and fails on a failed message."""

    def run() -> int:
        handled = outbox.drain()
        factories.refuse_failed_messages()
        return handled

    return run


@pytest.fixture
def client_for() -> Any:
    """A function `(user, unit) -> Client` logged in on the unit's host; without a user: anonymous."""

    def make(user: Any, unit: Unit) -> Client:
        return factories.client_for(user, unit)

    return make
