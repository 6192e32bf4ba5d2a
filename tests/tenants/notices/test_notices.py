"""Notices: told once, read by their reader alone."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.notices import queries
from tenants.notices.models import Notice, Occasion
from tenants.notices.operations import mark_read, notify
from tenants.notices.words import occasion_of
from tests.factories import client_for, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit


def tell(unit: Unit, reader: Any, key: str = "event:1", **changes: Any) -> Notice | None:
    given = {"kind": "event.adopted", "title": "佛山市政协：综合采用", "url": "/items/"} | changes
    with unit:
        return notify(actor=system(unit.pk), reader=reader, key=key, **given)


def test_an_occasion_is_told_once(unit: Unit) -> None:
    reader, other = make_user(unit, "limei"), make_user(unit, "wang")
    assert tell(unit, reader) is not None
    assert tell(unit, reader, title="再说一次") is None
    assert tell(unit, other) is not None
    with unit:
        assert list(Notice.objects.filter(reader=reader).values_list("title", flat=True)) == ["佛山市政协：综合采用"]


def test_long_words_are_shortened_and_foreign_links_refused(unit: Unit) -> None:
    reader = make_user(unit, "limei")
    notice = tell(unit, reader, title="长" * 500, body="一\n二" * 400)
    assert notice is not None
    assert (len(notice.title), notice.title[-1], len(notice.body)) == (120, "…", 300)
    for url in ("https://evil.example", "//evil.example", "items/"):
        with pytest.raises(ValueError, match="links within its unit"):
            tell(unit, reader, key="x", url=url)


def test_who_left_is_told_nothing(unit: Unit) -> None:
    reader = make_user(unit, "limei", email="limei@example.cn")
    reader.is_active = False
    assert tell(unit, reader) is None


def test_everybody_sees_the_own_notices_alone(unit: Unit, stranger: Unit) -> None:
    reader, other = make_user(unit, "limei"), make_user(unit, "wang")
    twin = make_user(stranger, "limei")
    mine = tell(unit, reader, title="给李梅的")
    assert mine is not None
    for user, place in ((other, unit), (twin, stranger)):
        client = client_for(user, place)
        assert "给李梅的" not in client.get("/notices/").content.decode()
        assert client.get(f"/notices/{mine.pk}/").status_code == 404
        client.post("/notices/read/")
    with unit:
        assert queries.unread_count(reader) == 1
        assert mark_read(actor=other.actor_in(unit), notices=[mine.pk]) == 0


def test_strangers_are_sent_to_sign_in(unit: Unit) -> None:
    client = client_for(None, unit)
    for address in ("/notices/", "/notices/1/"):
        assert client.get(address).url == f"/accounts/login/?next={address}"
    assert client.post("/notices/read/").status_code == 302


def test_the_list_shows_unread_first_and_opening_marks_read(unit: Unit) -> None:
    reader = make_user(unit, "limei")
    old = tell(unit, reader, key="1", title="旧的还没读")
    new = tell(unit, reader, key="2", title="新的读过")
    assert old is not None
    assert new is not None
    client = client_for(reader, unit)
    assert "2 条未读" in client.get("/notices/").content.decode()
    assert client.get(f"/notices/{new.pk}/").url == "/items/"
    page = client.get("/notices/").content.decode()
    assert page.index("旧的还没读") < page.index("新的读过")
    assert "1 条未读" in page
    client.post("/notices/read/")
    assert "条未读" not in client.get("/notices/").content.decode()


def test_the_list_takes_a_constant_number_of_queries(unit: Unit) -> None:
    reader = make_user(unit, "limei")
    client = client_for(reader, unit)
    tell(unit, reader, key="0")
    client.get("/notices/")
    with CaptureQueriesContext(connection) as few:
        client.get("/notices/")
    for number in range(1, 45):
        tell(unit, reader, key=str(number))
    with CaptureQueriesContext(connection) as many:
        page = client.get("/notices/")
    assert len(few) == len(many)
    seen = [line[0].pk for line in page.context["lines"]]
    while page.context["page"].next_cursor:
        page = client.get("/notices/", {"after": page.context["page"].next_cursor})
        seen += [line[0].pk for line in page.context["lines"]]
    assert len(seen) == len(set(seen)) == 45


def test_a_digest_leads_to_what_it_counts(unit: Unit) -> None:
    reader = make_user(unit, "limei")
    kinds = ["review.task", "items.pen", "event.adopted", "event.sent", "dispatch.sent", "review.copy", "other.thing"]
    for kind in kinds:
        tell(unit, reader, key=kind, kind=kind)
    client = client_for(reader, unit)
    shown = {
        occasion: {line[0].kind for line in client.get("/notices/", {"about": occasion}).context["lines"]}
        for occasion in Occasion.values
    }
    assert shown == {
        "task": {"review.task", "items.pen"},
        "result": {"event.adopted"},
        "step": {"event.sent"},
        "office": {"dispatch.sent"},
        "other": {"review.copy", "other.thing"},
    }
    assert {occasion_of(kind) for kind in kinds} == set(Occasion)
    assert all(occasion_of(kind) == occasion for occasion, found in shown.items() for kind in found)
    assert len(client.get("/notices/?about=nothing").context["lines"]) == len(kinds)
