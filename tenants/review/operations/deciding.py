"""Deciding a task: pass, object, return, decline, keep; and the reviewer's own edition of the text.

Every verb locks the run first and looks at its task again: of two deciders at once one wins, the other is told who did
what and when.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.items import operations as items
from tenants.items.models import Edition, EditionKind
from tenants.items.texts import Texts
from tenants.review import engine, holders
from tenants.review.checking import answered, require_answered
from tenants.review.definition import DESTINATIONS, DIFFICULTIES, Mode, Step, WhoKind
from tenants.review.engine import Frame
from tenants.review.models import Act, Run, Task, Verb
from tenants.review.operations.answering import close_questions, has_opinions
from tenants.review.operations.common import (
    DECIDING,
    HOLDING,
    approve,
    bad,
    end,
    finish,
    require_may,
    require_version,
    take,
    tell_authors,
)
from tenants.review.operations.going_back import go_back
from tenants.review.reasons import clean_comment, clean_reason
from zhitong.core import audit
from zhitong.core.errors import WrongState
from zhitong.core.operations import Actor, operation
from zhitong.exchange.models import AdoptionMode

AUTHOR = "author"
_CAN_EDIT = DECIDING | HOLDING


@operation()
def decide_pass(
    *,
    actor: Actor,
    task_uuid: UUID,
    texts: Texts | None = None,
    mode: AdoptionMode | str = AdoptionMode.SINGLE,
    comment: str = "",
    destinations: Sequence[str] | None = None,
    difficulty: str | None = None,
    chosen: Sequence[UUID | str] = (),
    checks: Mapping[str, Any] | None = None,
) -> Run:
    """Pass an own task, with an edited text when `texts` is given.

    Effects in order: the edited text becomes an edition, the act is written, the task closed with the verifications it
    asked for; when that ends the step, its siblings are superseded and the next step opens (after a return that leads
    straight back: the step that returned); when it was the last step, the working text becomes the issued edition, the
    item is approved and the adoption recorded with `mode`.

    Args:
        destinations: codes of `definition.DESTINATIONS`, at a step that asks for them; None leaves them as they are.
        difficulty: a code of `definition.DIFFICULTIES`, at a step that asks for it; None leaves it as it is.
        chosen: users for the next step, where the flow leaves the choice to whoever passes before; a signer behind
            may leave the choice of whoever asked.
        checks: answers to the step's checklist, `{line key: {"ok": bool, "note": str}}`; None when answered before.

    Raises:
        NotFound: not a task of the actor's, and none they may know of.
        NotAllowed: somebody else's task, the right was withdrawn, or the step gives no right to edit.
        WrongState: the task is closed; the message says by whom. Or nobody can decide the next step.
        InvalidInput: the texts or the comment break a rule; `mode`, `destinations`, `difficulty`, `chosen`, `checklist`
            say what is missing.
    """
    if mode not in AdoptionMode.values:
        raise bad("mode", "请选择单篇、综合或转送采用。")
    words = clean_comment(comment)
    frame, task = take(actor, task_uuid)
    step = frame.definition.steps[task.step]
    if not words and ((step.mode is Mode.JOINT and task.kind == Task.Kind.DECIDE) or has_opinions(task)):
        raise bad("reason", "联审要写汇总意见。", "review.collated")
    if checks is not None:
        task.checklist = answered(step, checks, frame.moment)
    require_answered(step, task)
    _set_destinations(frame, step, destinations)
    _set_difficulty(frame, step, difficulty)
    edition = _edition(frame, task, texts)
    act = frame.act(Verb.PASS, task=task, reason=words, edition=edition)
    _close(frame, task, Verb.PASS)
    carry_on(frame, act, mode=mode, chosen=chosen, behind=task.kind == Task.Kind.AFTER)
    return finish(frame, "task.pass", task)


@operation()
def decide_object(*, actor: Actor, task_uuid: UUID, reason: str) -> Run:
    """Vote against, at a step that votes. When the vote can no longer succeed, the item is declined by it.

    Raises:
        NotFound, NotAllowed, WrongState: as `decide_pass`; WrongState also at a step that does not vote.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid)
    if frame.step.mode is not Mode.N_OF_M or task.kind != Task.Kind.DECIDE:
        raise WrongState("只有票签的步骤可以投不同意；别的步骤请退回、留存或不采用。", rule=frame.flow_words)
    act = frame.act(Verb.OBJECT, task=task, reason=words)
    _close(frame, task, Verb.OBJECT)
    if engine.vote_is_lost(frame):
        votes = [one for one in frame.here if one.kind == Task.Kind.DECIDE and one.verb == Verb.PASS]
        needed = frame.step.votes_needed(engine.votes_asked(frame.here))
        end(frame, Verb.DECLINE, f"票签没有通过：需 {needed} 票，{len(votes)} 票同意。", act)
    return finish(frame, "task.object", task)


@operation()
def decide_return(*, actor: Actor, task_uuid: UUID, reason: str, to: str = AUTHOR, straight_back: bool = False) -> Run:
    """Return an item to its author, or to an earlier step named by its key.

    Args:
        straight_back: once corrected, it comes back to those who are asked now, and what others have passed at this
            step stands; else everything from there on is walked again, as a new round.

    Raises:
        NotFound, NotAllowed, WrongState: as `decide_pass`; WrongState also for a received or merged item to its author.
        InvalidInput: no reason, or no such earlier step.
    """
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid)
    require_may(frame, task, "return")
    _refuse_in_vote(frame, task)
    place = None if to == AUTHOR else _earlier_step(frame, task, to)
    if place is None and frame.item.dispatch_uuid:
        raise WrongState(
            "这一篇是外单位报送来的，不能退给反映人修改；可以退回前面的步骤，或者留存、不采用。",
            rule="退回外单位的来稿在收件里办理",
        )
    if place is None and frame.item.is_merged:
        raise WrongState(
            "综合稿由本单位合成，没有反映人可退；可以退回前面的步骤，或者留存、不采用。",
            rule="综合稿在本单位修改",
            who="送审签之前可以拆开",
        )
    if place is None and frame.run.purpose == Run.Purpose.CLEARANCE:
        raise WrongState("报送审签退不到反映人，请退回前面的步骤，或者不同意报送。", rule=frame.flow_words)
    back_to = _way_back(frame, task) if straight_back else None
    aim = "反映人" if place is None else frame.definition.steps[place].name
    act = frame.act(Verb.RETURN, task=task, aim=f"{aim}（改好后直接回到这一步）" if back_to else aim, reason=words)
    frame.put(task, Task.State.DONE, Verb.RETURN)
    engine.close_pending(frame, Task.State.SUPERSEDED)
    if place is None:
        frame.move(state=Run.State.RETURNED, back_to=back_to)
        items.reopen_returned(actor=actor, item=frame.item)
        act.effects["item"] = frame.item.version  # untouched by the author while it is this one
        tell_authors(frame, act)
    else:
        _walk_from(frame, place)
        frame.move(back_to=back_to)
    return finish(frame, "task.return", task, to=to)


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
    frame, task = take(actor, task_uuid, kinds=_CAN_EDIT)
    if task.kind != Task.Kind.WRITE:  # who was given the text to write on may write, whatever the step says
        require_may(frame, task, "edit")
    require_version(frame, version)
    edition = items.add_edition(actor=actor, item=frame.item, kind=EditionKind.EDITED, texts=texts)
    audit.record(
        actor=actor,
        action="review.text.edited",
        object_kind="item",
        object_id=frame.item.uuid,
        edition=edition.number,
    )
    return edition


@operation()
def save_checks(*, actor: Actor, task_uuid: UUID, checks: Mapping[str, Any]) -> Task:
    """Keep answers to the step's checklist before deciding. Raises as `decide_pass`."""
    frame, task = take(actor, task_uuid)
    task.checklist = answered(frame.definition.steps[task.step], checks, frame.moment)
    task.save(update_fields=["checklist"])
    return task


def carry_on(
    frame: Frame,
    act: Act,
    *,
    mode: AdoptionMode | str = AdoptionMode.SINGLE,
    chosen: Sequence[UUID | str] = (),
    behind: bool = False,
) -> None:
    """Go on as soon as the present step is through: straight back, to the next step, or to the end with `mode`.

    Args:
        act: the act that may have brought it through.
        chosen: whom the next step asks, where that is left to whoever passes before; with `behind` (the act belongs to
            a signer behind) the choice made by the pass before it stands when none is given.

    Raises:
        InvalidInput: under `chosen`.
        WrongState: nobody can decide the next step.
    """
    if engine.is_through(frame):
        if go_back(frame):
            return
        _choose_next(frame, chosen, may_stand=behind)
        if not engine.advance(frame, frame.run.step, decided=True):
            approve(frame, mode, act)
    elif engine.waits_behind(frame) and frame.run.back_to is None:
        _choose_next(frame, chosen, may_stand=behind)


def _close(frame: Frame, task: Task, verb: Verb) -> None:
    """Close a decided task: questions still open end with it, and so do signers behind it unless it passed."""
    frame.put(task, Task.State.DONE, verb)
    close_questions(frame, task)
    if verb is not Verb.PASS:
        for child in frame.children(task):
            frame.put(child, Task.State.SUPERSEDED)


def _way_back(frame: Frame, task: Task) -> dict[str, Any]:
    asked = [one for one in frame.pending if one.kind in {*DECIDING, Task.Kind.OPINION} and not one.question_id]
    return {
        "step": frame.run.step,
        "round": frame.run.round,
        "tasks": [str(one.uuid) for one in [task, *(one for one in asked if one is not task)]],
        "waiting": [str(one.uuid) for one in asked if one.state == Task.State.WAITING],
    }


def _walk_from(frame: Frame, place: int) -> None:
    step = frame.definition.steps[place]
    frame.move(round_=frame.next_round)
    found = engine.asked_at(frame, step)
    engine.open_step(frame, place, found or engine.stand_in_administrators(frame, step))


def _edition(frame: Frame, task: Task, texts: Texts | None) -> Edition | None:
    if texts is None:
        return None
    require_may(frame, task, "edit")
    return items.add_edition(actor=frame.actor, item=frame.item, kind=EditionKind.EDITED, texts=texts)


def _end(actor: Actor, task_uuid: UUID, reason: str, verb: Verb) -> Run:
    words = clean_reason(reason)
    frame, task = take(actor, task_uuid)
    require_may(frame, task, verb)
    _refuse_in_vote(frame, task)
    act = frame.act(verb, task=task, reason=words)
    frame.put(task, Task.State.DONE, verb)
    end(frame, verb, words, act)
    return finish(frame, f"task.{verb}", task)


def _refuse_in_vote(frame: Frame, task: Task) -> None:
    voting = frame.step.mode is Mode.N_OF_M and task.kind == Task.Kind.DECIDE and task.seat is not None
    if voting and engine.votes_asked(frame.here) > 1:
        raise WrongState(
            "票签的步骤不由一个人退回、留存或不采用：请投同意或不同意。", rule=frame.flow_words, code="review.vote"
        )


def _set_destinations(frame: Frame, step: Step, destinations: Sequence[str] | None) -> None:
    if destinations is None:
        return
    unknown = [code for code in destinations if code not in DESTINATIONS]
    if unknown:
        raise bad("destinations", "请从列出的去向里选择。")
    if not step.asks_destination and sorted(destinations) != sorted(frame.run.destinations):
        raise bad("destinations", f"“{step.name}”这一步不定报送去向。")
    frame.run.destinations = [code for code in DESTINATIONS if code in destinations]


def _set_difficulty(frame: Frame, step: Step, difficulty: str | None) -> None:
    if difficulty is None:
        return
    if difficulty not in DIFFICULTIES:
        raise bad("difficulty", "请选择一般还是疑难。")
    if not step.asks_difficulty and difficulty != frame.run.difficulty:
        raise bad("difficulty", f"“{step.name}”这一步不定难易程度。")
    frame.run.difficulty = difficulty


def _choose_next(frame: Frame, chosen: Sequence[UUID | str], *, may_stand: bool) -> None:
    """Keep whom the next step asks, where whoever passes before chooses; an earlier choice stands where it may.

    Raises:
        InvalidInput: under `chosen`: nobody, or somebody who is not to be chosen there.
    """
    place = next(iter(engine.walk(frame, frame.run.step)), None)
    step = frame.definition.steps[place] if place is not None else None
    entry = next((one for one in step.who if one.kind is WhoKind.CHOSEN_BY_PREVIOUS), None) if step else None
    if step is None or entry is None:
        return
    possible = {str(user.uuid) for user in holders.candidates(entry, frame.asking(step))}
    if not possible:
        return  # the step's rule for empty posts says how it goes on
    wanted = list(dict.fromkeys(str(uuid) for uuid in chosen))
    if not wanted and may_stand and possible & set(frame.run.choices.get(step.key, ())):
        return
    if not wanted:
        raise bad("chosen", f"请选择“{step.name}”由谁办理。", "review.choose")
    if set(wanted) - possible:
        raise bad("chosen", f"选中的人不在“{step.name}”的可选范围里，请重新选择。")
    frame.run.choices = {**frame.run.choices, step.key: wanted}


def _earlier_step(frame: Frame, task: Task, key: str) -> int:
    place = frame.definition.place_of(key)
    walked = {one.step for one in frame.tasks if one.step < task.step}
    if place is None or place not in walked:
        raise bad("to", "只能退回给反映人，或者这一篇已经走过的前面的步骤。")
    return place
