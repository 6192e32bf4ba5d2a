"""The PostgreSQL backend: our words in a `tsvector`, rights and conditions in the same query."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from search.alike import fingerprint, read
from search.analyser import MAX_POSITION, query_words, words
from search.backend import CANDIDATES, PAGE, Found, Query, Reader, Results, day_range
from search.documents import SECTIONS, Document
from search.models import SearchDocument
from search.weighing import weights_in_force
from zhitong.core.errors import InvalidInput
from zhitong.web.keyset import read_cursor, write_cursor

COLUMNS = (
    "unit_id", "kind", "object_uuid", "version", "title", "problem", "analysis", "suggestions", "author_names",
    "from_unit", "number_label", "category", "state", "day", "readers",
)  # fmt: skip
_FACETS = ("category", "state", "year")
# Weights D, C, B, A: a word in the title says four times what one in the analysis says.
_WEIGHTS = "{0.25, 0.4, 0.6, 1.0}"

_UPSERT = f"""
WITH written AS (
INSERT INTO public.search_searchdocument ({", ".join(COLUMNS)}, vector)
VALUES ({", ".join(["%s"] * len(COLUMNS))}, %s::tsvector)
ON CONFLICT (kind, object_uuid) DO UPDATE SET
  {", ".join(f"{name} = EXCLUDED.{name}" for name in (*COLUMNS, "vector"))}
WHERE public.search_searchdocument.version <= EXCLUDED.version
RETURNING id)
INSERT INTO public.search_fingerprint (document_id, bands, terms) SELECT id, %s, %s FROM written
ON CONFLICT (document_id) DO UPDATE SET bands = EXCLUDED.bands, terms = EXCLUDED.terms
"""  # noqa: S608 - column names are constants

# Filled with our own constants only; every value that a person typed is a parameter.
_COUNTS = """
SELECT category, state, extract(year FROM day)::int, count(*) FROM public.search_searchdocument
 WHERE {where} GROUP BY GROUPING SETS ((), (category), (state), (extract(year FROM day)::int))
"""
_PAGE = """
SELECT {names}, id, score FROM (
  SELECT {names}, id, {rank} AS score FROM (
    SELECT * FROM public.search_searchdocument WHERE {where} ORDER BY day DESC NULLS LAST, id DESC {bound}
  ) AS candidates
) AS ranked {after} ORDER BY {order} LIMIT %s
"""


class PostgresBackend:
    """Search in the public table `SearchDocument`."""

    def index(self, documents: Iterable[Document]) -> int:
        """Store documents; one that is older than what is stored changes nothing."""
        written = 0
        weights = weights_in_force()
        with connection.cursor() as cursor:
            for document in documents:
                row = [getattr(document, name) for name in COLUMNS]
                made = fingerprint(read(document.title, document.body), weights)
                cursor.execute(_UPSERT, [*row, _vector(document), list(made.bands), list(made.terms)])
                written += cursor.rowcount
        return written

    def remove(self, kind: str, object_uuids: Iterable[UUID]) -> int:
        """Forget documents."""
        return SearchDocument.objects.filter(kind=kind, object_uuid__in=list(object_uuids)).delete()[0]

    def search(self, query: Query, reader: Reader) -> Results:
        """Match, filter and rank; see the interface."""
        where, values = _conditions(query, reader)
        tsquery = _tsquery(query.text)
        with connection.cursor() as cursor:
            total, counts = self._counts(cursor, where, values)
            hits, cursor_after = self._page(cursor, query, where, values, tsquery)
        return Results(hits, total, cursor_after, bounded=total > CANDIDATES and _ranked(query), counts=counts)

    def _counts(self, cursor: Any, where: str, values: list[Any]) -> tuple[int, dict[str, dict[str, int]]]:
        cursor.execute(_COUNTS.format(where=where), values)
        counts: dict[str, dict[str, int]] = {name: {} for name in _FACETS}
        total = 0
        for *group, number in cursor.fetchall():
            named = [(name, value) for name, value in zip(_FACETS, group, strict=True) if value not in (None, "")]
            if named:
                counts[named[0][0]][str(named[0][1])] = number
            total = max(total, number)
        return total, counts

    def _page(self, cursor: Any, query: Query, where: str, values: list[Any], tsquery: str) -> tuple[list[Found], str]:
        names = ", ".join(COLUMNS)
        rank = f"ts_rank('{_WEIGHTS}', vector, %s::tsquery)" if _ranked(query) else "0::real"
        after, after_values = _after(query)
        statement = _PAGE.format(
            names=names,
            rank=rank,
            where=where,
            bound="LIMIT %s" if _ranked(query) else "",
            after=after,
            order=_order(query),
        )
        ranked_first, bound = ([tsquery], [CANDIDATES]) if _ranked(query) else ([], [])
        cursor.execute(statement, [*ranked_first, *values, *bound, *after_values, PAGE + 1])
        rows = cursor.fetchall()
        found = [Found(Document(**dict(zip(COLUMNS, row, strict=False))), row[-1]) for row in rows[:PAGE]]
        return found, _cursor(query, rows[PAGE - 1]) if len(rows) > PAGE else ""


def _ranked(query: Query) -> bool:
    return query.sort == "relevance" and bool(query_words(query.text))


def _conditions(query: Query, reader: Reader) -> tuple[str, list[Any]]:
    parts = ["readers && %s::varchar[]"]
    values: list[Any] = [sorted(reader.grants)]
    tsquery = _tsquery(query.text)
    if tsquery:
        parts.append("vector @@ %s::tsquery")
        values.append(tsquery)
    elif query.text.strip():
        parts.append("false")
    for name in ("category", "state", "from_unit"):
        value = getattr(query, name)
        if value:
            parts.append(f"{name} = %s")
            values.append(value)
    if query.year:
        parts.append("day BETWEEN %s AND %s")
        values += day_range(query.year)
    return " AND ".join(parts), values


def _order(query: Query) -> str:
    by_time = "day DESC NULLS LAST, id DESC"
    return f"score DESC, {by_time}" if _ranked(query) else by_time


def _after(query: Query) -> tuple[str, list[Any]]:
    """Return the condition that begins after the cursor. Equal scores and days are told apart by id."""
    if not query.after:
        return "", []
    try:
        score, day, row_id = read_cursor(query.after, 3)
        values = [float(score), date.fromisoformat(day), int(row_id)]
    except (ValueError, TypeError) as error:
        raise InvalidInput("翻页的位置不对，请从第一页看起。", fields={"after": ["不是有效的翻页位置"]}) from error
    return "WHERE (score, coalesce(day, '0001-01-01'), id) < (%s::real, %s::date, %s)", values


def _cursor(query: Query, row: tuple[Any, ...]) -> str:
    day = row[COLUMNS.index("day")]
    return write_cursor([float(row[-1]), day.isoformat() if day else "0001-01-01", row[-2]])


def _tsquery(text: str) -> str:
    return " & ".join(_quoted(word) for word in query_words(text)[:32])


def _vector(document: Document) -> str:
    """Return the words of all sections with places and weights, authors and number at the weight of the title."""
    lexemes: list[str] = []
    offset = 0
    sections = [(weight, getattr(document, name)) for name, (weight, _label) in SECTIONS.items()]
    sections += [("A", name) for name in (*document.author_names, document.from_unit, document.number_label)]
    for weight, text in sections:
        last = 0
        for word in words(text):
            place = min(offset + word.position, MAX_POSITION)
            lexemes.append(f"{_quoted(word.text[:200])}:{place}{weight}")
            last = word.position
        offset += last + 1
    return " ".join(lexemes)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
