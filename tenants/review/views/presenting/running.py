"""The page of a run: what its reader may do there, the administrator's boxes, who has it on copy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from tenants.review.clocks import urge_pause
from tenants.review.models import Run, Task, Verb
from tenants.review.queries import RunScreen
from tenants.review.views.presenting.asks import Ask, Choice, Field, Picker, people_of
from tenants.review.views.presenting.steps import name_of
from zhitong.core import clock
from zhitong.core.errors import Refusal
from zhitong.web.parts import Action, State
from zhitong.web.templatetags.zt import zt_short

_LOOKS: dict[str, Any] = {
    Run.State.RUNNING: "now", Run.State.RETURNED: "soon", Run.State.PASSED: "ok", Run.State.DECLINED: "off",
    Run.State.KEPT: "off", Run.State.RECALLED: "off", Run.State.MERGED: "off",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CopyLine:
    """Somebody who has the run on copy, by whom and with what words, and whether they have read it."""

    who: str
    by: str
    note: str
    state: State


def state_of_run(run: Run) -> State:
    """Return how a run stands, as drawn."""
    return State(run.get_state_display(), _LOOKS[run.state])


def copies_of(screen: RunScreen) -> list[CopyLine]:
    """Return who has the run on copy; nobody where names are hidden from the reader."""
    if screen.hides_names:
        return []
    return [
        CopyLine(
            copy.reader.name,
            f"{copy.by_label} {zt_short(copy.at)}",
            copy.note,
            State(f"{zt_short(copy.read_at)} 已看", "ok") if copy.read_at else State("未看"),
        )
        for copy in screen.copies
    ]


def run_bar_of(screen: RunScreen, ask: Ask | None) -> dict[str, Any]:
    """Return the bar of a run: the reader's own next step first, then what may be said, then the administrator's."""
    here = reverse("review:run", args=[screen.run.uuid])
    if ask is not None:
        confirm = Action(ask.confirm, icon="check", primary=True, key="Ctrl Enter", name="verb", value=ask.verb)
        return {
            "actions": [confirm, Action("取消", url=here, key="Esc", attrs={"data-cancel": ""})],
            "next_step": ask.note,
        }
    first = _first(screen)
    admin = _administration(screen, here)
    urge = [] if first.value == Verb.URGE else [replace(act, primary=False) for act in _urges(screen)]
    say = Action("留意见", icon="message", name="verb", value=Verb.COMMENT)
    return {
        "actions": [first, *urge, say],
        "more_actions": admin,
        "menu_actions": admin,
        "next_step": _standing(screen),
    }


def run_ask_of(
    screen: RunScreen, verb: str, post: QueryDict, query: Mapping[str, str], refusal: Refusal | None
) -> Ask | None:
    """Return the administrator's box of a verb, None for whoever has no such right, or where it does not fit."""
    if not screen.reader.has_zt_perm("review.administer"):
        return None
    errors = {name: " ".join(words) for name, words in (refusal.fields if refusal else {}).items()}
    if verb == "jump" and screen.run.state == Run.State.RUNNING:
        return _jump(screen, post, errors)
    if verb == "end" and screen.run.is_open:
        return _end(post, errors)
    if verb == "restart":
        return Ask("restart", "重新开始", "重新开始", note="从第一步起重新办理，仍按原来的版本")
    if verb == "reassign":
        return _reassign(screen, post, query, errors)
    return None


def _first(screen: RunScreen) -> Action:
    """Return the one red button: what the reader has to do with the run, else to urge, else to read on."""
    mine = next((t for t in screen.tasks if t.holder_id == screen.reader.pk and t.state == Task.State.OPEN), None)
    if mine:
        return Action("去办理", url=reverse("review:task", args=[mine.uuid]), icon="writing-sign", primary=True)
    own = screen.item.created_by_id == screen.reader.pk
    if own and screen.run.state == Run.State.RETURNED:
        place = "items:edit" if screen.item.is_report else "circulars:edit"
        return Action("去修改", url=reverse(place, args=[screen.item.uuid]), icon="pencil", primary=True)
    urges = _urges(screen)
    if urges and not urges[0].refused:
        return urges[0]
    url = f"{reverse('review:run', args=[screen.run.uuid])}?text=edited"
    return Action(
        "看正文",
        url=url,
        icon="file-text",
        primary=True,
        refused="" if screen.shows_text else "正文不在您可以看的范围内",
    )


def _urges(screen: RunScreen) -> list[Action]:
    """Return the button 催办, with why it is refused now; nothing where nobody is waited for."""
    if screen.run.state != Run.State.RUNNING:
        return []
    waiting = [t for t in screen.tasks if t.state == Task.State.OPEN and t.holder_id != screen.reader.pk]
    if not waiting:
        return []
    last = max((task.urged_at for task in waiting if task.urged_at), default=None)
    pause = urge_pause(screen.item.urgency)
    refused = ""
    if last and last + pause > clock.now():
        hours = int(pause.total_seconds() // 3600)
        refused = f"{zt_short(last)} 刚催办过，{zt_short(last + pause)} 以后可以再催（同一步骤 {hours} 小时内催办一次）"
    return [Action("催办", icon="bell-ringing", primary=True, name="verb", value=Verb.URGE, refused=refused)]


def _standing(screen: RunScreen) -> str:
    run = screen.run
    if run.state == Run.State.RETURNED:
        return "在反映人手里\n修改后重新提交"
    if run.state != Run.State.RUNNING:
        return f"审核已结束：{run.get_state_display()}\n{zt_short(run.ended_at)}"
    waiting = [task for task in screen.tasks if task.state == Task.State.OPEN]
    names = "、".join(dict.fromkeys(name_of(screen, task) for task in waiting))
    return f"现在在“{screen.definition.steps[run.step].name}”\n等{names}" if names else ""


def _administration(screen: RunScreen, here: str) -> list[Action]:
    if not screen.reader.has_zt_perm("review.administer"):
        return []
    state = screen.run.get_state_display()
    running = "" if screen.run.state == Run.State.RUNNING else f"这一篇的审核现在是“{state}”"
    is_open = "" if screen.run.is_open else f"审核已经结束（{state}）"
    again = "" if screen.run.state in {Run.State.RUNNING, Run.State.KEPT, Run.State.DECLINED} else f"现在是“{state}”"
    return [
        Action("改派", url=f"{here}?do=reassign", icon="user-check", quiet=True, refused=running),
        Action("跳转", url=f"{here}?do=jump", icon="player-track-next", quiet=True, refused=running),
        Action("重新开始", url=f"{here}?do=restart", icon="refresh", quiet=True, refused=again),
        Action("终止", url=f"{here}?do=end", icon="circle-x", quiet=True, refused=is_open),
    ]


def _jump(screen: RunScreen, post: QueryDict, errors: Mapping[str, str]) -> Ask:
    to = post.get("to", "")
    steps = [
        Choice(step.key, step.name, step.key == to)
        for place, step in enumerate(screen.definition.steps)
        if place != screen.run.step
    ]
    return Ask("jump", "跳转", "跳转", fields=[Field("to", "跳到", "select", steps, errors.get("to", ""))])


def _end(post: QueryDict, errors: Mapping[str, str]) -> Ask:
    chosen = post.get("as_verb", Verb.KEEP)
    ways = [
        Choice(Verb.KEEP, "按留存", chosen == Verb.KEEP, "留存备用，以后可以重新开始"),
        Choice(Verb.DECLINE, "按不采用", chosen == Verb.DECLINE, "反映人会看到结果和理由"),
    ]
    return Ask("end", "终止", "终止", fields=[Field("as_verb", "怎样终止", "radio", ways, errors.get("as_verb", ""))])


def _reassign(screen: RunScreen, post: QueryDict, query: Mapping[str, str], errors: Mapping[str, str]) -> Ask | None:
    tasks = [t for t in screen.tasks if t.state == Task.State.OPEN and t.kind != Task.Kind.WRITE]
    if not tasks:
        return None
    chosen = post.get("task") or query.get("task", "")
    choices = [Choice(str(t.uuid), name_of(screen, t), str(t.uuid) == chosen, t.step_name) for t in tasks]
    words = post.get("find", "")
    url = reverse("review:run_people", args=[screen.run.uuid])
    people = people_of(screen, words, post.getlist("who"))
    picker = Picker("改由谁办", people, url, words, many=False, deciding=True, error=errors.get("who", ""))
    fields = [Field("task", "谁的待办", "select", choices, errors.get("task", ""))]
    return Ask("reassign", "改派", "改派", fields=fields, picker=picker)
