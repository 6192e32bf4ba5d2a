"""Who may open which page of the desk: exact answers for everybody, and for the neighbour that must see nothing."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Item
from tenants.review import operations as review
from tests.factories import make_draft, make_user
from tests.tenants.desk.conftest import Office
from zhitong.core.models import AuditEntry
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, EventKind
from zhitong.units.models import ExternalBody, Unit

pytestmark = pytest.mark.django_db
NOBODY = 302  # to the login page


def pages_of(item: Item) -> list[str]:
    return [
        "/",
        f"/items/{item.uuid}/",
        f"/items/{item.uuid}/journey/",
        f"/items/{item.uuid}/send/",
        f"/items/{item.uuid}/outcomes/",
        "/inbox/",
        "/send/",
        "/send/?tab=sent",
    ]


def answers(client_for: Any, user: User | None, unit: Unit, paths: list[str]) -> list[int]:
    client = client_for(user, unit)
    return [client.get(path).status_code for path in paths]


def test_pages_of_an_item_by_role(office: Office, stranger: Unit, client_for: Any) -> None:
    item = office.approved()
    other = make_user(office.unit, "wang", name="王某")
    neighbour = make_user(stranger, "c_zhou", roles=["clerk"])
    paths = pages_of(item)
    assert answers(client_for, office.author, office.unit, paths) == [200, 200, 200, 403, 403, 403, 403, 403]
    assert answers(client_for, other, office.unit, paths) == [200, 404, 404, 403, 403, 403, 403, 403]
    assert answers(client_for, office.clerk, office.unit, paths) == [200] * 8
    assert answers(client_for, office.leader, office.unit, paths) == [200, 200, 200, 403, 403, 403, 403, 403]
    assert answers(client_for, office.reader, office.unit, paths) == [200, 200, 200, 403, 403, 403, 403, 403]
    assert answers(client_for, neighbour, stranger, paths) == [200, 404, 404, 404, 404, 200, 200, 200]
    assert answers(client_for, None, office.unit, paths) == [NOBODY] * 8


def test_a_draft_has_no_page_for_others(office: Office, client_for: Any) -> None:
    draft = make_draft(office.unit, office.author)
    paths = pages_of(draft)[1:5]
    assert answers(client_for, office.clerk, office.unit, paths) == [404] * 4
    assert answers(client_for, office.author, office.unit, paths[:2]) == [302, 404]


def test_a_dispatch_is_its_receivers_alone(
    office: Office, city_office: Office, stranger: Unit, client_for: Any
) -> None:
    draft = make_draft(office.unit, office.author)
    with office.unit:
        picture = SimpleUploadedFile("现场.txt", "充电棚里的线".encode())
        file = items.attach(actor=office.author.actor, item_uuid=draft.uuid, file=picture)
        draft.refresh_from_db()
        review.submit(actor=office.author.actor, item_uuid=draft.uuid, version=draft.version)
        office.pass_through(draft)
        item = Item.objects.get(pk=draft.pk)
    [dispatch] = office.send(item)
    page, granted = f"/inbox/{dispatch.uuid}/", f"/inbox/{dispatch.uuid}/files/{file.uuid}/"
    neighbour = make_user(stranger, "c_zhou", roles=["clerk"])
    for user, unit, expected in (
        (city_office.clerk, city_office.unit, [200, 200]),
        (city_office.reader, city_office.unit, [403, 403]),
        (city_office.author, city_office.unit, [403, 403]),
        (office.clerk, office.unit, [404, 404]),
        (neighbour, stranger, [404, 404]),
        (None, city_office.unit, [NOBODY, NOBODY]),
    ):
        assert answers(client_for, user, unit, [page, granted]) == expected, user
    client = client_for(city_office.clerk, city_office.unit)
    answer = client.get(granted)
    assert b"".join(answer.streaming_content).decode() == "充电棚里的线"
    entry = AuditEntry.objects.filter(action="documents.file.downloaded").latest("pk")
    assert (entry.unit_key, entry.object_kind) == (city_office.unit.pk, "dispatch")
    for verb in ("receive", "accept", "return"):
        post = {"verb": verb, "reason": "理由"}
        assert client_for(neighbour, stranger).post(f"{page}act/", post).status_code == 404
        assert client_for(city_office.reader, city_office.unit).post(f"{page}act/", post).status_code == 403


def test_a_recalled_text_is_no_longer_readable(office: Office, city_office: Office, client_for: Any) -> None:
    item = office.approved(problem="只有这里有的一句话。")
    [dispatch] = office.send(item)
    reader = client_for(city_office.clerk, city_office.unit)
    assert "只有这里有的一句话" in reader.get(f"/inbox/{dispatch.uuid}/").content.decode()
    answer = client_for(office.clerk, office.unit).post(f"/send/{dispatch.uuid}/recall/")
    assert answer.status_code == 302
    page = reader.get(f"/inbox/{dispatch.uuid}/").content.decode()
    assert "只有这里有的一句话" not in page
    assert "已撤回这一篇" in page
    assert client_for(office.reader, office.unit).post(f"/send/{dispatch.uuid}/recall/").status_code == 403
    assert client_for(city_office.clerk, city_office.unit).post(f"/send/{dispatch.uuid}/recall/").status_code == 404


def test_outcomes_are_recorded_and_corrected_by_who_may(
    office: Office, stranger: Unit, city_party: ExternalBody, client_for: Any
) -> None:
    item = office.approved()
    office.adopted_by(item, city_party)
    with office.unit:
        event = Dispatch.objects.get(body=city_party).events.get(kind=EventKind.ADOPTED)
    url = f"/outcomes/{event.uuid}/reverse/"
    neighbour = make_user(stranger, "c_zhou", roles=["clerk"])
    assert client_for(neighbour, stranger).post(url, {"reason": "试试"}).status_code == 404
    assert client_for(office.leader, office.unit).post(url, {"reason": "试试"}).status_code == 403
    clerk = client_for(office.clerk, office.unit)
    empty = clerk.post(url, {"reason": " "})
    assert empty.status_code == 422
    assert "请写明理由" in empty.content.decode()
    assert clerk.post(url, {"reason": "登记错了"}).status_code == 302
    assert clerk.post(url, {"reason": "再来一次"}).status_code == 409
    with office.unit, pytest.raises(Exception, match="已经冲正"):
        exchange.reverse(actor=office.clerk.actor, event_uuid=event.uuid, reason="又一次")
