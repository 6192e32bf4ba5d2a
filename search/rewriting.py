"""Cuts the texts of all documents anew in PostgreSQL, after the analyser, the synonyms or the marks have changed.

Each vector is put in the place of the old one, so nobody ever searches in half an archive. The document stays what it
was, with its revision: nobody is told of it as of something new. While the database writes a batch, the next is cut.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from search.documents import Document
from search.models import SearchDocument
from search.postgres import COLUMNS, vector_of

_BATCH = 200
# One that was written over meanwhile has new words already.
_PUT = """
UPDATE public.search_searchdocument d SET vector = made.vector::tsvector
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS made (id, revision, vector)
 WHERE d.id = made.id AND d.revision = made.revision
"""


def rewrite(progress: Callable[[int, int], None] = lambda _written, _total: None) -> int:
    """Cut the words of every document anew; return how many there were.

    Args:
        progress: called after each batch with how many are written and how many there are.
    """
    total, written = SearchDocument.objects.count(), 0
    rows = _after(0)
    with ThreadPoolExecutor(max_workers=1) as hand, connection.cursor() as cursor:
        made = hand.submit(_cut, rows)
        while rows:
            following, vectors = _after(rows[-1]["id"]), made.result()
            made = hand.submit(_cut, following)
            cursor.execute(_PUT, [[row["id"] for row in rows], [row["revision"] for row in rows], vectors])
            written += len(rows)
            progress(written, total)
            rows = following
    return written


def _cut(rows: list[dict[str, Any]]) -> list[str]:
    return [vector_of(Document(**{name: row[name] for name in COLUMNS})) for row in rows]


def _after(last: int) -> list[dict[str, Any]]:
    return list(SearchDocument.objects.filter(pk__gt=last).order_by("pk").values("id", "revision", *COLUMNS)[:_BATCH])
