"""Files that show an outcome: kept with it, handed out to those who record, never beyond the unit."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from tenants.desk.models import Proof
from tenants.items.models import Item
from tests.factories import client_for
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.core.models import AuditEntry
from zhitong.exchange.models import Event, EventKind
from zhitong.units.models import ExternalBody

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def clerk(office: Office) -> Client:
    return client_for(office.clerk, office.unit)


@pytest.fixture
def sent(office: Office, city_party: ExternalBody) -> Item:
    item = office.approved()
    office.send(item, "市委")
    return item


def record(clerk: Client, item: Item, body: ExternalBody, file: SimpleUploadedFile) -> int:
    form = {"kind": "adopted", "mode": "single", "body": str(body.uuid), "occurred_on": f"{clock.today()}",
            "visibility": "fact", "proof": file}  # fmt: skip
    return clerk.post(f"/items/{item.uuid}/outcomes/", form).status_code


def test_a_scan_is_kept_with_its_outcome_and_handed_out_to_recorders_alone(
    office: Office, city_office: Office, city_party: ExternalBody, sent: Item, clerk: Client
) -> None:
    assert record(clerk, sent, city_party, SimpleUploadedFile("采用通知.pdf", SCAN)) == 302
    with office.unit:
        event = Event.objects.get(body=city_party, kind=EventKind.ADOPTED)
        proof = Proof.objects.get(event_uuid=event.uuid)
        assert (proof.name, proof.kept_by) == ("采用通知.pdf", office.clerk.actor.label)
    path = f"/outcomes/proofs/{proof.uuid}/"
    assert path in clerk.get(f"/items/{sent.uuid}/outcomes/").content.decode()
    answer = clerk.get(path)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, SCAN)
    assert AuditEntry.objects.filter(action="documents.file.downloaded", object_id=str(sent.uuid)).count() == 1
    assert client_for(office.author, office.unit).get(path).status_code == 403
    assert client_for(city_office.clerk, city_office.unit).get(path).status_code == 404
    assert "采用通知" not in client_for(office.author, office.unit).get(f"/items/{sent.uuid}/journey/").content.decode()


def test_a_file_that_is_not_what_it_says_is_named_and_nothing_is_recorded(
    office: Office, city_party: ExternalBody, sent: Item, clerk: Client
) -> None:
    assert record(clerk, sent, city_party, SimpleUploadedFile("采用通知.pdf", b"MZ no pdf")) == 422
    with office.unit:
        assert not Event.objects.filter(body=city_party, kind=EventKind.ADOPTED).exists()
        assert not Proof.objects.exists()


def test_a_list_proves_what_was_recorded_from_it(
    office: Office, city_party: ExternalBody, sent: Item, clerk: Client
) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["标题", "采用方式"], [sent.title, "综合采用"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    form = {"body": str(city_party.uuid), "mode": "single", "day": f"{clock.today()}",
            "file": SimpleUploadedFile("五月采用名单.xlsx", out.getvalue())}  # fmt: skip
    kept = clerk.post("/outcomes/list/", form).context["kept"]
    done = clerk.post("/outcomes/list/record/", {"list": kept, "row-2": str(sent.uuid)})
    assert done.status_code == 302
    with office.unit:
        event = Event.objects.get(body=city_party, kind=EventKind.ADOPTED)
        assert (event.mode, Proof.objects.get(event_uuid=event.uuid).name) == ("merged", "五月采用名单.xlsx")
