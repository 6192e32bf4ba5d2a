"""Packets: what travels. A whitelist of fields, in one canonical form, with a hash that anyone can check."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from zhitong.core.errors import InvalidInput, Trace, WrongState
from zhitong.exchange.models import Assignment, Dispatch, Packet

TEXT_FIELDS = ("title", "problem", "analysis", "suggestions")
FIELDS = frozenset(
    {
        *TEXT_FIELDS,
        "category",
        "keywords",
        "urgency",
        "source",
        "submitter_kind",
        "authors",
        "under_pseudonym",
        "from_unit",
        "number_label",
    }
)
PSEUDONYM = "化名"
AUTHOR_FIELDS = frozenset({"name", "duty", "sector", "party", "rank", "contact"})


@dataclass(frozen=True, slots=True)
class GrantInput:
    """A file that goes along: its name, content hash, size in bytes and media type."""

    attachment_uuid: UUID
    name: str
    sha256: str
    size: int
    media_type: str


def build(content: dict[str, Any], *, with_contacts: bool) -> dict[str, Any]:
    """Return the whitelisted copy of `content`; authors' contacts only when the route allows them.

    Raises:
        InvalidInput: a field outside the whitelist, or a text without title.
    """
    unknown = set(content) - FIELDS
    if unknown:
        raise InvalidInput(f"报送内容里有不能外送的字段：{'、'.join(sorted(unknown))}。")
    if not content.get("title"):
        raise InvalidInput("没有标题的稿件不能报送。", fields={"title": ["请填写标题"]})
    allowed = AUTHOR_FIELDS if with_contacts else AUTHOR_FIELDS - {"contact"}
    authors = [{key: author[key] for key in allowed if key in author} for author in content.get("authors", [])]
    return {**content, "authors": authors}


def disguised(content: dict[str, Any]) -> dict[str, Any]:
    """Return `content` under a pseudonym (化名): one placeholder stands for all authors and what tells of them.

    Raises:
        InvalidInput: a text names one of the authors.
    """
    names = [author["name"] for author in content.get("authors", [])]
    named = sorted({name for name in names for text in TEXT_FIELDS if name in content.get(text, "")})
    if named:
        raise InvalidInput(
            f"文中写有反映人姓名“{'、'.join(named)}”，不能化名报送。",
            rule="化名报送时，标题、正文和附件名里不能有反映人姓名",
            who="可以改后再报，或者不用化名",
        )
    return {**content, "authors": [{"name": PSEUDONYM}], "under_pseudonym": True}


def digest(content: dict[str, Any]) -> str:
    """Return the sha256 of the canonical JSON of `content`."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: dict[str, Any]) -> str:
    """Return the one JSON text of `content`: sorted keys, no blanks, characters as they are."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def is_whole(packet: Packet) -> bool:
    """Return whether a packet holds what was sent."""
    return digest(packet.content) == packet.sha256


def require_whole(dispatch: Dispatch) -> None:
    """Refuse a dispatch whose packet was changed since it was sent; the refusal leaves its trace.

    Raises:
        WrongState: it was.
    """
    if not is_whole(dispatch.packet):
        raise _tampered("来稿内容与报送时的校验值不符，已停止接收。", "dispatch", dispatch.uuid)


def require_passed_whole(assignment: Assignment) -> None:
    """Refuse an assignment whose text was changed since it was passed on; the refusal leaves its trace.

    Raises:
        WrongState: it was.
    """
    if not is_whole(assignment.handling.packet):
        raise _tampered("转来的内容与转办时的校验值不符，没有显示。", "assignment", assignment.uuid)


def _tampered(words: str, kind: str, uuid: UUID) -> WrongState:
    return WrongState(
        words,
        rule="报送件固定不变",
        who="请联系平台运维核对",
        code="packet_tampered",
        trace=Trace("exchange.packet.tampered", kind, str(uuid)),
    )
