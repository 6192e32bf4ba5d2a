"""The paragraph of the yearly summary is written from data alone."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tenants.desk import operations as desk
from tenants.desk.reports import year_paragraph
from tests.platform.ranking.histories import recount
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Event, EventKind
from zhitong.exchange.queries import inbox
from zhitong.units.models import BodyKind, ExternalBody, Level, Unit

pytestmark = pytest.mark.django_db
BEGIN = f"{clock.today().year}年，南海区政协共收到政协委员和特约信息员报送的社情民意信息共"


def paragraph(unit: Unit) -> str:
    recount()
    with unit:
        return year_paragraph(unit, clock.today().year)


def city_adopts(city_office: Office, mode: AdoptionMode) -> None:
    """Let the city take in what waits in its inbox and adopt it."""
    with city_office.unit:
        waiting = inbox(city_office.unit.pk).filter(state="sent").get()
        item = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=waiting.uuid)
        city_office.pass_through(item, mode)


def test_a_year_without_anything_reads_well(office: Office) -> None:
    assert paragraph(office.unit) == f"{clock.today().year}年，南海区政协未收到社情民意信息。"
    office.submitted()
    assert paragraph(office.unit) == f"{BEGIN}1篇，未有采用，未有信息被市级采用，未有信息被省级以上采用。"
    with office.unit:
        assert year_paragraph(office.unit, 2019) == "2019年，南海区政协未收到社情民意信息。"


def test_the_paragraph_of_the_summary(
    office: Office, city_office: Office, city_party: ExternalBody, body_of: Callable[..., ExternalBody]
) -> None:
    national = body_of("中国人民政治协商会议全国委员会", "全国政协", Level.NATIONAL, BodyKind.CPPCC)
    province = body_of("中共广东省委", "省委", Level.PROVINCE, BodyKind.PARTY_OFFICE)
    centre = body_of("中共中央办公厅", "中办", Level.NATIONAL, BodyKind.PARTY_OFFICE)
    first = office.approved(title="基层工程建设项目审批制度改革遇到的两点困难")
    second = office.approved(title="对新个税法实施的舆情反映")
    office.submitted(title="还在审核的一篇")
    office.send(first, "佛山市政协")
    city_adopts(city_office, AdoptionMode.MERGED)
    office.adopted_by(first, national, AdoptionMode.MERGED)
    office.adopted_by(second, city_party)
    office.adopted_by(second, centre, AdoptionMode.MERGED)
    office.adopted_by(second, province, AdoptionMode.MERGED)
    expected = (
        f"{BEGIN}3篇，采用2篇，被佛山市委、市政协采用2篇，"
        "科技界梁晓岚撰写的《基层工程建设项目审批制度改革遇到的两点困难》被全国政协综合采用，"
        "科技界梁晓岚撰写的《对新个税法实施的舆情反映》被省委、中共中央办公厅综合采用。"
    )
    assert paragraph(office.unit) == expected

    third = office.approved(title="港珠澳大桥通车带来的预期影响及意见建议")
    office.adopted_by(third, national, AdoptionMode.PASSED_ON)
    assert paragraph(office.unit) == (
        expected.replace("信息共3篇，采用2篇", "信息共4篇，采用3篇").removesuffix("。")
        + "，科技界梁晓岚撰写的《港珠澳大桥通车带来的预期影响及意见建议》被全国政协转送采用。"
    )
    out = StringIO()
    call_command("report_year", unit="nanhai", year=clock.today().year, stdout=out)
    assert out.getvalue().strip() == paragraph(office.unit)


def test_a_corrected_adoption_counts_no_more(office: Office, city_party: ExternalBody) -> None:
    office.adopted_by(office.approved(), city_party)
    assert "采用1篇，被佛山市委采用1篇" in paragraph(office.unit)
    with office.unit:
        wrong = Event.objects.get(kind=EventKind.ADOPTED, body=city_party)
        exchange.reverse(actor=office.clerk.actor, event_uuid=wrong.uuid, reason="登记错了篇目")
    assert paragraph(office.unit) == f"{BEGIN}1篇，采用1篇，未有信息被市级采用，未有信息被省级以上采用。"


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CommandError):
        call_command("report_year", unit="nowhere", year=2026, stdout=StringIO())
