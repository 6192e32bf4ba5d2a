"""The audit trail: append-only, hash-chained per unit by a database trigger, verified here.

The trigger sets `hash = sha256(prev_hash + content)`; so `verify` needs nothing but the rows, and finds an entry that
was changed, removed, slipped in, or whose columns do not say what its content says.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhitong.core import clock
from zhitong.core.models import AuditEntry, AuditHead
from zhitong.core.operations import Actor


def record(*, actor: Actor, action: str, object_kind: str, object_id: UUID | str | int, **data: Any) -> None:
    """Append an act to the chain of the actor's unit. Call it last: it locks the chain until the commit.

    `action` is dotted (`items.item.submitted`); `data` holds primitives, never texts of items.
    """
    at = clock.now()
    content = _canonical(
        at=at.isoformat(),
        action=action,
        actor=actor.label,
        actor_uuid=str(actor.user_uuid) if actor.user_uuid else None,
        object=[object_kind, str(object_id)],
        data=data,
    )
    AuditEntry(
        unit_key=actor.unit_id or 0,
        at=at,
        action=action,
        actor_label=actor.label,
        actor_uuid=actor.user_uuid,
        object_kind=object_kind,
        object_id=str(object_id),
        content=content,
    ).save(force_insert=True)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold."""

    unit_key: int
    seq: int
    reason: str


def verify(unit_key: int) -> Iterator[Break]:
    """Walk the chain of one unit (0: the platform) and yield every break; an intact chain yields nothing."""
    expected_seq, previous = 1, ""
    for entry in AuditEntry.objects.filter(unit_key=unit_key).order_by("seq").iterator(chunk_size=2000):
        if entry.seq != expected_seq:
            yield Break(unit_key, entry.seq, f"expected entry {expected_seq}: one was removed or slipped in")
        if entry.prev_hash != previous:
            yield Break(unit_key, entry.seq, "does not hang on the entry before it")
        if entry.hash != hashlib.sha256((entry.prev_hash + entry.content).encode()).hexdigest():
            yield Break(unit_key, entry.seq, "content was changed")
        elif not _columns_match(entry):
            yield Break(unit_key, entry.seq, "columns do not say what the content says")
        expected_seq, previous = entry.seq + 1, entry.hash
    head = AuditHead.objects.filter(unit_key=unit_key).first()
    if head and (head.seq, head.hash) != (expected_seq - 1, previous):
        yield Break(unit_key, head.seq, "the end of the chain is missing")


def _columns_match(entry: AuditEntry) -> bool:
    content = json.loads(entry.content)
    return (
        content["action"] == entry.action
        and content["actor"] == entry.actor_label
        and content["object"] == [entry.object_kind, entry.object_id]
        and content["actor_uuid"] == (str(entry.actor_uuid) if entry.actor_uuid else None)
        and datetime.fromisoformat(content["at"]) == entry.at
    )


def _canonical(**content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
