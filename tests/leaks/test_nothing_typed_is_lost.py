"""A "no" that leaves the page behind gives back what was typed: after a refusal, and after the session has ended."""

import html
from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import PASSWORD, client_for, make_user
from tests.leaks.places import KEPT, Place
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def test_a_form_that_comes_after_the_session_ended_is_given_back(
    places: dict[str, Place], unchanged: Callable[[], None]
) -> None:
    for name, place in places.items():
        if (
            place.is_json
            or place.field == "password"
            or place.route in {"accounts:login", "review:outside", "handling:outside"}
        ):
            continue  # these ask for no session
        host = place.client.defaults["SERVER_NAME"]
        gone = Client(SERVER_NAME=host, headers={"referer": f"http://{host}{place.path}"})
        answer = gone.post(place.path, {**place.form, place.field: KEPT, "password": PASSWORD})
        page = html.unescape(answer.content.decode())
        assert answer.status_code == 403, name
        assert KEPT in page, name
        assert PASSWORD not in page
        assert "登录已过期，没有存上" in page, name
        assert f"login/?next={place.path.replace('/', '%2F')}" in page, name
    unchanged()


def test_without_words_a_stranger_is_led_to_the_door(places: dict[str, Place]) -> None:
    place = places["recall"]
    answer = Client(SERVER_NAME=place.client.defaults["SERVER_NAME"]).post(place.path, {"reason": "", "version": "1"})
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={place.path}")


def test_a_foreign_page_is_not_led_back_to(places: dict[str, Place]) -> None:
    place = places["recall"]
    stranger = Client(SERVER_NAME="nanhai.localhost", headers={"referer": "https://evil.example.org/x/"})
    page = stranger.post(place.path, {"reason": KEPT}).content.decode()
    assert "evil" not in page
    assert "login/?next=%2F&quot;" in page or 'login/?next=%2F"' in page


def test_a_refusal_on_a_page_of_its_own_gives_back_what_was_typed(unit: Unit, places: dict[str, Place]) -> None:
    place = places["return"]
    without_right = client_for(make_user(unit, "feng"), unit)
    answer = without_right.post(place.path, {"verb": "return", "reason": f"{KEPT}<b>", "password": "密码 不给"})
    assert answer.status_code == 404
    assert f"{KEPT}&lt;b&gt;</textarea>" in answer.content.decode()
    assert "密码 不给" not in answer.content.decode()
    assert "您刚才写的" not in without_right.get("/review/tasks/00000000-0000-4000-8000-000000000001/").content.decode()


@pytest.mark.parametrize("name", ["return", "inbox", "correction"])
def test_an_address_that_only_takes_forms_says_so(places: dict[str, Place], name: str) -> None:
    answer = places[name].client.get(places[name].path)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "请按浏览器的后退键" in answer.content.decode()


def test_the_api_keeps_its_own_answers(unit: Unit, places: dict[str, Place]) -> None:
    stranger = Client(SERVER_NAME="nanhai.localhost")
    assert stranger.post("/api/v1/items/", {"title": KEPT}, content_type="application/json").status_code == 401
    put = places["api"].client.put("/api/v1/items/")
    assert (put.status_code, put["Content-Type"]) == (405, "application/problem+json")
