"""What becomes of an answer: the journey's page, opening it, satisfaction, the second round, the printed sheet."""

from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader

from tenants.notices.models import Notice
from tests.factories import client_for
from tests.tenants.desk.test_verify import verify
from tests.tenants.handling.conftest import World
from zhitong.core import outbox
from zhitong.core.models import AuditEntry
from zhitong.exchange.models import Assignment, Event, EventKind, Handling
from zhitong.exchange.operations import handling as exchange

pytestmark = pytest.mark.django_db
ANSWER = "已会同供电部门增设三处充电桩"


@pytest.fixture
def answered(world: World) -> Handling:
    """The party's final answer, not yet opened to the author."""
    part = world.to_party()
    with world.party:
        exchange.answer(actor=world.handler.actor, assignment_uuid=part.uuid, seen=1, words=ANSWER, result="B")
    return part.handling


def journey(world: World, user: object) -> str:
    page = client_for(user, world.office.unit).get(f"/items/{world.item.uuid}/journey/")  # type: ignore[arg-type]
    return str(page.content.decode())


def test_the_author_knows_the_fact_and_reads_the_answer_once_it_is_opened(world: World, answered: Handling) -> None:
    page = journey(world, world.office.author)
    assert "民盟南海总支" in page
    assert "B 正在解决或列入计划" in page
    assert "答复全文未开放" in page
    assert ANSWER not in page
    assert "交上评价" not in page
    assert ANSWER in journey(world, world.office.reader)  # the office of the unit that asked
    clerk = client_for(world.office.clerk, world.office.unit)
    assert clerk.post(f"/handling/{answered.uuid}/release/").status_code == 302
    page = journey(world, world.office.author)
    assert ANSWER in page
    assert "交上评价" in page
    outbox.drain()
    outbox.drain()
    with world.office.unit:
        told = Notice.objects.get(reader=world.office.author, kind="handling.opened")
        assert told.title == f"办理答复可以看了，请评价：{world.item.title}"
        replied = Notice.objects.get(reader=world.office.author, kind="event.replied")
        assert replied.title == f"民盟南海总支答复：{world.item.title}"


def test_an_unsatisfied_author_brings_a_second_round(world: World, answered: Handling) -> None:
    with world.office.unit:
        exchange.release_answer(actor=world.office.clerk.actor, handling_uuid=answered.uuid)
    author = client_for(world.office.author, world.office.unit)
    path = f"/handling/{answered.uuid}/rate/{world.item.uuid}/"
    page = author.post(path, {"rating": "unsatisfied", "words": ""})
    assert (page.status_code, "不满意请写明哪里不满意" in page.content.decode()) == (422, True)
    assert ANSWER in page.content.decode()
    assert author.post(path, {"rating": "unsatisfied", "words": "没有写时间表"}).status_code == 302
    assert "已经评价过" in author.post(path, {"rating": "satisfied"}).content.decode()
    outbox.drain()
    clerk = client_for(world.office.clerk, world.office.unit)
    assert "反映人对办理评价不满意" in clerk.get("/notices/").content.decode()
    assert "反映人对办理评价不满意" in client_for(world.handler, world.party).get("/notices/").content.decode()
    assert world.item.title in clerk.get("/handling/?tab=unsatisfied").content.decode()
    again = f"/handling/{answered.uuid}/again/"
    assert "没有写时间表" in clerk.get(again).content.decode()
    assert clerk.post(again, {"request": "", "days": "10"}).status_code == 422
    assert clerk.post(again, {"request": "请写明时间表", "days": "10"}).status_code == 302
    assert clerk.post(again, {"request": "请写明时间表", "days": "10"}).status_code == 409
    second = Assignment.objects.get(handling__round=2)
    page = client_for(world.handler, world.party).get(f"/handling/inbox/{second.uuid}/").content.decode()
    assert "请写明时间表" in page
    assert ANSWER in page  # what was answered the first time
    assert verify() == []


def test_only_signing_authors_rate(world: World, answered: Handling) -> None:
    with world.office.unit:
        exchange.release_answer(actor=world.office.clerk.actor, handling_uuid=answered.uuid)
    path = f"/handling/{answered.uuid}/rate/{world.item.uuid}/"
    for user in (world.office.clerk, world.office.reader, world.office.leader):
        client = client_for(user, world.office.unit)
        assert client.get(path).status_code == client.post(path, {"rating": "satisfied"}).status_code == 404
    assert not Event.objects.filter(kind=EventKind.RATED).exists()


def test_the_leader_sees_what_became_of_the_instruction(world: World, answered: Handling) -> None:
    leader = client_for(world.office.leader, world.office.unit)
    assert world.item.title in leader.get("/handling/?tab=answered").content.decode()
    page = leader.get(f"/handling/{answered.uuid}/").content.decode()
    assert ANSWER in page
    assert "催办" not in page
    assert "取消转办" not in page


def test_the_sheet_prints_as_pdf_and_word(world: World, answered: Handling) -> None:
    leader = client_for(world.office.leader, world.office.unit)
    pdf = b"".join(leader.get(f"/handling/{answered.uuid}/sheet.pdf").streaming_content)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", "")
    word = b"".join(leader.get(f"/handling/{answered.uuid}/sheet.docx").streaming_content)
    file = Document(BytesIO(word))
    cells = " ".join(cell.text for table in file.tables for row in table.rows for cell in row.cells)
    for said in (ANSWER, world.item.title, "请研究办理", "办理结果 B 正在解决或列入计划"):
        assert said.replace(" ", "") in text.replace(" ", ""), said
        assert said in cells, said
    assert leader.get(f"/handling/{answered.uuid}/sheet.txt").status_code == 404
    assert AuditEntry.objects.filter(action="documents.file.downloaded", object_id=str(answered.uuid)).count() == 2
    assert client_for(world.office.author, world.office.unit).get(
        f"/handling/{answered.uuid}/sheet.pdf"
    ).status_code == 403  # fmt: skip


def test_the_journey_says_whose_answer_is_awaited(world: World) -> None:
    part = world.to_party()
    for user, way_there in ((world.office.author, False), (world.office.clerk, True)):
        page = journey(world, user)
        assert "在等 1 处" in page
        assert "办理答复" in page
        assert (f"/handling/{part.handling.uuid}/" in page) == way_there
    with world.party:
        exchange.answer(actor=world.handler.actor, assignment_uuid=part.uuid, seen=1, words=ANSWER, result="B")
    assert "没有在等的" in journey(world, world.office.author)
