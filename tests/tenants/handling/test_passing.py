"""Passing on in a unit: who may, what goes along, who is told, and the pages of the asking unit."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.handling import operations
from tenants.handling.models import Contact
from tenants.handling.operations import Named
from tenants.notices.models import Notice
from tests.factories import client_for
from tests.tenants.desk.test_verify import verify
from tests.tenants.handling.conftest import BUREAU, WORDS, World
from zhitong.core import clock, outbox
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.exchange.models import Assignment, Grant, Handling
from zhitong.exchange.operations import handling as exchange

pytestmark = pytest.mark.django_db


def notices(world: World, unit: object, kind: str) -> list[str]:
    with unit:  # type: ignore[attr-defined]
        return list(Notice.objects.filter(kind=kind).order_by("id").values_list("title", flat=True))


def test_an_adopted_item_or_an_instruction_is_passed_on(world: World) -> None:
    waiting = world.office.submitted(title="还在审核")
    with pytest.raises(WrongState, match="不能转办"):
        world.pass_on(item_uuid=waiting.uuid, instruction_uuid=None)
    made = world.pass_on(passes_words=True, co=[Named("区住建局", "王建国", "13912345678", place="co_1")])
    assert (made.handling.leader, made.handling.words) == ("李副区长", WORDS)
    assert [assignment.name for assignment, _ in made.links] == ["区住建局"]
    with world.office.unit:
        assert Contact.objects.get().person == "王建国"
    assert world.pass_on(instruction_uuid=None).handling.leader == ""
    with pytest.raises(WrongState, match="没有重复转办"):
        world.pass_on()
    assert verify() == []


def test_somebody_outside_has_to_be_reachable(world: World) -> None:
    for wrong in (Named("区住建局"), Named("区住建局", "王建国"), Named("区住建局", "王建国", "123"), Named("")):
        with pytest.raises(InvalidInput) as refused:
            world.pass_on(lead=wrong)
        assert list(refused.value.fields) == ["lead"]
    assert not Handling.objects.exists()


def test_only_who_records_outcomes_passes_on(world: World) -> None:
    for user in (world.office.author, world.office.reader, world.office.leader):
        with world.office.unit, pytest.raises(NotAllowed):
            operations.pass_on(actor=user.actor, item_uuid=world.item.uuid, request="办", lead=BUREAU, days=5)
    with world.party, pytest.raises(NotFound):
        operations.pass_on(actor=world.handler.actor, item_uuid=world.item.uuid, request="办", lead=BUREAU, days=5)


def test_both_sides_hear_of_each_step(world: World) -> None:
    part = world.to_party()
    outbox.drain()
    assert notices(world, world.party, "handling.assigned") == [f"南海区政协转来办理：{world.item.title}"]
    with world.party:
        exchange.ask_refusal(
            actor=world.handler.actor, assignment_uuid=part.uuid, seen=1, reason="职能不符", proposal="区城管局"
        )
    outbox.drain()
    assert notices(world, world.office.unit, "handling.refusal_asked") == [f"民盟南海总支申退：{world.item.title}"]
    with world.office.unit:
        exchange.refuse_refusal(actor=world.office.clerk.actor, assignment_uuid=part.uuid, seen=2, reason="请办理")
    outbox.drain()
    outbox.drain()
    assert notices(world, world.party, "handling.refusal_refused") == [f"南海区政协不同意申退：{world.item.title}"]
    assert notices(world, world.office.unit, "event.assigned") == [f"南海区政协转办：{world.item.title}"]


def test_limits_are_brought_to_mind(world: World) -> None:
    part = world.to_party(days=5)
    outbox.drain()
    for message_day in (part.receipt_due_at, part.due_at - timedelta(hours=23), part.due_at):
        from zhitong.core.models import OutboxMessage

        OutboxMessage.objects.filter(done_at__isnull=True, available_at__lte=message_day).update(
            available_at=clock.now()
        )
        with clock.at(message_day + timedelta(minutes=1)):
            outbox.drain()
    late = notices(world, world.party, "handling.late")
    assert late[0] == f"签收已超期：{world.item.title}"
    assert f"快到办理时限：{world.item.title}" in late
    assert f"办理已超期：{world.item.title}" in late
    assert f"民盟南海总支签收已超期：{world.item.title}" in notices(world, world.office.unit, "handling.late")


def test_the_page_passes_on_and_keeps_what_was_typed(world: World) -> None:
    clerk = client_for(world.office.clerk, world.office.unit)
    path = f"/handling/items/{world.item.uuid}/"
    assert "县级领导批示" in clerk.get(path).content.decode()
    form = {"instruction": str(world.instruction.uuid), "request": "请研究办理", "days": "20", "lead_name": "区住建局"}
    page = clerk.post(path, form)
    assert page.status_code == 422
    said = page.content.decode()
    assert "请填写联系人的姓名" in said
    assert 'value="区住建局"' in said
    page = clerk.post(path, {**form, "lead_person": "王建国", "lead_contact": "13912345678"})
    assert page.status_code == 200
    assert "/handling/answer/" in page.content.decode()
    assert "验证码" in page.content.decode()
    found = Assignment.objects.get()
    assert found.department == "区住建局"
    assert f"/handling/{found.handling.uuid}/" in clerk.get(path).content.decode()


def test_files_go_along_when_the_clerk_says_so(world: World) -> None:
    from tenants.items import operations as items
    from tests.factories import make_draft

    draft = make_draft(world.office.unit, world.office.author, title="带附件")
    with world.office.unit:
        file = SimpleUploadedFile("现场.txt", "现场情况".encode())
        items.attach(actor=world.office.author.actor, item_uuid=draft.uuid, file=file)
        draft.refresh_from_db()
        from tenants.review import operations as review

        review.submit(actor=world.office.author.actor, item_uuid=draft.uuid, version=draft.version)
        draft.refresh_from_db()
        world.office.pass_through(draft)
    bare = world.pass_on(item_uuid=draft.uuid, instruction_uuid=None).handling
    assert not Grant.objects.filter(packet=bare.packet).exists()
    with world.office.unit:
        exchange.take_back(
            actor=world.office.clerk.actor, assignment_uuid=bare.assignments.get().uuid, seen=1, reason="忘了附件"
        )
    full = world.to_party(item_uuid=draft.uuid, instruction_uuid=None, with_files=True)
    grant = Grant.objects.get(packet=full.handling.packet)
    handler = client_for(world.handler, world.party)
    answer = handler.get(f"/handling/inbox/{full.uuid}/files/{grant.attachment_uuid}/")
    assert b"".join(answer.streaming_content) == "现场情况".encode()


def test_the_list_shows_each_tab(world: World) -> None:
    part = world.to_party()
    clerk = client_for(world.office.clerk, world.office.unit)

    def tab(name: str) -> bool:
        return world.item.title in clerk.get(f"/handling/?tab={name}").content.decode()

    assert [name for name in ("", "sent", "working", "refusing", "extension", "late", "answered") if tab(name)] == [
        "", "sent",
    ]  # fmt: skip
    with world.party:
        later = clock.local_date(part.due_at) + timedelta(days=14)
        exchange.ask_extension(
            actor=world.handler.actor, assignment_uuid=part.uuid, seen=1, reason="实地测量", until=later
        )
    assert [name for name in ("", "sent", "working", "extension", "answered") if tab(name)] == [
        "", "working", "extension",
    ]  # fmt: skip
    with clock.at(part.due_at + timedelta(minutes=1)):
        assert tab("late")
    with world.party:
        exchange.answer(actor=world.handler.actor, assignment_uuid=part.uuid, seen=3, words="办结", result="A")
    assert [name for name in ("", "working", "answered", "unsatisfied", "all") if tab(name)] == ["answered", "all"]


def test_decisions_on_the_page(world: World) -> None:
    part = world.to_party()
    clerk = client_for(world.office.clerk, world.office.unit)
    act = f"/handling/parts/{part.uuid}/act/"
    assert clerk.post(act, {"verb": "urge", "seen": "1"}).status_code == 302
    assert clerk.post(act, {"verb": "urge", "seen": "2"}).status_code == 409
    page = clerk.post(act, {"verb": "take_back", "seen": "2", "reason": ""})
    assert (page.status_code, "请填写理由" in page.content.decode()) == (422, True)
    with world.party:
        exchange.ask_refusal(
            actor=world.handler.actor, assignment_uuid=part.uuid, seen=2, reason="职能不符", proposal="区城管局"
        )
    page = clerk.get(f"/handling/parts/{part.uuid}/reassign/").content.decode()
    assert "职能不符" in page
    assert 'value="区城管局"' in page
    form = {"seen": "2", "lead_name": "区城管局", "lead_person": "李明", "lead_contact": "13912345679", "days": "10"}
    stale = clerk.post(f"/handling/parts/{part.uuid}/reassign/", form)
    assert (stale.status_code, "李明" in stale.content.decode()) == (409, True)
    done = clerk.post(f"/handling/parts/{part.uuid}/reassign/", {**form, "seen": "3"})
    assert "/handling/answer/" in done.content.decode()
    assert {one.name: one.state for one in Assignment.objects.all()} == {
        "民盟南海总支": "given_back",
        "区城管局": "sent",
    }
    assert verify() == []


def test_number_of_queries_does_not_grow(world: World, django_assert_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clerk = client_for(world.office.clerk, world.office.unit)
    world.to_party()
    clerk.get("/handling/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        clerk.get("/handling/")
    for n in range(4):
        item = world.office.approved(title=f"又一件 {n}")
        world.pass_on(item_uuid=item.uuid, instruction_uuid=None, lead=BUREAU)
    with CaptureQueriesContext(connection) as many:
        clerk.get("/handling/")
    assert len(many) == len(one)
