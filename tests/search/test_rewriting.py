"""Words cut anew in their places: found again, and nothing is taken for new."""

import os
import signal
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from search import rewriting
from search.backend import backend
from search.cutting import CutterLost
from search.documents import Kept
from search.models import SearchDocument
from search.rewriting import rewrite
from tests.search.test_building import children
from tests.search.test_contract import document, titles
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def without_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.search_searchdocument SET vector = ''")


def words() -> dict[int, str]:
    return dict(SearchDocument.objects.annotate(words=Cast("vector", TextField())).values_list("pk", "words"))


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
    monkeypatch.setattr(rewriting, "BATCH", 3)
    backend().index([document(unit, f"关于充电的建议{number}") for number in range(7)])
    without_words()
    told: list[tuple[int, int]] = []
    assert rewrite(lambda written, total: told.append((written, total))) == 7
    assert told == [(3, 7), (6, 7), (7, 7)]
    assert len(titles("充电", unit)) == 7


def test_what_is_written_over_meanwhile_keeps_its_new_words(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    one = document(unit, "关于充电的建议")
    backend().index([one])
    read = rewriting.batches_after

    def read_before_somebody_writes(position: int, size: int) -> Iterator[list[Kept]]:
        for batch in read(position, size):
            backend().index([document(unit, "关于电梯的建议", object_uuid=one.object_uuid, version=2)])
            yield batch

    monkeypatch.setattr(rewriting, "batches_after", read_before_somebody_writes)
    assert rewrite() == 1
    assert titles("电梯", unit) == ["关于电梯的建议"]
    assert titles("充电", unit) == []


def test_words_that_are_what_they_were_are_not_written(unit: Unit) -> None:
    backend().index([document(unit, f"关于充电的建议{number}") for number in range(5)])
    one = SearchDocument.objects.order_by("pk")[2]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.search_searchdocument SET vector = '' WHERE id = %s", [one.pk])
        assert len(titles("充电", unit)) == 4
        cursor.execute("SELECT id, ctid::text FROM public.search_searchdocument ORDER BY id")
        before = cursor.fetchall()
        assert rewrite() == 5
        cursor.execute("SELECT id, ctid::text FROM public.search_searchdocument ORDER BY id")
        moved = [new[0] for old, new in zip(before, cursor.fetchall(), strict=True) if old != new]
    assert moved == [one.pk]
    assert len(titles("充电", unit)) == 5


def test_several_processes_cut_what_one_would_and_a_killed_one_is_told(
    unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend().index([document(unit, f"关于充电的建议{number}", problem="加装电梯" * number) for number in range(11)])
    before = words()
    without_words()
    monkeypatch.setattr(rewriting, "BATCH", 2)
    monkeypatch.setattr(rewriting, "cutters_for", lambda _documents: 2)
    working: set[int] = set()
    assert rewrite(lambda _written, _total: working.update(children())) == 11
    assert words() == before
    assert (len(working), children()) == (2, set())

    def kill(_written: int, _total: int) -> None:
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(CutterLost, match="ended with -9"):
        rewrite(kill)
    assert (words(), children()) == (before, set())
