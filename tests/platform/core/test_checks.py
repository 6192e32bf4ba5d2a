"""Production refuses to start with an open wall, and says which."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from zhitong.core.checks import apps_load_from_our_tree, production_walls, refuse_unsafe_start


@pytest.fixture
def production(settings: Any) -> Any:
    """Settings as a sound production has them."""
    settings.PRODUCTION = True
    settings.SECRET_KEY = "k" * 64
    settings.DEBUG = False
    settings.BASE_DOMAIN = "zhitong.example.org"
    settings.HTTPS = True
    settings.DATABASES = {"default": settings.DATABASES["default"] | {"PASSWORD": "secret", "HOST": "db.example.org"}}
    return settings


def test_sound_settings_start(production: Any) -> None:
    assert production_walls() == []
    refuse_unsafe_start()


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"SECRET_KEY": "short"}, "E010"),
        ({"SECRET_KEY": "k" * 49}, "E010"),
        ({"DEBUG": True}, "E011"),
        ({"BASE_DOMAIN": ""}, "E012"),
        ({"BASE_DOMAIN": "localhost"}, "E012"),
        ({"BASE_DOMAIN": "*.example.org"}, "E012"),
        ({"HTTPS": False}, "E013"),
        ({"PASSWORD": ""}, "E014"),
    ],
)
def test_each_open_wall_is_named_and_stops_the_start(production: Any, changes: dict[str, Any], number: str) -> None:
    for name, value in changes.items():
        if name == "PASSWORD":
            production.DATABASES = {"default": production.DATABASES["default"] | {name: value}}
        else:
            setattr(production, name, value)
    assert [fault.id for fault in production_walls()] == [f"zhitong.{number}"]
    assert production_walls()[0].hint
    with pytest.raises(ImproperlyConfigured, match=number):
        refuse_unsafe_start()


def test_a_socket_needs_no_password(production: Any) -> None:
    socket = {"PASSWORD": "", "HOST": "/run/postgresql"}
    production.DATABASES = {"default": production.DATABASES["default"] | socket}
    assert production_walls() == []


def test_an_app_from_elsewhere_is_found(settings: Any, tmp_path: Path) -> None:
    assert apps_load_from_our_tree() == []
    settings.PROJECT_ROOT = tmp_path
    assert {fault.id for fault in apps_load_from_our_tree()} == {"zhitong.E001"}
