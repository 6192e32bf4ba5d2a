"""What is not what it says, tried on purpose: refused, nothing of it kept, written into the trail, seen by the unit."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tenants.desk import operations as desk
from tenants.desk.models import Proof
from tenants.items.models import Attachment, Item
from tenants.review import operations as review
from tenants.review.models import Act, Question, Task
from tests.api.conftest import key_of, with_key
from tests.factories import client_for, make_draft, make_user
from tests.leaks.world import BODY, FILE, TITLE, World, ask, build, settle
from tests.platform.documents.test_kinds import JPEG, PDF, bomb, zipped
from tests.platform.exchange.test_races import at_once, unit_of
from tests.tenants.desk.conftest import people
from zhitong.core import audit, clock
from zhitong.core.models import AuditEntry
from zhitong.exchange.models import Dispatch, Event, MergePart
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

PAGE = "/accounts/oddities/"
FILES = [
    ("现场.pdf", b"MZ\x90\x00" + bytes(60) + b"PE\x00\x00"),
    ("通知.docx", bomb()),
    ("照片.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x01\x00\x00" * 2 + bytes(60)),
    ("合影.jpg", JPEG + zipped("evil.exe")),
    ("附图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    ("名单.pdf", PDF + zipped("[Content_Types].xml", "word/document.xml")),
]


def noted(unit: Unit, prefix: str) -> list[tuple[str, str]]:
    """Return what the unit's trail holds under a prefix: action and who."""
    entries = AuditEntry.objects.filter(unit_key=unit.pk, action__startswith=prefix).order_by("pk")
    return list(entries.values_list("action", "actor_label"))


def admin_of(unit: Unit) -> Client:
    return client_for(make_user(unit, "guanli", roles=["administrator"]), unit)


def lines(client: Client) -> list[str]:
    """Return the cells 什么事 and 说明 of each row of the unit's page, newest first."""
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return [f"{row.cells[1].text}：{row.cells[2].text}" for row in answer.context["rows"]]


@pytest.fixture
def tampered(sent: World) -> World:
    """A world whose packet to 佛山 was changed by hand in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE public.exchange_packet SET content = jsonb_set(content, '{problem}', '\"改过的话\"')")
        cursor.execute("SET LOCAL session_replication_role = origin")
    return sent


@pytest.fixture
def sent(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> World:
    """A world whose item was sent to 佛山 and waits there."""
    world = build(unit, city, province, stranger)
    with unit:
        up = [way.key for way in destinations(unit, clock.today()) if way.unit == city]
        [world.dispatch] = desk.send(
            actor=world.clerk.actor, item_uuid=world.item.uuid, version=world.item.version, to=up
        )
    settle()
    return world


@pytest.mark.django_db
def test_a_packet_changed_by_hand_is_neither_shown_nor_taken_in(tampered: World) -> None:
    world, city = tampered, tampered.city
    assert world.dispatch
    clerk, here = client_for(world.city_clerk, city), f"/inbox/{world.dispatch.uuid}/"
    with world.unit:
        file = Attachment.objects.get(item=world.item)
    shown = ask(clerk, here)
    assert shown.status == 200
    assert shown.holds(("校验值不符", BODY, "改过的话", "收为本单位稿件")) == ["校验值不符"]
    writer = make_user(city, "mei")
    second = make_draft(city, writer, title="关于夜市占道的建议")
    with city:
        review.submit(actor=writer.actor, item_uuid=second.uuid, version=second.version)
    events = Event.objects.count()
    picks = {"pick": [f"d:{world.dispatch.uuid}", f"i:{second.uuid}"], "title": "综合的", "verb": "merge"}
    for path, given in ((f"{here}act/", {"verb": "accept"}), ("/merge/", picks)):
        refused = ask(clerk, path, "post", **given)
        assert (refused.status, "校验值不符" in refused.readable) == (409, True), path
    taken = ask(clerk, f"{here}files/{file.uuid}/")
    assert (taken.status, taken.holds((FILE, "JADEITE"))) == (409, [])
    assert Event.objects.count() == events
    assert not MergePart.objects.exists()
    assert Dispatch.objects.get().state == Dispatch.State.SENT
    with city:
        assert not Item.objects.filter(dispatch_uuid__isnull=False).exists()
    assert noted(city, "exchange.packet.") == [("exchange.packet.tampered", world.city_clerk.actor.label)] * 4
    told = lines(admin_of(city))
    assert len(told) == 4
    assert all("来稿与报送时的校验值不符：南海区政协" in line for line in told)
    assert TITLE not in "".join(told)
    assert lines(admin_of(world.stranger)) == []
    assert client_for(world.city_clerk, city).get(PAGE).status_code == 403
    assert list(audit.verify(city.pk)) == []


@pytest.mark.django_db
def test_files_that_are_not_what_they_say_leave_a_trace(unit: Unit) -> None:
    author = make_user(unit, "ouyang")
    draft, client = make_draft(unit, author), client_for(author, unit)
    for name, content in FILES:
        answer = client.post(f"/items/{draft.uuid}/files/", {"file": SimpleUploadedFile(name, content)})
        assert (answer.status_code, name in answer.json()["message"]) == (422, True)
    with unit:
        assert not Attachment.objects.exists()
    assert noted(unit, "documents.file.") == [("documents.file.refused", author.actor.label)] * len(FILES)
    told = lines(admin_of(unit))
    assert [line.split("：")[1] for line in reversed(told)] == [name for name, _ in FILES]
    assert client.post(f"/items/{draft.uuid}/files/", {"file": SimpleUploadedFile("好.pdf", PDF)}).status_code == 201
    assert len(noted(unit, "documents.file.refused")) == len(FILES)


@pytest.mark.django_db
def test_a_proof_that_is_none_leaves_a_trace_and_no_outcome(unit: Unit) -> None:
    office = people(unit, "a_")
    item = office.approved()
    form = {"kind": "instruction", "occurred_on": f"{clock.today()}", "leader": "某领导", "visibility": "fact",
            "proof": SimpleUploadedFile("批示.pdf", b"MZ")}  # fmt: skip
    assert client_for(office.clerk, unit).post(f"/items/{item.uuid}/outcomes/", form).status_code == 422
    with unit:
        assert not Proof.objects.exists()
    assert not Event.objects.filter(kind="instruction").exists()
    assert noted(unit, "documents.") == [("documents.file.refused", office.clerk.actor.label)]


@pytest.mark.django_db
def test_a_request_key_with_other_content_leaves_a_trace(unit: Unit) -> None:
    author = make_user(unit, "ouyang")
    calls = with_key(key_of(author, unit), unit)
    bodies = ({"title": "甲"}, {"title": "乙"}, {"title": "甲"})
    answers = [
        calls.post("/api/v1/items/", json.dumps(body), "application/json", headers={"idempotency-key": "k-1"})
        for body in bodies
    ]
    assert [answer.status_code for answer in answers] == [201, 422, 201]
    with unit:
        assert [item.title for item in Item.objects.all()] == ["甲"]
    assert noted(unit, "api.") == [("api.request_key.reused", author.actor.label)]
    assert [line.partition("：")[0] for line in lines(admin_of(unit))] == ["程序用同一个请求编号提交了不同的内容"]


def test_the_same_link_answered_by_four_at_once_counts_once(committed: None) -> None:
    unit = unit_of("nanhai")
    office = people(unit, "a_")
    item = office.submitted()
    with unit:
        task = Task.objects.get(run__item=item, state=Task.State.OPEN)
        [(question, issued)] = review.ask_questions(
            actor=task.holder.actor,
            task_uuid=task.uuid,
            words="属实吗",
            to=review.Addressees(outside=[review.Outsider("区住建局", "王建国", "13912345678")]),
        ).links
    statuses: list[int] = []

    def answer(number: int) -> None:
        form = {"code": issued.code, "answer": f"第 {number} 个答复"}
        statuses.append(client_for(None, unit_of("nanhai")).post(f"/review/answer/{issued.token}/", form).status_code)

    assert at_once(4, answer) == []
    assert sorted(statuses) == [200, 404, 404, 404]
    with unit:
        assert Act.objects.filter(run__item=item, verb="answer").count() == 1
        assert Question.objects.get(pk=question.pk).answer.endswith("个答复")
    assert [action for action, _ in noted(unit, "links.refused")] == ["links.refused"] * 3
    assert lines(admin_of(unit)) == ["打开了不能用的一次性链接：链接已经答复过"] * 3
