"""Two at once, in real transactions: one wins, the other is told."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tenants.accounts.models import User
from tenants.items.models import State
from tenants.review import operations as review
from tenants.review.models import Act, Run, Task
from tests.factories import make_draft, make_user
from zhitong.core.errors import Refusal
from zhitong.exchange.models import Event
from zhitong.units.models import Unit


def at_once(unit: Unit, *works: Callable[[], Any]) -> list[Any]:
    """Run each work in a thread of its own, all from one starting line; return results or refusals in their order."""
    gate, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            with unit:
                gate.wait(10)
                found[place] = work()
        except Refusal as refusal:
            found[place] = refusal  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.fixture
def place(committed: None) -> Unit:
    """南海区政协 where transactions commit."""
    found: Unit = Unit.objects.get(domains__domain=f"nanhai.{settings.BASE_DOMAIN}")
    return found


@pytest.fixture
def people(place: Unit) -> dict[str, User]:
    return {
        "author": make_user(place, "liang", name="梁晓岚"),
        "one": make_user(place, "zhou", name="周敏", roles=["clerk"], posts=["research"]),
        "two": make_user(place, "lin", name="林岚", roles=["clerk"], posts=["research"]),
    }


def begun(place: Unit, people: dict[str, User]) -> tuple[Run, dict[str, Task]]:
    item = make_draft(place, people["author"])
    run = review.submit(actor=people["author"].actor, item_uuid=item.uuid, version=item.version)
    return run, {name: Task.objects.get(run=run, holder=people[name]) for name in ("one", "two")}


def test_two_deciders_at_once(place: Unit, people: dict[str, User]) -> None:
    with place:
        actors = {name: user.actor for name, user in people.items()}
        run, tasks = begun(place, people)
    found = at_once(
        place,
        lambda: review.decide_pass(actor=actors["one"], task_uuid=tasks["one"].uuid),
        lambda: review.decide_decline(actor=actors["two"], task_uuid=tasks["two"].uuid, reason="不属反映范围"),
    )
    refused = [one for one in found if isinstance(one, Refusal)]
    assert len(refused) == 1
    assert "您的操作没有生效" in refused[0].message
    assert any(name in refused[0].message for name in ("周敏（研究室）", "林岚（研究室）"))
    with place:
        assert Act.objects.filter(run=run).count() == 2
        states = sorted(Task.objects.filter(run=run).values_list("state", flat=True))
        assert states == ["done", "superseded"]
        item = Run.objects.get(pk=run.pk).item
        assert item.state in {State.APPROVED, State.DECLINED}
        assert Event.objects.filter(item_uuid=item.uuid, kind__in=["adopted", "declined"]).count() == 1


def test_a_double_press_decides_once(place: Unit, people: dict[str, User]) -> None:
    with place:
        actor = people["one"].actor
        run, tasks = begun(place, people)
    found = at_once(place, *[lambda: review.decide_pass(actor=actor, task_uuid=tasks["one"].uuid)] * 3)
    assert sum(isinstance(one, Refusal) for one in found) == 2
    with place:
        assert Act.objects.filter(run=run, verb="pass").count() == 1


def test_submitting_twice_at_once_starts_one_run(place: Unit, people: dict[str, User]) -> None:
    with place:
        actor = people["author"].actor
        item = make_draft(place, people["author"])
    work = [lambda: review.submit(actor=actor, item_uuid=item.uuid, version=item.version)] * 2
    found = at_once(place, *work)
    assert sum(isinstance(one, Refusal) for one in found) == 1
    with place:
        assert Run.objects.count() == 1


def test_recall_against_a_decision(place: Unit, people: dict[str, User]) -> None:
    with place:
        author, one = people["author"].actor, people["one"].actor
        run, tasks = begun(place, people)
        uuid = run.item.uuid
    found = at_once(
        place,
        lambda: review.recall(actor=author, item_uuid=uuid, reason="写错了"),
        lambda: review.decide_keep(actor=one, task_uuid=tasks["one"].uuid, reason="留存备用"),
    )
    assert sum(isinstance(each, Refusal) for each in found) == 1
    with place:
        assert not Task.objects.filter(run=run, state=Task.State.OPEN).exists()
