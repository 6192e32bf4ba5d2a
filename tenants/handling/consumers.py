"""Who is told of handlings: the clerks of both sides of each step, of limits, of links; authors of opened answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.accounts.models import User
from tenants.accounts.queries import with_permission
from tenants.items.models import Item, Urgency
from tenants.notices.operations import notify
from zhitong.core import clock, links, outbox, workdays
from zhitong.core.operations import require_unit, system
from zhitong.exchange.models import Assignment, Handling, HandlingStep, Satisfaction, StepKind
from zhitong.exchange.models.handling import OPEN
from zhitong.exchange.operations.handling.common import PURPOSE
from zhitong.exchange.queries import chain_down
from zhitong.web.templatetags.zt import zt_short

_REMINDERS = 5  # of one limit: when it passes, then every working day
_TO_HANDLER = {
    StepKind.ASSIGNED: "转来办理",
    StepKind.REFUSAL_GRANTED: "同意申退",
    StepKind.REFUSAL_REFUSED: "不同意申退",
    StepKind.EXTENSION_GRANTED: "同意延期",
    StepKind.EXTENSION_REFUSED: "不同意延期",
    StepKind.URGED: "催办",
    StepKind.TAKEN_BACK: "取消转办",
}


@outbox.consumer("handling.step")
def tell_clerks(payload: dict[str, Any]) -> None:
    """Tell the clerks of a unit what the other side did, or a co-handler answered."""
    step = HandlingStep.objects.select_related(
        "assignment__handling__packet", "assignment__handling__asker", "assignment__unit"
    ).get(pk=payload["step"])
    assignment = step.assignment
    kind = StepKind(step.kind)
    if assignment.handling.asker_id == require_unit():
        who, what, body = assignment.name, kind.label, step.words
        _tell_askers(assignment, f"handling.step:{step.pk}", f"handling.{kind}", f"{who}{what}", body)
        return
    mine, what, who = assignment, _TO_HANDLER.get(kind, kind.label), assignment.handling.asker.short_name
    if assignment.unit_id != require_unit():  # a co-handler's answer, for the lead
        own = assignment.handling.assignments.filter(unit_id=require_unit(), state__in=OPEN).first()
        mine, who = own or assignment, assignment.name
    url = f"/handling/inbox/{mine.uuid}/" if kind != StepKind.TAKEN_BACK else "/handling/inbox/"
    _tell(
        "exchange.receive", f"handling.step:{step.pk}", f"handling.{kind}", f"{who}{what}", assignment, url, step.words
    )


@outbox.consumer("handling.unread")
def remind_of_receipt(payload: dict[str, Any]) -> None:
    """Remind the handler of a receipt that is overdue, on this and the next working days; the asker hears once."""
    assignment, turn = _assignment(payload), int(payload["turn"])
    if assignment.state != Assignment.State.SENT:
        return
    limit = f"应在 {zt_short(assignment.receipt_due_at)} 前签收。"
    _remind(assignment, "unread", turn, "签收已超期", limit)
    _again("handling.unread", payload, turn)


@outbox.consumer("handling.due")
def remind_of_answer(payload: dict[str, Any]) -> None:
    """Remind the handler a day before the answer is due, when it is, and on the next working days.

    A limit that was moved meanwhile is watched by a message of its own.
    """
    assignment, turn = _assignment(payload), int(payload["turn"])
    due = datetime.fromisoformat(payload["due"])
    if not assignment.is_open or assignment.due_at != due:
        return
    limit = f"应在 {zt_short(due)} 前答复。"
    _remind(assignment, f"due:{due:%Y%m%d}", turn, "快到办理时限" if turn == 0 else "办理已超期", limit)
    if turn == 0:
        outbox.publish("handling.due", {**payload, "turn": 1}, unit_id=require_unit(), at=due)
    else:
        _again("handling.due", payload, turn)


@outbox.consumer("handling.late")
def tell_askers_of_silence(payload: dict[str, Any]) -> None:
    """Tell the asking unit that a handler in another unit has let a limit pass."""
    assignment = _assignment(payload)
    if assignment.is_open:
        key = f"handling.late:{assignment.pk}:{payload['what']}"
        _tell_askers(assignment, key, "handling.late", f"{assignment.name}{payload['words']}", "")


@outbox.consumer("handling.released")
def tell_units_below(payload: dict[str, Any]) -> None:
    """Publish one message for each unit below whose authors may now read an answer."""
    handling = Handling.objects.get(uuid=payload["handling"])
    for node in chain_down(handling.asker_id, handling.item_uuid):
        message = {**payload, "item": str(node.item_uuid)}
        outbox.publish("handling.opened", message, unit_id=node.unit_id)


@outbox.consumer("handling.opened")
def tell_authors(payload: dict[str, Any]) -> None:
    """Tell the authors of an item that they may read the answer, and say whether it satisfies them."""
    item = Item.objects.filter(uuid=payload["item"]).first()
    if item is None:
        return
    for reader in User.objects.filter(authorships__item=item, authorships__signs=True, is_active=True):
        notify(
            actor=system(require_unit()),
            reader=reader,
            key=f"handling.opened:{payload['handling']}",
            kind="handling.opened",
            title=f"办理答复可以看了，请评价：{item.title}",
            url=f"/items/{item.uuid}/journey/",
            urgent=item.urgency == Urgency.URGENT,
        )


@outbox.consumer("handling.rated")
def tell_of_rating(payload: dict[str, Any]) -> None:
    """Tell the asking unit, and the lead, how satisfied an author is."""
    rated = Satisfaction.objects.select_related("handling__packet", "handling__asker").get(pk=payload["rating"])
    unit_id = require_unit()
    lead = rated.handling.assignments.select_related("unit", "handling__packet", "handling__asker").get(
        role=Assignment.Role.LEAD, state=Assignment.State.ANSWERED
    )
    what = f"反映人对办理评价{rated.get_rating_display()}"
    key = f"handling.rated:{rated.pk}"
    if rated.handling.asker_id == unit_id:
        _tell_askers(lead, key, "handling.rated", what, rated.words)
    elif lead.unit_id == unit_id:
        _tell("exchange.receive", key, "handling.rated", what, lead, f"/handling/inbox/{lead.uuid}/", rated.words)


@outbox.consumer(links.LAPSED)
def tell_of_lapse(payload: dict[str, Any]) -> None:
    """Tell the asking unit that a handler's link opens nothing any more, while an answer is still owed."""
    if payload["purpose"] != PURPOSE:
        return
    uuid = UUID(payload["object"])
    found = Assignment.objects.select_related("handling__packet", "unit").filter(uuid=uuid).first()
    link = links.newest(PURPOSE, [uuid]).get(uuid)
    if found and link and found.is_open and links.standing(link) in {"expired", "barred"}:
        why = "输错次数过多，已锁定" if links.standing(link) == "barred" else "已过期"
        _tell_askers(found, f"handling.lapsed:{link.pk}", "handling.lapsed", f"{found.name}的链接{why}，可以重发", "")


def _assignment(payload: dict[str, Any]) -> Assignment:
    rows = Assignment.objects.select_related("handling__packet", "handling__asker", "unit")
    return rows.get(uuid=payload["assignment"])


def _remind(assignment: Assignment, what: str, turn: int, words: str, limit: str) -> None:
    """Remind the handler; one outside is reminded by the asking unit, which alone can reach them."""
    key = f"handling.{what}:{assignment.pk}:{turn}"
    if assignment.unit_id is None:
        _tell_askers(assignment, key, "handling.late", f"{assignment.name}{words}", limit)
        return
    url = f"/handling/inbox/{assignment.uuid}/"
    _tell("exchange.receive", key, "handling.late", words, assignment, url, limit)
    if turn == 1:
        late = {"assignment": str(assignment.uuid), "what": what, "words": words}
        outbox.publish("handling.late", late, unit_id=assignment.handling.asker_id)


def _again(topic: str, payload: dict[str, Any], turn: int) -> None:
    if turn < _REMINDERS:
        at = workdays.calendar().add(clock.now(), 1)
        outbox.publish(topic, {**payload, "turn": turn + 1}, unit_id=require_unit(), at=at)


def _tell_askers(assignment: Assignment, key: str, kind: str, what: str, body: str) -> None:
    url = f"/handling/{assignment.handling.uuid}/"
    _tell("exchange.record", key, kind, what, assignment, url, body)


def _tell(permission: str, key: str, kind: str, what: str, assignment: Assignment, url: str, body: str = "") -> None:
    """Tell everybody in the unit who holds a right."""
    title = f"{what}：{assignment.handling.title}"
    for reader in with_permission(permission):
        notify(
            actor=system(require_unit()),
            reader=reader,
            key=key,
            kind=kind,
            title=title,
            body=body,
            url=url,
            urgent=assignment.handling.packet.content.get("urgency") == Urgency.URGENT,
        )
