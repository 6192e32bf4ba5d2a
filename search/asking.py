"""One question as a page asks it: the engine's answer, PostgreSQL's while the engine is down, and why so little came.

Nothing here tells more than the reader may see: whatever is counted, is counted by the reader's own questions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from search.alike import read
from search.alike.comparing import terms
from search.backend import FACETS, LIKE_WORDS, PAGE, EngineDown, Found, Query, Reader, Results, SearchBackend, backend
from search.correcting import corrections
from search.documents import Document, body_of
from search.gathering import Gathered, gathered
from search.models import SearchDocument
from search.postgres import COLUMNS, PostgresBackend
from search.question import Either, Part, Words, read_question
from search.sources import kind_labels
from search.weighing import weights_in_force
from zhitong.core.glossary import ITEM_STATES
from zhitong.exchange.queries.outcomes import OUTCOME_WORDS
from zhitong.units.models import Level

log = structlog.get_logger(__name__)

_IN_ITS_PLACE = "检索引擎暂时不可用，现由数据库检索：结果相同，可能慢一些。"
DOWN = "检索暂时不可用，写稿、审核、报送都不受影响，恢复以后自动补齐。请过几分钟再试。"
_MOST_STEPS = 6
_ENOUGH = 10  # hits; with fewer, what fits nearly is shown below them
LABELS = {
    "kind": "种类",
    "from_unit": "来自",
    "year": "年份",
    "category": "类别",
    "level": "采用级别",
    "outcome": "采用结果",
    "state": "状态",
}
_NO_LIKE = "要找相似的那一篇您看不到，现按其余的条件检索。"


def facet_words() -> dict[str, dict[str, str]]:
    """Return for the facets whose values are codes what people call each value."""
    levels = {level.value: f"{level.label}采用" for level in Level}
    return {"kind": kind_labels(), "level": levels, "outcome": OUTCOME_WORDS, "state": ITEM_STATES}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    Attributes:
        results: None when no engine answers.
        nearly: what fits all words but one, where little fits them all; those in `results` left out.
        query: what was searched in the end: as typed, or with one character put right.
        notes: what the reader should know of it (Chinese sentences).
        copies: what else there is of the matters of the hits, by their keys (`search.gathering`).
        like: what the hits are like, where that is asked.
    """

    results: Results | None
    query: Query
    notes: Sequence[str]
    nearly: Sequence[Found] = ()
    copies: Mapping[int, Sequence[Document]] = field(default_factory=dict)
    like: Document | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One condition of a question: how many hits are left once it holds too, and how many without it alone."""

    label: str
    left: int
    without: Query
    more: int


def ask(query: Query, reader: Reader) -> Answer:
    """Answer a question. Where nothing fits, one that differs by a character is asked, and the answer says so."""
    question = read_question(query.text)
    notes = list(question.doubts)
    like = _liked(query, reader)
    if query.like and like is None:
        notes.append(_NO_LIKE)
    query = _meant(query, like)
    try:
        engine, found = _answering(query, reader)
    except EngineDown:
        return Answer(None, query, [*notes, DOWN])
    if isinstance(engine, PostgresBackend) and settings.SEARCH_BACKEND != "postgres":
        notes.append(_IN_ITS_PLACE)
    answer = Answer(found.results, query, notes, copies=found.copies, like=like)
    if query.after or found.results.total >= _ENOUGH or like:
        return answer
    try:
        if found.results.total == 0 and (put_right := _put_right(query, reader, engine)):
            meant, found = put_right
            notes.append(f"没有找到“{query.text}”，以下是“{meant.text}”的结果。")
            return Answer(found.results, meant, notes, copies=found.copies)
        nearly = _nearly(query, reader, engine, found) if len(question.plain_words) > 1 else []
    except EngineDown:
        return answer
    return replace(answer, nearly=nearly)


def _page(query: Query, reader: Reader, engine: SearchBackend) -> Gathered:
    """Return a page of hits. The counts of a facet are those without what is chosen of it itself."""
    found = Gathered(engine.search(query, reader)) if query.apart else gathered(query, reader, engine)
    counts = dict(found.results.counts)
    for name in FACETS if query.counted else ():
        if getattr(query, name):
            without: dict[str, Any] = {name: ()}
            others = engine.search(replace(query, after="", size=0, **without), reader)
            counts[name] = others.counts[name]
    return replace(found, results=replace(found.results, counts=counts))


def _liked(query: Query, reader: Reader) -> Document | None:
    """Return the document that others are to be like, as long as the reader may see it."""
    kind, _colon, key = query.like.partition(":")
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    row = SearchDocument.objects.filter(kind=kind, object_uuid=wanted, readers__overlap=sorted(reader.grants))
    found = row.values(*COLUMNS).first()
    return Document(**found) if found else None


def _meant(query: Query, like: Document | None) -> Query:
    """Return the question with the words that tell most of what its hits are to be like."""
    if like is None:
        return replace(query, like="")
    weighed = terms(read(like.title, body_of(like)), weights_in_force())
    return replace(query, like_words=tuple(sorted(weighed, key=lambda word: (-weighed[word], word))[:LIKE_WORDS]))


def all_of(query: Query, reader: Reader) -> tuple[int, Iterator[Document]]:
    """Return how many hits a question has, and all of them in the order of its pages, without their texts.

    Raises:
        EngineDown: no engine answers.
    """
    query = _meant(query, _liked(query, reader))
    engine, found = _answering(replace(query, apart=True, counted=False), reader)
    return found.results.total, engine.all_hits(query, reader)


def _answering(query: Query, reader: Reader) -> tuple[SearchBackend, Gathered]:
    """Return the first page, and the engine that answers all that follows: one that is down is waited for once.

    Raises:
        EngineDown: the engine does not answer, and nothing takes its place.
    """
    engine = backend()
    try:
        return engine, _page(query, reader, engine)
    except EngineDown as error:
        log.warning("search.engine_down", reason=str(error))
        if not settings.SEARCH_FALLBACK:
            raise
    engine = PostgresBackend()
    return engine, _page(query, reader, engine)


def _nearly(query: Query, reader: Reader, engine: SearchBackend, found: Gathered) -> list[Found]:
    there = {one.document.object_uuid for one in found.results.hits}
    there |= {copy.object_uuid for copies in found.copies.values() for copy in copies}
    loose = engine.search(replace(query, loose=True, counted=False), reader)
    return [one for one in loose.hits if one.document.object_uuid not in there][: PAGE - len(there)]


def steps(query: Query, reader: Reader, total: int) -> list[Step]:
    """Return how each condition narrowed the hits down, in their order; nothing when there is but one.

    Raises:
        EngineDown: the engine does not answer.
    """
    conditions = list(_conditions(query))[:_MOST_STEPS]
    if len(conditions) < 2 or query.like:
        return []
    so_far = Query()
    found: list[Step] = []
    for label, name, value in conditions:
        so_far = _with(so_far, name, value)
        without = _rest(query, name, value)
        more = _total(without, reader) - total
        found.append(Step(label, _total(so_far, reader), without, more))
    return found


def _put_right(query: Query, reader: Reader, engine: SearchBackend) -> tuple[Query, Gathered] | None:
    for text in corrections(query.text, weights_in_force().shares):
        other = replace(query, text=text)
        found = _page(other, reader, engine)
        if found.results.total:
            return other, found
    return None


def _conditions(query: Query) -> Iterator[tuple[str, str, Any]]:
    for part in read_question(query.text).parts:
        yield _label(part), "text", part.typed
    words = facet_words()
    for name, label in LABELS.items():
        if values := getattr(query, name):
            said = "、".join(words.get(name, {}).get(value, str(value)) for value in values)
            yield f"{label} {said}", name, values


def _label(part: Part) -> str:
    if part.without:
        return f"不含“{part.typed.lstrip('-－')}”"
    return f"含“{part.typed}”" if isinstance(part.clause, (Words, Either)) else part.typed


def _with(query: Query, name: str, value: Any) -> Query:
    changed: dict[str, Any] = {name: f"{query.text} {value}".strip() if name == "text" else value}
    return replace(query, **changed)


def _rest(query: Query, name: str, value: Any) -> Query:
    if name != "text":
        usual: dict[str, Any] = {name: ()}
        return replace(query, after="", **usual)
    kept = [part.typed for part in read_question(query.text).parts if part.typed != value]
    return replace(query, after="", text=" ".join(kept))


def _total(query: Query, reader: Reader) -> int:
    return backend().search(replace(query, counted=False, size=0), reader).total
