"""Straight back to whoever returned an item: those who were asked then are asked again, where they still can be."""

from collections.abc import Mapping
from typing import Any

from tenants.review import engine
from tenants.review.clocks import NO_LIMIT, resumed
from tenants.review.engine import Frame
from tenants.review.holders import Assignee
from tenants.review.models import Run, Task
from tenants.review.operations.relieving import fill_step, whoever_is_there
from zhitong.core import glossary


def go_back(frame: Frame) -> bool:
    """Ask again those whom a return leads straight back to; False when nobody is to be asked there any more.

    Whoever left the post since is replaced by who holds it now, who is away by their stand-in. Without any of them the
    caller goes on as after any other return.
    """
    back_to = frame.run.back_to
    if back_to is None:
        return False
    found = _asked_again(frame, back_to)
    if not found:
        return False
    frame.move(state=Run.State.RUNNING, step=back_to["step"], round_=back_to["round"])
    copies: dict[int, Task] = {}
    for before, assignee in found:
        waits = str(before.uuid) in back_to["waiting"]
        copies[before.pk] = _ask_again(frame, before, assignee, copies, waits=waits)
    engine.next_turn(frame)
    fill_step(frame)
    return True


def _asked_again(frame: Frame, back_to: Mapping[str, Any]) -> list[tuple[Task, Assignee]]:
    found: list[tuple[Task, Assignee]] = []
    taken: set[int] = set()
    kept: set[int] = set()
    by_uuid = {str(task.uuid): task for task in frame.tasks}
    waiting = set(back_to["waiting"])
    befores = [by_uuid[uuid] for uuid in back_to["tasks"]]
    for before in sorted(befores, key=lambda one: _waits_behind(one, waiting)):
        if _waits_behind(before, waiting) and before.parent_id not in kept:
            continue  # whoever asked for this signer is not asked again
        assignee = whoever_is_there(frame, before, taken)
        if assignee:
            found.append((before, assignee))
            taken.add(assignee.user.pk)
            kept.add(before.pk)
    return found


def _waits_behind(before: Task, waiting: set[str]) -> bool:
    return before.kind == Task.Kind.AFTER and str(before.uuid) in waiting


def _ask_again(frame: Frame, before: Task, assignee: Assignee, copies: Mapping[int, Task], *, waits: bool) -> Task:
    """Ask anew what an earlier task asked; of its limit, what was left is left."""
    assert before.closed_at is not None
    parent = copies.get(before.parent_id or 0, before.parent)
    due = NO_LIMIT
    if not waits:
        stopped = (before.due_at, before.closed_at)
        step = frame.definition.steps[before.step]
        due = resumed(step, frame.item.urgency, stopped, frame.moment, glossary.TO_REVISE)
    return frame.open(assignee, Task.Kind(before.kind), due, parent=parent, asked_by=before.asked_by, waiting=waits)
