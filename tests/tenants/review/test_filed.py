"""Reports held against the proposals that the unit has filed: shown with their mark, to who may read them."""

from typing import Any

import pytest

from search.models import PairVerdict
from tenants.proposals.models import Proposal
from tests.factories import make_draft
from tests.tenants.proposals.lists import ROWS, bring
from tests.tenants.review.conftest import House, item_of
from tests.tenants.review.pages import client, said
from tests.tenants.review.test_alikes import BODY, list_url

pytestmark = pytest.mark.django_db


def test_a_report_is_held_against_them_while_written_and_when_it_is_judged(house: House, drain: Any) -> None:
    bring(house.unit)
    run = house.submit(**BODY)
    drain()
    item = item_of(run)
    proposal = Proposal.objects.get(number="18")
    desk = client(house, house.research)
    part = said(desk.get(list_url(item), headers={"HX-Request": "true"}))
    for words in ("雷同提示 1", "已立案提案", "逐字相同", "提案 18", "2025 年", "民盟南海总支", ROWS[0][2]):
        assert words in part
    assert "2025-01-01" not in part
    pair = said(desk.get(f"/review/alikes/{item.uuid}/{proposal.uuid}/"))
    for words in (
        "已立案提案",
        "提案 18",
        "2025 年 立案",
        "提案人 民盟南海总支",
        f"/proposals/{proposal.uuid}/",
        "<mark>",
    ):
        assert words in pair
    desk.post(f"/review/alikes/{item.uuid}/{proposal.uuid}/judge/", {"verdict": "different"})
    assert not PairVerdict.objects.get().same
    assert "另有 1 篇已判为不是同一件" in said(desk.get(list_url(item), headers={"HX-Request": "true"}))


def test_an_author_learns_that_one_is_filed_and_reads_no_word_of_it(house: House, drain: Any) -> None:
    bring(house.unit)
    drain()
    draft = make_draft(house.unit, house.author, **BODY)
    part = said(client(house, house.author).get(list_url(draft), headers={"HX-Request": "true"}))
    assert "本单位的已立案提案里有大致相同的内容" in part
    for secret in (ROWS[0][2], "民盟", "提案 18", str(Proposal.objects.get(number="18").uuid)):
        assert secret not in part
    proposal = Proposal.objects.get(number="18")
    assert client(house, house.author).get(f"/review/alikes/{draft.uuid}/{proposal.uuid}/").status_code == 404


def test_a_text_from_outside_is_held_against_them(house: House, drain: Any) -> None:
    bring(house.unit)
    drain()
    desk = client(house, house.research)
    page = said(desk.post("/review/compare/", {"title": "", "text": BODY["problem"]}))
    proposal = Proposal.objects.get(number="18")
    for words in ("已立案提案", ROWS[0][2], f"/proposals/{proposal.uuid}/"):
        assert words in page
