"""Hot subjects: what many items are about, each count as long as its list, and nothing of what one may not read."""

import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from search.backend import backend
from search.clusters import hot_subjects
from search.clusters.grouping import Text, Told, group, name_of
from search.clusters.keeping import compute
from search.clusters.subjects import behind, get_subject
from search.documents import Document, unit_grant
from search.models import HotItem, HotSubject
from search.tasks import refresh_hot_subjects
from tests.factories import client_for, exported, make_user
from tests.platform.ranking.histories import publish
from zhitong.core import clock
from zhitong.core.errors import NotAllowed, NotFound
from zhitong.core.operations import Actor
from zhitong.exchange.models import ItemFact, Matter
from zhitong.ranking.periods import Period
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
MAY = Period.of_month(2026, 5)
LIFTS = "老旧小区加装电梯维保缺位，住户分摊费用争议大，物业不愿接管电梯。"
BUSES = "城际公交跨区线路换乘票价不能互认，乘客刷卡两次付费。"
ALONE = "稻田灌溉水渠淤塞，农户抽水成本高。"


def report(unit: Unit, title: str, text: str, day: date = MAY.first, **more: Any) -> UUID:
    """Index an item of `unit` that the network knows."""
    key, matter = uuid4(), more.pop("matter", None) or Matter.objects.create()
    number = f"{unit.mark}〔2026〕{ItemFact.objects.count() + 1}号"
    ItemFact.objects.create(
        unit=unit,
        item_uuid=key,
        matter=matter,
        number_label=number,
        submitted_at=clock.start_of(day),
        submitted_on=day,
        is_received=more.pop("is_received", False),
    )
    known: dict[str, Any] = {"kind": "item", "object_uuid": key, "version": 1, "state": "in_review", "day": day}
    readers = [unit_grant(unit.pk)]
    backend().index(
        [Document(unit_id=unit.pk, title=title, problem=text, number_label=number, readers=readers, **known | more)]
    )
    return key


@pytest.fixture
def world(unit: Unit, city: Unit, province: Unit) -> dict[str, UUID]:
    """Lifts from three units and before, buses from two, one unit that repeats itself, one alone; one received."""
    keys = {f"lift{n}": report(one, f"加装电梯维保{n}", LIFTS) for n, one in enumerate((unit, unit, city, province))}
    keys |= {f"bus{n}": report(one, f"城际公交换乘{n}", BUSES) for n, one in enumerate((unit, city, city))}
    keys |= {f"rice{n}": report(unit, f"稻田灌溉水渠{n}", ALONE) for n in range(3)}
    report(city, "加装电梯维保", LIFTS, MAY.before.first)
    received = ItemFact.objects.get(item_uuid=keys["lift0"]).matter
    keys["received"] = report(city, "加装电梯维保", LIFTS, is_received=True, matter=received)
    report(city, "城际公交换乘", BUSES, state="withdrawn")
    return keys


def office(unit: Unit, *rights: str) -> Actor:
    return Actor(unit.pk, "办公室", uuid4(), frozenset(rights))


def test_a_subject_of_the_network_is_what_several_units_report_the_most_first(
    world: dict[str, UUID], province: Unit
) -> None:
    assert compute(MAY, None) == 2
    with province:
        lifts, buses = hot_subjects(office(province, "monitor.province"), None, MAY.first, MAY.last, 9)
    assert (lifts.items, lifts.units, lifts.before) == (4, 3, 1)
    assert (buses.items, buses.units, buses.before) == (3, 2, 0)
    assert "电梯" in lifts.name
    assert "公交" in buses.name


def test_the_list_of_a_subject_is_as_long_as_its_count_and_names_what_the_reader_has(
    world: dict[str, UUID], unit: Unit, city: Unit, province: Unit
) -> None:
    compute(MAY, None)
    with city:
        actor = office(city, "monitor.province", "search.archive")
        lifts = hot_subjects(actor, None, MAY.first, MAY.last, 1)[0]
        rows = behind(actor, lifts)
    assert len(rows) == lifts.items
    named = {(row.unit, row.item) for row in rows if row.title}
    assert named == {(city.short_name, world["lift2"]), (unit.short_name, world["received"])}
    assert {row.unit for row in rows} == {unit.short_name, city.short_name, province.short_name}
    assert all(row.number and row.day == MAY.first for row in rows)
    with city:
        blind = behind(office(city, "monitor.province"), lifts)
    assert len(blind) == lifts.items
    assert not any(row.title or row.item for row in blind)


def test_a_unit_reads_the_subjects_of_its_own_archive_received_ones_included(
    world: dict[str, UUID], unit: Unit, city: Unit
) -> None:
    assert compute(MAY, unit.pk) == 1
    compute(MAY, city.pk)
    with unit:
        actor = office(unit, "search.archive")
        [rice] = hot_subjects(actor, unit, MAY.first, MAY.last, 9)
        assert {row.item for row in behind(actor, rice)} == {world[f"rice{n}"] for n in range(3)}
        assert (rice.items, rice.units) == (3, 1)


def test_nobody_reads_what_is_not_theirs(world: dict[str, UUID], unit: Unit, city: Unit) -> None:
    compute(MAY, None)
    compute(MAY, unit.pk)
    network = HotSubject.objects.filter(unit=None).first()
    own = HotSubject.objects.get(unit=unit)
    assert network is not None
    with unit:
        with pytest.raises(NotAllowed):
            hot_subjects(office(unit, "search.archive"), None, MAY.first, MAY.last, 9)
        with pytest.raises(NotAllowed):
            hot_subjects(office(unit, "search.use"), unit, MAY.first, MAY.last, 9)
        with pytest.raises(NotFound):
            hot_subjects(office(unit, "search.archive"), city, MAY.first, MAY.last, 9)
        with pytest.raises(NotFound):
            get_subject(office(unit, "search.archive"), network.pk)
    with city, pytest.raises(NotFound):
        get_subject(office(city, "search.archive", "monitor.province"), own.pk)


def test_computing_anew_takes_the_place_of_what_was_there(world: dict[str, UUID], unit: Unit) -> None:
    compute(MAY, None)
    compute(MAY, None)
    assert HotSubject.objects.filter(unit=None).count() == 2
    assert HotItem.objects.count() == 7


def test_the_nightly_task_keeps_the_periods_of_today(world: dict[str, UUID], unit: Unit) -> None:
    with clock.at(clock.start_of(MAY.last + timedelta(days=3))):
        assert refresh_hot_subjects() > 0
    known = HotSubject.objects.filter(unit=None, name__contains="电梯").values_list("first", "last")
    assert set(known) == {
        (MAY.first, MAY.last),
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    }


def test_the_page_shows_the_subjects_and_each_opens_its_list(
    world: dict[str, UUID], unit: Unit, city: Unit, province: Unit
) -> None:
    compute(MAY, None)
    compute(MAY, unit.pk)
    clerk = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    page = clerk.get(f"/search/hot/?{MAY.query}").content.decode()
    own = HotSubject.objects.get(unit=unit)
    assert own.name in page
    assert "新出现" in page
    listed = clerk.get(f"/search/hot/{own.pk}/").content.decode()
    assert listed.count("稻田灌溉水渠") >= 3
    network = HotSubject.objects.filter(unit=None).first()
    assert network is not None
    assert network.name not in page
    assert clerk.get(f"/search/hot/{network.pk}/").status_code == 404
    author = client_for(make_user(unit, "liang"), unit)
    assert author.get("/search/hot/").status_code == 403


def test_subjects_and_what_is_behind_them_as_files(world: dict[str, UUID], unit: Unit, province: Unit) -> None:
    compute(MAY, None)
    compute(MAY, unit.pk)
    office = client_for(make_user(province, "tongji", roles=["province_office"]), province)
    clerk = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    for client, whose in ((office, None), (clerk, unit)):
        kept = list(HotSubject.objects.filter(unit=whose).order_by("place"))
        rows = taken(client, "search.hot", MAY.query)
        assert [(row[1], row[2]) for row in rows] == [(one.name, str(one.items)) for one in kept]
        for one in kept:
            assert len(taken(client, "search.hot_items", f"subject={one.pk}")) == one.items
    network = HotSubject.objects.filter(unit=None)[0]
    form = {"kind": "search.hot_items", "query": f"subject={network.pk}", "format": "csv"}
    assert clerk.post("/exports/ask/", form).status_code == 404
    author = client_for(make_user(unit, "liang"), unit)
    assert author.post("/exports/ask/", {**form, "kind": "search.hot"}).status_code == 403


def test_the_dashboards_show_what_the_reader_may_read_each_with_its_list(
    world: dict[str, UUID], unit: Unit, city: Unit, province: Unit
) -> None:
    publish(province)
    report(city, "城际公交换乘", BUSES)  # the third of 佛山's own archive
    for whose in (None, unit.pk, city.pk):
        compute(MAY, whose)
    office = client_for(make_user(province, "tongji", roles=["province_office"]), province)
    clerk = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    above = client_for(make_user(city, "lin", roles=["leader"]), city)
    for client, path, whose in ((office, "/province/", None), (clerk, "/overview/", unit), (above, "/overview/", city)):
        shown = client.get(f"{path}?{MAY.query}").context["hot"].subjects
        kept = HotSubject.objects.filter(unit=whose, first=MAY.first, last=MAY.last).order_by("place")
        assert [(one.name, one.items, one.units) for one in shown] == list(kept.values_list("name", "items", "units"))
        assert shown
        for one in shown:
            assert len(client.get(one.url).context["rows"]) == one.items
    [lifts, buses] = office.get(f"/province/?{MAY.query}").context["hot"].subjects
    assert (lifts.change.word, buses.change.word) == ("多 3 篇", "新出现")
    wall = office.get(f"/province/wall/?{MAY.query}").content.decode()
    assert lifts.name in wall
    assert "<a " not in wall
    # Of a unit below, what its archive says is its own; and no subject of the network stands on a unit's page.
    assert above.get(f"/overview/{unit.uuid}/?{MAY.query}").context["hot"] is None
    assert office.get(f"/overview/{unit.uuid}/?{MAY.query}").context["hot"] is None
    # The statistician looks over the province and does not search the committee's own archive.
    assert office.get(f"/overview/{province.uuid}/?{MAY.query}").context["hot"] is None
    empty = office.get("/province/?year=2020").content.decode()
    assert "这个时段没有热点" in empty


def taken(client: Client, kind: str, query: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(exported(client, kind, query, wanted="csv").decode("utf-8-sig"))))[1:]


def test_groups_are_not_chained_and_small_ones_are_left_out() -> None:
    def text(key: int, *terms: int) -> Text:
        return Text(key, key, frozenset(terms))

    chain = [text(1, 1, 2, 3, 4), text(2, 1, 2, 3, 4, 5, 6, 7, 8), text(3, 5, 6, 7, 8), text(4, 5, 6, 7, 9)]
    [found] = group(chain)
    assert [one.key for one in found] == [2, 1, 3]
    assert group(chain[:2]) == []
    assert group(chain, least_units=4) == []


def test_over_the_network_no_word_of_one_unit_alone_names_a_subject() -> None:
    weighed = [{"电梯": 2.0, "映月社区": 9.0}, {"电梯": 2.0, "映月社区": 9.0}, {"电梯": 2.0, "加装": 1.0}]
    told = [Told(unit, words, words.keys()) for unit, words in zip((1, 1, 2), weighed, strict=True)]
    assert name_of(told, least_units=2) == "电梯"
    assert name_of(told).startswith("映月社区")
    assert name_of([Told(unit, {"建议": 1.0}, ["建议"]) for unit in range(3)]) == ""


def test_a_turn_of_phrase_that_titles_do_not_say_is_no_subject(unit: Unit, city: Unit, province: Unit) -> None:
    phrase = "现有规定比较原则，操作细则没有跟上，基层执行中尺度不一，宁严勿宽。"
    titles = ("加装电梯维保", "公交换乘票价", "稻田灌溉水渠", "夜间施工噪声")
    for one, title in zip((unit, city, province, city), titles, strict=True):
        report(one, title, phrase)
    assert compute(MAY, None) == 0
    for one in (unit, province):
        report(one, "夜间施工噪声扰民", phrase)
    assert compute(MAY, None) == 1
    assert set(HotSubject.objects.get().name.split("、")) <= {"夜间", "施工", "噪声"}
