"""The review of an item that is merged into another one (综合), and its way back when that is taken apart."""

from tenants.items import operations as items
from tenants.items.models import Item, State
from tenants.review import engine
from tenants.review.engine import Frame
from tenants.review.models import Act, Run, Task, Verb
from tenants.review.operations.common import finish
from tenants.review.operations.running import acted_since_start
from tenants.review.operations.taking_back import restore
from tenants.review.reasons import clean_reason
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import Dispatch, EventKind
from zhitong.exchange.operations import record


@operation("exchange.receive")
def merge_away(*, actor: Actor, item: Item, into: str) -> Item:
    """End the review of an item that becomes part of another one; one that was adopted and not sent has none to end.

    Args:
        into: the number of the merged item, for the history.

    Raises:
        WrongState: it is neither in review nor adopted, was sent already, or is being signed off for sending.
    """
    run_id = _latest_run(item)
    frame = engine.lock_run(actor, run_id) if run_id else None
    if frame and frame.run.is_open:
        if frame.run.purpose == Run.Purpose.CLEARANCE:
            raise WrongState(f"《{item.title}》正在审签报送，不能合并。", who="可以先终止报送审签")
        if frame.run.state == Run.State.RETURNED:
            raise WrongState(f"《{item.title}》已退给反映人修改，等交回以后再合并。")
        merged = items.mark_merged(actor=actor, item=item)
        frame.act(Verb.MERGE, step_name=frame.step.name, aim=into)
        engine.halt(frame, Run.State.MERGED, Task.State.CANCELLED)
        finish(frame, "run.merged", into=into)
        return merged
    merged = items.mark_merged(actor=actor, item=item)
    sent = Dispatch.objects.filter(sender=actor.unit_id, item_uuid=item.uuid)
    if sent.exclude(state__in=[Dispatch.State.RECALLED, Dispatch.State.RETURNED]).exists():
        raise WrongState(f"《{item.title}》已经单独报送，不能再并入综合稿。", rule="报送之前可以合并")
    return merged


@operation("exchange.receive")
def come_back(*, actor: Actor, item: Item) -> Item:
    """Put a source back to where it stood when it was merged: in its review, before those who had it, or adopted.

    Whoever has left their post since is replaced by who holds it now.

    Raises:
        WrongState: it is not merged, or nobody can decide the step it stood at.
    """
    run_id = _latest_run(item)
    frame = engine.lock_run(actor, run_id) if run_id else None
    if frame is None or frame.run.state != Run.State.MERGED:
        return items.unmark_merged(actor=actor, item=item, state=State.APPROVED)
    apart = items.unmark_merged(actor=actor, item=item, state=State.IN_REVIEW)
    acts = list(frame.run.acts.order_by("seq"))
    merging = max(act.seq for act in acts if act.verb == Verb.MERGE)
    before = engine.replay(act for act in acts if act.seq < merging)
    frame.act(Verb.TAKE_APART)
    restore(frame, before)
    finish(frame, "run.taken_apart")
    return apart


@operation("exchange.receive")
def dissolve(*, actor: Actor, item: Item, reason: str) -> Run:
    """End the review of a merged item that is taken apart: it is withdrawn, its number is not given again.

    Raises:
        WrongState: it has been sent for sign-off, or its review has ended.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    frame = require_before_sign_off(actor, item)
    frame.act(Verb.TAKE_APART, step_name=frame.step.name, reason=words)
    engine.halt(frame, Run.State.RECALLED, Task.State.CANCELLED)
    items.conclude(actor=actor, item=frame.item, state=State.WITHDRAWN)
    record(actor=actor, item_uuid=item.uuid, kind=EventKind.WITHDRAWN, reason=words)
    return finish(frame, "run.dissolved")


def require_before_sign_off(actor: Actor, item: Item) -> Frame:
    """Return the locked run of a merged item whose sources may still change: nobody has decided on it yet.

    Raises:
        WrongState: somebody has; the message says who and when.
    """
    run_id = _latest_run(item)
    if run_id is None:
        raise WrongState("这一篇没有审核，不能改来源。")
    frame = engine.lock_run(actor, run_id)
    acted = acted_since_start(frame)
    if frame.run.state != Run.State.RUNNING or acted:
        raise WrongState(
            f"{_who(acted)}，来源和顺序不能再改，也不能拆开。" if acted else "这篇综合稿的审核已经结束。",
            rule="送审签之前可以重排和拆开",
            code="review.merge_signed",
        )
    return frame


def _who(act: Act) -> str:
    when = act.at.astimezone(clock.SHANGHAI)
    post = f"（{act.position_name}）" if act.position_name else ""
    return f"{act.by_label}{post}已于 {when:%m-%d %H:%M} {act.get_verb_display()}"


def _latest_run(item: Item) -> int | None:
    return Run.objects.filter(item=item).order_by("-pk").values_list("pk", flat=True).first()
