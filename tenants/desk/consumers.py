"""Who is told of the network: the authors of what an event is about, and the receiver's clerks of what came in."""

from typing import Any

from tenants.accounts.models import Role, User
from tenants.desk.queries import event_words
from tenants.items.models import Item
from tenants.notices.operations import notify
from zhitong.core import outbox
from zhitong.core.operations import require_unit, system
from zhitong.exchange.models import Dispatch, Event, EventKind

# What review tells the authors itself, or what nobody waits for.
_SILENT = {EventKind.SUBMITTED, EventKind.ACCEPTED, EventKind.WITHDRAWN}
_OWN_DECISIONS = {EventKind.ADOPTED, EventKind.KEPT, EventKind.DECLINED}


@outbox.consumer("notices.event")
def tell_authors(payload: dict[str, Any]) -> None:
    """Tell each author with an account here what happened to the item, and where; never a leader's words."""
    event = Event.objects.select_related("unit", "body", "dispatch__receiver", "dispatch__body").get(
        pk=payload["event"]
    )
    unit_id = require_unit()
    own_decision = event.unit_id == unit_id and event.body_id is None and event.kind in _OWN_DECISIONS
    if event.kind in _SILENT or own_decision:
        return
    item = Item.objects.filter(uuid=payload["item"]).first()
    if item is None:
        return
    place = "" if event.body_id or event.kind == EventKind.SENT else event.unit.short_name
    for reader in User.objects.filter(authorships__item=item, authorships__signs=True, is_active=True):
        notify(
            actor=system(unit_id),
            reader=reader,
            key=f"event:{event.pk}",
            kind=f"event.{event.kind}",
            title=f"{place}{event_words(event)}：{item.title}",
            url=f"/items/{item.uuid}/journey/",
        )


@outbox.consumer("notices.dispatch")
def tell_clerks(payload: dict[str, Any]) -> None:
    """Tell those who receive for the unit that a dispatch came in or was recalled."""
    dispatch = Dispatch.objects.select_related("sender").get(uuid=payload["dispatch"])
    event = Event.objects.get(pk=payload["event"])
    words = "撤回" if event.kind == EventKind.RECALLED else "报来"
    receiving = Role.objects.filter(permissions__contains=["exchange.receive"])
    for reader in User.objects.filter(roles__in=receiving, is_active=True).distinct():
        notify(
            actor=system(require_unit()),
            reader=reader,
            key=f"dispatch:{event.pk}",
            kind=f"dispatch.{event.kind}",
            title=f"{dispatch.sender.short_name}{words}：{dispatch.title}",
            url=f"/inbox/{dispatch.uuid}/",
        )
