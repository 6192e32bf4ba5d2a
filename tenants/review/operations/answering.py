"""Answers to whoever asked: added signers, delegates, writers, those who verify; also from outside, by a link."""

from uuid import UUID

from tenants.items import operations as items
from tenants.items.models import EditionKind
from tenants.items.texts import Texts
from tenants.review import engine
from tenants.review.clocks import resumed
from tenants.review.engine import Frame
from tenants.review.models import PENDING, Question, Run, Task, Verb
from tenants.review.operations.common import DECIDING, HOLDING, bad, finish, require_version, take
from tenants.review.queries.questions import PURPOSE, asked_by_task, is_open
from tenants.review.reasons import clean_answer, clean_reason
from zhitong.core import links, outbox
from zhitong.core.links import LinkGone
from zhitong.core.models import OneTimeLink
from zhitong.core.operations import Actor, operation

_ANSWERING = frozenset(Task.Kind) - DECIDING


@operation()
def answer(*, actor: Actor, task_uuid: UUID, words: str, texts: Texts | None = None, version: int | None = None) -> Run:
    """Answer whoever asked (加签、委派、联审、核实、接力), with an edited text where the task may edit.

    Effects in order: the text becomes an edition, the act is written, the task closed; a question keeps its answer and
    the others of the same addressee are asked no more; when nobody else is waited for, the asker's task is open again
    (its clock goes on), or the collator of a joint step is asked.

    Args:
        version: of the item, as whoever wrote `texts` read it; None where it was read in this transaction.

    Raises:
        NotFound, NotAllowed: as `decide_pass`.
        WrongState: the task is closed, or is one to decide.
        StaleVersion: somebody else changed the text since `version`.
        InvalidInput: no words, or the texts break a rule.
    """
    frame, task = take(actor, task_uuid, kinds=_ANSWERING)
    opinion = clean_answer(words) if task.question else clean_reason(words)
    edition = None
    if texts is not None:
        if task.kind not in HOLDING:
            raise bad("title", "这一项只回复意见，不改稿。")
        if version is not None:
            require_version(frame, version)
        edition = items.add_edition(actor=actor, item=frame.item, kind=EditionKind.EDITED, texts=texts)
    frame.act(Verb.ANSWER, task=task, reason=opinion, edition=edition)
    frame.put(task, Task.State.DONE, Verb.ANSWER)
    close_questions(frame, task)
    if task.question:
        _close_siblings(frame, task)
        _keep(frame, task.question, opinion, " ".join(filter(None, (engine.post_words(task), actor.label))))
    if task.kind == Task.Kind.OPINION and task.parent is None:
        _close_seat(frame, task)
        if engine.opinions_are_in(frame):
            engine.open_collator(frame)
    else:
        asker_goes_on(frame, task.parent)
    return finish(frame, "task.answered", task)


@operation()
def answer_outside(*, actor: Actor, link: OneTimeLink, words: str) -> Run:
    """Keep the answer of somebody without an account, whose code has opened `link`; the link is used up by it.

    Args:
        actor: the unit itself, labelled with the addressee's words: they stand in the history.

    Raises:
        LinkGone: the link was used or ended meanwhile, or the asker has withdrawn the question or decided without it.
        InvalidInput: under `reason`: no words, or too many.
    """
    opinion = clean_answer(words)
    question = question_behind(link)
    frame = engine.lock_run(actor, question.task.run_id)
    question.refresh_from_db()
    if not is_open(question):
        raise LinkGone(links.trace_of(link))
    links.spend(actor=actor, link=link)
    asker = _asker(frame, question)
    frame.act(Verb.ANSWER, step_name=asker.step_name, reason=opinion)
    _keep(frame, question, opinion, actor.label)
    asker_goes_on(frame, asker)
    return finish(frame, "question.answered", asker, question=str(question.uuid))


@operation()
def question_lapsed(*, actor: Actor, question_uuid: UUID) -> bool:
    """Let the asker's clock go on when nobody can answer by the link any more: its days or its tries are over.

    Returns:
        Whether the question stood open until then; its asker is to be told.
    """
    question = Question.objects.select_related("task").filter(uuid=question_uuid).first()
    if question is None:
        return False
    frame = engine.lock_run(actor, question.task.run_id)
    [asked] = [one for one in asked_by_task(question.task) if one.question.pk == question.pk]
    if asked.standing != "lapsed":
        return False
    asker_goes_on(frame, _asker(frame, question))
    finish(frame, "question.lapsed", question=str(question.uuid))
    return True


def question_behind(link: OneTimeLink) -> Question:
    """Return the question a link opens, as long as it can be answered.

    Raises:
        LinkGone: it is answered, withdrawn, or its asker has decided without it.
    """
    question = Question.objects.select_related("task").filter(uuid=link.object_uuid).first()
    if link.purpose != PURPOSE or question is None or not is_open(question):
        raise LinkGone(links.trace_of(link))
    return question


def close_questions(frame: Frame, task: Task) -> None:
    """End what the holder of `task` asked and nobody has answered: the task is done or somebody else's now."""
    for child in frame.children(task):
        if child.question_id:
            frame.put(child, Task.State.SUPERSEDED)


def has_opinions(task: Task) -> bool:
    """Return whether the holder of `task` asked for opinions and got some, which their decision has to collate."""
    opinions = Question.objects.filter(task=task, kind=Question.Kind.OPINION, answered_at__isnull=False)
    return opinions.exists()


def pause(frame: Frame, task: Task) -> None:
    """Stop the clock of a task."""
    if task.paused_at is None:
        task.paused_at = frame.moment
        frame.keep(task)


def asker_goes_on(frame: Frame, asker: Task | None) -> None:
    """Open the asker's task again when no answer holds it, and let its clock go on when no question is open."""
    if asker is None or asker.state not in PENDING:
        return
    left = {one.kind for one in frame.children(asker)}
    if asker.state == Task.State.HELD and not left & HOLDING:
        frame.put(asker, Task.State.OPEN)
        frame.announce(asker)
    if asker.paused_at is not None and not _is_waited_for(frame, asker):
        _resume(frame, asker)


def _resume(frame: Frame, task: Task) -> None:
    """Let the clock of a task go on; what was left when it stopped is left now."""
    assert task.paused_at is not None
    stopped, task.paused_at = task.paused_at, None
    step = frame.definition.steps[task.step]
    frame.set_due(task, resumed(step, frame.item.urgency, (task.due_at, stopped), frame.moment, "核实"))


def _is_waited_for(frame: Frame, asker: Task) -> bool:
    if any(child.question_id for child in frame.children(asker)):
        return True
    return any(one.question.is_outside and one.standing == "open" for one in asked_by_task(asker))


def _asker(frame: Frame, question: Question) -> Task:
    return next(task for task in frame.tasks if task.pk == question.task_id)


def _keep(frame: Frame, question: Question, words: str, label: str) -> None:
    question.answer, question.answered_label = words, label
    question.answered_by, question.answered_at = frame.user, frame.moment
    question.save(update_fields=["answer", "answered_label", "answered_by", "answered_at"])
    outbox.publish("review.question.answered", {"question": str(question.uuid)}, unit_id=frame.actor.unit_id)


def _close_siblings(frame: Frame, task: Task) -> None:
    for sibling in frame.pending:
        if sibling.question_id == task.question_id:
            frame.put(sibling, Task.State.SUPERSEDED)


def _close_seat(frame: Frame, task: Task) -> None:
    """One voice a committee: its other members need not answer any more."""
    for sibling in frame.here:
        same = sibling.kind == Task.Kind.OPINION and sibling.parent is None and sibling.seat == task.seat
        if same and sibling.is_pending:
            frame.put(sibling, Task.State.SUPERSEDED)
