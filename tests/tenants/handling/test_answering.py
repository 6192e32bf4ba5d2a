"""The handler's side: the inbox and its page, the page behind a link, what came on paper, files."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.factories import client_for
from tests.tenants.desk.test_verify import verify
from tests.tenants.handling.conftest import BUREAU, WORDS, World
from zhitong.core import clock, outbox
from zhitong.core.models import AuditEntry, OneTimeLink
from zhitong.exchange.models import Assignment, Event, EventKind, HandlingFile, HandlingStep
from zhitong.exchange.operations import handling as exchange

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def post(client: Client, path: str, **form: Any) -> tuple[int, str]:
    answer = client.post(path, form)
    return answer.status_code, answer.content.decode()


def final(**changes: Any) -> dict[str, Any]:
    return {"verb": "answer", "stage": "answer", "result": "A", "words": "已增设充电桩", "seen": "1", **changes}


def test_a_unit_answers_on_its_page(world: World) -> None:
    part = world.to_party()
    handler = client_for(world.handler, world.party)
    assert world.item.title in handler.get("/handling/inbox/").content.decode()
    path = f"/handling/inbox/{part.uuid}/"
    page = handler.get(path).content.decode()
    assert "请研究办理" in page
    assert "老旧小区充电桩不足" in page
    assert "梁晓岚" not in page
    assert WORDS not in page  # kept with the unit that recorded them
    assert post(handler, path, verb="receive")[0] == 302
    status, page = post(handler, path, **final(seen="2", result="", words="写了很久的办理情况"))
    assert (status, "请选择 A、B、C 或 D 类" in page, "写了很久的办理情况" in page) == (422, True, True)
    status, page = post(handler, path, **final(seen="1"))
    assert (status, "刚有新的进展" in page, "已增设充电桩" in page) == (409, True, True)
    files = [SimpleUploadedFile("方案.pdf", PDF), SimpleUploadedFile("说明.txt", "说明".encode())]
    assert post(handler, path, **final(seen="2"), attachments=files)[0] == 302
    assert [file.name for file in HandlingFile.objects.all()] == ["方案.pdf", "说明.txt"]
    assert Assignment.objects.get().state == "answered"
    assert verify() == []


def test_a_file_that_is_not_what_it_says_is_refused(world: World) -> None:
    part = world.to_party()
    handler = client_for(world.handler, world.party)
    status, page = post(
        handler,
        f"/handling/inbox/{part.uuid}/",
        **final(),
        attachments=[SimpleUploadedFile("方案.pdf", PDF), SimpleUploadedFile("坏.pdf", b"MZ no pdf")],
    )
    assert (status, "坏.pdf" in page, "已增设充电桩" in page) == (422, True, True)
    assert not HandlingStep.objects.filter(kind="answered").exists()
    assert AuditEntry.objects.filter(action="documents.file.refused").count() == 1
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)]
    status, page = post(handler, f"/handling/inbox/{part.uuid}/", **final(), attachments=many)
    assert (status, "最多 10 个附件" in page) == (422, True)


def test_a_link_holder_receipts_reports_and_answers(world: World) -> None:
    part, path, code = world.to_bureau()
    outside = client_for(None, world.office.unit)
    door = outside.get(path).content.decode()
    assert world.item.title not in door
    assert "请输入验证码" in door
    status, page = post(outside, path, code=code)
    assert status == 200
    for shown in (world.item.title, "请研究办理", "老旧小区充电桩不足", "县级领导批示", "区住建局 王建国"):
        assert shown in page, shown
    for hidden in ("梁晓岚", WORDS, "李副区长", "13912345678", "何静"):
        assert hidden not in page, hidden
    assert "已签收。" in post(outside, path, code=code, verb="receive")[1]
    status, page = post(
        outside, path, code=code, **final(stage="interim", seen="2", words="正在调研"),
        attachments=[SimpleUploadedFile("照片.pdf", PDF)],
    )  # fmt: skip
    assert (status, "阶段答复已交上" in page, "照片.pdf" in page) == (200, True, True)
    kept = HandlingFile.objects.get()
    assert kept.owner == world.office.unit
    later = f"{clock.local_date(part.due_at) + timedelta(days=7)}"
    status, page = post(outside, path, code=code, verb="extend", seen="3", reason="等设备", until=later)
    assert (status, "已申请延期" in page) == (200, True)
    # The same post once more: nothing counts twice.
    status, page = post(outside, path, code=code, verb="extend", seen="3", reason="等设备", until=later)
    assert status == 409
    status, page = post(outside, path, code=code, **final(seen="4"))
    assert (status, "已收到您的答复，谢谢" in page) == (200, True)
    assert [step.kind for step in HandlingStep.objects.all()] == [
        "assigned", "received", "interim", "extension_asked", "answered",
    ]  # fmt: skip
    assert Event.objects.get(kind=EventKind.REPLIED).by == "区住建局"
    for again in (outside.get(path), outside.post(path, {"code": code, **final(seen="5")})):
        assert again.status_code == 404
        assert "链接不能用了" in again.content.decode()
    assert AuditEntry.objects.filter(action="links.refused").count() == 2  # the unit reads it in its trail
    assert verify() == []


def test_a_refusal_by_link_ends_it_when_granted(world: World) -> None:
    part, path, code = world.to_bureau()
    outside = client_for(None, world.office.unit)
    status, page = post(outside, path, code=code, verb="refuse", seen="1", reason="", proposal="区城管局")
    assert (status, "请填写为什么申退" in page, "区城管局" in page) == (422, True, True)
    status, page = post(outside, path, code=code, verb="refuse", seen="1", reason="职能不符", proposal="区城管局")
    assert (status, "等交办单位答复" in page) == (200, True)
    from tenants.handling import operations
    from tenants.handling.operations import Named

    with world.office.unit:
        made = operations.reassign(
            actor=world.office.clerk.actor, assignment_uuid=part.uuid, seen=2, to=Named("民盟南海总支"), days=10
        )
    assert made.links == []
    assert outside.post(path, {"code": code}).status_code == 404


def test_forged_expired_and_guessed_links_are_refused_and_told(world: World) -> None:
    part, path, code = world.to_bureau()
    outside = client_for(None, world.office.unit)
    assert outside.get("/handling/answer/forged/").status_code == 404
    assert client_for(None, world.party).post(path, {"code": code}).status_code == 404  # another unit's host
    wrong = "000000" if code != "000000" else "111111"
    for left in (4, 3, 2, 1):
        status, page = post(outside, path, code=wrong)
        assert (status, f"还可以试 {left} 次" in page) == (422, True)
    assert outside.post(path, {"code": wrong}).status_code == 404
    assert outside.post(path, {"code": code}).status_code == 404  # the right one is too late
    outbox.drain()
    clerk = client_for(world.office.clerk, world.office.unit)
    assert "链接输错次数过多，已锁定" in clerk.get("/notices/").content.decode()
    assert "链接已锁定" in clerk.get(f"/handling/{part.handling.uuid}/").content.decode()
    page = clerk.post(f"/handling/parts/{part.uuid}/act/", {"verb": "renew", "seen": "1"}).content.decode()
    fresh = re.search(r"/handling/answer/[^/\"]+/", page)
    said = re.search(r'value="(\d{3}) (\d{3})"', page)
    assert fresh
    assert said
    new_code = said[1] + said[2]
    assert post(outside, fresh[0], code=new_code)[0] == 200
    OneTimeLink.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    assert outside.post(fresh[0], {"code": new_code}).status_code == 404


def test_what_came_on_paper_is_entered_by_the_asking_unit(world: World) -> None:
    part, path, code = world.to_bureau()
    clerk = client_for(world.office.clerk, world.office.unit)
    assert clerk.get(f"/handling/parts/{part.uuid}/enter/").status_code == 200
    assert post(clerk, f"/handling/parts/{part.uuid}/enter/", **final())[0] == 302
    assert HandlingStep.objects.get(kind="answered").by == f"区住建局（{world.office.clerk.actor.label}登记）"
    assert client_for(None, world.office.unit).post(path, {"code": code}).status_code == 404
    leader = client_for(world.office.leader, world.office.unit)
    assert leader.get(f"/handling/parts/{part.uuid}/enter/").status_code == 403


def test_the_lead_reads_the_co_handlers_answer_and_they_do_not_read_the_leads(world: World) -> None:
    from tenants.handling.operations import Named

    made = world.pass_on(lead=BUREAU, co=[Named(world.party.short_name, place="co_1")])
    lead, co = made.handling.assignments.order_by("pk")
    handler = client_for(world.handler, world.party)
    with world.office.unit:
        exchange.interim(actor=world.office.clerk.actor, assignment_uuid=lead.uuid, seen=1, words="承办的阶段答复")
    assert "承办的阶段答复" not in handler.get(f"/handling/inbox/{co.uuid}/").content.decode()
    assert post(handler, f"/handling/inbox/{co.uuid}/", **final(result=""))[0] == 302
    assert not Event.objects.filter(kind=EventKind.REPLIED).exists()  # a co-handler's answer is no reply
    assert Assignment.objects.get(pk=co.pk).state == "answered"
    assert verify() == []


def test_a_text_changed_since_it_was_passed_on_is_not_shown_and_leaves_a_trace(world: World) -> None:
    part, path, code = world.to_bureau()
    inside = world.to_party(instruction_uuid=None)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE public.exchange_packet SET content = jsonb_set(content, '{problem}', '\"改过的话\"')")
        cursor.execute("SET LOCAL session_replication_role = origin")
    outside, handler = client_for(None, world.office.unit), client_for(world.handler, world.party)
    for answer in (outside.post(path, {"code": code}), handler.get(f"/handling/inbox/{inside.uuid}/")):
        assert answer.status_code == 409
        assert "与转办时的校验值不符" in answer.content.decode()
        assert "改过的话" not in answer.content.decode()
    traces = AuditEntry.objects.filter(action="exchange.packet.tampered", object_kind="assignment")
    assert {entry.object_id for entry in traces} == {str(part.uuid), str(inside.uuid)}
