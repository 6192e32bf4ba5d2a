"""Cuts the texts of all documents anew in PostgreSQL, after the analyser, the synonyms or the marks have changed.

A vector that has changed is put in the place of the old one, so nobody ever searches in half an archive. The document
stays what it was, with its revision: nobody is told of it as of something new. While the database writes a batch,
others are cut.
"""

from collections.abc import Callable
from functools import partial

from django.db import connection

from search.cutting import ahead, cutters, cutters_for
from search.models import SearchDocument
from search.postgres import batches_after
from search.vectors import vectors_of

BATCH = 200
# One that was written over meanwhile has new words already. Words that are what they were are left as they are: a new
# word of the dictionary changes few texts, and a row written costs more than all the rest.
_PUT = """
UPDATE public.search_searchdocument d SET vector = made.vector::tsvector
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS made (id, revision, vector)
 WHERE d.id = made.id AND d.revision = made.revision AND d.vector IS DISTINCT FROM made.vector::tsvector
"""


def rewrite(progress: Callable[[int, int], None] = lambda _written, _total: None) -> int:
    """Cut the words of every document anew; return how many there were.

    Args:
        progress: called after each batch with how many are written and how many there are.

    Raises:
        CutterLost: a process that cuts texts ended; what was written stays.
    """
    total, written = SearchDocument.objects.count(), 0
    number = cutters_for(total)
    with cutters(number) as cut, connection.cursor() as cursor:
        for batch, vectors in ahead(partial(cut, vectors_of), batches_after(0, BATCH), hands=max(1, number)):
            cursor.execute(_PUT, [[one.pk for one in batch], [one.revision for one in batch], vectors])
            written += len(batch)
            progress(written, total)
    return written
