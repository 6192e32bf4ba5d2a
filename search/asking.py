"""One question as a page asks it: the engine's answer, PostgreSQL's while the engine is down, and why so little came.

Nothing here tells more than the reader may see: whatever is counted, is counted by the reader's own questions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.conf import settings

from search.backend import PAGE, EngineDown, Found, Query, Reader, Results, SearchBackend, backend
from search.correcting import corrections
from search.documents import Document
from search.postgres import PostgresBackend
from search.question import Either, Part, Words, read_question
from search.weighing import weights_in_force
from zhitong.core.glossary import ITEM_STATES
from zhitong.units.models import Level

log = structlog.get_logger(__name__)

_IN_ITS_PLACE = "检索引擎暂时不可用，现由数据库检索：结果相同，可能慢一些。"
DOWN = "检索暂时不可用，写稿、审核、报送都不受影响，恢复以后自动补齐。请过几分钟再试。"
_MOST_STEPS = 6
_ENOUGH = 10  # hits; with fewer, what fits nearly is shown below them
_LABELS = {"category": "类别", "state": "状态", "year": "年份", "from_unit": "来自", "level": "采用级别"}
LEVELS = {level.value: f"{level.label}采用" for level in Level}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    Attributes:
        results: None when no engine answers.
        nearly: what fits all words but one, where little fits them all; those in `results` left out.
        query: what was searched in the end: as typed, or with one character put right.
        notes: what the reader should know of it (Chinese sentences).
    """

    results: Results | None
    query: Query
    notes: Sequence[str]
    nearly: Sequence[Found] = ()


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
    try:
        engine, results = _answering(query, reader)
    except EngineDown:
        return Answer(None, query, [*notes, DOWN])
    if isinstance(engine, PostgresBackend) and settings.SEARCH_BACKEND != "postgres":
        notes.append(_IN_ITS_PLACE)
    if query.after or results.total >= _ENOUGH:
        return Answer(results, query, notes)
    try:
        if results.total == 0 and (put_right := _put_right(query, reader, engine)):
            meant, found = put_right
            return Answer(found, meant, [*notes, f"没有找到“{query.text}”，以下是“{meant.text}”的结果。"])
        nearly = _nearly(query, reader, engine, results) if len(question.plain_words) > 1 else []
    except EngineDown:
        return Answer(results, query, notes)
    return Answer(results, query, notes, nearly)


def all_of(query: Query, reader: Reader) -> tuple[int, Iterator[Document]]:
    """Return how many hits a question has, and all of them in the order of its pages, without their texts.

    Raises:
        EngineDown: no engine answers.
    """
    engine, results = _answering(query, reader)
    return results.total, engine.all_hits(query, reader)


def _answering(query: Query, reader: Reader) -> tuple[SearchBackend, Results]:
    """Return the first page, and the engine that answers all that follows: one that is down is waited for once.

    Raises:
        EngineDown: the engine does not answer, and nothing takes its place.
    """
    engine = backend()
    try:
        return engine, engine.search(query, reader)
    except EngineDown as error:
        log.warning("search.engine_down", reason=str(error))
        if not settings.SEARCH_FALLBACK:
            raise
    return PostgresBackend(), PostgresBackend().search(query, reader)


def _nearly(query: Query, reader: Reader, engine: SearchBackend, results: Results) -> list[Found]:
    there = {found.document.object_uuid for found in results.hits}
    loose = engine.search(replace(query, loose=True), reader)
    return [found for found in loose.hits if found.document.object_uuid not in there][: PAGE - len(there)]


def steps(query: Query, reader: Reader, total: int) -> list[Step]:
    """Return how each condition narrowed the hits down, in their order; nothing when there is but one.

    Raises:
        EngineDown: the engine does not answer.
    """
    conditions = list(_conditions(query))[:_MOST_STEPS]
    if len(conditions) < 2:
        return []
    so_far = Query()
    found: list[Step] = []
    for label, name, value in conditions:
        so_far = _with(so_far, name, value)
        without = _rest(query, name, value)
        more = _total(without, reader) - total
        found.append(Step(label, _total(so_far, reader), without, more))
    return found


def _put_right(query: Query, reader: Reader, engine: SearchBackend) -> tuple[Query, Results] | None:
    for text in corrections(query.text, weights_in_force().shares):
        other = replace(query, text=text)
        results = engine.search(other, reader)
        if results.total:
            return other, results
    return None


def _conditions(query: Query) -> Iterator[tuple[str, str, str]]:
    for part in read_question(query.text).parts:
        yield _label(part), "text", part.typed
    for name, label in _LABELS.items():
        if value := getattr(query, name):
            yield f"{label} {ITEM_STATES.get(value, LEVELS.get(value, value))}", name, value


def _label(part: Part) -> str:
    if part.without:
        return f"不含“{part.typed.lstrip('-－')}”"
    return f"含“{part.typed}”" if isinstance(part.clause, (Words, Either)) else part.typed


def _with(query: Query, name: str, value: Any) -> Query:
    changed: dict[str, Any] = {name: f"{query.text} {value}".strip() if name == "text" else value}
    return replace(query, **changed)


def _rest(query: Query, name: str, value: str) -> Query:
    if name != "text":
        usual: dict[str, Any] = {name: getattr(Query(), name)}
        return replace(query, after="", **usual)
    kept = [part.typed for part in read_question(query.text).parts if part.typed != value]
    return replace(query, after="", text=" ".join(kept))


def _total(query: Query, reader: Reader) -> int:
    return backend().search(query, reader).total
