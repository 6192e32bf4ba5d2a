"""Calls (约稿): down two levels, answered below, counted above; each refusal."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.desk import operations as desk
from tenants.items import operations as items
from tenants.items.models import Item, Source
from tenants.papers import operations as papers
from tenants.papers import queries
from tenants.review import operations as review
from tenants.review.models import Task
from tests.factories import make_user
from tests.platform.ranking.histories import publish as publish_rules
from tests.tenants.desk.test_verify import verify
from tests.tenants.papers.conftest import Network, new_paper
from zhitong.core import clock
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Audience, CallAnswer, Delivery, ItemFact, Paper, PaperKind
from zhitong.exchange.queries import call_of, progress, tallies
from zhitong.ranking.history import happenings, scoring_events
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def counts(paper: Paper) -> list[tuple[str, bool, bool, int, int]]:
    """Return name, receipt, passing on, written and adopted of each receiver, by name."""
    return sorted(
        (
            one.delivery.receiver.short_name,
            one.delivery.received_at is not None,
            one.passed_on,
            one.written,
            one.adopted,
        )
        for one in progress(paper)
    )


def test_a_call_goes_down_two_levels_and_its_answers_count_at_each(network: Network, party: Unit) -> None:
    province, city, county, neighbour = network.province, network.city, network.county, network.neighbour
    call = network.publish(province, city.unit)
    assert counts(call) == [("佛山市政协", False, False, 0, 0)]
    with city.unit:
        [delivery] = Delivery.objects.filter(paper=call)
        exchange.receive_paper(actor=city.clerk.actor, delivery_uuid=delivery.uuid)
    assert counts(call) == [("佛山市政协", True, False, 0, 0)]
    middle = network.pass_on(city, call, county.unit, neighbour.unit)
    assert middle.parent == delivery
    assert counts(call) == [("佛山市政协", True, True, 0, 0)]
    below = network.pass_on(county, middle, party, people=(county.author,))
    answer = network.answer(county, below)
    assert answer.source == Source.CALL
    assert call_of(county.unit.pk, answer.uuid) == below
    assert counts(middle) == [("南海区政协", True, True, 1, 0), ("禅城区政协", False, False, 0, 0)]
    assert counts(call) == [("佛山市政协", True, True, 1, 0)]
    with county.unit:
        county.pass_through(answer)
        [own] = queries.asked(below)
        assert (own.user, own.written, own.adopted) == (county.author, 1, 1)
        answer.refresh_from_db()
    assert counts(middle)[0] == ("南海区政协", True, True, 1, 0)  # adopted below, not yet by the caller
    [dispatch] = network.county.send(answer, "佛山市政协")
    with city.unit:
        taken = desk.accept(actor=city.clerk.actor, dispatch_uuid=dispatch.uuid)
        city.pass_through(taken)
    assert counts(middle)[0] == ("南海区政协", True, True, 1, 1)
    assert counts(call) == [("佛山市政协", True, True, 1, 0)]
    assert tallies([middle], city.unit.pk)[middle.pk] == (2, 1, 1, 1)
    assert verify() == []


def test_what_is_scored_follows_the_link_and_the_source(network: Network, province: Unit) -> None:
    publish_rules(province)
    county = network.county
    call = network.publish(county, people=(county.author,))
    linked = network.answer(county, call, problem="一")
    with county.unit:
        county.pass_through(linked)
    by_source = county.approved(problem="二", source="call")
    plain = county.approved(problem="三")
    ItemFact.objects.filter(item_uuid=linked.uuid).update(source="original")

    def flagged() -> dict[str, bool]:
        events = scoring_events(happenings(clock.today().year))
        return {event.item: "answers_call" in event.flags for event in events if event.kind == "adopted"}

    assert flagged() == {str(linked.uuid): True, str(by_source.uuid): True, str(plain.uuid): False}
    with county.unit:
        exchange.answer_call(actor=county.clerk.actor, paper_uuid=call.uuid, item_uuid=plain.uuid)
    assert flagged()[str(plain.uuid)]


def test_a_county_is_asked_by_two_and_an_item_answers_one(network: Network) -> None:
    county = network.county
    first, second = (network.publish(county, people=(county.author,), title=title) for title in ("甲事", "乙事"))
    answer = network.answer(county, first)
    with county.unit:
        actor = county.clerk.actor
        again = exchange.answer_call(actor=actor, paper_uuid=first.uuid, item_uuid=answer.uuid)
        assert CallAnswer.objects.get() == again
        with pytest.raises(WrongState, match="甲事"):
            exchange.answer_call(actor=actor, paper_uuid=second.uuid, item_uuid=answer.uuid)
    with network.neighbour.unit, pytest.raises(NotFound):
        exchange.answer_call(actor=network.neighbour.clerk.actor, paper_uuid=first.uuid, item_uuid=answer.uuid)


def test_pressing_write_twice_begins_one_draft(network: Network) -> None:
    county = network.county
    call = network.publish(county, people=(county.author,))
    with county.unit:
        first = papers.write_for_call(actor=county.author.actor, paper_uuid=call.uuid)
        assert papers.write_for_call(actor=county.author.actor, paper_uuid=call.uuid) == first
    network.answer(county, call)
    with county.unit:
        assert papers.write_for_call(actor=county.author.actor, paper_uuid=call.uuid) != first
        assert queries.written_for(county.author, [call]) == {call.uuid: 1}


def test_an_item_whose_source_was_changed_answers_nothing(network: Network) -> None:
    county = network.county
    call = network.publish(county, people=(county.author,))
    answer = network.answer(county, call, source="original")
    assert call_of(county.unit.pk, answer.uuid) is None
    assert verify() == []


def test_a_returned_answer_is_linked_once(network: Network) -> None:
    county = network.county
    call = network.publish(county, people=(county.author,))
    answer = network.answer(county, call)
    with county.unit:
        task = Task.objects.get(run__item=answer, state=Task.State.OPEN)
        review.decide_return(actor=task.holder.actor, task_uuid=task.uuid, reason="补数据")
        answer.refresh_from_db()
        review.submit(actor=county.author.actor, item_uuid=answer.uuid, version=answer.version)
    assert CallAnswer.objects.count() == 1


def test_who_was_not_asked_does_not_see_the_call(network: Network) -> None:
    county = network.county
    other = make_user(county.unit, "feng", name="冯雅琪")
    call = network.publish(county, people=(county.author,))
    from_above = network.publish(network.city, county.unit, network.neighbour.unit)
    with county.unit:
        assert list(queries.open_calls(county.author)) == [call]
        for user in (other, county.clerk):
            assert list(queries.open_calls(user)) == []
        for paper in (call, from_above):
            with pytest.raises(NotFound):
                papers.write_for_call(actor=other.actor, paper_uuid=paper.uuid)
        # Who receives for the unit may write for what came down to it.
        assert papers.write_for_call(actor=county.clerk.actor, paper_uuid=from_above.uuid).call_uuid == from_above.uuid
        with pytest.raises(NotFound):
            papers.write_for_call(actor=county.clerk.actor, paper_uuid=call.uuid)
    with network.neighbour.unit, pytest.raises(NotFound):
        papers.write_for_call(actor=network.neighbour.author.actor, paper_uuid=call.uuid)


def test_refusals_of_publishing(network: Network, party: Unit) -> None:
    city, county = network.city, network.county

    def refused(**fields: object) -> set[str]:
        with pytest.raises(InvalidInput) as refusal:
            network.publish(city, county.unit, **fields)  # type: ignore[arg-type]
        return set(refusal.value.fields)

    assert refused(title=" ", body="") == {"title", "body"}
    assert refused(title="长" * 101, body="长" * 5001) == {"title", "body"}
    assert refused(body="\x01") == {"body"}
    assert refused(due_on=None) == {"due_on"}
    assert refused(due_on=clock.today() - timedelta(days=1)) == {"due_on"}
    assert refused(audience=Audience.NAMED) == {"people"}
    for unit in (network.province.unit, city.unit, party):
        with pytest.raises(InvalidInput) as refusal:
            network.publish(city, unit)
        assert set(refusal.value.fields) == {"to"}
    with pytest.raises(InvalidInput) as refusal:
        network.publish(city)
    assert set(refusal.value.fields) == {"to"}
    assert not Paper.objects.exists()


def test_passing_on_keeps_kind_deadline_and_happens_once(network: Network) -> None:
    city, county = network.city, network.county
    call = network.publish(city, county.unit)
    assert call.due_on
    delivery = Delivery.objects.get(paper=call)
    with pytest.raises(InvalidInput) as late:
        network.publish(county, people=(county.author,), parent=delivery.uuid, due_on=call.due_on + timedelta(days=1))
    assert "佛山市政协" in late.value.fields["due_on"][0]
    own = network.pass_on(county, call, people=(county.author,), kind=PaperKind.NOTICE)
    assert own.kind == PaperKind.CALL
    with pytest.raises(WrongState, match="周敏已于"):
        network.pass_on(county, call, people=(county.author,))
    with pytest.raises(NotFound):
        network.publish(network.neighbour, people=(network.neighbour.author,), parent=delivery.uuid)
    with county.unit:
        exchange.withdraw_paper(actor=county.clerk.actor, paper_uuid=own.uuid, reason="写错了")
    again = network.pass_on(county, call, people=(county.author,))
    assert again != own
    assert verify() == []


def test_the_same_paper_sent_twice_is_published_once(network: Network) -> None:
    city, county = network.city, network.county
    new = new_paper()
    with city.unit:
        made = [papers.publish(actor=city.clerk.actor, new=new, to=[county.unit.uuid]) for _ in range(2)]
    assert made[0] == made[1]
    assert Delivery.objects.count() == 1
    with county.unit, pytest.raises(NotFound):
        papers.publish(actor=county.clerk.actor, new=new, people=[county.author])


def test_a_withdrawn_call_is_gone_for_people_and_named_to_clerks(network: Network) -> None:
    city, county = network.city, network.county
    call = network.publish(city, county.unit, people=(city.author,))
    delivery = Delivery.objects.get(paper=call)
    with city.unit:
        with pytest.raises(InvalidInput):
            exchange.withdraw_paper(actor=city.clerk.actor, paper_uuid=call.uuid, reason="")
        exchange.withdraw_paper(actor=city.clerk.actor, paper_uuid=call.uuid, reason="另行通知")
        with pytest.raises(WrongState, match="周敏"):
            exchange.withdraw_paper(actor=city.clerk.actor, paper_uuid=call.uuid, reason="再撤")
        assert list(queries.readable(city.author)) == []
        with pytest.raises(WrongState):
            papers.urge_people(actor=city.clerk.actor, paper_uuid=call.uuid)
    with county.unit:
        for refused in (
            lambda: exchange.receive_paper(actor=county.clerk.actor, delivery_uuid=delivery.uuid),
            lambda: papers.write_for_call(actor=county.clerk.actor, paper_uuid=call.uuid),
        ):
            with pytest.raises(WrongState, match="已撤回"):
                refused()
    with pytest.raises(WrongState, match="已撤回"):
        network.pass_on(county, call, people=(county.author,))
    assert network.told(county, county.clerk) == ["佛山市政协撤回约稿：老旧小区加装电梯的堵点"]
    with network.neighbour.unit, pytest.raises(NotFound):
        exchange.withdraw_paper(actor=network.neighbour.clerk.actor, paper_uuid=call.uuid, reason="x")


def test_a_late_answer_counts(network: Network) -> None:
    county = network.county
    call = network.publish(county, people=(county.author,))
    with clock.at(clock.now() + timedelta(days=20)):
        with county.unit:
            assert list(queries.open_calls(county.author)) == []
        network.answer(county, call)
    assert tallies([call], county.unit.pk)[call.pk].written == 1


def test_a_draft_is_no_answer(network: Network) -> None:
    county = network.county
    call = network.publish(county, people=(county.author,))
    with county.unit:
        draft = papers.write_for_call(actor=county.author.actor, paper_uuid=call.uuid)
        assert Item.objects.get() == draft
        assert queries.asked(call)[0].written == 0
        items.delete_draft(actor=county.author.actor, item_uuid=draft.uuid)
    assert not CallAnswer.objects.exists()


def test_the_number_of_queries_does_not_grow(network: Network) -> None:
    county = network.county
    call = network.publish(network.city, county.unit, network.neighbour.unit)
    one = network.pass_on(county, call, people=(county.author,))
    two = network.pass_on(network.neighbour, call, people=(network.neighbour.author,))
    network.answer(county, one)
    with CaptureQueriesContext(connection) as few:
        assert counts(call)[0][3] == 1
    for n in range(3):
        network.answer(county, one, problem=f"第{n}件")
    network.answer(network.neighbour, two)
    with CaptureQueriesContext(connection) as many:
        assert [row[3] for row in counts(call)] == [4, 1]
    assert len(few) == len(many)
