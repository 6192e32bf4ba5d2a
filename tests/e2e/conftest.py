"""A live server on the test's own database, a real Chromium, and people at it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tenants.accounts.models import User
from tests.e2e.people import Person
from zhitong.units.models import Unit

PICTURES = Path(__file__).resolve().parents[2] / "build" / "e2e"


class _QuietHandler(WSGIRequestHandler):
    """Serves without a line on the terminal for each request."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def port(committed: None) -> Iterator[int]:
    """Serve all units on a free port of this machine, from the database of this test; return the port."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _QuietHandler)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield int(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Chromium without a window."""
    # Playwright's loop runs in this thread, which makes Django believe that its queries run inside a coroutine.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        connections.close_all()  # those that this loop opened: the database of the test is dropped behind it
        chromium.close()
        # Connections made beside Playwright's loop are others than those made without it: end them while it runs.
        connections.close_all()


@pytest.fixture
def sit_down(browser: Browser, port: int) -> Iterator[Callable[..., Person]]:
    """A function `(user, unit, phone=False, scripts=True) -> Person`; at the end nobody may have met a fault."""
    people: list[Person] = []

    def make(user: User, unit: Unit, *, phone: bool = False, scripts: bool = True) -> Person:
        host = f"{unit.get_primary_domain().domain}:{port}"
        person = Person(browser, user, host, phone=phone, scripts=scripts, pictures=PICTURES)
        people.append(person)
        return person

    yield make
    faults = [fault for person in people for fault in person.faults]
    for person in people:
        person.leave()
    assert faults == []
