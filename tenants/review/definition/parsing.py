"""From JSON to a checked `Definition`. It refuses with every fault it can tell, each with its step and the reason.

A fault hides only what cannot be told without it: where steps lead while one has no sound key, what lies in a value of
the wrong shape, and, as long as anything is wrong, whether every step is reached.

Nothing unknown is ignored, so a misspelt key is found before an item runs into it. The shape of a step:

    {"key", "name", "kind", "who": [{"kind", …}] or "posts": [code], "mode", "n" or "percent", "limit_days",
     "limit_hours", "remind_hours", "on_empty", "on_late", "late_to": [who], "when": [condition],
     "next": [{"to": key or "end", "when": [condition]}], "checklist", "collator": [who], "cc": [who], "may": [verb],
     "asks_destination", "asks_difficulty", "verifying_pauses"}

A condition is `{"field", "in": [...]}` or `{"field", "not_in": [...]}`; `posts` is short for `who` of posts.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tenants.review.definition.model import Definition, Step, Who
from tenants.review.definition.pieces import END, Fault, Faults, Path, conditions, flag, refuse, shaped, strangers, text
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
        InvalidInput: under the field `definition` each fault with its step (counted from 1) and the reason.
    """
    found = parse_located(data, known_posts)
    if isinstance(found, Faults):
        raise refusal([fault.message for fault in found])
    return found


def parse_who(data: Any) -> Who:
    """Return one entry of those asked, by itself; whether the unit has such a post or group is not looked at.

    Raises:
        InvalidInput: it is no such entry.
    """
    try:
        return StepReader({}, 0, None, [("", "")], {}, Faults()).entry(data, ())
    except Fault as fault:
        raise refusal([fault.message]) from None


def faults_of(data: Any, known_posts: Collection[str] | None = None) -> Faults:
    """Return the faults of a definition with their places, none when `parse` would take it."""
    found = parse_located(data, known_posts)
    return found if isinstance(found, Faults) else Faults()


def refusal(messages: Sequence[str]) -> InvalidInput:
    """Return the refusal of a wrong definition."""
    head = messages[0] if len(messages) == 1 else f"有 {len(messages)} 处不对。第一处：{messages[0]}"
    return InvalidInput(head, fields={"definition": list(messages)}, code="review.definition")


def parse_located(data: Any, known_posts: Collection[str] | None) -> Definition | Faults:
    """As `parse`, but return what is wrong with the path of each value."""
    faults = Faults()
    found = faults.attempt(_parse, data, known_posts, faults)
    return faults if faults or found is None else found


def _parse(data: Any, known_posts: Collection[str] | None, faults: Faults) -> Definition | None:
    if len(json.dumps(data, ensure_ascii=False, default=str).encode()) > MAX_BYTES:
        refuse(f"流程定义过大，最多 {MAX_BYTES // 1024} KB。", ())
    if known_posts is not None:
        _legible(data, (), faults)
    flow = shaped(data, "流程", ())
    faults += strangers(flow, "流程", _FLOW_KEYS, ())
    raw = flow.get("steps")
    if not isinstance(raw, list) or not raw:
        refuse("流程至少要有一步。", ("steps",))
    if len(raw) > MAX_STEPS:
        refuse(f"流程有 {len(raw)} 步，最多 {MAX_STEPS} 步。", ("steps",))
    heads = [_head(entry, place, faults) for place, entry in enumerate(raw)]
    _unique([key for key, _ in heads], "代号", "key", faults)
    _unique([name for _, name in heads], "名称", "name", faults)
    places = {key: place for place, (key, _) in enumerate(heads) if key}
    steps = [
        StepReader(entry, place, known_posts, heads, places if len(places) == len(raw) else None, faults).read()
        for place, entry in enumerate(raw)
        if isinstance(entry, dict)
    ]
    when = faults.attempt(conditions, flow.get("when", []), "流程", ("when",), faults)
    ask_once = faults.attempt(flag, flow, "ask_once", "流程", ())
    if faults or when is None or ask_once is None:
        return None
    if all(step.when for step in steps):
        refuse("每一步都带条件，会有信息无人审核：请至少留一步不带条件。", ("steps",))
    _reachable(steps, faults)
    return Definition(tuple(steps), when, ask_once)


def _legible(value: Any, path: Path, faults: Faults) -> None:
    """Note texts with control characters, wherever they stand: no reader sees them, and the database takes no NUL."""
    if isinstance(value, str):
        try:
            clean(value)
        except ValueError as error:
            faults.append(Fault(f"“{path[-1] if path else '流程'}”里有不能用的字符：{error}", path))
    elif isinstance(value, dict):
        for name, one in value.items():
            _legible(name, (*path, "?"), faults)
            _legible(one, (*path, name), faults)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _legible(one, (*path, place), faults)


def _head(entry: Any, place: int, faults: Faults) -> tuple[str, str]:
    """Return key and name of a step, each empty where it is wrong."""
    path: Path = ("steps", place)
    where = f"第 {place + 1} 步"
    raw = faults.attempt(shaped, entry, where, path)
    if raw is None:
        return "", ""
    faults += strangers(raw, where, STEP_KEYS, path)
    name = faults.attempt(text, raw, "name", where, 40, path) or ""
    return faults.attempt(_key, raw, f"{where}“{name}”" if name else where, (*path, "key")) or "", name


def _key(raw: Mapping[str, Any], where: str, path: Path) -> str:
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key == END:
        refuse(f"{where}的代号（key）要用小写英文字母开头，只含字母、数字和下划线，最长 40 个字符。", path)
    return key


def _reachable(steps: Sequence[Step], faults: Faults) -> None:
    reached = {0}
    for place, step in enumerate(steps):
        if place in reached:
            reached |= {link.to for link in step.links if link.to is not None}
    faults += [
        Fault(f"第 {place + 1} 步“{step.name}”走不到：前面没有一步通向它。", ("steps", place))
        for place, step in enumerate(steps)
        if place not in reached
    ]


def _unique(values: list[str], word: str, name: str, faults: Faults) -> None:
    faults += [
        Fault(
            f"第 {values.index(value) + 1} 步和第 {place + 1} 步的{word}都是“{value}”，不能重复。",
            ("steps", place, name),
        )
        for place, value in enumerate(values)
        if value and value in values[:place]
    ]
