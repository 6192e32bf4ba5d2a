"""The PostgreSQL backend: our words in a `tsvector`, rights and conditions in the same query."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from search.alike import Fingerprint, Weights, fingerprint, read
from search.alike.fingerprints import of_unit
from search.backend import CANDIDATES, FACET_VALUES, FACETS, LIKE_LEAST, Found, Query, Reader, Results, day_range
from search.documents import ALIKE, Document, Kept, storable
from search.models import SearchDocument
from search.question import Clause, Days, Either, Mark, Part, Question, Words, read_question
from search.vectors import quoted, vector_of
from search.weighing import weights_in_force
from zhitong.core.errors import InvalidInput
from zhitong.web.keyset import read_cursor, write_cursor

COLUMNS = (
    "unit_id", "kind", "object_uuid", "version", "title", "problem", "analysis", "suggestions", "files", "author_names",
    "from_unit", "number_label", "category", "state", "day", "matter", "level", "outcome", "outcomes",
    "subject", "points", "readers",
)  # fmt: skip
# What is told of a hit in a list of all: everything but its texts.
BARE = tuple(name for name in COLUMNS if name not in {"problem", "analysis", "suggestions", "files"})
# Weights D, C, B, A: a word in the title says four times what one in the analysis says.
_WEIGHTS = "{0.25, 0.4, 0.6, 1.0}"

# One part of a question: how telling it is, times how well it fits.
_RANK = f"%s::real * ts_rank('{_WEIGHTS}', vector, %s::tsquery)"
_MOST_GRADED = 8  # parts; the rest decides nothing any more
_LEAST = 0.05  # of a word that stands everywhere

_UPSERT = f"""
WITH written AS (
INSERT INTO public.search_searchdocument ({", ".join(COLUMNS)}, vector)
VALUES ({", ".join(["%s"] * len(COLUMNS))}, %s::tsvector)
ON CONFLICT (kind, object_uuid) DO UPDATE SET
  {", ".join(f"{name} = EXCLUDED.{name}" for name in (*COLUMNS, "vector"))},
  revision = nextval('public.search_revision')
WHERE public.search_searchdocument.version <= EXCLUDED.version
RETURNING id, kind, object_uuid, revision), {{pushed}} fingerprinted AS (
INSERT INTO public.search_fingerprint (document_id, unit_id, bands, terms)
SELECT id, %s, %s, %s FROM written WHERE kind IN {ALIKE}
ON CONFLICT (document_id) DO UPDATE SET unit_id = EXCLUDED.unit_id, bands = EXCLUDED.bands, terms = EXCLUDED.terms)
SELECT count(*) FROM written
"""  # noqa: S608 - column names are constants
_PUSH = """
INSERT INTO public.search_push (kind, object_uuid, revision, since, due_at, attempts, error) {rows}
ON CONFLICT (kind, object_uuid) DO UPDATE SET
  revision = EXCLUDED.revision, due_at = EXCLUDED.due_at, attempts = 0, error = ''
"""
_WRITTEN = "SELECT kind, object_uuid, revision, now(), now(), 0, '' FROM written"
_PUSHED = f"pushed AS ({_PUSH.format(rows=_WRITTEN)}),"
_PUSH_REMOVED = _PUSH.format(rows="VALUES (%s, %s, nextval('public.search_revision'), now(), now(), 0, '')")

# Filled with our own constants only; every value that a person typed is a parameter.
# All that is found is read once, without its texts: counted, and the newest of it ranked. Vectors are fetched for what
# is ranked, texts for the hits of one page alone.
_ASKED = """
WITH hits AS MATERIALIZED (
  SELECT id, day, points, {columns} FROM public.search_searchdocument WHERE {where}),
page AS (
  SELECT id, score FROM (SELECT id, day, {score} AS score FROM {candidates}) AS ranked
   {after} ORDER BY {order} LIMIT %s)
SELECT (SELECT jsonb_agg(c) FROM ({counts}) AS c), {names}, d.id, page.score
  FROM (SELECT) AS once LEFT JOIN (page JOIN public.search_searchdocument d USING (id)) ON true ORDER BY {order}
"""
_COUNTED = tuple(name for name in FACETS if name != "year")
_ALL_HITS = "hits"
_CANDIDATES = """(
    SELECT c.id, c.day, d.vector
      FROM (SELECT id, day FROM hits ORDER BY day DESC NULLS LAST, id DESC LIMIT %s) AS c
      JOIN public.search_searchdocument d ON d.id = c.id) AS candidates"""
_TOTAL = "SELECT count(*) AS number FROM hits"
_COUNTS = f"""SELECT {", ".join(FACETS)}, count(*) AS number
   FROM (SELECT *, extract(year FROM day)::int AS year FROM hits) AS h
  GROUP BY GROUPING SETS ((), {", ".join(f"({name})" for name in FACETS)})"""  # noqa: S608 - our own columns
_UNRANKED = {"points": "points::real"}
_RANKED = """
SELECT {names} FROM (
  SELECT {names}, id, {score} AS score FROM (
    SELECT * FROM public.search_searchdocument WHERE {where} ORDER BY day DESC NULLS LAST, id DESC LIMIT %s
  ) AS candidates
) AS ranked ORDER BY score DESC, day DESC NULLS LAST, id DESC
"""
_ALL = "SELECT {names} FROM public.search_searchdocument WHERE {where} ORDER BY {order} OFFSET %s"
_BY_TIME = "day DESC NULLS LAST, id DESC"
_TAKEN = 500  # rows that a cursor brings at once


# Conditions by exact values, each with its column.
_CHOSEN = {name: name for name in FACETS if name != "year"} | {"matters": "matter"}


class PostgresBackend:
    """Search in the public table `SearchDocument`.

    Args:
        pushes: note with each change that another engine has to learn of it (`search.models.Push`).
    """

    def __init__(self, *, pushes: bool = False) -> None:
        self._pushes = pushes
        self._upsert = _UPSERT.format(pushed=_PUSHED if pushes else "")

    def index(self, documents: Iterable[Document]) -> int:
        """Store documents, those that look-alikes are found among with fingerprints; an older one changes nothing."""
        written = 0
        weights = weights_in_force()
        with connection.cursor() as cursor:
            for document in map(storable, documents):
                row = [getattr(document, name) for name in COLUMNS]
                made = _fingerprint(document, weights)
                row += [vector_of(document), document.unit_id, list(made.bands), of_unit(made.terms, document.unit_id)]
                cursor.execute(self._upsert, row)
                written += cursor.fetchone()[0]
        return written

    def remove(self, kind: str, object_uuids: Iterable[UUID]) -> int:
        """Forget documents."""
        keys = list(object_uuids)
        with transaction.atomic():
            _all, by_model = SearchDocument.objects.filter(kind=kind, object_uuid__in=keys).delete()
            if self._pushes and keys:
                with connection.cursor() as cursor:
                    cursor.executemany(_PUSH_REMOVED, [(kind, key) for key in keys])
        return by_model.get("search.SearchDocument", 0)

    def search(self, query: Query, reader: Reader) -> Results:
        """Match, filter and rank; see the interface."""
        question = read_question(query.text)
        ranked = _is_ranked(query, question)
        with connection.cursor() as cursor:
            cursor.execute(*_statement(query, question, reader, ranked=ranked))
            rows = cursor.fetchall()
        total, counts = _counts(json.loads(rows[0][0]))
        page = [row[1:] for row in rows if row[-1] is not None]
        hits = [Found(document_of(row), row[-1]) for row in page[: query.size]]
        cursor_after = _cursor(page[query.size - 1]) if len(page) > query.size > 0 else ""
        return Results(hits, total, cursor_after, bounded=ranked and total > CANDIDATES, counts=counts)

    def all_hits(self, query: Query, reader: Reader) -> Iterator[Document]:
        """Yield all hits by a cursor; see the interface."""
        question = read_question(query.text)
        where, values = _conditions(query, question, reader)
        names, passed = ", ".join(BARE), 0
        if _is_ranked(query, question):
            graded, passed = _graded(query, question), CANDIDATES
            score = " + ".join([_RANK] * len(graded))
            statement = _RANKED.format(names=names, score=score, where=where)
            yield from _each(statement, [*(value for pair in graded for value in pair), *values, CANDIDATES])
        order = f"points DESC, {_BY_TIME}" if query.sort == "points" else _BY_TIME
        yield from _each(_ALL.format(names=names, where=where, order=order), [*values, passed])


def _statement(query: Query, question: Question, reader: Reader, *, ranked: bool) -> tuple[str, list[Any]]:
    where, values = _conditions(query, question, reader)
    graded = _graded(query, question) if ranked else []
    after, after_values = _after(query)
    statement = _ASKED.format(
        columns=", ".join(_COUNTED),
        where=where,
        score=" + ".join([_RANK] * len(graded)) if ranked else _UNRANKED.get(query.sort, "0::real"),
        candidates=_CANDIDATES if ranked else _ALL_HITS,
        after=after,
        order=f"score DESC, {_BY_TIME}" if ranked or query.sort == "points" else _BY_TIME,
        counts=_COUNTS if query.counted else _TOTAL,
        names=", ".join(COLUMNS),
    )
    bound = [CANDIDATES] if ranked else []
    return statement, [*values, *(value for pair in graded for value in pair), *bound, *after_values, query.size + 1]


def _counts(groups: list[dict[str, Any]]) -> tuple[int, dict[str, dict[str, int]]]:
    """Return the total and the counts of each facet from what the database grouped."""
    counts: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    for group in groups:
        for name in FACETS:
            if (value := group.get(name)) not in (None, ""):
                counts[name][str(value)] = group["number"]
    total = max(group["number"] for group in groups)
    return total, {name: _most(found) for name, found in counts.items()}


def _each(statement: str, values: Sequence[Any]) -> Iterator[Document]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(_TAKEN):
            yield from (Document(**dict(zip(BARE, row, strict=False))) for row in rows)


def document_of(row: Sequence[Any]) -> Document:
    """Return the document of a row that begins with `COLUMNS`; what follows them is for whoever asked."""
    return Document(**dict(zip(COLUMNS, row[: len(COLUMNS)], strict=True)))


def kept_of(rows: QuerySet[SearchDocument]) -> list[Kept]:
    """Return rows as those take them who write words of documents."""
    found = rows.values_list("pk", "revision", *COLUMNS)
    return [Kept(pk, revision, document_of(rest)) for pk, revision, *rest in found]


def batches_after(position: int, size: int) -> Iterator[list[Kept]]:
    """Yield all documents whose key is above `position`, in the order of their keys, so many at once."""
    while batch := kept_of(SearchDocument.objects.filter(pk__gt=position).order_by("pk")[:size]):
        yield batch
        position = batch[-1].pk


def next_revision() -> int:
    """Return a revision above all that were given so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('public.search_revision')")
        revision: int = cursor.fetchone()[0]
    return revision


def _is_ranked(query: Query, question: Question) -> bool:
    return query.sort == "relevance" and bool(question.is_ranked or query.like_words)


def _most(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:FACET_VALUES])


def _conditions(query: Query, question: Question, reader: Reader) -> tuple[str, list[Any]]:
    """Return the condition with its values: rights first, then what is asked, then how the page narrows it."""
    parts = ["readers && %s::varchar[]"]
    values: list[Any] = [sorted(reader.grants)]
    if question.is_empty and query.text.strip():
        parts.append("false")
    if tsquery := _matching(question, loose=query.loose):
        parts.append("vector @@ %s::tsquery")
        values.append(tsquery)
    # Words lead to far fewer documents than days do: PostgreSQL shall not walk the index of days beside that of words.
    day = "day + 0" if tsquery or query.like_words else "day"
    for part in question.parts:
        if isinstance(part.clause, Days):
            parts.append(f"{'(day IS NOT NULL AND NOT ' if part.without else '('}{day} BETWEEN %s AND %s)")
            values += [part.clause.first, part.clause.last]
    for name, column in _CHOSEN.items():
        if chosen := getattr(query, name):
            parts.append(f"{column} = ANY(%s)")
            values.append(list(chosen))
    if query.year:
        parts.append(f"({' OR '.join([f'{day} BETWEEN %s AND %s'] * len(query.year))})")
        values += [day for year in query.year for day in day_range(year)]
    if query.like_words:
        parts.append("vector @@ %s::tsquery AND NOT (kind = %s AND object_uuid = %s::uuid)")
        values += [_like(query.like_words), *query.like.split(":")]
    if query.since:
        parts.append("revision > %s")
        values.append(query.since)
    return " AND ".join(parts), values


def _matching(question: Question, *, loose: bool) -> str:
    plain = question.plain_words if loose and len(question.plain_words) > 1 else ()
    parts = [_asked(part) for part in question.parts if not isinstance(part.clause, Days) and part not in plain]
    if plain:
        but_one = combinations([_asked(part) for part in plain], len(plain) - 1)
        parts.append(f"({' | '.join(f'({_all_of(some)})' for some in but_one)})")
    return _all_of(parts)


def _like(telling: Sequence[str]) -> str:
    """Return what holds of a text with enough of these words."""
    some = combinations([quoted(word) for word in telling], min(LIKE_LEAST, len(telling)))
    return " | ".join(f"({_all_of(words)})" for words in some)


def _all_of(asked: Iterable[str]) -> str:
    return " & ".join(asked)


def _graded(query: Query, question: Question) -> list[tuple[float, str]]:
    """Return the parts that one hit can fit better than another, each with how telling it is."""
    weights = weights_in_force()
    graded = [(max(weights.weight(word), _LEAST), quoted(word)) for word in query.like_words]
    for part in question.parts:
        told = part.words
        if told and not part.without:
            weight = max(sum(map(weights.weight, words.words)) / len(words.words) for words in told)
            graded.append((max(weight, _LEAST), _asked(part)))
    return sorted(graded, reverse=True)[:_MOST_GRADED]


def _asked(part: Part) -> str:
    return f"!({_tsquery(part.clause)})" if part.without else f"({_tsquery(part.clause)})"


def _tsquery(clause: Clause) -> str:
    match clause:
        case Words():
            weight = ":A" if clause.title else ""
            return (" <-> " if clause.phrase else " & ").join(f"{quoted(word)}{weight}" for word in clause.words)
        case Mark():
            return f"{quoted(clause.prefix)}:*"
        case Either():
            return " | ".join(f"({_tsquery(inner)})" for inner in clause.clauses)
        case Days():
            raise TypeError("days are a condition on the column, not on words")


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


def _cursor(row: tuple[Any, ...]) -> str:
    day = row[COLUMNS.index("day")]
    return write_cursor([float(row[-1]), day.isoformat() if day else "0001-01-01", row[-2]])


def _fingerprint(document: Document, weights: Weights) -> Fingerprint:
    if document.kind not in ALIKE:
        return Fingerprint((), ())
    return fingerprint(read(document.title, document.body), weights)
