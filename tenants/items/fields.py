"""What may be changed on a draft: raw values (of a form, of the API, of a file) in, clean columns out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.accounts.models import Group
from tenants.items import texts
from tenants.items.models import Source, SubmitterKind, Urgency
from zhitong.core.errors import InvalidInput
from zhitong.core.text import whole_number

# The fields of work a unit sorts its items by; a unit may still write another one.
CATEGORIES = (
    "经济建设", "政治建设", "文化建设", "社会建设", "生态文明建设", "党的建设", "农业农村", "科技教育", "医疗卫生",
    "城乡建设", "交通运输", "社会治理", "民生保障", "统战侨务", "其他",
)  # fmt: skip
# The category of every circular, so that a unit can give them a chain of their own.
CIRCULARS = "通报"
_SHORT = {"category": ("类别", 20), "not_public_reason": ("不公开的理由", 100), "remark": ("备注", 200)}
_CHOICES = {
    "submitter_kind": ("反映主体", SubmitterKind.values),
    "urgency": ("紧急程度", Urgency.values),
    "source": ("来源", Source.values),
}
_KEYWORDS, _KEYWORD_LENGTH = 8, 20
EDITABLE = (*texts.LABELS, *_SHORT, *_CHOICES, "keywords", "may_publish", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorInput:
    """One author as asked for: an account of the unit (`user`), or a name with its words."""

    user: UUID | None = None
    name: str = ""
    duty: str = ""
    sector: str = ""
    party: str = ""
    rank: str = ""
    contact: str = ""


AUTHOR_WORDS = {
    "name": ("姓名", 60), "duty": ("职务", 60), "sector": ("界别", 60), "party": ("党派", 20),
    "rank": ("委员层级", 10), "contact": ("联系方式", 60),
}  # fmt: skip


def clean_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return clean columns for the named fields; fields that are not named stay as they are.

    Raises:
        InvalidInput: `fields` says what is wrong with each; an unknown field is refused too.
    """
    columns: dict[str, Any] = {}
    fields: dict[str, list[str]] = {}
    for name, value in changes.items():
        try:
            columns[name] = _cleaner_of(name)(value)
        except ValueError as error:
            fields[name] = [str(error)]
    if fields:
        raise InvalidInput(" ".join(f"{_label(name)}：{words[0]}" for name, words in fields.items()), fields=fields)
    return columns


def short_text(value: Any, limit: int) -> str:
    """Return a one-line text of at most `limit` characters; None is empty.

    Raises:
        ValueError: it is longer, or holds control characters; the message (Chinese) says so.
    """
    cleaned = re.sub(r"\s*\n\s*", " ", texts.clean_text("" if value is None else value))
    if len(cleaned) > limit:
        raise ValueError(f"共 {len(cleaned):,} 字，最多 {limit} 字。")
    return cleaned


def _cleaner_of(name: str) -> Callable[[Any], Any]:
    if name == "title":
        return lambda value: short_text(value, texts.TITLE_CAP)
    if name in texts.LABELS:
        return lambda value: texts.clean_text("" if value is None else value)
    if name in _SHORT:
        return lambda value: short_text(value, _SHORT[name][1])
    if name in _CHOICES:
        return lambda value: _choice(value, _CHOICES[name][1])
    special: dict[str, Callable[[Any], Any]] = {"keywords": _keywords, "may_publish": _truth, "group": _group}
    return special.get(name, _unknown)


def _label(name: str) -> str:
    if name in texts.LABELS:
        return texts.LABELS[name]
    named = _SHORT.get(name) or _CHOICES.get(name)
    return named[0] if named else {"keywords": "关键词", "may_publish": "可否公开", "group": "所属"}.get(name, name)


def _choice(value: Any, allowed: list[str]) -> str:
    if value not in allowed:
        raise ValueError("请选择列表中的一项。")
    return str(value)


def _keywords(value: Any) -> list[str]:
    parts = re.split(r"[\s,，、;；]+", value) if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError("请用顿号或空格分开。")
    words = list(dict.fromkeys(word for part in parts if (word := short_text(part, 1000))))
    if len(words) > _KEYWORDS:
        raise ValueError(f"共 {len(words)} 个，最多 {_KEYWORDS} 个。")
    long = next((word for word in words if len(word) > _KEYWORD_LENGTH), "")
    if long:
        raise ValueError(f"“{long[:_KEYWORD_LENGTH]}…”太长，每个最多 {_KEYWORD_LENGTH} 字。")
    return words


def _truth(value: Any) -> bool:
    if value in (True, "true", "on", "1", 1):
        return True
    if value in (False, "false", "", "0", 0, None):
        return False
    raise ValueError("请选择可公开或不公开。")


def _group(value: Any) -> Group | None:
    if value in (None, ""):
        return None
    if isinstance(value, Group):
        value = value.pk
    key = whole_number(str(value))
    found = Group.objects.filter(pk=key).first() if key is not None else None
    if found is None:
        raise ValueError("没有这个界别、专委会或联络组。")
    return found


def _unknown(_value: Any) -> Any:
    raise ValueError("没有这一项。")
