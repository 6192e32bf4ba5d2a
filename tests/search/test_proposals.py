"""Filed proposals: found by who may search the archive, on both engines; others learn only that they are there."""

from collections.abc import Callable
from typing import Any

import pytest

from search.backend import Query, Reader, backend
from search.documents import PROPOSAL, unit_grant
from search.lookalikes import LookAlikes, look_alikes
from search.models import Fingerprint, SearchDocument
from search.operations import judge_pair
from search.rights import reader_of
from search.sweeping import sweep
from tenants.accounts.models import User
from tenants.proposals import operations
from tenants.proposals.models import Proposal
from tests.factories import make_user
from tests.tenants.proposals.lists import ROWS, bring
from tests.tenants.review.test_alikes import BODY
from zhitong.core.errors import NotFound
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
Arrive = Callable[[], None]


def found(unit: Unit, user: User, question: str = "充电", **asked: Any) -> list[str]:
    with unit:
        results = backend().search(Query(question, **asked), reader_of(user.actor))
        return [hit.document.title for hit in results.hits]


def test_who_may_search_the_archive_finds_them_and_nobody_else(
    arrive: Arrive, unit: Unit, stranger: Unit, drain: Any
) -> None:
    bring(unit)
    drain()
    arrive()
    for roles, titles in (
        (["clerk"], [ROWS[0][2]]), (["leader"], [ROWS[0][2]]), (["reader"], [ROWS[0][2]]), (["author"], []),
    ):  # fmt: skip
        assert found(unit, make_user(unit, f"u_{roles[0]}", roles=roles)) == titles
    assert found(stranger, make_user(stranger, "s_clerk", roles=["clerk"])) == []


def test_they_are_counted_as_what_they_are_by_year_and_number(arrive: Arrive, unit: Unit, drain: Any) -> None:
    bring(unit)
    drain()
    arrive()
    clerk = make_user(unit, "zhou", roles=["clerk"])
    with unit:
        results = backend().search(Query("", kind=(PROPOSAL,)), reader_of(clerk.actor))
    assert (results.total, results.counts["kind"]) == (3, {PROPOSAL: 3})
    assert results.counts["year"] == {"2025": 2, "2026": 1}
    assert found(unit, clerk, "编号:提案20260007") == [ROWS[2][2]]
    assert found(unit, clerk, "作者:民盟") == [ROWS[0][2]]
    assert found(unit, clerk, "年:2026") == [ROWS[2][2]]


def test_what_is_replaced_or_taken_out_is_found_as_it_is_now(arrive: Arrive, unit: Unit, drain: Any) -> None:
    bring(unit)
    bring(unit, [(ROWS[0][0], ROWS[0][1], "关于电梯维保的提案", "李明", "加装电梯以后没有维保。", "")])
    drain()
    arrive()
    clerk = make_user(unit, "zhou", roles=["clerk"])
    assert found(unit, clerk) == []
    assert found(unit, clerk, "电梯") == ["关于电梯维保的提案"]
    with unit:
        operations.remove_year(actor=system(unit.pk), year=2025)
    drain()
    arrive()
    assert found(unit, clerk, "", kind=(PROPOSAL,)) == [ROWS[2][2]]
    assert sweep([unit], deep=True).is_clean


def test_a_sweep_brings_back_what_search_has_lost(arrive: Arrive, unit: Unit, drain: Any) -> None:
    bring(unit)
    drain()
    SearchDocument.objects.filter(kind=PROPOSAL).delete()
    swept = sweep([unit])
    arrive()
    assert (swept.missing, sweep([unit]).is_clean) == (3, True)
    assert Fingerprint.objects.filter(document__kind=PROPOSAL).count() == 3
    assert found(unit, make_user(unit, "zhou", roles=["clerk"])) == [ROWS[0][2]]


def alikes(unit: Unit, reader: Reader) -> LookAlikes:
    with unit:
        return look_alikes(title="充电隐患", body="\n".join(BODY.values()), item=None, reader=reader)


def test_a_closed_proposal_says_only_that_it_is_there_and_only_at_home(unit: Unit, stranger: Unit, drain: Any) -> None:
    bring(unit)
    drain()
    [alike] = alikes(unit, Reader(frozenset({unit_grant(unit.pk)}))).alikes
    assert (alike.document.kind, alike.document.number_label) == (PROPOSAL, "提案 18")
    assert alikes(unit, Reader(frozenset())) == LookAlikes([], 0, [], filed=True)
    assert alikes(stranger, Reader(frozenset({unit_grant(stranger.pk)}))) == LookAlikes([], 0, [])


def test_two_proposals_are_no_pair_to_judge(unit: Unit, drain: Any) -> None:
    bring(unit)
    drain()
    with unit:
        one, other = Proposal.objects.values_list("uuid", flat=True)[:2]
        with pytest.raises(NotFound):
            judge_pair(actor=system(unit.pk), item_uuid=one, other_uuid=other, same=True)
