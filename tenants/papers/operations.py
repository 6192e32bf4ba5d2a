"""Writes over papers in one unit: publish to units and people, read, confirm, write for a call, urge."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from django.db.models import Q

from tenants.accounts.models import User
from tenants.desk.operations import packet_content
from tenants.items import operations as items
from tenants.items.models import Item, Source, State
from tenants.items.operations.common import account_of
from tenants.papers import queries
from tenants.papers.models import Reader
from zhitong.core import audit, clock, outbox
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.documents.storage import StoredFile
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Audience, Delivery, Paper, PaperKind
from zhitong.exchange.operations import NewPaper
from zhitong.exchange.packets import GrantInput
from zhitong.units.current import unit_in_force


@operation("exchange.publish")
def publish(
    *,
    actor: Actor,
    new: NewPaper,
    to: Collection[UUID] = (),
    people: Sequence[User] = (),
    parent: UUID | None = None,
    files: Sequence[StoredFile] = (),
) -> Paper:
    """Give a paper to units below and to people of this unit.

    Args:
        to: uuids of units.
        people: whom of its own the unit names, where `new.audience` says so.
        parent: the delivery that is passed on.
        files: kept already under this unit.

    Raises:
        InvalidInput: nobody is named where somebody should be.
        Refusal: as `exchange.publish`.
    """
    if new.audience == Audience.NAMED and not people:
        raise InvalidInput("没有发出：还没有点名。", fields={"people": ["请选择人员、标签或者界别。"]})
    grants = [GrantInput(uuid4(), file.name, file.sha256, file.size, file.media_type) for file in files]
    paper = exchange.publish(actor=actor, new=replace(new, files=grants), to=to, parent=parent)
    if paper.audience == Audience.NAMED:
        rows = [Reader(paper_uuid=paper.uuid, user=user, is_addressed=True) for user in people]
        Reader.objects.bulk_create(rows, ignore_conflicts=True)
    return paper


@operation("exchange.publish")
def show_item(
    *,
    actor: Actor,
    new: NewPaper,
    item_uuid: UUID,
    to: Collection[UUID] = (),
    people: Sequence[User] = (),
) -> Paper:
    """Show an adopted item of the unit as an exemplar (优秀信息): its issued text, frozen, without contacts.

    Raises:
        NotFound: no such item.
        WrongState: the unit has not adopted it.
        Refusal: as `publish`.
    """
    item = Item.objects.filter(uuid=item_uuid).exclude(state=State.DRAFT).first()
    if item is None:
        raise NotFound
    if item.state != State.APPROVED:
        raise WrongState(f"这一篇{item.get_state_display()}，不能作为优秀信息展示。", rule="只展示本单位采用的信息")
    shown = replace(new, kind=PaperKind.EXEMPLAR, item_uuid=item.uuid, content=packet_content(item, unit_in_force()))
    return publish(actor=actor, new=shown, to=to, people=people)


@operation()
def read_paper(*, actor: Actor, paper_uuid: UUID) -> Paper:
    """Return a paper that the actor may read, marked as read the first time.

    Raises:
        NotFound: absent, withdrawn or not theirs.
    """
    paper, mark = _mark(actor, paper_uuid)
    if mark.read_at is None:
        _note(actor, paper, mark, confirms=False)
    return paper


@operation()
def confirm_paper(*, actor: Actor, paper_uuid: UUID) -> Paper:
    """Say that one has read a paper that asks for it; a second time changes nothing.

    Raises:
        NotFound: absent, withdrawn or not theirs.
        WrongState: it asks for no confirmation.
    """
    paper, mark = _mark(actor, paper_uuid)
    if not paper.needs_confirm:
        raise WrongState("这一件不需要确认。")
    if mark.confirmed_at is None:
        _note(actor, paper, mark, confirms=True)
    return paper


@operation("items.write")
def write_for_call(*, actor: Actor, paper_uuid: UUID) -> Item:
    """Begin an item that answers a call, or go on with the draft begun for it: pressing twice begins one.

    Who receives for the unit writes for any call that came down to it; others for those that they were given.

    Raises:
        NotFound: no call, or not for the actor.
        WrongState: the call was withdrawn.
    """
    user = account_of(actor)
    if user is None:
        raise NotFound
    paper = queries.readable(user).filter(uuid=paper_uuid, kind=PaperKind.CALL).first()
    if paper is None:
        paper = _received_call(actor, paper_uuid)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    begun = Item.objects.filter(created_by=user, call_uuid=paper.uuid, state=State.DRAFT).order_by("pk").first()
    return begun or items.create_draft(actor=actor, changes={"source": Source.CALL}, call_uuid=paper.uuid)


@operation("exchange.publish")
def urge_people(*, actor: Actor, paper_uuid: UUID) -> int:
    """Press all of the unit's people who still owe something and were not pressed today; return how many.

    Raises:
        NotFound: not a paper of this unit.
        WrongState: it was withdrawn, nobody owes anything, or each was pressed today.
    """
    paper = queries.get_published(paper_uuid)
    if paper.is_withdrawn:
        raise WrongState("这一件已经撤回，不用再催。")
    owing = [one.user for one in queries.asked(paper) if queries.owes(paper, one)]
    if not owing:
        raise WrongState("没有要催的人。")
    Reader.objects.bulk_create([Reader(paper_uuid=paper.uuid, user=user) for user in owing], ignore_conflicts=True)
    rows = Reader.objects.select_for_update().filter(paper_uuid=paper.uuid, user__in=owing).order_by("pk")
    today = clock.today()
    due = [row.pk for row in rows if row.urged_at is None or clock.local_date(row.urged_at) < today]
    if not due:
        raise WrongState("今天已经催办过。", rule="同一人一天只催一次")
    Reader.objects.filter(pk__in=due).update(urged_at=clock.now())
    outbox.publish("papers.people.urged", {"paper": str(paper.uuid), "day": today.isoformat()}, unit_id=require_unit())
    audit.record(actor=actor, action="papers.people.urged", object_kind="paper", object_id=paper.uuid, people=len(due))
    return len(due)


def _mark(actor: Actor, paper_uuid: UUID) -> tuple[Paper, Reader]:
    """Return a paper that the actor may read, and their row of it, locked."""
    user = account_of(actor)
    if user is None:
        raise NotFound
    paper = queries.get_readable(user, paper_uuid)
    Reader.objects.bulk_create([Reader(paper_uuid=paper.uuid, user=user)], ignore_conflicts=True)
    return paper, Reader.objects.select_for_update().get(paper_uuid=paper.uuid, user=user)


def _note(actor: Actor, paper: Paper, mark: Reader, *, confirms: bool) -> None:
    first = mark.read_at is None
    mark.read_at = mark.read_at or clock.now()
    if confirms:
        mark.confirmed_at = clock.now()
        audit.record(actor=actor, action="papers.paper.confirmed", object_kind="paper", object_id=paper.uuid)
    mark.save(update_fields=["read_at", "confirmed_at"])
    exchange.count_reading(actor=actor, paper_uuid=paper.uuid, readers=int(first), confirmed=int(confirms))


def _received_call(actor: Actor, paper_uuid: UUID) -> Paper:
    came = Q(paper__uuid=paper_uuid, paper__kind=PaperKind.CALL, receiver=unit_in_force())
    delivery = Delivery.objects.select_related("paper__unit").filter(came).first()
    if delivery is None or not actor.can("exchange.receive"):
        raise NotFound
    if delivery.paper.is_withdrawn:
        raise WrongState(f"{delivery.paper.unit.short_name}已撤回这次约稿。")
    return delivery.paper
