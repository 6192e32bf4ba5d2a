"""Every question as every reader, against a slow filter over the database that anybody can see is right."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from search.backend import PAGE, Query, Reader, backend
from search.documents import SECTIONS, Document, unit_grant, user_grant
from search.models import SearchDocument
from search.postgres import COLUMNS
from tests.search.test_contract import document
from zhitong.units.models import Unit

Arrive = Callable[[], None]
WORDS = ["充电", "电梯", "河涌", "养老", "托育", "公交", "积水", "噪声"]
CATEGORIES = ["社会建设", "城乡建设", ""]


def archive(units: list[Unit], authors: list[UUID]) -> Iterator[Document]:
    chance = random.Random(20261126)
    for number in range(90):
        unit = chance.choice(units)
        readers = {user_grant(author) for author in chance.sample(authors, chance.randint(0, 2))}
        if chance.random() < 0.7:
            readers.add(unit_grant(unit.pk))
        yield document(
            unit,
            f"关于{chance.choice(WORDS)}的建议{number}",
            problem=f"{chance.choice(WORDS)}和{chance.choice(WORDS)}",
            category=chance.choice(CATEGORIES),
            state=chance.choice(["approved", "kept", "in_review"]),
            day=date(chance.randint(2024, 2026), 1 + number % 12, 1),
            author_names=[f"作者{number % 7}"],
            outcomes=["广东省政协 单篇采用"] if number % 5 == 0 else [],
            level="province" if number % 5 == 0 else "",
            outcome="single" if number % 5 == 0 else "",
            matter=number % 6,
            points=Decimal(number % 4),
            readers=sorted(readers),
        )


def holds(one: Document, word: str) -> bool:
    return any(word in getattr(one, name) for name in SECTIONS)


def _in(one: Document, years: set[int]) -> bool:
    return one.day is not None and one.day.year in years


CHOSEN = ("社会建设", "城乡建设")
QUESTIONS: list[tuple[Query, Callable[[Document], bool]]] = [
    *((Query(word), lambda one, word=word: holds(one, word)) for word in WORDS),
    (Query("充电 电梯"), lambda one: holds(one, "充电") and holds(one, "电梯")),
    (Query("充电 -电梯"), lambda one: holds(one, "充电") and not holds(one, "电梯")),
    (Query("标题:充电"), lambda one: "充电" in one.title),
    (Query("作者:作者3"), lambda one: one.author_names == ["作者3"]),
    (Query("采用:省政协"), lambda one: bool(one.outcomes)),
    (Query("年:2025"), lambda one: one.day is not None and one.day.year == 2025),
    (Query("状态:留存"), lambda one: one.state == "kept"),
    (Query("建议", category=("社会建设",)), lambda one: one.category == "社会建设"),
    (Query("", year=(2026,)), lambda one: one.day is not None and one.day.year == 2026),
    (Query("建议", level=("province",), sort="time"), lambda one: one.level == "province"),
    (Query("建议", sort="points"), lambda one: holds(one, "建议")),
    (Query("建议", category=CHOSEN, year=(2024, 2026)), lambda one: one.category in CHOSEN and _in(one, {2024, 2026})),
    (Query("建议", state=("kept",), outcome=("single",)), lambda one: one.state == "kept" and one.outcome == "single"),
    (Query("充电", kind=("item", "call")), lambda one: holds(one, "充电")),
    (Query("建议", kind=("call",)), lambda _one: False),
    (
        Query(like=f"item:{UUID(int=0)}", like_words=("充电", "电梯", "建议")),
        lambda one: holds(one, "充电") and holds(one, "电梯"),
    ),
    (Query("建议", matters=(1, 3)), lambda one: one.matter in {1, 3}),
]


def everything(query: Query, reader: Reader) -> list[UUID]:
    found: list[UUID] = []
    after = ""
    while True:
        results = backend().search(Query(**{**_fields(query), "after": after}), reader)
        assert len(results.hits) <= PAGE
        found += [hit.document.object_uuid for hit in results.hits]
        if not (after := results.next_cursor):
            return found


def _fields(query: Query) -> dict[str, object]:
    return {name: getattr(query, name) for name in Query.__slots__}


def test_nobody_finds_counts_or_pages_through_more_or_less_than_may_be_seen(
    arrive: Arrive, unit: Unit, city: Unit, stranger: Unit
) -> None:
    units, authors = [unit, city, stranger], [UUID(int=number) for number in range(1, 5)]
    backend().index(archive(units, authors))
    arrive()
    rows = [Document(**row) for row in SearchDocument.objects.values(*COLUMNS)]
    assert len(rows) == 90
    readers = [Reader(frozenset()), Reader(frozenset({user_grant(UUID(int=99))}))]
    readers += [Reader(frozenset({unit_grant(one.pk)})) for one in units]
    readers += [Reader(frozenset({user_grant(author)})) for author in authors]
    readers += [Reader(frozenset({unit_grant(unit.pk), user_grant(authors[0])}))]
    seen = 0
    for reader in readers:
        open_to = [row for row in rows if reader.grants & set(row.readers)]
        for query, fits in QUESTIONS:
            expected = [row for row in open_to if fits(row)]
            found = everything(query, reader)
            assert Counter(found) == Counter(row.object_uuid for row in expected), (query, reader)
            results = backend().search(query, reader)
            assert results.total == len(expected)
            assert results.counts["category"] == dict(Counter(row.category for row in expected if row.category))
            assert results.counts["level"] == dict(Counter(row.level for row in expected if row.level))
            seen += len(expected)
    assert seen > 500
