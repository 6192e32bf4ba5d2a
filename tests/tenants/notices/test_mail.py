"""Mails: to confirmed addresses alone, without words, in digests and outside quiet hours, late but never lost."""

import re
import socket
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tenants.accounts.models import User
from tenants.accounts.operations import change_own_email, deactivate_user, update_user
from tenants.notices import mail, operations, queries
from tenants.notices.consumers import deliver
from tenants.notices.models import MailRule, Notice, Occasion, Rhythm
from tenants.notices.operations import mark_read, notify
from tests.factories import client_for, make_user
from tests.tenants.notices.conftest import Mailbox
from zhitong.core import clock, outbox
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.units.models import Unit

ADDRESS = "limei@example.cn"
Drain = Callable[[], int]
NOON, NIGHT, MORNING = (datetime(2026, 3, day, hour, tzinfo=clock.SHANGHAI) for day, hour in ((4, 12), (4, 23), (5, 7)))


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with clock.at(NOON):
        yield


def tell(unit: Unit, reader: User, key: str = "event:1", *, kind: str = "event.adopted", urgent: bool = False) -> None:
    with unit:
        notify(
            actor=system(unit.pk),
            reader=reader,
            key=key,
            kind=kind,
            title="佛山市政协综合采用：关于秘密标题的建议",
            body="秘密理由",
            url="/items/",
            urgent=urgent,
        )


def confirmed(unit: Unit, username: str = "limei", address: str = ADDRESS, **given: Any) -> User:
    reader = make_user(unit, username, email=address, **given)
    with unit:
        operations.confirm_address(actor=system(unit.pk), reader=reader, address=address)
    return reader


def waiting() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(topic=operations.MAIL_TOPIC, done_at__isnull=True).order_by("pk"))


def path_in(text: str, name: str) -> str:
    found = re.search(rf"http://nanhai\.localhost(/notices/{name}\S*)", text)
    assert found, text
    return found[1]


def test_a_mail_says_that_something_waits_and_not_what(unit: Unit, mailbox: Mailbox, drain: Drain) -> None:
    reader = confirmed(unit, name="李梅")
    tell(unit, reader)
    drain()
    drain()
    [message], [text] = mailbox.messages, mailbox.texts
    with unit:
        notice = Notice.objects.get()
    assert message["To"] == ADDRESS
    assert "1 条" not in text
    assert f"http://nanhai.localhost/notices/{notice.pk}/" in text
    assert "秘密" not in message.as_string() + text
    assert message["Message-ID"] == f"<notice.{unit.uuid}.{notice.pk}@localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"<http://nanhai.localhost{path_in(text, 'mail/stop/')}>" == message["List-Unsubscribe"].strip()
    assert notice.mailed_at == NOON


def test_read_before_the_mail_went_means_no_mail(unit: Unit, mailbox: Mailbox, drain: Drain) -> None:
    reader = confirmed(unit)
    tell(unit, reader)
    with unit:
        assert mark_read(actor=reader.actor_in(unit)) == 1
    drain()
    assert mailbox.messages == []


def test_a_digest_counts_and_says_nothing_else(unit: Unit, mailbox: Mailbox, drain: Drain) -> None:
    reader = confirmed(unit)
    with unit:
        operations.set_own_mail(actor=reader.actor, rhythms=dict.fromkeys(Occasion, Rhythm.DAILY), digest_hour=18)
    for number in range(3):
        tell(unit, reader, f"event:{number}")
    tell(unit, reader, "task:1", kind="review.task")
    assert {message.available_at for message in waiting()} == {NOON.replace(hour=18)}
    drain()
    drain()
    [message], [text] = mailbox.messages, mailbox.texts
    assert "等我办理：1 条\nhttp://nanhai.localhost/notices/?about=task" in text
    assert "我的信息有结果：3 条\nhttp://nanhai.localhost/notices/?about=result" in text
    assert "秘密" not in message.as_string() + text
    assert "进展" not in text


def test_at_night_mails_wait_for_the_morning_and_urgent_ones_pass_where_the_unit_says_so(
    unit: Unit, mailbox: Mailbox, drain: Drain
) -> None:
    reader, boss = confirmed(unit), make_user(unit, "boss", roles=["administrator"])
    with clock.at(NIGHT):
        tell(unit, reader, "event:1")
        tell(unit, reader, "event:2", urgent=True)
        assert {message.available_at for message in waiting()} == {MORNING}
        with unit:
            operations.set_unit_mail(
                actor=boss.actor, rhythms={}, digest_hour=8, quiet=(time(22), time(7)), urgent_passes=True
            )
        tell(unit, reader, "event:3", urgent=True)
        tell(unit, reader, "event:4")
    with unit:
        due = dict(Notice.objects.values_list("key", "mail_at"))
    assert due == {"event:1": MORNING, "event:2": MORNING, "event:3": NIGHT, "event:4": MORNING}
    drain()
    assert sorted(len(re.findall("条新通知", str(text))) for text in mailbox.texts) == [1, 1]
    assert any("3 条新通知" in text for text in mailbox.texts)


def test_nothing_goes_to_an_address_that_nobody_confirmed(unit: Unit, mailbox: Mailbox, drain: Drain) -> None:
    reader = make_user(unit, "limei", name="李梅", email=ADDRESS)
    tell(unit, reader)
    tell(unit, reader, "event:2")
    drain()
    [text] = mailbox.texts
    assert mailbox.messages[0]["Subject"].strip() == "【直通】请确认接收南海区政协通知的邮箱"
    assert "秘密" not in text
    anybody = client_for(None, unit)
    link = path_in(text, "mail/confirm/")
    assert "确认这个邮箱" in anybody.get(link).content.decode()
    with unit:
        assert MailRule.objects.get(reader=reader).confirmed == ""  # looking is not confirming
    assert "邮箱已确认" in anybody.post(link).content.decode()
    tell(unit, reader, "event:3")
    drain()
    assert len(mailbox.messages) == 2
    with unit:
        update_user(actor=system(unit.pk), user=reader, changes={"email": "other@example.cn"})
        reader.refresh_from_db()
    tell(unit, reader, "event:4")
    drain()
    assert [message["To"] for message in mailbox.messages] == [ADDRESS, ADDRESS, "other@example.cn"]
    assert "/mail/confirm/" in mailbox.texts[-1]
    answer = anybody.post(link)
    assert answer.status_code == 409
    assert "换了邮箱" in answer.content.decode()


def test_links_of_mails_open_nothing_else(unit: Unit, stranger: Unit) -> None:
    reader = confirmed(unit)
    make_user(unit, "boss", roles=["administrator"])
    with unit:
        token = mail.stop_token(reader)
    make_user(stranger, "limei", email=ADDRESS)
    for client, wrong in (
        (client_for(None, unit), f"{token[:-2]}xx"),
        (client_for(None, unit), "x"),
        (client_for(None, stranger), token),
    ):
        for use in ("stop", "confirm"):
            assert client.post(f"/notices/mail/{use}/{wrong}/").status_code == 404
    assert client_for(None, unit).post(f"/notices/mail/confirm/{token}/").status_code == 404
    with unit:
        deactivate_user(actor=system(unit.pk), user=reader)
    assert client_for(None, unit).get(f"/notices/mail/stop/{token}/").status_code == 404


def test_a_mail_program_stops_the_mails_by_one_post_without_signing_in(
    unit: Unit, mailbox: Mailbox, drain: Drain
) -> None:
    reader = confirmed(unit)
    tell(unit, reader)
    drain()
    link = path_in(mailbox.texts[0], "mail/stop/")
    outside = client_for(None, unit)
    outside.handler.enforce_csrf_checks = True
    page = outside.get(link)
    assert "退订" in page.content.decode()
    tell(unit, reader, "event:2")
    answer = outside.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, "已退订" in answer.content.decode()) == (200, True)
    tell(unit, reader, "event:3")
    drain()
    assert len(mailbox.messages) == 1
    with unit:
        assert queries.unread_count(reader) == 3


def test_a_dead_mail_server_delays_and_loses_nothing(committed: None, mailbox: Mailbox) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    reader = confirmed(unit)
    tell(unit, reader)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for attempt in range(1, 13):
        with override_settings(EMAIL_PORT=port):
            outbox.drain()
        [message] = waiting()
        assert "ConnectionRefusedError" in message.last_error
        assert (message.dead_at, message.attempts) == (None, attempt)
        OutboxMessage.objects.update(available_at=NOON)
    with unit:
        assert Notice.objects.get().mailed_at is None
        assert queries.unread_count(reader) == 1
    outbox.drain()
    outbox.drain()
    assert (len(mailbox.messages), waiting()) == (1, [])


def test_a_mail_that_may_have_gone_goes_again_under_the_same_name(unit: Unit, mailbox: Mailbox) -> None:
    reader = confirmed(unit)
    for number in range(2):
        tell(unit, reader, f"event:{number}")
    payload = waiting()[0].payload
    with unit:
        died = transaction.savepoint()
        deliver(payload)
        transaction.savepoint_rollback(died)  # the worker dies before its commit
        first = Notice.objects.earliest("pk")
        assert first.mailed_at is None
        mark_read(actor=reader.actor, notices=[first.pk])
        deliver(payload)
        deliver(payload)
    assert len(mailbox.messages) == 2
    assert len({message["Message-ID"] for message in mailbox.messages}) == 1


def test_two_workers_mail_a_batch_once(unit: Unit, mailbox: Mailbox) -> None:
    reader = confirmed(unit)
    for number in range(3):
        tell(unit, reader, f"event:{number}")
    payloads = [message.payload for message in waiting()]
    assert len(payloads) == 3
    with unit:
        for payload in payloads:
            deliver(payload)
    assert len(mailbox.messages) == 1


def test_an_address_that_the_server_does_not_know_is_not_tried_again(
    unit: Unit, mailbox: Mailbox, drain: Drain
) -> None:
    reader = confirmed(unit)
    mailbox.refused[ADDRESS] = "550 no such user"
    tell(unit, reader)
    drain()
    tell(unit, reader, "event:2")
    drain()
    assert waiting() == []
    assert "退信" in client_for(reader, unit).get("/notices/settings/").content.decode()
    mailbox.refused.clear()
    with unit:
        operations.ask_to_confirm(actor=reader.actor)
    drain()
    assert len(mailbox.messages) == 1


def test_an_address_that_is_refused_for_now_is_tried_again(committed: None, mailbox: Mailbox) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    reader = confirmed(unit)
    mailbox.refused[ADDRESS] = "451 try later"
    tell(unit, reader)
    outbox.drain()
    [message] = waiting()
    assert "SMTPRecipientsRefused" in message.last_error
    with unit:
        assert MailRule.objects.get(reader=reader).confirmed == ADDRESS


def test_confirming_is_asked_every_ten_minutes_at_most(unit: Unit) -> None:
    reader = make_user(unit, "limei")
    with unit:
        with pytest.raises(InvalidInput):
            operations.ask_to_confirm(actor=reader.actor)
        with pytest.raises(InvalidInput):
            change_own_email(actor=reader.actor, email="limei@")
        change_own_email(actor=reader.actor, email=ADDRESS)
        operations.ask_to_confirm(actor=reader.actor)
        with pytest.raises(WrongState, match="刚刚发过"):
            operations.ask_to_confirm(actor=reader.actor)
        with clock.at(NOON.replace(minute=10)):
            operations.ask_to_confirm(actor=reader.actor)
        reader.refresh_from_db()
        operations.confirm_address(actor=system(unit.pk), reader=reader, address=ADDRESS)
        with pytest.raises(WrongState, match="已经确认"):
            operations.ask_to_confirm(actor=reader.actor)


def test_rules_are_refused_where_they_make_no_sense(unit: Unit) -> None:
    reader = make_user(unit, "limei")
    with unit:
        with pytest.raises(InvalidInput):
            operations.set_own_mail(actor=reader.actor, rhythms={}, digest_hour=24)
        with pytest.raises(InvalidInput):
            operations.set_own_mail(actor=reader.actor, rhythms={}, own_quiet=True, quiet=(time(7), time(7)))
        with pytest.raises(NotFound):
            operations.set_own_mail(actor=system(unit.pk), rhythms={})
        with pytest.raises(NotAllowed):
            operations.set_unit_mail(actor=reader.actor, rhythms={}, digest_hour=8, quiet=None, urgent_passes=True)


SAID = {**dict.fromkeys(Occasion.values, "unit"), "digest_hour": "unit", "quiet": "unit"}


def test_everybody_sets_the_own_mails_and_the_administrator_those_of_the_unit(
    unit: Unit, mailbox: Mailbox, drain: Drain
) -> None:
    reader, boss = make_user(unit, "limei"), make_user(unit, "boss", roles=["administrator"])
    own, office = client_for(reader, unit), client_for(boss, unit)
    assert own.get("/notices/settings/unit/").status_code == 403
    page = own.get("/notices/settings/").content.decode()
    assert "本单位的规定" not in page
    assert "按单位规定：22:00 到 07:00" in page
    assert "没有邮箱" in page
    unit_says = {**dict.fromkeys(Occasion.values, "now"), "step": "weekly", "digest_hour": "17", "quiet": "none"}
    assert office.post("/notices/settings/unit/", {**unit_says, "urgent_passes": "1"}).status_code == 302
    page = own.get("/notices/settings/").content.decode()
    assert "按单位规定：每周汇总一次" in page
    assert "按单位规定：不设" in page
    wrong = own.post("/notices/settings/", {**SAID, "quiet": "own", "quiet_from": "25:00"})
    assert wrong.status_code == 422
    assert {"quiet_from", "quiet_to"} == set(wrong.context["form"].errors)
    right = {**SAID, "step": "never", "quiet": "own", "quiet_from": "21:30", "quiet_to": "06:00"}
    assert own.post("/notices/settings/", right).status_code == 302
    page = own.get("/notices/settings/").content.decode()
    assert 'value="21:30"' in page
    assert own.post("/notices/settings/address/", {"email": ADDRESS}).status_code == 302
    drain()
    assert mailbox.messages[0]["To"] == ADDRESS
    assert "等待确认" in own.get("/notices/settings/").content.decode()
    refused = own.post("/notices/settings/address/", {"email": ADDRESS})
    assert refused.status_code == 409
    assert own.post("/notices/settings/address/", {"email": ""}).status_code == 422
    with unit:
        rule = MailRule.objects.get(reader=reader)
        assert (rule.rhythms, rule.digest_hour, rule.own_quiet) == ({"step": "never"}, None, True)
