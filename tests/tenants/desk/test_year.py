"""A real year of one matter, played over HTTP: each step, what every participant's page says then, and its events.

A member's report goes from the county to the city, is merged there with two others, is passed on by the province and
adopted by 全国政协, where a leader writes on it; two departments handle it, and the member is satisfied. The same
matter comes up the party's line and is joined at the city.
"""

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from tenants.accounts.models import User
from tenants.desk.models import Proof
from tenants.handling import operations as handling
from tenants.handling.operations import Named
from tenants.items.models import Item
from tenants.review import operations as review
from tests.factories import TEXT, client_for, exported, make_draft
from tests.platform.exchange.test_races import unit_of
from tests.tenants.desk.conftest import Office, people
from zhitong.core import clock, glossary
from zhitong.core.operations import system
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind, Handling
from zhitong.units.models import BodyKind, ExternalBody, Level, RouteKind, Unit
from zhitong.units.operations import open_route, register_body
from zhitong.units.queries import destinations

pytestmark = pytest.mark.django_db
COUNTY, NEIGHBOUR, CITY, PROVINCE = "nanhai", "chancheng", "foshan", "guangdong"
BRANCH, PARTY = "mm-nanhai", "mm-foshan"
WORDS, LEADER = "请有关部门研究，并报结果。", "某国家领导"
MERGED_TITLE = "关于治理电动自行车充电乱象的建议"
SCAN = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FACT = "国家级领导"
LEAD, CO = "省住房城乡建设厅", "省能源局"
ANSWERS = ("已制定充电设施布点办法", "已明确充电电价")


@dataclass
class Year:
    """The offices by host, the items by name, and every event so far as `(host, kind, mode or body)`."""

    first: date
    offices: dict[str, Office]
    nation: ExternalBody
    items: dict[str, Item] = field(default_factory=dict)
    events: list[tuple[str, str, str]] = field(default_factory=list)

    def happened(self, *events: tuple[str, str] | tuple[str, str, str]) -> None:
        """Expect these events next, and nothing else."""
        self.events += [(event[0], event[1], event[2] if len(event) > 2 else "") for event in events]
        rows = Event.objects.order_by("id").select_related("unit", "body")
        names = {office.unit.pk: host for host, office in self.offices.items()}
        found = [
            (names[row.unit_id], str(row.kind), row.mode or (row.body.short_name if row.body else "")) for row in rows
        ]
        assert found == self.events

    def page(self, user: User, unit: Unit, path: str) -> str:
        """Return what one of the people reads at an address."""
        answer = client_for(user, unit).get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return html.unescape(answer.content.decode())

    def file(self, client: Client, path: str) -> bytes:
        """Return a file that one of the people takes away."""
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return b"".join(answer.streaming_content)  # type: ignore[attr-defined]

    def post(self, host: str, path: str, form: dict[str, Any], *, by: str = "clerk") -> None:
        """Let somebody of an office do something, as the page does it."""
        office = self.offices[host]
        answer = client_for(getattr(office, by), office.unit).post(path, form)
        assert answer.status_code == 302, (path, answer.status_code, html.unescape(answer.content.decode())[-4000:])

    def reads(self, host: str, item: str, *says: str, by: str = "clerk", hides: tuple[str, ...] = ()) -> None:
        """Expect the journey of an item to say something to one of the people of an office, and other words never."""
        office = self.offices[host]
        page = self.page(getattr(office, by), office.unit, f"/items/{self.items[item].uuid}/journey/")
        assert [word for word in says if word not in page] == [], (host, item, by)
        assert [word for word in (*hides, WORDS, LEADER) if word in page and word not in says] == [], (host, item, by)

    def is_told(self, host: str, *titles: str, by: str = "author") -> None:
        """Expect these titles among the notices of one of the people."""
        office = self.offices[host]
        page = self.page(getattr(office, by), office.unit, "/notices/")
        assert [title for title in titles if title not in page] == [], (host, by)

    def submits(self, host: str, name: str, **changes: str) -> None:
        """Let an author of an office write a report and hand it in."""
        office = self.offices[host]
        draft = make_draft(office.unit, office.author, **changes)
        form = {"version": draft.version, **TEXT, **changes, "urgency": "ordinary", "action": "submit"}
        self.post(host, f"/items/{draft.uuid}/edit/", form, by="author")
        self.items[name] = draft

    def passes(self, host: str, name: str, mode: AdoptionMode = AdoptionMode.SINGLE) -> None:
        """Let everybody whose turn it is pass an item."""
        office = self.offices[host]
        with office.unit:
            office.pass_through(self.items[name], mode)
            self.items[name].refresh_from_db()

    def sends(self, host: str, name: str, to: str) -> Dispatch:
        """Let the clerk send an item to the receiver of that short name."""
        office, item = self.offices[host], self.items[name]
        with office.unit:
            [key] = [one.key for one in destinations(office.unit, clock.today()) if one.name == to]
        self.post(host, f"/items/{item.uuid}/send/", {"version": item.version, "to": [key]})
        return Dispatch.objects.get(sender=office.unit, item_uuid=item.uuid)

    def takes_in(self, host: str, dispatch: Dispatch, name: str) -> None:
        """Let the receiver's clerk make an own item of what came in."""
        self.post(host, f"/inbox/{dispatch.uuid}/act/", {"verb": "accept"})
        with self.offices[host].unit:
            self.items[name] = Item.objects.get(dispatch_uuid=dispatch.uuid)


@pytest.fixture
def year(db: None) -> Year:
    """Six offices, and a route from the province to 全国政协."""
    hosts = (COUNTY, NEIGHBOUR, CITY, PROVINCE, BRANCH, PARTY)
    offices = {host: people(unit_of(host), f"{host[-3:]}_") for host in hosts}
    for office in offices.values():
        with office.unit:
            review.ensure_default_flow(actor=system(office.unit.pk))
    first = date(clock.today().year - 1, 1, 12)
    nation = register_body(
        actor=system(None), name="中国人民政治协商会议全国委员会", short_name="全国政协", level=Level.NATIONAL,
        kind=BodyKind.CPPCC,
    )  # fmt: skip
    open_route(
        actor=system(None), sender=offices[PROVINCE].unit, body=nation, kind=RouteKind.EXTERNAL, valid_from=first
    )
    return Year(first, offices, nation)


def test_a_year_of_one_matter(year: Year, drain: Callable[[], int]) -> None:
    for days, step, expected in STEPS:
        with clock.at(clock.start_of(year.first + timedelta(days=days)).replace(hour=10)):
            step(year)
            drain()
            expected(year)
    call_command("exchange_verify", stdout=StringIO())
    call_command("audit_verify", stdout=StringIO())


def the_member_hands_in(year: Year) -> None:
    year.submits(COUNTY, "report")
    year.happened((COUNTY, "submitted"))


def after_handing_in(year: Year) -> None:
    for by in ("author", "clerk"):
        year.reads(COUNTY, "report", f"南海区政协，{glossary.IN_REVIEW}", by=by)


def the_county_adopts(year: Year) -> None:
    year.passes(COUNTY, "report")
    year.happened((COUNTY, "adopted", "single"))


def after_the_county(year: Year) -> None:
    year.reads(COUNTY, "report", "单篇采用", by="author")


def the_county_sends(year: Year) -> None:
    year.sends(COUNTY, "report", "佛山市政协")
    year.happened((COUNTY, "sent"))


def after_sending(year: Year) -> None:
    for by in ("author", "clerk"):
        year.reads(COUNTY, "report", f"佛山市政协，{glossary.AWAITING_RECEIPT}", by=by)
    year.is_told(COUNTY, "报送佛山市政协")
    year.is_told(CITY, "南海区政协报来", by="clerk")
    city = year.offices[CITY]
    assert TEXT["title"] in year.page(city.clerk, city.unit, "/inbox/")


def the_city_takes_it_in(year: Year) -> None:
    [dispatch] = Dispatch.objects.all()
    year.post(CITY, f"/inbox/{dispatch.uuid}/act/", {"verb": "receive"})
    year.happened((CITY, "received"))
    year.takes_in(CITY, dispatch, "at the city")
    year.happened((CITY, "accepted"))


def after_the_city_took_it_in(year: Year) -> None:
    year.reads(COUNTY, "report", f"佛山市政协，{glossary.IN_REVIEW}", by="author")
    year.reads(CITY, "at the city", "南海区政协", f"佛山市政协，{glossary.IN_REVIEW}")
    year.is_told(COUNTY, "佛山市政协签收")


def two_others_arrive(year: Year) -> None:
    year.submits(NEIGHBOUR, "neighbour's", title="关于充电桩布点的建议", problem="禅城独有的一句。")
    year.passes(NEIGHBOUR, "neighbour's")
    year.sends(NEIGHBOUR, "neighbour's", "佛山市政协")
    year.submits(CITY, "city's own", title="关于充电电价的建议", problem="佛山独有的一句。")
    year.happened((NEIGHBOUR, "submitted"), (NEIGHBOUR, "adopted", "single"), (NEIGHBOUR, "sent"), (CITY, "submitted"))


def after_two_others(year: Year) -> None:
    year.reads(NEIGHBOUR, "neighbour's", f"佛山市政协，{glossary.AWAITING_RECEIPT}", by="author", hides=("南海",))
    year.reads(COUNTY, "report", f"佛山市政协，{glossary.IN_REVIEW}", by="author", hides=("禅城",))


def the_city_merges(year: Year) -> None:
    sent = Dispatch.objects.get(sender=year.offices[NEIGHBOUR].unit)
    own, received = year.items["city's own"], year.items["at the city"]
    picks = [f"i:{received.uuid}", f"d:{sent.uuid}", f"i:{own.uuid}"]
    year.post(CITY, "/merge/", {"pick": picks, "title": MERGED_TITLE, "verb": "merge"})
    with year.offices[CITY].unit:
        year.items["merged"] = Item.objects.get(is_merged=True)
    year.happened((CITY, "received"), (CITY, "accepted"), *[(CITY, "merged")] * 3)


def after_merging(year: Year) -> None:
    for host, item, others in ((COUNTY, "report", ("禅城", "佛山独有")), (NEIGHBOUR, "neighbour's", ("南海",))):
        year.reads(host, item, "与另外 2 篇综合成一篇", by="author", hides=(*others, MERGED_TITLE))
    year.reads(CITY, "city's own", "与另外 2 篇综合成一篇", by="author", hides=("南海", "禅城", MERGED_TITLE))
    year.reads(CITY, "merged", "南海区政协", "禅城区政协", f"佛山市政协，{glossary.IN_REVIEW}")


def the_city_adopts(year: Year) -> None:
    year.passes(CITY, "merged")
    year.happened((CITY, "adopted", "merged"))


def after_the_city(year: Year) -> None:
    for host, item in ((COUNTY, "report"), (NEIGHBOUR, "neighbour's"), (CITY, "city's own")):
        year.reads(host, item, "综合采用", by="author")
    year.is_told(COUNTY, "佛山市政协综合采用")
    year.is_told(NEIGHBOUR, "佛山市政协综合采用")


def the_province_passes_it_on(year: Year) -> None:
    dispatch = year.sends(CITY, "merged", "广东省政协")
    year.takes_in(PROVINCE, dispatch, "at the province")
    year.passes(PROVINCE, "at the province", AdoptionMode.PASSED_ON)
    year.happened((CITY, "sent"), (PROVINCE, "received"), (PROVINCE, "accepted"), (PROVINCE, "adopted", "passed_on"))


def after_the_province(year: Year) -> None:
    year.reads(CITY, "merged", "转送采用", "广东省政协")
    for host, item, other in ((COUNTY, "report", "禅城"), (NEIGHBOUR, "neighbour's", "南海")):
        year.reads(host, item, "广东省政协", "综合采用", by="author", hides=(other, "转送采用"))
    year.reads(PROVINCE, "at the province", "南海区政协", "禅城区政协", "佛山市政协", "转送采用")


def the_party_line_arrives(year: Year) -> None:
    year.submits(BRANCH, "branch's", title="关于充电棚的建议", problem="民盟独有的一句。")
    year.passes(BRANCH, "branch's")
    up = year.sends(BRANCH, "branch's", "民盟佛山市委会")
    year.takes_in(PARTY, up, "at the party")
    year.passes(PARTY, "at the party")
    across = year.sends(PARTY, "at the party", "佛山市政协")
    year.takes_in(CITY, across, "from the party")
    year.happened(
        (BRANCH, "submitted"), (BRANCH, "adopted", "single"), (BRANCH, "sent"), (PARTY, "received"),
        (PARTY, "accepted"), (PARTY, "adopted", "single"), (PARTY, "sent"), (CITY, "received"), (CITY, "accepted"),
    )  # fmt: skip


def after_the_party_line(year: Year) -> None:
    year.reads(BRANCH, "branch's", "民盟佛山市委会", "佛山市政协", by="author", hides=("南海区政协", "同一件事"))
    year.is_told(BRANCH, "民盟佛山市委会单篇采用", "报送佛山市政协")


def the_city_joins_the_lines(year: Year) -> None:
    other = {"other": str(year.items["at the city"].uuid)}
    year.post(CITY, f"/items/{year.items['from the party'].uuid}/matter/", other)
    year.passes(CITY, "from the party")
    year.happened((CITY, "adopted", "single"))


def after_joining(year: Year) -> None:
    said = "同一件事另有 1 条线报来，佛山市政协认定"
    year.reads(BRANCH, "branch's", said, "单篇采用", by="author", hides=("南海区政协", MERGED_TITLE))
    year.reads(PARTY, "at the party", said, hides=("南海区政协",))
    year.reads(COUNTY, "report", said, "综合采用", by="author", hides=("民盟",))
    year.reads(CITY, "from the party", said)


def the_province_reports_to_the_nation(year: Year) -> None:
    year.sends(PROVINCE, "at the province", "全国政协")
    year.happened((PROVINCE, "sent"))


def after_the_report_to_the_nation(year: Year) -> None:
    for host, item, by in EVERYBODY:
        year.reads(host, item, f"全国政协，{glossary.AWAITING_FEEDBACK}", by=by)
    year.reads(BRANCH, "branch's", by="author", hides=("全国政协，",))


def the_nation_adopts(year: Year) -> None:
    outcome = {
        "kind": "adopted", "mode": "merged", "body": str(year.nation.uuid), "occurred_on": f"{clock.today()}",
        "bulletin": "每日社情", "issue_number": "88", "visibility": "fact",
        "proof": SimpleUploadedFile("采用通知.pdf", SCAN),
    }  # fmt: skip
    year.post(PROVINCE, f"/items/{year.items['at the province'].uuid}/outcomes/", outcome)
    year.happened((PROVINCE, "adopted", "merged"))
    with year.offices[PROVINCE].unit:
        assert Proof.objects.get().name == "采用通知.pdf"


def after_the_nation(year: Year) -> None:
    for host, item, by in EVERYBODY:
        year.reads(host, item, "刊《每日社情》第 88 期", "综合采用", by=by, hides=("采用通知",))
    year.is_told(COUNTY, "全国政协综合采用")
    year.is_told(NEIGHBOUR, "全国政协综合采用")


def a_leader_writes(year: Year) -> None:
    outcome = {
        "kind": "instruction", "body": str(year.nation.uuid), "occurred_on": f"{clock.today()}", "leader": LEADER,
        "leader_rank": "national", "words": WORDS, "visibility": "fact",
    }  # fmt: skip
    year.post(PROVINCE, f"/items/{year.items['at the province'].uuid}/outcomes/", outcome)
    year.happened((PROVINCE, "instruction", "全国政协"))


def after_the_leader(year: Year) -> None:
    year.reads(PROVINCE, "at the province", WORDS, LEADER)
    for host, item, by in EVERYBODY:
        if host != PROVINCE:
            year.reads(host, item, "批示", FACT, "批示全文未开放", by=by)
    year.is_told(COUNTY, "批示")
    kinds = Event.objects.filter(kind=EventKind.INSTRUCTION).values_list("unit__short_name", flat=True)
    assert list(kinds) == ["广东省政协"]


def two_departments_handle(year: Year) -> None:
    province, instruction = year.offices[PROVINCE], Event.objects.get(kind=EventKind.INSTRUCTION)
    with province.unit:
        made = handling.pass_on(
            actor=province.clerk.actor,
            item_uuid=year.items["at the province"].uuid,
            request="请研究并提出办法",
            lead=Named(LEAD, "王建国", "13912345678"),
            co=[Named(CO, "李明", "13912345679", place="co_1")],
            days=30,
            instruction_uuid=instruction.uuid,
            releases_answer=True,
        )
    year.happened((PROVINCE, "assigned"))
    outside = client_for(None, province.unit)
    for (assignment, issued), words in zip(made.links, ANSWERS, strict=True):
        path = f"/handling/answer/{issued.token}/"
        shown = html.unescape(outside.post(path, {"code": issued.code}).content.decode())
        assert MERGED_TITLE in shown
        assert [
            word for word in (WORDS, LEADER, "梁晓岚", CO if assignment.department == LEAD else LEAD) if word in shown
        ] == []
        final = {"code": issued.code, "verb": "answer", "seen": "1", "stage": "answer", "result": "A", "words": words}
        assert outside.post(path, final).status_code == 200
    year.happened((PROVINCE, "replied"))  # the lead's word is the answer; the other's stands beside it


def after_the_departments(year: Year) -> None:
    for host, item, by in EVERYBODY:
        known = (WORDS, LEADER) if host == PROVINCE else ()
        year.reads(host, item, LEAD, *known, by=by, hides=("王建国", "13912345678"))
    year.reads(COUNTY, "report", ANSWERS[0], "交上评价", by="author")
    year.is_told(COUNTY, f"{LEAD}答复")
    province = year.offices[PROVINCE]
    page = year.page(province.clerk, province.unit, f"/handling/{Handling.objects.get().uuid}/")
    assert [word for word in (LEAD, CO, *ANSWERS) if word not in page] == []


def the_member_is_satisfied(year: Year) -> None:
    report, passed = year.items["report"], Handling.objects.get()
    rating = {"rating": "satisfied", "words": "三处已经动工"}
    year.post(COUNTY, f"/handling/{passed.uuid}/rate/{report.uuid}/", rating, by="author")
    year.happened((COUNTY, "rated"))


def after_the_rating(year: Year) -> None:
    year.reads(COUNTY, "report", "满意", by="author")
    province = year.offices[PROVINCE]
    page = year.page(province.clerk, province.unit, f"/handling/{Handling.objects.get().uuid}/")
    assert [word for word in ("满意", "三处已经动工", *ANSWERS) if word not in page] == []
    everything_prints(year)


def everything_prints(year: Year) -> None:
    """The way and the register come as files that say what the pages say, and hide what they hide."""
    for host, item, by in EVERYBODY:
        office = year.offices[host]
        client, path = client_for(getattr(office, by), office.unit), f"/items/{year.items[item].uuid}/journey"
        assert year.file(client, f"{path}.pdf").startswith(b"%PDF")
        words = words_of_docx(year.file(client, f"{path}.docx"))
        assert [word for word in ("批示", LEAD) if word not in words] == [], (host, item, by)
        assert (WORDS in words) == (host == PROVINCE), (host, item, by)
    for host, title in ((COUNTY, TEXT["title"]), (CITY, MERGED_TITLE), (PROVINCE, MERGED_TITLE)):
        client = client_for(year.offices[host].clerk, year.offices[host].unit)
        assert title in exported(client, "desk.register", wanted="csv").decode("utf-8-sig")
        assert exported(client, "desk.register").startswith(b"PK")
        assert year.file(client, "/register/rows.pdf").startswith(b"%PDF")


def words_of_docx(content: bytes) -> str:
    """Return all words of a Word file, those in tables too."""
    made = docx.Document(BytesIO(content))
    cells = (cell.text for table in made.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in made.paragraphs), *cells])


# Who has a page of the committee's line: the authors of all three reports, the offices of every level.
EVERYBODY = (
    (COUNTY, "report", "author"), (COUNTY, "report", "clerk"), (NEIGHBOUR, "neighbour's", "author"),
    (CITY, "city's own", "author"), (CITY, "merged", "clerk"), (PROVINCE, "at the province", "clerk"),
)  # fmt: skip
# On which day of the year what happens, and what is to be read then.
STEPS = (
    (0, the_member_hands_in, after_handing_in),
    (5, the_county_adopts, after_the_county),
    (6, the_county_sends, after_sending),
    (8, the_city_takes_it_in, after_the_city_took_it_in),
    (10, two_others_arrive, after_two_others),
    (15, the_city_merges, after_merging),
    (30, the_city_adopts, after_the_city),
    (31, the_province_passes_it_on, after_the_province),
    (40, the_party_line_arrives, after_the_party_line),
    (45, the_city_joins_the_lines, after_joining),
    (60, the_province_reports_to_the_nation, after_the_report_to_the_nation),
    (120, the_nation_adopts, after_the_nation),
    (180, a_leader_writes, after_the_leader),
    (190, two_departments_handle, after_the_departments),
    (230, the_member_is_satisfied, after_the_rating),
)
