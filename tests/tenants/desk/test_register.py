"""The register: which items, how far each came, who answers, totals of the whole filter, the same rows as files."""

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tenants.desk import register as registers
from tenants.desk.models import RegisterLine
from tenants.items.models import Item
from tenants.review import operations as review
from tests.factories import exported, make_user
from tests.tenants.desk.conftest import Office, people
from tests.tenants.desk.ways import LEADER, Offices, Ways, go_all_ways, up
from tests.tenants.review.test_sheet import words_of_pdf
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def offices(unit: Unit, city: Unit, province: Unit, party: Unit) -> Offices:
    """The offices on both lines."""
    above = party.parent
    assert above is not None
    return Offices(*(people(one, f"{n}_") for n, one in enumerate((unit, city, province, party, above))))


@pytest.fixture
def ways(offices: Offices) -> Ways:
    """One matter that went all ways."""
    return go_all_ways(offices)


@pytest.fixture
def flows(office: Office, city_office: Office) -> None:
    """Both units review by their default chain."""
    for one in (office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))


def rows(office: Office) -> list[registers.RegisterRow]:
    with office.unit:
        items = registers.register(office.unit).select_related("register_line").order_by("number")
        return registers.rows_of(office.unit, items.prefetch_related("authors"))


def note(office: Office, item: Item, **fields: Any) -> RegisterLine:
    with office.unit:
        line = RegisterLine.objects.filter(item=item).first()
        version = line.version if line else 0
        return registers.note_line(actor=office.clerk.actor, item_uuid=item.uuid, **{"version": version, **fields})


def see(client_for: Any, office: Office, query: str = "") -> str:
    answer = client_for(office.clerk, office.unit).get(f"/register/{query}")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def totals(page: str) -> dict[str, int]:
    """Return the tabs with their counts."""
    return {word: int(count) for word, count in re.findall(r">([^<>]+?) <b>(\d+)</b></a>", page.split("</nav>")[1])}


# --- which rows, how far ----------------------------------------------------------------------------------------------


def test_each_level_sees_its_own_rows_and_how_far_they_came(ways: Ways, offices: Offices) -> None:
    [county] = rows(offices.county)
    assert (county.number, county.to, county.authors) == ("南〔2026〕1号", ["佛山市政协"], "梁晓岚")
    assert (county.stage.done, county.stage.word) == (5, "已答复")
    assert county.instruction == "市级领导"
    [city] = rows(offices.city)
    assert (city.item, city.to, city.instruction) == (ways.whole, ["广东省政协"], LEADER)
    assert (city.stage.done, city.stage.word) == (5, "已答复")
    [province] = rows(offices.province)
    assert (province.item, province.to) == (ways.top, ["全国政协"])
    # What is below, and what was taken back, is no instruction of the province's.
    assert (province.stage.done, province.stage.word, province.instruction) == (2, "等反馈", "")
    [branch] = rows(offices.branch)
    assert branch.to == ["民盟佛山市委会"]


def test_what_never_left_and_came_from_nobody_is_no_row(flows: None, office: Office, city_office: Office) -> None:
    office.submitted(title="在审的")
    own = office.approved()
    assert rows(office) == []
    [sent] = office.send(own, "佛山市政协")
    assert [row.stage.word for row in rows(office)] == ["待签收"]
    with office.unit:
        exchange.recall(actor=office.clerk.actor, dispatch_uuid=sent.uuid)
    assert rows(office) == []
    above = up(office, own, city_office)
    assert [(row.item, row.from_unit, row.stage.word, row.to) for row in rows(city_office)] == [
        (above, "南海区政协", "审核中", [])
    ]


def test_a_refused_one_is_over_and_a_late_receipt_is_late(
    flows: None, office: Office, city_office: Office, client_for: Any
) -> None:
    [late] = office.send(office.approved(title="没人签收的"), "佛山市政协")
    [gone] = office.send(office.approved(title="不采用的"), "佛山市政协")
    with city_office.unit:
        exchange.decline(actor=city_office.clerk.actor, dispatch_uuid=gone.uuid, reason="已有同类")
    assert late.due_at is not None
    with clock.at(late.due_at + timedelta(hours=1)):
        first, second = rows(office)
        assert (first.stage.word, first.due.word if first.due else "") == ("待签收", "超期 1 小时")
        assert (second.stage.word, second.stage.is_over, second.due) == ("不采用", True, None)
        page = see(client_for, office)
        assert totals(page) == {
            "全部": 2, "在办": 1, "超期": 1, "已采用": 0, "有批示": 0, "已答复": 0, "未采用": 1, "我是专人": 0,
        }  # fmt: skip
        shown = see(client_for, office, "?tab=over")
        assert "不采用的" in shown
        assert "没人签收的" not in shown


def test_totals_are_of_the_whole_filter_and_each_leads_to_its_rows(
    flows: None, office: Office, client_for: Any
) -> None:
    for n in range(3):
        office.send(office.approved(title=f"关于第{n}件事的建议"), "佛山市政协")
    page = see(client_for, office, "?q=第1件")
    assert totals(page)["全部"] == 1
    [bar] = re.findall(r'<div class="zt-batch is-empty zt-total">(.*?)</div>', page, re.DOTALL)
    assert "合计 <b>1</b> 件" in bar
    for url in re.findall(r'href="([^"]+)"', bar):
        assert "q=" in url
        assert see(client_for, office, url)


# --- who answers ------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(flows: None, office: Office) -> Item:
    """An item that 南海 sent up."""
    item = office.approved()
    office.send(item, "佛山市政协")
    return item


def test_names_are_kept_with_who_wrote_them_and_lead_to_ones_own_rows(
    sent: Item, office: Office, client_for: Any
) -> None:
    line = note(office, sent, leader="邓副秘书长", linking="经济委", person="周敏")
    assert (line.leader, line.linking, line.person_user, line.version) == ("邓副秘书长", "经济委", office.clerk, 1)
    page = see(client_for, office, "?tab=mine&linking=经济委&who=邓")
    assert sent.title in page
    assert totals(page)["我是专人"] == 1
    with office.unit:
        entry = AuditEntry.objects.get(action="desk.register.noted")
        assert entry.object_id == str(sent.uuid)
    assert note(office, sent, person="外请的人").person_user is None


def test_the_way_tells_who_looks_after_it_and_when_it_is_asked_again(
    sent: Item, office: Office, client_for: Any
) -> None:
    note(office, sent, person="何静", check_on=clock.today() + timedelta(days=5))
    path = f"/items/{sent.uuid}/journey/"
    page = client_for(office.clerk, office.unit).get(path).content.decode()
    assert "专人 何静" in page
    assert "再查询" in page
    assert "再查询" not in client_for(office.author, office.unit).get(path).content.decode()


def test_two_who_write_at_once_lose_nothing(sent: Item, office: Office) -> None:
    note(office, sent, leader="邓副秘书长")
    with pytest.raises(StaleVersion, match="周敏改过"):
        note(office, sent, version=0, leader="梁副秘书长")
    with office.unit:
        assert RegisterLine.objects.get(item=sent).leader == "邓副秘书长"


def test_a_cell_comes_back_as_its_row_and_says_why_it_was_not_kept(sent: Item, office: Office, client_for: Any) -> None:
    client = client_for(office.clerk, office.unit)
    url = f"/register/{sent.uuid}/"
    posted = {"version": "0", "leader": "邓副秘书长", "linking": "", "person": "", "check_on": "2026-12-01"}
    answer = client.post(url, posted, headers={"HX-Request": "true"})
    row = answer.content.decode()
    assert answer.status_code == 200
    assert row.lstrip().startswith("<tr")
    assert 'value="邓副秘书长"' in row
    assert 'name="version" value="1"' in row
    stale = client.post(url, posted, headers={"HX-Request": "true"})
    assert stale.status_code == 409
    assert "周敏改过，请看过再改。；您写的：邓副秘书长" in stale.content.decode()
    page = client.post(url, {**posted, "version": "1", "check_on": "后天"})
    assert page.status_code == 422
    assert "邓副秘书长" in page.content.decode()
    assert client.post(url, {**posted, "version": "1"}).status_code == 302


@pytest.mark.parametrize("wrong", ["长" * 41, "两\n行", "断\ufffd字"])
def test_names_that_cannot_be_kept_are_refused_by_field(sent: Item, office: Office, wrong: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        note(office, sent, person=wrong)
    assert list(refusal.value.fields) == ["person"]


def test_only_who_keeps_the_register_sees_and_writes_it(
    sent: Item, office: Office, stranger: Unit, client_for: Any
) -> None:
    for user in (office.author, office.reader):
        client = client_for(user, office.unit)
        for path in ("/register/", f"/register/{sent.uuid}/", "/register/rows.pdf"):
            assert client.get(path).status_code == 403, path
        with office.unit, pytest.raises(NotAllowed):
            registers.note_line(actor=user.actor, item_uuid=sent.uuid, version=0)
    neighbour = make_user(stranger, "c_zhou", roles=["clerk"])
    client = client_for(neighbour, stranger)
    assert sent.title not in client.get("/register/").content.decode()
    assert client.get(f"/register/{sent.uuid}/").status_code == 404
    with stranger, pytest.raises(NotFound):
        registers.note_line(actor=neighbour.actor, item_uuid=sent.uuid, version=0)


# --- files ------------------------------------------------------------------------------------------------------------


def test_the_files_hold_the_rows_of_the_filter(sent: Item, office: Office, client_for: Any) -> None:
    office.send(office.approved(title="=1+1 的建议"), "佛山市政协")
    note(office, sent, leader="邓副秘书长", person="@周敏")
    client = client_for(office.clerk, office.unit)

    sheet = load_workbook(io.BytesIO(exported(client, "desk.register"))).active
    values = [[cell.value or "" for cell in row] for row in sheet.rows]
    assert tuple(values[0]) == registers.HEADS
    assert [row[1] for row in values[1:]] == ["=1+1 的建议", sent.title]
    assert values[2][4:7] == ["邓副秘书长", "", "@周敏"]
    assert sheet["B2"].data_type == "s"
    text = exported(client, "desk.register", wanted="csv").decode("utf-8-sig")
    assert [row[1] for row in csv.reader(io.StringIO(text))][1:] == ["'=1+1 的建议", sent.title]
    assert len(load_workbook(io.BytesIO(exported(client, "desk.register", "q=充电"))).active["A"]) == 2
    words = words_of_pdf(b"".join(client.get("/register/rows.pdf").streaming_content))
    for one in ("南海区政协台账（2026年）", "邓副秘书长", "待签收", "共2件", "周敏于"):
        assert one in words, one
    with office.unit:
        taken = AuditEntry.objects.filter(action="documents.file.downloaded").values_list("object_kind", flat=True)
        assert sorted(taken) == ["desk.register"] * 3 + ["register"]


def test_the_page_costs_the_same_with_one_row_and_with_six(flows: None, office: Office, client_for: Any) -> None:
    client, counts = client_for(office.clerk, office.unit), []
    for n in range(6):
        office.send(office.approved(title=f"关于第{n}件事的建议"), "佛山市政协")
        if n in {0, 5}:
            client.get("/register/")
            with CaptureQueriesContext(connection) as queries:
                client.get("/register/")
            counts.append(len(queries))
    assert counts[0] == counts[1]
