"""Addresses outside a request: the scheme and the port that people reach the platform by."""

from typing import Any

import pytest

from zhitong.core.addresses import address


@pytest.mark.parametrize(
    ("https", "port", "there"),
    [
        (True, "", "https://nanhai.example.org/items/"),
        (False, "", "http://nanhai.example.org/items/"),
        (False, "8000", "http://nanhai.example.org:8000/items/"),
    ],
)
def test_an_address_has_the_scheme_and_port_of_the_settings(settings: Any, https: bool, port: str, there: str) -> None:
    settings.HTTPS, settings.PORT = https, port
    assert address("nanhai.example.org", "/items/") == there
