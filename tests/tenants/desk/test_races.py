"""Many clerks of one office at once: each report comes in once, with its own number, and nobody sees a deadlock."""

from tenants.desk import operations as desk
from tenants.items.models import Item
from tenants.review.models import Run
from tests.factories import make_user
from tests.platform.exchange.test_races import at_once, unit_of
from tests.platform.exchange.test_sending import CONTENT, register, up
from zhitong.core import audit
from zhitong.core.errors import Refusal
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, Event, EventKind, ItemSource


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
