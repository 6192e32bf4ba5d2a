"""Who is told of the network: the authors of what an event is about, and the receiver's clerks of what came in.

And what came in is found from then on.
"""

from typing import Any
from uuid import UUID

from search import marks
from search.backend import backend
from search.documents import body_of
from search.files.keeping import FILE_READ
from tenants.accounts.models import Role, User
from tenants.desk.documents import KIND, documents, stale
from tenants.desk.listing import AWAITING
from tenants.desk.queries import event_words
from tenants.items.models import Item, Urgency
from tenants.items.texts import Texts
from tenants.notices.operations import notify
from zhitong.core import clock, glossary, outbox, workdays
from zhitong.core.operations import require_unit, system
from zhitong.exchange import packets
from zhitong.exchange.models import Dispatch, Event, EventKind
from zhitong.web.templatetags.zt import zt_short

# Whether the authors hear of an event from here. They do not where review tells them, or where they did it themselves.
TELLS_AUTHORS = {
    EventKind.SUBMITTED: False,
    EventKind.WITHDRAWN: False,
    EventKind.SENT: True,
    EventKind.RECEIVED: True,
    EventKind.ACCEPTED: True,
    EventKind.RETURNED: True,
    EventKind.NOT_OURS: True,
    EventKind.RECALL_ASKED: True,
    EventKind.RECALL_REFUSED: True,
    EventKind.RECALLED: True,
    EventKind.ADOPTED: True,
    EventKind.KEPT: True,
    EventKind.DECLINED: True,
    EventKind.INSTRUCTION: True,
    EventKind.REPLIED: True,
    EventKind.PUBLISHED: True,
    EventKind.MERGED: True,
    EventKind.ASSIGNED: True,
    EventKind.RATED: False,
    EventKind.READDRESSED: True,
    EventKind.URGED: False,
}
_OWN_DECISIONS = {EventKind.ADOPTED, EventKind.KEPT, EventKind.DECLINED}


@outbox.consumer("notices.event")
def tell_authors(payload: dict[str, Any]) -> None:
    """Tell each author with an account here what happened to the item, and where; never a leader's words."""
    told = ("unit", "body", "dispatch__receiver", "dispatch__body", "handling_step")
    event = Event.objects.select_related(*told).get(pk=payload["event"])
    unit_id = require_unit()
    own_decision = event.unit_id == unit_id and event.body_id is None and event.kind in _OWN_DECISIONS
    if not TELLS_AUTHORS[EventKind(event.kind)] or own_decision:
        return
    item = Item.objects.filter(uuid=payload["item"]).first()
    if item is None:
        return
    names_itself = event.body_id or event.kind in {EventKind.SENT, EventKind.READDRESSED}
    place = "" if names_itself else event.unit.short_name
    if hasattr(event, "handling_step"):  # whom it was passed to says it, not the unit that passed it on
        place = event.by
    for reader in User.objects.filter(authorships__item=item, authorships__signs=True, is_active=True):
        notify(
            actor=system(unit_id),
            reader=reader,
            key=f"event:{event.pk}",
            kind=f"event.{event.kind}",
            title=f"{place}{event_words(event)}：{item.title}",
            url=f"/items/{item.uuid}/journey/",
            urgent=item.urgency == Urgency.URGENT,
        )


_FROM_SENDER = {
    EventKind.SENT: "报来",
    EventKind.RECALLED: "撤回",
    EventKind.RECALL_ASKED: "请求撤回",
    EventKind.READDRESSED: "报来，现由本单位接办",
    EventKind.URGED: "催办",
}
_FROM_RECEIVER = {
    EventKind.RETURNED: "退回",
    EventKind.NOT_OURS: "认为不属其范围，退回",
    EventKind.RECALL_REFUSED: "不同意撤回",
    EventKind.RECALLED: "同意撤回",
    EventKind.READDRESSED: "不再办理，已转交接办单位",
}
_STALE = "desk.document.stale"
_REMINDERS = 5  # of one unread dispatch: at its limit, then every working day


@outbox.consumer("notices.dispatch")
def tell_clerks(payload: dict[str, Any]) -> None:
    """Tell those who receive for the unit that a dispatch came in, was recalled, is asked back or urged."""
    event = Event.objects.get(pk=payload["event"])
    words = _FROM_SENDER.get(EventKind(event.kind))
    if words is None:
        return
    dispatch = Dispatch.objects.select_related("sender").get(uuid=payload["dispatch"])
    _tell(
        "exchange.receive",
        dispatch,
        key=f"dispatch:{event.pk}",
        kind=f"dispatch.{event.kind}",
        title=f"{dispatch.sender.short_name}{words}：{dispatch.title}",
        body=event.reason if event.kind == EventKind.URGED else "",
        url=f"/inbox/{dispatch.uuid}/",
    )


@outbox.consumer("notices.dispatch")
def mark_arrived(payload: dict[str, Any]) -> None:
    """Keep what of the own archive a text that came in is like, for the mark in the inbox."""
    dispatch = Dispatch.objects.select_related("packet").get(uuid=payload["dispatch"])
    if dispatch.state not in AWAITING:
        marks.forget(dispatch.uuid)
        return
    texts = Texts(**{name: dispatch.packet.content.get(name, "") for name in packets.TEXT_FIELDS})
    marks.note(key=dispatch.uuid, title=texts.title, body=body_of(texts), is_document=False)


@outbox.consumer("exchange.dispatch.arrived")
@outbox.consumer("exchange.dispatch.changed")
@outbox.consumer(_STALE)
def index_dispatch(payload: dict[str, Any]) -> None:
    """Write the document of a dispatch anew, or remove it when it was recalled, or taken in and brought no files.

    Whoever recalls it waits until it is written, so that no text stays behind.
    """
    key = UUID(payload["dispatch"])
    Dispatch.objects.select_for_update(of=("self",), no_key=True).get(uuid=key)
    if found := documents([key]):
        backend().index(found)
    else:
        backend().remove(KIND, [key])


@outbox.consumer(FILE_READ)
def follow_files(payload: dict[str, Any]) -> None:
    """Have the documents of dispatches by which this unit sent a file written anew, wherever they went."""
    for unit_id, key in stale(payload["sha256"]):
        outbox.publish(_STALE, {"dispatch": str(key)}, unit_id=unit_id)


@outbox.consumer("notices.sender")
def tell_senders(payload: dict[str, Any]) -> None:
    """Tell those who send for the unit what a receiver did that they have to go on with."""
    event = Event.objects.select_related("unit", "dispatch").get(pk=payload["event"])
    dispatch = event.dispatch
    if dispatch is None:
        return
    _tell(
        "exchange.send",
        dispatch,
        key=f"dispatch:{event.pk}",
        kind=f"dispatch.{event.kind}",
        title=f"{event.unit.short_name}{_FROM_RECEIVER[EventKind(event.kind)]}：{dispatch.title}",
        body=event.reason,
        url=f"/items/{dispatch.item_uuid}/send/",
    )


@outbox.consumer("notices.unread")
def remind_of_unread(payload: dict[str, Any]) -> None:
    """Remind the receiver of a dispatch that waits for its receipt beyond its limit, on this and the next working days.

    The sender hears of it once, with the first reminder.
    """
    dispatch = Dispatch.objects.select_related("sender", "receiver").get(uuid=payload["dispatch"])
    if dispatch.state != Dispatch.State.SENT:
        return
    turn = int(payload["turn"])
    _tell(
        "exchange.receive",
        dispatch,
        key=f"unread:{dispatch.pk}:{turn}",
        kind="dispatch.unread",
        title=f"{glossary.AWAITING_RECEIPT}已超期：{dispatch.title}",
        body=f"{dispatch.sender.short_name}报来，应在 {zt_short(dispatch.due_at)} 前签收。",
        url=f"/inbox/{dispatch.uuid}/",
    )
    if turn == 1:
        outbox.publish("notices.unanswered", {"dispatch": payload["dispatch"]}, unit_id=dispatch.sender_id)
    if turn < _REMINDERS:
        again = {"dispatch": payload["dispatch"], "turn": turn + 1}
        at = workdays.calendar().add(clock.now(), 1)
        outbox.publish("notices.unread", again, unit_id=require_unit(), at=at)


@outbox.consumer("notices.unanswered")
def tell_senders_of_silence(payload: dict[str, Any]) -> None:
    """Tell those who send for the unit that a receiver has not receipted in time."""
    dispatch = Dispatch.objects.select_related("receiver", "body").get(uuid=payload["dispatch"])
    if dispatch.state != Dispatch.State.SENT:
        return
    _tell(
        "exchange.send",
        dispatch,
        key=f"unanswered:{dispatch.pk}",
        kind="dispatch.unread",
        title=f"{dispatch.receiver_name}到期没有签收：{dispatch.title}",
        url=f"/items/{dispatch.item_uuid}/send/",
    )


def _tell(permission: str, dispatch: Dispatch, *, key: str, kind: str, title: str, url: str, body: str = "") -> None:
    """Tell everybody in the unit who holds a right about a dispatch."""
    roles = Role.objects.filter(permissions__contains=[permission])
    for reader in User.objects.filter(roles__in=roles, is_active=True).distinct():
        notify(
            actor=system(require_unit()),
            reader=reader,
            key=key,
            kind=kind,
            title=title,
            body=body,
            url=url,
            urgent=dispatch.urgency == Urgency.URGENT,
        )
