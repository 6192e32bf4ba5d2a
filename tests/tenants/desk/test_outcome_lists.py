"""A body's list of outcomes: rows find their items, doubts go to a clerk, nothing is recorded twice or guessed."""

import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.desk.outcome_lists import Fate, Matched, match, read_pasted
from tenants.items.models import Item
from tests.factories import client_for
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemFact, Matter, Packet
from zhitong.units.models import BodyKind, ExternalBody, Level, RouteKind, Unit
from zhitong.units.operations import open_route

pytestmark = pytest.mark.django_db
PROPOSALS = Path(__file__).resolve().parents[4] / "shared" / "data" / "proposals_2022.jsonl"
PATH, RECORD = "/outcomes/list/", "/outcomes/list/record/"
HEAD = "编号\t标题\t结果\t日期\t刊物\t期号\t批示领导\t理由"
TITLES = ["关于整治夜市占用盲道问题的建议", "关于完善绿道配套服务的建议", "关于完善绿道休憩设施的建议"]


@pytest.fixture
def sent(office: Office, city_party: ExternalBody) -> list[Item]:
    """Three items that 市委 has."""
    items = [office.approved(title=title) for title in TITLES]
    for item in items:
        office.send(item, "市委")
    return items


@pytest.fixture
def clerk(office: Office) -> Client:
    return client_for(office.clerk, office.unit)


def judged(office: Office, body: ExternalBody, *rows: str) -> list[Matched]:
    with office.unit:
        return match(list(read_pasted("\n".join([HEAD, *rows]))), body)


def number_of(item: Item, unit: Unit) -> str:
    return ItemFact.objects.get(unit=unit, item_uuid=item.uuid).number_label


def form(of: ExternalBody, *rows: str, **changes: Any) -> dict[str, Any]:
    return {
        "body": str(of.uuid), "pasted": "\n".join([HEAD, *rows]), "mode": "single", "day": f"{clock.today()}",
        **changes,
    }  # fmt: skip


def test_numbers_and_titles_find_their_items(office: Office, city_party: ExternalBody, sent: list[Item]) -> None:
    label = number_of(sent[0], office.unit)
    rows = judged(
        office,
        city_party,
        f"{label}\t{TITLES[0]}",
        f"{label.replace('〔', '[').replace('〕', ']')}\t整治夜市占用盲道的建议\t综合采用\t\t市委信息",
        f"\t{TITLES[1]}",
        f"{label}\t关于加快新能源汽车充电桩建设的建议",
        "\t关于完善绿道服务的建议",
        "\t关于防范校园欺凌的提案",
    )
    assert [row.fate for row in rows] == [Fate.SURE, Fate.SURE, Fate.SURE, Fate.DOUBT, Fate.DOUBT, Fate.NONE]
    assert [rows[n].matches[0].item_uuid for n in range(4)] == [sent[n].uuid for n in (0, 0, 1, 0)]
    assert rows[3].words == "编号对得上，标题不一样。"
    assert {one.item_uuid for one in rows[4].matches} == {sent[1].uuid, sent[2].uuid}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("\t", ""),
        (f"\t{TITLES[0]}\t刊登", "结果“刊登”不认识"),
        (f"\t{TITLES[0]}\t采用\t5月8日", "日期“5月8日”读不懂"),
        (f"\t{TITLES[0]}\t采用\t2026-02-30", "日期“2026-02-30”读不懂"),
        (f"\t{TITLES[0]}\t不采用", "写明理由"),
        (f"\t{TITLES[0]}\t批示", "写明领导同志"),
        (f"\t{TITLES[0]}断\ufffd", "损坏"),
        ("X\t", "没有标题"),
    ],
)
def test_wrong_rows_are_named(office: Office, city_party: ExternalBody, sent: list[Item], row: str, words: str) -> None:
    found = judged(office, city_party, row, f"\t{TITLES[1]}")
    assert found[-1].fate is Fate.SURE
    if words:
        assert (found[0].line, found[0].fate) == (2, Fate.WRONG)
        assert words in found[0].words
    else:
        assert len(found) == 1


def test_the_same_row_twice_is_recorded_once(office: Office, city_party: ExternalBody, sent: list[Item]) -> None:
    row = f"\t{TITLES[0]}\t采用\t\t市委信息\t8"
    first, second = judged(office, city_party, row, row)
    assert (first.fate, second.fate, second.words) == (Fate.SURE, Fate.WRONG, "与第 2 行是同一条结果。")


def test_a_list_is_shown_recorded_and_known_afterwards(
    office: Office, city_party: ExternalBody, sent: list[Item], clerk: Client
) -> None:
    rows = [
        f"\t{TITLES[0]}\t综合采用\t{clock.today()}\t市委信息\t8", "\t关于完善绿道服务的建议", "\t关于防范校园欺凌的提案"
    ]  # fmt: skip
    shown = clerk.post(PATH, form(city_party, *rows))
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "对上 1 篇" in page
    assert "只有相近的标题" in page
    with office.unit:
        assert not Event.objects.filter(body=city_party, kind=EventKind.ADOPTED).exists()
    kept = shown.context["kept"]
    choice = {"list": kept, "row-2": str(sent[0].uuid), "row-3": str(sent[2].uuid)}
    done = clerk.post(RECORD, choice)
    assert "已登记 2 条结果" in done.content.decode()
    with office.unit:
        events = Event.objects.filter(body=city_party, kind=EventKind.ADOPTED).order_by("id")
        found = [(event.item_uuid, event.mode, event.bulletin, event.issue_number, event.by) for event in events]
    assert found == [
        (sent[0].uuid, "merged", "市委信息", "8", office.clerk.actor.label),
        (sent[2].uuid, "single", "", "", office.clerk.actor.label),
    ]
    again = clerk.post(RECORD, choice)
    page = again.content.decode()
    assert again.status_code == 422  # the sure row is known now, the doubtful one was chosen once more
    assert "已登记 1 行" in page
    assert "没有重复登记" in page
    with office.unit:
        assert Event.objects.filter(body=city_party, kind=EventKind.ADOPTED).count() == 2


def test_only_what_was_shown_can_be_chosen(
    office: Office, city_office: Office, city_party: ExternalBody, sent: list[Item], clerk: Client
) -> None:
    """Neither another item than those shown, nor a list that was not signed here, nor another unit's body."""
    kept = clerk.post(PATH, form(city_party, f"\t{TITLES[0]}")).context["kept"]
    clerk.post(RECORD, {"list": kept, "row-2": str(sent[1].uuid)})
    forged = clerk.post(RECORD, {"list": f"{kept[:-2]}xx", "row-2": str(sent[0].uuid)})
    assert (forged.status_code, "没有登记任何结果" in forged.content.decode()) == (422, True)
    stranger = client_for(city_office.clerk, city_office.unit)
    carried = stranger.post(RECORD, {"list": kept, "row-2": str(sent[0].uuid)})
    assert carried.status_code == 422
    with office.unit:
        assert not Event.objects.filter(body=city_party, kind=EventKind.ADOPTED).exists()
    assert client_for(office.author, office.unit).get(PATH).status_code == 403


def test_items_of_other_units_are_never_shown(
    office: Office, city_office: Office, city_party: ExternalBody, sent: list[Item]
) -> None:
    today = clock.today()
    open_route(actor=system(None), sender=city_office.unit, body=city_party, kind=RouteKind.EXTERNAL, valid_from=today)
    secret = city_office.approved(title="关于防范校园欺凌的提案")
    city_office.send(secret, "市委")
    with city_office.unit:
        assert Dispatch.objects.filter(body=city_party, item_uuid=secret.uuid).exists()
    (row,) = judged(office, city_party, "\t关于防范校园欺凌的提案")
    assert (row.fate, row.matches) == (Fate.NONE, ())


def test_a_row_that_is_refused_keeps_no_other_back(
    office: Office, city_party: ExternalBody, sent: list[Item], clerk: Client
) -> None:
    early = clock.today() - timedelta(days=400)
    kept = clerk.post(PATH, form(city_party, f"\t{TITLES[0]}\t采用\t{early}", f"\t{TITLES[1]}")).context["kept"]
    answer = clerk.post(RECORD, {"list": kept, "row-2": str(sent[0].uuid), "row-3": str(sent[1].uuid)})
    assert answer.status_code == 422
    assert "早于来稿日期" in answer.content.decode()
    with office.unit:
        assert Event.objects.get(body=city_party, kind=EventKind.ADOPTED).item_uuid == sent[1].uuid


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": ""}, "请选择"),
        ({"pasted": ""}, "请选择一个文件，或者粘贴表格"),
        ({"pasted": "题\t结果\n甲\t采用"}, "没有找到表头"),
        ({"pasted": HEAD}, "表头下面是空的"),
        ({"pasted": f"{HEAD}\n" + "\t甲\n" * 501}, "一次最多 500 行"),
        ({"day": "2999-01-01"}, "不能在今天之后"),
        ({"mode": "x"}, "列表里没有这一项"),
        ({"pasted": "", "file": SimpleUploadedFile("名单.pdf", b"%PDF")}, "不收“.pdf”文件"),
    ],
)
def test_wrong_input_is_named_and_kept(
    city_party: ExternalBody, clerk: Client, changes: dict[str, Any], words: str
) -> None:
    answer = clerk.post(PATH, form(city_party, f"\t{TITLES[0]}", **changes))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_a_long_list_costs_no_more_queries(office: Office, city_party: ExternalBody, sent: list[Item]) -> None:
    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            judged(office, city_party, *[f"\t{TITLES[n % 3]}" for n in range(count)])
        return len(captured)

    queries(1)
    assert queries(300) == queries(1)


@pytest.mark.skipif(not PROPOSALS.is_file(), reason="needs ../shared")
def test_real_titles_find_their_own(office: Office, body_of: Callable[..., ExternalBody]) -> None:
    """Of 630 real titles, each with a word changed, left out or added, none goes to another item unasked."""
    body = body_of("中共广东省委办公厅", "省委办公厅", Level.PROVINCE, BodyKind.PARTY_OFFICE)
    titles = list(dict.fromkeys(" ".join(json.loads(line)["title"].split()) for line in PROPOSALS.open()))
    moment, unit = clock.now(), office.unit
    with unit:
        matter = Matter.objects.create()
        uuids = [UUID(int=n) for n in range(1, len(titles) + 1)]
        packet = Packet.objects.create(
            sender=unit, item_uuid=uuids[0], matter=matter, content={}, sha256="0" * 64, created_at=moment
        )
        ItemFact.objects.bulk_create(
            ItemFact(unit=unit, item_uuid=one, matter=matter, number_label=f"南〔2026〕{n}号", submitted_at=moment,
                     submitted_on=clock.today())
            for n, one in enumerate(uuids, 1)
        )  # fmt: skip
        Dispatch.objects.bulk_create(
            Dispatch(packet=packet, sender=unit, item_uuid=one, body=body, route=RouteKind.EXTERNAL, sent_at=moment,
                     title=title)
            for one, title in zip(uuids, titles, strict=True)
        )  # fmt: skip
        chance = random.Random(7)
        rows = []
        for title in titles:
            at = chance.randrange(2, len(title) - 2)
            rows.append(f"\t{title[:at]}{chance.choice(['', '的', '进一步'])}{title[at + chance.choice([0, 1, 2]) :]}")
        changed = judged(office, body, *rows)
        copied = judged(office, body, *(f"\t{title}" for title in titles))
    for found, least in ((changed, 0.5), (copied, 0.95)):
        pairs = list(zip(found, uuids, strict=True))
        sure = [(row, item) for row, item in pairs if row.fate is Fate.SURE]
        assert [row for row, item in sure if row.matches[0].item_uuid != item] == []
        assert [row for row, item in pairs if item not in {one.item_uuid for one in row.matches}] == []
        assert len(sure) >= least * len(found)
