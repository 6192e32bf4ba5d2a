"""A circular goes through the unit's chain as a report does, and counts nowhere: no number, no fact, no event."""

import pytest

from tenants.items import operations as items
from tenants.items.models import Item, ItemKind, State
from tenants.items.queries import own_items, visible_items
from tenants.items.texts import Texts
from tenants.notices.models import Notice
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tenants.review.queries import Filters, Tab, worklist
from tests.tenants.desk.conftest import Office, people
from zhitong.core import outbox
from zhitong.core.errors import NotFound, WrongState
from zhitong.exchange.models import Event, ItemFact
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
TEXTS = Texts("关于2026年3月社情民意信息报送采用情况的通报", "共收到4篇。", "", "请各单位核对。")


@pytest.fixture
def office(unit: Unit) -> Office:
    """南海区政协 with its people."""
    return people(unit, "a_")


def handed_in(office: Office) -> Item:
    """Return a circular of the clerk's that waits for its first reviewer."""
    item = items.draft_circular(actor=office.clerk.actor, texts=TEXTS)
    items.hand_in_circular(actor=office.clerk.actor, item=item, version=item.version)
    item.refresh_from_db()
    review.start_run(actor=office.clerk.actor, item=item)
    return item


def test_a_circular_is_signed_off_and_counts_nowhere(office: Office) -> None:
    with office.unit:
        item = handed_in(office)
        office.pass_through(item)
        item.refresh_from_db()
        assert (item.state, item.kind, item.number) == (State.APPROVED, ItemKind.CIRCULAR, None)
        assert item.editions.filter(kind="issued").count() == 1
        assert not Item.objects.filter(pk=item.pk).exists()
        for reader in (office.clerk, office.leader):
            assert not visible_items(reader).filter(pk=item.pk).exists()
            assert not own_items(reader).filter(pk=item.pk).exists()
    assert not ItemFact.objects.filter(item_uuid=item.uuid).exists()
    assert not Event.objects.filter(item_uuid=item.uuid).exists()


def test_who_drafted_it_does_not_sign_it(office: Office) -> None:
    with office.unit:
        item = handed_in(office)
        holders = set(Task.objects.filter(run__item=item).values_list("holder__name", flat=True))
        assert holders
        assert office.clerk.name not in holders


def test_returned_it_waits_for_its_drafter_and_goes_on_in_its_run(office: Office) -> None:
    with office.unit:
        item = handed_in(office)
        task = Task.objects.get(run__item=item, state=Task.State.OPEN)
        review.decide_return(actor=task.holder.actor, task_uuid=task.uuid, reason="数字再核一遍", to=review.AUTHOR)
        assert [row.item.pk for row in worklist(office.clerk, Tab.RETURNED, Filters()).items] == [item.pk]
        assert not worklist(office.leader, Tab.RETURNED, Filters()).items
        outbox.drain()
        told = Notice.objects.filter(reader=office.clerk, kind="review.returned").get()
        assert told.url == f"/circulars/{item.uuid}/"
        item.refresh_from_db()
        items.write_circular(
            actor=office.clerk.actor,
            item=item,
            version=item.version,
            texts=Texts(TEXTS.title, "共收到5篇。", "", "请核对。"),
        )
        item.refresh_from_db()
        items.hand_in_circular(actor=office.clerk.actor, item=item, version=item.version)
        review.resume_run(actor=office.clerk.actor, item=item)
        assert Run.objects.get(item=item).state == Run.State.RUNNING
        with pytest.raises(NotFound):
            review.resume_run(actor=office.clerk.actor, item=item)


def test_a_signature_is_taken_back_and_a_decline_tells_its_own_words(office: Office) -> None:
    with office.unit:
        item = handed_in(office)
        run = Run.objects.get(item=item)
        while task := Task.objects.filter(run=run, state=Task.State.OPEN).first():
            last = task.holder
            review.decide_pass(actor=last.actor, task_uuid=task.uuid)
        review.take_back(actor=last.actor, run_uuid=run.uuid, reason="还有一个数字要核")
        item.refresh_from_db()
        assert item.state == State.IN_REVIEW
        task = Task.objects.get(run=run, state=Task.State.OPEN)
        review.decide_decline(actor=task.holder.actor, task_uuid=task.uuid, reason="本月并入季通报")
        outbox.drain()
        assert Notice.objects.get(reader=office.clerk, kind="review.declined").title == f"{TEXTS.title}：没有签发"
    assert not Event.objects.filter(item_uuid=item.uuid).exists()


def test_what_is_under_way_is_not_written_on_and_not_deleted(office: Office) -> None:
    with office.unit:
        item = handed_in(office)
        with pytest.raises(WrongState, match="审核中"):
            items.write_circular(actor=office.clerk.actor, item=item, version=item.version, texts=TEXTS)
        with pytest.raises(WrongState, match="没送审过"):
            items.delete_circular(actor=office.clerk.actor, item=item)
