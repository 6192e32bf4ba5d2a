"""A raw row into an archive row: cleaned texts, authors, the moment, what became of it, and what is remarkable."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from tenants.items.fields import clean_changes, short_text
from tenants.items.imports import sections
from tenants.items.imports.columns import IN_REMARK
from tenants.items.imports.dates import moment_of
from tenants.items.models import State, SubmitterKind, Urgency
from tenants.items.texts import LABELS, REQUIRED, TITLE_LIMIT, Texts
from zhitong.core.errors import InvalidInput
from zhitong.core.tables import RawRow
from zhitong.exchange.models import AdoptionMode

_KINDS = {"member": SubmitterKind.MEMBER, "organization": SubmitterKind.PARTY, "organisation": SubmitterKind.PARTY}
_REMARK_LIMIT, _NAME_LIMIT, _AUTHORS_LIMIT, _KEY_LIMIT = 200, 60, 20, 80
_BETWEEN_NAMES = re.compile(r"[、,，;；/\n\t]+|\s{2,}|(?<=[一-鿿]{2})\s(?=[一-鿿]{2})")


class Outcome(Enum):
    """What a row says became of the item: end state and adoption mode."""

    FILED = (State.APPROVED, None)
    SINGLE = (State.APPROVED, AdoptionMode.SINGLE)
    MERGED = (State.APPROVED, AdoptionMode.MERGED)
    PASSED_ON = (State.APPROVED, AdoptionMode.PASSED_ON)
    DECLINED = (State.DECLINED, None)
    KEPT = (State.KEPT, None)

    @property
    def state(self) -> State:
        """The state of the archived item."""
        return State(self.value[0])

    @property
    def mode(self) -> AdoptionMode | None:
        """How it was adopted, None when the row does not say so."""
        return AdoptionMode(self.value[1]) if self.value[1] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRow:
    """What enters the archive. `key` makes a second run add nothing; `notes` are told to whoever imports."""

    line: int
    key: str
    texts: Texts
    moment: datetime
    authors: list[dict[str, str]]
    columns: dict[str, Any]
    outcome: Outcome
    notes: list[str] = field(default_factory=list)


def to_archive(row: RawRow) -> ArchiveRow:
    """Return the archive row of a raw one. Texts over the unit's limit are kept: an archive keeps what there was.

    Raises:
        ValueError: a title or date is missing, or a value cannot be kept; the message (Chinese) says which.
    """
    values = row.values
    notes: list[str] = []
    texts = _texts(values, notes)
    if "date" not in values:
        raise ValueError("没有来稿时间。")
    moment = moment_of(values["date"])
    authors = _authors(values, notes)
    return ArchiveRow(
        line=row.line,
        key=_key(values, texts, moment, authors),
        texts=texts,
        moment=moment,
        authors=authors,
        columns=_columns(values, notes),
        outcome=_outcome(values, notes),
        notes=notes,
    )


def _texts(values: dict[str, Any], notes: list[str]) -> Texts:
    raw = {name: _words(values, name) for name in LABELS}
    raw["title"] = re.sub(r"\s*[\r\n]+\s*", "", raw["title"].strip())  # a cell or a web page that broke the line
    whole = _words(values, "text")
    if whole and not any(raw[name] for name in LABELS if name != "title"):
        raw |= sections.split(whole)
        if not sections.has_heading(whole):
            notes.append("正文没有分段标题，全文录入“情况反映”。")
    try:
        texts = Texts.cleaned(raw)
    except InvalidInput as error:
        raise ValueError(error.message) from error
    if not texts.title:
        raise ValueError("没有标题。")
    if len(texts.title) > TITLE_LIMIT:
        raise ValueError(f"标题最多 {TITLE_LIMIT} 字，现在 {len(texts.title)} 字。")
    empty = [LABELS[name] for name in REQUIRED if not getattr(texts, name)]
    if empty and not any("全文录入" in note for note in notes):
        notes.append(f"没有“{'”“'.join(empty)}”部分。")
    return texts


def _authors(values: dict[str, Any], notes: list[str]) -> list[dict[str, str]]:
    named = values.get("authors") or values.get("author_id") or values.get("from_unit") or ""
    parts = named if isinstance(named, list) else _BETWEEN_NAMES.split(str(named))
    limits = (("duty", 60), ("sector", 60), ("party", 20))
    shared = {name: short_text(_words(values, name), limit) for name, limit in limits}
    authors = [words for part in parts if (words := _author(part, shared))]
    if not authors:
        notes.append("没有写明反映人。")
    if len(authors) > _AUTHORS_LIMIT:
        raise ValueError(f"反映人 {len(authors)} 人，最多 {_AUTHORS_LIMIT} 人。")
    return authors


def _author(part: Any, shared: dict[str, str]) -> dict[str, str] | None:
    if isinstance(part, dict):
        words = {name: short_text(str(part.get(name) or ""), 60) for name in ("name", "duty", "sector")}
        words["party"] = short_text(str(part.get("party") or ""), 20)
        return words if words["name"] else None
    name = short_text(str(part), _NAME_LIMIT)
    return {"name": name, **shared} if name else None


def _columns(values: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    kind = str(values.get("author_kind") or "")
    urgency = _choice(_words(values, "urgency"), Urgency)
    raw = {"category": _words(values, "category"), "keywords": values.get("keywords") or ""}
    try:
        columns = clean_changes(raw)
    except InvalidInput as error:
        raise ValueError(error.message) from error
    return columns | {
        "submitter_kind": _KINDS.get(kind) or _choice(kind, SubmitterKind) or SubmitterKind.MEMBER,
        "urgency": urgency or Urgency.ORDINARY,
        "from_unit": short_text(_words(values, "from_unit"), 40),
        "remark": _remark(values, notes),
    }


def _remark(values: dict[str, Any], notes: list[str]) -> str:
    said = [f"{label}：{_words(values, name)}" for name, label in IN_REMARK.items() if _words(values, name)]
    signatories = values.get("signatories")
    if isinstance(signatories, int) and signatories > 1:
        said.append(f"共 {signatories} 人署名")
    remark = "；".join(said)
    if len(remark) > _REMARK_LIMIT:
        notes.append(f"备注超过 {_REMARK_LIMIT} 字，没有录入：{remark}")
        return ""
    return short_text(remark, _REMARK_LIMIT)


def _outcome(values: dict[str, Any], notes: list[str]) -> Outcome:
    words = re.sub(r"\s", "", _words(values, "outcome"))
    if not words:
        return Outcome.FILED
    if re.search(r"未采|不采|没有采|^否$|^×$", words):
        return Outcome.DECLINED
    if "留存" in words:
        return Outcome.KEPT
    if "综合" in words or "合并" in words:
        return Outcome.MERGED
    if "转送" in words or "转报" in words:
        return Outcome.PASSED_ON
    if re.search(r"采用|单篇|刊用|^是$|^√$|^adopted$", words):
        return Outcome.SINGLE
    notes.append(f"看不懂采用情况“{words[:30]}”，没有登记采用。")
    return Outcome.FILED


def _choice(word: str, choices: Any) -> Any:
    return next((choice for choice in choices if word in (choice.value, choice.label)), None)


def _words(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        raise ValueError(f"“{name}”应是文字。")
    return str(value)


def _key(values: dict[str, Any], texts: Texts, moment: datetime, authors: list[dict[str, str]]) -> str:
    given = _words(values, "id").strip()
    if given and len(given) <= _KEY_LIMIT - 3:
        return f"id:{given}"
    parts = [given, moment.isoformat(), *texts.as_dict().values(), *(author["name"] for author in authors)]
    return "h:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
