"""All hits of a question as a file: those of its pages, in their order, never more than the asker may see."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from search import postgres
from search.asking import DOWN, all_of
from search.backend import PAGE, Query, Reader, backend
from search.documents import unit_grant, user_grant
from search.elastic.backend import engine
from tests.factories import exported, make_user
from tests.search.node import Node
from tests.search.test_contract import document, reader_of
from zhitong.core.glossary import ADOPTED
from zhitong.units.models import Unit

Arrive = Callable[[], None]


def pages(query: Query, reader: Reader) -> list[str]:
    """Return the titles of all pages of a question."""
    seen: list[str] = []
    while True:
        results = backend().search(query, reader)
        seen += [found.document.title for found in results.hits]
        if not results.next_cursor:
            return seen
        query = Query(query.text, sort=query.sort, after=results.next_cursor)


@pytest.mark.parametrize("sort", ["relevance", "time", "points"])
def test_all_hits_come_in_the_order_of_the_pages(
    arrive: Arrive, unit: Unit, sort: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.elastic.backend._TAKEN", 7)
    days = [date(2026, 1, 1), date(2026, 1, 2), None]
    words = ["充电", "充电充电", "充电桩充电"]
    backend().index(
        [
            document(
                unit,
                f"建议{n}",
                problem=words[n % 3],
                suggestions="充电" * (n % 4),
                day=days[n % 3],
                points=Decimal(n % 4) / 3,
            )
            for n in range(PAGE * 2 + 5)
        ]
    )
    backend().index([document(unit, "别的", readers=[user_grant(uuid4())], problem="充电")])
    arrive()
    query = Query("充电", sort=sort)
    total, found = all_of(query, reader_of(unit))
    titles = [one.title for one in found]
    assert titles == pages(query, reader_of(unit))
    assert total == len(titles) == PAGE * 2 + 5
    assert [one.problem for one in backend().all_hits(query, reader_of(unit))] == [""] * total


@pytest.mark.parametrize("question", ["充电", "-河涌 充电", "年:2026", "“！”", ""])
def test_nothing_of_another_unit_is_in_it(arrive: Arrive, unit: Unit, stranger: Unit, question: str) -> None:
    author = uuid4()
    backend().index([document(unit, "甲区充电", readers=[unit_grant(unit.pk), user_grant(author)])])
    arrive()
    for reader in (reader_of(stranger), Reader(frozenset({user_grant(uuid4())})), Reader(frozenset())):
        assert list(backend().all_hits(Query(question), reader)) == []
    own = [one.title for one in backend().all_hits(Query(question), Reader(frozenset({user_grant(author)})))]
    assert own == ([] if question == "“！”" else ["甲区充电"])


@pytest.mark.django_db
def test_where_only_the_newest_are_ranked_the_others_follow(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "CANDIDATES", 3)
    one = postgres.PostgresBackend()
    one.index([document(unit, f"充电{n}", day=date(2026, 1, 1 + n)) for n in range(6)])
    titles = [found.title for found in one.all_hits(Query("充电"), reader_of(unit))]
    assert sorted(titles[:3]) == ["充电3", "充电4", "充电5"]
    assert titles[3:] == ["充电2", "充电1", "充电0"]


def test_the_file_holds_what_the_asker_may_find(arrive: Arrive, unit: Unit, stranger: Unit, client_for: Any) -> None:
    author, clerk = make_user(unit, "liang"), make_user(unit, "zhou", roles=["clerk"])
    other = make_user(stranger, "zhou", roles=["clerk"])
    grants = [unit_grant(unit.pk), user_grant(author.uuid)]
    outcomes = ["佛山市政协 综合采用", "省政协 单篇采用"]
    backend().index(
        [
            document(unit, "=充电", readers=grants, author_names=["梁晓岚", "冯雅琪"], number_label="南海〔2026〕1号",
                     category="社会建设", state="approved", level="province", outcomes=outcomes),
            document(unit, "充电桩", day=date(2025, 1, 1), from_unit="民盟南海总支"),
        ]
    )  # fmt: skip
    arrive()

    def rows(user: Any, where: Unit) -> list[list[str]]:
        content = exported(client_for(user, where), "search.hits", "q=充电&sort=time", wanted="csv")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]

    assert rows(clerk, unit) == [
        ["稿件", "南海〔2026〕1号", "'=充电", "梁晓岚、冯雅琪", "", "社会建设", ADOPTED, "2026-06-01", "省级采用",
         "佛山市政协 综合采用；省政协 单篇采用"],
        ["稿件", "", "充电桩", "", "民盟南海总支", "", "", "2025-01-01", "", ""],
    ]  # fmt: skip
    assert [row[2] for row in rows(author, unit)] == ["'=充电"]
    assert rows(other, stranger) == []
    page = client_for(clerk, unit).get("/search/?q=充电&sort=time").content.decode()
    assert 'name="query" value="q=%E5%85%85%E7%94%B5&amp;sort=time"' in page
    form = {"kind": "search.hits", "format": "csv"}
    assert client_for(clerk, unit).post("/exports/ask/", {**form, "query": "sort=time"}).status_code == 422
    administrator = make_user(unit, "chief", roles=["administrator"])
    assert client_for(administrator, unit).post("/exports/ask/", {**form, "query": "q=充电"}).status_code == 403


@pytest.mark.xdist_group("elasticsearch")
def test_while_the_engine_is_down_the_database_answers(
    elastic: Arrive, node: Node, unit: Unit, client_for: Any, settings: Any
) -> None:
    clerk = make_user(unit, "zhou", roles=["clerk"])
    backend().index([document(unit, "充电")])
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"  # nobody listens there
    engine.cache_clear()
    try:
        assert "充电" in exported(client_for(clerk, unit), "search.hits", "q=充电", wanted="csv").decode()
        settings.SEARCH_FALLBACK = False
        form = {"kind": "search.hits", "query": "q=充电", "format": "csv"}
        answer = client_for(clerk, unit).post("/exports/ask/", form)
        assert answer.status_code == 409
        assert DOWN in answer.content.decode()
    finally:
        settings.ELASTICSEARCH_URL = node.url
        engine.cache_clear()
