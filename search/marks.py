"""Marks in lists (疑似雷同): what is like a text that waits for somebody, found when either comes in, read with a list.

A worker looks once and keeps what it found, so a list costs one query more, however many rows it has and whatever the
archive holds. A mark is read with the rights of this moment, and what was judged since is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from search.backend import Reader
from search.documents import ALIKE, REPORT
from search.lookalikes import LookAlike, own_alikes
from search.models import AlikeMark
from zhitong.core.operations import require_unit

# The state in which a report waits for a reviewer.
WAITS = "in_review"
_MARKS = f"""
SELECT m.subject, count(*), (array_agg(m.other ORDER BY m.share DESC, m.other))[1]
  FROM public.search_alikemark m
  JOIN public.search_searchdocument d ON d.kind IN {ALIKE} AND d.object_uuid = m.other AND d.unit_id = m.unit_id
   AND d.readers && %(grants)s::varchar[]
  LEFT JOIN public.search_pairverdict v ON v.unit_id = m.unit_id
   AND v.one = least(m.subject, m.other) AND v.other = greatest(m.subject, m.other)
 WHERE m.unit_id = %(unit)s AND m.subject = ANY(%(subjects)s::uuid[]) AND v.id IS NULL
 GROUP BY m.subject
"""  # noqa: S608 - made of our own constants


@dataclass(frozen=True, slots=True)
class Mark:
    """How many look-alikes of a text nobody has judged yet, and the nearest of them."""

    count: int
    nearest: UUID


def marks_of(subjects: Sequence[UUID], reader: Reader) -> dict[UUID, Mark]:
    """Return the marks of those of these texts that have one, as far as the reader may read what they are like."""
    values: dict[str, Any] = {"unit": require_unit(), "grants": sorted(reader.grants), "subjects": list(subjects)}
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, values)
        return {subject: Mark(count, nearest) for subject, count, nearest in cursor.fetchall()}


def note(*, key: UUID, title: str, body: str, waits: bool = True, is_document: bool = True) -> None:
    """Look for what of the unit's archive is like a text, and keep it for the lists.

    Args:
        key: the item, the filed proposal, or the dispatch whose text it is.
        waits: somebody has to decide on it, so it gets a mark itself.
        is_document: it is in the archive, so what waits and is like it gets one too.
    """
    found = own_alikes(title=title, body=body, item=key)
    unit_id = require_unit()
    rows = []
    if waits:
        rows += [_mark(unit_id, key, alike.document.object_uuid, alike) for alike in found]
    if is_document:
        waiting = [one for one in found if one.document.kind == REPORT and one.document.state == WAITS]
        rows += [_mark(unit_id, alike.document.object_uuid, key, alike) for alike in waiting]
    with transaction.atomic():
        AlikeMark.objects.filter(Q(subject=key) | Q(other=key), unit=unit_id).delete()
        AlikeMark.objects.bulk_create(rows, ignore_conflicts=True)


def forget(key: UUID) -> None:
    """Take the mark from a text for which nobody waits any more."""
    AlikeMark.objects.filter(unit=require_unit(), subject=key).delete()


def _mark(unit_id: int, subject: UUID, other: UUID, alike: LookAlike) -> AlikeMark:
    return AlikeMark(unit_id=unit_id, subject=subject, other=other, share=round(100 * alike.share))
