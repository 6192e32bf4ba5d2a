"""Papers and what became of items are found by those who may read them: against a slow filter that asks the pages."""

from collections.abc import Callable
from itertools import chain
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from search.backend import Query, backend
from search.documents import PROPOSAL, REPORT
from search.files.keeping import read_due
from search.models import Fingerprint, SearchDocument
from search.rights import reader_of
from search.sources import kind_labels, source_of
from search.sweeping import sweep
from tenants.accounts.models import Role, User
from tenants.desk import operations as desk
from tenants.items.documents import submitted
from tenants.papers import operations as papers
from tenants.papers.queries import readable
from tenants.proposals.models import Proposal
from tests.search.test_rights import everything
from tests.tenants.desk.conftest import Office, people
from tests.tenants.papers.conftest import Network, new_paper
from tests.tenants.proposals.lists import bring
from zhitong.documents import storage
from zhitong.exchange import operations as exchange
from zhitong.exchange.journeys import Node
from zhitong.exchange.journeys.telling import is_open
from zhitong.exchange.models import Audience, Delivery, Dispatch, Event, EventKind, Paper, PaperKind, Visibility
from zhitong.exchange.queries import journey
from zhitong.exchange.queries.chains import ways_up
from zhitong.units.models import Unit

Arrive = Callable[[], None]


def papers_of(office: Office, user: User) -> set[tuple[str, UUID]]:
    """Return the papers a user may open: every row of the network is looked at."""
    may_read = {paper.pk for paper in readable(user)}
    found = set()
    for paper in Paper.objects.filter(withdrawn_at__isnull=True):
        if paper.unit_id == office.unit.pk and (paper.pk in may_read or user.has_zt_perm("exchange.publish")):
            found.add((paper.kind, paper.uuid))
        for delivery in Delivery.objects.filter(paper=paper, receiver=office.unit):
            open_to_all = paper.open_to_members and paper.pk in may_read
            if open_to_all or user.has_zt_perm("exchange.receive"):
                found.add((paper.kind, delivery.uuid))
    return found


def happenings_of(office: Office, user: User, items: set[UUID]) -> set[tuple[str, UUID]]:
    """Return the events above items of a user whose words, or printed issue, their journey would show."""
    found = set()
    for item in items:
        told = journey(office.unit.pk, item, for_the_office=user.has_zt_perm("items.read_all"))
        assert told is not None
        above = {reached.node for reached in ways_up([Node(office.unit.pk, item)])[Node(office.unit.pk, item)]}
        for event in chain.from_iterable(stop.standing for stop in told.stops):
            if Node(event.unit_id, event.item_uuid) not in above:
                continue
            if event.kind == EventKind.PUBLISHED or (event.kind == EventKind.ADOPTED and event.bulletin):
                found.add((EventKind.PUBLISHED.value, uuid5(event.uuid, str(item))))
            elif event.kind == EventKind.INSTRUCTION and is_open(event, told.insider_of):
                found.add((event.kind, uuid5(event.uuid, str(item))))
    return found


def dispatches_of(office: Office, user: User) -> set[tuple[str, UUID]]:
    """Return what came in from other units and is not found as the unit's own item: every row is looked at."""
    if not user.has_zt_perm("exchange.receive"):
        return set()
    return {
        ("dispatch", one.uuid)
        for one in Dispatch.objects.filter(receiver=office.unit)
        if one.state != "recalled" and (one.accepted_item_uuid is None or one.packet.grants.exists())
    }


def items_of(user: User) -> set[UUID]:
    if user.has_zt_perm("search.archive"):
        return {item.uuid for item in submitted()}
    return {item.uuid for item in submitted() if user in [item.created_by, *(a.user for a in item.authors.all())]}


def expected(office: Office, user: User) -> set[tuple[str, UUID]]:
    items = items_of(user)
    found = {(REPORT, item) for item in items} | papers_of(office, user) | happenings_of(office, user, items)
    found |= dispatches_of(office, user)
    if user.has_zt_perm("search.archive"):
        found |= {(PROPOSAL, key) for key in Proposal.objects.values_list("uuid", flat=True)}
    return found


def compared(network: Network, arrive: Arrive, drain: Any) -> int:
    """Compare what each reader finds with what they may open; return how much that was."""
    drain()
    arrive()
    seen = 0
    for office in (network.province, network.city, network.county, network.neighbour):
        with office.unit:
            for user in User.objects.order_by("pk"):
                reader = reader_of(user.actor)
                may = expected(office, user)
                found = everything(Query("", sort="time"), reader)
                known = set(
                    SearchDocument.objects.filter(object_uuid__in=found, unit=office.unit).values_list(
                        "kind", "object_uuid"
                    )
                )
                assert len(found) == len(may), (office.unit, user)
                assert known == may, (office.unit, user)
                assert backend().search(Query("电梯"), reader).total <= len(may)
                seen += len(may)
    assert sweep(deep=True).is_clean
    return seen


@pytest.fixture
def network(province: Unit, city: Unit, unit: Unit, stranger: Unit) -> Network:
    """Papers of every kind and audience; an item that went up, was printed and instructed, openly and not."""
    offices = [people(one, f"{letter}_") for letter, one in zip("pcna", (province, city, unit, stranger), strict=True)]
    network = Network(*offices)
    province, city, county = network.province, network.city, network.county
    call = network.publish(province, city.unit, county.unit)
    network.pass_on(city, call, county.unit, audience=Audience.ALL)
    network.publish(city, county.unit, kind=PaperKind.NOTICE, open_to_members=True, audience=Audience.ALL)
    network.publish(city, county.unit, network.neighbour.unit, kind=PaperKind.TOPICS)
    network.publish(county, kind=PaperKind.READING, people=(county.author,))
    network.publish(city, kind=PaperKind.CIRCULAR, audience=Audience.ALL)
    item = county.approved()
    bring(county.unit)
    with county.unit:
        papers.show_item(
            actor=county.clerk.actor,
            new=new_paper(PaperKind.EXEMPLAR, audience=Audience.ALL),
            item_uuid=item.uuid,
        )
    county.send(county.approved(title="关于电梯困人救援的建议"), city.unit.short_name)  # nobody has taken it in
    [dispatch] = county.send(item, city.unit.short_name)
    with city.unit:
        taken = desk.accept(actor=city.clerk.actor, dispatch_uuid=dispatch.uuid)
        city.pass_through(taken)
        for visibility, leader in ((Visibility.FACT, "张三"), (Visibility.FULL, "李四")):
            desk.record_outcome(
                actor=city.clerk.actor,
                item_uuid=taken.uuid,
                kind=EventKind.INSTRUCTION,
                leader=leader,
                leader_rank="city",
                words=f"{leader}：请住建局研办电梯维保。",
                visibility=visibility,
            )
        desk.record_outcome(  # printed by the city's own bulletin
            actor=city.clerk.actor,
            item_uuid=taken.uuid,
            kind=EventKind.PUBLISHED,
            bulletin="佛山社情民意",
            issue_number="12",
        )
    return network


def test_everybody_finds_what_they_may_open_and_nothing_else(network: Network, arrive: Arrive, drain: Any) -> None:
    city, county = network.city, network.county
    assert compared(network, arrive, drain) > 50
    kinds = set(SearchDocument.objects.values_list("kind", flat=True))
    assert kinds == {REPORT, PROPOSAL, *PaperKind.values, "instruction", "published", "dispatch"} <= set(kind_labels())
    assert set(Fingerprint.objects.values_list("document__kind", flat=True)) == {REPORT, PROPOSAL}

    # A paper is withdrawn, an instruction reversed, a right taken: all within one drain.
    with city.unit:
        call = Paper.objects.get(unit=city.unit, kind=PaperKind.CALL)
        exchange.withdraw_paper(actor=city.clerk.actor, paper_uuid=call.uuid, reason="改期")
        wrong = Event.objects.get(kind=EventKind.INSTRUCTION, visibility=Visibility.FULL)
        exchange.reverse(actor=city.clerk.actor, event_uuid=wrong.uuid, reason="登记错了")
    with county.unit:
        role = Role.objects.get(code="clerk")
        role.permissions = ["search.use", "search.archive", "exchange.publish"]
        role.save()
    before = SearchDocument.objects.count()
    compared(network, arrive, drain)
    assert SearchDocument.objects.count() < before


def test_words_kept_from_the_chain_are_found_by_the_recorders_office_alone(
    network: Network, arrive: Arrive, drain: Any
) -> None:
    drain()
    arrive()

    def heads(office: Office, user: User) -> list[str]:
        with office.unit:
            results = backend().search(Query("研办"), reader_of(user.actor))
            return sorted(hit.document.title.partition("：")[0] for hit in results.hits)

    assert heads(network.city, network.city.clerk) == ["张三批示", "李四批示"]
    assert heads(network.county, network.county.clerk) == ["李四批示"]
    assert heads(network.county, network.county.author) == ["李四批示"]
    assert heads(network.neighbour, network.neighbour.clerk) == []


def test_every_hit_opens_a_page_that_its_finder_may_read(
    network: Network, drain: Any, client_for: Callable[[User, Unit], Client]
) -> None:
    drain()
    opened = 0
    for office in (network.city, network.county):
        for user in (office.author, office.clerk, office.leader, office.reader):
            client = client_for(user, office.unit)
            with office.unit:
                results = backend().search(Query("", sort="time"), reader_of(user.actor))
                pages = {source_of(hit.document.kind).page(hit.document, user.actor) for hit in results.hits}
            for page in sorted(pages):
                assert client.get(page).status_code == 200, (user, page)
                opened += 1
            listed = client.get(reverse("search:page", urlconf="zhitong.config.urls_unit"), {"q": "电梯"})
            assert listed.status_code == 200
            shown = listed.content.decode()
            assert all(page in shown for page in pages if "papers" in page and "电梯" in page)
    assert opened > 25


def test_the_text_of_an_enclosure_is_found_where_the_paper_was_given(
    network: Network, arrive: Arrive, drain: Any
) -> None:
    with network.city.unit:
        file = storage.store(network.city.unit, ContentFile("黄岐六街的维保台账".encode(), "台账.txt"))
        papers.publish(
            actor=network.city.clerk.actor,
            new=new_paper(PaperKind.NOTICE, title="关于报送台账的通知"),
            to=[network.county.unit.uuid],
            files=[file],
        )
    drain()
    assert read_due() == 1
    drain()
    arrive()
    for office in (network.city, network.county):
        with office.unit:
            [hit] = backend().search(Query("黄岐六街"), reader_of(office.clerk.actor)).hits
            assert hit.document.title == "关于报送台账的通知"
    with network.county.unit:
        assert backend().search(Query("黄岐六街"), reader_of(network.county.author.actor)).total == 0
