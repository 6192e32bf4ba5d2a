"""The page of results: several values of a facet, copies of one matter, what is like a hit, as people see them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.test import Client

from search.asking import ask
from search.backend import Query, backend
from search.documents import Document
from search.gathering import gathered
from search.models import SavedSearch
from tenants.accounts.models import User
from tests.factories import make_user
from tests.search.test_contract import document, reader_of
from zhitong.exchange.models import Matter
from zhitong.units.models import Unit

Arrive = Callable[[], None]
ClientFor = Callable[[User, Unit], Client]


def archive(unit: Unit) -> list[Document]:
    """Seventy reports on lifts: every third one stands alone, the others are two or three of one matter."""
    matters = [Matter.objects.create().pk for _ in range(20)]
    made = []
    for number in range(70):
        alone = number % 3 == 0
        made.append(
            document(
                unit,
                f"加装电梯{number}",
                problem="电梯" * (number % 5),
                day=date(2026, 1, 1) + timedelta(days=number % 40),
                matter=None if alone else matters[number % 20],
                points=Decimal(number % 7),
                category=["社会建设", "城乡建设", "经济建设"][number % 3],
                from_unit=["佛山市政协", "民盟南海总支"][number % 2],
            )
        )
    backend().index(made)
    return made


@pytest.mark.parametrize("sort", ["relevance", "time", "points"])
def test_every_matter_is_one_hit_whatever_the_order_and_however_far_one_pages(
    arrive: Arrive, unit: Unit, sort: Any
) -> None:
    made = archive(unit)
    arrive()
    query, seen, shown = Query("电梯", sort=sort), [], set()
    while True:
        page = gathered(query, reader_of(unit), backend())
        assert page.results.total == 70
        for hit in page.results.hits:
            seen.append(hit.document.matter or hit.document.object_uuid)
            shown.add(hit.document.object_uuid)
            shown |= {copy.object_uuid for copy in page.copies.get(hit.document.matter or 0, ())}
        if not page.results.next_cursor:
            break
        query = Query("电梯", sort=sort, after=page.results.next_cursor)
    assert len(seen) == len(set(seen)) == len({one.matter or one.object_uuid for one in made})
    assert shown == {one.object_uuid for one in made}


def test_a_facet_counts_as_if_nothing_of_it_were_chosen(arrive: Arrive, unit: Unit) -> None:
    made = archive(unit)
    arrive()
    chosen = Query("电梯", category=("社会建设", "城乡建设"), from_unit=("佛山市政协",))
    results = ask(chosen, reader_of(unit)).results
    assert results is not None

    def count(**wanted: str) -> int:
        return sum(all(getattr(one, name) == value for name, value in wanted.items()) for one in made)

    here = [count(category=name, from_unit="佛山市政协") for name in ("社会建设", "城乡建设", "经济建设")]
    assert results.total == here[0] + here[1]
    assert results.counts["category"] == dict(zip(("社会建设", "城乡建设", "经济建设"), here, strict=True))
    both = ("社会建设", "城乡建设")
    units = {name: sum(count(category=one, from_unit=name) for one in both) for name in ("佛山市政协", "民盟南海总支")}
    assert results.counts["from_unit"] == units


def test_the_page_narrows_by_several_values_and_gives_each_of_them_back(unit: Unit, client_for: ClientFor) -> None:
    archive(unit)
    clerk = client_for(make_user(unit, "zhou", name="周敏", roles=["clerk"]), unit)
    asked = {"q": "电梯", "category": ["社会建设", "城乡建设"], "sort": "points", "year": ["2026", "abc"]}
    page = clerk.get("/search/", asked).content.decode()
    assert page.count('class="chip"') == 2  # a year that is none narrows nothing
    assert page.count("checked") >= 3
    assert "得 6 分" in page
    assert "同一件事另有" in page
    apart = clerk.get("/search/", {**asked, "apart": "1"}).content.decode()
    assert "同一件事另有" not in apart
    clerk.post("/search/saved/", asked)
    assert SavedSearch.objects.get().asked == {
        "text": "电梯",
        "category": ["社会建设", "城乡建设"],
        "sort": "points",
    }
    again = clerk.post(f"/search/saved/{SavedSearch.objects.get().pk}/", {"do": "open"})
    assert parse_qs(urlsplit(again.url).query)["category"] == ["社会建设", "城乡建设"]  # type: ignore[attr-defined]


def test_more_like_a_hit_leads_to_what_shares_its_words_and_to_nothing_closed(
    unit: Unit, stranger: Unit, client_for: ClientFor
) -> None:
    one = document(unit, "关于加装电梯维保的建议", problem="过保以后困人，维保单位只占六成，首层业主不分摊")
    near = document(unit, "老旧小区电梯困人", problem="加装的电梯过保以后没有维保")
    backend().index([one, near, document(unit, "关于河涌保洁的建议"), document(stranger, "加装电梯的维保分摊")])
    clerk = client_for(make_user(unit, "zhou", name="周敏", roles=["clerk"]), unit)
    listed = clerk.get("/search/", {"q": "首层业主"}).content.decode()
    link = f"like=item%3A{one.object_uuid}"
    assert link in listed
    found = clerk.get(f"/search/?{link}").content.decode()
    assert "与“关于加装电梯维保的建议”相似" in found
    assert str(near.object_uuid) in found
    assert "河涌" not in found
    strange = client_for(make_user(stranger, "he", name="何琳", roles=["clerk"]), stranger)
    for like in (f"item:{one.object_uuid}", f"item:{UUID(int=7)}", "item:", "x", "item:'"):
        closed = strange.get("/search/", {"like": like, "q": "电梯"}).content.decode()
        assert "您看不到" in closed
        assert "困人" not in closed
