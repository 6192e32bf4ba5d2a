"""An item's way in and out of review on its author's side: submit, submit again, recall; what a holder has seen."""

from uuid import UUID

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Item, State
from tenants.review import engine
from tenants.review.models import Run, Task, Verb
from tenants.review.operations.flows import choose_version
from tenants.review.reasons import clean_reason
from zhitong.core import audit, clock
from zhitong.core.errors import NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import EventKind
from zhitong.exchange.operations import record

_ACTED = frozenset({Verb.PASS, Verb.RETURN, Verb.DECLINE, Verb.KEEP})


@operation("items.write")
def submit(*, actor: Actor, item_uuid: UUID, version: int) -> Run:
    """Hand an own draft or returned item to review: the one entry for authors.

    Effects in order: lock the run (when submitted again) and the item, register the submission, open the first step.
    A returned item goes on in its own run, under the flow version it began with, from the first step, as a new round.

    Raises:
        NotFound: no such item of the actor's own.
        StaleVersion: it was changed since `version`; nothing is submitted.
        WrongState: it is in review or ended, or nobody can decide the first step.
        InvalidInput: a required part is missing (from items).
    """
    returned = (
        Run.objects.select_for_update(of=("self",))
        .filter(item__uuid=item_uuid, item__created_by__uuid=actor.user_key, state=Run.State.RETURNED)
        .first()
    )
    item = _lock_own(actor, item_uuid, version)
    items.register_submission(actor=actor, item=item)
    if returned is None:
        return start_run(actor=actor, item=item)
    return _go_on(actor, returned.pk)


@operation()
def start_run(*, actor: Actor, item: Item) -> Run:
    """Begin the review of an item that is in review already: its caller (submit, the desk) has checked the right.

    Raises:
        WrongState: the unit has no flow, a run is open, or nobody can decide the first step.
    """
    if item.state != State.IN_REVIEW:
        raise WrongState(f"这一篇现在是“{item.get_state_display()}”，不能进入审核。")
    if Run.objects.filter(item=item, state__in=[Run.State.RUNNING, Run.State.RETURNED]).exists():
        raise WrongState("这一篇已经在审核中。")
    run = Run(item=item, flow_version=choose_version(engine.facts_of(item)), started_at=clock.now())
    run.save(force_insert=True)
    frame = engine.frame_of(actor, run)
    engine.write_act(frame, Verb.START)
    engine.advance(frame, 0, decided=False)
    audit.record(
        actor=actor,
        action="review.run.started",
        object_kind="item",
        object_id=item.uuid,
        flow=run.flow_version.flow.code,
        version=run.flow_version.number,
    )
    return run


@operation("items.write")
def recall(*, actor: Actor, item_uuid: UUID, reason: str) -> Run:
    """Take an own item back while nobody has acted on it since it was submitted.

    Raises:
        NotFound: no such item in review among the actor's own.
        NotAllowed: the item came from another unit: it is returned, not recalled.
        WrongState: somebody has acted; the message says who and when.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    run_id = (
        Run.objects.filter(item__uuid=item_uuid, item__created_by__uuid=actor.user_key)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    if run_id is None:
        raise NotFound
    frame = engine.lock_run(actor, run_id)
    _check_recall(frame)
    engine.write_act(frame, Verb.RECALL, reason=words)
    engine.halt(frame, Run.State.RECALLED, Task.State.CANCELLED)
    items.conclude(actor=actor, item=frame.item, state=State.WITHDRAWN)
    record(actor=actor, item_uuid=item_uuid, kind=EventKind.WITHDRAWN, reason=words)
    audit.record(actor=actor, action="review.run.recalled", object_kind="item", object_id=item_uuid)
    return frame.run


@operation()
def mark_seen(*, actor: Actor, task_uuid: UUID) -> None:
    """Note when the holder first opened a task. No audit: it decides nothing."""
    Task.objects.filter(uuid=task_uuid, holder__uuid=actor.user_key, seen_at__isnull=True).update(seen_at=clock.now())


def _lock_own(actor: Actor, item_uuid: UUID, version: int) -> Item:
    item = (
        Item.objects.select_for_update(of=("self",))
        .filter(uuid=item_uuid, created_by__in=User.objects.filter(uuid=actor.user_key))
        .first()
    )
    if item is None:
        raise NotFound
    if item.state not in {State.DRAFT, State.RETURNED}:
        raise WrongState(f"这一篇现在是“{item.get_state_display()}”，不能再次提交。")
    if item.version != version:
        raise StaleVersion("这一篇在另一处改过了，没有提交。请刷新后核对再提交。", rule="提交的必须是您看到的那一稿")
    return item


def _go_on(actor: Actor, run_id: int) -> Run:
    frame = engine.lock_run(actor, run_id)
    frame.run.state = Run.State.RUNNING
    frame.run.round += 1
    engine.write_act(frame, Verb.RESUBMIT)
    engine.advance(frame, 0, decided=False)
    audit.record(
        actor=actor, action="review.run.resumed", object_kind="item", object_id=frame.item.uuid, round=frame.run.round
    )
    return frame.run


def _check_recall(frame: engine.Frame) -> None:
    if frame.item.dispatch_uuid:
        raise NotAllowed("这一篇是外单位报送来的，不能撤回；可以留存、不采用或在收件里退回。")
    if frame.run.state != Run.State.RUNNING:
        raise WrongState(f"这一篇的审核现在是“{frame.run.get_state_display()}”，不能撤回。")
    acted = next((act for act in engine.acts_since_start(frame.run) if act.verb in _ACTED), None)
    if acted:
        when = f"{acted.at.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
        raise WrongState(
            f"{acted.by_label}（{acted.position_name}）已于 {when} {acted.get_verb_display()}，不能再撤回。",
            rule="审核人办理之前可以撤回",
            who="可以请现在的审核人退回给您",
        )
