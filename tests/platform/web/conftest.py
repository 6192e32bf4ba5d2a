"""Readers and requests for pages that need no database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from zhitong.core import clock
from zhitong.web import navigation

MOMENT = datetime(2026, 6, 17, 10, 42, tzinfo=clock.SHANGHAI)


@dataclass
class Reader:
    """A signed-in user with some rights."""

    rights: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)
    is_authenticated: bool = True

    def get_full_name(self) -> str:
        return "周敏"

    def get_username(self) -> str:
        return "zhoumin"

    def has_zt_perm(self, name: str) -> bool:
        self.asked.append(name)
        return name in self.rights


@dataclass
class UnitWords:
    """What the shell reads of a unit."""

    short_name: str = "佛山市政协"


@pytest.fixture(autouse=True)
def _at_a_known_minute() -> Iterator[None]:
    with clock.at(MOMENT):
        yield


@pytest.fixture(autouse=True)
def _own_navigation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test registers its own entries."""
    monkeypatch.setattr(navigation, "_entries", {})
    monkeypatch.setattr(navigation, "_menu", {})
    for name in ("_unread", "_units", "_post"):
        monkeypatch.setattr(navigation, name, None)


@pytest.fixture
def request_of() -> Callable[..., HttpRequest]:
    """Make a request as a reader sends it."""

    def make(path: str = "/", reader: Any = None, **data: str) -> HttpRequest:
        request = RequestFactory().get(path, data)
        request.user = reader if reader is not None else Reader()
        request.tenant = UnitWords()  # type: ignore[attr-defined]
        request.resolver_match = None
        return request

    return make


@pytest.fixture
def drawn(request_of: Callable[..., HttpRequest]) -> Callable[..., str]:
    """Render a component with its values."""

    def draw(name: str, **values: Any) -> str:
        return render_to_string(f"components/{name}.html", values, request=request_of())

    return draw
