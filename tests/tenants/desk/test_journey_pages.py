"""The page of a whole way: for each reader what may be seen, drawn and told in the same words."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.items.models import Item
from tenants.review import operations as review
from tests.tenants.desk.conftest import Office, people
from tests.tenants.desk.ways import LEADER, WORDS, Offices, Ways, go_all_ways, up
from zhitong.core.operations import system
from zhitong.core.workdays import PUBLISHED
from zhitong.exchange import operations as exchange
from zhitong.exchange.journeys import Journey, draw
from zhitong.exchange.queries import journey
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


def look(client_for: Any, user: Any, office: Office, item: Item) -> str:
    answer = client_for(user, office.unit).get(f"/items/{item.uuid}/journey/")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def drawn(page: str) -> list[str]:
    """Return what the drawing tells a reader of each place."""
    return re.findall(r"<title>([^<]+)</title>\s*<svg", page)


def way_of(office: Office, item: Item) -> Journey:
    found = journey(office.unit.pk, item.uuid, for_the_office=True)
    assert found is not None
    return found


def test_the_office_of_the_merged_report_sees_both_lines_and_what_went_astray(
    offices: Offices, ways: Ways, client_for: Any
) -> None:
    page = look(client_for, offices.city.clerk, offices.city, ways.whole)
    told = [re.sub(r"，\d\d-\d\d \d\d:\d\d", "", one) for one in drawn(page)]
    assert sorted(told) == sorted(
        [
            "南海区政协，单篇采用，南〔2026〕1号",
            "民盟南海总支，党派线，单篇采用，民〔2026〕1号",
            "南海区政协，已撤回",
            "民盟佛山市委会，党派线，单篇采用，民〔2026〕1号",
            "佛山市政协，已退回",
            "佛山市政协，已并入，佛〔2026〕1号",
            "佛山市政协，已并入，佛〔2026〕2号",
            "佛山市政协，综合采用，佛〔2026〕3号",
            f"{LEADER}，批示",
            "佛山市政协，答复",
            "广东省政协，单篇采用，广〔2026〕1号，冲正 1 处",
            "领导，已冲正",
            "全国政协，系统外，等反馈 报送",
        ]
    )
    assert re.findall(r'<h2 id="h-line-\d">([^<]+)</h2>', page) == ["党派线", "政协线"]
    assert "在佛山市政协与上面的线并在一起" in page
    assert re.search(r'class="zt-tnode is-off is-gone">\s*<title>领导', page)


def test_every_place_of_the_drawing_stands_in_the_list(offices: Offices, ways: Ways, client_for: Any) -> None:
    page = look(client_for, offices.city.clerk, offices.city, ways.whole)
    anchors = re.findall(r'href="#(way-[^"]+)"', page)
    assert len(anchors) == 13
    for anchor in anchors:
        assert page.count(f'id="{anchor}"') == 1


def test_a_contributor_sees_its_own_line_and_hidden_words_as_such(
    offices: Offices, ways: Ways, client_for: Any
) -> None:
    for user in (offices.county.author, offices.county.clerk):
        page = look(client_for, user, offices.county, ways.county)
        for secret in (LEADER, WORDS, "民盟", "佛〔2026〕2号", "关于规范充电的建议"):
            assert secret not in page, (user.username, secret)
        assert "批示全文未开放" in page
        told = [re.sub(r"，\d\d-\d\d \d\d:\d\d.*", "", one) for one in drawn(page)]
        assert told == [
            "梁晓岚，反映人",
            "南海区政协，单篇采用，南〔2026〕1号",
            "佛山市政协，已退回",
            "佛山市政协，已并入，佛〔2026〕1号",
            "佛山市政协，综合采用，佛〔2026〕3号",
            "广东省政协，综合采用，广〔2026〕1号",
            "全国政协，系统外，等反馈",
            "市级领导，批示",
            "佛山市政协，答复",
            "领导，已冲正",
        ]


def test_the_party_line_sees_its_own_way(offices: Offices, ways: Ways, client_for: Any) -> None:
    page = look(client_for, offices.branch.author, offices.branch, ways.branch)
    assert "南海区政协，已撤回" in page
    assert "撤回报送，报错了单位" in page
    assert "南〔2026〕1号" not in page
    assert "请补充数据" not in page


def test_two_lines_of_one_matter_are_drawn_together_for_the_office_where_both_arrive(
    offices: Offices, client_for: Any
) -> None:
    for one in offices.every:
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    county, city, party = offices.county, offices.city, offices.party
    own, other = county.approved(), party.approved(title="关于充电棚的建议")
    both = [up(county, own, city), up(party, other, city)]
    page = look(client_for, city.clerk, city, both[0])
    assert "民盟佛山市委会" not in page
    with city.unit:
        exchange.join_lines(actor=city.clerk.actor, item_uuid=both[0].uuid, other_uuid=both[1].uuid)
    page = look(client_for, city.clerk, city, both[0])
    assert len(drawn(page)) == 4
    assert "民盟佛山市委会" in page
    below = look(client_for, county.clerk, county, own)
    assert "民盟" not in below
    assert "同一件事另有 1 条线报来" in below


def test_what_is_awaited_says_from_whom_and_what_one_may_do(offices: Offices, ways: Ways, client_for: Any) -> None:
    page = look(client_for, offices.province.clerk, offices.province, ways.top)
    [row] = re.findall(r'<ul class="zt-waits">(.*?)</ul>', page, re.DOTALL)
    said = re.sub(r"<[^>]+>", " ", row).split()
    assert said[:3] == ["全国政协", "采用结果", "广东省政协"]
    assert "登记结果" in said
    assert f"/items/{ways.top.uuid}/outcomes/" in row
    below = look(client_for, offices.county.author, offices.county, ways.county)
    assert "登记结果</a>" not in below


def test_nothing_awaited_is_said_so(office: Office, client_for: Any) -> None:
    item = office.approved()
    assert "没有在等的。" in look(client_for, office.author, office, item)


def test_the_drawing_and_the_order_of_lines_cost_no_query(
    offices: Offices, ways: Ways, django_assert_num_queries: Any
) -> None:
    way = way_of(offices.city, ways.whole)
    with django_assert_num_queries(0):
        tree = draw(way, author="梁晓岚")
        assert len(tree.nodes) == 14
        assert [band.word for band in tree.bands] == ["全国", "省", "市", "区县"]
        assert [len(branch.stops) for branch in way.branches] == [7, 3]
        assert [one.stop.name for one in way.awaited(PUBLISHED)] == ["全国政协"]


def test_the_page_costs_the_same_for_a_short_way_and_a_long_one(offices: Offices, ways: Ways, client_for: Any) -> None:
    client = client_for(offices.city.clerk, offices.city.unit)
    counts = []
    for item in (ways.from_county, ways.whole):
        client.get(f"/items/{item.uuid}/journey/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/items/{item.uuid}/journey/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
