"""Races: two at once on real transactions."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from tenants.items import operations
from tenants.items.fields import AuthorInput
from tenants.items.models import Item, State
from tests.factories import make_draft, make_user
from zhitong.core.errors import Refusal
from zhitong.core.operations import system
from zhitong.exchange.models import ItemFact
from zhitong.units.models import Unit


def at_once(*works: Callable[[], Any]) -> list[Any]:
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = work()
        except Refusal as refusal:
            results[place] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.fixture
def place(committed: None) -> Unit:
    return Unit.objects.get(domains__domain__startswith="nanhai.")


def test_one_item_submitted_twice_gets_one_number(place: Unit) -> None:
    user = make_user(place, "liang")
    item = make_draft(place, user)

    def submit() -> int | None:
        with place:
            fresh = Item.objects.get(uuid=item.uuid)
            return operations.register_submission(actor=user.actor, item=fresh).number

    with place:
        user.actor  # noqa: B018 - the actor is of this unit from now on
    assert sorted(map(str, at_once(submit, submit))) == ["1", "wrong_state"]


def test_items_submitted_at_once_get_different_numbers(place: Unit) -> None:
    users = [make_user(place, f"author{n}x") for n in range(4)]
    items = [make_draft(place, user) for user in users]

    def submit(number: int) -> Callable[[], Any]:
        def work() -> int | None:
            with place:
                fresh = Item.objects.get(uuid=items[number].uuid)
                return operations.register_submission(actor=users[number].actor, item=fresh).number

        return work

    assert sorted(at_once(*(submit(n) for n in range(4)))) == [1, 2, 3, 4]


def test_equal_drafts_of_one_author_submitted_at_once_pass_once(place: Unit) -> None:
    user = make_user(place, "liang")
    items = [make_draft(place, user) for _ in range(2)]

    def submit(item: Item) -> Callable[[], Any]:
        def work() -> int | None:
            with place:
                fresh = Item.objects.get(uuid=item.uuid)
                return operations.register_submission(actor=user.actor, item=fresh).number

        return work

    assert sorted(map(str, at_once(*map(submit, items)))) == ["1", "items.duplicate"]


def test_of_two_autosaves_one_wins_and_one_is_told(place: Unit) -> None:
    user = make_user(place, "liang")
    item = make_draft(place, user)

    def save(words: str) -> Callable[[], Any]:
        def work() -> int:
            with place:
                changes = {"problem": words}
                return operations.save_draft(actor=user.actor, item_uuid=item.uuid, version=1, changes=changes).version

        return work

    assert sorted(map(str, at_once(save("甲"), save("乙")))) == ["2", "stale_version"]


def test_an_answer_and_a_new_order_at_once_are_both_kept(place: Unit) -> None:
    writer, second = make_user(place, "liang"), make_user(place, "feng")
    item = make_draft(place, writer)
    names = [AuthorInput(user=writer.uuid), AuthorInput(user=second.uuid)]
    with place:
        operations.set_authors(actor=writer.actor, item_uuid=item.uuid, version=1, authors=names)
        second.actor  # noqa: B018 - the actor is of this unit from now on

    def turn() -> None:
        with place:
            operations.set_authors(actor=writer.actor, item_uuid=item.uuid, version=2, authors=names[::-1])

    def answer() -> None:
        with place:
            operations.confirm_signing(actor=second.actor, item_uuid=item.uuid)

    assert at_once(turn, answer) == [None, None]
    with place:
        assert list(item.authors.values_list("user__username", "consent")) == [("feng", "confirmed"), ("liang", "")]


def test_a_refusal_and_the_decision_at_once_agree(place: Unit) -> None:
    writer, second = make_user(place, "liang", name="梁晓岚"), make_user(place, "feng", name="冯雅琪")
    item = make_draft(place, writer)
    names = [AuthorInput(user=writer.uuid), AuthorInput(user=second.uuid)]
    with place:
        item = operations.set_authors(actor=writer.actor, item_uuid=item.uuid, version=1, authors=names)
        item = operations.register_submission(actor=writer.actor, item=item)
        second.actor  # noqa: B018 - the actor is of this unit from now on

    def refuse() -> None:
        with place:
            operations.decline_signing(actor=second.actor, item_uuid=item.uuid, reason="不了解")

    def decide() -> None:
        with place:
            operations.conclude(actor=system(place.pk), item=Item.objects.get(pk=item.pk), state=State.APPROVED)

    refused = at_once(refuse, decide)[0] is None
    with place:
        signing = [author.name for author in Item.objects.get(pk=item.pk).signers]
    [fact] = ItemFact.objects.filter(item_uuid=item.uuid)
    assert signing == [author["name"] for author in fact.authors]
    assert signing == (["梁晓岚"] if refused else ["梁晓岚", "冯雅琪"])
