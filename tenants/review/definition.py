"""What a flow says: steps for posts, conditions, limits. Parsed from JSON, checked in words for administrators.

`parse` refuses at the first fault and names the step and the reason; nothing unknown is ignored, so a misspelt key is
found before an item runs into it.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from tenants.items.models import Source, SubmitterKind, Urgency
from zhitong.core.errors import InvalidInput

E = TypeVar("E", bound=StrEnum)
MAX_STEPS = 20
MAX_BYTES = 64 * 1024
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FLOW_KEYS = {"steps", "when"}
_STEP_KEYS = {
    "key", "name", "kind", "posts", "mode", "n", "limit_days", "limit_hours", "on_empty", "when", "checklist",
}  # fmt: skip


class Mode(StrEnum):
    """How many of a step's holders must pass."""

    ANY = "any"
    ALL = "all"
    IN_ORDER = "in_order"
    N_OF_M = "n_of_m"


MODE_WORDS = {Mode.ANY: "或签", Mode.ALL: "会签", Mode.IN_ORDER: "依次", Mode.N_OF_M: "票签"}


class OnEmpty(StrEnum):
    """What happens when nobody can decide a step."""

    SKIP = "skip"
    ADMINISTRATOR = "administrator"


FIELD_WORDS = {"submitter_kind": "反映主体", "urgency": "紧急程度", "category": "类别", "source": "来源"}
_VALUES: dict[str, Collection[str] | None] = {
    "submitter_kind": SubmitterKind.values,
    "urgency": Urgency.values,
    "category": None,  # categories are the unit's own words
    "source": Source.values,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One field of the item is one of some values."""

    field: str
    values: tuple[str, ...]

    def holds(self, facts: Mapping[str, str]) -> bool:
        """Return whether the item's facts meet it."""
        return facts.get(self.field, "") in self.values


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `posts` in their order, `n` only for `n_of_m`; limits None mean no limit of that sort."""

    key: str
    name: str
    kind: str
    posts: tuple[str, ...]
    mode: Mode
    n: int
    limit_days: int | None
    limit_hours: int | None
    on_empty: OnEmpty
    when: tuple[Condition, ...]
    checklist: str

    def applies(self, facts: Mapping[str, str]) -> bool:
        """Return whether an item with these facts passes through this step."""
        return all(condition.holds(facts) for condition in self.when)


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole flow: which items it takes (`when`, all of them when empty) and its steps in order."""

    steps: tuple[Step, ...]
    when: tuple[Condition, ...]

    def takes(self, facts: Mapping[str, str]) -> bool:
        """Return whether the flow's own conditions hold for an item."""
        return all(condition.holds(facts) for condition in self.when)

    def path(self, facts: Mapping[str, str]) -> list[tuple[int, Step]]:
        """Return the steps an item with these facts passes, with their places in the whole flow."""
        return [(place, step) for place, step in enumerate(self.steps) if step.applies(facts)]

    def place_of(self, key: str) -> int | None:
        """Return the place of the step named `key`, None when there is none."""
        return next((place for place, step in enumerate(self.steps) if step.key == key), None)


def parse(data: Any, known_posts: Collection[str] | None = None) -> Definition:
    """Return the checked definition.

    Args:
        data: the JSON value (module docstring of `models` shows its shape).
        known_posts: codes of the unit's posts; None leaves posts unchecked (a frozen version of an old run).

    Raises:
        InvalidInput: naming the step (counted from 1) and the reason, under the field `definition`.
    """
    if len(json.dumps(data, ensure_ascii=False, default=str).encode()) > MAX_BYTES:
        _refuse(f"流程定义过大，最多 {MAX_BYTES // 1024} KB。")
    flow = _mapping(data, "流程", _FLOW_KEYS)
    raw = flow.get("steps")
    if not isinstance(raw, list) or not raw:
        _refuse("流程至少要有一步。")
    if len(raw) > MAX_STEPS:
        _refuse(f"流程有 {len(raw)} 步，最多 {MAX_STEPS} 步。")
    steps = tuple(_step(entry, number, known_posts) for number, entry in enumerate(raw, 1))
    _unique([step.key for step in steps], "代号")
    _unique([step.name for step in steps], "名称")
    if all(step.when for step in steps):
        _refuse("每一步都带条件，会有信息无人审核：请至少留一步不带条件。")
    return Definition(steps, _conditions(flow.get("when", []), "流程"))


def _step(entry: Any, number: int, known_posts: Collection[str] | None) -> Step:
    where = f"第 {number} 步"
    raw = _mapping(entry, where, _STEP_KEYS)
    name = _text(raw, "name", where, 40)
    where = f"{where}“{name}”"
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        _refuse(f"{where}的代号（key）要用小写英文字母开头，只含字母、数字和下划线，最长 40 个字符。")
    mode = _choice(raw, "mode", where, Mode, Mode.ANY)
    return Step(
        key=key,
        name=name,
        kind=_optional_text(raw, "kind", where),
        posts=_posts(raw, where, known_posts),
        mode=mode,
        n=_votes(raw, where, mode),
        limit_days=_limit(raw, "limit_days", where, 365),
        limit_hours=_limit(raw, "limit_hours", where, 24 * 30),
        on_empty=_choice(raw, "on_empty", where, OnEmpty, OnEmpty.ADMINISTRATOR),
        when=_conditions(raw.get("when", []), where),
        checklist=_optional_text(raw, "checklist", where),
    )


def _posts(raw: Mapping[str, Any], where: str, known: Collection[str] | None) -> tuple[str, ...]:
    posts = raw.get("posts")
    if not isinstance(posts, list) or not posts or not all(isinstance(post, str) for post in posts):
        _refuse(f"{where}没有写明由哪个岗位办（posts）。")
    if len(set(posts)) != len(posts):
        _refuse(f"{where}的岗位写重了。")
    unknown = [post for post in posts if known is not None and post not in known]
    if unknown:
        _refuse(f"{where}的岗位“{unknown[0]}”本单位没有，请先在“人员”里设这个岗位。")
    return tuple(posts)


def _votes(raw: Mapping[str, Any], where: str, mode: Mode) -> int:
    n = raw.get("n")
    if mode is not Mode.N_OF_M:
        if n is not None:
            _refuse(f"{where}写了票数（n），但办法不是票签（n_of_m）。")
        return 0
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= 99:
        _refuse(f"{where}是票签，要写明几票通过（n，1 到 99）。")
    return n


def _limit(raw: Mapping[str, Any], name: str, where: str, most: int) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        _refuse(f"{where}的时限（{name}）要是 1 到 {most} 的整数。")
    return value


def _conditions(raw: Any, where: str) -> tuple[Condition, ...]:
    if not isinstance(raw, list):
        _refuse(f"{where}的条件（when）要是一个列表。")
    return tuple(_condition(entry, where) for entry in raw)


def _condition(entry: Any, where: str) -> Condition:
    raw = _mapping(entry, f"{where}的条件", {"field", "in"})
    field, values = raw.get("field"), raw.get("in")
    if field not in _VALUES:
        _refuse(f"{where}的条件“{field}”不认识，可用：{'、'.join(_VALUES)}。")
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        _refuse(f"{where}的条件“{FIELD_WORDS[field]}”没有写明取值（in）。")
    known = _VALUES[field]
    wrong = [value for value in values if known is not None and value not in known]
    if wrong:
        _refuse(f"{where}的条件“{FIELD_WORDS[field]}”没有“{wrong[0]}”这个取值。")
    return Condition(field, tuple(values))


def _mapping(value: Any, where: str, keys: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _refuse(f"{where}的写法不对：应是一组“名称: 值”。")
    unknown = sorted(str(key) for key in value if key not in keys)
    if unknown:
        _refuse(f"{where}有不认识的项“{unknown[0]}”。")
    return value


def _text(raw: Mapping[str, Any], name: str, where: str, most: int) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip():
        _refuse(f"{where}没有名称（{name}）。")
    if len(value) > most:
        _refuse(f"{where}的名称有 {len(value)} 个字，最多 {most} 个。")
    return value.strip()


def _optional_text(raw: Mapping[str, Any], name: str, where: str) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str) or len(value) > 40:
        _refuse(f"{where}的“{name}”要是不超过 40 个字的文字。")
    return value


def _choice(raw: Mapping[str, Any], name: str, where: str, kind: type[E], default: E) -> E:
    value = raw.get(name, default)
    try:
        return kind(value)
    except ValueError:
        _refuse(f"{where}的“{name}”不能是“{value}”，可用：{'、'.join(kind)}。")


def _unique(values: list[str], word: str) -> None:
    for place, value in enumerate(values):
        if value in values[:place]:
            _refuse(f"第 {values.index(value) + 1} 步和第 {place + 1} 步的{word}都是“{value}”，不能重复。")


def _refuse(message: str) -> NoReturn:
    raise InvalidInput(message, fields={"definition": [message]}, code="review.definition")
