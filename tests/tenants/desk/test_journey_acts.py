"""What one may do from the page of a way: urge, look a number up, print, compare sent with adopted."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from tenants.items.models import Item
from tenants.items.texts import Texts
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import make_user, refuse_failed_messages
from tests.tenants.desk.conftest import Office, people
from tests.tenants.desk.ways import LEADER, Offices, Ways, adopt, go_all_ways, up
from tests.tenants.review.test_sheet import words_of_docx, words_of_pdf
from zhitong.core import clock, outbox
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, Event, EventKind
from zhitong.exchange.queries import faults
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
def waiting(office: Office, city_office: Office) -> Dispatch:
    """A report that waits for its receipt by the city."""
    for one in (office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    [dispatch] = office.send(office.approved(), "佛山市政协")
    return dispatch


def see(client_for: Any, user: Any, office: Office, path: str) -> str:
    answer = client_for(user, office.unit).get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


# --- urging -----------------------------------------------------------------------------------------------------------


def test_urging_reaches_the_receivers_clerks_and_stands_on_the_way(
    waiting: Dispatch, office: Office, city_office: Office, client_for: Any
) -> None:
    way = f"/items/{waiting.item_uuid}/journey/"
    assert f"/send/{waiting.uuid}/urge/" in see(client_for, office.clerk, office, way)
    assert "催办</a>" not in see(client_for, office.author, office, way)
    answer = client_for(office.clerk, office.unit).post(f"/send/{waiting.uuid}/urge/", {"reason": "会期将近"})
    assert (answer.status_code, answer["Location"]) == (302, way)
    outbox.drain()
    refuse_failed_messages()
    with city_office.unit:
        [notice] = Notice.objects.filter(reader=city_office.clerk, kind="dispatch.urged")
    assert notice.title == "南海区政协催办：关于规范电动自行车充电的建议"
    assert notice.body == "会期将近"
    with office.unit:
        assert not Notice.objects.filter(reader=office.author, kind="event.urged").exists()
    assert "催办，会期将近" in re.sub(r"<[^>]+>", "", see(client_for, office.author, office, way))
    assert list(faults()) == []


def test_one_urges_once_a_day_and_nobody_who_is_done_or_outside(
    waiting: Dispatch, office: Office, city_office: Office
) -> None:
    with office.unit:
        exchange.urge_dispatch(actor=office.clerk.actor, dispatch_uuid=waiting.uuid)
        with pytest.raises(WrongState, match="刚催办过"):
            exchange.urge_dispatch(actor=office.clerk.actor, dispatch_uuid=waiting.uuid)
    with clock.at(clock.now() + timedelta(hours=25)):
        with office.unit:
            exchange.urge_dispatch(actor=office.clerk.actor, dispatch_uuid=waiting.uuid)
        with city_office.unit:
            with pytest.raises(NotFound):
                exchange.urge_dispatch(actor=city_office.clerk.actor, dispatch_uuid=waiting.uuid)
            exchange.decline(actor=city_office.clerk.actor, dispatch_uuid=waiting.uuid, reason="已有同类")
    with office.unit, pytest.raises(WrongState, match="已经办结"):
        exchange.urge_dispatch(actor=office.clerk.actor, dispatch_uuid=waiting.uuid)
    assert Event.objects.filter(kind=EventKind.URGED).count() == 2


def test_a_body_outside_is_not_urged_here(ways: Ways, offices: Offices) -> None:
    sent = Dispatch.objects.get(body__isnull=False)
    with offices.province.unit, pytest.raises(WrongState, match="不在平台上"):
        exchange.urge_dispatch(actor=offices.province.clerk.actor, dispatch_uuid=sent.uuid)


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_a_number_leads_to_the_way_of_who_is_on_it(ways: Ways, offices: Offices, client_for: Any) -> None:
    county = client_for(offices.county.author, offices.county.unit)
    for number in ("南〔2026〕1号", "南(2026) 1", "佛〔2026〕3号", "1"):
        answer = county.get("/journey/", {"number": number})
        assert (answer.status_code, answer["Location"]) == (302, f"/items/{ways.county.uuid}/journey/"), number


def test_a_number_that_is_not_ones_own_is_as_one_that_nobody_gave(
    ways: Ways, offices: Offices, stranger: Unit, client_for: Any
) -> None:
    other = make_user(offices.county.unit, "wang")
    neighbour = make_user(stranger, "c_zhou", roles=["clerk"])

    def said(user: Any, unit: Unit, number: str) -> str:
        answer = client_for(user, unit).get("/journey/", {"number": number})
        assert answer.status_code == 200
        return re.sub(r"\w{64}", "", html.unescape(answer.content.decode())).replace(number, "")

    assert said(other, offices.county.unit, "南〔2026〕1号") == said(other, offices.county.unit, "南〔2026〕9号")
    for number in ("南〔2026〕1号", "佛〔2026〕3号", "民〔2026〕1号"):
        assert said(neighbour, stranger, number) == said(neighbour, stranger, "佛〔2026〕99号")
    assert "没有找到" in said(neighbour, stranger, "佛〔2026〕3号")


def test_several_ways_of_one_number_are_all_offered(ways: Ways, offices: Offices, client_for: Any) -> None:
    page = see(client_for, offices.city.clerk, offices.city, "/journey/?number=南〔2026〕1号")
    for item in (ways.from_county, ways.whole):
        assert f'href="/items/{item.uuid}/journey/"' in page


# --- prints -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("extension", "words_of"), [("pdf", words_of_pdf), ("docx", words_of_docx)])
def test_the_print_says_what_the_page_says_and_no_more(
    ways: Ways, offices: Offices, client_for: Any, extension: str, words_of: Any
) -> None:
    city = client_for(offices.city.clerk, offices.city.unit)
    answer = city.get(f"/items/{ways.whole.uuid}/journey.{extension}")
    words = words_of(b"".join(answer.streaming_content))
    for one in (
        "去向单",
        "佛〔2026〕3号",
        "党派线（民盟南海总支）",
        "政协线（南海区政协）",
        LEADER,
        "等反馈",
        "在等",
        "周敏于",
    ):
        assert one in words, one
    county = client_for(offices.county.author, offices.county.unit)
    answer = county.get(f"/items/{ways.county.uuid}/journey.{extension}")
    words = words_of(b"".join(answer.streaming_content))
    assert "批示全文未开放" in words
    assert LEADER not in words
    assert "民盟" not in words
    with offices.county.unit:
        assert AuditEntry.objects.filter(action="documents.file.downloaded", object_id=str(ways.county.uuid)).exists()
    assert county.get(f"/items/{ways.whole.uuid}/journey.{extension}").status_code == 404
    assert county.get(f"/items/{ways.county.uuid}/journey.html").status_code == 404


# --- what was edited --------------------------------------------------------------------------------------------------


@pytest.fixture
def edited(office: Office, city_office: Office) -> tuple[Item, Item, Event]:
    """A report of the county, what the city made of it and changed, and the city's adoption."""
    for one in (office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    own = office.approved()
    above = up(office, own, city_office)
    with city_office.unit:
        task = Task.objects.get(run__item=above)
        texts = Texts.of(above).as_dict() | {"analysis": "场地有限，平台只此一句。"}
        review.edit_text(
            actor=task.holder.actor, task_uuid=task.uuid, version=above.version, texts=Texts.cleaned(texts)
        )
    above = adopt(city_office, above)
    return own, above, Event.objects.get(unit=city_office.unit, kind=EventKind.ADOPTED)


def test_those_below_learn_that_it_was_edited_and_what_only_when_opened(
    edited: tuple[Item, Item, Event], office: Office, city_office: Office, client_for: Any
) -> None:
    own, above, event = edited
    assert event.is_edited
    compared = f"/items/{own.uuid}/adopted/{event.uuid}/"
    page = see(client_for, office.author, office, f"/items/{own.uuid}/journey/")
    assert "核改后采用" in page
    assert "对照未开放" in page
    author = client_for(office.author, office.unit)
    assert author.get(compared).status_code == 404
    # The city sees what it changed, and opens that.
    at_city = f"/items/{above.uuid}/adopted/{event.uuid}/"
    assert "平台只此一句" in see(client_for, city_office.clerk, city_office, at_city)
    clerk = client_for(city_office.clerk, city_office.unit)
    assert clerk.post(at_city, {"verb": "open"}).status_code == 302
    opened = see(client_for, office.author, office, compared)
    assert "<ins>" in opened
    assert "平台只此一句" in opened
    assert f'href="{compared}"' in see(client_for, office.author, office, f"/items/{own.uuid}/journey/")
    assert clerk.post(at_city, {"verb": "close"}).status_code == 302
    assert author.get(compared).status_code == 404
    with city_office.unit:
        actions = AuditEntry.objects.filter(action__startswith="exchange.text.").order_by("pk")
        assert [entry.action for entry in actions] == ["exchange.text.opened", "exchange.text.closed"]


def test_only_who_records_for_the_adopting_unit_opens(
    edited: tuple[Item, Item, Event], office: Office, city_office: Office, client_for: Any
) -> None:
    own, above, event = edited
    below = client_for(office.clerk, office.unit).post(f"/items/{own.uuid}/adopted/{event.uuid}/", {"verb": "open"})
    assert below.status_code == 404
    reader = client_for(city_office.reader, city_office.unit)
    assert reader.post(f"/items/{above.uuid}/adopted/{event.uuid}/", {"verb": "open"}).status_code == 403
    with office.unit, pytest.raises(NotFound):
        exchange.open_adopted_text(actor=office.clerk.actor, event_uuid=event.uuid, content={})


def test_what_was_adopted_as_it_was_sent_says_nothing(office: Office, city_office: Office, client_for: Any) -> None:
    for one in (office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    own = office.approved()
    adopt(city_office, up(office, own, city_office))
    event = Event.objects.get(unit=city_office.unit, kind=EventKind.ADOPTED)
    assert not event.is_edited
    assert "核改" not in see(client_for, office.author, office, f"/items/{own.uuid}/journey/")
    with city_office.unit, pytest.raises(WrongState, match="没有核改"):
        exchange.open_adopted_text(actor=city_office.clerk.actor, event_uuid=event.uuid, content={})
