"""Recall: by the sender alone until receipt, afterwards by a request; and what a receiver gives back."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.platform.exchange.test_sending import CONTENT, register, up
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import system
from zhitong.exchange import operations
from zhitong.exchange.models import Dispatch, Event
from zhitong.exchange.queries import journey
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
State = Dispatch.State


@pytest.fixture
def sent(unit: Unit) -> Dispatch:
    """A dispatch from 南海 that 佛山 has not receipted."""
    item = register(unit)
    assert isinstance(item, UUID)
    with unit:
        [dispatch] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
    return dispatch


def act(unit: Unit, name: str, dispatch: Dispatch, **given: object) -> Dispatch:
    with unit:
        done = getattr(operations, name)(
            actor=system(unit.pk, f"{unit.short_name}经办"), **given, dispatch_uuid=dispatch.uuid
        )
    assert isinstance(done, Dispatch)
    return done


def kinds(dispatch: Dispatch) -> list[str]:
    return list(Event.objects.filter(dispatch=dispatch).order_by("id").values_list("kind", flat=True))


def test_before_receipt_there_is_nothing_to_ask(sent: Dispatch, unit: Unit) -> None:
    with pytest.raises(WrongState, match="可以直接撤回"):
        act(unit, "ask_recall", sent, reason="数据有误")
    assert act(unit, "recall", sent, reason="数据有误").state == State.RECALLED
    with pytest.raises(WrongState, match="已经办结"):
        act(unit, "ask_recall", sent, reason="再撤")
    with pytest.raises(WrongState) as refused:
        act(unit, "recall", sent)
    assert refused.value.who == ""
    assert kinds(sent) == ["sent", "recalled"]


def test_after_receipt_the_receiver_grants(sent: Dispatch, unit: Unit, city: Unit) -> None:
    act(city, "receive", sent)
    with pytest.raises(WrongState) as refused:
        act(unit, "recall", sent)
    assert (refused.value.rule, refused.value.who) == ("签收之前可以撤回", "可以向佛山市政协请求撤回")
    with pytest.raises(InvalidInput, match="为什么要撤回"):
        act(unit, "ask_recall", sent, reason=" ")
    with pytest.raises(WrongState):
        act(city, "grant_recall", sent)
    assert act(unit, "ask_recall", sent, reason="数据有误").recall_is_asked
    with pytest.raises(WrongState, match="正在等答复"):
        act(unit, "ask_recall", sent, reason="数据有误")
    with pytest.raises(WrongState, match="请先答复"):
        act(city, "accept", sent, item_uuid=uuid4())
    granted = act(city, "grant_recall", sent)
    assert (granted.state, granted.recall_asked_at) == (State.RECALLED, None)
    assert kinds(sent) == ["sent", "received", "recall_asked", "recalled"]
    assert Event.objects.get(dispatch=sent, kind="recalled").unit == city


def test_the_receiver_refuses_and_may_be_asked_again(sent: Dispatch, unit: Unit, city: Unit) -> None:
    act(city, "receive", sent)
    act(unit, "ask_recall", sent, reason="数据有误")
    with pytest.raises(InvalidInput, match="不同意"):
        act(city, "refuse_recall", sent, reason="")
    kept = act(city, "refuse_recall", sent, reason="已送领导阅")
    assert (kept.state, kept.recall_is_asked) == (State.RECEIVED, False)
    with pytest.raises(WrongState):
        act(city, "refuse_recall", sent, reason="已送领导阅")
    act(unit, "ask_recall", sent, reason="确需撤回")
    assert act(city, "return_dispatch", sent, reason="按请求退回").recall_is_asked is False
    assert kinds(sent) == ["sent", "received", "recall_asked", "recall_refused", "recall_asked", "returned"]


def test_nobody_else_asks_or_answers(sent: Dispatch, unit: Unit, city: Unit, stranger: Unit) -> None:
    act(city, "receive", sent)
    for who, name, given in (
        (stranger, "ask_recall", {"reason": "撤"}), (city, "ask_recall", {"reason": "撤"}), (unit, "grant_recall", {}),
        (stranger, "grant_recall", {}), (unit, "refuse_recall", {"reason": "否"}), (stranger, "settle", {}),
        (city, "settle", {}), (stranger, "refer", {"reason": "否"}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act(who, name, sent, **given)
    assert kinds(sent) == ["sent", "received"]


def test_not_ours_comes_back_with_a_proposal(sent: Dispatch, unit: Unit, city: Unit) -> None:
    for wrong in ("长" * 61, "两\n行", "响\x07铃"):
        with pytest.raises(InvalidInput) as refused:
            act(city, "refer", sent, reason="属地在禅城", proposal=wrong)
        assert list(refused.value.fields) == ["proposal"]
    with pytest.raises(WrongState, match="没有退回"):
        act(unit, "settle", sent)
    referred = act(city, "refer", sent, reason="属地在禅城", proposal="禅城区政协")
    assert (referred.state, referred.proposal, referred.reason) == (State.RETURNED, "禅城区政协", "属地在禅城")
    assert kinds(sent) == ["sent", "not_ours"]
    with unit:
        way = journey(unit.pk, sent.item_uuid)
    assert way
    assert [(stop.name, stop.outcome) for stop in way.stops][-1] == ("佛山市政协", ("已退回", "back"))
    assert act(unit, "settle", sent).settled_at == act(unit, "settle", sent).settled_at
    with pytest.raises(IntegrityError, match="dispatch_settled_when_returned"), transaction.atomic():
        Dispatch.objects.filter(pk=sent.pk).update(state=State.SENT)
