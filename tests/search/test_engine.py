"""The engine beside the database: killed and started again, rebuilt, swept; nothing is lost and nothing is invented."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from elasticsearch import NotFoundError

from search.asking import ask
from search.backend import EngineDown, Query, backend
from search.elastic import writing
from search.elastic.backend import engine
from search.elastic.building import rebuild
from search.elastic.pushing import MOST_ATTEMPTS, index_revisions, push
from search.models import Build, Push, SearchDocument
from search.sweeping import sweep_index
from tests.search.node import Node
from tests.search.test_contract import document, reader_of, titles
from tests.search.test_rights import everything
from zhitong.core import clock
from zhitong.units.models import Unit

pytestmark = pytest.mark.xdist_group("elasticsearch")
Arrive = Callable[[], None]


def due_now() -> None:
    Push.objects.update(due_at=clock.now())


def test_an_engine_that_is_killed_loses_nothing_and_postgresql_answers(
    elastic: Arrive, node: Node, unit: Unit, settings: Any
) -> None:
    before = document(unit, "关于充电的建议甲")
    gone = document(unit, "关于充电的建议乙")
    backend().index([before, gone])
    elastic()
    node.kill()
    try:
        backend().index([document(unit, "关于充电的建议丙")])  # writing goes on
        backend().remove("item", [gone.object_uuid])
        with pytest.raises(EngineDown):
            push()
        assert {row.error != "" for row in Push.objects.all()} == {True}
        answer = ask(Query("充电", sort="time"), reader_of(unit))
        assert answer.results is not None
        assert sorted(found.document.title[-1] for found in answer.results.hits) == ["丙", "甲"]
        assert "现由数据库检索" in answer.notes[0]
        settings.SEARCH_FALLBACK = False
        assert ask(Query("充电"), reader_of(unit)).results is None
    finally:
        node.start()
    due_now()
    elastic()
    assert Push.objects.count() == 0
    assert sorted(title[-1] for title in titles("充电", unit)) == ["丙", "甲"]
    assert sweep_index().is_clean


def test_an_engine_that_dies_while_it_is_written_rebuilt_and_asked_loses_nothing_and_invents_nothing(
    elastic: Arrive, node: Node, unit: Unit
) -> None:
    kept: dict[UUID, str] = {}
    number = down = 0
    for moment in (0.05, 0.3, 0.8):
        killing = threading.Timer(moment, node.kill)  # it is started from here: it ends with the thread that started it
        killing.start()
        died = down
        while down == died or number % 5:  # in whatever work it dies; some rounds are written while it is dead
            number += 1
            made = [document(unit, f"关于充电的建议{number}号{n}") for n in range(5)]
            changed = replace(made[0], title=f"关于充电的新建议{number}", version=2)
            backend().index([*made, changed])
            backend().remove("item", [made[1].object_uuid])
            kept |= {one.object_uuid: one.title for one in (changed, *made[2:])}
            due_now()
            for work in (push, rebuild) if number % 3 == 0 else (push,):
                try:
                    work()
                except EngineDown:
                    down += 1
            answer = ask(Query("充电", sort="time"), reader_of(unit))
            assert answer.results is not None  # PostgreSQL answers in its place
            for hit in answer.results.hits:
                assert kept[hit.document.object_uuid] == hit.document.title
        killing.join()
        node.start()
    if Build.objects.filter(state=Build.State.BUILDING).exists():
        rebuild()
    due_now()
    elastic()
    assert Push.objects.count() == 0
    assert Counter(everything(Query("充电"), reader_of(unit))) == Counter(kept.keys())
    swept = sweep_index()
    assert (swept.is_clean, swept.checked) == (True, len(kept))


def test_a_rebuild_that_was_broken_off_goes_on_and_misses_nothing_written_meanwhile(
    elastic: Arrive, unit: Unit
) -> None:
    old = Build.objects.get(state=Build.State.IN_USE)
    documents = [document(unit, f"关于充电的建议{number}") for number in range(7)]
    backend().index(documents)
    elastic()

    class BrokenError(Exception):
        pass

    def break_off(build: Build, total: int) -> None:
        assert (build.written, total) == (7, 7)
        raise BrokenError

    with pytest.raises(BrokenError):
        rebuild(break_off)
    assert titles("充电", unit) != []  # the old one answers
    backend().index([document(unit, "关于充电的新建议")])
    backend().remove("item", [documents[0].object_uuid])
    elastic()
    begun = Build.objects.get(state=Build.State.BUILDING)
    assert rebuild().pk == begun.pk
    elastic()
    assert len(titles("充电", unit)) == 7
    assert sweep_index().is_clean
    with pytest.raises(NotFoundError):
        engine().indices.get(index=old.index)


def test_the_sweep_mends_what_the_index_lacks_has_too_much_or_has_old(elastic: Arrive, unit: Unit) -> None:
    lost, stale, ghost = (document(unit, f"关于充电的建议{name}") for name in "甲乙丙")
    backend().index([lost, stale, ghost])
    elastic()
    index = Build.objects.get(state=Build.State.IN_USE).index
    engine().delete(index=index, id=f"item:{lost.object_uuid}")
    SearchDocument.objects.filter(object_uuid=stale.object_uuid).update(title="关于电梯的建议", revision=0)
    SearchDocument.objects.filter(object_uuid=ghost.object_uuid).delete()
    engine().indices.refresh(index=index)
    swept = sweep_index()
    assert (swept.missing, swept.outdated, swept.surplus) == (1, 1, 1)
    elastic()
    assert sorted(titles("建议", unit)) == ["关于充电的建议甲", "关于电梯的建议"]
    assert sweep_index().is_clean


def test_an_older_revision_never_takes_the_place_of_a_newer_one(elastic: Arrive, unit: Unit) -> None:
    one = document(unit, "关于充电的建议")
    backend().index([one])
    elastic()
    index = Build.objects.get(state=Build.State.IN_USE).index
    before = dict(index_revisions(index))
    row = SearchDocument.objects.get(object_uuid=one.object_uuid)
    Push.objects.create(kind="item", object_uuid=one.object_uuid, revision=1, since=clock.now(), due_at=clock.now())
    SearchDocument.objects.filter(pk=row.pk).update(revision=1, title="旧")
    elastic()
    assert dict(index_revisions(index)) == before
    assert Push.objects.count() == 0


def test_a_document_the_engine_refuses_waits_with_its_reason_and_holds_up_no_other(elastic: Arrive, unit: Unit) -> None:
    bad, good = document(unit, "关于充电的建议甲"), document(unit, "关于充电的建议乙")
    backend().index([bad, good])
    # A day the engine cannot read stands for whatever it may refuse.
    SearchDocument.objects.filter(object_uuid=bad.object_uuid).update(matter=2**62)
    engine().indices.put_mapping(
        index=Build.objects.get(state=Build.State.IN_USE).index, properties={"refused": {"type": "keyword"}}
    )
    original = writing.body_of

    def with_unknown_field(kept: Any) -> Any:
        body = original(kept)
        return body | {"unknown": "x"} if kept.document.object_uuid == bad.object_uuid else body

    writing.body_of = with_unknown_field
    try:
        elastic()
    finally:
        writing.body_of = original
    assert titles("充电", unit) == ["关于充电的建议乙"]
    [waiting] = Push.objects.all()
    assert waiting.attempts == 1
    assert "strict_dynamic_mapping_exception" in waiting.error
    assert waiting.attempts < MOST_ATTEMPTS
    due_now()
    elastic()
    assert sorted(title[-1] for title in titles("充电", unit)) == ["乙", "甲"]
