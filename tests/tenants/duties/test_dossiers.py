"""Dossiers: figures, duties and records of a member's year; who reads them; what goes to another unit on consent."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document

from tenants.accounts.models import Role, User
from tenants.duties import operations as duties
from tenants.duties.models import Counted, Duty, DutyRecord
from tenants.duties.queries import dossiers
from tests.factories import join, make_user
from tests.tenants.duties.conftest import World
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.operations import system
from zhitong.ranking.models import DossierTransfer
from zhitong.ranking.operations import consent_to_transfer, freeze_transfer, publish_rules, withdraw_consent
from zhitong.ranking.scoring.presets import FOLDER
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def year() -> int:
    return clock.today().year


def add(world: World, counted: Counted, number: int = 1, **more: Any) -> Duty:
    """Put a duty on the county's list of this year."""
    with world.county.unit:
        return duties.add_duty(
            actor=world.county.clerk.actor,
            year=clock.today().year,
            heading="五个一",
            name=more.pop("name", str(counted.label)),
            counted=counted,
            number=number,
            **more,
        )


def states(world: World, user: User) -> dict[str, tuple[Decimal, bool]]:
    """Return how far somebody is with each duty."""
    with world.county.unit:
        [found] = dossiers.years_of([user], clock.today().year)
        return {one.duty.name: (one.done, one.is_met) for one in found.duties}


def test_a_year_is_counted_from_the_same_rows_as_rankings(world: World, year: int, province: Unit) -> None:
    unit, author = world.county.unit, world.county.author
    source = (FOLDER / "D.yaml").read_text(encoding="utf-8")
    with unit:
        publish_rules(
            actor=system(unit.pk),
            owner=unit,
            code="D",
            source=source,
            valid_from=clock.today().replace(day=1),
        )
    for counted, number in ((Counted.RECEIVED, 2), (Counted.ADOPTED, 2), (Counted.POINTS, 15), (Counted.CALLS, 1)):
        add(world, counted, number)
    world.county.approved(title="关于夜市占道的建议")
    world.county.submitted(title="关于绿道的建议")
    world.settle()
    with unit:
        found = dossiers.dossier(author, year)
    assert (found.year.counts.received, found.year.counts.adopted) == (2, 1)
    assert found.year.points == 15  # 10 and 5 for the adopted one, 10 more are cut by the cap of 15
    assert sum(line.points for line in found.lines if line.counted) == 15
    assert {one.title: one.what for one in found.reports} == {
        "关于夜市占道的建议": {"received", "adopted"},
        "关于绿道的建议": {"received"},
    }
    assert states(world, author) == {
        "提交信息": (Decimal(2), True),
        "信息被本级采用": (Decimal(1), False),
        "信息得分": (Decimal(15), True),
        "应约稿写信息": (Decimal(0), False),
    }
    assert {met for _, met in states(world, world.second).values()} == {False}


def test_many_years_cost_no_more_queries_than_one(world: World, year: int) -> None:
    add(world, Counted.RECEIVED)
    add(world, Counted.RECORDS)
    people = [world.county.author, world.second, make_user(world.county.unit, "third")]
    world.county.approved()
    world.settle()
    with world.county.unit:
        dossiers.years_of(people[:1], year)  # what is asked once a connection
        with CaptureQueriesContext(connection) as for_one:
            dossiers.years_of(people[:1], year)
        with CaptureQueriesContext(connection) as for_three:
            dossiers.years_of(people, year)
    assert len(for_three) == len(for_one)


def test_a_record_counts_once_the_office_confirmed_it(world: World) -> None:
    office, author = world.county, world.county.author
    duty = add(world, Counted.RECORDS, 2, name="参加一次调研")
    today = clock.today()
    with office.unit:
        first, second = (
            duties.enter_record(actor=author.actor, duty_uuid=duty.uuid, on=today, words=words)
            for words in ("调研夜市", "视察绿道")
        )
        with pytest.raises(NotAllowed):
            duties.decide_record(actor=author.actor, record_uuid=first.uuid, confirm=True)
        with pytest.raises(InvalidInput):
            duties.decide_record(actor=office.clerk.actor, record_uuid=first.uuid, confirm=False)
        assert states(world, author) == {"参加一次调研": (Decimal(0), False)}
        duties.decide_record(actor=office.clerk.actor, record_uuid=first.uuid, confirm=True)
        duties.decide_record(actor=office.clerk.actor, record_uuid=second.uuid, confirm=False, reason="没有参加")
        with pytest.raises(WrongState):
            duties.decide_record(actor=office.clerk.actor, record_uuid=first.uuid, confirm=True)
        assert states(world, author) == {"参加一次调研": (Decimal(1), False)}
        by_office = duties.enter_record(
            actor=office.clerk.actor, duty_uuid=duty.uuid, on=today, words="协商会", user_uuid=author.uuid
        )
    assert (by_office.state, by_office.decided_by) == (DutyRecord.State.CONFIRMED, "周敏")
    assert states(world, author) == {"参加一次调研": (Decimal(2), True)}
    world.settle()
    assert world.told(office, author, "duties.record") == [
        "履职记录已确认：参加一次调研",
        "履职记录未确认：参加一次调研",
        "已登记履职记录：参加一次调研",
    ]
    assert world.told(office, office.clerk, "duties.record") == []  # by then both were decided


def test_nobody_confirms_the_own_record(world: World) -> None:
    unit = world.county.unit
    both = make_user(unit, "both", name="何兼", roles=["author", "clerk"])
    duty = add(world, Counted.RECORDS)
    with unit:
        record = duties.enter_record(actor=both.actor, duty_uuid=duty.uuid, on=clock.today(), words="调研")
        with pytest.raises(NotAllowed, match="另一个人确认"):
            duties.decide_record(actor=both.actor, record_uuid=record.uuid, confirm=True)
        named = duties.enter_record(
            actor=both.actor, duty_uuid=duty.uuid, on=clock.today(), words="调研", user_uuid=both.uuid
        )
    assert named.state == DutyRecord.State.ENTERED  # naming oneself is no way round


def test_what_no_record_may_be(world: World) -> None:
    office, today = world.county, clock.today()
    proven = add(world, Counted.RECORDS, name="须证明的", needs_proof=True)
    counted = add(world, Counted.RECEIVED)
    with office.unit:
        for actor, duty, fields, kind in (
            (office.author, proven, {"on": today}, InvalidInput),  # no proof
            (office.author, counted, {"on": today}, NotFound),  # counts by itself
            (office.clerk, proven, {"on": today}, NotFound),  # is no member
            (office.clerk, proven, {"on": today, "user_uuid": world.city.author.uuid}, NotFound),
            (world.second, proven, {"on": today, "user_uuid": office.author.uuid}, NotAllowed),
            (office.author, proven, {"on": today + timedelta(days=1)}, InvalidInput),
            (office.author, proven, {"on": today.replace(year=today.year - 1, day=1)}, InvalidInput),
            (office.author, proven, {"on": today, "words": " "}, InvalidInput),
        ):
            with pytest.raises(kind):
                duties.enter_record(actor=actor.actor, duty_uuid=duty.uuid, **{"words": "调研", **fields})  # type: ignore[arg-type]
        assert not DutyRecord.objects.exists()


def test_the_list_of_a_year(world: World, year: int) -> None:
    office = world.county
    kept, dropped = add(world, Counted.RECEIVED), add(world, Counted.RECORDS)
    with office.unit:
        duties.drop_duty(actor=office.clerk.actor, duty_uuid=dropped.uuid)
        with pytest.raises(WrongState):
            duties.drop_duty(actor=office.clerk.actor, duty_uuid=dropped.uuid)
        with pytest.raises(InvalidInput, match="已经有这一项"):
            add(world, Counted.RECEIVED)
        with pytest.raises(InvalidInput):
            add(world, Counted.ADOPTED, 0)
        with pytest.raises(NotAllowed):
            duties.copy_duties(actor=office.author.actor, year=year + 1)
        [copied] = duties.copy_duties(actor=office.clerk.actor, year=year + 1)
        assert (copied.name, copied.number, copied.uuid != kept.uuid) == (kept.name, 1, True)
        with pytest.raises(WrongState, match="已有履职清单"):
            duties.copy_duties(actor=office.clerk.actor, year=year + 1)


def test_who_reads_whose_dossier(world: World, client_for: Callable[..., Client]) -> None:
    office = world.county
    world.county.approved(title="关于蓝鲸塘的建议")
    duty = add(world, Counted.RECORDS)
    author = client_for(office.author, office.unit)
    form = {"duty": f"{duty.uuid}", "on": f"{clock.today()}", "words": "调研琥珀巷"}
    proof = SimpleUploadedFile("签到.pdf", _PDF)
    assert author.post("/duties/records/new/", {**form, "proof": proof}).status_code == 302
    world.settle()
    with office.unit:
        record = DutyRecord.objects.get()
    path, file = f"/duties/members/{office.author.uuid}/", f"/duties/records/{record.uuid}/proof/"
    own = author.get("/duties/").content.decode()
    assert "关于蓝鲸塘的建议" in own
    assert "调研琥珀巷" in own
    clerk = client_for(office.clerk, office.unit)
    assert "关于蓝鲸塘的建议" in clerk.get(path).content.decode()
    assert clerk.get(file).status_code == author.get(file).status_code == 200
    second = client_for(world.second, office.unit)
    assert "蓝鲸塘" not in second.get("/duties/").content.decode()
    assert (second.get(path).status_code, second.get(file).status_code) == (403, 404)
    for stranger in (world.neighbour, world.city):
        outside = client_for(stranger.clerk, stranger.unit)
        assert (outside.get(path).status_code, outside.get(file).status_code) == (404, 404)
    limited = make_user(office.unit, "limited", roles=[])
    with office.unit:
        role = Role.objects.create(code="dossiers", name="档案", permissions=["duties.read"])
        limited.roles.add(role)
    page = client_for(limited, office.unit).get(path).content.decode()
    assert "蓝鲸塘" not in page  # who may not read items reads their numbers
    assert "号" in page


def test_a_dossier_on_paper(world: World, client_for: Callable[..., Client], year: int) -> None:
    world.county.approved(title="关于蓝鲸塘的建议")
    add(world, Counted.RECEIVED)
    world.settle()
    author = client_for(world.county.author, world.county.unit)
    pdf = author.get("/duties/dossier.pdf")
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")
    word = author.get(f"/duties/dossier.docx?year={year}")
    cells = [
        cell.text
        for table in Document(io.BytesIO(b"".join(word.streaming_content))).tables
        for row in table.rows
        for cell in row.cells
    ]
    assert "关于蓝鲸塘的建议" in cells
    assert "梁晓岚" in cells
    assert author.get("/duties/dossier.exe").status_code == 404
    clerk = client_for(world.county.clerk, world.county.unit)
    assert clerk.get(f"/duties/members/{world.county.author.uuid}/dossier.pdf").status_code == 200


@pytest.fixture
def moved(world: World) -> User:
    """梁晓岚 of 南海 also has an account in 禅城, where the office does not know the years before."""
    account = make_user(world.neighbour.unit, "liang2", name="梁晓岚")
    join(world.county.author, world.county.unit, account, world.neighbour.unit)
    return account


def test_figures_go_to_another_unit_on_consent_and_come_back_out_of_sight(
    world: World, moved: User, client_for: Callable[..., Client]
) -> None:
    add(world, Counted.RECEIVED)
    world.county.approved(title="关于蓝鲸塘的建议")
    world.settle()
    here, there = world.county.unit, world.neighbour.unit
    page = f"/duties/members/{moved.uuid}/"
    office = client_for(world.neighbour.clerk, there)
    assert "南海区政协的履职档案" not in office.get(page).content.decode()
    own = client_for(moved, there)
    form = {"do": "consent", "source": f"{here.uuid}", "receiver": f"{there.uuid}"}
    assert own.post("/duties/transfer/", form).status_code == 422  # the tick is the consent
    assert not DossierTransfer.objects.exists()
    assert own.post("/duties/transfer/", {**form, "consent": "on"}).status_code == 302
    world.settle()
    handed = DossierTransfer.objects.get()
    [year] = handed.content["years"]
    assert (year["figures"]["received"], year["figures"]["adopted"]) == (1, 1)
    assert year["duties"] == [{"heading": "五个一", "name": "提交信息", "number": 1, "done": "1"}]
    assert "蓝鲸塘" not in str(handed.content)
    shown = office.get(page).content.decode()
    assert "南海区政协的履职档案" in shown
    assert handed.sha256 in shown
    assert "校验一致" in shown
    assert "蓝鲸塘" not in shown
    assert world.told(world.neighbour, moved, "duties.dossier") == ["南海区政协的履职档案已经转来"]
    handed.content["years"][0]["figures"]["adopted"] = 99
    handed.save(update_fields=["content"])
    assert "不予显示" in office.get(page).content.decode()
    taken_back = own.post("/duties/transfer/", {"do": "withdraw", "transfer": f"{handed.uuid}"})
    assert taken_back.status_code == 302
    assert "南海区政协的履职档案" not in office.get(page).content.decode()


def test_only_the_person_consents_and_only_the_source_hands_over(world: World, moved: User) -> None:
    here, there = world.county.unit, world.neighbour.unit
    with there, pytest.raises(NotFound):
        consent_to_transfer(actor=world.neighbour.clerk.actor, source=here.uuid, receiver=there.uuid)
    with here, pytest.raises(NotFound):  # no account in 佛山
        consent_to_transfer(actor=world.county.author.actor, source=here.uuid, receiver=world.city.unit.uuid)
    with here:
        asked = consent_to_transfer(actor=world.county.author.actor, source=here.uuid, receiver=there.uuid)
        again = consent_to_transfer(actor=world.county.author.actor, source=here.uuid, receiver=there.uuid)
    assert asked.pk == again.pk  # pressed twice
    content = {"name": "梁晓岚", "unit": "南海区政协", "years": []}
    with there, pytest.raises(NotFound):
        freeze_transfer(actor=world.neighbour.clerk.actor, transfer_uuid=asked.uuid, content=content)
    with here, pytest.raises(InvalidInput, match="不能外送"):
        freeze_transfer(
            actor=world.county.clerk.actor, transfer_uuid=asked.uuid, content={**content, "titles": ["蓝鲸塘"]}
        )
    with here:
        freeze_transfer(actor=world.county.clerk.actor, transfer_uuid=asked.uuid, content=content)
        with pytest.raises(WrongState):
            freeze_transfer(actor=world.county.clerk.actor, transfer_uuid=asked.uuid, content=content)
        with pytest.raises(NotFound):
            withdraw_consent(actor=world.second.actor, transfer_uuid=asked.uuid)
        renewed = consent_to_transfer(actor=world.county.author.actor, source=here.uuid, receiver=there.uuid)
    assert renewed.pk != asked.pk
    asked.refresh_from_db()
    assert asked.withdrawn_at is not None
