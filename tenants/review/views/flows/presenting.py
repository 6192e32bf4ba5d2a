"""From the editor's state to what its templates write: drawing, list, panels, check, tried way, versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from tenants.review.definition import (
    END,
    END_WORD,
    Mode,
    faults_of,
    flow_words,
    limits_words,
    links_words,
    mode_words,
    parse,
    step_words,
    who_words,
)
from tenants.review.drawing import Marks, draw
from tenants.review.models import FlowVersion
from tenants.review.queries import Level, Tried, TriedStep
from tenants.review.step_form import condition_rows, raw_of, read_conditions
from tenants.review.views.flows.panel import (
    condition_lines,
    condition_select,
    step_panel,
    step_select,
    who_select,
)
from tenants.review.views.flows.state import Editor, Typed
from zhitong.core import clock, glossary
from zhitong.web.parts import Action, State
from zhitong.web.templatetags.zt import zt_short

_LOOKS: dict[Level, State] = {
    Level.MUST: State(Level.MUST.value, "late", "circle-x"),
    Level.SHOULD: State(Level.SHOULD.value, "soon", "alert-triangle"),
    Level.KNOW: State(Level.KNOW.value, "now", "info-circle"),
}
# How the names of a step's holders are joined, by how many must pass.
_BETWEEN = {Mode.ANY: " 或 ", Mode.ALL: " 和 ", Mode.IN_ORDER: " → ", Mode.N_OF_M: "、", Mode.JOINT: "、"}


@dataclass(frozen=True, slots=True)
class TriedLine:
    """A line of the tried way in words."""

    step: str
    url: str
    who: str
    until: str
    why: str
    state: State | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A line of the versions."""

    number: int
    state: State
    note: str
    url: str
    current: bool
    running: int


def editor_context(editor: Editor) -> dict[str, Any]:
    """Return everything the page writes."""
    typed = editor.typed
    draft = editor.is_draft
    panel = "step" if editor.place is not None and editor.panel not in {"delete", "add", "branch"} else editor.panel
    return {
        "editor": editor,
        "flow": editor.row.flow,
        "version": editor.version,
        "is_draft": draft,
        "state": _version_state(editor.version),
        "here": editor.url(step=editor.key or None, panel=editor.panel or None),
        "panel": panel or ("flow" if draft else "about"),
        "chart": draw(
            editor.definition,
            editor.names,
            Marks(editor.key, editor.step_problems, editor.tried.links if editor.tried else ()),
            editor.ways,
        ),
        "step_urls": {step.key: editor.url(step=step.key) for step in editor.definition.steps},
        "steps": _list(editor),
        "as_list": editor.query.get("view") == "list",
        "refusal": typed.refusal if typed else None,
        # What is wrong with a field stands at the field; everything else is said over the drawing.
        "notice": typed is not None and not (typed.step.errors if typed.step else _at_field(typed, panel)),
        "theirs": typed.theirs if typed else [],
        "lost": _lost(editor),
        "posted": typed.posted if typed else None,
        "said": _facts(editor) if not draft else {},
        "about": flow_words(editor.definition),
        **_addresses(editor),
        "problems": [(_LOOKS[one.level], one, editor.problem_url(one)) for one in editor.problems],
        "checked_at": clock.now(),
        "trial_form": editor.trial_form,
        "kept_query": [(name, value) for name, value in editor.query.items() if not name.startswith("t-")],
        "tried": editor.tried,
        "tried_lines": _tried(editor, editor.tried) if editor.tried else [],
        "tried_words": _total(editor.tried) if editor.tried else "",
        "versions": _versions(editor),
        "actions": _actions(editor),
        "why": _why(editor),
        **(_panel(editor, panel) if draft else {}),
    }


def _at_field(typed: Typed, panel: str) -> bool:
    """Return whether the open panel itself says what is wrong."""
    return panel in {"add", "branch", "flow"} and bool(typed.refusal.fields)


def _addresses(editor: Editor) -> dict[str, str]:
    """Return where the buttons of the page lead."""
    path, key = _path(editor), editor.key or None
    return {
        "list_url": reverse("review:flows"),
        "try_url": path,
        "plain_url": editor.url(),
        "add_url": editor.url(panel="add", step=key),
        "branch_url": editor.url(panel="branch", step=key),
        "settings_url": editor.url(panel="flow"),
        "discard_url": editor.url(panel="discard"),
        "delete_url": editor.url(panel="delete", step=key),
        "step_url": editor.url(step=key),
        "view_url": editor.url(view=None if editor.query.get("view") == "list" else "list", step=key),
        "compare_url": editor.compare_url,
        "export_url": f"{path}export/?version={editor.version.number}",
    }


def _panel(editor: Editor, panel: str) -> dict[str, Any]:
    """Return what the open panel chooses from."""
    posted: QueryDict = (editor.typed.posted if editor.typed else None) or QueryDict()
    staff = editor.staff
    if panel == "step":
        return {
            "form": step_panel(editor),
            "limit_names": ("limit_days", "limit_hours", "remind_hours", "on_late", "late_to"),
        }
    if panel in {"add", "branch"}:
        last = editor.definition.steps[editor.definition.last_place({})]  # of the usual way: others are on branches
        after = posted.get("after", editor.key or last.key)
        start = "放在最前面" if panel == "add" else "请选择"
        return {
            "after": step_select(editor, after, name="after", label="放在哪一步后面", start=start),
            "then": step_select(editor, posted.get("then", ""), name="then", label="办完以后到", start=END_WORD),
            "who": who_select(staff, posted.get("who", ""), id_="f-who", name="who", empty="请选择", label="由谁办"),
            "condition": condition_select("branch", staff, "请选择", value=posted.get("branch-add", ""), adds=False),
        }
    if panel == "delete":
        step = editor.definition.steps[editor.place] if editor.place is not None else None
        return {"deleted": step}
    mine = editor.typed.posted if editor.typed and posted.get("do") == "flow" else None
    rows = read_conditions(mine, "when") if mine is not None else condition_rows(editor.raw.get("when", []))
    return {
        "flow_name": posted.get("name", editor.row.flow.name),
        "conditions": condition_lines("when", rows, staff),
        "condition_add": condition_select("when", staff, "加条件"),
        "ask_once": "ask_once" in mine if mine is not None else editor.definition.ask_once,
    }


def _lost(editor: Editor) -> dict[str, str]:
    """Return in words what was typed of a step that is not there any more, so that it can be read and typed again."""
    step = editor.typed.step if editor.typed else None
    if step is None or (editor.is_draft and editor.place is not None):
        return {}
    raw = {name: value for name, value in raw_of(step, END).items() if name != "next"}
    alone = {"steps": [{**raw, "when": []}]}
    if faults_of(alone):
        return {"步骤": step.name}
    return {label: value for label, value in step_words(parse(alone), 0, editor.names).items() if value}


def _facts(editor: Editor) -> dict[str, str]:
    """Return what a version that is only read says: of the chosen step, else of the flow."""
    if editor.place is None:
        return flow_words(editor.definition)
    said = step_words(editor.definition, editor.place, editor.names)
    return {label: value for label, value in said.items() if value and label != "步骤"}


def _list(editor: Editor) -> list[dict[str, Any]]:
    """Return the steps in the words of the drawing, for readers and phones."""
    definition, names = editor.definition, editor.names
    tried = {step.place for step in editor.tried.steps} if editor.tried else set()
    return [
        {
            "name": step.name,
            "url": editor.url(step=step.key),
            "who": who_words(step.who, names.posts, names.users),
            "mode": mode_words(step),
            "limit": limits_words(step),
            "when": step_words(definition, place, names)["条件"],
            "leads": links_words(definition, step.links),
            "problem": editor.step_problems.get(step.key, ""),
            "current": step.key == editor.key,
            "tried": place in tried,
        }
        for place, step in enumerate(definition.steps)
    ]


# --- the tried way ----------------------------------------------------------------------------------------------------


def _tried(editor: Editor, tried: Tried) -> list[TriedLine]:
    count = len(tried.steps)
    return [_tried_line(editor, step, is_last=n == count) for n, step in enumerate(tried.steps, 1)]


def _tried_line(editor: Editor, step: TriedStep, *, is_last: bool) -> TriedLine:
    what = editor.definition.steps[step.place]
    url = editor.url(step=what.key)
    if step.note:
        return TriedLine(what.name, url, "", "", "", State(step.note, "off"))
    names = [
        f"{one.user.name}（代{one.in_stead_of.name}）" if one.in_stead_of else one.user.name
        for one in {one.user.pk: one for one in step.people}.values()
    ]
    who = _BETWEEN[what.mode if not step.to_administrator else Mode.ANY].join(names)
    if step.choice > 1:
        who = f"从 {step.choice} 人里选定"
    until = _until(step.until, hours="小时" in step.people[0].why) if step.people else ""
    state = State("交单位管理员", "soon", "alert-triangle") if step.to_administrator else None
    why = next((one.why for one in step.people if one.due), step.people[0].why if step.people else "")
    return TriedLine(what.name, url, who, until, why, state, is_last)


def _until(moment: datetime | None, *, hours: bool) -> str:
    if moment is None:
        return "不限时"
    return zt_short(moment) if hours else zt_short(clock.local_date(moment))


def _total(tried: Tried) -> str:
    """Return how long the whole way takes: 共 8 个工作日，端午顺延."""
    if tried.refused or not any(step.until for step in tried.steps):
        return ""
    days = tried.working_days
    word = f"共 {days} 个工作日" if days else "当天办结"
    return f"{word}{f'，{tried.why}' if tried.why else ''}"


# --- versions and the bar ---------------------------------------------------------------------------------------------


def _version_state(version: FlowVersion) -> State:
    looks = {
        FlowVersion.State.DRAFT: State(glossary.DRAFT, "soon", "pencil"),
        FlowVersion.State.PUBLISHED: State("在用", "ok"),
        FlowVersion.State.RETIRED: State("停用", "off", "archive"),
    }
    return looks[FlowVersion.State(version.state)]


def _versions(editor: Editor) -> list[VersionLine]:
    lines = []
    for row in editor.row.versions:
        version = row.version
        draft = version.state == FlowVersion.State.DRAFT
        if draft:
            note = zt_short(version.changed_at)
        elif version.state == FlowVersion.State.PUBLISHED and version.published_at:
            note = f"{zt_short(clock.local_date(version.published_at))} 起"
        else:
            note = f"走完 {row.ended:,} 篇"
        path = reverse("review:flow", args=[editor.row.flow.code])
        url = path if draft else f"{path}?version={version.number}"
        current = version.number == editor.version.number
        lines.append(VersionLine(version.number, _version_state(version), note, url, current, row.running))
    return lines


def _actions(editor: Editor) -> list[Action]:
    """Return the bar: first the red button, which is the step that comes next."""
    version, must = editor.version, editor.must
    if not editor.is_draft:
        if editor.row.draft is not None:
            number = editor.row.draft.version.number
            return [Action(f"接着改第 {number} 版草稿", url=_path(editor), icon="pencil", primary=True)]
        again = version.state == FlowVersion.State.RETIRED or editor.row.in_use is None
        word = f"再用第 {version.number} 版" if again else f"改出第 {_next_number(editor)} 版"
        return [Action(word, icon="pencil", primary=True, name="do", value="begin")]
    publish = f"发布第 {version.number} 版"
    if must:
        return [
            Action(
                f"去改必须改的 {len(must)} 处",
                url=editor.problem_url(must[0]),
                icon="player-track-next",
                primary=True,
            ),
            Action(publish, icon="lock", refused=f"还有 {len(must)} 处必须改，改好后才能发布"),
        ]
    return [Action(publish, icon="check", primary=True, name="do", value="publish")]


def _why(editor: Editor) -> str:
    if not editor.is_draft:
        return "发布过的版本不能改，改动从一份新的草稿开始"
    if editor.must:
        return f"还有 {len(editor.must)} 处必须改；改好后由您发布"
    running = editor.row.running
    return f"发布后新提交的信息走这一版{f'，在办 {running} 篇仍走原来的' if running else ''}"


def _next_number(editor: Editor) -> int:
    return max(row.version.number for row in editor.row.versions) + 1


def _path(editor: Editor) -> str:
    return reverse("review:flow", args=[editor.row.flow.code])
