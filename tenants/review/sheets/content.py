"""What a review sheet says: the item's head, every step with who decided what, checks, questions, opinions, the chain.

It is read from the run's tasks and acts, in a constant number of queries, and says the same whatever file it becomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from tenants.accounts.models import Position
from tenants.items.models import Item
from tenants.items.queries import author_names, number_label
from tenants.review import engine
from tenants.review.definition import (
    DESTINATIONS,
    DIFFICULTIES,
    PLAIN,
    Definition,
    Mode,
    Step,
    mode_words,
    parse,
    who_words,
)
from tenants.review.models import PENDING, Act, Question, Run, Task, Verb
from tenants.review.queries.questions import Asked, questions_of
from zhitong.core import clock, glossary
from zhitong.units.models import Unit

_AUTHORS_NAMED = 5
# What a sheet tells of a step, beside who passed it; what was asked of others stands in parts of its own.
_TOLD = frozenset(
    {
        Verb.PASS, Verb.OBJECT, Verb.RETURN, Verb.DECLINE, Verb.KEEP, Verb.ANSWER, Verb.SKIP, Verb.REASSIGN, Verb.JUMP,
        Verb.END, Verb.RESTART, Verb.EXPEDITE,
    }
)  # fmt: skip
_STANDS = {"done": "已办", "now": "在办", "skipped": "跳过", "back": glossary.TO_REVISE, "ahead": "未到"}


@dataclass(frozen=True, slots=True)
class Line:
    """One act at a step: post, name (with whom they stand in for), what, the words, when; `undone` when taken back."""

    post: str
    name: str
    what: str
    words: str
    when: str
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Checks:
    """A checklist as one person answered it: its name, who, when, and each line with 符合 or 不符合 and a note."""

    name: str
    by: str
    when: str
    lines: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class SheetStep:
    """A step of the chain: its name, how many must pass, how it stands, what was done, and its checklists."""

    name: str
    how: str
    stands: str
    lines: Sequence[Line]
    checks: Sequence[Checks]


@dataclass(frozen=True, slots=True)
class Voice:
    """An opinion or an answer: whose, on what, the words, who gave them and when (or how the question stands)."""

    whose: str
    asked: str
    words: str
    by: str
    when: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A review sheet. `collated` are the collated opinions, each with who wrote it and when."""

    title: str
    facts: Sequence[tuple[str, str]]
    steps: Sequence[SheetStep]
    verified: Sequence[Voice]
    opinions: Sequence[Voice]
    collated: Sequence[Voice]
    chain: Sequence[tuple[str, str]]
    flow: str
    reader: str
    printed_at: str


def sheet_of(run: Run, unit: Unit, *, reader: str) -> Sheet:
    """Return the sheet of a run. The caller has checked that the reader sees its inside.

    Args:
        unit: whose run it is; its name and mark stand on the sheet.
        reader: the name of whoever prints it.
    """
    run = (
        Run.objects.select_related("item__group", "flow_version__flow")
        .prefetch_related(
            "item__authors",
            Prefetch("tasks", Task.objects.select_related("holder", "position", "in_stead_of").order_by("pk")),
            Prefetch("acts", Act.objects.select_related("task").order_by("seq")),
        )
        .get(pk=run.pk)
    )
    definition, tasks, acts = parse(run.flow_version.definition), list(run.tasks.all()), list(run.acts.all())
    asked = questions_of(run)
    posts = dict(Position.objects.values_list("code", "name"))
    path = _path(definition, run, tasks)
    version = run.flow_version
    return Sheet(
        title=f"{unit.short_name}{run.item.get_kind_display()}审签单",
        facts=_facts(run, unit.mark),
        steps=[_step(run, place, step, posts, tasks, acts) for place, step in path],
        verified=[_voice(one) for one in asked if one.question.kind == Question.Kind.VERIFY],
        opinions=[
            *_joint_opinions(definition, tasks, acts),
            *(_voice(one) for one in asked if one.question.kind == Question.Kind.OPINION),
        ],
        collated=_collated(definition, tasks, acts, asked),
        chain=[(step.name, _STANDS[_stands(run, place, tasks)]) for place, step in path],
        flow=f"“{version.flow.name}”流程第 {version.number} 版",
        reader=reader,
        printed_at=_minute(clock.now()),
    )


def _facts(run: Run, mark: str) -> list[tuple[str, str]]:
    item: Item = run.item
    if not item.is_report:
        return _facts_of_circular(run)
    names = author_names(item)
    signed = "、".join(names[:_AUTHORS_NAMED]) + (f" 等 {len(names)} 人" if len(names) > _AUTHORS_NAMED else "")
    version = run.flow_version
    facts = [
        ("标题", item.title),
        ("编号", number_label(item, mark)),
        ("反映人", signed),
        ("来源单位", item.from_unit),
        ("反映主体", item.get_submitter_kind_display()),
        ("类别", item.category),
        ("来源", item.get_source_display()),
        ("紧急程度", item.get_urgency_display()),
        ("提交时间", _minute(item.submitted_at)),
        ("拟报送", "、".join(DESTINATIONS[code] for code in run.destinations)),
        ("难易程度", "" if run.difficulty == PLAIN else DIFFICULTIES[run.difficulty]),
        ("办理情况", f"{run.get_purpose_display()}，{run.get_state_display()}"),
        ("所用流程", f"{version.flow.name}，第 {version.number} 版"),
    ]
    return [(label, value) for label, value in facts if value]


def _facts_of_circular(run: Run) -> list[tuple[str, str]]:
    item, version = run.item, run.flow_version
    return [
        ("标题", item.title),
        ("类别", item.get_kind_display()),
        ("起草", item.created_by.name if item.created_by else ""),
        ("送审时间", _minute(item.submitted_at)),
        ("办理情况", f"{run.get_purpose_display()}，{run.get_state_display()}"),
        ("所用流程", f"{version.flow.name}，第 {version.number} 版"),
    ]


def _path(definition: Definition, run: Run, tasks: Sequence[Task]) -> list[tuple[int, Step]]:
    """Return the steps that the run has walked or will walk, in their order."""
    ahead = set(engine.places(definition, engine.facts_of(run.item, run), run.purpose))
    return [(place, definition.steps[place]) for place in sorted(ahead | {task.step for task in tasks})]


def _step(
    run: Run, place: int, step: Step, posts: dict[str, str], tasks: Sequence[Task], acts: Sequence[Act]
) -> SheetStep:
    undone = _undone(acts)
    here = [act for act in acts if (act.task.step == place if act.task else act.step_name == step.name)]
    told = [act for act in here if act.verb in _TOLD and not _is_answer_to_question(act)]
    own = [task for task in tasks if task.step == place]
    waiting = [task for task in own if task.state in PENDING and task.question_id is None]
    lines = [_line(act, undone=act.seq in undone) for act in told] + [_waiting(task) for task in waiting]
    return SheetStep(
        name=step.name,
        how="，".join(
            filter(None, (who_words(step.who, posts), mode_words(step) if step.mode is not Mode.ANY else ""))
        ),
        stands=_STANDS[_stands(run, place, tasks)],
        lines=lines,
        checks=[_checks(task) for task in own if task.checklist],
    )


def _line(act: Act, *, undone: bool) -> Line:
    verb = Verb(act.verb)
    aim = f"：{act.aim}" if act.aim else ""
    return Line(
        post=act.position_name,
        name=act.by_label + (f"（代{act.in_stead_of_name}）" if act.in_stead_of_name else ""),
        what=f"{verb.label}{aim}{'（已收回）' if undone else ''}",
        words=act.reason,
        when=_minute(act.at),
        undone=undone,
    )


def _waiting(task: Task) -> Line:
    post = task.position.name if task.position else ""
    stead = f"（代{task.in_stead_of.name}）" if task.in_stead_of else ""
    until = f"时限 {_minute(task.due_at)}" if task.due_at else "不限时"
    return Line(post, f"{task.holder.name}{stead}", task.get_state_display(), "", until)


def _checks(task: Task) -> Checks:
    assert task.checklist is not None
    words = {True: "符合", False: "不符合", None: "未填"}
    return Checks(
        name=task.checklist["name"],
        by=task.holder.name,
        when=_minute(datetime.fromisoformat(task.checklist["at"])),
        lines=[(line["text"], words[line["ok"]], line["note"]) for line in task.checklist["lines"]],
    )


def _voice(asked: Asked) -> Voice:
    question = asked.question
    if question.answered_at:
        return Voice(
            question.addressee,
            question.words,
            question.answer,
            question.answered_label,
            _minute(question.answered_at),
        )
    return Voice(question.addressee, question.words, "", asked.words, "")


def _joint_opinions(definition: Definition, tasks: Sequence[Task], acts: Sequence[Act]) -> list[Voice]:
    """Return what the committees of joint steps have answered."""
    given = {act.task_id: act for act in acts if act.verb == Verb.ANSWER}
    joint = [task for task in tasks if task.kind == Task.Kind.OPINION and task.question_id is None]
    return [
        Voice(_seat(definition, task), task.step_name, given[task.pk].reason, task.holder.name, _minute(task.closed_at))
        for task in joint
        if task.state == Task.State.DONE and task.pk in given
    ]


def _seat(definition: Definition, task: Task) -> str:
    """Return the committee a joint opinion speaks for: the entry of the step, as far as it names one."""
    who = definition.steps[task.step].who
    entry = who[task.seat] if task.seat is not None and task.seat < len(who) else None
    return (entry.name if entry else "") or (task.position.name if task.position else "") or task.holder.name


def _collated(
    definition: Definition, tasks: Sequence[Task], acts: Sequence[Act], asked: Sequence[Asked]
) -> list[Voice]:
    """Return what was written when a joint step, or a task that had asked for opinions, was passed."""
    collating = {one.question.task_id for one in asked if one.question.kind == Question.Kind.OPINION}
    collating |= {
        task.pk
        for task in tasks
        if task.kind == Task.Kind.DECIDE and definition.steps[task.step].mode is Mode.JOINT and task.seat is not None
    }
    undone = _undone(acts)
    return [
        Voice(act.step_name, "", act.reason, " ".join(filter(None, (act.position_name, act.by_label))), _minute(act.at))
        for act in acts
        if act.verb == Verb.PASS and act.task_id in collating and act.seq not in undone and act.reason
    ]


def _stands(run: Run, place: int, tasks: Sequence[Task]) -> str:
    own = [task for task in tasks if task.step == place]
    if run.is_open and place == run.step:
        return "back" if run.state == Run.State.RETURNED else "now"
    if any(task.state == Task.State.DONE for task in own):
        return "done"
    return "ahead" if place > run.step else "skipped"


def _undone(acts: Sequence[Act]) -> frozenset[int]:
    """Return the numbers of the acts that were taken back: each the last decision before a taking back."""
    found = set()
    for number, act in enumerate(acts):
        if act.verb == Verb.TAKE_BACK:
            before = [one.seq for one in acts[:number] if one.verb not in engine.UNTOUCHING and one.seq not in found]
            found.add(before[-1])
    return frozenset(found)


def _is_answer_to_question(act: Act) -> bool:
    """Return whether an act answers a question, which has a part of its own; from outside it has no task."""
    if act.verb != Verb.ANSWER:
        return False
    return act.task is None or act.task.question_id is not None or act.task.kind == Task.Kind.OPINION


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""
