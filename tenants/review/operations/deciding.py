"""Deciding a task: pass, return, decline, keep; and the reviewer's own edition of the text.

Every verb locks the run first and looks at its task again: of two deciders at once one wins, the other is told who did
what and when.
"""

from uuid import UUID

from tenants.items import operations as items
from tenants.items.models import Edition, EditionKind, State
from tenants.items.texts import Texts
from tenants.review import engine
from tenants.review.models import Act, Run, Task, Verb
from tenants.review.reasons import clean_comment, clean_reason
from zhitong.core import audit, outbox
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import AdoptionMode, EventKind
from zhitong.exchange.operations import record

AUTHOR = "author"


@operation()
def decide_pass(
    *,
    actor: Actor,
    task_uuid: UUID,
    texts: Texts | None = None,
    mode: AdoptionMode | str = AdoptionMode.SINGLE,
    comment: str = "",
) -> Run:
    """Pass an own task, with an edited text when `texts` is given.

    Effects in order: the edited text becomes an edition, the act is written, the task closed; when that ends the step,
    its siblings are superseded and the next step opens; when it was the last step, the working text becomes the issued
    edition, the item is approved and the adoption recorded with `mode`.

    Raises:
        NotFound: not a task of the actor's, and none they may know of.
        NotAllowed: somebody else's task, or the right was withdrawn.
        WrongState: the task is closed; the message says by whom. Or nobody can decide the next step.
        InvalidInput: the texts or the comment break a rule, or `mode` is none.
    """
    if mode not in AdoptionMode.values:
        raise InvalidInput("请选择采用方式。", fields={"mode": ["请选择单篇、综合或转送采用"]})
    words = clean_comment(comment)
    frame, task = _take(actor, task_uuid)
    edition = items.add_edition(actor=actor, item=frame.item, kind=EditionKind.EDITED, texts=texts) if texts else None
    act = engine.write_act(frame, Verb.PASS, task=task, reason=words, edition=edition)
    engine.close_task(frame, task, Verb.PASS)
    if engine.step_is_through(frame, task):
        engine.close_pending(frame, Task.State.SUPERSEDED)
        if not engine.advance(frame, task.step + 1, decided=True):
            _approve(frame, mode, act)
    _audit(frame, task)
    return frame.run


@operation()
def decide_return(*, actor: Actor, task_uuid: UUID, reason: str, to: str = AUTHOR) -> Run:
    """Return an item to its author, or to an earlier step named by its key, as a new round.

    Raises:
        NotFound, NotAllowed, WrongState: as `decide_pass`; WrongState also for a received item to its author.
        InvalidInput: no reason, or no such earlier step.
    """
    words = clean_reason(reason)
    frame, task = _take(actor, task_uuid)
    place = None if to == AUTHOR else _earlier_step(frame, task, to)
    if place is None and frame.item.dispatch_uuid:
        raise WrongState(
            "这一篇是外单位报送来的，不能退给反映人修改；可以退回前面的步骤，或者留存、不采用。",
            rule="退回外单位的来稿在收件里办理",
        )
    act = engine.write_act(frame, Verb.RETURN, task=task, reason=words)
    engine.close_task(frame, task, Verb.RETURN)
    if place is None:
        engine.halt(frame, Run.State.RETURNED, Task.State.SUPERSEDED)
        items.reopen_returned(actor=actor, item=frame.item)
        _tell_authors(frame, act)
    else:
        engine.close_pending(frame, Task.State.SUPERSEDED)
        frame.run.round += 1
        engine.advance(frame, place, decided=False)
    _audit(frame, task, to=to)
    return frame.run


@operation()
def decide_decline(*, actor: Actor, task_uuid: UUID, reason: str) -> Run:
    """End the review: the item is not adopted. Raises as `decide_pass`; a reason is mandatory."""
    return _end(actor, task_uuid, reason, Verb.DECLINE)


@operation()
def decide_keep(*, actor: Actor, task_uuid: UUID, reason: str) -> Run:
    """End the review: the item is kept for later use. Raises as `decide_pass`; a reason is mandatory."""
    return _end(actor, task_uuid, reason, Verb.KEEP)


@operation()
def edit_text(*, actor: Actor, task_uuid: UUID, version: int, texts: Texts) -> Edition:
    """Keep the reviewer's edited text (核稿) as an edition of its own; the task stays open.

    Args:
        version: of the item, as the reviewer read it.

    Raises:
        NotFound, NotAllowed, WrongState: as `decide_pass`.
        StaleVersion: another reviewer changed the text since; nothing is written, so nothing is lost.
        InvalidInput: a part is missing or too long.
    """
    frame, _task = _take(actor, task_uuid)
    if frame.item.version != version:
        raise StaleVersion("另一位审核人刚改过这一篇，您写的还在下面，请对照后再存。", rule="同一篇同时只认一处的修改")
    edition = items.add_edition(actor=actor, item=frame.item, kind=EditionKind.EDITED, texts=texts)
    audit.record(
        actor=actor,
        action="review.text.edited",
        object_kind="item",
        object_id=frame.item.uuid,
        edition=edition.number,
    )
    return edition


# What ends a review without adoption: run state, item state, event.
_ENDS = {
    Verb.DECLINE: (Run.State.DECLINED, State.DECLINED, EventKind.DECLINED),
    Verb.KEEP: (Run.State.KEPT, State.KEPT, EventKind.KEPT),
}


def _end(actor: Actor, task_uuid: UUID, reason: str, verb: Verb) -> Run:
    words = clean_reason(reason)
    run_state, item_state, kind = _ENDS[verb]
    frame, task = _take(actor, task_uuid)
    act = engine.write_act(frame, verb, task=task, reason=words)
    engine.close_task(frame, task, verb)
    engine.halt(frame, run_state, Task.State.SUPERSEDED)
    items.conclude(actor=actor, item=frame.item, state=item_state)
    record(actor=actor, item_uuid=frame.item.uuid, kind=kind, reason=words)
    _tell_authors(frame, act)
    _audit(frame, task)
    return frame.run


def _approve(frame: engine.Frame, mode: AdoptionMode | str, act: Act) -> None:
    engine.halt(frame, Run.State.PASSED, Task.State.SUPERSEDED)
    items.conclude(actor=frame.actor, item=frame.item, state=State.APPROVED)
    record(actor=frame.actor, item_uuid=frame.item.uuid, kind=EventKind.ADOPTED, mode=mode)
    _tell_authors(frame, act)


def _take(actor: Actor, task_uuid: UUID) -> tuple[engine.Frame, Task]:
    """Lock the run and return its frame with the task, which is open and the actor's own."""
    found = Task.objects.filter(uuid=task_uuid).values_list("run_id", "holder__uuid", "holder__name").first()
    if found is None:
        raise NotFound
    run_id, holder, name = found
    if holder != actor.user_uuid:
        if actor.can("review.read_all"):
            raise NotAllowed(f"这一步由{name}办理，您只能查看。", rule="谁的待办谁办理")
        raise NotFound
    if not (actor.can("review.decide") or actor.can("review.administer")):
        actor.require("review.decide")
    frame = engine.lock_run(actor, run_id)
    task = Task.objects.select_related("position", "holder").get(uuid=task_uuid)
    if task.state == Task.State.WAITING:
        raise WrongState("这一步按顺序依次办理，还没有轮到您。", rule=frame.flow_words)
    if task.state != Task.State.OPEN:
        raise WrongState(f"{engine.what_happened(task)}，您的操作没有生效。", code="review.task_closed")
    return frame, task


def _earlier_step(frame: engine.Frame, task: Task, key: str) -> int:
    place = frame.definition.place_of(key)
    if place is None or place >= task.step or not frame.definition.steps[place].applies(engine.facts_of(frame.item)):
        message = "只能退回给反映人，或者这一篇已经走过的前面的步骤。"
        raise InvalidInput(message, fields={"to": [message]})
    return place


def _tell_authors(frame: engine.Frame, act: Act) -> None:
    outbox.publish("review.run.decided", {"act": act.pk}, unit_id=frame.actor.unit_id)


def _audit(frame: engine.Frame, task: Task, **data: str) -> None:
    audit.record(
        actor=frame.actor,
        action=f"review.task.{task.verb}",
        object_kind="item",
        object_id=frame.item.uuid,
        task=str(task.uuid),
        step=task.step_name,
        **data,
    )
