"""The chain of a run with where it stands: who was asked, how it stands with each, why a step was passed over."""

from collections.abc import Sequence, Set

from django.urls import reverse

from tenants.items.queries import NAMELESS
from tenants.review import engine
from tenants.review.clocks import limit_words
from tenants.review.definition import MODE_WORDS, Mode, Step, WhoKind, mode_words, who_words
from tenants.review.engine import post_words
from tenants.review.models import PENDING, Run, Task, Verb
from tenants.review.queries import RunScreen, TaskScreen
from tenants.review.views.marks import due_state
from zhitong.core import glossary
from zhitong.web.parts import Action, ReviewStep, State, StepPerson, standing
from zhitong.web.parts.basics import StateKind
from zhitong.web.templatetags.zt import zt_short

_ASKED = {
    Task.Kind.BEFORE: "前加签",
    Task.Kind.AFTER: "后加签",
    Task.Kind.DELEGATE: "委派",
    Task.Kind.VERIFY: "核实",
    Task.Kind.OPINION: "联审",
    Task.Kind.WRITE: "接力撰写",
}
_DONE: dict[str, StateKind] = {Verb.RETURN: "soon", Verb.OBJECT: "off", Verb.KEEP: "off", Verb.DECLINE: "off"}
_OFF = {Task.State.SUPERSEDED, Task.State.HANDED_ON, Task.State.CANCELLED}


def steps_of(screen: RunScreen, *, detailed: bool = False) -> list[ReviewStep]:
    """Return the chain. Several asked at the present step get a line each; `detailed`, those of earlier steps too."""
    return [_step(screen, place, step, detailed=detailed) for place, step in screen.path]


def name_of(screen: RunScreen, task: Task) -> str:
    """Return who holds a task, in whose stead; only the post where names are hidden from the reader."""
    post = post_words(task)
    if screen.hides_names and task.holder_id != screen.reader.pk:
        return post or NAMELESS
    me = "（我）" if task.holder_id == screen.reader.pk else ""
    stead = f"（代{task.in_stead_of.name}）" if task.in_stead_of and not screen.hides_names else ""
    return f"{f'{post} ' if post else ''}{task.holder.name}{stead}{me}"


def why_due(screen: RunScreen, why: str) -> str:
    """Return why a task is due then; without who reassigned it, where names are hidden from the reader."""
    return why.partition("（")[0] if screen.hides_names else why


def _step(screen: RunScreen, place: int, step: Step, *, detailed: bool) -> ReviewStep:
    run, tasks = screen.run, screen.last_visit(place)
    if place > run.step or (place == run.step and run.state == Run.State.RUNNING and not tasks):
        return _ahead(screen, step)
    if place == run.step and run.is_open:
        return _present(screen, step, tasks)
    return _behind(screen, place, step, tasks, detailed=detailed)


def _ahead(screen: RunScreen, step: Step) -> ReviewStep:
    """A step that is still to come."""
    codes = [who.code for who in step.who if who.kind is WhoKind.POST]
    rows = [] if screen.hides_names else [row for code in codes for row in screen.away.get(code, [])]
    away = [
        f"{zt_short(row.away_from)} 至 {zt_short(row.away_through)} {row.user.name}由{row.stand_in.name}代理"
        for row in rows
    ]
    if not screen.run.is_open:
        return ReviewStep(step.name, who_words(step.who, screen.posts), "未到")
    how = mode_words(step) if step.mode is not Mode.ANY else ""
    limit = limit_words(step, screen.item.urgency) or "不限时"
    return ReviewStep(step.name, who_words(step.who, screen.posts), limit, how=how, note="；".join(away))


def _present(screen: RunScreen, step: Step, tasks: list[Task]) -> ReviewStep:
    """The step where the run stands."""
    run = screen.run
    if run.state == Run.State.RETURNED:
        note = "等反映人修改后重新提交"
        if run.back_to:
            note += f"，直接回到“{screen.definition.steps[run.back_to['step']].name}”"
        return ReviewStep(step.name, look="back", state=standing(glossary.TO_REVISE), note=note)
    pending = [task for task in tasks if task.state in PENDING]
    waiting = [task for task in pending if task.state == Task.State.OPEN]
    due = min((task.due_at for task in waiting if task.due_at), default=None)
    several = len(tasks) > 1
    only = tasks[0] if len(tasks) == 1 else None
    notes = [_back_note(screen), "" if several or only is None else _note(screen, only)]
    return ReviewStep(
        step.name,
        name_of(screen, only) if only else "",
        "不限时",
        look="now",
        state=_paused(waiting) or (due_state(due, screen.item.urgency) if due else None),
        how=_how(step, tasks),
        note="；".join(note for note in notes if note),
        people=_people(screen, tasks) if several else [],
    )


def _behind(screen: RunScreen, place: int, step: Step, tasks: list[Task], *, detailed: bool) -> ReviewStep:
    """A step that was walked, or passed over."""
    run = screen.run
    done = [
        task for task in tasks if task.state == Task.State.DONE and task.kind in {Task.Kind.DECIDE, Task.Kind.AFTER}
    ]
    if not done:
        if place == run.step and not run.is_open:
            return ReviewStep(step.name, look="off", state=State(run.get_state_display(), "off"))
        who = who_words(step.who, screen.posts)
        return ReviewStep(step.name, who, "已跳过", look="off", note=_why_skipped(screen, step, {None}))
    ended = place == run.step and not run.is_open and run.state != Run.State.PASSED
    others = [task for task in tasks if task not in done]
    notes = [_why_skipped(screen, step, {task.pk for task in done}), _others(screen, others) if not detailed else ""]
    several = detailed and len(tasks) > 1
    return ReviewStep(
        step.name,
        "" if several else "、".join(name_of(screen, task) for task in done),
        zt_short(done[-1].closed_at),
        look="" if ended else "ok",
        state=State(run.get_state_display(), "off") if ended else None,
        how=_how(step, tasks),
        note="；".join(note for note in notes if note),
        people=_people(screen, tasks) if several else [],
    )


def _how(step: Step, tasks: Sequence[Task]) -> str:
    """Return how many must pass and have: 会签 1/3; nothing where one is asked."""
    voices = [
        task for task in tasks if task.kind == Task.Kind.DECIDE and task.state not in _OFF - {Task.State.SUPERSEDED}
    ]
    passed = sum(task.verb == Verb.PASS for task in voices)
    if step.mode is Mode.JOINT:
        opinions = [task for task in tasks if task.kind == Task.Kind.OPINION and task.state not in _OFF]
        given = sum(task.state == Task.State.DONE for task in opinions)
        return f"联审 {given}/{len(opinions)}" if opinions else MODE_WORDS[Mode.JOINT]
    if len(voices) < 2:
        return ""
    if step.mode is Mode.N_OF_M:
        against = sum(task.verb == Verb.OBJECT for task in voices)
        words = f"票签 {passed}/{len(voices)}，需 {step.votes_needed(engine.votes_asked(tasks))} 票"
        return f"{words}，{against} 票不同意" if against else words
    return MODE_WORDS[step.mode] if step.mode is Mode.ANY else f"{MODE_WORDS[step.mode]} {passed}/{len(voices)}"


def _people(screen: RunScreen, tasks: Sequence[Task]) -> list[StepPerson]:
    """Return a line for each of those asked; who was asked by another stands behind them."""
    found: list[StepPerson] = []
    keys = {task.pk for task in tasks}
    for task in tasks:
        if task.parent_id not in keys:
            found.append(_person(screen, task, beside=False))
            found += [_person(screen, child, beside=True) for child in tasks if child.parent_id == task.pk]
    return found


def _person(screen: RunScreen, task: Task, *, beside: bool) -> StepPerson:
    kind = _ASKED.get(Task.Kind(task.kind), "")
    name = name_of(screen, task)
    return StepPerson(
        f"{kind} {name}" if kind else name,
        _state(screen, task),
        "；".join(
            part for part in (_note(screen, task) if task.state in PENDING else "", _asked_by(screen, task)) if part
        ),
        beside=beside,
        action=_remove(screen, task),
    )


def _state(screen: RunScreen, task: Task) -> State | None:
    if task.state == Task.State.DONE:
        return State(f"{Verb(task.verb).label} {zt_short(task.closed_at)}", _DONE.get(task.verb, "ok"))
    if task.state == Task.State.OPEN:
        return _paused([task]) or due_state(task.due_at, screen.item.urgency) or State("待办", "now")
    return State(Task.State(task.state).label, "off" if task.state in _OFF else "now")


def _paused(tasks: Sequence[Task]) -> State | None:
    stands = [task for task in tasks if task.paused_at]
    return State("停表，等核实", "now") if stands and len(stands) == len(tasks) else None


def _note(screen: RunScreen, task: Task) -> str:
    """Return why a task is due then, how often it was urged and whether that was seen."""
    parts = [why_due(screen, task.due_why)]
    if task.seat is None and task.position is None:
        parts.insert(0, "岗位空缺，由单位管理员办理")
    if task.urge_count:
        seen = task.seen_at and task.urged_at and task.seen_at >= task.urged_at
        parts.append(f"催办 {task.urge_count} 次，{'已看' if seen else '未看'}")
    return "；".join(part for part in parts if part)


def _asked_by(screen: RunScreen, task: Task) -> str:
    if task.asked_by is None or screen.hides_names:
        return ""
    return f"{'我' if task.asked_by_id == screen.reader.pk else task.asked_by.name}请的"


def _remove(screen: RunScreen, task: Task) -> Action | None:
    """Return the way to withdraw somebody whom the reader asked, on the screen of the task that asked."""
    own = task.asked_by_id == screen.reader.pk and task.state in PENDING
    if not own or not isinstance(screen, TaskScreen):
        return None
    url = f"{reverse('review:task', args=[screen.task.uuid])}?decide=remove&signer={task.uuid}"
    return Action("撤回", url=url, quiet=True)


def _back_note(screen: RunScreen) -> str:
    back_to = screen.run.back_to
    return f"通过后直接回到“{screen.definition.steps[back_to['step']].name}”" if back_to else ""


def _why_skipped(screen: RunScreen, step: Step, tasks: Set[int | None]) -> str:
    """Return why the step, or these tasks of it, were passed over."""
    skips = [act for act in screen.acts if act.verb == Verb.SKIP and act.step_name == step.name]
    return next((act.reason for act in reversed(skips) if act.task_id in tasks), "")


def _others(screen: RunScreen, tasks: Sequence[Task]) -> str:
    """Return in one line what became of those asked beside the deciders: 林岚 他人已办."""
    return "；".join(f"{name_of(screen, task)} {_word(task)}" for task in tasks)


def _word(task: Task) -> str:
    kind = _ASKED.get(Task.Kind(task.kind), "")
    return (
        f"{kind}{Task.State(task.state).label}"
        if task.state != Task.State.DONE
        else f"{kind or Verb(task.verb).label}已回复"
    )
