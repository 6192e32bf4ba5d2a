"""Bad input over HTTP at every place that takes words: a Chinese answer, what was typed kept, nothing half-written."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tenants.items.models import Edition, Item, State
from tenants.review.models import Act, Run
from tests.factories import TEXT
from tests.leaks.places import KEPT, Place
from tests.leaks.rows import rows_of
from tests.leaks.world import counts
from zhitong.exchange.models import Event
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
HUGE = 10 * 1024 * 1024


def said(answer: Any) -> str:
    """Return the words of an answer, and fail on anything that looks like a trace."""
    page = html.unescape(answer.content.decode())
    for trace in ("Traceback", "Error at /", "psycopg", "django.", ".py"):
        assert trace not in page
    return page


JUNK = (
    "q=%00", "q=%ff%fe", "q=" + "%E9%95%BF" * 3000, "after=%00", "after=x", "before=" + "9" * 400, "tab=%00",
    "sort=%00", "year=" + "9" * 60, "year=-1&month=99", "year=%00&state=%00&sender=%00&category=%00", "limit=-1",
    "limit=%00",
)  # fmt: skip
BAD = {
    "broken": "断\ufffd字",
    "NUL": "有\x00零",
    "control": "响\x07铃",
    "direction": "倒\u202e着",
    "too long": "长" * 20_001,
}


KEEPS_NOTHING = {"accounts:login", "review:compare"}


def test_what_is_right_is_taken(places: dict[str, Place], unit: Unit, city: Unit) -> None:
    """Else the refusals below would say nothing."""
    before = rows_of(unit, city)
    for name, place in places.items():
        with transaction.atomic():
            answer = place.post()
            assert answer.status_code in {200, 201, 302}, (name, said(answer))
            assert place.route in KEEPS_NOTHING or rows_of(unit, city) != before, name
            transaction.set_rollback(True)


def test_words_that_cannot_be_taken(places: dict[str, Place], unchanged: Callable[[], None]) -> None:
    for name, place in places.items():
        for kind, bad in BAD.items():
            answer = place.post(**{place.field: bad})
            page = said(answer)
            assert answer.status_code == 422, (name, kind, page)
            assert place.label in page, (name, kind)
            assert not place.kept or place.form[place.kept] in page, (name, kind)
            if name == "autosave":
                assert list(answer.json()["fields"]) == [place.field]
    unchanged()


@pytest.mark.parametrize("empty", ["", " \n　 "])
def test_empty_where_words_are_needed(places: dict[str, Place], unchanged: Callable[[], None], empty: str) -> None:
    for name, place in places.items():
        # An incomplete text is a welcome draft; only handing it in is refused, after it was kept.
        if place.empty_is_fine or place.route in {"items:edit", "items:autosave"}:
            continue
        answer = place.post(**{place.field: empty})
        page = said(answer)
        assert answer.status_code == 422, (name, page)
        assert place.label in page, name
        assert not place.kept or place.form[place.kept] in page, name
    unchanged()
    assert "请填写情况反映" in said(places["submit"].post(problem=empty))


def test_bodies_of_ten_megabytes(places: dict[str, Place], unchanged: Callable[[], None]) -> None:
    for name, place in places.items():
        for enforce in (False, True):
            place.client.handler.enforce_csrf_checks = enforce
            answer = place.post(**{place.field: "x" * HUGE})
            assert answer.status_code == 413, name
            assert "太大" in said(answer), name
    unchanged()


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_bodies_that_are_no_form(places: dict[str, Place], unchanged: Callable[[], None], kind: str) -> None:
    for name, place in places.items():
        for raw in (
            b"\xff\xfe\xed\xa0\x80",
            b'--x\r\nContent-Disposition: form-data; name="',
            b"%ff%fe=%c0%80&&&=",
            b"",
        ):
            if not raw and place.is_json:
                continue  # nothing at all begins an empty draft, as the page does
            answer = place.client.post(place.path, raw, content_type=kind)
            said(answer)
            assert answer.status_code < 500, name
            # The writing page's post without any field saves nothing and leads back to the page.
            assert answer.status_code != 302 or place.route == "items:edit", name
    unchanged()


def test_the_same_report_twice_is_refused_and_kept(places: dict[str, Place], unit: Unit) -> None:
    place = places["submit"]
    answer = place.post(title="在审的", analysis=TEXT["analysis"])
    page = said(answer)
    assert answer.status_code in {409, 422}
    assert "已提交" in page
    with unit:
        assert Item.objects.filter(state=State.IN_REVIEW, title="在审的").count() == 1
        assert Item.objects.get(uuid=place.path.split("/")[2]).state == State.DRAFT


@pytest.mark.parametrize("name", ["autosave", "submit", "edited text"])
@pytest.mark.parametrize("version", ["0", "999", "", "x", "9" * 40, "-1", "１", "\x00"])
def test_stale_and_senseless_versions(
    places: dict[str, Place], unchanged: Callable[[], None], name: str, version: str
) -> None:
    answer = places[name].post(version=version, analysis=f"{KEPT}，又改了")
    assert answer.status_code == 409
    assert KEPT in said(answer)
    unchanged()


@pytest.mark.parametrize("name", ["submit", "return", "decline", "comment", "recall", "inbox"])
def test_posting_twice_does_it_once(places: dict[str, Place], unit: Unit, name: str) -> None:
    place = places[name]
    assert place.post().status_code == 302
    with unit:
        before = counts(unit, Item, Edition, Run, Act), Event.objects.count()
    again = place.post()
    assert again.status_code in {302, 409}
    assert (counts(unit, Item, Edition, Run, Act), Event.objects.count()) == before
    assert again.status_code == 302 or "Traceback" not in said(again)


@pytest.mark.parametrize("to", ["u:x", "b:1", "", "\x00", "u:" + "0" * 400])
def test_receivers_that_are_none(places: dict[str, Place], unchanged: Callable[[], None], to: str) -> None:
    clerk, path = places["outcome"].client, places["outcome"].path.replace("outcomes", "send")
    answer = clerk.post(path, {"version": "2", "to": to})
    assert answer.status_code in {409, 422}
    said(answer)
    unchanged()


def test_a_receiver_without_a_route_looks_like_none(
    places: dict[str, Place], unchanged: Callable[[], None], unit: Unit, stranger: Unit
) -> None:
    clerk, path = places["outcome"].client, places["outcome"].path.replace("outcomes", "send")
    with unit:
        version = Item.objects.get(uuid=path.split("/")[2]).version
    answers = [
        clerk.post(path, {"version": version, "to": f"u:{key}"})
        for key in (stranger.uuid, "00000000-0000-4000-8000-000000000000")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert "禅城" not in said(answers[0])
    unchanged()


@pytest.mark.parametrize(
    "form",
    [
        {"group": "999999"}, {"group": "-1"}, {"group": "x"}, {"urgency": "soon"}, {"source": "\x00"},
        {"category": "长" * 21}, {"keywords": "、".join(f"词{n}" for n in range(30))}, {"add_author": "no-uuid"},
        {"add_author": "00000000-0000-4000-8000-000000000000"}, {"add_name": "名\x00"}, {"add_name": "名" * 61},
        {"remove_file": "x"},
    ],
)  # fmt: skip
def test_wrong_choices_on_the_writing_page(places: dict[str, Place], unit: Unit, form: dict[str, str]) -> None:
    place = places["submit"]
    answer = place.client.post(place.path, {**places["autosave"].form, **form})
    said(answer)
    assert answer.status_code in {404, 422}
    with unit:
        assert Item.objects.get(title="草稿").authors.count() == 1


@pytest.mark.parametrize("form", [{"kind": "x"}, {"mode": "x"}, {"body": "x"}, {"occurred_on": "2026-13-40"},
    {"occurred_on": "2999-01-01"}, {"leader_rank": "x"}, {"visibility": ""}, {"bulletin": "刊\x00"},
    {"issue_number": "9" * 21}])  # fmt: skip
def test_wrong_outcomes_keep_what_was_typed(
    places: dict[str, Place], unchanged: Callable[[], None], form: dict[str, str]
) -> None:
    answer = places["outcome"].post(**form)
    assert answer.status_code == 422
    assert KEPT in said(answer)
    unchanged()


@pytest.mark.parametrize("path", ["/items/", "/items/all/", "/review/", "/inbox/", "/send/", "/search/", "/notices/",
    "/ranking/", "/api/v1/items/", "/api/v1/standings/"])  # fmt: skip
def test_addresses_with_junk_behind_them(places: dict[str, Place], path: str) -> None:
    for query in JUNK:
        answer = places["outcome"].client.get(f"{path}?{query}")
        said(answer)
        assert answer.status_code in {200, 400, 404, 422}, query


@pytest.mark.parametrize("junk", ["1", "%00", "%ff", "9" * 300])
def test_ids_that_are_none(places: dict[str, Place], junk: str) -> None:
    client = places["outcome"].client
    for path in (
        "/items/{}/",
        "/items/{}/edit/",
        "/review/tasks/{}/",
        "/inbox/{}/",
        "/notices/{}/",
        "/ranking/unit/{}/",
    ):
        answer = client.get(path.format(junk))
        assert answer.status_code == 404, path
        said(answer)


def test_files_that_are_none(places: dict[str, Place], unit: Unit) -> None:
    place = places["submit"]
    for name, content in (("空.pdf", b""), ("程序.pdf", b"MZ" + bytes(90)), ("../../x.pdf", b"<html>")):
        form = {**places["autosave"].form, "file": SimpleUploadedFile(name, content)}
        answer = place.client.post(place.path, form)
        page = said(answer)
        assert answer.status_code == 422, name
        assert KEPT in page
    with unit:
        assert not Item.objects.filter(attachments__isnull=False).exists()
