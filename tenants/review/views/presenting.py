"""From a task's screen to what the components show."""

from typing import Any

from django.urls import reverse

from tenants.items import comparison
from tenants.items.models import Urgency
from tenants.items.queries import author_names, number_label
from tenants.items.texts import LABELS, Texts, reading_words
from tenants.review import engine, queries
from tenants.review.clocks import due_of, limit_words
from tenants.review.definition import MODE_WORDS, Mode, Step, who_words
from tenants.review.models import Run, Task, Verb
from tenants.review.queries import TaskScreen
from tenants.review.views.lists import TAGS, due_state, notes_of
from zhitong.core import clock, glossary
from zhitong.exchange.models import AdoptionMode
from zhitong.web.parts import Action, Fact, Passage, QueueEntry, ReviewStep, State, TextTab, standing
from zhitong.web.templatetags.zt import authors as authors_words
from zhitong.web.templatetags.zt import zt_short

_TO_AUTHOR_REFUSED = "外单位报送来的稿件不退给反映人，请在收件里退回报送单位"


def queue_of(screen: TaskScreen) -> dict[str, Any]:
    """Return the queue beside the text."""
    entries = [
        QueueEntry(
            title=task.run.item.title,
            url=reverse("review:task", args=[task.uuid]),
            notes=notes_of(task.run.item),
            state=due_state(task.due_at, task.run.item.urgency),
            current=task.pk == screen.task.pk,
        )
        for task in queries.queue(screen.reader)
    ]
    return {
        "queue": entries,
        "queue_title": "待我审",
        "queue_note": "按时限",
        "queue_url": reverse("review:list"),
    }


def head_of(screen: TaskScreen, mark: str) -> dict[str, Any]:
    """Return title, facts and tags over the text. `mark` is the unit's, for the number."""
    item = screen.item
    first = next(iter(item.signers), None)
    who = authors_words(author_names(item))
    facts = [
        Fact("编号", number_label(item, mark)),
        Fact("报送", f"{item.from_unit} {zt_short(item.submitted_at)}")
        if item.from_unit
        else Fact("提交", zt_short(item.submitted_at)),
        Fact("反映人", f"{who}（{first.sector}）" if first and first.sector else who),
        Fact("类别", item.category),
        Fact("来源", item.get_source_display()),
        Fact("篇幅", reading_words(item.text_length)),
    ]
    return {
        "doc_title": item.title,
        "facts": [fact for fact in facts if fact.value],
        "tags": [TAGS[Urgency(item.urgency)]] if item.urgency in TAGS else [],
    }


def text_of(screen: TaskScreen, wanted: str) -> dict[str, Any]:
    """Return the chosen text with its tabs: original, edited, or the comparison."""
    here = reverse("review:task", args=[screen.task.uuid])
    shown = _shown(screen, wanted)
    no_edit = "" if screen.edited else "还没有核稿"
    tabs = [
        TextTab("原稿", f"{here}?text=original", shown == "original", key="1"),
        TextTab("核稿", f"{here}?text=edited", shown == "edited", key="2", refused=no_edit),
        TextTab("对比", f"{here}?text=diff", shown == "diff", key="3", refused="" if screen.compared else "只有一稿"),
    ]
    context: dict[str, Any] = {"tabs": tabs, "files": _files(screen)}
    if shown == "diff" and screen.compared:
        old, new = (Texts.of(edition) for edition in screen.compared)
        compared = comparison.compare(old, new)
        inserted, deleted, changes = comparison.changed(compared)
        shown_passages = [one for one in compared if one.heading != LABELS["title"] or _differs(one)]
        return context | {"passages": shown_passages, "inserted": inserted, "deleted": deleted, "changes": changes}
    edition = screen.edited if shown == "edited" else screen.original
    return context | {"passages": comparison.passages(Texts.of(edition or screen.item))}


def _differs(passage: Passage) -> bool:
    pieces = [piece for paragraph in passage.paragraphs if not isinstance(paragraph, str) for piece in paragraph]
    return any(piece.kind for piece in pieces)


def _shown(screen: TaskScreen, wanted: str) -> str:
    possible = {"original": True, "edited": bool(screen.edited), "diff": bool(screen.compared)}
    if possible.get(wanted):
        return wanted
    return "diff" if screen.compared else "original"


def _files(screen: TaskScreen) -> list[Fact]:
    return [Fact(file.name, "", reverse("items:file", args=[screen.item.uuid, file.uuid])) for file in screen.files]


def steps_of(screen: TaskScreen) -> list[ReviewStep]:
    """Return the chain with where it stands."""
    return [_step(screen, place, step) for place, step in screen.path]


def _step(screen: TaskScreen, place: int, step: Step) -> ReviewStep:
    run = screen.run
    posts = who_words(step.who, screen.posts)
    tasks = [task for task in screen.tasks if task.step == place]
    last = [task for task in tasks if task.round == max(each.round for each in tasks)]
    over = run.state not in {Run.State.RUNNING, Run.State.RETURNED}
    if place > run.step or (run.state == Run.State.RUNNING and place == run.step and not last):
        return ReviewStep(step.name, posts, limit_words(step, screen.item.urgency))
    if place == run.step and not over:
        return _present_step(screen, step, last)
    done = [task for task in last if task.state == Task.State.DONE]
    if not done:
        return ReviewStep(step.name, posts, "已跳过", note="岗位空缺，或者在岗的人是反映人")
    names = "、".join(_name(screen, task) for task in done)
    ended = over and place == run.step and run.state != Run.State.PASSED
    return ReviewStep(
        step.name,
        names,
        zt_short(done[-1].closed_at),
        look="" if ended else "ok",
        state=State(run.get_state_display(), "off") if ended else None,
    )


def _present_step(screen: TaskScreen, step: Step, tasks: list[Task]) -> ReviewStep:
    if screen.run.state == Run.State.RETURNED:
        return ReviewStep(step.name, "", look="now", state=standing(glossary.TO_REVISE), note="等反映人修改后重新提交")
    waiting = [task for task in tasks if task.state == Task.State.OPEN]
    due = min((task.due_at for task in waiting if task.due_at), default=None)
    done = sum(task.state == Task.State.DONE for task in tasks)
    needed = step.votes_needed(engine.votes_asked(tasks)) if step.mode is Mode.N_OF_M else len(tasks)
    note = (
        f"{MODE_WORDS[step.mode]}，已办 {done}，共需 {needed}" if step.mode is not Mode.ANY and len(tasks) > 1 else ""
    )
    names = "、".join(_name(screen, task) for task in waiting)
    return ReviewStep(
        step.name,
        names,
        "不限时",
        look="now",
        state=due_state(due, screen.item.urgency) if due else None,
        note=note or (waiting[0].due_why if waiting else ""),
    )


def _name(screen: TaskScreen, task: Task) -> str:
    return f"{task.holder.name}（我）" if task.holder_id == screen.reader.pk else task.holder.name


def history_of(screen: TaskScreen) -> list[dict[str, str]]:
    """Return the acts as readable lines, oldest first."""
    return [
        {
            "by": line.by,
            "when": zt_short(line.at),
            "what": f"{line.step}：{line.what}" if line.step else line.what,
            "why": line.why,
        }
        for line in screen.lines
    ]


def flow_note(screen: TaskScreen) -> str:
    """Return by which version of which flow the item runs."""
    version = screen.run.flow_version
    return f"{version.flow.name} · 第 {version.number} 版"


def bar_of(screen: TaskScreen, verb: Verb | None) -> dict[str, Any]:
    """Return the decision bar: the verbs, or with a chosen verb its confirmation beside the reason box."""
    here = reverse("review:task", args=[screen.task.uuid])
    if verb is not None and screen.is_mine:
        return {"actions": _confirm(screen, verb, here), "next_step": _then(screen, verb), **_choices(screen, verb)}
    refused = "" if screen.is_mine else _why_not(screen)
    passing = (
        Action("通过", icon="check", primary=True, key="A", name="verb", value=Verb.PASS, refused=refused)
        if not screen.is_last or refused
        else Action("通过", url=f"{here}?decide=pass", icon="check", primary=True, key="A")
    )
    no_return = refused or ("" if screen.can_return else _TO_AUTHOR_REFUSED)
    actions = [
        passing,
        Action("退回", url=f"{here}?decide=return", key="R", refused=no_return),
        Action(Verb.KEEP.label, url=f"{here}?decide=keep", key="K", refused=refused),
        Action(Verb.DECLINE.label, url=f"{here}?decide=decline", key="X", refused=refused),
    ]
    more = [Action("改核稿", url=f"{here}?text=edit", icon="pencil", quiet=True, key="E", refused=refused)]
    return {"actions": actions, "more_actions": more, "next_step": refused or _then(screen, Verb.PASS)}


def _confirm(screen: TaskScreen, verb: Verb, here: str) -> list[Action]:
    words = {Verb.PASS: "通过并采用", Verb.RETURN: "退回", Verb.KEEP: Verb.KEEP.label, Verb.DECLINE: Verb.DECLINE.label}
    return [
        Action(words[verb], icon="check", primary=True, key="Ctrl Enter", name="verb", value=verb),
        Action("取消", url=here, key="Esc", attrs={"data-cancel": ""}),
    ]


def _choices(screen: TaskScreen, verb: Verb) -> dict[str, Any]:
    if verb is Verb.PASS:
        return {"modes": AdoptionMode.choices if screen.is_last else []}
    if verb is Verb.RETURN:
        author = [] if screen.item.dispatch_uuid else [("author", "反映人")]
        return {"targets": [*author, *((step.key, step.name) for step in reversed(screen.earlier_steps))]}
    return {}


def _why_not(screen: TaskScreen) -> str:
    task = screen.task
    if task.state == Task.State.WAITING:
        return "按顺序依次办理，还没有轮到"
    if task.state != Task.State.OPEN:
        return f"{engine.what_happened(task)}，不能再办"
    return f"这一步由{task.holder.name}办理，您只能查看"


def _then(screen: TaskScreen, verb: Verb) -> str:
    if verb is Verb.RETURN:
        return "反映人修改后重新提交\n或由选定的步骤重新办理"
    if verb in {Verb.KEEP, Verb.DECLINE}:
        return "这一篇就此办结\n反映人会看到结果和理由"
    step = screen.definition.steps[screen.task.step]
    if step.mode in {Mode.ALL, Mode.IN_ORDER} and screen.others_open:
        return f"本步{MODE_WORDS[step.mode]}\n还有 {screen.others_open} 人未办"
    if screen.next_step is None:
        return "这是最后一步\n通过后成为定稿，记为采用"
    due = due_of(screen.next_step, screen.item.urgency, clock.now())
    by_hours = "小时" in due.why
    until = f"至 {zt_short(due.at if by_hours else due.at.date())}" if due.at else ""
    why = "，".join(due.why.split("，")[1:])
    return f"下一步：{screen.next_step.name}\n{until}{f'（{why}）' if why else ''}"


def outcome_words(run: Run) -> str:
    """Return in a sentence where the item is after a decision."""
    if run.state == Run.State.RUNNING:
        names = Task.objects.filter(run=run, state=Task.State.OPEN).values_list("step_name", "holder__name")
        found = list(names)
        return f"现在在“{found[0][0]}”，由{'、'.join(name for _, name in found)}办理。"
    return "" if run.state != Run.State.PASSED else "已成为定稿，记为采用。"
