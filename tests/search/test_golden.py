"""Sixty questions over real texts with the texts that a clerk wants to see: at least nine tenths among the first ten.

The questions and keys are in `golden/`; the texts lie outside of the repository and are read from there.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from django.db import connection

from search import weighing
from search.asking import ask
from search.backend import Query, backend
from search.documents import Document
from tests.search.test_contract import document, reader_of
from zhitong.units.models import Unit

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TEXTS = DATA / "messages_hot_topics.jsonl"
GOLDEN = Path(__file__).parent / "golden" / "questions.jsonl"
FIRST = 10
Arrive = Callable[[], None]
pytestmark = pytest.mark.skipif(not TEXTS.exists(), reason=f"needs ../shared/data/{TEXTS.name}")


def key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def texts(unit: Unit) -> Iterator[Document]:
    for line in TEXTS.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        day = date.fromisoformat(row["date"][:10]) if row["date"] else None
        yield document(unit, row["title"], problem=row["text"], object_uuid=key(row["id"]), day=day)


def test_a_clerk_sees_what_she_wants_among_the_first_ten(arrive: Arrive, unit: Unit) -> None:
    backend().index(texts(unit))
    arrive()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE public.search_searchdocument")
    weighing.forget()
    recalls: dict[str, float] = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        wanted = json.loads(line)
        answer = ask(Query(wanted["question"]), reader_of(unit))
        assert answer.results is not None
        hits = [*answer.results.hits, *answer.nearly]
        found = {hit.document.object_uuid for hit in hits[:FIRST]} & {key(name) for name in wanted["expected"]}
        recalls[wanted["question"]] = len(found) / len(wanted["expected"])
    assert len(recalls) == 60
    mean = sum(recalls.values()) / len(recalls)
    print(f"mean {mean:.3f}", {question: round(value, 2) for question, value in recalls.items() if value < 1})
    assert mean >= 0.9
