"""Bad input over HTTP at every place that takes words: a Chinese answer, what was typed kept, nothing half-written."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.desk import operations as desk
from tenants.items.models import Edition, Item, State
from tenants.review import operations as review
from tenants.review.models import Act, Run, Task
from tests.factories import PASSWORD, TEXT, client_for, make_draft, make_user
from tests.leaks.world import counts
from zhitong.core.operations import system
from zhitong.exchange.models import Dispatch, Event, ItemFact
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db
KEPT = "我写了很久的一句话"
HUGE = 10 * 1024 * 1024


@dataclass(frozen=True)
class Place:
    """One address that takes words: who posts, a form that is right, which field to spoil and its name on the page."""

    client: Client
    path: str
    form: dict[str, Any]
    field: str
    label: str
    kept: str = ""  # a second field whose words must come back
    is_json: bool = False

    def post(self, **spoilt: Any) -> Any:
        form = {**self.form, **spoilt}
        if self.is_json:
            return self.client.post(self.path, json.dumps(form), content_type="application/json")
        return self.client.post(self.path, form)


@pytest.fixture
def places(unit: Unit, city: Unit) -> dict[str, Place]:
    """The places, each with an item in the right state behind it."""
    for one in (unit, city):
        with one:
            review.ensure_default_flow(actor=system(one.pk))
    author = make_user(unit, "liang", name="梁晓岚")
    reviewer = make_user(unit, "he", roles=["reviewer"], posts=["research"])
    clerk = make_user(unit, "zhou", roles=["clerk"])
    city_clerk = make_user(city, "lin", roles=["clerk"], posts=["research"])
    draft = make_draft(unit, author, title="草稿")
    waiting, done = (make_draft(unit, author, title=title) for title in ("在审的", "签发的"))
    with unit:
        task = Task.objects.get(run=review.submit(actor=author.actor, item_uuid=waiting.uuid, version=waiting.version))
        last = Task.objects.get(run=review.submit(actor=author.actor, item_uuid=done.uuid, version=done.version))
        review.decide_pass(actor=reviewer.actor, task_uuid=last.uuid)
        for item in (waiting, done):
            item.refresh_from_db()
        up = [way.key for way in destinations(unit, done.created_at.date()) if way.unit == city]
        [sent] = desk.send(actor=clerk.actor, item_uuid=done.uuid, version=done.version, to=up)
    writing = {"version": draft.version, **TEXT, "title": "草稿", "analysis": KEPT, "urgency": "ordinary"}
    edited = {"version": waiting.version, **{n: TEXT[n] for n in ("title", "problem", "suggestions")}, "analysis": KEPT}
    outcome = {"kind": "instruction", "occurred_on": "2026-01-05", "leader": KEPT, "visibility": "fact", "words": "阅"}
    by = {name: client_for(user, unit) for name, user in {"a": author, "r": reviewer, "c": clerk}.items()}
    by["city"] = client_for(city_clerk, city)
    decide, act = f"/review/tasks/{task.uuid}/decide/", f"/inbox/{sent.uuid}/act/"
    return {
        "autosave": Place(by["a"], f"/items/{draft.uuid}/autosave/", writing, "problem", "情况反映"),
        "submit": Place(
            by["a"], f"/items/{draft.uuid}/edit/", {**writing, "action": "submit"}, "problem", "情况反映", "analysis"
        ),
        "edited text": Place(
            by["r"], f"/review/tasks/{task.uuid}/text/", edited, "problem", "情况反映", "analysis"
        ),
        "return": Place(by["r"], decide, {"verb": "return", "reason": "补数据"}, "reason", "理由"),
        "decline": Place(by["r"], decide, {"verb": "decline", "reason": "重复"}, "reason", "理由"),
        "comment": Place(by["r"], decide, {"verb": "pass", "reason": "好", "mode": "single"}, "reason", "意见"),
        "recall": Place(by["a"], f"/review/recall/{waiting.uuid}/", {"reason": "重写"}, "reason", "撤回"),
        "inbox": Place(by["city"], act, {"verb": "return", "reason": "补数据"}, "reason", "理由"),
        "outcome": Place(by["c"], f"/items/{done.uuid}/outcomes/", outcome, "words", "批示或答复内容", "leader"),
        "api": Place(by["a"], "/api/v1/items/", {"title": "接口"}, "problem", "problem", is_json=True),
        "login": Place(
            client_for(None, unit), "/accounts/login/", {"username": "x", "password": PASSWORD}, "username", "登录名"
        ),
    }  # fmt: skip


NAMES = (
    "autosave", "submit", "edited text", "return", "decline", "comment", "recall", "inbox", "outcome", "api", "login",
)  # fmt: skip


@pytest.fixture
def unchanged(unit: Unit, city: Unit, places: dict[str, Place]) -> Callable[[], None]:
    """A function that fails when a row was written, or an item moved, since the places were made."""

    def state() -> tuple[Any, ...]:
        with unit:
            rows = list(Item.objects.order_by("pk").values_list("pk", "state", "version", "problem"))
        own = [counts(one, Item, Edition, Run, Task, Act) for one in (unit, city)]
        public = [model.objects.count() for model in (Dispatch, Event, ItemFact)]
        return rows, own, public, list(Dispatch.objects.values_list("state", "reason"))

    before = state()

    def check() -> None:
        assert state() == before

    return check


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
    "NUL": "有\x00零",
    "control": "响\x07铃",
    "direction": "倒\u202e着",
    "too long": "长" * 20_001,
}


@pytest.mark.parametrize("name", NAMES)
def test_words_that_cannot_be_taken(places: dict[str, Place], unchanged: Callable[[], None], name: str) -> None:
    place = places[name]
    for kind, bad in BAD.items():
        answer = place.post(**{place.field: bad})
        page = said(answer)
        assert answer.status_code == 422, kind
        assert place.label in page, kind
        assert not place.kept or KEPT in page
        if name == "autosave":
            assert list(answer.json()["fields"]) == [place.field]
    unchanged()


@pytest.mark.parametrize("name", ["submit", "edited text", "return", "decline", "recall", "inbox", "login"])
@pytest.mark.parametrize("empty", ["", " \n　 "])
def test_empty_where_words_are_needed(
    places: dict[str, Place], unchanged: Callable[[], None], name: str, empty: str
) -> None:
    place = places[name]
    answer = place.post(**{place.field: empty})
    page = said(answer)
    assert answer.status_code == 422
    assert place.label in page
    if place.kept:
        assert KEPT in page
    if name != "submit":  # an incomplete text is a welcome draft; only handing it in is refused
        unchanged()


@pytest.mark.parametrize("name", NAMES)
def test_bodies_of_ten_megabytes(places: dict[str, Place], unchanged: Callable[[], None], name: str) -> None:
    place = places[name]
    answer = place.post(**{place.field: "x" * HUGE})
    assert answer.status_code in {400, 413, 422}
    assert "太大" in said(answer)
    unchanged()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_bodies_that_are_no_form(places: dict[str, Place], unchanged: Callable[[], None], name: str, kind: str) -> None:
    place = places[name]
    for raw in (b"\xff\xfe\xed\xa0\x80", b'--x\r\nContent-Disposition: form-data; name="', b"%ff%fe=%c0%80&&&=", b""):
        if not raw and place.is_json:
            continue  # nothing at all begins an empty draft, as the page does
        answer = place.client.post(place.path, raw, content_type=kind)
        said(answer)
        assert answer.status_code < 500
        assert answer.status_code != 302 or name in {"autosave", "submit"}
    if name != "submit":  # its post without any field saves nothing and leads back to the page
        unchanged()


def test_the_same_report_twice_is_refused_and_kept(places: dict[str, Place], unit: Unit) -> None:
    place = places["submit"]
    answer = place.post(title="在审的", analysis=TEXT["analysis"])
    page = said(answer)
    assert answer.status_code in {409, 422}
    assert "已提交" in page
    with unit:
        assert Item.objects.filter(state=State.IN_REVIEW).count() == 1
        assert Item.objects.get(uuid=place.path.split("/")[2]).state == State.DRAFT


@pytest.mark.parametrize("name", ["autosave", "submit", "edited text"])
@pytest.mark.parametrize("version", ["0", "999", "", "x", "9" * 40, "-1", "１", "\x00"])
def test_stale_and_senseless_versions(
    places: dict[str, Place], unchanged: Callable[[], None], name: str, version: str
) -> None:
    answer = places[name].post(version=version)
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
        assert Item.objects.filter(state=State.DRAFT).get().authors.count() == 1


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
