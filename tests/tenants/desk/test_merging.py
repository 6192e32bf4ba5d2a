"""Merging from the desk: what becomes of sources, their reviews and their number; until when it can be undone."""

from dataclasses import replace
from typing import Any

import pytest

from tenants.desk import merging
from tenants.desk import operations as desk
from tenants.desk.queries import Pick
from tenants.items.models import Item, State
from tenants.review import engine
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.factories import make_user
from tests.tenants.desk.conftest import Office, people
from tests.tenants.desk.test_verify import verify
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import AdoptionMode, Dispatch, Event, EventKind
from zhitong.exchange.queries import parts_of
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
TITLE = "关于治理电动自行车充电乱象的建议"


@pytest.fixture
def neighbour_office(stranger: Unit) -> Office:
    """禅城区政协 with its people."""
    return people(stranger, "c_")


@pytest.fixture
def come_in(office: Office, neighbour_office: Office, city_office: Office) -> list[Dispatch]:
    """A report of 南海 and one of 禅城, both waiting in the city's inbox."""
    for one in (office, neighbour_office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    south = office.approved(title="关于小区充电棚的建议", problem="南海独有的一句。", urgency="important")
    west = neighbour_office.approved(title="关于充电桩布点的建议", problem="禅城独有的一句。")
    return [*office.send(south, "佛山市政协"), *neighbour_office.send(west, "佛山市政协")]


def picks(*found: Dispatch | Item) -> list[Pick]:
    return [Pick(one.uuid, isinstance(one, Dispatch)) for one in found]


def merge(office: Office, *found: Dispatch | Item, title: str = TITLE) -> Item:
    with office.unit:
        return merging.merge(actor=office.clerk.actor, picks=picks(*found), title=title)


def own_item(dispatch: Dispatch) -> Item:
    return Item.objects.get(dispatch_uuid=dispatch.uuid)


def pending(item: Item) -> list[tuple[str, str, str]]:
    """Return who has what to do with an item."""
    tasks = Task.objects.filter(run__item=item, state__in=["open", "waiting", "held"]).order_by("pk")
    return [(task.holder.username, task.step_name, task.state) for task in tasks]


def same_as_told(item: Item) -> None:
    """The history of every run of an item says what its rows say."""
    for run in Run.objects.filter(item=item):
        told = engine.replay(run.acts.order_by("seq"))
        assert (told.state, told.step, told.round) == (run.state, run.step, run.round)
        assert told.tasks == {str(task.uuid): task.state for task in run.tasks.all()}


def test_two_received_and_an_own_one_become_one(come_in: list[Dispatch], city_office: Office) -> None:
    own = city_office.submitted(title="关于充电电价的建议", problem="佛山独有的一句。", urgency="important")
    item = merge(city_office, come_in[1], own, come_in[0])
    with city_office.unit:
        item.refresh_from_db()
        sources = [own_item(come_in[1]), Item.objects.get(pk=own.pk), own_item(come_in[0])]
        assert (item.state, item.is_merged, item.urgency, item.title) == (State.IN_REVIEW, True, "important", TITLE)
        assert item.problem == "禅城独有的一句。\n佛山独有的一句。\n南海独有的一句。"
        assert [author.name for author in item.authors.all()] == ["梁晓岚"]
        assert {author.user for author in item.authors.all()} == {None}
        assert [(part.source_uuid, part.order) for part in parts_of(city_office.unit.pk, item.uuid)] == [
            (source.uuid, order) for order, source in enumerate(sources, start=1)
        ]
        for source in sources:
            run = Run.objects.get(item=source)
            assert (source.state, run.state, pending(source)) == (State.MERGED, Run.State.MERGED, [])
            same_as_told(source)
        assert pending(item)
        assert len({item.number, *(source.number for source in sources)}) == 4


def test_what_is_merged_is_decided_once(come_in: list[Dispatch], city_office: Office) -> None:
    with city_office.unit:
        first = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=come_in[0].uuid)
        task = Task.objects.get(run__item=first, state=Task.State.OPEN)
    item = merge(city_office, *come_in)
    with city_office.unit:
        with pytest.raises(WrongState):
            review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)
        with pytest.raises(WrongState):
            exchange.return_dispatch(actor=city_office.clerk.actor, dispatch_uuid=come_in[1].uuid, reason="退回")
        with pytest.raises(WrongState, match="不能重新开始"):
            review.restart(actor=system(city_office.unit.pk), run_uuid=task.run.uuid, reason="再审")
        city_office.pass_through(item)
        adopted = Event.objects.filter(unit=city_office.unit, kind=EventKind.ADOPTED)
        assert [(event.item_uuid, event.mode) for event in adopted] == [(item.uuid, AdoptionMode.MERGED)]
    assert {dispatch.state for dispatch in Dispatch.objects.all()} == {Dispatch.State.ADOPTED}


def test_apart_again_each_stands_where_it_stood(come_in: list[Dispatch], city_office: Office) -> None:
    with city_office.unit:
        first = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=come_in[0].uuid)
        task = Task.objects.filter(run__item=first, state=Task.State.OPEN).first()
        assert task is not None
        review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)
        stood = pending(first)
    adopted = city_office.approved(title="关于充电电价的建议")
    item = merge(city_office, come_in[0], adopted, come_in[1])
    with city_office.unit:
        apart = merging.take_apart(actor=city_office.clerk.actor, item_uuid=item.uuid, reason="两件事")
        assert [one.pk for one in apart] == [first.pk, adopted.pk, own_item(come_in[1]).pk]
        item.refresh_from_db()
        assert (item.state, pending(item)) == (State.WITHDRAWN, [])
        states = [Item.objects.get(pk=one.pk).state for one in apart]
        assert states == [State.IN_REVIEW, State.APPROVED, State.IN_REVIEW]
        assert pending(first) == stood
        assert pending(own_item(come_in[1]))
        for one in (first, own_item(come_in[1]), item):
            same_as_told(one)
        city_office.pass_through(first)
        assert Item.objects.get(pk=first.pk).state == State.APPROVED
        with pytest.raises(WrongState):
            merging.take_apart(actor=city_office.clerk.actor, item_uuid=item.uuid, reason="再拆一次")
    assert merge(city_office, adopted, come_in[1]).number


def test_sent_for_sign_off_it_stays_as_it_is(come_in: list[Dispatch], city_office: Office) -> None:
    item = merge(city_office, *come_in)
    with city_office.unit:
        clerk = city_office.clerk.actor
        order = [part.source_uuid for part in parts_of(city_office.unit.pk, item.uuid)][::-1]
        merging.arrange(actor=clerk, item_uuid=item.uuid, sources=order, shares=[60, 40])
        assert [(p.source_uuid, p.share) for p in parts_of(city_office.unit.pk, item.uuid)] == [
            (order[0], 60), (order[1], 40),
        ]  # fmt: skip
        task = Task.objects.filter(run__item=item, state=Task.State.OPEN).first()
        assert task is not None
        review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)
        for act in (
            lambda: merging.arrange(actor=clerk, item_uuid=item.uuid, sources=order[::-1]),
            lambda: merging.take_apart(actor=clerk, item_uuid=item.uuid, reason="想拆开"),
        ):
            with pytest.raises(WrongState, match="不能再改，也不能拆开") as refused:
                act()
            assert task.holder.name in refused.value.message


@pytest.mark.parametrize("verb", ["return_dispatch", "keep", "decline"])
def test_what_was_sent_back_or_closed_is_not_merged(come_in: list[Dispatch], city_office: Office, verb: str) -> None:
    with city_office.unit:
        closing = getattr(exchange, verb)
        closing(actor=city_office.clerk.actor, dispatch_uuid=come_in[0].uuid, reason="理由")
    with pytest.raises(WrongState):
        merge(city_office, *come_in)
    with city_office.unit:
        assert Item.objects.filter(is_merged=True).count() == 0
        assert Item.objects.filter(dispatch_uuid=come_in[1].uuid).count() == 0


def test_wrong_picks(come_in: list[Dispatch], office: Office, city_office: Office) -> None:
    with office.unit:
        below = Item.objects.get(state=State.APPROVED)
    own = city_office.submitted(title="关于充电电价的建议")
    sent = city_office.approved(title="关于已经报送的建议")
    city_office.send(sent, "广东省政协")
    item = merge(city_office, own, city_office.submitted(title="关于充电安全的建议"))
    cases: list[tuple[list[Any], str, type[Refusal], str]] = [
        ([come_in[0]], TITLE, InvalidInput, "至少要选两篇"),
        ([come_in[0], come_in[0]], TITLE, InvalidInput, "选了两次"),
        (come_in, " ", InvalidInput, "标题"),
        (come_in, "长" * 101, InvalidInput, "最多 100 字"),
        ([come_in[0], below], TITLE, NotFound, "没有"),
        ([come_in[0], sent], TITLE, WrongState, "已经单独报送"),
        ([come_in[0], own], TITLE, WrongState, "已并入综合稿"),
        ([come_in[0], item], TITLE, WrongState, "本身是综合稿"),
    ]
    for found, title, error, words in cases:
        with pytest.raises(error, match=words):
            merge(city_office, *found, title=title)
    for dispatch in Dispatch.objects.filter(receiver=city_office.unit):
        assert dispatch.state == Dispatch.State.SENT
    for user in (city_office.author, city_office.leader, city_office.reader):
        with city_office.unit, pytest.raises(NotAllowed):
            merging.merge(actor=user.actor, picks=picks(*come_in), title=TITLE)


def test_an_author_of_a_source_neither_reads_nor_signs_the_merged_item(
    come_in: list[Dispatch], city_office: Office, client_for: Any
) -> None:
    writing = make_user(city_office.unit, "b_lin", name="林岚", roles=["author", "clerk"], posts=["secretary"])
    own = Office(city_office.unit, writing, city_office.clerk, city_office.leader, city_office.reader).submitted()
    plain = city_office.submitted(title="关于充电电价的建议")
    item = merge(city_office, *come_in, own, plain)
    with city_office.unit:
        while task := Task.objects.filter(run__item=item, state=Task.State.OPEN).first():
            assert task.holder != writing
            review.decide_pass(actor=task.holder.actor, task_uuid=task.uuid)
        assert Item.objects.get(pk=item.pk).state == State.APPROVED
    author = client_for(city_office.author, city_office.unit)
    assert author.get(f"/items/{item.uuid}/").status_code == 404
    journey = author.get(f"/items/{plain.uuid}/journey/")
    assert "与另外 3 篇综合成一篇" in journey.content.decode()
    for secret in (TITLE, "南海", "禅城", "独有的一句"):
        assert secret not in journey.content.decode()


def test_nobody_takes_a_merged_item_for_an_own_one(come_in: list[Dispatch], city_office: Office) -> None:
    item = merge(city_office, *come_in)
    with city_office.unit:
        clerk = replace(city_office.clerk.actor, granted=None)
        with pytest.raises(NotAllowed, match="综合稿不能撤回"):
            review.recall(actor=clerk, item_uuid=item.uuid, reason="撤回")
        task = Task.objects.filter(run__item=item, state=Task.State.OPEN).first()
        assert task is not None
        with pytest.raises(WrongState, match="没有反映人可退"):
            review.decide_return(actor=task.holder.actor, task_uuid=task.uuid, reason="退回")


def test_a_contributor_withdraws_and_its_text_stays_the_merging_units(
    come_in: list[Dispatch], city_office: Office, office: Office
) -> None:
    item = merge(city_office, *come_in)
    with city_office.unit:
        source = own_item(come_in[0])
        merging.withdraw_source(
            actor=city_office.clerk.actor, item_uuid=item.uuid, source_uuid=source.uuid, reason="南海区政协来电撤回"
        )
        parts = parts_of(city_office.unit.pk, item.uuid)
        assert [(part.source_uuid, part.withdrawal is None) for part in parts] == [
            (source.uuid, False),
            (own_item(come_in[1]).uuid, True),
        ]
        city_office.pass_through(item)
    with office.unit, pytest.raises(NotFound):
        merging.withdraw_source(
            actor=office.clerk.actor, item_uuid=item.uuid, source_uuid=source.uuid, reason="自己撤回"
        )
    assert Dispatch.objects.get(pk=come_in[0].pk).state == Dispatch.State.ACCEPTED
    assert Dispatch.objects.get(pk=come_in[1].pk).state == Dispatch.State.ADOPTED


def test_a_recall_that_is_granted_takes_the_source_out(
    come_in: list[Dispatch], city_office: Office, office: Office
) -> None:
    item = merge(city_office, *come_in)
    with office.unit:
        exchange.ask_recall(actor=office.clerk.actor, dispatch_uuid=come_in[0].uuid, reason="数据有误")
    with city_office.unit:
        desk.grant_recall(actor=city_office.clerk.actor, dispatch_uuid=come_in[0].uuid)
        [gone, stays] = parts_of(city_office.unit.pk, item.uuid)
        assert gone.withdrawal is not None
        assert "南海区政协请求撤回" in gone.withdrawal.reason
        assert stays.withdrawal is None
        city_office.pass_through(item)
    states = dict(Dispatch.objects.values_list("pk", "state"))
    assert states == {come_in[0].pk: Dispatch.State.RECALLED, come_in[1].pk: Dispatch.State.ADOPTED}
    assert verify() == []


def test_whatever_becomes_of_merged_items_the_network_agrees(come_in: list[Dispatch], city_office: Office) -> None:
    clerk, item = system(city_office.unit.pk), merge(city_office, *come_in)
    with city_office.unit:
        merging.take_apart(actor=clerk, item_uuid=item.uuid, reason="两件事")
    assert verify() == []
    item = merge(city_office, *come_in)
    with city_office.unit:
        city_office.pass_through(item)
        first = parts_of(city_office.unit.pk, item.uuid)[0]
        gone = merging.withdraw_source(
            actor=clerk, item_uuid=item.uuid, source_uuid=first.source_uuid, reason="来电撤回"
        )
    assert verify() == []
    adopted = Event.objects.get(item_uuid=item.uuid, kind=EventKind.ADOPTED)
    with city_office.unit:
        exchange.reverse(actor=clerk, event_uuid=adopted.uuid, reason="登记有误")
        assert verify() == []
        exchange.reverse(actor=clerk, event_uuid=gone.uuid, reason="没有撤回")
    assert verify() == []
    assert set(Dispatch.objects.values_list("state", flat=True)) == {Dispatch.State.ACCEPTED}
