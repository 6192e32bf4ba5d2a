"""Many clerks of one office at once: each report comes in once, with its own number, and nobody sees a deadlock."""

from tenants.accounts.models import User
from tenants.desk import merging
from tenants.desk import operations as desk
from tenants.desk.queries import Pick
from tenants.items.models import Item, State
from tenants.review.models import Run
from tests.factories import make_user
from tests.platform.exchange.test_races import at_once, unit_of
from tests.platform.exchange.test_sending import CONTENT, register, up
from zhitong.core import audit
from zhitong.core.errors import Refusal
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemSource, MergePart


def test_sixteen_clerks_accept_what_two_units_sent(committed: None) -> None:
    city = unit_of("foshan")
    clerk = make_user(city, "zhou", roles=["clerk"], posts=["research", "secretary", "vice_chair", "chair"])
    sent: list[Dispatch] = []
    for host in ("nanhai", "chancheng") * 16:
        unit = unit_of(host)
        item = register(unit)
        with unit:
            sent += exchange.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit)[:1])
    accepted: list[Item] = []
    refused: list[Refusal] = []

    def accept(number: int) -> None:
        mine = unit_of("foshan")
        for dispatch in sent[number % 8 :: 8]:  # two clerks for each dispatch
            try:
                with mine:
                    accepted.append(desk.accept(actor=clerk.actor, dispatch_uuid=dispatch.uuid))
            except Refusal as refusal:
                refused.append(refusal)

    assert at_once(16, accept) == []
    assert len(accepted) == len(refused) == 32
    assert set(Dispatch.objects.values_list("state", flat=True)) == {Dispatch.State.ACCEPTED}
    assert Event.objects.filter(kind=EventKind.ACCEPTED, unit=city).count() == ItemSource.objects.count() == 32
    with city:
        numbers = set(Item.objects.values_list("number", flat=True))
        assert len(numbers) == Item.objects.count() == Run.objects.count() == 32
    assert list(audit.verify(city.pk)) == []


def _two_in_the_inbox() -> tuple[User, list[Dispatch]]:
    city = unit_of("foshan")
    clerk = make_user(city, "zhou", roles=["clerk"], posts=["research", "secretary", "vice_chair", "chair"])
    sent: list[Dispatch] = []
    for host in ("nanhai", "chancheng"):
        unit = unit_of(host)
        item = register(unit)
        with unit:
            sent += exchange.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit)[:1])
    return clerk, sent


def test_eight_clerks_merge_the_same_reports_and_they_are_merged_once(committed: None) -> None:
    clerk, sent = _two_in_the_inbox()

    def merge(number: int) -> None:
        with unit_of("foshan"):
            order = sent if number % 2 else sent[::-1]
            merging.merge(
                actor=clerk.actor, picks=[Pick(one.uuid, is_dispatch=True) for one in order], title="关于充电的建议"
            )

    raised = at_once(8, merge)
    assert len(raised) == 7
    assert all(isinstance(error, Refusal) and "已并入综合稿" in error.message for error in raised), raised
    assert Event.objects.filter(kind=EventKind.MERGED).count() == MergePart.objects.count() == 2
    with unit_of("foshan"):
        assert Item.objects.filter(is_merged=True).count() == 1
        assert Item.objects.filter(state=State.MERGED).count() == 2
        assert Run.objects.filter(state=Run.State.RUNNING).count() == 1
    assert list(audit.verify(unit_of("foshan").pk)) == []


def test_merging_against_accepting_and_returning(committed: None) -> None:
    clerk, sent = _two_in_the_inbox()

    def work(number: int) -> None:
        with unit_of("foshan"):
            if number % 3 == 0:
                picks = [Pick(one.uuid, is_dispatch=True) for one in sent]
                merging.merge(actor=clerk.actor, picks=picks, title="关于充电的建议")
            elif number % 3 == 1:
                desk.accept(actor=clerk.actor, dispatch_uuid=sent[0].uuid)
            else:
                exchange.return_dispatch(actor=clerk.actor, dispatch_uuid=sent[1].uuid, reason="请补充数据")

    raised = at_once(6, work)
    assert all(isinstance(error, Refusal) for error in raised), raised
    states = dict(Dispatch.objects.values_list("pk", "state"))
    with unit_of("foshan"):
        merged = Item.objects.filter(is_merged=True).count()
        # Either both were merged, or the second one went back and nothing was.
        assert (merged, states[sent[1].pk]) in {(1, Dispatch.State.ACCEPTED), (0, Dispatch.State.RETURNED)}
        assert Item.objects.filter(state=State.MERGED).count() == MergePart.objects.count() == 2 * merged
        taken = set(Item.objects.exclude(dispatch_uuid=None).values_list("dispatch_uuid", flat=True))
        accepted = {one.uuid for one in sent if states[one.pk] == Dispatch.State.ACCEPTED}
        assert taken == accepted
