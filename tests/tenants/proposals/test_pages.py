"""The pages of filed proposals: who opens which, what an import says, many rows at the same cost."""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tenants.proposals.models import Proposal
from tests.factories import client_for, exported, make_user
from tests.tenants.proposals.lists import ROWS, bring, upload, workbook
from tests.tenants.review.pages import said
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
LIST, IMPORT = "/proposals/", "/proposals/import/"


@pytest.fixture
def clerk(unit: Unit) -> Client:
    return client_for(make_user(unit, "zhou", name="周敏", roles=["clerk"]), unit)


def one(unit: Unit, number: str = "18") -> Proposal:
    with unit:
        return Proposal.objects.get(number=number)


def test_a_list_is_brought_in_shown_and_exported_as_it_came(clerk: Client, unit: Unit) -> None:
    assert "还没有导入已立案提案" in said(clerk.get(LIST))
    answer = clerk.post(IMPORT, {"file": upload()}, follow=True)
    page = said(answer)
    assert "已导入：新增 3 件，更新 0 件，没有变化 0 件。其中 1 件没有正文" in page
    for row in ROWS:
        assert row[2] in page
    assert page.index(ROWS[2][2]) < page.index(ROWS[0][2]) < page.index(ROWS[1][2])
    book = load_workbook(io.BytesIO(exported(clerk, "proposals.all", "year=2025")))
    head, *rows = book["已立案提案"].iter_rows(values_only=True)
    assert head == ("案号", "年份", "届次", "标题", "提案人", "正文", "承办单位")
    assert [row[:2] for row in rows] == [("18", 2025), ("19", 2025)]
    again = clerk.post(IMPORT, {"file": upload(workbook(rows, head))}, follow=True)
    assert "新增 0 件，更新 0 件，没有变化 2 件" in said(again)


def test_the_list_is_narrowed_by_year_and_by_words(clerk: Client, unit: Unit) -> None:
    bring(unit)
    for query, shown in (
        ("?year=2025", [0, 1]), ("?q=河涌", [1]), ("?q=民盟", [0]), ("?q=桂城 水利", [1]), ("?q=20260007", [2]),
        ("?q=河涌&year=2026", []), ("?year=x", [0, 1, 2]), ("?year=99999", [0, 1, 2]),
    ):  # fmt: skip
        page = said(clerk.get(f"{LIST}{query}"))
        assert [number for number, row in enumerate(ROWS) if row[2] in page] == shown, query
    assert "没有符合条件的提案" in said(clerk.get(f"{LIST}?q=没有的"))


def test_a_list_with_wrong_rows_names_them_and_enters_only_when_told_to(clerk: Client, unit: Unit) -> None:
    bad = [*ROWS, ("", "2025", "没有号的提案", "", "", ""), ("31", "", "没有年份的提案", "", "", "")]
    answer = clerk.post(IMPORT, {"file": upload(workbook(bad))})
    page = said(answer)
    assert answer.status_code == 422
    assert "一件也没有导入：2 行有问题" in page
    assert re.findall(r"<td[^>]*>(第 \d+ 行)<", page) == [f"第 {len(ROWS) + 3} 行", f"第 {len(ROWS) + 4} 行"]
    assert "没有案号" in page
    assert "看不出是哪一年" in page
    with unit:
        assert not Proposal.objects.exists()
    answer = clerk.post(IMPORT, {"file": upload(workbook(bad)), "skip_wrong": "on", "year": "2026"})
    assert "新增 4 件" in said(answer)
    assert "下面 1 行没有导入" in said(answer)
    assert one(unit, "31").year == 2026


def test_a_file_that_cannot_be_read_is_refused_in_its_field(clerk: Client) -> None:
    for file, why in (
        (upload(b"not a book"), "已经损坏"),
        (upload(b"", "a.csv"), "这个文件是空的"),
        (upload(workbook([], ("序号",))), "没有找到表头"),
        (upload(workbook([])), "表里没有提案"),
        (upload(b"x", "a.doc"), "不收"),
    ):
        answer = clerk.post(IMPORT, {"file": file})
        assert (answer.status_code, why in said(answer)) == (422, True), why
    assert clerk.post(IMPORT, {}).status_code == 422


def test_one_is_read_and_taken_out_then_a_year_after_a_question(clerk: Client, unit: Unit) -> None:
    bring(unit)
    path = f"/proposals/{one(unit).uuid}/"
    page = said(clerk.get(path))
    for words in (ROWS[0][2], "民盟南海总支、李明", "区住建局", "居民从楼上拉线", "周敏"):
        assert words in page
    assert clerk.get(f"{path}remove/").status_code == 405
    assert "已删除 2025 年提案 18" in said(clerk.post(f"{path}remove/", follow=True))
    assert clerk.get(path).status_code == 404
    year = "/proposals/years/2025/remove/"
    assert "将删除 2025 年的 1 件提案" in said(clerk.get(year))
    with unit:
        assert Proposal.objects.filter(year=2025).exists()
    assert "已删除 2025 年的 1 件提案" in said(clerk.post(year, follow=True))
    assert clerk.get(year).status_code == 404


def test_who_may_only_search_reads_and_changes_nothing(unit: Unit) -> None:
    bring(unit)
    reader = client_for(make_user(unit, "du", roles=["reader"]), unit)
    path = f"/proposals/{one(unit).uuid}/"
    assert reader.get(LIST).status_code == 200
    assert reader.get(path).status_code == 200
    assert IMPORT not in said(reader.get(LIST))
    assert "/remove/" not in said(reader.get(path)) + said(reader.get(f"{LIST}?year=2025"))
    for answer in (
        reader.get(IMPORT), reader.post(IMPORT, {"file": upload()}), reader.post(f"{path}remove/"),
        reader.get("/proposals/import/sample/"), reader.post("/proposals/years/2025/remove/"),
    ):  # fmt: skip
        assert answer.status_code == 403
    with unit:
        assert Proposal.objects.count() == 3


def test_authors_neighbours_and_strangers_see_nothing(unit: Unit, stranger: Unit) -> None:
    bring(unit)
    path = f"/proposals/{one(unit).uuid}/"
    author = client_for(make_user(unit, "liang"), unit)
    assert {author.get(where).status_code for where in (LIST, path, IMPORT)} == {403}
    neighbour = client_for(make_user(stranger, "ma", roles=["clerk"]), stranger)
    assert neighbour.get(path).status_code == 404
    assert ROWS[0][2] not in said(neighbour.get(LIST))
    assert client_for(None, unit).get(LIST).status_code == 302


def test_words_of_a_list_are_shown_as_words(clerk: Client, unit: Unit) -> None:
    hostile = "<script>alert(1)</script>"
    bring(unit, [("1", "2025", hostile, hostile, hostile, hostile)])
    for path in (LIST, f"/proposals/{one(unit, '1').uuid}/", f"{LIST}?q={hostile}"):
        assert hostile not in clerk.get(path).content.decode()


def test_one_or_thirty_cost_the_same_queries(clerk: Client, unit: Unit) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            clerk.get(LIST)
        return len(queries)

    bring(unit, ROWS[:1])
    cost()
    before = cost()
    rows: list[tuple[Any, ...]] = [
        (n, 2024, f"关于第 {n} 件事的提案", "李明", "内容", "区住建局") for n in range(1, 31)
    ]
    bring(unit, rows)
    assert cost() == before
    assert "下一页" in said(clerk.get(LIST))


def test_the_search_page_calls_them_proposals_of_their_year(clerk: Client, unit: Unit, drain: Any) -> None:
    bring(unit)
    drain()
    page = said(clerk.get("/search/?q=河涌"))
    assert "整治的提案" in page
    assert "提案 19" in page
    assert "2025 年" in page
    assert "2025-01-01" not in page
