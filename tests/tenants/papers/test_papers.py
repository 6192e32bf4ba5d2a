"""Topic lists, notices, circulars, exemplars, reading: who reads, who has read, what is told, what may leak."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tenants.accounts import operations as accounts
from tenants.papers import operations as papers
from tenants.papers import queries
from tenants.papers.models import Reader
from tests.factories import make_user
from tests.tenants.desk.test_verify import unguarded, verify
from tests.tenants.papers.conftest import Network, new_paper
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.operations import system
from zhitong.documents import storage
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Audience, CallAnswer, Delivery, Enclosure, Paper, PaperKind
from zhitong.units.models import Unit
from zhitong.units.queries import units_below

pytestmark = pytest.mark.django_db


def test_whom_a_unit_may_address_follows_from_its_place(
    province: Unit, city: Unit, unit: Unit, stranger: Unit, party: Unit
) -> None:
    mm_foshan = party.parent
    assert set(units_below(province)) == {city, unit, stranger}
    assert set(units_below(city)) == {unit, stranger, mm_foshan}
    assert set(units_below(unit)) == {party}
    assert set(units_below(mm_foshan)) == {party}
    assert set(units_below(party)) == set()


def test_a_notice_open_to_members_is_read_and_confirmed_in_numbers(network: Network) -> None:
    city, county = network.city, network.county
    notice = network.publish(
        city, county.unit, kind=PaperKind.NOTICE, open_to_members=True, needs_confirm=True, audience=Audience.ALL
    )
    with county.unit:
        for _ in range(2):
            papers.read_paper(actor=county.author.actor, paper_uuid=notice.uuid)
            papers.confirm_paper(actor=county.author.actor, paper_uuid=notice.uuid)
        papers.read_paper(actor=county.leader.actor, paper_uuid=notice.uuid)
    delivery = Delivery.objects.get()
    assert (delivery.readers, delivery.confirmed) == (2, 1)
    with city.unit:
        papers.confirm_paper(actor=city.author.actor, paper_uuid=notice.uuid)  # what is confirmed was read
        sure = [one.user for one in queries.asked(notice) if one.confirmed_at]
        assert sure == [city.author]
    assert (Delivery.objects.get().readers, Delivery.objects.get().confirmed) == (2, 1)
    assert verify() == []


def test_reading_is_for_the_receivers_people_alone(network: Network) -> None:
    city, county, neighbour = network.city, network.county, network.neighbour
    open_one = network.publish(city, county.unit, kind=PaperKind.READING, open_to_members=True)
    closed = network.publish(city, county.unit, kind=PaperKind.CIRCULAR)
    with county.unit:
        assert papers.read_paper(actor=county.author.actor, paper_uuid=open_one.uuid) == open_one
        with pytest.raises(NotFound):
            papers.read_paper(actor=county.author.actor, paper_uuid=closed.uuid)
        with pytest.raises(WrongState):
            papers.confirm_paper(actor=county.author.actor, paper_uuid=open_one.uuid)
    for office in (neighbour, city, network.province):
        with office.unit:
            for user in (office.author, office.clerk):
                with pytest.raises(NotFound):
                    papers.read_paper(actor=user.actor, paper_uuid=open_one.uuid)
    with neighbour.unit, pytest.raises(NotFound):
        exchange.receive_paper(actor=neighbour.clerk.actor, delivery_uuid=Delivery.objects.first().uuid)  # type: ignore[union-attr]


def test_a_call_is_never_open_to_the_receivers_people(network: Network) -> None:
    call = network.publish(network.city, network.county.unit, open_to_members=True)
    assert not call.open_to_members


def test_rights(network: Network) -> None:
    county = network.county
    with network.city.unit:
        for user in (network.city.author, network.city.leader, network.city.reader):
            with pytest.raises(NotAllowed):
                papers.publish(actor=user.actor, new=new_paper(), to=[county.unit.uuid])
    network.publish(network.city, county.unit)
    with county.unit, pytest.raises(NotAllowed):
        exchange.receive_paper(actor=county.author.actor, delivery_uuid=Delivery.objects.get().uuid)


def test_everybody_concerned_is_told_once(network: Network) -> None:
    city, county = network.city, network.county
    network.publish(city, county.unit, kind=PaperKind.NOTICE, open_to_members=True)
    call = network.publish(city, county.unit, people=(city.author,))
    assert network.told(county, county.clerk) == [
        "佛山市政协通知：老旧小区加装电梯的堵点",
        f"佛山市政协约稿：{call.title}",
    ]
    assert network.told(county, county.author) == ["佛山市政协通知：老旧小区加装电梯的堵点"]
    assert network.told(city, city.author) == [f"佛山市政协约稿：{call.title}"]
    assert network.told(network.neighbour, network.neighbour.clerk) == []
    assert network.told(county, county.reader) == network.told(county, county.author)


def test_urging_people_who_owe_something_once_a_day(network: Network) -> None:
    county = network.county
    other = make_user(county.unit, "feng", name="冯雅琪")
    call = network.publish(county, people=(county.author, other))
    network.answer(county, call)
    with county.unit:
        assert [one.user for one in queries.asked(call)] == [other, county.author]
        assert papers.urge_people(actor=county.clerk.actor, paper_uuid=call.uuid) == 1
        with pytest.raises(WrongState, match="今天已经催办过"):
            papers.urge_people(actor=county.clerk.actor, paper_uuid=call.uuid)
    assert network.told(county, other)[-1] == f"催办约稿：{call.title}"
    assert len(network.told(county, county.author)) == 1
    with clock.at(clock.now() + timedelta(days=1)), county.unit:
        assert papers.urge_people(actor=county.clerk.actor, paper_uuid=call.uuid) == 1
    network.answer(county, call, other)
    with county.unit, pytest.raises(WrongState, match="没有要催的人"):
        papers.urge_people(actor=county.clerk.actor, paper_uuid=call.uuid)


def test_urging_units_once_a_day(network: Network) -> None:
    city, county, neighbour = network.city, network.county, network.neighbour
    call = network.publish(city, county.unit, neighbour.unit)
    first, second = Delivery.objects.order_by("pk").values_list("uuid", flat=True)
    with city.unit:
        actor = city.clerk.actor
        assert exchange.urge_receivers(actor=actor, paper_uuid=call.uuid, deliveries=[first]) == 1
        assert exchange.urge_receivers(actor=actor, paper_uuid=call.uuid, deliveries=[first, second]) == 1
        with pytest.raises(WrongState, match="今天已经催办过"):
            exchange.urge_receivers(actor=actor, paper_uuid=call.uuid, deliveries=[first, second])
    with county.unit, pytest.raises(NotFound):
        exchange.urge_receivers(actor=county.clerk.actor, paper_uuid=call.uuid, deliveries=[first])
    assert network.told(county, county.clerk)[-1] == f"佛山市政协催办约稿：{call.title}"


def test_an_exemplar_is_a_frozen_copy_without_contacts(network: Network) -> None:
    city, county = network.city, network.county
    item = city.approved(title="关于电梯的建议")
    with city.unit:
        item.authors.update(contact="13798765432")
        shown = papers.show_item(
            actor=city.clerk.actor,
            new=new_paper(PaperKind.EXEMPLAR, title=item.title, body="", open_to_members=True),
            item_uuid=item.uuid,
            to=[county.unit.uuid],
        )
        item.title = "改过的标题"
        item.save(update_fields=["title"])
    with county.unit:
        read = papers.read_paper(actor=county.author.actor, paper_uuid=shown.uuid)
    assert read.content["title"] == "关于电梯的建议"
    assert read.content["authors"][0]["name"] == "梁晓岚"
    assert "13798765432" not in str(read.content)
    with county.unit:
        own = county.submitted()
        for uuid in (item.uuid, own.uuid):
            with pytest.raises((NotFound, WrongState)):
                papers.show_item(
                    actor=county.clerk.actor, new=new_paper(PaperKind.EXEMPLAR), item_uuid=uuid, people=[county.author]
                )
    passed = network.pass_on(county, shown, people=(county.author,))
    assert passed.content == shown.content
    assert verify() == []


def test_files_go_along_and_stay_with_who_enclosed_them(network: Network) -> None:
    city, county = network.city, network.county
    with city.unit:
        kept = storage.store(city.unit, SimpleUploadedFile("选题.txt", "选题".encode()))
        new = new_paper(PaperKind.TOPICS)
        paper = papers.publish(actor=city.clerk.actor, new=new, to=[county.unit.uuid], files=[kept])
        with pytest.raises(InvalidInput):
            papers.publish(actor=city.clerk.actor, new=new_paper(), to=[county.unit.uuid], files=[kept] * 11)
    own = network.pass_on(county, paper, audience=Audience.ALL)
    owners = Enclosure.objects.order_by("pk").values_list("paper__unit", "owner", "sha256")
    assert list(owners) == [(city.unit.pk, city.unit.pk, kept.sha256), (county.unit.pk, city.unit.pk, kept.sha256)]
    assert own.sha256 == paper.sha256
    assert verify() == []


def test_a_closed_unit_sends_nothing_down(network: Network) -> None:
    Unit.objects.filter(pk=network.city.unit.pk).update(lifecycle="closed")
    network.city.unit.refresh_from_db()
    with pytest.raises(WrongState, match="已停用"):
        network.publish(network.city, network.county.unit)


def test_the_directory_finds_by_mark_field_circle_and_adoption(network: Network) -> None:
    county = network.county
    admin = system(county.unit.pk)
    with county.unit:
        accounts.update_user(
            actor=admin, user=county.author, changes={"tags": "骨干、专家，骨干", "expertise": "城市更新"}
        )
    other = make_user(county.unit, "feng", name="冯雅琪", tags="特邀", duty="南海区人民医院医师")
    county.approved()
    with county.unit:
        assert queries.tags_in_use() == ["专家", "特邀", "骨干"]
        assert [user.name for user in queries.directory(tag="骨干")] == ["梁晓岚"]
        assert [user.name for user in queries.directory(text="城市更新")] == ["梁晓岚"]
        assert [user.name for user in queries.directory(text="医师")] == ["冯雅琪"]
        assert [(user.name, user.adopted) for user in queries.directory(adopted=True)] == [("梁晓岚", 1)]  # type: ignore[attr-defined]
        circle = county.author.circles.get().pk
        assert list(queries.directory(group=circle)) == [county.author]
        assert set(queries.people_among(tags=["特邀"], groups=[circle])) == {county.author, other}
        assert set(queries.people_among(uuids=[other.uuid])) == {other}
        with pytest.raises(InvalidInput) as refusal:
            accounts.update_user(actor=admin, user=other, changes={"tags": "这个标签写得实在是太长太长了吧"})
        assert set(refusal.value.fields) == {"tags"}


def test_verify_names_each_contradiction(network: Network) -> None:
    city, county = network.city, network.county
    call = network.publish(city, county.unit)
    own = network.pass_on(county, call, people=(county.author,))
    answer = network.answer(county, own)
    notice = network.publish(city, county.unit, kind=PaperKind.NOTICE, open_to_members=True)
    with county.unit:
        papers.read_paper(actor=county.author.actor, paper_uuid=notice.uuid)
    told = Delivery.objects.get(paper=notice)
    assert verify() == []

    def found(table: str, statement: str, *values: object) -> str:
        with transaction.atomic():
            unguarded(table, statement, *values)
            lines = "\n".join(verify())
            transaction.set_rollback(True)
        return lines

    paper, delivery, link = "exchange_paper", "exchange_delivery", "exchange_callanswer"
    assert f"paper {call.uuid}: does not say what" in found(
        paper, "UPDATE public.exchange_paper SET body = '改' WHERE id = %s", call.pk
    )
    assert f"paper {own.uuid}: passed on by another" in found(
        delivery, "UPDATE public.exchange_delivery SET received_at = NULL WHERE paper_id = %s", call.pk
    )
    assert f"paper {notice.uuid}: for nobody" in found(
        delivery, "DELETE FROM public.exchange_delivery WHERE id = %s", told.pk
    )
    assert f"delivery {told.uuid}: to the unit that sent it" in found(
        delivery, "UPDATE public.exchange_delivery SET receiver_id = %s WHERE id = %s", city.unit.pk, told.pk
    )
    assert f"item {answer.uuid}: answers what is no call" in found(
        link, "UPDATE public.exchange_callanswer SET paper_id = %s", notice.pk
    )
    assert f"item {answer.uuid}: written from a call, but" in found(link, "DELETE FROM public.exchange_callanswer")
    assert f"delivery {told.uuid}: read or confirmed by another" in found(
        delivery, "UPDATE public.exchange_delivery SET readers = 5 WHERE id = %s", told.pk
    )
    with county.unit:
        Reader.objects.filter(paper_uuid=own.uuid).update(is_addressed=False)
    assert any(f"paper {own.uuid}: for people whom nobody named" in line for line in verify())
    CallAnswer.objects.update(paper=call)
    assert any(f"item {answer.uuid}: known as an answer" in line for line in verify())
    assert Paper.objects.count() == 3
