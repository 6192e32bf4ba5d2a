"""Cuts the texts of all documents anew in PostgreSQL, after the analyser, the synonyms or the marks have changed.

Each document is written over in its place, so nobody ever searches in half an archive.
"""

from collections.abc import Callable

from django.db import transaction

from search.documents import Document
from search.models import SearchDocument
from search.postgres import COLUMNS, PostgresBackend

_BATCH = 200


def rewrite(progress: Callable[[int, int], None] = lambda _written, _total: None) -> int:
    """Write every document over; return how many there were.

    Args:
        progress: called after each batch with how many are written and how many there are.
    """
    total, written, last = SearchDocument.objects.count(), 0, 0
    while rows := list(SearchDocument.objects.filter(pk__gt=last).order_by("pk").values("id", *COLUMNS)[:_BATCH]):
        last = rows[-1]["id"]
        with transaction.atomic():
            PostgresBackend().index(Document(**{name: row[name] for name in COLUMNS}) for row in rows)
        written += len(rows)
        progress(written, total)
    return written
