"""The audit trail: append-only, hash-chained per unit by a database trigger, verified here.

The trigger sets `hash = sha256(prev_hash + content)`; so `verify` needs nothing but the rows, and finds an entry that
was changed, removed, slipped in, or whose columns do not say what its content says. A unit's trail is up to eight
chains, its strands (decision 0010): who writes takes one that no other transaction holds.
"""

import functools
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum, Window

from zhitong.core import clock, rows
from zhitong.core.models import AuditEntry, AuditHead
from zhitong.core.operations import Actor


def record(*, actor: Actor, action: str, object_kind: str, object_id: UUID | str | int, **data: Any) -> None:
    """Append an act to the trail of the actor's unit. Call it last: it holds a strand of it until the commit.

    `action` is dotted (`items.item.submitted`); `data` holds primitives, never texts of items.
    """
    at = clock.now()
    content = {
        "at": at.isoformat(),
        "action": action,
        "actor": actor.label,
        "actor_uuid": str(actor.user_uuid) if actor.user_uuid else None,
        "object": [object_kind, str(object_id)],
        "data": data,
    }
    entry = {
        "unit_key": actor.unit_id or 0,
        "at": at,
        "action": action,
        "actor_label": actor.label,
        "actor_uuid": actor.user_uuid,
        "object_kind": object_kind,
        "object_id": str(object_id),
        "content": _canonical(content),
    }
    rows.insert(rows.Row(AuditEntry, entry))  # the trigger writes the others


def trails() -> QuerySet[AuditHead]:
    """Return one head for each trail, with the number of its entries over all strands as `entries`; without order."""
    entries = Window(Sum("seq"), partition_by="unit_key")
    return AuditHead.objects.annotate(entries=entries).distinct("unit_key")


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a strand of a trail does not hold."""

    unit_key: int
    strand: int
    seq: int
    reason: str


def verify(unit_key: int) -> Iterator[Break]:
    """Walk the trail of one unit (0: the platform) and yield every break; an intact trail yields nothing."""
    heads = {head.strand: head for head in AuditHead.objects.filter(unit_key=unit_key)}
    trail = AuditEntry.objects.filter(unit_key=unit_key).order_by("strand", "seq").iterator(chunk_size=2000)
    for strand, entries in itertools.groupby(trail, key=attrgetter("strand")):
        yield from _verify_strand(entries, heads.pop(strand, None))
    for head in heads.values():
        yield Break(unit_key, head.strand, head.seq, "all entries of the strand are missing")


def _verify_strand(entries: Iterable[AuditEntry], head: AuditHead | None) -> Iterator[Break]:
    expected_seq, previous = 1, ""
    for entry in entries:
        broken = functools.partial(Break, entry.unit_key, entry.strand, entry.seq)
        if entry.seq != expected_seq:
            yield broken(f"expected entry {expected_seq}: one was removed or slipped in")
        if entry.prev_hash != previous:
            yield broken("does not hang on the entry before it")
        if entry.hash != hashlib.sha256((entry.prev_hash + entry.content).encode()).hexdigest():
            yield broken("content was changed")
        elif not _columns_match(entry):
            yield broken("columns do not say what the content says")
        expected_seq, previous = entry.seq + 1, entry.hash
    if head is None or (head.seq, head.hash) != (expected_seq - 1, previous):
        yield Break(entry.unit_key, entry.strand, head.seq if head else entry.seq, "the end of the strand is missing")


def _columns_match(entry: AuditEntry) -> bool:
    content = json.loads(entry.content)
    return (
        content["action"] == entry.action
        and content["actor"] == entry.actor_label
        and content["object"] == [entry.object_kind, entry.object_id]
        and content["actor_uuid"] == (str(entry.actor_uuid) if entry.actor_uuid else None)
        and datetime.fromisoformat(content["at"]) == entry.at
    )


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode
