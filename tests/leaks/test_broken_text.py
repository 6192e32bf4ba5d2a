"""Text whose bytes are no UTF-8: refused by the name of its field, shown with its marks, stored nowhere."""

import html
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import get_resolver, reverse
from django.utils.http import urlencode

from search.models import SavedSearch
from tenants.items.imports import RawRow
from tenants.items.operations import import_items
from tests.factories import client_for, make_user, public_client
from tests.leaks.places import KEPT, Place
from tests.leaks.rows import rows_of, tables_holding
from tests.leaks.world import addresses, build, patterns
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
GBK = "断字".encode("gbk")
FORM = "application/x-www-form-urlencoded"
MARK = "PLACEHOLDER"
TRAIL = {'"public"."core_auditentry"', '"public"."core_audithead"'}
# Addresses that a post changes without words of a form: choices, ids and buttons. A list's rows and a
# checklist's notes have their own tests.
NO_WORDS = {
    "accounts:key_revoke", "accounts:people_enter", "accounts:people_import", "accounts:people_links",
    "accounts:person_deactivate", "accounts:person_head", "accounts:person_invite", "accounts:person_post_end",
    "accounts:person_reactivate",
    "api:submit", "desk:adopted", "desk:clear", "desk:matter", "desk:outcome_list", "desk:outcome_list_record",
    "desk:recall", "desk:receive", "desk:route_posts", "desk:route_terms", "desk:send", "desk:settle", "desk:sources",
    "duties:transfer",
    "handling:release", "items:delete", "items:file_remove", "items:take_pen", "items:upload",
    "notices:mail_confirm", "notices:mail_stop", "notices:read_all", "operators:audit", "ranking:rules_sight",
    "operators:outbox_retry", "review:absence_end", "review:checks", "review:committees", "review:filter_remove",
    "circulars:act", "circulars:index", "circulars:publish",
    "exports:act", "operators:search_act", "papers:confirm", "papers:receive", "papers:urge", "papers:write",
    "search:save", "search:saved", "exports:ask",  # a question goes on with its readable rest, as below
    "proposals:import", "proposals:remove", "proposals:remove_year",  # a file, whose rows have their own test; buttons
    "review:judge", "review:phrase_remove", "review:question_urge", "review:renew", "review:settle", "review:submit",
}  # fmt: skip
# Fields that take a day or a number: they say what they want, whatever else is sent.
NO_TEXTS = {"held_from", "quiet_from", "text_limit"}


def bodies(place: Place) -> Iterator[tuple[str, bytes, str]]:
    """The right form with broken bytes in the field, in every way a form can carry them."""
    form = {**place.form, place.field: MARK}
    sent = urlencode(form, doseq=True).encode()
    parts = encode_multipart(BOUNDARY, form)
    escaped = "".join(f"%{byte:02X}" for byte in GBK).encode()
    yield "escaped", sent.replace(MARK.encode(), escaped), FORM
    yield "bare", sent.replace(MARK.encode(), GBK), FORM
    yield "bare and declared", sent.replace(MARK.encode(), GBK), f"{FORM}; charset=gbk"
    yield "cut off", sent.replace(MARK.encode(), "断".encode()[:2]), FORM
    yield "in parts", parts.replace(MARK.encode(), GBK), MULTIPART_CONTENT
    for codec in ("gbk", "utf-7", "idna", "rot13", "unicode_escape", "no-such"):
        yield f"in parts as {codec}", parts.replace(MARK.encode(), GBK), f"{MULTIPART_CONTENT}; charset={codec}"


def test_broken_bytes_are_refused_by_the_name_of_the_field(
    places: dict[str, Place], unchanged: Callable[[], None], unit: Unit, city: Unit
) -> None:
    for name, place in places.items():
        if place.is_json:
            continue
        for way, body, kind in bodies(place):
            answer = place.client.generic("POST", place.path, body, content_type=kind)
            page = html.unescape(answer.content.decode())
            assert answer.status_code == 422, (name, way, page)
            assert place.label in page, (name, way)
            assert "损坏" in page or place.field in NO_TEXTS, (name, way)
            if (
                place.field != "password" and name != "autosave"
            ):  # passwords are never shown, and a script keeps its page
                assert "�" in page.replace("“�”", ""), (name, way)
            assert not place.kept or place.form[place.kept] in page, (name, way)
    unchanged()
    assert not tables_holding("\ufffd", unit, city)


def test_every_address_that_takes_words_is_put_to_it(places: dict[str, Place], unit: Unit) -> None:
    everybody = ["author", "clerk", "reviewer", "leader", "administrator", "reader"]
    inside = client_for(make_user(unit, "everything", roles=everybody), unit)
    asked = {*taking_posts(settings.ROOT_URLCONF, inside)}
    asked |= {*taking_posts(settings.PUBLIC_SCHEMA_URLCONF, places["new unit"].client)}
    assert asked == {place.route for place in places.values()} | NO_WORDS


def taking_posts(urlconf: str, client: Client) -> Iterator[str]:
    """Return the names of the addresses that do not refuse the method."""
    for name, arguments in patterns(get_resolver(urlconf)):
        path = reverse(name, urlconf, kwargs={key: _SOME[type(kind).__name__] for key, kind in arguments.items()})
        if client.post(path).status_code != 405:
            yield name


_SOME = {"UUIDConverter": UUID(int=1), "IntConverter": 1, "StringConverter": "x", "SlugConverter": "x"}


@pytest.mark.parametrize(
    "path",
    [
        "/items/all/",
        "/review/",
        "/inbox/",
        "/accounts/people/",
        "/search/",
        "/papers/",
        "/papers/in/",
        "/papers/out/",
        "/papers/out/people/",
        "/proposals/",
    ],
)
def test_a_list_says_what_it_could_not_look_for(unit: Unit, path: str) -> None:
    everybody = ["author", "clerk", "reviewer", "leader", "administrator", "reader"]
    client = client_for(make_user(unit, "everything", roles=everybody), unit)
    for query in ("q=%ff%fe", "q=%00", "q=%E7%94%B5%ff", "q=1%0b7"):
        answer = client.get(f"{path}?{query}")
        page = html.unescape(answer.content.decode())
        assert answer.status_code == 200, query
        assert "损坏" in page or "控制字符" in page, query
    assert "损坏" not in client.get(f"{path}?q=电").content.decode()


def test_the_search_goes_on_with_the_rest_of_the_question(unit: Unit) -> None:
    client = client_for(make_user(unit, "reader", roles=["reader"]), unit)
    page = client.get("/search/?q=%E7%94%B5%ff").content.decode()
    assert 'value="电"' in page
    assert "现按其余的字检索" in page
    assert "现按前 200 字检索" in client.get("/search/?q=" + "电" * 201).content.decode()
    client.post("/search/saved/", b"q=%E7%94%B5%ff%00", content_type="application/x-www-form-urlencoded")
    assert SavedSearch.objects.get().asked == {"text": "电"}


def test_the_chooser_says_so_too(db: None) -> None:
    answer = public_client().get("/?q=%ff%fe%fd")
    assert answer.status_code == 422
    assert "损坏" in answer.content.decode()


def test_files_with_a_broken_name(places: dict[str, Place], unit: Unit, city: Unit) -> None:
    place = places["save"]
    before = rows_of(unit, city)
    same = {**place.form, "remark": "", "file": SimpleUploadedFile(f"{MARK}.txt", "内容".encode())}
    plain = encode_multipart(BOUNDARY, same)
    body = plain.replace(f'filename="{MARK}.txt"'.encode(), b"filename*=utf-8''%B6%CF.txt")
    assert body != plain
    answer = place.client.generic("POST", place.path, body, content_type=MULTIPART_CONTENT)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "文件名里有损坏的字符" in page
    assert KEPT in page
    after = rows_of(unit, city)
    assert {table for table in before if before[table] != after[table]} == TRAIL  # that it was refused


def test_rows_of_an_old_register_with_broken_text_are_named(unit: Unit) -> None:
    row = {"title": "关于加装电梯的建议", "problem": "老旧小\ufffd", "date": "2019-03-01", "authors": "梁晓岚"}
    before = rows_of(unit)
    with unit:
        report: Any = import_items(actor=system(unit.pk), rows=[RawRow(7, row)])
    assert [wrong.line for wrong in report.failed] == [7]
    assert "损坏" in report.failed[0].reason
    assert rows_of(unit) == before


# Every name that a page reads from its address.
NAMES = (
    "after", "before", "category", "cursor", "decide", "find", "group", "in", "lifecycle", "limit", "month", "next",
    "of", "panel", "period", "position", "q", "role", "sender", "since", "sort", "source", "state", "step", "tab",
    "text", "until", "urgency", "user", "view", "what", "year",
)  # fmt: skip


@pytest.mark.parametrize("junk", ["%00", "%ff", "9" * 60, "-1", "%F0%9F%92%A9", "[]"])
def test_no_address_breaks_by_what_stands_behind_it(
    unit: Unit, city: Unit, province: Unit, stranger: Unit, junk: str
) -> None:
    world = build(unit, city, province, stranger)
    everybody = ["author", "clerk", "reviewer", "leader", "administrator", "reader"]
    readers = [client_for(world.author, unit), client_for(make_user(unit, "everything", roles=everybody), unit)]
    query = "&".join(f"{name}={junk}" for name in NAMES)
    for path in addresses(world.rows):
        for client in readers:
            answer = client.get(f"{path}?{query}")
            assert answer.status_code < 500, path
