"""What is found, in which order, and above all what is not."""

from datetime import date
from uuid import uuid4

import pytest

from search.analyser import words
from search.backend import PAGE, Query, Reader, backend
from search.documents import Document, unit_grant, user_grant
from search.snippets import best_section, highlight
from zhitong.core.errors import InvalidInput
from zhitong.units.models import Unit


def document(unit: Unit, title: str, **fields: object) -> Document:
    defaults = {"version": 1, "day": date(2026, 6, 1), "readers": [unit_grant(unit.pk)], "object_uuid": uuid4()}
    return Document(**{**defaults, "unit_id": unit.pk, "kind": "item", "title": title, **fields})


def titles(query: Query, reader: Reader) -> list[str]:
    return [found.document.title for found in backend().search(query, reader).hits]


@pytest.mark.django_db
def test_chinese_words_are_found_inside_longer_ones(unit: Unit) -> None:
    backend().index([document(unit, "关于规范电动自行车充电的建议"), document(unit, "关于河涌整治的建议")])
    reader = Reader(frozenset({unit_grant(unit.pk)}))
    assert titles(Query("自行车"), reader) == ["关于规范电动自行车充电的建议"]
    assert titles(Query("电动自行车充电"), reader) == ["关于规范电动自行车充电的建议"]
    assert titles(Query("ＡＩ"), reader) == []


@pytest.mark.django_db
def test_the_title_weighs_more_than_the_body(unit: Unit) -> None:
    backend().index(
        [
            document(unit, "其他建议", analysis="涉及养老服务"),
            document(unit, "关于养老服务的建议", day=date(2020, 1, 1)),
        ]
    )
    reader = Reader(frozenset({unit_grant(unit.pk)}))
    assert titles(Query("养老服务"), reader) == ["关于养老服务的建议", "其他建议"]


@pytest.mark.django_db
def test_nothing_of_another_unit_is_found_or_counted(unit: Unit, stranger: Unit) -> None:
    author = uuid4()
    backend().index(
        [document(unit, "甲区充电", readers=[unit_grant(unit.pk), user_grant(author)], category="社会建设")]
    )
    for reader in (
        Reader(frozenset({unit_grant(stranger.pk)})),
        Reader(frozenset({user_grant(uuid4())})),
        Reader(frozenset()),
    ):
        results = backend().search(Query("充电"), reader)
        assert (results.total, list(results.hits), any(results.counts.values())) == (0, [], False)
    assert backend().search(Query("充电"), Reader(frozenset({user_grant(author)}))).total == 1


@pytest.mark.django_db
def test_an_old_message_never_overwrites_a_newer_text(unit: Unit) -> None:
    key = uuid4()
    assert backend().index([document(unit, "新题", object_uuid=key, version=3)]) == 1
    assert backend().index([document(unit, "旧题", object_uuid=key, version=2)]) == 0
    assert titles(Query("新题"), Reader(frozenset({unit_grant(unit.pk)}))) == ["新题"]


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["relevance", "time"])
def test_paging_shows_each_hit_once(unit: Unit, sort: str) -> None:
    backend().index([document(unit, f"充电桩建议{n}", day=date(2026, 1, 1 + n % 3)) for n in range(PAGE * 2 + 5)])
    reader = Reader(frozenset({unit_grant(unit.pk)}))
    seen: list[str] = []
    after = ""
    for _ in range(3):
        results = backend().search(Query("充电", sort=sort, after=after), reader)
        seen += [found.document.title for found in results.hits]
        after = results.next_cursor
    assert (len(seen), len(set(seen)), after) == (PAGE * 2 + 5, PAGE * 2 + 5, "")


@pytest.mark.django_db
def test_a_forged_cursor_is_refused(unit: Unit) -> None:
    with pytest.raises(InvalidInput):
        backend().search(Query("充电", sort="time", after="bm9ub25l"), Reader(frozenset({unit_grant(unit.pk)})))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["' | '", "a & !b", "\\", "';--", "：：", "(((", "<->", "%s", "{}"])
def test_signs_of_the_engine_are_only_text(unit: Unit, text: str) -> None:
    backend().search(Query(text), Reader(frozenset({unit_grant(unit.pk)})))


def test_marks_never_open_a_way_for_markup() -> None:
    marked = highlight("<script>充电</script>", frozenset({"充电"}))
    assert marked == '&lt;script&gt;<b class="zt-hit">充电</b>&lt;/script&gt;'


def test_a_snippet_comes_from_the_section_that_says_most() -> None:
    found = Document(
        unit_id=1, kind="item", object_uuid=uuid4(), version=1, title="", problem="甲", suggestions="建充电桩"
    )
    label, snippet = best_section(found, frozenset(word.text for word in words("充电桩")))
    assert label == "意见建议"
    assert "zt-hit" in snippet
