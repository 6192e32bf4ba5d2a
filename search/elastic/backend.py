"""Asks the index: rights, conditions and counts in one query; the twenty texts of a page come from PostgreSQL."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from elastic_transport import ConnectionError as NoConnection
from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch
from elasticsearch_dsl import A, Q, Search
from elasticsearch_dsl.query import Query as Clauses

from search.backend import FACET_VALUES, FACETS, LIKE_LEAST, EngineDown, Found, Query, Reader, Results
from search.documents import Document
from search.elastic.mapping import WORD_FIELDS
from search.models import SearchDocument
from search.postgres import BARE, COLUMNS, PostgresBackend, document_of
from search.question import Clause, Days, Either, Mark, Part, Question, Words, read_question
from zhitong.core.errors import InvalidInput
from zhitong.web.keyset import read_cursor, write_cursor

_PATIENCE = 10  # seconds for an answer
_TAKEN = 500  # hits that are asked for at once, where all are wanted
# What a page shows of its hits.
TEXTS = f"""
SELECT id, {", ".join(COLUMNS)} FROM public.search_searchdocument WHERE id = ANY(%s) AND readers && %s::varchar[]
"""  # noqa: S608 - our own columns
_KEPT = "5m"  # how long a moment of the index is held between two such questions


@cache
def engine() -> Elasticsearch:
    """Return the client of the engine named by the settings.

    Raises:
        ImproperlyConfigured: no address is given.
    """
    if not settings.ELASTICSEARCH_URL:
        raise ImproperlyConfigured("ZHITONG_SEARCH_BACKEND is elasticsearch, but ELASTICSEARCH_URL is empty")
    return Elasticsearch(settings.ELASTICSEARCH_URL, request_timeout=_PATIENCE, max_retries=1, retry_on_timeout=False)


@contextmanager
def reaching() -> Iterator[None]:
    """Say `EngineDown` for whatever keeps the engine from answering.

    Raises:
        EngineDown: with the engine's own words.
    """
    try:
        yield
    except (NoConnection, TransportError, ApiError) as error:
        raise EngineDown(str(error)[:300]) from error


class ElasticBackend:
    """Search in an index; documents, fingerprints and what is still to be pushed are kept in PostgreSQL."""

    def index(self, documents: Iterable[Document]) -> int:
        """Store documents; the index follows within seconds, whether the engine is up or not."""
        return PostgresBackend(pushes=True).index(documents)

    def remove(self, kind: str, object_uuids: Iterable[UUID]) -> int:
        """Forget documents; the index follows."""
        return PostgresBackend(pushes=True).remove(kind, object_uuids)

    def search(self, query: Query, reader: Reader) -> Results:
        """Match, filter and rank; see the interface."""
        question = read_question(query.text)
        if not reader.grants or (question.is_empty and query.text.strip()):
            return Results([], 0, counts={name: {} for name in FACETS})
        ranked = _is_ranked(query, question)
        with reaching():
            asked = _search(query, question, reader, ranked=ranked).to_dict()
            answer = engine().search(index=settings.SEARCH_INDEX, body=asked).body
        hits = [(hit["sort"], float(hit["_score"] or 0)) for hit in answer["hits"]["hits"]]
        cursor = write_cursor(list(hits[query.size - 1][0])) if len(hits) > query.size > 0 else ""
        counts = {
            name: {
                str(bucket["key"]): bucket["doc_count"]
                for bucket in answer["aggregations"][name]["buckets"]
                if bucket["key"] != ""
            }
            for name in (FACETS if query.counted else ())
        }
        return Results(_texts(hits[: query.size], reader), answer["hits"]["total"]["value"], cursor, counts=counts)

    def all_hits(self, query: Query, reader: Reader) -> Iterator[Document]:
        """Yield all hits of one moment of the index; see the interface."""
        question = read_question(query.text)
        if not reader.grants or (question.is_empty and query.text.strip()):
            return
        ranked = _is_ranked(query, question)
        with _moment() as pit:
            search = Search(using=engine()).source(fields=[]).extra(size=_TAKEN, track_scores=ranked, pit=pit)
            search = search.query(_conditions(query, question, reader, ranked=ranked))
            order = _order(query, ranked=ranked)
            search = search.sort(*order)
            while True:
                with reaching():
                    hits = [list(hit.meta.sort) for hit in search.execute().hits]
                yield from _bare([keys[len(order) - 1] for keys in hits], reader)
                if len(hits) < _TAKEN:
                    return
                search = search.extra(search_after=hits[-1])


def _order(query: Query, *, ranked: bool) -> list[str]:
    """Return what hits are sorted by; the last is the key of a document."""
    by_time = ["-day", "-id"]
    if ranked:
        return ["_score", *by_time]
    return ["-points", *by_time] if query.sort == "points" else by_time


@contextmanager
def _moment() -> Iterator[dict[str, str]]:
    """Hold the index as it is now for the block, however it changes meanwhile."""
    with reaching():
        opened = engine().open_point_in_time(index=settings.SEARCH_INDEX, keep_alive=_KEPT)
    try:
        yield {"id": opened["id"], "keep_alive": _KEPT}
    finally:
        with suppress(EngineDown), reaching():
            engine().close_point_in_time(id=opened["id"])


def _bare(keys: list[int], reader: Reader) -> Iterator[Document]:
    """Yield the documents of hits without their texts; what the reader lost the right to meanwhile is left out."""
    rows = SearchDocument.objects.filter(pk__in=keys, readers__overlap=sorted(reader.grants))
    known = {row.pop("id"): Document(**row) for row in rows.values("id", *BARE)}
    yield from (known[key] for key in keys if key in known)


def _search(query: Query, question: Question, reader: Reader, *, ranked: bool) -> Search:
    search = Search().source(fields=[])
    search = search.query(_conditions(query, question, reader, ranked=ranked)).extra(
        size=query.size + 1, track_total_hits=True, track_scores=ranked
    )
    order = _order(query, ranked=ranked)
    search = search.sort(*order)
    if query.after:
        search = search.extra(search_after=_after(query.after, keys=len(order)))
    for name in FACETS if query.counted else ():
        search.aggs.bucket(name, A("terms", field=name, size=FACET_VALUES, order=[{"_count": "desc"}, {"_key": "asc"}]))
    return search


def _is_ranked(query: Query, question: Question) -> bool:
    return query.sort == "relevance" and bool(question.is_ranked or query.like_words)


def _texts(hits: list[tuple[Any, float]], reader: Reader) -> list[Found]:
    """Return the documents of hits from PostgreSQL; what the reader lost the right to meanwhile is left out."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, [[sort[-1] for sort, _ in hits], sorted(reader.grants)])
        known = {key: document_of(row) for key, *row in cursor.fetchall()}
    return [Found(known[sort[-1]], score) for sort, score in hits if sort[-1] in known]


def _conditions(query: Query, question: Question, reader: Reader, *, ranked: bool) -> Clauses:
    """Return the whole question: rights and conditions as filters, words as what is ranked when anything is."""
    chosen = {name: getattr(query, name) for name in FACETS} | {"matter": query.matters}
    filters = [Q("terms", readers=sorted(reader.grants))]
    filters += [Q("terms", **{name: list(values)}) for name, values in chosen.items() if values]
    if query.since:
        filters.append(Q("range", revision={"gt": query.since}))
    must: list[Clauses] = []
    loose = question.plain_words if query.loose and len(question.plain_words) > 1 else ()
    for part in question.parts:
        if part not in loose:
            wants_rank = ranked and part.words and not part.without
            (must if wants_rank else filters).append(_part(part))
    if loose:
        must.append(Q("bool", should=[_part(part) for part in loose], minimum_should_match=len(loose) - 1))
    if query.like_words:
        filters.append(~Q("ids", values=[query.like]))
        least = min(LIKE_LEAST, len(query.like_words))
        words = [_anywhere("term", word, WORD_FIELDS) for word in query.like_words]
        must.append(Q("bool", should=words, minimum_should_match=least))
    return Q("bool", filter=filters, must=must)


def _part(part: Part) -> Clauses:
    if not part.without:
        return _clause(part.clause)
    if isinstance(part.clause, Days):  # what has no day is neither within nor without
        return Q("bool", filter=[Q("term", dated=True)], must_not=[_clause(part.clause)])
    return Q("bool", must_not=[_clause(part.clause)])


def _clause(clause: Clause) -> Clauses:
    match clause:
        case Words():
            fields = {"words_title": WORD_FIELDS["words_title"]} if clause.title else WORD_FIELDS
            if clause.phrase:
                return _anywhere("match_phrase", " ".join(clause.words), fields)
            return Q("bool", must=[_anywhere("term", word, fields) for word in clause.words])
        case Mark():
            return Q("prefix", marks={"value": clause.prefix})
        case Either():
            return Q("bool", should=[_clause(inner) for inner in clause.clauses], minimum_should_match=1)
        case Days():
            return Q("range", day={"gte": clause.first.isoformat(), "lte": clause.last.isoformat()})


def _anywhere(kind: str, words: str, fields: dict[str, float]) -> Clauses:
    value = "query" if kind == "match_phrase" else "value"
    asked = [Q(kind, **{name: {value: words, "boost": boost}}) for name, boost in fields.items()]
    return asked[0] if len(asked) == 1 else Q("dis_max", queries=asked, tie_breaker=0.3)


def _after(cursor: str, *, keys: int) -> list[Any]:
    try:
        read = read_cursor(cursor, keys)
        if not all(isinstance(key, (int, float)) for key in read):
            raise ValueError(cursor)
    except ValueError as error:
        raise InvalidInput("翻页的位置不对，请从第一页看起。", fields={"after": ["不是有效的翻页位置"]}) from error
    return read
