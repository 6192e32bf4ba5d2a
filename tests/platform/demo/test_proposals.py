"""The demo's filed proposals: a believable list, of which one says what a report in review says."""

from datetime import date
from typing import Any

import pytest

from search.alike import Kind, compare, read
from search.documents import PROPOSAL
from search.models import SearchDocument
from search.weighing import weights_in_force
from tests.factories import make_user
from zhitong.demo.content.items import current_year
from zhitong.demo.content.proposals import filed
from zhitong.demo.content.units import units
from zhitong.demo.proposals import file_proposals
from zhitong.demo.world import World
from zhitong.units.models import Unit

TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def reports() -> list[Any]:
    nanhai = [one for one in units() if one.host in {"guangdong", "foshan", "nanhai"}]
    return current_year(nanhai, TODAY.year, TODAY, 2019)


def test_the_list_spans_two_years_with_numbers_of_their_own(reports: list[Any]) -> None:
    rows = filed(TODAY, reports, 2019)
    numbers = [row["number"] for row in rows]
    assert len(set(numbers)) == len(rows) == 9
    assert {row["year"] for row in rows} == {2025, 2026}
    assert all(str(row["number"]).startswith(str(row["year"])) for row in rows)
    assert {row["session"] for row in rows} == {"十三届五次会议", "十四届一次会议"}
    assert all(str(row["title"]).endswith("的提案") for row in rows)


@pytest.mark.django_db
def test_it_enters_as_any_list_and_one_is_like_a_report(unit: Unit, drain: Any, reports: list[Any]) -> None:
    world = World(units={"nanhai": unit}, users={("nanhai", "clerk"): make_user(unit, "clerk", roles=["clerk"])})
    assert file_proposals(world, TODAY, reports, 2019) == 9
    drain()
    documents = SearchDocument.objects.filter(kind=PROPOSAL)
    assert documents.count() == 9
    waiting = [
        one for one in reports if one.open_work and one.open_work.at_post == "研究室" and one.unit_host == "nanhai"
    ]
    texts = [read(one.title, f"{one.problem}\n{one.analysis}\n{one.suggestions}") for one in waiting]
    alike = {
        compare(text, read(one.title, f"{one.problem}\n{one.suggestions}"), weights_in_force()).kind
        for one in documents
        for text in texts
    }
    assert {Kind.VERBATIM, Kind.REWORKED} & alike
