"""The decision bar: which verbs the reader has, why the others are refused, what happens next."""

from typing import Any

from django.urls import reverse

from tenants.review import engine
from tenants.review.clocks import due_of
from tenants.review.definition import MODE_WORDS, VERB_WORDS, Mode
from tenants.review.models import Run, Task, Verb
from tenants.review.queries import TaskScreen
from tenants.review.views.presenting.asks import REMOVED, Ask
from tenants.review.views.presenting.steps import name_of
from zhitong.core import clock
from zhitong.web.parts import Action
from zhitong.web.templatetags.zt import zt_short

_TO_AUTHOR_REFUSED = "外单位报送来的稿件不退给反映人，请在收件里退回报送单位"
_THEN = {
    "object": "票数不够通过时\n这一篇按不采用办结",
    "add": "先加签的回复后再由您办理\n后加签的在您通过以后办理",
    "reassign": "转办后不再回到您这里\n时限重新起算",
    "delegate": "对方回复后回到您这里\n由您办理",
    "copy": "对方在“抄送我的”里看到\n您可以看到是否已看",
    "expedite": "改为紧急件\n时限改按小时，从现在起算",
    "remove": "对方的待办取消\n由您接着办理",
    "take_back": "回到您办理之前\n下一步的待办取消",
}
_IN_VOTE = "票签的步骤不由一个人办结：请投同意或不同意"


def bar_of(screen: TaskScreen, ask: Ask | None = None) -> dict[str, Any]:
    """Return the decision bar: the primary action first, more behind the rule, the rest in the menu.

    With an opened `ask` it holds the confirmation of that verb and the way out.
    """
    here = reverse("review:task", args=[screen.task.uuid])
    if ask is not None and ask.verb != Verb.ANSWER:
        confirm = Action(ask.confirm, icon="check", primary=True, key="Ctrl Enter", name="verb", value=ask.verb)
        cancel = Action("取消", url=here, key="Esc", attrs={"data-cancel": ""})
        return {"actions": [confirm, cancel], "next_step": then_words(screen, ask.verb)}
    if not screen.decides:
        return _answering(screen, here)
    refused = why_not(screen)
    passing, *others = _deciding(screen, here, refused)
    unblock = _unblock(screen, here) if refused else None
    actions = [unblock, passing, *others] if unblock else [passing, *others]
    more = [
        _asking(screen, here, "加签", "add", "S", refused),
        _asking(screen, here, "转办", "reassign", "T", refused),
        _edit(screen, here, refused),
    ]
    return {
        "actions": actions,
        "more_actions": more,
        "menu_actions": [*more, *_menu(screen, here, refused)],
        "next_step": refused or then_words(screen, Verb.PASS),
    }


def why_not(screen: TaskScreen) -> str:
    """Return why the reader cannot act on the task now; empty when they can."""
    task = screen.task
    if not screen.is_own and task.state in {Task.State.OPEN, Task.State.HELD, Task.State.WAITING}:
        return f"这一步由{name_of(screen, task)}办理，您只能查看"
    if task.state == Task.State.WAITING:
        return "按顺序依次办理，还没有轮到"
    if task.state == Task.State.HELD:
        return f"正在等{'、'.join(name_of(screen, child) for child in screen.children)}的意见，等回复后再办"
    if task.state != Task.State.OPEN:
        return "这一步已经结束" if screen.hides_names else f"{engine.what_happened(task)}，不能再办"
    return ""


def then_words(screen: TaskScreen, verb: str) -> str:
    """Return what happens after a verb, in two lines."""
    if verb == Verb.RETURN:
        return "反映人修改后重新提交\n或由选定的步骤重新办理"
    if verb in {Verb.KEEP, Verb.DECLINE}:
        return "这一篇就此办结\n反映人会看到结果和理由"
    if verb in _THEN:
        return _THEN[verb]
    if not screen.ends_step:
        return _step_goes_on(screen)
    if screen.next_step is None:
        if screen.run.purpose == Run.Purpose.CLEARANCE:
            return "这是最后一步\n通过后可以报送"
        if not screen.item.is_report:
            return "这是最后一步\n通过后签发，可以下发"
        return "这是最后一步\n通过后成为定稿，记为采用"
    due = due_of(screen.next_step, screen.item.urgency, clock.now())
    by_hours = "小时" in due.why
    until = f"至 {zt_short(due.at if by_hours else clock.local_date(due.at))}" if due.at else ""
    why = "，".join(due.why.split("，")[1:])
    back = "直接回到" if screen.run.back_to else "下一步："
    return f"{back}{screen.next_step.name}\n{until}{f'（{why}）' if why else ''}"


def outcome_words(run: Run) -> str:
    """Return in a sentence where the item is after a decision."""
    if run.state == Run.State.RUNNING:
        found = list(Task.objects.filter(run=run, state=Task.State.OPEN).values_list("step_name", "holder__name"))
        return f"现在在“{found[0][0]}”，由{'、'.join(name for _, name in found)}办理。" if found else ""
    if run.state != Run.State.PASSED:
        return ""
    if not run.item.is_report:
        return "已签发，可以下发了。"
    return "可以报送了。" if run.purpose == Run.Purpose.CLEARANCE else "已成为定稿，记为采用。"


def _deciding(screen: TaskScreen, here: str, refused: str) -> list[Action]:
    """Return the primary verb and those that end or return."""
    word = "同意" if screen.is_vote else "通过"
    passing = Action(
        word,
        url=f"{here}?decide=pass" if screen.pass_asks and not refused else "",
        icon="check",
        primary=True,
        key="A",
        name="verb",
        value=Verb.PASS,
        refused=refused,
    )
    in_vote = _IN_VOTE if screen.is_vote else ""
    back = "" if screen.can_return else _TO_AUTHOR_REFUSED
    found = [
        passing,
        Action(
            "退回", url=f"{here}?decide=return", key="R", refused=refused or in_vote or _may(screen, "return") or back
        ),
        Action("留存", url=f"{here}?decide=keep", key="K", refused=refused or in_vote or _may(screen, "keep")),
    ]
    if screen.is_vote:
        return [*found, Action("不同意", url=f"{here}?decide=object", key="X", refused=refused)]
    decline = Action("不采用", url=f"{here}?decide=decline", key="X", refused=refused or _may(screen, "decline"))
    return [*found, decline]


def _answering(screen: TaskScreen, here: str) -> dict[str, Any]:
    """Return the bar of a task that only answers whoever asked."""
    refused = why_not(screen)
    answer = Action(
        "回复", icon="message-reply", primary=True, key="Ctrl Enter", name="verb", value=Verb.ANSWER, refused=refused
    )
    edits = screen.task.kind in {Task.Kind.BEFORE, Task.Kind.DELEGATE, Task.Kind.WRITE}
    reassign = [] if screen.task.kind == Task.Kind.WRITE else [_asking(screen, here, "转办", "reassign", "T", refused)]
    more = [*reassign, *([_edit(screen, here, refused)] if edits else [])]
    asker = screen.task.asked_by
    unblock = _unblock(screen, here) if refused else None
    return {
        "actions": [unblock, answer] if unblock else [answer],
        "more_actions": more,
        "menu_actions": [*more, _way(screen)],
        "next_step": refused or (f"回复后由{asker.name}接着办理" if asker else "各方都回复后由汇总人办理"),
    }


def _unblock(screen: TaskScreen, here: str) -> Action | None:
    """Return the step that removes a refusal, as far as there is one: it is the red button then."""
    task = screen.task
    if screen.is_own and task.state == Task.State.HELD and screen.children:
        child = next((one for one in screen.children if one.kind != Task.Kind.AFTER), screen.children[0])
        word = f"撤回{REMOVED.get(Task.Kind(child.kind), '加签')}"
        return Action(word, url=f"{here}?decide=remove&signer={child.uuid}", icon="arrow-back-up", primary=True)
    if task.state == Task.State.DONE and screen.is_own and screen.takes_back:
        return Action("收回", url=f"{here}?decide=take_back", icon="arrow-back-up", primary=True)
    url = reverse("review:run", args=[screen.run.uuid])
    return Action("看进程和催办" if screen.run.is_open else "看进程", url=url, icon="route", primary=True)


def _menu(screen: TaskScreen, here: str, refused: str) -> list[Action]:
    urgent = "已经是紧急件" if screen.item.urgency == "urgent" else ""
    copying = "" if screen.is_mine else refused
    return [
        _asking(screen, here, "委派", "delegate", "", refused),
        _beside(screen, "核实和联审", "verify", "search", refused),
        _beside(screen, "接力撰写", "relay", "pencil", refused),
        Action("抄送", url=f"{here}?decide=copy", icon="mail", refused=copying),
        Action("转绿色通道", url=f"{here}?decide=expedite", icon="bolt", refused=refused or urgent),
        _way(screen),
    ]


def _way(screen: TaskScreen) -> Action:
    return Action("看进程", url=reverse("review:run", args=[screen.run.uuid]), icon="route")


def _asking(screen: TaskScreen, here: str, label: str, verb: str, key: str, refused: str) -> Action:
    no = refused or (_may(screen, verb) if screen.decides else "")
    icons = {"add": "user-plus", "reassign": "arrow-right", "delegate": "user-check"}
    quiet = verb != "delegate"  # the others stand in the bar as well
    return Action(label, url=f"{here}?decide={verb}", icon=icons[verb], quiet=quiet, key=key, refused=no)


def _beside(screen: TaskScreen, label: str, verb: str, icon: str, refused: str) -> Action:
    """Return the way to a verb that has a page of its own."""
    url = reverse(f"review:{verb}", args=[screen.task.uuid])
    return Action(label, url=url, icon=icon, refused=refused or _may(screen, verb))


def _edit(screen: TaskScreen, here: str, refused: str) -> Action:
    no = refused or _may(screen, "edit")
    return Action("改核稿", url=f"{here}?text=edit", icon="pencil", quiet=True, key="E", refused=no)


def _may(screen: TaskScreen, verb: str) -> str:
    """Return why the step withholds a verb; empty when it gives it."""
    if verb in screen.step.may:
        return ""
    version = screen.run.flow_version
    return f"按“{version.flow.name}”第 {version.number} 版，“{screen.step.name}”这一步不能{VERB_WORDS[verb]}"


def _step_goes_on(screen: TaskScreen) -> str:
    behind = [child for child in screen.children if child.kind == Task.Kind.AFTER]
    if behind:
        return f"先由{'、'.join(name_of(screen, child) for child in behind)}后加签\n再往下走"
    if screen.step.mode is Mode.N_OF_M:
        needed = screen.step.votes_needed(screen.votes_asked)
        return f"票签，需 {needed} 票同意\n已有 {screen.votes_for} 票"
    return f"本步{MODE_WORDS[screen.step.mode]}\n还有 {screen.others_open} 人未办"
