"""The checklist of a step as it is answered in place, and what others have checked before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenants.review.models import Task
from tenants.review.queries import TaskScreen
from tenants.review.views.presenting.steps import name_of
from zhitong.web.templatetags.zt import zt_short


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line to answer: `ok` is None while it is open; `note` says why it does not hold."""

    key: str
    text: str
    ok: bool | None
    note: str


def checks_of(screen: TaskScreen, posted: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the checklist with its answers: those just posted, else those kept on the task.

    Returns:
        `check_name`, `check_lines`, `check_done` (how many are answered), and `checked` by others before.
    """
    if screen.checklist is None or screen.task.kind != Task.Kind.DECIDE:
        return {"checked": _by_others(screen)}
    kept = {line["key"]: line for line in (screen.task.checklist or {}).get("lines", [])}
    given = kept if posted is None else posted
    lines = [_line(line, given.get(line["key"])) for line in screen.checklist.lines]
    return {
        "check_name": screen.checklist.name,
        "check_lines": lines,
        "check_done": sum(line.ok is not None for line in lines),
        "checked": _by_others(screen),
    }


def posted_checks(post: Any) -> dict[str, dict[str, Any]] | None:
    """Return the answers that a form carries (`check-KEY`, `note-KEY`); None when it carries no checklist."""
    if not post.get("checklist"):
        return None
    answers = {name.removeprefix("check-"): value for name, value in post.items() if name.startswith("check-")}
    return {
        key: {"ok": value == "yes", "note": post.get(f"note-{key}", "")}
        for key, value in answers.items()
        if value in {"yes", "no"}
    }


def _line(line: Mapping[str, str], answer: Mapping[str, Any] | None) -> CheckLine:
    given = answer or {}
    return CheckLine(line["key"], line["text"], given.get("ok"), given.get("note", ""))


def _by_others(screen: TaskScreen) -> list[dict[str, Any]]:
    """Return the checklists that others have answered in this run."""
    return [
        {
            "name": task.checklist["name"],
            "who": name_of(screen, task),
            "when": zt_short(task.closed_at),
            "lines": task.checklist["lines"],
            "held": sum(line["ok"] is True for line in task.checklist["lines"]),
        }
        for task in screen.tasks
        if task.checklist and task.pk != screen.task.pk and task.state == Task.State.DONE
    ]
