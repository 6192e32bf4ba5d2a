"""Asking others before one decides: facts to verify (核实), opinions to collate (联审); withdrawing, a new link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tenants.accounts.cleaning import login_name, short_text
from tenants.accounts.models import Group, Position
from tenants.review import engine, holders
from tenants.review.clocks import Due
from tenants.review.definition import Who, WhoKind
from tenants.review.engine import Frame
from tenants.review.holders import Assignee
from tenants.review.models import Question, Run, Task, Verb
from tenants.review.operations.answering import asker_goes_on, pause
from tenants.review.operations.common import DECIDING, bad, finish, people, require_may, take
from tenants.review.queries.questions import PURPOSE, Asked, Standing, asked_by_task, questions_of
from tenants.review.reasons import LIMIT, LONG, clean_reason, clean_words
from zhitong.core import clock, links
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from zhitong.core.links import Issued
from zhitong.core.operations import Actor, operation
from zhitong.core.text import whole_number

# Whose holders may ask before they decide or answer.
ASKING = DECIDING | {Task.Kind.BEFORE, Task.Kind.DELEGATE}
_ASKED_MOST = 20
_QUOTED = 40  # characters of an open question, in the refusal to ask again
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_VERBS = {Question.Kind.VERIFY: Verb.VERIFY, Question.Kind.OPINION: Verb.CONSULT}


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody without an account: department, name, and how the link reaches them (mobile number or e-mail)."""

    department: str
    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class Addressees:
    """Whom a question goes to: users by uuid, posts by code, groups by id, and people outside the unit."""

    users: Sequence[UUID | str] = ()
    posts: Sequence[str] = ()
    groups: Sequence[int | str] = ()
    outside: Sequence[Outsider] = ()


@dataclass(frozen=True, slots=True)
class Questions:
    """What asking made: the run, the questions, and for those outside the links, shown this once."""

    run: Run
    asked: list[Question]
    links: list[tuple[Question, Issued]] = field(default_factory=list)


@operation()
def ask_questions(
    *,
    actor: Actor,
    task_uuid: UUID,
    words: str,
    to: Addressees,
    kind: Question.Kind | str = Question.Kind.VERIFY,
    passage: str = "",
    days: int = links.USUAL_DAYS,
) -> Questions:
    """Ask others to verify facts, or for their opinions, before one decides; the own task stays open.

    Of a group its heads are asked (all of it when it has none), of a post whoever holds it; the first answer counts.
    Somebody outside gets a link for `days`, with a code told separately. While a question is open the own clock
    stands, where the step says so (`verifying_pauses`). A decision before the answer ends the question.

    Whoever has an open question of the run is not asked again: an answer closes the one task that they have in it, and
    two questions under it would leave open which of them was answered. Somebody outside answers each question through
    its own link, so there only the same words again are refused. The refusal tells what is open, and what to do.

    Args:
        words: what is asked, up to 500 characters.
        passage: what of the text is shown to somebody outside, in the asker's choice; up to 2,000 characters.

    Raises:
        NotFound, NotAllowed, WrongState: as `decide_pass`; NotAllowed also where the step gives no right to ask.
        InvalidInput: under `words`, `passage`, `who`, `outside`, `days`, `kind`: what is missing or wrong.
    """
    if kind not in Question.Kind.values:
        raise bad("kind", "请选择请核实，还是请联审。")
    asked = clean_words(words, "words", LIMIT, "请写明要核实什么，或者就什么征求意见。")
    shown = clean_words(passage, "passage", LONG)
    frame, task = take(actor, task_uuid, kinds=ASKING)
    require_may(frame, task, "verify")
    waiting = [one for one in questions_of(frame.run) if one.standing == "open"]
    inside = _people_asked(frame, to, Question.Kind(kind), waiting)
    outside = [_clean_outsider(one) for one in to.outside]
    for one in waiting:
        if one.question.words == asked and (one.question.addressee, one.question.contact) in outside:
            raise _open_already(frame, one, "outside")
    count = len(inside) + len(outside)
    if not count:
        raise bad("who", "请选择问谁：专委会、岗位、本单位的人，或者外单位。")
    if count > _ASKED_MOST:
        raise bad("who", f"一次最多问 {_ASKED_MOST} 处，现在是 {count} 处。")
    aim = "、".join([*(label for label, _ in inside), *(label for label, _ in outside)])
    frame.act(_VERBS[Question.Kind(kind)], task=task, aim=aim, reason=asked)
    shared = {"task": task, "kind": kind, "seq": frame.last_seq, "words": asked, "passage": shown}
    shared |= {"asked_by": frame.user, "asked_at": frame.moment}
    made = [Question.objects.create(addressee=label, **shared) for label, _ in inside]
    for question, (_, found) in zip(made, inside, strict=True):
        _open_tasks(frame, task, question, found)
    outsiders = [Question.objects.create(addressee=label, contact=contact, **shared) for label, contact in outside]
    given = [(question, _link(actor, question, days)) for question in outsiders]
    if frame.definition.steps[task.step].verifying_pauses:
        pause(frame, task)
    run = finish(frame, "question.asked", task, kind=kind, inside=len(inside), outside=len(outside))
    return Questions(run, [*made, *outsiders], given)


@operation()
def withdraw_question(*, actor: Actor, question_uuid: UUID, reason: str) -> Run:
    """Take back a question that nobody has answered: those asked are told, a link opens nothing any more.

    Raises:
        NotFound: no such question, or none the actor may know of.
        NotAllowed: it was asked by somebody else, at a task of somebody else.
        WrongState: it is answered, withdrawn, or was ended by a decision.
        InvalidInput: no reason.
    """
    words = clean_reason(reason)
    frame, task, question = _own_question(actor, question_uuid, ("open", "lapsed"))
    frame.act(Verb.REMOVE, task=task, aim=question.addressee, reason=words)
    withdraw(frame, question)
    asker_goes_on(frame, task)
    return finish(frame, "question.withdrawn", task, question=str(question.uuid))


@operation()
def renew_link(*, actor: Actor, question_uuid: UUID, days: int = links.USUAL_DAYS) -> Issued:
    """Make a new link and code for a question to somebody outside; the earlier link ends.

    Raises:
        NotFound, NotAllowed, WrongState: as `withdraw_question`; NotFound also for a question inside the unit.
        InvalidInput: under `days`.
    """
    frame, task, question = _own_question(actor, question_uuid, ("open", "lapsed"))
    if not question.is_outside:
        raise NotFound
    issued = _link(actor, question, days)
    if frame.definition.steps[task.step].verifying_pauses:
        pause(frame, task)
    finish(frame, "question.link_renewed", task, question=str(question.uuid), days=days)
    return issued


def withdraw(frame: Frame, question: Question) -> None:
    """Mark a question as withdrawn, end the tasks and the link that ask it."""
    question.withdrawn_at = frame.moment
    question.save(update_fields=["withdrawn_at"])
    for one in frame.pending:
        if one.question_id == question.pk:
            frame.put(one, Task.State.CANCELLED)
    if question.is_outside:
        links.revoke(actor=frame.actor, purpose=PURPOSE, object_uuid=question.uuid)


def _people_asked(
    frame: Frame, to: Addressees, kind: Question.Kind, waiting: Sequence[Asked]
) -> list[tuple[str, list[Assignee]]]:
    """Return every addressee inside the unit with the people it leads to; each person once in the whole run.

    Raises:
        InvalidInput: under `who`: an unknown addressee, one that has an open question (`waiting`), or one that leads
            to nobody who can be asked.
    """
    busy = {task.holder_id for task in frame.pending}
    asked_now = {
        task.holder_id: one for one in waiting for task in frame.pending if task.question_id == one.question.pk
    }
    found: list[tuple[str, list[Assignee]]] = []
    for label, ways in [*_groups(to.groups), *_posts(to.posts)]:
        # A head who has a task already does not make the group one without a head.
        meant = next(filter(None, (_meant(frame, who) for who in ways)), [])
        able = [one for one in meant if one.user.pk not in busy]
        again = next((asked_now[one.user.pk] for one in meant if one.user.pk in asked_now), None)
        again = next((one for one in waiting if one.question.addressee == label), again if not able else None)
        if again:
            raise _open_already(frame, again)
        if not able:
            raise bad("who", f"“{label}”现在没有人可以问：没有成员、是反映人，或者已经在办这一篇。")
        busy |= {one.user.pk for one in able}
        found.append((label, able))
    named = {str(key) for key in to.users}
    for task in frame.pending:
        if str(task.holder.uuid) in named and task.holder_id in asked_now:
            raise _open_already(frame, asked_now[task.holder_id])
    for user in people(frame, to.users, kind=Task.Kind(kind)) if to.users else ():
        if user.pk in busy:
            raise bad("who", f"{user.name}已经在选中的专委会或岗位里，不用再选。")
        found.append((user.name, [Assignee(user)]))
    return found


def _meant(frame: Frame, who: Who) -> list[Assignee]:
    return holders.assignees([who], frame.asking_opinions(frame.step))


def _open_already(frame: Frame, asked: Asked, field: str = "who") -> InvalidInput:
    """Return the refusal to ask again what waits for an answer: what, since when, by whom, and how to go on."""
    question = asked.question
    by = "您" if question.asked_by.uuid == frame.actor.user_key else question.asked_by.name
    since = f"{question.asked_at.astimezone(clock.SHANGHAI):%m-%d %H:%M}"
    words = question.words if len(question.words) <= _QUOTED else f"{question.words[:_QUOTED]}……"
    way = "可以重发链接" if question.is_outside else f"在等{'、'.join(asked.holders)}回复，可以在清单里催办"
    return bad(
        field, f"“{question.addressee}”还有一个问题没有回复：{since} {by}问的“{words}”。{way}，或者收回以后再问。"
    )


def _groups(ids: Sequence[int | str]) -> list[tuple[str, list[Who]]]:
    """Return the groups asked, each with the ways to its people: its heads, else all of it."""
    wanted = list(dict.fromkeys(str(one) for one in ids))
    groups = Group.objects.filter(pk__in=[key for one in wanted if (key := whole_number(one)) is not None])
    known = {str(group.pk): group for group in groups}
    if len(known) != len(wanted):
        raise bad("who", "选中的专委会或组织不在本单位，请重新选择。")
    ways = (WhoKind.GROUP_HEAD, WhoKind.GROUP)
    return [(known[one].name, [Who(way, known[one].kind, known[one].name) for way in ways]) for one in wanted]


def _posts(codes: Sequence[str]) -> list[tuple[str, list[Who]]]:
    wanted = list(dict.fromkeys(codes))
    names = dict(Position.objects.filter(code__in=wanted).values_list("code", "name"))
    if len(names) != len(wanted):
        raise bad("who", "选中的岗位不在本单位，请重新选择。")
    return [(names[code], [Who(WhoKind.POST, code)]) for code in wanted]


def _clean_outsider(one: Outsider) -> tuple[str, str]:
    try:
        department, name = (short_text(Question, "addressee", part) for part in (one.department, one.name))
        contact = short_text(Question, "contact", login_name(one.contact))
    except InvalidInput as refusal:
        raise bad("outside", refusal.message) from refusal
    if not (department and name and contact):
        raise bad("outside", "请填写外单位的名称、姓名，和手机号或邮箱。")
    label = f"{department} {name}"
    if len(label) > 120:
        raise bad("outside", "单位名称和姓名合起来最多 120 字。")
    if not _MOBILE.fullmatch(contact):
        try:
            validate_email(contact)
        except ValidationError:
            raise bad("outside", f"“{contact}”既不是 11 位手机号，也不是邮箱。") from None
    return label, contact


def _open_tasks(frame: Frame, task: Task, question: Question, found: Sequence[Assignee]) -> None:
    due = Due(task.due_at, "随请办的一步")
    for assignee in found:
        opened = frame.open(assignee, Task.Kind(question.kind), due, parent=task)
        opened.question = question


def _link(actor: Actor, question: Question, days: int) -> Issued:
    return links.issue(actor=actor, purpose=PURPOSE, object_uuid=question.uuid, days=days)


def _own_question(actor: Actor, question_uuid: UUID, standings: Sequence[Standing]) -> tuple[Frame, Task, Question]:
    """Lock the run of a question that the actor asked, or whose asking task is theirs now."""
    known = Question.objects.select_related("task", "asked_by").filter(uuid=question_uuid).first()
    if known is None:
        raise NotFound
    frame = engine.lock_run(actor, known.task.run_id)
    task = next(one for one in frame.tasks if one.pk == known.task_id)
    if actor.user_key not in {known.asked_by.uuid, task.holder.uuid}:
        if actor.can("review.read_all"):
            raise NotAllowed(f"这是{known.asked_by.name}问的，只有{known.asked_by.name}可以收回。", rule="谁问谁收回")
        raise NotFound
    [asked] = [one for one in asked_by_task(task) if one.question.pk == known.pk]
    if asked.standing not in standings:
        raise WrongState(f"“{known.addressee}”这一处{_stood(asked.question, asked.standing)}，不能再改。")
    return frame, task, asked.question


def _stood(question: Question, standing: Standing) -> str:
    moments: dict[Standing, datetime | None] = {"answered": question.answered_at, "withdrawn": question.withdrawn_at}
    moment = moments.get(standing)
    when = f"已于 {moment.astimezone(clock.SHANGHAI):%m-%d %H:%M} " if moment else "已经"
    return when + {"answered": "回复", "withdrawn": "收回"}.get(standing, "随办理结束")
