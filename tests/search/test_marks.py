"""Marks in lists: found once by a worker, read with the rights of the moment, gone when judged or decided."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from search import marks
from search.backend import Reader, backend
from search.documents import PROPOSAL, user_grant
from search.marks import Mark
from search.models import AlikeMark
from search.operations import judge_pair
from tests.search.alike.test_comparing import ORIGINAL, OTHER, REWORKED
from tests.search.test_lookalikes import keep, office
from zhitong.core.operations import system
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def note(unit: Unit, key: UUID, text: Any = ORIGINAL, **how: Any) -> None:
    with unit:
        marks.note(key=key, title=text.title, body=text.body, **how)


def marked(unit: Unit, *keys: UUID, reader: Reader | None = None) -> dict[UUID, Mark]:
    with unit:
        return marks.marks_of(keys, reader or office(unit))


def test_both_that_wait_are_marked_and_what_is_decided_is_not(unit: Unit, stranger: Unit) -> None:
    old = keep(unit, REWORKED, state="approved")
    first, other = keep(unit, ORIGINAL), keep(unit, OTHER)
    note(unit, other, OTHER)
    note(unit, first)
    assert marked(unit, first, other, old) == {first: Mark(1, old)}
    second = keep(unit, ORIGINAL)
    note(unit, second)
    assert marked(unit, first, second, old) == {first: Mark(2, second), second: Mark(2, first)}
    assert marked(stranger, first, second) == {}


def test_what_came_in_is_marked_and_marks_nothing_itself(unit: Unit) -> None:
    item, dispatch = keep(unit, ORIGINAL), uuid4()
    note(unit, dispatch, REWORKED, is_document=False)
    assert marked(unit, dispatch, item) == {dispatch: Mark(1, item)}
    with unit:
        marks.forget(dispatch)
    assert marked(unit, dispatch) == {}


def test_a_filed_proposal_marks_what_waits(unit: Unit) -> None:
    item = keep(unit, ORIGINAL)
    proposal = keep(unit, REWORKED, kind=PROPOSAL, state="")
    note(unit, proposal, REWORKED, waits=False)
    assert marked(unit, item, proposal) == {item: Mark(1, proposal)}
    backend().remove(PROPOSAL, [proposal])
    assert marked(unit, item) == {}


def test_what_was_judged_is_marked_no_more_whatever_was_said(unit: Unit) -> None:
    one, two, three = (keep(unit, ORIGINAL) for _ in range(3))
    for key in (one, two, three):
        note(unit, key)
    for other, same in ((two, True), (three, False)):
        assert one in marked(unit, one)
        with unit:
            judge_pair(actor=system(unit.pk), item_uuid=one, other_uuid=other, same=same)
    assert marked(unit, one, two, three) == {two: Mark(1, three), three: Mark(1, two)}


def test_a_mark_tells_nothing_of_what_the_reader_may_not_read(unit: Unit) -> None:
    author = uuid4()
    item, closed = keep(unit, ORIGINAL), keep(unit, ORIGINAL)
    own = keep(unit, ORIGINAL, readers=[user_grant(author)])
    for key in (item, closed, own):
        note(unit, key)
    assert marked(unit, item, reader=Reader(frozenset())) == {}
    assert marked(unit, item, reader=Reader(frozenset({user_grant(author)}))) == {item: Mark(1, own)}
    assert marked(unit, item) == {item: Mark(1, closed)}


def test_a_text_that_is_rewritten_loses_its_marks_on_both_sides(unit: Unit) -> None:
    one, two = keep(unit, ORIGINAL), keep(unit, ORIGINAL)
    note(unit, one)
    note(unit, two)
    keep(unit, OTHER, object_uuid=two, version=2)
    note(unit, two, OTHER)
    assert marked(unit, one, two) == {}
    assert not AlikeMark.objects.exists()


def test_one_or_many_rows_cost_one_query(unit: Unit, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    keys = [keep(unit, ORIGINAL) for _ in range(6)]
    for key in keys:
        note(unit, key)
    with unit:
        reader = office(unit)
        marks.marks_of(keys, reader)  # the first question in a unit sets its schema
        for some in (keys[:1], keys):
            with django_assert_num_queries(1):
                assert marks.marks_of(some, reader).keys() == set(some)
