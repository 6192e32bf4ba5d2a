"""南海区政协's year 2019 gives its published figures in every place that shows a number of it.

The figures are those of `区政协2019年度社情民意信息工作总结`, published by 南海政协 on 2020-01-02 (the first file of
`../shared/reference/`): “共收到…436篇，采用237篇，被佛山市委、市政协采用55篇”, then three titles with who adopted them
and how. They stand here as constants; nothing of the product is asked what they are. The year is played once, by the
demo's 436 reports, through the operations of the network.

Where the summary leaves something open:

- It does not say whether the three titles are among the 55. 佛山 cannot have sent them on without taking them up, so
  they are.
- It names 省委 as the only body of the province that adopted, and says nothing of 省政协, through which all three went
  up. Passing on (转送) is a kind of adoption, so the count 省级采用 is 3, while paragraph and list of honours, which
  tell who took a report up, leave out who only sent it on.
- It names the author of the first title alone. The sentence can be read as if the three were one author's; each is
  told with its own here.
- It calls the year a lead (“保持领先势头”) and gives no points: those follow from the rules of the demo.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django.plugin import DjangoDbBlocker

from tenants.accounts.models import User
from tenants.circulars import operations as circulars
from tenants.desk.reports import year_report
from tenants.duties.queries.dossiers import dossier, people
from tenants.items.models import Item
from tests.api.conftest import key_of, with_key
from tests.conftest import copied_database
from tests.factories import exported, make_user
from tests.platform.ranking.test_statistics import every_figure_opens_its_list
from zhitong.core.models import OutboxMessage
from zhitong.demo.content.items import nanhai_2019
from zhitong.demo.duties import score_people
from zhitong.demo.history import play
from zhitong.demo.world import World, build_people, open_bodies, set_rules
from zhitong.ranking import figures
from zhitong.ranking.models import StaleYear
from zhitong.ranking.periods import Period
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit

# One process plays the year.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("nanhai-2019")]

RECEIVED, ADOPTED, BY_CITY = 436, 237, 55
SENTENCE = (
    "2019年，南海区政协共收到政协委员和特约信息员报送的社情民意信息共436篇，采用237篇，被佛山市委、市政协采用55篇，"
    "民盟南海总支路俊峰撰写的《基层工程建设项目审批制度改革遇到的两点困难》被全国政协综合采用，"
)
HONOURS = {
    "基层工程建设项目审批制度改革遇到的两点困难": "被全国政协综合采用",
    "对新个税法实施的舆情反映": "被省委、中共中央办公厅综合采用",
    "港珠澳大桥通车带来的预期影响及意见建议": "被全国政协转送采用",
}
# What follows from these by the glossary: adopted of received, by the city of received; the three went through the
# province, and each was taken up by a body of the nation.
RATE, CITY_RATE = "54.36%", "12.61%"
BY_PROVINCE = BY_NATION = len(HONOURS)
HIGHER = BY_CITY
# By rules A of 省政协: passed on by 省政协 three times 1, 综合 by 省委 10, 综合 by 全国政协 15; no price for 中办, nor
# for a 转送 by 全国政协.
POINTS = Decimal(28)
COUNTS = {
    "received": RECEIVED, "adopted": ADOPTED, "higher": HIGHER, "higher_city": BY_CITY,
    "higher_province": BY_PROVINCE, "higher_national": BY_NATION, "instructions": 0,
}  # fmt: skip
FUNNEL = [
    ("收稿", RECEIVED), ("本级采用", ADOPTED), ("市级采用", BY_CITY), ("省级采用", BY_PROVINCE),
    ("全国采用", BY_NATION),
]  # fmt: skip
HOSTS = ("guangdong", "foshan", "nanhai", "chancheng", "mm-foshan", "mm-nanhai")
YEAR = Period.of_year(2019)


@pytest.fixture(scope="module", autouse=True)
def year(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Play the year in a database of its own; each test rolls back what it adds."""
    with django_db_blocker.unblock(), copied_database(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "HOME", tmp_path_factory.mktemp("home"))
        world = World(units={host: Unit.objects.get(domains__domain=f"{host}.localhost") for host in HOSTS})
        open_bodies(world)
        set_rules(world)
        build_people(world)
        score_people(world)
        assert play(world, nanhai_2019()) == RECEIVED
        connection.set_schema_to_public()  # type: ignore[attr-defined]
        OutboxMessage.objects.all().delete()  # whom to tell of it, and what to search: nobody asks here
        StaleYear.objects.get_or_create(year=2019)
        refresh_standings()
        connections.close_all()
        yield


@pytest.fixture
def clerk(unit: Unit, client_for: Callable[..., Client]) -> Client:
    """A clerk of 南海."""
    return client_for(make_user(unit, "jingban", roles=["clerk"]), unit)


@pytest.fixture
def office(province: Unit, client_for: Callable[..., Client]) -> Client:
    """Somebody of the provincial office."""
    return client_for(make_user(province, "tongji", roles=["province_office"]), province)


def content(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def words_of(client: Client, path: str, extension: str) -> str:
    """Return the words of a file behind `path`, without blanks."""
    file = BytesIO(content(client.get(path.format(extension))))
    if extension == "pdf":
        said = "".join(page.extract_text() for page in PdfReader(file).pages)
    else:
        word = Document(file)
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        said = "".join([*(paragraph.text for paragraph in word.paragraphs), *cells])
    return "".join(said.split())


def heading(client: Client, url: str) -> int:
    """Return how many items a list says that it holds."""
    found = re.search(r"<h1[^>]*>[^<]*?([\d,]+) 篇", client.get(url).content.decode())
    assert found, url
    return int(found[1].replace(",", ""))


def cells(row: Any) -> dict[str, Any]:
    """Return the figures of a row of a ranking by their words."""
    return {figure.label: figure.value for figure in row.figures}


OWN_ROW = {"收稿": RECEIVED, "本级采用": ADOPTED, "采用率": RATE, "上级采用": HIGHER, "批示": 0}


def test_the_one_place_of_numbers(unit: Unit) -> None:
    total = figures.total(YEAR, [unit.pk]).as_fields()
    assert {name: total[name] for name in COUNTS} == COUNTS


def test_the_paragraph_is_the_published_one(unit: Unit) -> None:
    out = StringIO()
    call_command("report_year", unit="nanhai", year=2019, stdout=out)
    with unit:
        report = year_report(unit, 2019)
    assert out.getvalue().startswith(report.paragraph)
    assert report.paragraph.startswith(SENTENCE)
    told = re.findall(r"《([^》]+)》(被[^，]+采用)", report.paragraph)
    assert dict(told) == HONOURS
    assert report.paragraph.endswith(f"信息工作得{POINTS}分，在同级单位中列第1位。")


def test_the_tables_of_the_yearly_report(unit: Unit) -> None:
    with unit:
        report = year_report(unit, 2019)
    tables = {table.name: table.rows for table in report.tables}
    whole = {row[0]: row[1:] for row in tables["总体情况"]}
    assert whole["收稿"][0] == RECEIVED
    assert whole["本级采用"] == [ADOPTED, RATE]
    assert whole["市级采用"] == [BY_CITY, CITY_RATE]
    assert (whole["省级采用"][0], whole["全国采用"][0], whole["批示"][0]) == (BY_PROVINCE, BY_NATION, 0)
    assert {row[0]: row[2] for row in tables["省级以上采用的信息"]} == HONOURS
    parts = [name for name in tables if name.startswith("按")]
    assert len(parts) == 4
    for name in parts:
        sums = [sum(column) for column in zip(*((row[1], row[2], row[5]) for row in tables[name]), strict=True)]
        assert sums == [RECEIVED, ADOPTED, HIGHER], name
    assert sum(int(row[1]) for row in tables["各月情况"]) == RECEIVED


def test_the_yearly_report_on_page_and_paper(clerk: Client) -> None:
    page = clerk.get("/circulars/year/?year=2019").content.decode()
    path = "/circulars/year/print.{}?year=2019"
    said = [page, words_of(clerk, path, "docx"), words_of(clerk, path, "pdf")]
    for text in said:
        assert SENTENCE in text
        for title, by in HONOURS.items():
            assert f"《{title}》{by}" in text
    book: Any = load_workbook(BytesIO(content(clerk.get(path.format("xlsx")))))
    rows = {row[0]: row for row in book["总体情况"].iter_rows(min_row=2, values_only=True)}
    assert rows["收稿"][1] == RECEIVED
    assert rows["本级采用"][1:3] == (ADOPTED, RATE)
    assert rows["市级采用"][1:3] == (BY_CITY, CITY_RATE)


def test_the_ranking_of_units(clerk: Client, office: Client, unit: Unit) -> None:
    own = next(row for row in clerk.get("/ranking/?period=2019").context["rows"] if row.us)
    assert OWN_ROW.items() <= cells(own).items()
    assert (own.rank, own.points) == (1, POINTS)
    rows = office.get("/province/units/?group=committee-county&period=2019").context["rows"]
    [figures_of] = [row[2] for row in rows if row[0].unit_id == unit.pk]
    told = {label: value for label, value, _ in figures_of}
    assert told == {
        "收稿": RECEIVED, "本级采用": ADOPTED, "报送": told["报送"], "市级采用": BY_CITY, "省级采用": BY_PROVINCE,
        "全国采用": BY_NATION, "上级采用": HIGHER, "批示": 0,
    }  # fmt: skip


def test_persons_and_groups_are_parts_of_the_same_reports(clerk: Client, unit: Unit) -> None:
    """Who signs with others counts as each of them: together the dossiers hold every report written in 南海 once."""
    shown = {row.name: cells(row) for row in clerk.get("/ranking/?view=persons&period=2019").context["rows"]}
    found: dict[str, set[Any]] = {"received": set(), "adopted": set(), "higher": set()}
    with unit:
        for user in people():
            kept = dossier(user, 2019)
            for what, items in found.items():
                of_user = {one.fact.item_uuid for one in kept.reports if what in one.what}
                assert len(of_user) == getattr(kept.year.counts, what)
                items.update(of_user)
            if user.name in shown:
                said = shown[user.name]
                assert (said["收稿"], said["本级采用"], said["上级采用"]) == (
                    kept.year.counts.received, kept.year.counts.adopted, kept.year.counts.higher,
                )  # fmt: skip
        parts = figures.breakdown(YEAR, [unit.pk], figures.Dimension.GROUP)
    # One of them was sent by 民盟南海总支, in whose dossiers it stands.
    assert {what: len(items) + 1 for what, items in found.items()} == {
        "received": RECEIVED, "adopted": ADOPTED, "higher": HIGHER,
    }  # fmt: skip
    groups = {row.name: cells(row) for row in clerk.get("/ranking/?view=groups&period=2019").context["rows"]}
    for name, part in parts.items():
        if name in groups:
            assert (groups[name]["收稿"], groups[name]["本级采用"]) == (part.received, part.adopted), name
    whole = figures.sum_of(parts.values())
    assert (whole.received, whole.adopted, whole.higher) == (RECEIVED, ADOPTED, HIGHER)


def test_the_ledger_says_why(clerk: Client, unit: Unit) -> None:
    path = f"/ranking/unit/{unit.uuid}/?period=2019"
    page = clerk.get(path)
    assert page.context["total"] == POINTS
    lines = page.context["ledger"]
    assert sum(line.points for line in lines if not line.off) == POINTS
    said = page.content.decode()
    for title in HONOURS:
        assert title in said
    with unit:
        uuids = dict(Item.objects.filter(title__in=HONOURS).values_list("title", "uuid"))
    # 转送 1 and 综合 15; 转送 1 and 综合 10; 转送 1.
    for title, points in zip(HONOURS, (16, 11, 1), strict=True):
        assert clerk.get(f"/ranking/item/{uuids[title]}/").context["total"] == points, title


def test_every_list_behind_a_count_is_as_long(clerk: Client, unit: Unit) -> None:
    base = f"/ranking/counts/{unit.uuid}/?period=2019&what="
    assert {what: heading(clerk, f"{base}{what}") for what in COUNTS} == COUNTS
    for path in ("/ranking/?period=2019", "/ranking/statistics/?period=2019"):
        assert every_figure_opens_its_list(clerk, path)


def test_statistics_add_up_to_it(clerk: Client) -> None:
    context = clerk.get("/ranking/statistics/?period=2019").context
    assert {name: getattr(context["whole"], name) for name in COUNTS} == COUNTS
    assert [(row.label, row.value) for row in context["funnel"]] == FUNNEL
    tables = list(context["tables"])
    assert len(tables) == 6
    for table in tables:
        if table.key == "month":  # an adoption counts in the month of the adoption, perhaps in two
            assert table.total[0] == RECEIVED
        else:
            assert (table.total[0], table.total[2], table.total[-1]) == (RECEIVED, ADOPTED, HIGHER), table.key
        for column in ("占收稿", "占采用"):
            shares = [
                Decimal(str(cell.value).rstrip("%")) for _, row in table.rows for cell in row if cell.label == column
            ]
            assert sum(shares) == Decimal("100.00"), (table.key, column)
    times = {label: row[0].value for label, row in context["times"].rows}
    assert times["提交到签发（本级采用）"] == ADOPTED
    assert times["提交到上级采用"] == HIGHER


def test_the_dashboards(clerk: Client, office: Client, unit: Unit) -> None:
    for client, path in (
        (clerk, "/overview/?period=2019"),
        (clerk, f"/overview/{unit.uuid}/wall/?period=2019"),
        (office, f"/overview/{unit.uuid}/?period=2019"),
    ):
        context = client.get(path).context
        key = {figure.label: figure.value for figure in context["figures"]}
        assert (key["收稿"], key["本级采用率"]) == (RECEIVED, Decimal("54.4"))
        assert (key["省级采用"], key["全国采用"], key["批示"]) == (BY_PROVINCE, BY_NATION, 0)
        assert [(row.label, row.value) for row in context["funnel"]] == FUNNEL
        dots = [dot for line in context["trend"].lines for dot in line.dots if "period=2019" in dot.url]
        assert sum(dot.value for dot in dots) == RECEIVED
    counties = office.get("/province/?group=committee-county&period=2019").context
    assert (
        next(figure.value for figure in counties["figures"] if figure.label == "收稿") == RECEIVED
    )  # nobody else wrote


def signed_circular(unit: Unit) -> Any:
    """Return the yearly circular of a unit, begun by its clerk."""
    with unit:
        clerk = User.objects.filter(roles__code="clerk").order_by("id")[0]
        return circulars.begin(actor=clerk.actor, when=YEAR)


def test_the_circular_of_the_unit(clerk: Client, unit: Unit) -> None:
    begun = signed_circular(unit)
    path = f"/circulars/{begun.uuid}/"
    sentence = f"南海区政协共收到社情民意信息{RECEIVED}篇，采用{ADOPTED}篇，采用率{RATE}"
    sent = f"被上级采用{HIGHER}篇。"
    for text in (
        clerk.get(path).content.decode(), words_of(clerk, f"{path}print.{{}}", "docx"),
        words_of(clerk, f"{path}print.{{}}", "pdf"),
    ):  # fmt: skip
        assert sentence in text
        assert sent in text
    assert (begun.figures["own"]["received"], begun.figures["own"]["adopted"]) == (RECEIVED, ADOPTED)
    assert Decimal(begun.figures["own"]["points"]) == POINTS


def test_the_circular_of_the_city(city: Unit, client_for: Callable[..., Client]) -> None:
    begun = signed_circular(city)
    reader = client_for(make_user(city, "kan", roles=["clerk"]), city)
    [row] = [row for table in begun.figures["tables"] for row in table["rows"] if row["name"] == "南海区政协"]
    assert {name: row[name] for name in ("received", "adopted", "higher", "instructions")} == {
        "received": RECEIVED, "adopted": ADOPTED, "higher": HIGHER, "instructions": 0,
    }  # fmt: skip
    path = f"/circulars/{begun.uuid}/print.{{}}"
    book: Any = load_workbook(BytesIO(content(reader.get(path.format("xlsx")))))
    rows = [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) if "南海区政协" in row]
    assert [row[3:6] + row[7:10] for row in rows] == [(RECEIVED, ADOPTED, RATE, HIGHER, 0, POINTS)]
    word = Document(BytesIO(content(reader.get(path.format("docx")))))
    [told] = [
        texts for table in word.tables for row in table.rows if "南海区政协" in (texts := [c.text for c in row.cells])
    ]
    assert told[3:6] + told[7:10] == [str(RECEIVED), str(ADOPTED), RATE, str(HIGHER), "0", f"{POINTS}"]


def test_the_dossier_of_the_named_author(party: Unit, client_for: Callable[..., Client]) -> None:
    clerk = client_for(make_user(party, "jingban", roles=["clerk"]), party)
    with party:
        author = User.objects.get(name="路俊峰")
    page = clerk.get(f"/duties/members/{author.uuid}/?year=2019")
    [report] = page.context["reports"]
    assert report["title"] == next(iter(HONOURS))
    assert [tag.word for tag in report["tags"]] == ["本级采用", "市级采用", "省级采用", "全国采用"]
    told = {label: value for label, value, _ in page.context["figures"]}
    assert (told["提交"], told["本级采用"], told["上级采用"]) == ("1", "1", "1")
    said = words_of(clerk, f"/duties/members/{author.uuid}/dossier.{{}}?year=2019", "docx")
    assert next(iter(HONOURS)) in said
    heads, *rows = lines(clerk, "duties.members", "year=2019")
    line = dict(zip(heads, next(row for row in rows if "路俊峰" in row), strict=True))
    assert (line["提交"], line["本级采用"], line["上级采用"]) == ("1", "1", "1")


def lines(client: Client, kind: str, query: str) -> list[list[str]]:
    """Return the rows of a CSV export under its heads."""
    table = list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))
    return [row for row in table if len(row) == max(map(len, table))]


def test_exports(clerk: Client, unit: Unit) -> None:
    heads, *rows = lines(clerk, "ranking.units", "period=2019")
    own = dict(zip(heads, next(row for row in rows if "南海区政协" in row), strict=True))
    assert {name: own[name] for name in OWN_ROW} == {name: str(value) for name, value in OWN_ROW.items()}
    book: Any = load_workbook(BytesIO(exported(clerk, "ranking.units", "period=2019")))
    told = [row for row in book.worksheets[0].iter_rows(values_only=True) if "南海区政协" in row]
    assert [row[4:6] for row in told] == [(RECEIVED, ADOPTED)]
    for what, number in (
        ("received", RECEIVED),
        ("adopted", ADOPTED),
        ("higher_city", BY_CITY),
        ("higher_national", BY_NATION),
    ):
        listed = lines(clerk, "ranking.counted", f"unit={unit.uuid}&what={what}&period=2019")[1:]
        assert len(listed) == number, what
    statistics = lines(clerk, "ranking.statistics", "period=2019")[1:]
    by_category = [int(row[3]) for row in statistics if row[0] == "类别" and row[2] == "收稿"]
    assert sum(by_category) == RECEIVED
    items = lines(clerk, "items.all", "year=2019")[1:]
    assert len(items) == RECEIVED
    assert sum(row[7] == "已采用" for row in items) == ADOPTED


def test_programs(unit: Unit) -> None:
    program = with_key(key_of(make_user(unit, "p", roles=["clerk"]), unit), unit)
    [row] = [row for row in program.get("/api/v1/standings/?year=2019").json() if row["unit"] == "南海区政协"]
    assert {name: row[name] for name in COUNTS} == COUNTS
    assert (row["rank"], Decimal(row["points"])) == (1, POINTS)
    listed, url = 0, "/api/v1/items/?limit=100"
    while url:
        page = program.get(url).json()
        listed += sum(one["number_label"].find("〔2019〕") > 0 for one in page["results"])
        url = page["next"]
    assert listed == RECEIVED
