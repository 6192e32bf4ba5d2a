"""What another unit sent is found by those who receive it, its files too, and by nobody else; gone with the right."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from search.backend import Query, backend
from search.files.keeping import read_due
from search.models import FileText, SearchDocument
from search.rights import reader_of
from search.sweeping import sweep
from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items import operations as items
from tenants.items.models import Item
from tenants.review import operations as review
from tests.factories import make_draft
from tests.search.test_files import excel
from tests.tenants.desk.conftest import Office, people
from tests.tenants.desk.test_units_that_change import end, new_city
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch
from zhitong.units.models import Unit

Arrive = Callable[[], None]
Settle = Callable[[], None]
ONLY_IN_THE_FILE = "黄岐六街"


@pytest.fixture
def county(unit: Unit) -> Office:
    return people(unit, "a_")


@pytest.fixture
def city_office(city: Unit) -> Office:
    return people(city, "b_")


@pytest.fixture
def neighbour(stranger: Unit) -> Office:
    return people(stranger, "c_")


@pytest.fixture
def settle(arrive: Arrive, drain: Any) -> Settle:
    def run() -> None:
        drain()
        read_due()
        drain()
        arrive()

    return run


def with_file(office: Office, *lines: str, **changes: Any) -> Item:
    """Return an approved item of the office with a workbook."""
    draft = make_draft(office.unit, office.author, **changes)
    with office.unit:
        file = ContentFile(excel(list(lines)), "维保清单.xlsx")
        items.attach(actor=office.author.actor, item_uuid=draft.uuid, file=file)
        draft.refresh_from_db()
        review.submit(actor=office.author.actor, item_uuid=draft.uuid, version=draft.version)
        item = Item.objects.get(pk=draft.pk)
        office.pass_through(item)
        return Item.objects.get(pk=draft.pk)


def sent(office: Office, item: Item) -> Dispatch:
    [dispatch] = office.send(item, "佛山市政协")
    return dispatch


def found(office: Office, user: User, words: str = ONLY_IN_THE_FILE) -> list[tuple[str, UUID]]:
    with office.unit:
        results = backend().search(Query(words), reader_of(user.actor))
    hits = [(hit.document.kind, hit.document.object_uuid) for hit in results.hits]
    assert results.total == len(hits) == sum(results.counts["kind"].values())
    return hits


def test_what_stands_only_in_a_file_is_found_by_who_receives_it(
    county: Office, city_office: Office, neighbour: Office, settle: Settle
) -> None:
    item = with_file(county, ONLY_IN_THE_FILE)
    settle()
    assert found(city_office, city_office.clerk) == []  # not sent yet
    dispatch = sent(county, item)
    settle()
    assert found(county, county.author) == found(county, county.reader) == [("item", item.uuid)]
    assert found(city_office, city_office.clerk) == [("dispatch", dispatch.uuid)]
    assert found(city_office, city_office.clerk, "维保清单") == [("dispatch", dispatch.uuid)]  # the name of the file
    # The city's archive is open to its leader and its reader, but what comes in is not.
    for office, user in (
        (city_office, city_office.author),
        (city_office, city_office.leader),
        (city_office, city_office.reader),
        (neighbour, neighbour.clerk),
        (neighbour, neighbour.author),
    ):
        assert found(office, user) == [], user
    assert FileText.objects.get().unit == county.unit  # read once, for the unit that keeps it
    assert sweep(deep=True).is_clean


def test_it_is_found_after_it_was_taken_in_and_when_the_file_is_read_later(
    county: Office, city_office: Office, neighbour: Office, arrive: Arrive, drain: Any
) -> None:
    dispatch = sent(county, with_file(county, ONLY_IN_THE_FILE))
    with city_office.unit:
        own = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
    drain()
    arrive()
    assert found(city_office, city_office.clerk) == []  # nobody waits for the reading
    assert read_due() == 1
    drain()
    arrive()
    assert found(city_office, city_office.clerk) == [("dispatch", dispatch.uuid)]
    assert set(found(city_office, city_office.clerk, own.title)) == {("dispatch", dispatch.uuid), ("item", own.uuid)}
    assert found(city_office, city_office.leader) == found(neighbour, neighbour.clerk) == []
    assert SearchDocument.objects.get(kind="dispatch").matter == SearchDocument.objects.get(object_uuid=own.uuid).matter
    assert sweep(deep=True).is_clean


def test_what_came_without_files_is_found_once_it_is_the_units_own_as_that_alone(
    county: Office, city_office: Office, settle: Settle
) -> None:
    dispatch = sent(county, county.approved(title="关于黄岐六街的建议"))
    settle()
    assert found(city_office, city_office.clerk) == [("dispatch", dispatch.uuid)]
    with city_office.unit:
        own = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
    settle()
    assert found(city_office, city_office.clerk) == [("item", own.uuid)]
    assert sweep(deep=True).is_clean


def test_what_is_kept_for_later_is_found_and_what_is_recalled_is_not(
    county: Office, city_office: Office, settle: Settle
) -> None:
    kept, recalled = (sent(county, with_file(county, ONLY_IN_THE_FILE, title=f"关于{n}的建议")) for n in "甲乙")
    settle()
    assert len(found(city_office, city_office.clerk)) == 2
    with city_office.unit:
        exchange.keep(actor=city_office.clerk.actor, dispatch_uuid=kept.uuid, reason="以后研究")
    with county.unit:
        exchange.recall(actor=county.clerk.actor, dispatch_uuid=recalled.uuid)
    settle()
    assert found(city_office, city_office.clerk) == [("dispatch", kept.uuid)]
    assert len(found(county, county.author)) == 2
    assert sweep(deep=True).is_clean


def test_a_recall_that_the_receiver_grants_takes_the_text_away(
    county: Office, city_office: Office, settle: Settle
) -> None:
    item = with_file(county, ONLY_IN_THE_FILE)
    dispatch = sent(county, item)
    with city_office.unit:
        desk.accept(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
    settle()
    assert found(city_office, city_office.clerk) == [("dispatch", dispatch.uuid)]
    with county.unit:
        exchange.ask_recall(actor=county.clerk.actor, dispatch_uuid=dispatch.uuid, reason="数据有误")
    with city_office.unit:
        desk.grant_recall(actor=city_office.clerk.actor, dispatch_uuid=dispatch.uuid)
    settle()
    assert found(city_office, city_office.clerk) == []
    assert found(county, county.author) == [("item", item.uuid)]
    assert sweep(deep=True).is_clean


def test_a_corrected_copy_is_found_by_its_own_words_beside_the_first(
    county: Office, city_office: Office, settle: Settle
) -> None:
    item = with_file(county, ONLY_IN_THE_FILE, title="关于旧路名的建议")
    first = sent(county, item)
    with city_office.unit:
        exchange.return_dispatch(actor=city_office.clerk.actor, dispatch_uuid=first.uuid, reason="路名有误")
    with county.unit:
        item.refresh_from_db()
        texts = {name: getattr(item, name) for name in ("problem", "analysis", "suggestions")}
        desk.correct(
            actor=county.clerk.actor,
            item_uuid=item.uuid,
            version=item.version,
            texts={"title": "关于平洲新街的建议", **texts},
        )
        item.refresh_from_db()
    second = sent(county, item)
    settle()
    assert found(city_office, city_office.clerk, "平洲新街") == [("dispatch", second.uuid)]
    assert set(found(city_office, city_office.clerk)) == {("dispatch", first.uuid), ("dispatch", second.uuid)}
    assert FileText.objects.count() == 1
    assert sweep(deep=True).is_clean


def test_a_unit_that_takes_over_finds_what_was_open(
    county: Office, city_office: Office, province: Unit, settle: Settle
) -> None:
    heir = people(new_city("guangzhou", "政协广州市委员会", "广州市政协", province), "g_")
    sent(county, with_file(county, ONLY_IN_THE_FILE))
    settle()
    assert found(heir, heir.clerk) == []
    end(city_office.unit, heir.unit)
    settle()
    moved = Dispatch.objects.get(receiver=heir.unit)
    assert found(heir, heir.clerk) == [("dispatch", moved.uuid)]
    assert sweep(deep=True).is_clean


def test_a_sweep_finds_what_came_in_before_dispatches_were_documents(
    county: Office, city_office: Office, settle: Settle
) -> None:
    dispatch = sent(county, with_file(county, ONLY_IN_THE_FILE))
    settle()
    backend().remove("dispatch", [dispatch.uuid])
    settle()
    assert found(city_office, city_office.clerk) == []
    swept = sweep()
    assert (swept.missing, swept.outdated, swept.surplus, swept.units) == (1, 0, 0, [city_office.unit.short_name])
    settle()
    assert found(city_office, city_office.clerk) == [("dispatch", dispatch.uuid)]


def test_the_page_shows_the_hit_with_the_words_of_the_file(
    county: Office, city_office: Office, settle: Settle, client_for: Callable[[User, Unit], Client]
) -> None:
    dispatch = sent(county, with_file(county, ONLY_IN_THE_FILE))
    settle()
    client = client_for(city_office.clerk, city_office.unit)
    listed = client.get("/search/", {"q": ONLY_IN_THE_FILE}).content.decode()
    assert f"/inbox/{dispatch.uuid}/" in listed
    assert "来稿" in listed
    assert client.get(f"/inbox/{dispatch.uuid}/").status_code == 200
    for user in (city_office.leader, city_office.author):
        listed = client_for(user, city_office.unit).get("/search/", {"q": ONLY_IN_THE_FILE}).content.decode()
        assert str(dispatch.uuid) not in listed
