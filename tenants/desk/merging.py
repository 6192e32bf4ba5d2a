"""Merging (综合) from the desk: received and own items to one, its sources put in order, and apart again.

Each operation joins the public side (`exchange`), the rows and texts (`items`) and the reviews in one transaction.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenants.desk.operations import accept
from tenants.desk.queries import Pick
from tenants.items import operations as items
from tenants.items.models import Item
from tenants.items.queries import number_label
from tenants.review import operations as review
from zhitong.core.errors import InvalidInput, NotFound, WrongState
from zhitong.core.operations import Actor, operation, require_unit
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Dispatch, Event
from zhitong.exchange.operations import SOURCES_MOST
from zhitong.exchange.queries import merged_into
from zhitong.units.current import unit_in_force

_WAITING = (Dispatch.State.SENT, Dispatch.State.RECEIVED)


@operation("exchange.receive")
def merge(*, actor: Actor, picks: Sequence[Pick], title: str) -> Item:
    """Make one item of several received and own ones, and start its review.

    What was only received is taken in first. The sources are marked as merged and their reviews end: what becomes of
    the merged item is what becomes of them. Sent for sign-off, this can no longer be undone (`take_apart`).

    Args:
        picks: two at least, in the order in which they get credit.
        title: of the merged item; its text is put together from theirs, for the unit to edit.

    Raises:
        NotFound: a dispatch or an item that this unit does not have.
        InvalidInput: too few or too many, one twice, or no title.
        WrongState: one was returned, declined, recalled, decided otherwise or merged already; the message says which.
    """
    if len(picks) > SOURCES_MOST:
        raise InvalidInput(f"一篇综合稿最多综合 {SOURCES_MOST} 篇。", fields={"pick": ["选得太多"]})
    taken = _taken_in(actor, [pick.uuid for pick in picks if pick.is_dispatch])
    sources = _items([taken[pick.uuid] if pick.is_dispatch else pick.uuid for pick in picks])
    if len(sources) < 2:
        raise InvalidInput("合并至少要选两篇。", fields={"pick": ["请至少选两篇"]})
    merged = items.create_merged(actor=actor, sources=sources, title=title)
    number = number_label(merged, unit_in_force().mark)
    for source in sorted(sources, key=lambda one: one.pk):  # in one order, so that two merges do not wait in a ring
        _refuse_merged(source)
        review.merge_away(actor=actor, item=source, into=number)
    exchange.merge(actor=actor, item_uuid=merged.uuid, sources=[source.uuid for source in sources])
    review.start_run(actor=actor, item=merged)
    return merged


@operation("exchange.receive")
def arrange(*, actor: Actor, item_uuid: UUID, sources: Sequence[UUID], shares: Sequence[int] = ()) -> Item:
    """Put the sources of a merged item in another order and say what share each has, until it is sent for sign-off.

    Args:
        sources: all of them, each once.
        shares: per cent of each, a hundred together; empty where the rule sets alone decide.

    Raises:
        NotFound: no such merged item.
        WrongState: it has been sent for sign-off.
        InvalidInput: as `exchange.arrange_sources`.
    """
    item = _merged(item_uuid)
    review.require_before_sign_off(actor, item)
    exchange.arrange_sources(actor=actor, item_uuid=item_uuid, sources=sources, shares=shares)
    return item


@operation("exchange.receive")
def take_apart(*, actor: Actor, item_uuid: UUID, reason: str) -> list[Item]:
    """Undo a merge (拆开) until it is sent for sign-off: each source stands again where it stood; return them in order.

    Raises:
        NotFound: no such merged item.
        WrongState: it has been sent for sign-off, or nobody can decide where a source stood.
        InvalidInput: no reason.
    """
    item = _merged(item_uuid)
    review.dissolve(actor=actor, item=item, reason=reason)
    order = exchange.take_apart(actor=actor, item_uuid=item_uuid, reason=reason)
    sources = {source.uuid: source for source in Item.objects.filter(uuid__in=order).order_by("pk")}
    for source in sources.values():
        review.come_back(actor=actor, item=source)
    return [sources[uuid] for uuid in order]


@operation("exchange.receive")
def withdraw_source(*, actor: Actor, item_uuid: UUID, source_uuid: UUID, reason: str) -> Event:
    """Note that whoever contributed a source took it back: what becomes of the merged item counts for it no more.

    Raises:
        NotFound: no such merged item, or no such source.
        InvalidInput: no reason.
        WrongState: it was withdrawn before.
    """
    _merged(item_uuid)
    return exchange.withdraw_source(actor=actor, item_uuid=item_uuid, source_uuid=source_uuid, reason=reason)


def _taken_in(actor: Actor, dispatches: Sequence[UUID]) -> Mapping[UUID, UUID]:
    """Return the own item of each dispatch, taking in those that wait; in the order of their keys."""
    rows = Dispatch.objects.select_for_update(of=("self",)).filter(uuid__in=dispatches, receiver_id=require_unit())
    found = list(rows.order_by("pk"))
    if len(found) != len(set(dispatches)):
        raise NotFound
    own: dict[UUID, UUID] = {}
    for dispatch in found:
        if dispatch.state in _WAITING:
            own[dispatch.uuid] = accept(actor=actor, dispatch_uuid=dispatch.uuid).uuid
        elif dispatch.accepted_item_uuid and dispatch.state != Dispatch.State.RECALLED:
            own[dispatch.uuid] = dispatch.accepted_item_uuid
        else:
            raise exchange.moved_on(dispatch)
    return own


def _items(uuids: Sequence[UUID]) -> list[Item]:
    """Return the items in the order given."""
    if len(set(uuids)) != len(uuids):
        raise InvalidInput("同一篇选了两次。", fields={"pick": ["同一篇选了两次"]})
    found = {item.uuid: item for item in Item.objects.filter(uuid__in=uuids).exclude(number__isnull=True)}
    if len(found) != len(uuids):
        raise NotFound
    return [found[uuid] for uuid in uuids]


def _merged(item_uuid: UUID) -> Item:
    item = Item.objects.filter(uuid=item_uuid, is_merged=True).first()
    if item is None:
        raise NotFound
    return item


def _refuse_merged(source: Item) -> None:
    """Say where a source went, instead of the bare state."""
    into = merged_into(require_unit(), source.uuid)
    if into is not None:
        raise WrongState(
            f"《{source.title}》已并入综合稿（{into.number_label}），没有再次合并。",
            rule="一篇只并入一篇综合稿",
            who="可以先把那篇综合稿拆开",
        )
