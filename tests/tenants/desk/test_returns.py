"""Between two units: returned, corrected and sent anew; asked back; receipted by rule; reminded; under a pseudonym."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tenants.desk import operations as desk
from tenants.desk import queries
from tenants.desk.consumers import remind_of_unread, tell_senders_of_silence
from tenants.items.models import Item, State
from tenants.notices.models import Notice
from tenants.review.models import Run, Task
from tests.factories import TEXT, make_user
from tests.tenants.desk.conftest import Office
from zhitong.core import clock, outbox
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange import packets
from zhitong.exchange.consumers import take_in
from zhitong.exchange.models import Dispatch, Event, ItemFact
from zhitong.units.operations import limit_sender, name_senders
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db


def told(office: Office, user: Any) -> list[str]:
    with office.unit:
        return list(Notice.objects.filter(reader=user).order_by("id").values_list("title", flat=True))


def resend(office: Office, item: Item, **given: Any) -> Dispatch:
    with office.unit:
        item = Item.objects.get(pk=item.pk)
        to = [destinations(office.unit, clock.today())[0].key]
        [dispatch] = desk.send(actor=office.clerk.actor, item_uuid=item.uuid, version=item.version, to=to, **given)
    return dispatch


def test_a_returned_item_is_corrected_and_sent_anew(office: Office, city_office: Office, drain: Any) -> None:
    item = office.approved()
    [first] = office.send(item, "佛山市政协")
    with office.unit:
        with pytest.raises(WrongState, match="没有被退回"):
            desk.correct(actor=office.clerk.actor, item_uuid=item.uuid, version=item.version, texts=TEXT)
        assert not queries.to_send().exists()
    with city_office.unit:
        exchange.return_dispatch(actor=city_office.clerk.actor, dispatch_uuid=first.uuid, reason="请补数据来源")
    drain()
    assert f"佛山市政协退回：{item.title}" in told(office, office.clerk)
    assert told(office, office.reader) == []
    with office.unit:
        assert [one.uuid for one in queries.returned_to(office.unit.pk)] == [first.uuid]
        assert not queries.to_send().exists()
        better = {**TEXT, "problem": f"{TEXT['problem']}数据来自区消防救援大队。"}
        with pytest.raises(StaleVersion):
            desk.correct(actor=office.clerk.actor, item_uuid=item.uuid, version=item.version + 7, texts=better)
        with pytest.raises(InvalidInput, match="意见建议"):
            desk.correct(
                actor=office.clerk.actor, item_uuid=item.uuid, version=item.version, texts={**better, "suggestions": ""}
            )
        desk.correct(actor=office.clerk.actor, item_uuid=item.uuid, version=item.version, texts=better)
        kinds = list(item.editions.values_list("kind", flat=True))
    assert kinds == ["original", "issued", "issued"]
    second = resend(office, item)
    assert second.attempt == 2
    assert second.packet.content["problem"] == better["problem"]
    first.refresh_from_db()
    assert first.packet.content["problem"] == TEXT["problem"]
    assert queries.earlier_attempt(second) == first
    assert queries.earlier_attempt(first) is None
    with office.unit:
        assert not queries.returned_to(office.unit.pk).exists()


def test_what_is_settled_waits_no_longer(office: Office, city_office: Office) -> None:
    [sent] = office.send(office.approved(), "佛山市政协")
    with city_office.unit:
        exchange.refer(
            actor=city_office.clerk.actor, dispatch_uuid=sent.uuid, reason="属省里的事", proposal="广东省政协"
        )
    with office.unit:
        assert queries.returned_to(office.unit.pk).get().proposal == "广东省政协"
        exchange.settle(actor=office.clerk.actor, dispatch_uuid=sent.uuid)
        assert not queries.returned_to(office.unit.pk).exists()


def test_an_item_in_review_is_given_up_with_the_receivers_consent(
    office: Office, city_office: Office, drain: Any
) -> None:
    [sent] = office.send(office.approved(), "佛山市政协")
    with city_office.unit:
        own = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
    with office.unit:
        exchange.ask_recall(actor=office.clerk.actor, dispatch_uuid=sent.uuid, reason="数据有误")
    drain()
    assert f"南海区政协请求撤回：{own.title}" in told(city_office, city_office.clerk)
    assert queries.recall_reason(Dispatch.objects.get(pk=sent.pk)) == "数据有误"
    with city_office.unit:
        desk.grant_recall(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
        own.refresh_from_db()
        assert own.state == State.WITHDRAWN
        assert Run.objects.get(item=own).state == Run.State.RECALLED
        assert not Task.objects.filter(run__item=own, state=Task.State.OPEN).exists()
        with pytest.raises(WrongState):
            desk.grant_recall(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
    drain()
    assert f"佛山市政协同意撤回：{own.title}" in told(office, office.clerk)
    assert any("撤回" in title for title in told(office, office.author))


def test_a_decided_item_is_not_given_up(office: Office, city_office: Office) -> None:
    [sent] = office.send(office.approved(), "佛山市政协")
    with city_office.unit:
        own = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
    with office.unit:
        exchange.ask_recall(actor=office.clerk.actor, dispatch_uuid=sent.uuid, reason="数据有误")
    with city_office.unit:
        city_office.pass_through(own)
        with pytest.raises(WrongState, match="已采用"):
            desk.grant_recall(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
        with pytest.raises(NotFound):
            desk.grant_recall(actor=city_office.clerk.actor, dispatch_uuid=own.uuid)
    with office.unit, pytest.raises(WrongState, match="已经办结"):
        exchange.ask_recall(actor=office.clerk.actor, dispatch_uuid=sent.uuid, reason="数据有误")


def test_receipt_by_rule_comes_once_with_the_arrival(office: Office, city_office: Office, drain: Any) -> None:
    with city_office.unit:
        limit_sender(actor=system(city_office.unit.pk), sender=office.unit, receipts_at_once=True)
    [sent] = office.send(office.approved(), "佛山市政协")
    drain()
    OutboxMessage.objects.filter(topic="exchange.dispatch.arrived").update(done_at=None, leased_until=None)
    drain()
    received = Event.objects.get(dispatch=sent, kind="received")
    assert (received.by, received.unit) == ("签收规则", city_office.unit)
    assert Dispatch.objects.get(pk=sent.pk).state == Dispatch.State.RECEIVED
    assert not OutboxMessage.objects.filter(topic="notices.unread").exists()


def test_who_does_not_receipt_is_reminded_on_working_days(office: Office, city_office: Office) -> None:
    """Sent on Wednesday before 端午 (Friday 06-19): the limit of three working days ends on the Tuesday after."""
    wednesday = datetime(2026, 6, 17, 10, tzinfo=clock.SHANGHAI)
    with clock.at(wednesday):
        item = office.approved()
        [sent] = office.send(item, "佛山市政协")
    with clock.at(wednesday), city_office.unit:
        take_in({"dispatch": str(sent.uuid)})
    moments: list[datetime] = []
    while alarm := OutboxMessage.objects.filter(topic="notices.unread", done_at=None).first():
        moments.append(alarm.available_at)
        with clock.at(alarm.available_at), city_office.unit:
            remind_of_unread(alarm.payload)
        OutboxMessage.objects.filter(pk=alarm.pk).update(done_at=alarm.available_at)
    assert [f"{moment.astimezone(clock.SHANGHAI):%m-%d %H:%M}" for moment in moments] == [
        "06-23 17:30", "06-24 17:30", "06-25 17:30", "06-26 17:30", "06-29 17:30",
    ]  # fmt: skip
    assert len([one for one in told(city_office, city_office.clerk) if "超期" in one]) == 5
    assert OutboxMessage.objects.filter(topic="notices.unanswered").count() == 1
    with clock.at(moments[-1]), office.unit:
        tell_senders_of_silence({"dispatch": str(sent.uuid)})
    assert told(office, office.clerk)[-1] == f"佛山市政协到期没有签收：{item.title}"


def test_after_receipt_nobody_is_reminded(office: Office, city_office: Office, drain: Any) -> None:
    [sent] = office.send(office.approved(), "佛山市政协")
    drain()
    with city_office.unit:
        exchange.receive(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
    OutboxMessage.objects.filter(topic="notices.unread").update(available_at=clock.now())
    outbox.drain()
    assert not any("超期" in one for one in told(city_office, city_office.clerk))
    assert not OutboxMessage.objects.filter(topic="notices.unread", done_at=None).exists()


def test_only_holders_of_named_posts_send_on_a_route(office: Office, city_office: Office) -> None:
    with office.unit:
        name_senders(actor=system(office.unit.pk), receiver=city_office.unit, posts=["secretary"])
    item = office.approved()
    with pytest.raises(NotAllowed) as refused:
        office.send(item, "佛山市政协")
    assert refused.value.message == "报送佛山市政协须由秘书长办理。"
    assert (refused.value.rule, refused.value.who) == ("本单位渠道规定", "本单位管理员可以在“渠道”里调整")
    secretary = make_user(office.unit, "mishuzhang", roles=["clerk"], posts=["secretary"])
    with office.unit:
        to = [destinations(office.unit, clock.today())[0].key]
        assert desk.send(actor=secretary.actor, item_uuid=item.uuid, version=item.version, to=to)


def test_a_receiver_takes_only_what_a_leader_signed(office: Office, city_office: Office) -> None:
    with city_office.unit:
        limit_sender(actor=system(city_office.unit.pk), sender=office.unit, only_signed=True)
    plain, signed = office.approved(), office.approved(urgency="important", problem="另一件事。")
    with pytest.raises(WrongState) as refused:
        office.send(plain, "佛山市政协")
    assert refused.value.code == "exchange.not_signed"
    assert "佛山市政协的管理员可以在“渠道”里调整" in refused.value.who
    assert office.send(signed, "佛山市政协")


def test_a_pseudonym_hides_the_name_from_the_receiver_alone(office: Office, city_office: Office) -> None:
    item = office.approved()
    sent = resend(office, item, under_pseudonym=True)
    shown = packets.canonical(sent.packet.content)
    assert sent.packet.content["authors"] == [{"name": "化名"}]
    assert "梁晓岚" not in shown
    assert "梁晓岚" in str(ItemFact.objects.get(item_uuid=item.uuid).authors)
    with office.unit:
        assert queries.went_under_pseudonym(item)
        assert [author.name for author in item.authors.all()] == ["梁晓岚"]
    with city_office.unit:
        own = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
        assert [author.name for author in own.authors.all()] == ["化名"]


def test_a_pseudonym_that_the_text_gives_away_is_refused(office: Office, city_office: Office) -> None:
    item = office.approved(problem=f"{TEXT['problem']}委员梁晓岚到现场看过。")
    with pytest.raises(InvalidInput, match="梁晓岚") as refused:
        resend(office, item, under_pseudonym=True)
    assert "化名" in refused.value.rule
    assert not Dispatch.objects.exists()
    assert resend(office, item)


def test_what_was_receipted_is_late_no_more(office: Office, city_office: Office, client_for: Any) -> None:
    [dispatch] = office.send(office.approved(), "佛山市政协")
    clerk = client_for(city_office.clerk, city_office.unit)
    with clock.at(clock.now() + timedelta(days=10)):
        assert dispatch.title in clerk.get("/inbox/?tab=late").content.decode()
        with city_office.unit:
            exchange.receive(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
        assert dispatch.title not in clerk.get("/inbox/?tab=late").content.decode()
        page = clerk.get("/inbox/").content.decode()
        assert dispatch.title in page
        assert not re.search(r"超期 \d+ 天", page)
        assert "签收时限" not in clerk.get(f"/inbox/{dispatch.uuid}/").content.decode()
