"""Proxies: those that are named are believed about who calls, anybody else is not; a wrong name stops the start."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tests.factories import PASSWORD, make_user
from zhitong.core import checks, proxies
from zhitong.units.models import Unit
from zhitong.web.middleware import ProxyMiddleware

TRUSTED = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.1.2.3", "198.51.100.4", "198.51.100.4"),
        ("10.1.2.3", "203.0.113.9, 198.51.100.4", "198.51.100.4"),  # the first was made up by the client
        ("10.1.2.3", "203.0.113.9, 198.51.100.4, 192.0.2.7", "198.51.100.4"),  # two proxies in a row
        ("10.1.2.3", "10.9.9.9", "10.9.9.9"),  # somebody of the own network
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "nonsense, 192.0.2.7", "192.0.2.7"),
        ("10.1.2.3", "198.51.100.4, 断", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.4:5012", "198.51.100.4"),
        ("10.1.2.3", "[2001:db8::5]:443", "2001:db8::5"),
        ("10.1.2.3", "2001:db8::5", "2001:db8::5"),
        ("::ffff:10.1.2.3", "198.51.100.4", "198.51.100.4"),
        ("fd00::1", "::ffff:198.51.100.4", "198.51.100.4"),
        ("198.51.100.4", "10.1.2.3", None),
        ("192.0.2.8", "198.51.100.4", None),
        ("11.0.0.1", "", None),
        ("", "198.51.100.4", None),
    ],
)
def test_the_client_is_the_last_address_that_no_trusted_proxy_holds(
    peer: str, forwarded: str, client: str | None
) -> None:
    assert proxies.client_behind(peer, forwarded, proxies.networks(TRUSTED)) == client


@pytest.fixture
def seen(settings: Any) -> Any:
    """A function that sends a request through the middleware and returns it as the views see it."""
    settings.TRUSTED_PROXIES = TRUSTED

    def see(peer: str, **headers: str) -> HttpRequest:
        found: list[HttpRequest] = []

        def keep(request: HttpRequest) -> HttpResponse:
            found.append(request)
            return HttpResponse()

        ProxyMiddleware(keep)(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))
        return found[0]

    return see


def test_a_trusted_proxy_is_believed(seen: Any) -> None:
    request = seen("10.1.2.3", HTTP_X_FORWARDED_FOR="198.51.100.4", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "198.51.100.4"
    assert request.is_secure()
    assert not seen("10.1.2.3", HTTP_X_FORWARDED_FOR="198.51.100.4", HTTP_X_FORWARDED_PROTO="http").is_secure()
    assert not seen("10.1.2.3", HTTP_X_FORWARDED_PROTO="javascript").is_secure()


def test_anybody_else_is_not_and_the_headers_are_gone(seen: Any) -> None:
    request = seen("203.0.113.9", HTTP_X_FORWARDED_FOR="10.1.2.3", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert not request.is_secure()
    assert not [name for name in request.META if "FORWARDED" in name]


def test_without_a_setting_nobody_is_believed(settings: Any, seen: Any) -> None:
    settings.TRUSTED_PROXIES = []
    request = seen("127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.4", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"
    assert not request.is_secure()


@pytest.fixture
def production(settings: Any) -> Any:
    """Redirects to HTTPS, as production does, behind one proxy."""
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.SECURE_SSL_REDIRECT = True
    return settings


def test_a_made_up_scheme_does_not_pass_the_redirect_to_https(unit: Unit, production: Any) -> None:
    client = Client(SERVER_NAME="nanhai.localhost")
    told = {"X-Forwarded-Proto": "https"}
    assert client.get("/accounts/login/", headers=told, REMOTE_ADDR="203.0.113.9").status_code == 301
    assert client.get("/accounts/login/", headers=told, REMOTE_ADDR="10.0.0.2").status_code == 200
    assert client.get("/accounts/login/", REMOTE_ADDR="10.0.0.2").status_code == 301


def test_a_lock_out_meets_the_client_and_not_the_proxy(unit: Unit, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    make_user(unit, "limei")

    def sign_in(password: str, forwarded: str, peer: str = "10.0.0.2") -> int:
        return (
            Client(SERVER_NAME="nanhai.localhost")
            .post(
                "/accounts/login/",
                {"username": "limei", "password": password},
                headers={"X-Forwarded-For": forwarded},
                REMOTE_ADDR=peer,
            )
            .status_code
        )

    for number in range(settings.AXES_FAILURE_LIMIT):
        sign_in("wrong", f"203.0.113.{number}, 198.51.100.4")  # a new made-up address each time
    assert sign_in(PASSWORD, "203.0.113.77, 198.51.100.4") == 429
    assert sign_in(PASSWORD, "198.51.100.5") == 302
    for number in range(settings.AXES_FAILURE_LIMIT):
        sign_in("wrong", f"198.51.100.{number + 20}", peer="203.0.113.9")  # no proxy at all
    assert sign_in(PASSWORD, "198.51.100.99", peer="203.0.113.9") == 429


@pytest.mark.parametrize("name", ["proxy.example.org", "10.0.0.0/33", "1", "10.0.0", ""])
def test_a_name_that_is_no_address_stops_the_start(settings: Any, name: str) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.1", name]
    [fault] = checks.proxies_are_addresses()
    assert fault.id == "zhitong.E015"
    assert fault.hint
    settings.TRUSTED_PROXIES = ["10.0.0.1", "fd00::/8", " 10.1.0.0/16"]
    assert checks.proxies_are_addresses() == []


@pytest.mark.parametrize("name", ["0.0.0.0/0", "::/0"])
def test_production_does_not_believe_everybody(settings: Any, name: str) -> None:
    settings.PRODUCTION = True
    settings.TRUSTED_PROXIES = [name]
    assert "zhitong.E016" in {fault.id for fault in checks.production_walls()}
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert "zhitong.E016" not in {fault.id for fault in checks.production_walls()}
