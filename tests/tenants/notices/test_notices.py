"""Notices: told once, read by their reader alone, mailed without words, never in the way of anything."""

import email
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tenants.notices import queries, words
from tenants.notices.models import Notice
from tenants.notices.operations import mark_read, notify
from tests.factories import client_for, make_user
from zhitong.core import outbox
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.exchange.models import AdoptionMode, EventKind
from zhitong.units.models import Unit


def tell(unit: Unit, reader: Any, key: str = "event:1", **changes: Any) -> Notice | None:
    given = {"kind": "event.adopted", "title": "佛山市政协：综合采用", "url": "/items/"} | changes
    with unit:
        return notify(actor=system(unit.pk), reader=reader, key=key, **given)


class _Mailbox(socketserver.StreamRequestHandler):
    """The few words of SMTP that a client needs to hand over a message."""

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        lines: list[bytes] = []
        in_data = False
        for line in self.rfile:
            if in_data:
                if line == b".\r\n":
                    in_data = False
                    self.server.received.append(b"".join(lines))  # type: ignore[attr-defined]
                    self.wfile.write(b"250 ok\r\n")
                else:
                    lines.append(line)
            elif line.upper().startswith(b"DATA"):
                in_data = True
                self.wfile.write(b"354 go\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mailbox() -> Iterator[list[bytes]]:
    """A mail server on a free port; what it takes in."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox) as server:
        server.received = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        backend = "django.core.mail.backends.smtp.EmailBackend"
        port = server.server_address[1]
        with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
            yield server.received  # type: ignore[attr-defined]
        server.shutdown()


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


def test_a_mail_says_that_something_waits_and_not_what(unit: Unit, mailbox: list[bytes], drain: Any) -> None:
    reader = make_user(unit, "limei", name="李梅", email="limei@example.cn")
    notice = tell(unit, reader, title="关于秘密标题的建议", body="秘密理由")
    drain()
    drain()
    assert len(mailbox) == 1
    parsed = email.message_from_bytes(mailbox[0])
    text = parsed.get_payload(decode=True).decode()
    assert notice is not None
    assert f"http://nanhai.localhost/notices/{notice.pk}/" in text
    assert "秘密" not in text
    assert parsed["To"] == "limei@example.cn"


def test_a_dead_mail_server_holds_up_nothing(committed: None) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    reader = make_user(unit, "limei", email="limei@example.cn")
    tell(unit, reader)
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        outbox.drain()
    message = OutboxMessage.objects.get(topic="notices.mail")
    assert "ConnectionRefusedError" in message.last_error
    assert (message.done_at, message.dead_at, message.attempts) == (None, None, 1)
    with unit:
        assert queries.unread_count(reader) == 1


def test_read_before_the_mail_went_means_no_mail(unit: Unit, mailbox: list[bytes], drain: Any) -> None:
    reader = make_user(unit, "limei", email="limei@example.cn")
    tell(unit, reader)
    with unit:
        assert mark_read(actor=reader.actor_in(unit)) == 1
    drain()
    assert mailbox == []


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


def test_every_kind_of_event_has_words_without_a_leaders_name() -> None:
    for kind in EventKind.values:
        mode = AdoptionMode.MERGED if kind == EventKind.ADOPTED else ""
        assert re.fullmatch(r"佛山市政协：\S+", words.happened("佛山市政协", kind, mode)), kind
    assert words.happened("省委", "adopted", "merged") == "省委：综合采用"
    assert "更正" in words.happened("省委", "adopted", "merged", reversed_kind="adopted")
