"""Words cut anew in their places: found again, and nothing is taken for new."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from search import rewriting
from search.backend import backend
from search.models import SearchDocument
from search.rewriting import rewrite
from tests.search.test_contract import document, titles
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def without_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.search_searchdocument SET vector = ''")


def test_all_words_are_there_again_and_no_document_is_newer_than_before(unit: Unit) -> None:
    backend().index([document(unit, f"关于充电的建议{number}") for number in range(7)])
    before = dict(SearchDocument.objects.values_list("pk", "revision"))
    without_words()
    assert titles("充电", unit) == []
    said = StringIO()
    call_command("search_rebuild", stdout=said)
    assert said.getvalue().startswith("7 documents, ")
    assert len(titles("充电", unit)) == 7
    assert dict(SearchDocument.objects.values_list("pk", "revision")) == before


def test_batches_follow_each_other_and_say_how_far_they_are(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "_BATCH", 3)
    backend().index([document(unit, f"关于充电的建议{number}") for number in range(7)])
    without_words()
    told: list[tuple[int, int]] = []
    assert rewrite(lambda written, total: told.append((written, total))) == 7
    assert told == [(3, 7), (6, 7), (7, 7)]
    assert len(titles("充电", unit)) == 7


def test_what_is_written_over_meanwhile_keeps_its_new_words(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    one = document(unit, "关于充电的建议")
    backend().index([one])
    read = rewriting._after

    def read_before_somebody_writes(last: int) -> list[dict[str, Any]]:
        rows = read(last)
        if rows:
            backend().index([document(unit, "关于电梯的建议", object_uuid=one.object_uuid, version=2)])
        return rows

    monkeypatch.setattr(rewriting, "_after", read_before_somebody_writes)
    assert rewrite() == 1
    assert titles("电梯", unit) == ["关于电梯的建议"]
    assert titles("充电", unit) == []
