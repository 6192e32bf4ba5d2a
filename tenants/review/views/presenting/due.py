"""Why a task is due then: every setting of its clock with the reason, and the days that count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.review.clocks import Day, days_of
from tenants.review.models import Task
from tenants.review.queries import TaskScreen
from tenants.review.views.marks import due_state
from tenants.review.views.presenting.steps import why_due
from zhitong.core import clock
from zhitong.web.parts import Fact
from zhitong.web.templatetags.zt import zt_short

_LONGEST = 45  # days that are listed one by one


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a clock: when, to what, why, and the days in between where it counts working days."""

    at: datetime
    due: datetime | None
    why: str
    days: list[Day]


def due_of_task(screen: TaskScreen) -> dict[str, Any]:
    """Return what the drawer shows: the limit in force, its facts, and how it was set, oldest first."""
    task = screen.task
    settings = [_setting(screen, line) for line in task.clock]
    facts = [
        Fact("步骤", task.step_name),
        Fact("规则", f"“{screen.run.flow_version.flow.name}”流程第 {screen.run.flow_version.number} 版"),
        Fact("到达", zt_short(task.opened_at)),
        Fact("依据", why_due(screen, task.due_why)),
        Fact("停表", f"{zt_short(task.paused_at)} 起，等核实" if task.paused_at else ""),
        Fact("催办", _urged(task)),
    ]
    return {
        "due_title": f"{zt_short(task.due_at)} 到期" if task.due_at else "不限时",
        "due_state": due_state(task.due_at, screen.item.urgency) if task.state == Task.State.OPEN else None,
        "facts": [fact for fact in facts if fact.value],
        "settings": settings,
    }


def _setting(screen: TaskScreen, line: dict[str, Any]) -> Setting:
    at = datetime.fromisoformat(line["at"])
    due = datetime.fromisoformat(line["due"]) if line["due"] else None
    days: list[Day] = []
    if due and "工作日" in line["why"]:
        days = days_of(clock.local_date(at), clock.local_date(due))
    return Setting(at, due, why_due(screen, line["why"]), days if len(days) <= _LONGEST else [])


def _urged(task: Task) -> str:
    if not task.urge_count:
        return ""
    seen = task.seen_at and task.urged_at and task.seen_at >= task.urged_at
    return f"{task.urge_count} 次，最近 {zt_short(task.urged_at)}，{'已看' if seen else '未看'}"
