"""The three-section text of an item: cleaning, counting, limits, what is missing. No database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from zhitong.core import text
from zhitong.core.errors import InvalidInput

TITLE_LIMIT = 100
TITLE_CAP = 300  # of the column: a draft keeps a title that is over the limit
SECTION_CAP = 20_000  # characters of one section that a draft may hold; the unit's own limit counts at submission
LABELS = {"title": "标题", "problem": "情况反映", "analysis": "原因分析", "suggestions": "意见建议"}
# A circular is written in the same three sections under heads of its own.
CIRCULAR_LABELS = {"title": "标题", "problem": "总体情况", "analysis": "主要特点", "suggestions": "下一步要求"}
CIRCULAR_LIMIT = 4_800  # characters of its three sections: with their heads they fit a paper of the network
SECTIONS = ("problem", "analysis", "suggestions")
REQUIRED = ("title", "problem", "suggestions")
_CHARACTERS_A_MINUTE = 500  # of a practised reader of such papers


class HasTexts(Protocol):
    """An item, an edition, or anything else that carries the four texts."""

    title: Any
    problem: Any
    analysis: Any
    suggestions: Any


@dataclass(frozen=True, slots=True)
class Texts:
    """Title and sections, cleaned."""

    title: str
    problem: str = ""
    analysis: str = ""
    suggestions: str = ""

    @classmethod
    def of(cls, source: HasTexts) -> "Texts":
        """Return the texts that `source` carries."""
        return cls(source.title, source.problem, source.analysis, source.suggestions)

    @classmethod
    def cleaned(cls, values: Mapping[str, Any], labels: Mapping[str, str] = LABELS) -> "Texts":
        """Return texts from raw input; `labels` say what the parts are called.

        Raises:
            InvalidInput: a text holds control characters or is beyond all bounds; `fields` names each.
        """
        return cls(**clean_fields({name: values.get(name) or "" for name in LABELS}, labels))

    @property
    def length(self) -> int:
        """The reader's count of the three sections together; the title is not counted."""
        return length_of(getattr(self, name) for name in SECTIONS)

    def as_dict(self) -> dict[str, str]:
        """Return the texts by field name."""
        return {name: getattr(self, name) for name in LABELS}

    def require_complete(self, limit: int, labels: Mapping[str, str] = LABELS) -> None:
        """Refuse texts that lack a required part or are over a limit; nothing is ever cut.

        Args:
            limit: characters that the three sections may hold together (the unit's setting).
            labels: what the parts are called.

        Raises:
            InvalidInput: `fields` says what is missing and how much is too long.
        """
        fields = {name: [f"请填写{labels[name]}。"] for name in REQUIRED if not getattr(self, name)}
        if len(self.title) > TITLE_LIMIT:
            over = len(self.title) - TITLE_LIMIT
            fields["title"] = [f"标题连空格 {len(self.title)} 字，最多 {TITLE_LIMIT} 字，请删去 {over} 字。"]
        if "\n" in self.title:
            fields["title"] = ["标题请写成一行。"]
        over = self.length - limit
        if over > 0:
            longest = max(SECTIONS, key=lambda name: text.count(getattr(self, name)))
            fields.setdefault(longest, []).append(f"正文共 {self.length:,} 字，最多 {limit:,} 字，请删去 {over:,} 字。")
        if fields:
            raise InvalidInput(_summary(fields, labels), fields=fields, code="items.incomplete")


def missing(source: HasTexts) -> list[str]:
    """Return the names of the required parts that are still empty, in the order of the form."""
    return [name for name in REQUIRED if not getattr(source, name).strip()]


def length_of(sections: Iterable[str]) -> int:
    """Return the reader's count of several texts together."""
    return sum(text.count(section) for section in sections)


def clean_fields(values: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str]:
    """Return the texts cleaned.

    Raises:
        InvalidInput: `fields` names each text that is no text, holds control characters, or is longer than
            `SECTION_CAP` characters (a title: `TITLE_CAP`); the message says which.
    """
    cleaned: dict[str, str] = {}
    fields: dict[str, list[str]] = {}
    for name, value in values.items():
        try:
            cleaned[name] = clean_text(value)
            if name == "title" and len(cleaned[name]) > TITLE_CAP:
                raise ValueError(f"共 {len(cleaned[name]):,} 字，最多 {TITLE_LIMIT} 字，请删减。")
        except ValueError as error:
            fields[name] = [str(error)]
    if fields:
        first = next(iter(fields))
        raise InvalidInput(f"{labels.get(first, first)}：{fields[first][0]}", fields=fields)
    return cleaned


def clean_text(value: Any) -> str:
    """Return one text cleaned.

    Raises:
        ValueError: no text, control characters, or beyond `SECTION_CAP`; the message (Chinese) says which.
    """
    if not isinstance(value, str):
        raise ValueError("请填写文字。")
    if len(value) > SECTION_CAP * 5:  # counting clusters of megabytes would cost seconds
        raise ValueError(f"太长了，一项最多 {SECTION_CAP:,} 字。")
    cleaned = text.clean(value)
    if len(cleaned) > SECTION_CAP:
        raise ValueError(f"共 {len(cleaned):,} 字，一项最多 {SECTION_CAP:,} 字，请删减或分成几篇。")
    return cleaned


def _summary(fields: Mapping[str, list[str]], labels: Mapping[str, str]) -> str:
    empty = [labels[name] for name in REQUIRED if fields.get(name) == [f"请填写{labels[name]}。"]]
    if len(empty) == len(fields):
        return f"还差{'、'.join(empty)}，补上就可以提交。"
    return " ".join(message for messages in fields.values() for message in messages)


def minutes_to_read(length: int) -> str:
    """Return how long reading so many characters takes, in words: 半分钟, 2 分钟."""
    minutes = round(length / _CHARACTERS_A_MINUTE)
    return f" {minutes} 分钟" if minutes else "半分钟"


def reading_words(length: int) -> str:
    """Return how long a text is and how long reading it takes: 244 字，约半分钟."""
    return f"{length:,} 字，约{minutes_to_read(length)}"
