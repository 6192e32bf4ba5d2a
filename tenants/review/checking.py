"""Checklists at a step: what must be answered, and the answers as they are kept on the task."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tenants.review.definition import Step
from tenants.review.models import Checklist, Task
from zhitong.core.errors import InvalidInput
from zhitong.core.text import clean

_NOTE_LIMIT = 200


def current(code: str) -> Checklist | None:
    """Return the latest edition of a checklist, None when the unit has none of that code."""
    return Checklist.objects.filter(code=code).order_by("-edition").first()


def answered(step: Step, checks: Mapping[str, Any], moment: datetime) -> dict[str, Any] | None:
    """Return answers as a task keeps them, with the words of the lines; None at a step without checklist.

    Args:
        checks: `{line key: {"ok": bool, "note": str}}`; lines left out are not answered yet.

    Raises:
        InvalidInput: under `checklist`: an unknown line, or a note that is no clean short text.
    """
    checklist = current(step.checklist) if step.checklist else None
    if checklist is None:
        return None
    unknown = set(checks) - {line["key"] for line in checklist.lines}
    if unknown:
        raise _bad("检查单刚换了新版，请刷新后再填。")
    lines = [_line(line, checks.get(line["key"])) for line in checklist.lines]
    return {
        "code": checklist.code,
        "edition": checklist.edition,
        "name": checklist.name,
        "lines": lines,
        "at": moment.isoformat(),
    }


def require_answered(step: Step, task: Task) -> None:
    """Refuse to pass a task whose step demands a checklist that is not answered; a "no" needs a note.

    Raises:
        InvalidInput: under `checklist`, naming the first line that is open.
    """
    if not step.checklist or task.kind != Task.Kind.DECIDE:
        return
    checklist = current(step.checklist)
    if checklist is None:
        return  # the unit has no such list any more: the flow's own check tells its administrator
    given = {line["key"]: line for line in (task.checklist or {}).get("lines", [])}
    for line in checklist.lines:
        answer = given.get(line["key"])
        if answer is None or answer["ok"] is None:
            raise _bad(f"“{checklist.name}”还没有填完：{line['text']}。")
        if answer["ok"] is False and not answer["note"]:
            raise _bad(f"“{checklist.name}”里“{line['text']}”不符合，请写明情况。")


def _line(line: Mapping[str, str], answer: Any) -> dict[str, Any]:
    if answer is None:
        return {**line, "ok": None, "note": ""}
    if not isinstance(answer, Mapping) or not isinstance(answer.get("ok"), bool):
        raise _bad(f"“{line['text']}”请选择符合或不符合。")
    try:
        note = clean(str(answer.get("note", "")))
    except ValueError as error:
        raise _bad(str(error)) from error
    if len(note) > _NOTE_LIMIT:
        raise _bad(f"“{line['text']}”的说明有 {len(note)} 字，最多 {_NOTE_LIMIT} 字。")
    return {**line, "ok": answer["ok"], "note": note}


def _bad(message: str) -> InvalidInput:
    return InvalidInput(message, fields={"checklist": [message]}, code="review.checklist")
