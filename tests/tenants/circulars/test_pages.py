"""The pages of circulars: who may do what, refusals in words, what is said of changes and editions, the prints."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tenants.circulars import operations
from tenants.circulars.models import Circular
from tenants.circulars.tables import Figures
from tenants.items.models import Item, State
from tests.tenants.circulars.conftest import Stage
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.core.models import AuditEntry
from zhitong.exchange.models import Delivery
from zhitong.ranking.periods import Period

pytestmark = pytest.mark.django_db
Clients = Callable[..., Client]


def page(client: Client, path: str, status: int = 200, **form: Any) -> str:
    answer = client.post(path, form) if form else client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


@pytest.fixture
def clerk(stage: Stage, client_for: Clients) -> Client:
    return client_for(stage.city.clerk, stage.city.unit)


def path_of(circular: Circular, tail: str = "") -> str:
    return f"/circulars/{circular.uuid}/{tail}"


def test_from_the_list_to_the_receivers(stage: Stage, clerk: Client, client_for: Clients) -> None:
    assert "还没有通报" in page(clerk, "/circulars/")
    answer = clerk.post("/circulars/", {"period": stage.when.code})
    with stage.city.unit:
        circular = Circular.objects.select_related("item").get()
    assert answer.url == path_of(circular)
    shown = page(clerk, path_of(circular))
    assert "起草中" in shown
    assert "零报送 1 个" in shown
    assert "还没有送审" in shown
    texts = {"title": circular.item.title, "problem": "本月情况如下。", "analysis": "", "suggestions": "请各单位核对。"}
    clerk.post(path_of(circular, "edit/"), {"version": circular.item.version, **texts})
    version = _version(stage.city, circular)
    clerk.post(path_of(circular, "do/"), {"verb": "hand_in", "version": version})
    assert "审签中" in page(clerk, path_of(circular))
    leader = client_for(stage.city.leader, stage.city.unit)
    assert "本月情况如下。" in page(leader, path_of(circular))
    stage_task = page(leader, "/review/")
    assert circular.item.title in stage_task
    with stage.city.unit:
        item = Item.every.get(pk=circular.item_id)
        stage.city.pass_through(item)
    assert "已签发，待下发" in page(clerk, path_of(circular))
    form = page(clerk, path_of(circular, "publish/"))
    assert "禅城区政协" in form
    assert "请选择接收单位" in page(clerk, path_of(circular, "publish/"), 422, audience="nobody")
    sent = clerk.post(path_of(circular, "publish/"), {"audience": "nobody", "units": [str(stage.county.unit.uuid)]})
    assert sent.url == path_of(circular)
    assert "已下发" in page(clerk, path_of(circular))
    below = client_for(stage.county.clerk, stage.county.unit)
    delivery = Delivery.objects.get(paper__uuid=circular.uuid)
    came = page(below, f"/papers/in/{delivery.uuid}/")
    assert "本月情况如下。" in came
    assert came.count("/files/") == 3
    assert page(below, path_of(circular), 404)


def _version(office: Office, circular: Circular) -> int:
    with office.unit:
        return Item.every.get(pk=circular.item_id).version


def test_what_is_missing_is_said_and_what_was_typed_stays(stage: Stage, clerk: Client) -> None:
    circular = stage.begun()
    this = Period.of_month(clock.today().year, clock.today().month)
    assert f"{this.words}还没有结束" in page(clerk, "/circulars/", 422, period=this.code)
    form = {
        "version": circular.item.version,
        "title": circular.item.title,
        "problem": "只有这一段。",
        "suggestions": "",
    }
    clerk.post(path_of(circular, "edit/"), form)
    refused = page(clerk, path_of(circular, "do/"), 422, verb="hand_in", version=_version(stage.city, circular))
    assert "请填写下一步要求" in refused
    assert "只有这一段。" in refused
    stale = page(clerk, path_of(circular, "edit/"), 409, **{**form, "version": 1, "problem": "另一稿。"})
    assert "另一稿。" in stale


def test_a_title_beyond_all_bounds_is_refused_and_kept_and_none_has_a_name_in_the_list(
    stage: Stage, clerk: Client
) -> None:
    circular = stage.begun()
    form = {"version": circular.item.version, "title": "长" * 5000, "problem": "这一段。", "suggestions": "那一段。"}
    refused = page(clerk, path_of(circular, "edit/"), 422, **form)
    assert "共 5,000 字，最多 100 字" in refused
    assert "长" * 5000 in refused
    assert "这一段。" in refused
    clerk.post(path_of(circular, "edit/"), form | {"title": ""})
    assert f'href="{path_of(circular)}">（未写标题）</a>' in page(clerk, "/circulars/")
    assert "（未写标题）" in page(clerk, path_of(circular))


def test_what_a_corrected_edition_says_of_itself_is_asked_for_under_its_own_name(stage: Stage, clerk: Client) -> None:
    circular = stage.begun()
    stage.published(circular)
    edit = clerk.post(path_of(circular, "do/"), {"verb": "correct"}).url
    shown = page(clerk, edit.removesuffix("edit/"))
    assert "还没有写明更正了什么" in shown
    assert "更正内容：" not in shown
    with stage.city.unit:
        begun = Circular.objects.get(replaces=circular)
    form = {"version": begun.item.version, "title": "通报（更正版）", "problem": "甲。", "suggestions": "乙。"}
    refused = page(clerk, edit, 422, **form, correction="错" * 501)
    assert "更正内容：共 501 字，最多 500 字" in refused
    assert "理由" not in refused
    assert "错" * 501 in refused


def test_who_may_not_finds_nothing_or_is_told_why(stage: Stage, client_for: Clients) -> None:
    circular = stage.begun()
    office = stage.city
    for user, status in ((office.author, 404), (office.reader, 404), (office.leader, 200)):
        page(client_for(user, office.unit), path_of(circular), status)
    assert "起草通报" in page(client_for(office.leader, office.unit), path_of(circular, "edit/"), 403)
    page(client_for(office.author, office.unit), "/circulars/", 403)
    stage.published(circular)
    page(client_for(office.reader, office.unit), path_of(circular))
    page(client_for(office.author, office.unit), path_of(circular), 404)


def test_a_circular_is_nowhere_among_reports(stage: Stage, clerk: Client) -> None:
    circular = stage.begun()
    stage.signed(circular)
    for path in ("/items/all/", "/items/", "/send/", "/register/", f"/search/?q={circular.item.title[2:10]}"):
        assert path_of(circular) not in page(clerk, path)
        assert circular.item.title not in page(clerk, path)
    for tail in ("", "journey/", "send/", "outcomes/"):
        page(clerk, f"/items/{circular.uuid}/{tail}", 404)


def test_later_figures_are_told_and_the_editions_point_to_each_other(
    stage: Stage, clerk: Client, client_for: Clients
) -> None:
    circular = stage.begun()
    stage.published(circular)
    assert "处不同" not in page(clerk, path_of(circular))
    stage.later_instruction()
    told = page(clerk, path_of(circular))
    assert "南海区政协批示由 0 改为 1" in told
    assert "更正数字" in told
    clerk.post(path_of(circular, "do/"), {"verb": "correct"})
    with stage.city.unit:
        corrected = Circular.objects.select_related("item").get(edition=2)
    assert "更正版正在办理" in page(clerk, path_of(circular))
    stage.published(corrected)
    assert "已由更正版代替" in page(clerk, path_of(circular))
    assert "代替" in page(clerk, path_of(corrected))
    below = client_for(stage.county.clerk, stage.county.unit)
    first, second = (
        Delivery.objects.get(paper__uuid=one.uuid, receiver=stage.county.unit) for one in (circular, corrected)
    )
    assert f"/papers/in/{second.uuid}/" in page(below, f"/papers/in/{first.uuid}/")
    assert f"/papers/in/{first.uuid}/" in page(below, f"/papers/in/{second.uuid}/")


def test_the_prints_say_the_same_figures(stage: Stage, clerk: Client) -> None:
    circular = stage.begun()
    [counties, *_] = Figures.of_json(circular.figures).tables
    row = counties.rows[0]
    book = load_workbook(io.BytesIO(_file(clerk, circular, "xlsx")))
    assert book.sheetnames[:2] == ["说明", counties.name]
    sheet = [[cell.value for cell in line] for line in book[counties.name].iter_rows()]
    assert sheet[0] == list(counties.heads)
    assert sheet[1] == [
        1,
        row.moved,
        row.name,
        row.received,
        row.adopted,
        row.rate,
        row.sent,
        row.higher,
        0,
        float(row.points),
    ]
    words = zipfile.ZipFile(io.BytesIO(_file(clerk, circular, "docx"))).read("word/document.xml").decode()
    for said in (
        "审签稿",
        "社情民意信息工作通报",
        circular.item.title,
        row.name,
        row.words,
        "零报送（1 个）：禅城区政协",
    ):
        assert said in words
    assert _file(clerk, circular, "pdf").startswith(b"%PDF")
    page(clerk, path_of(circular, "print.txt"), 404)
    with stage.city.unit:
        logged = AuditEntry.objects.filter(action="documents.file.downloaded", object_id=str(circular.uuid))
        assert logged.count() == 3


def _file(client: Client, circular: Circular, extension: str) -> bytes:
    answer = client.get(path_of(circular, f"print.{extension}"))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_the_list_costs_the_same_for_one_and_for_many(stage: Stage, clerk: Client) -> None:
    stage.begun()
    page(clerk, "/circulars/")
    with CaptureQueriesContext(connection) as one:
        page(clerk, "/circulars/")
    with stage.city.unit:
        for quarter in (1, 2, 3, 4):
            operations.begin(actor=stage.city.clerk.actor, when=Period.of_quarter(stage.when.year - 1, quarter))
        assert Item.every.filter(kind="circular", state=State.DRAFT).count() == 5
    with CaptureQueriesContext(connection) as many:
        page(clerk, "/circulars/")
    assert len(many) == len(one)
