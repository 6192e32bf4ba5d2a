"""From JSON to a checked `Definition`. It refuses at the first fault and names the step and the reason.

Nothing unknown is ignored, so a misspelt key is found before an item runs into it. The shape of a step:

    {"key", "name", "kind", "who": [{"kind", …}] or "posts": [code], "mode", "n" or "percent", "limit_days",
     "limit_hours", "remind_hours", "on_empty", "on_late", "late_to": [who], "when": [condition],
     "next": [{"to": key or "end", "when": [condition]}], "checklist", "collator": [who], "cc": [who], "may": [verb],
     "asks_destination", "asks_difficulty", "verifying_pauses"}

A condition is `{"field", "in": [...]}` or `{"field", "not_in": [...]}`; `posts` is short for `who` of posts.
"""

import json
import re
from collections.abc import Collection
from typing import Any

from tenants.review.definition.model import Definition, Step, Who
from tenants.review.definition.pieces import END, Fault, Path, conditions, flag, mapping, refuse, text
from tenants.review.definition.step_reading import STEP_KEYS, StepReader
from zhitong.core.errors import InvalidInput
from zhitong.core.text import clean

MAX_STEPS = 20
MAX_BYTES = 64 * 1024
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FLOW_KEYS = {"steps", "when", "ask_once"}


def parse(data: Any, known_posts: Collection[str] | None = None) -> Definition:
    """Return the checked definition.

    Args:
        data: the JSON value (module docstring shows its shape).
        known_posts: codes of the unit's posts; None leaves posts and the letters of texts unchecked (a frozen version
            of an old run).

    Raises:
        InvalidInput: naming the step (counted from 1) and the reason, under the field `definition`.
    """
    try:
        return parse_located(data, known_posts)
    except Fault as fault:
        raise refusal(fault.message) from None


def parse_who(data: Any) -> Who:
    """Return one entry of those asked, by itself; whether the unit has such a post or group is not looked at.

    Raises:
        InvalidInput: it is no such entry.
    """
    try:
        return StepReader({}, 0, None, [("", "")], {}).entry(data, ())
    except Fault as fault:
        raise refusal(fault.message) from None


def fault_of(data: Any, known_posts: Collection[str] | None = None) -> Fault | None:
    """Return the first fault of a definition with its place, None when `parse` would take it."""
    try:
        parse_located(data, known_posts)
    except Fault as fault:
        return fault
    return None


def refusal(message: str) -> InvalidInput:
    """Return the refusal of a wrong definition."""
    return InvalidInput(message, fields={"definition": [message]}, code="review.definition")


def parse_located(data: Any, known_posts: Collection[str] | None) -> Definition:
    """As `parse`, but a fault carries the path of the value that is wrong.

    Raises:
        Fault: at the first thing that is wrong.
    """
    if len(json.dumps(data, ensure_ascii=False, default=str).encode()) > MAX_BYTES:
        refuse(f"流程定义过大，最多 {MAX_BYTES // 1024} KB。", ())
    if known_posts is not None:
        _legible(data, ())
    flow = mapping(data, "流程", _FLOW_KEYS, ())
    raw = flow.get("steps")
    if not isinstance(raw, list) or not raw:
        refuse("流程至少要有一步。", ("steps",))
    if len(raw) > MAX_STEPS:
        refuse(f"流程有 {len(raw)} 步，最多 {MAX_STEPS} 步。", ("steps",))
    heads = [_head(entry, place) for place, entry in enumerate(raw)]
    _unique([key for key, _ in heads], "代号", "key")
    _unique([name for _, name in heads], "名称", "name")
    places = {key: place for place, (key, _) in enumerate(heads)}
    steps = tuple(StepReader(entry, place, known_posts, heads, places).read() for place, entry in enumerate(raw))
    if all(step.when for step in steps):
        refuse("每一步都带条件，会有信息无人审核：请至少留一步不带条件。", ("steps",))
    _reachable(steps)
    return Definition(steps, conditions(flow.get("when", []), "流程", ("when",)), flag(flow, "ask_once", "流程", ()))


def _legible(value: Any, path: Path) -> None:
    """Refuse texts with control characters, wherever they stand: no reader sees them, and the database takes no NUL."""
    if isinstance(value, str):
        try:
            clean(value)
        except ValueError as error:
            refuse(f"“{path[-1] if path else '流程'}”里有不能用的字符：{error}", path)
    elif isinstance(value, dict):
        for name, one in value.items():
            _legible(name, (*path, "?"))
            _legible(one, (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _legible(one, (*path, place))


def _head(entry: Any, place: int) -> tuple[str, str]:
    path: Path = ("steps", place)
    raw = mapping(entry, f"第 {place + 1} 步", STEP_KEYS, path)
    name = text(raw, "name", f"第 {place + 1} 步", 40, path)
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key == END:
        refuse(
            f"第 {place + 1} 步“{name}”的代号（key）要用小写英文字母开头，只含字母、数字和下划线，最长 40 个字符。",
            (*path, "key"),
        )
    return key, name


def _reachable(steps: tuple[Step, ...]) -> None:
    reached = {0}
    for place, step in enumerate(steps):
        if place in reached:
            reached |= {link.to for link in step.links if link.to is not None}
    lost = next((place for place in range(len(steps)) if place not in reached), None)
    if lost is not None:
        refuse(f"第 {lost + 1} 步“{steps[lost].name}”走不到：前面没有一步通向它。", ("steps", lost))


def _unique(values: list[str], word: str, name: str) -> None:
    for place, value in enumerate(values):
        if value in values[:place]:
            refuse(
                f"第 {values.index(value) + 1} 步和第 {place + 1} 步的{word}都是“{value}”，不能重复。",
                ("steps", place, name),
            )
