"""Marks of look-alikes in the worklists: there for who may judge, leading to the comparison, gone when judged."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import Role
from tests.tenants.proposals.lists import bring
from tests.tenants.review.conftest import House, item_of, pass_as
from tests.tenants.review.pages import client, said
from tests.tenants.review.test_alikes import BODY, COPY, list_url, pair_url

pytestmark = pytest.mark.django_db


def test_a_row_says_how_many_are_like_it_and_opens_the_comparison(house: House, drain: Any) -> None:
    other_matter = {
        "title": "关于河涌保洁的建议",
        "problem": "里水河涌里常有漂浮垃圾，夏天气味重。",
        "analysis": "保洁频次不够，责任段没有公示。",
        "suggestions": "建议增加保洁频次，公开河长电话，接受群众监督。",
    }
    runs = house.submit(**BODY), house.submit(**COPY), house.submit(**other_matter)
    drain()
    one, other, _third = (item_of(run) for run in runs)
    desk = client(house, house.research)
    page = said(desk.get("/review/"))
    assert page.count("疑似雷同 1") == 2
    for pair in (pair_url(one, other), pair_url(other, one)):
        assert f'href="{pair}"' in page
        assert desk.get(pair).status_code == 200
    assert "疑似雷同" in said(desk.get("/review/?tab=all"))
    desk.post(f"{pair_url(one, other)}judge/", {"verdict": "same"})
    assert "疑似雷同" not in said(desk.get("/review/"))


def test_what_is_decided_has_no_mark_and_still_marks_what_waits(house: House, drain: Any) -> None:
    runs = house.submit(**BODY), house.submit(**COPY)
    drain()
    pass_as(house.research, runs[0])
    drain()
    desk = client(house, house.research)
    assert "疑似雷同 1" in said(desk.get("/review/"))
    assert "疑似雷同" not in said(desk.get("/review/?tab=done"))


def test_a_list_of_proposals_marks_what_waits(house: House, drain: Any) -> None:
    house.submit(**BODY)
    drain()
    desk = client(house, house.research)
    assert "疑似雷同" not in said(desk.get("/review/"))
    bring(house.unit)
    drain()
    assert "疑似雷同 1" in said(desk.get("/review/"))


def test_who_may_not_search_the_archive_sees_no_mark(house: House, drain: Any) -> None:
    house.submit(**BODY)
    house.submit(**COPY)
    drain()
    role = Role.objects.get(code="clerk")
    role.permissions = [name for name in role.permissions if name != "search.archive"]
    role.save()
    page = said(client(house, house.research).get("/review/"))
    assert COPY["title"] in page
    assert "疑似雷同" not in page


def test_the_key_d_opens_the_comparison(house: House, drain: Any) -> None:
    one, other = (item_of(house.submit(**texts)) for texts in (BODY, COPY))
    drain()
    part = said(client(house, house.research).get(list_url(one), headers={"HX-Request": "true"}))
    assert f'href="{pair_url(one, other)}" data-key="D"' in part


def test_many_rows_cost_no_more_queries(house: House, drain: Any) -> None:
    desk = client(house, house.research)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert "疑似雷同" in said(desk.get("/review/"))
        return len(queries)

    house.submit(**BODY)
    house.submit(**COPY)
    drain()
    cost()
    before = cost()
    for n in range(5):
        house.submit(**(COPY | {"title": f"{COPY['title']}{n}"}))
    drain()
    assert cost() == before
