"""The yearly summary: paragraph and tables from the one place of numbers, on a page, on paper, by the command."""

import io
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from tenants.desk import operations as desk
from tenants.desk.reports import YearReport, year_report
from tenants.desk.reports.paragraph import Honour, YearFigures, paragraph_of
from tests.platform.ranking.histories import recount
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.exchange.models import AdoptionMode, EventKind
from zhitong.ranking import figures
from zhitong.ranking.periods import Period
from zhitong.units.models import BodyKind, ExternalBody, Level, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(office: Office, city_party: ExternalBody, body_of: Callable[..., ExternalBody]) -> YearReport:
    """The year of 南海: three reports, two adopted, one by the city and the nation, with an instruction."""
    national = body_of("中国人民政治协商会议全国委员会", "全国政协", Level.NATIONAL, BodyKind.CPPCC)
    first = office.approved(title="基层工程建设项目审批制度改革遇到的两点困难")
    office.approved(title="对新个税法实施的舆情反映", category="经济建设")
    office.submitted(title="还在审核的一篇")
    office.adopted_by(first, city_party)
    office.adopted_by(first, national, AdoptionMode.MERGED)
    with office.unit:
        desk.record_outcome(
            actor=office.clerk.actor,
            item_uuid=first.uuid,
            kind=EventKind.INSTRUCTION,
            leader="某领导",
            leader_rank="county",
        )
    recount()
    with office.unit:
        return year_report(office.unit, clock.today().year)


def test_the_tables_say_what_the_figures_say(office: Office, report: YearReport) -> None:
    total = figures.total(Period.of_year(report.year), [office.unit.pk])
    assert (total.received, total.adopted, total.higher_city, total.higher_national) == (3, 2, 1, 1)
    tables = {table.name: table for table in report.tables}
    whole = {row[0]: row[1] for row in tables["总体情况"].rows}
    assert whole == {
        "收稿": total.received, "本级采用": total.adopted, "报送": total.sent, "市级采用": total.higher_city,
        "省级采用": total.higher_province, "全国采用": total.higher_national, "批示": total.instructions,
    }  # fmt: skip
    assert total.instructions == 1
    parts = [table for name, table in tables.items() if name.startswith("按")]
    assert [table.name for table in parts] == ["按反映主体", "按类别", "按来源", "按界别和单位"]
    for table in parts:
        assert [sum(column) for column in zip(*(row[1:3] for row in table.rows), strict=True)] == [3, 2]
    assert [row[0] for row in tables["各月情况"].rows] == [f"{clock.today().month} 月"]
    assert tables["省级以上采用的信息"].rows == [
        ["基层工程建设项目审批制度改革遇到的两点困难", "科技界梁晓岚", "被全国政协综合采用"]
    ]
    assert "《基层工程建设项目审批制度改革遇到的两点困难》被全国政协综合采用" in report.paragraph


def test_many_honours_are_counted_and_few_are_named(unit: Unit) -> None:
    one = Honour("陈某", "一篇", {"单篇采用": ["省委", "全国政协"]})
    base = {"received": 9, "adopted": 8, "by_city": 7, "city_bodies": ("佛山市政协",), "standing": None}
    few = paragraph_of(unit, 2019, YearFigures(**base, honours=(one,)))
    assert few.endswith("采用7篇，陈某撰写的《一篇》被省委、全国政协单篇采用。")
    many = paragraph_of(unit, 2019, YearFigures(**base, honours=(one,) * 7))
    assert many.endswith("被省委单篇采用7篇、被全国政协单篇采用7篇，其中陈某撰写的《一篇》被省委、全国政协单篇采用。")


def test_on_the_page_and_on_paper(
    office: Office, report: YearReport, client_for: Callable[..., Client], tmp_path: Path
) -> None:
    client = client_for(office.clerk, office.unit)
    page = client.get("/circulars/year/").content.decode()
    assert report.paragraph in page
    assert "各月情况" in page
    assert "没有收到" in client.get("/circulars/year/?year=2001").content.decode()
    assert client.get("/circulars/year/?year=1800").status_code == 404
    assert client_for(office.author, office.unit).get("/circulars/year/").status_code == 403
    for extension in ("pdf", "docx", "xlsx"):
        answer = client.get(f"/circulars/year/print.{extension}?year={report.year}")
        content = b"".join(answer.streaming_content)
        assert answer.status_code == 200
    book = load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book["总体情况"][2]] == list(report.tables[0].rows[0])
    connection.set_schema_to_public()  # as for a command; the requests above left the unit's in force
    out, path = StringIO(), tmp_path / "总结.docx"
    call_command("report_year", unit="nanhai", year=report.year, out=str(path), stdout=out)
    assert out.getvalue().startswith(report.paragraph)
    assert path.stat().st_size > 10_000
    with pytest.raises(CommandError, match="ends in none"):
        call_command("report_year", unit="nanhai", year=report.year, out="总结.txt", stdout=out)
