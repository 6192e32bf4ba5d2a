"""Several at once: a call is passed on once, a draft begun once, a reader counted once."""

from datetime import timedelta

from tenants.items.models import Item
from tenants.papers import operations as papers
from tenants.papers.models import Reader
from tests.factories import make_user
from tests.platform.exchange.test_races import at_once, unit_of
from tests.tenants.papers.conftest import new_paper
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.core.models import OutboxMessage
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Audience, Delivery, Paper, PaperKind


def came_down(kind: PaperKind = PaperKind.CALL, **fields: object) -> Delivery:
    city, unit = unit_of("foshan"), unit_of("nanhai")
    with city:
        papers.publish(actor=system(city.pk), new=new_paper(kind, **fields), to=[unit.uuid])
    return Delivery.objects.get()


def test_eight_clerks_pass_on_the_same_call_and_it_goes_once(committed: None) -> None:
    delivery = came_down()
    author = make_user(unit_of("nanhai"), "liang")
    due = clock.today() + timedelta(days=5)

    def pass_on(_: int) -> None:
        mine = unit_of("nanhai")
        with mine:
            papers.publish(
                actor=system(mine.pk),
                new=new_paper(audience=Audience.NAMED, due_on=due),
                people=[author],
                parent=delivery.uuid,
            )

    raised = at_once(8, pass_on)
    assert len(raised) == 7
    assert all(isinstance(error, Refusal) and "没有重复转发" in error.message for error in raised), raised
    assert Paper.objects.filter(parent=delivery).count() == 1
    mine = OutboxMessage.objects.filter(topic="exchange.paper.published", unit_id=unit_of("nanhai").pk)
    assert mine.count() == 1
    with unit_of("nanhai"):
        assert Reader.objects.count() == 1


def test_one_form_sent_eight_times_publishes_once(committed: None) -> None:
    unit, new = unit_of("nanhai"), new_paper()
    made: list[Paper] = []

    def publish(_: int) -> None:
        city = unit_of("foshan")
        with city:
            made.append(papers.publish(actor=system(city.pk), new=new, to=[unit.uuid]))

    assert at_once(8, publish) == []
    assert {paper.uuid for paper in made} == {new.uuid}
    assert Paper.objects.count() == Delivery.objects.count() == 1
    assert OutboxMessage.objects.filter(topic="exchange.paper.arrived").count() == 1


def test_a_reader_who_opens_and_confirms_eight_times_counts_once(committed: None) -> None:
    delivery = came_down(PaperKind.NOTICE, open_to_members=True, needs_confirm=True)
    author = make_user(unit_of("nanhai"), "liang")
    uuid = delivery.paper.uuid

    def read(number: int) -> None:
        with unit_of("nanhai"):
            act = papers.confirm_paper if number % 2 else papers.read_paper
            act(actor=author.actor, paper_uuid=uuid)

    assert at_once(8, read) == []
    delivery.refresh_from_db()
    assert (delivery.readers, delivery.confirmed) == (1, 1)


def test_pressing_write_eight_times_begins_one_draft(committed: None) -> None:
    unit = unit_of("nanhai")
    author = make_user(unit, "liang")
    with unit:
        call = papers.publish(actor=system(unit.pk), new=new_paper(audience=Audience.NAMED), people=[author])

    def write(_: int) -> None:
        with unit_of("nanhai"):
            papers.write_for_call(actor=author.actor, paper_uuid=call.uuid)

    assert at_once(8, write) == []
    with unit:
        assert Item.objects.filter(call_uuid=call.uuid).count() == 1


def test_passing_on_against_withdrawing(committed: None) -> None:
    delivery = came_down()
    author = make_user(unit_of("nanhai"), "liang")
    due = clock.today() + timedelta(days=5)

    def work(number: int) -> None:
        mine = unit_of("nanhai" if number % 2 else "foshan")
        with mine:
            if number % 2:
                new = new_paper(audience=Audience.NAMED, due_on=due)
                papers.publish(actor=system(mine.pk), new=new, people=[author], parent=delivery.uuid)
            else:
                exchange.withdraw_paper(actor=system(mine.pk), paper_uuid=delivery.paper.uuid, reason="有误")

    raised = at_once(4, work)
    assert all(isinstance(error, Refusal) for error in raised), raised
    assert Paper.objects.filter(parent=delivery).count() <= 1
    assert Paper.objects.get(pk=delivery.paper_id).is_withdrawn
