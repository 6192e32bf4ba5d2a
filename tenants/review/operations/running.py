"""An item's way in and out of review on its author's side, and what anybody who sees a run may do with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q

from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Item, State
from tenants.items.queries import NAMELESS
from tenants.review import engine, holders
from tenants.review.clocks import urge_pause
from tenants.review.definition import Definition, Facts, Step, WhoKind, parse
from tenants.review.engine import Frame
from tenants.review.holders import Asking
from tenants.review.models import Act, Run, Task, Verb
from tenants.review.operations.common import bad, finish
from tenants.review.operations.flows import choose_version
from tenants.review.operations.going_back import go_back
from tenants.review.queries.access import runs_seen_by
from tenants.review.reasons import clean_reason
from zhitong.core import clock, outbox
from zhitong.core.errors import NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import EventKind
from zhitong.exchange.operations import record
from zhitong.units.current import unit_in_force

Choices = Mapping[str, Sequence[UUID | str]]


@dataclass(frozen=True, slots=True)
class ToChoose:
    """A step whose deciders are chosen by whoever submits, and those one can choose among."""

    step: Step
    people: Sequence[User]


def choices_to_make(item: Item) -> list[ToChoose]:
    """Return what is to be chosen before an item is submitted for the first time; nothing for a returned one.

    Raises:
        WrongState: the unit has no flow that takes the item.
    """
    if item.state != State.DRAFT:
        return []
    facts, authors, today = engine.facts_of(item), holders.authors_of(item), clock.today()
    definition = parse(choose_version(facts).definition)
    found = _to_choose(definition, facts, lambda _step: Asking(item, authors, today))
    return [choice for choice in found if len(choice.people) > 1]


@operation("items.write")
def submit(*, actor: Actor, item_uuid: UUID, version: int, chosen: Choices | None = None) -> Run:
    """Hand an own draft or returned item to review: the one entry for authors.

    Effects in order: lock the run (when submitted again) and the item, register the submission, open the first step.
    A returned item goes on in its own run, under the flow version it began with: straight back to whoever returned it
    where they said so, else from the first step, as a new round.

    Args:
        chosen: users by step key, where the flow leaves a choice to whoever starts.

    Raises:
        NotFound: no such item of the actor's own.
        StaleVersion: it was changed since `version`; nothing is submitted.
        WrongState: it is in review or ended, or nobody can decide the first step.
        InvalidInput: a required part is missing (from items), or a choice (`chosen`).
    """
    returned = (
        Run.objects.select_for_update(of=("self",))
        .filter(item__uuid=item_uuid, item__created_by__uuid=actor.user_key, state=Run.State.RETURNED)
        .first()
    )
    item = _lock_own(actor, item_uuid, version)
    items.register_submission(actor=actor, item=item)
    if returned is None:
        return start_run(actor=actor, item=item, chosen=chosen or {})
    return _go_on(actor, returned.pk)


@operation()
def start_run(*, actor: Actor, item: Item, chosen: Choices | None = None) -> Run:
    """Begin the review of an item that is in review already: its caller (submit, the desk) has checked the right.

    Without `chosen` (a received item: nobody is there to ask) steps that leave a choice to the starter go by their
    rule for empty posts.

    Raises:
        WrongState: the unit has no flow, a run is open, or nobody can decide the first step.
        InvalidInput: under `chosen`: a step that the starter chooses for has nobody, or somebody not to be chosen.
    """
    if item.state != State.IN_REVIEW:
        raise WrongState(f"这一篇现在是“{item.get_state_display()}”，不能进入审核。")
    if Run.objects.filter(item=item, state__in=[Run.State.RUNNING, Run.State.RETURNED]).exists():
        raise WrongState("这一篇已经在审核中。")
    run = Run(item=item, flow_version=choose_version(engine.facts_of(item)), started_at=clock.now())
    run.save(force_insert=True)
    frame = engine.frame_of(actor, run)
    if chosen is not None:
        _choose(frame, chosen)
    frame.act(Verb.START)
    engine.advance(frame, None, decided=False)
    version = run.flow_version
    return finish(frame, "run.started", flow=version.flow.code, version=version.number)


@operation()
def resume_run(*, actor: Actor, item: Item) -> Run:
    """Let a returned item that is in review again go on in its own run: its caller has checked the right.

    Raises:
        NotFound: no run of it waits for a correction.
    """
    run = Run.objects.select_for_update(of=("self",)).filter(item=item, state=Run.State.RETURNED).first()
    if run is None:
        raise NotFound
    return _go_on(actor, run.pk)


@operation("items.write")
def recall(*, actor: Actor, item_uuid: UUID, reason: str) -> Run:
    """Take an own item back while nobody has acted on it since it was submitted.

    Raises:
        NotFound: no such item in review among the actor's own.
        NotAllowed: the item came from another unit, or was merged: it is returned or taken apart, not recalled.
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
    frame.act(Verb.RECALL, reason=words)
    engine.halt(frame, Run.State.RECALLED, Task.State.CANCELLED)
    items.conclude(actor=actor, item=frame.item, state=State.WITHDRAWN)
    if frame.item.is_report:
        record(actor=actor, item_uuid=item_uuid, kind=EventKind.WITHDRAWN, reason=words)
    return finish(frame, "run.recalled")


@operation("exchange.receive")
def withdraw_received(*, actor: Actor, item_uuid: UUID, reason: str) -> Run:
    """End the review of an item that came from another unit, which takes it back with this unit's consent.

    Raises:
        NotFound: no such item, or it did not come from another unit.
        WrongState: its review has ended.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    runs = Run.objects.filter(item__uuid=item_uuid, item__dispatch_uuid__isnull=False)
    run_id = runs.order_by("-pk").values_list("pk", flat=True).first()
    if run_id is None:
        raise NotFound
    frame = engine.lock_run(actor, run_id)
    if not frame.run.is_open:
        raise WrongState(f"这一篇的审核已经结束（{frame.run.get_state_display()}），不能再撤回。")
    frame.act(Verb.RECALL, reason=words)
    engine.halt(frame, Run.State.RECALLED, Task.State.CANCELLED)
    items.conclude(actor=actor, item=frame.item, state=State.WITHDRAWN)
    record(actor=actor, item_uuid=item_uuid, kind=EventKind.WITHDRAWN, reason=words)
    return finish(frame, "run.recalled")


@operation()
def mark_seen(*, actor: Actor, task_uuid: UUID) -> None:
    """Note when the holder opened a task, first or since it was urged. No audit: it decides nothing."""
    unseen = Q(seen_at__isnull=True) | Q(urged_at__gt=F("seen_at"))
    Task.objects.filter(unseen, uuid=task_uuid, holder__uuid=actor.user_key).update(seen_at=clock.now())


@operation()
def urge(*, actor: Actor, run_uuid: UUID, note: str = "", question_uuid: UUID | None = None) -> Run:
    """Remind those whom a run waits for (催办): counted, shown to them until they open it, not more often than allowed.

    Authors of the item, whoever took part, and who may read all reviews can urge; an own open task is not urged.

    Args:
        question_uuid: a question of the run: only those are reminded who can answer it. The caller has checked that the
            actor may know of it.

    Raises:
        NotFound: no such run for this actor.
        WrongState: nothing waits, it waits for the actor, or it was urged a short while ago.
        InvalidInput: the note breaks a rule.
    """
    words = clean_reason(note) if note.strip() else ""
    frame = _seen(actor, run_uuid)
    waiting = [task for task in frame.pending if task.state == Task.State.OPEN and task.holder.uuid != actor.user_uuid]
    if question_uuid:
        asked = set(Task.objects.filter(run=frame.run, question__uuid=question_uuid).values_list("pk", flat=True))
        waiting = [task for task in waiting if task.pk in asked]
    if not waiting:
        raise WrongState("现在没有等别人办理的步骤，不用催办。")
    last = max((task.urged_at for task in waiting if task.urged_at), default=None)
    pause = urge_pause(frame.item.urgency)
    if last and last + pause > frame.moment:
        again = f"{(last + pause).astimezone(clock.SHANGHAI):%m-%d %H:%M}"
        raise WrongState(
            f"{last.astimezone(clock.SHANGHAI):%m-%d %H:%M} 刚催办过，{again} 以后可以再催。",
            rule=f"同一步骤 {pause.seconds // 3600} 小时内催办一次",
            code="review.urged",
        )
    frame.act(Verb.URGE, aim="、".join(task.holder.name for task in waiting), step_name=frame.step.name, reason=words)
    for task in waiting:
        task.urged_at, task.urge_count = frame.moment, task.urge_count + 1
        frame.keep(task)
        payload = {"task": str(task.uuid), "count": task.urge_count, "note": words, "by": actor.label}
        outbox.publish("review.task.urged", payload, unit_id=actor.unit_id)
    return finish(frame, "run.urged")


@operation()
def comment(*, actor: Actor, run_uuid: UUID, words: str) -> Run:
    """Write a remark into a run's history without deciding anything; whoever sees the run may.

    Raises:
        NotFound: no such run for this actor.
        InvalidInput: no words.
    """
    remark = clean_reason(words)
    frame = _seen(actor, run_uuid)
    frame.act(Verb.COMMENT, step_name=frame.step.name if frame.run.is_open else "", reason=remark)
    return finish(frame, "run.commented")


@operation()
def mark_copy_read(*, actor: Actor, run_uuid: UUID) -> None:
    """Note that a reader on copy has opened the run. No audit: it decides nothing."""
    user = User.objects.filter(uuid=actor.user_key).first()
    if user:
        user.copies.filter(run__uuid=run_uuid, read_at__isnull=True).update(read_at=clock.now())


def acted_since_start(frame: Frame) -> Act | None:
    """Return the first act of somebody on the item after the last (re)submission, None when it is untouched."""
    acts = list(frame.run.acts.order_by("seq"))
    begun = max((n for n, act in enumerate(acts) if act.verb in {Verb.START, Verb.RESUBMIT}), default=-1)
    return next((act for act in acts[begun + 1 :] if act.verb not in engine.UNTOUCHING), None)


def _seen(actor: Actor, run_uuid: UUID) -> Frame:
    user = User.objects.filter(uuid=actor.user_key).first()
    run = runs_seen_by(user).filter(uuid=run_uuid).first() if user else None
    if run is None:
        raise NotFound
    return engine.lock_run(actor, run.pk)


def _choose(frame: Frame, chosen: Choices) -> None:
    for choice in _to_choose(frame.definition, frame.facts, frame.asking):
        step, possible = choice.step, {str(user.uuid) for user in choice.people}
        wanted = list(dict.fromkeys(str(uuid) for uuid in chosen.get(step.key, ())))
        if not wanted and len(possible) == 1:
            wanted = list(possible)
        if possible and not wanted:
            raise bad("chosen", f"请选择“{step.name}”由谁办理，再提交。", "review.choose")
        if set(wanted) - possible:
            raise bad("chosen", f"选中的人不在“{step.name}”的可选范围里，请重新选择。", "review.choose")
        frame.run.choices = {**frame.run.choices, step.key: wanted}


def _to_choose(definition: Definition, facts: Facts, asking: Callable[[Step], Asking]) -> list[ToChoose]:
    found = []
    for _place, step in definition.path(facts):
        entry = next((one for one in step.who if one.kind is WhoKind.CHOSEN_BY_STARTER), None)
        if entry is not None:
            found.append(ToChoose(step, holders.candidates(entry, asking(step))))
    return found


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
    frame.act(Verb.RESUBMIT)
    if not go_back(frame):
        frame.move(state=Run.State.RUNNING, round_=frame.next_round)
        engine.advance(frame, None, decided=False)
    return finish(frame, "run.resumed", round=frame.run.round)


def _check_recall(frame: Frame) -> None:
    if frame.item.dispatch_uuid:
        raise NotAllowed("这一篇是外单位报送来的，不能撤回；可以留存、不采用或在收件里退回。")
    if frame.item.is_merged:
        raise NotAllowed("综合稿不能撤回。", rule="综合稿由本单位合成", who="送审签之前可以拆开")
    if frame.run.purpose == Run.Purpose.CLEARANCE:
        raise WrongState("这一篇已经签发，正在审签报送，不能撤回。")
    if frame.run.state != Run.State.RUNNING:
        raise WrongState(f"这一篇的审核现在是“{frame.run.get_state_display()}”，不能撤回。")
    acted = acted_since_start(frame)
    if acted:
        when = f"{acted.at.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
        raise WrongState(
            f"{_who_acted(acted)}已于 {when} {acted.get_verb_display()}，不能再撤回。",
            rule="审核人办理之前可以撤回",
            who="可以请现在的审核人退回给您",
        )


def _who_acted(act: Act) -> str:
    """Return who acted, as the author may read it."""
    if unit_in_force().hides_reviewers:
        return act.position_name or NAMELESS
    return f"{act.by_label}（{act.position_name}）" if act.position_name else act.by_label
