"""How telling each word is over all documents: PostgreSQL counts it with its own statistics of the column.

ANALYZE keeps for the words of `vector` in which share of the documents each of the most common ones stands; what is
not among them is rare. So the weights cost nothing, follow the archive by themselves and tell of no document.
"""

import time

from django.db import connection

from search.alike import Weights

# Seconds: weights move slowly, and a process may be some minutes behind.
_KEPT = 600
_STATISTICS = """
SELECT s.most_common_elems::text::text[], s.most_common_elem_freqs, greatest(c.reltuples, 0)::bigint
  FROM pg_stats s JOIN pg_class c ON c.oid = 'public.search_searchdocument'::regclass
 WHERE s.schemaname = 'public' AND s.tablename = 'search_searchdocument' AND s.attname = 'vector'
"""
_known: dict[str, tuple[float, Weights]] = {}


def weights_in_force() -> Weights:
    """Return the weights of words, at most ten minutes old; all alike before the first ANALYZE."""
    at, weights = _known.get("", (float("-inf"), Weights()))
    if time.monotonic() - at > _KEPT:
        weights = _read()
        _known[""] = (time.monotonic(), weights)
    return weights


def _read() -> Weights:
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS)
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return Weights()
    words, shares, texts = row
    # The shares end with the least, the greatest and that of documents without words.
    return Weights(texts, dict(zip(words, shares, strict=False)))


def forget() -> None:
    """Read the weights anew the next time: after ANALYZE, in another database."""
    _known.clear()
