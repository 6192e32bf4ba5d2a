"""Two at once, in real transactions: one wins, the other is told what happened; nothing locks up, nothing is lost."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tenants.desk import operations as desk
from tenants.items.models import Item, State
from tenants.review import operations as review
from tenants.review.engine import replay
from tenants.review.models import Act, Run, Task
from tests.factories import make_draft, make_user
from zhitong.core import clock
from zhitong.core.errors import Refusal, WrongState
from zhitong.core.operations import Actor, system
from zhitong.exchange.models import Dispatch, Event
from zhitong.units.models import Unit
from zhitong.units.queries import destinations

ROUNDS = 3


def at_once(unit: Unit, *works: Callable[[], Any]) -> list[Any]:
    """Run each work in a thread of its own, all from one starting line; return results or refusals in their order.

    Anything but a refusal (a deadlock, a broken constraint) is raised here.
    """
    gate, found = threading.Barrier(len(works)), [None] * len(works)
    failures: list[BaseException] = []

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            with unit:
                gate.wait(30)
                found[place] = work()
        except Refusal as refusal:
            found[place] = refusal  # type: ignore[call-overload]
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if failures:
        raise failures[0]
    return found


def refused(found: list[Any]) -> list[Refusal]:
    return [one for one in found if isinstance(one, Refusal)]


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
        "next": make_user(place, "he", name="何静", roles=["leader"], posts=["secretary"]),
        "other": make_user(place, "sun", name="孙越", roles=["reviewer"]),
        "third": make_user(place, "ou", name="欧阳雪", roles=["reviewer"]),
        "admin": make_user(place, "admin_a", name="管理员", roles=["administrator"]),
    }


@pytest.fixture
def actors(place: Unit, people: dict[str, User]) -> dict[str, Actor]:
    with place:
        return {name: user.actor for name, user in people.items()}


def publish(place: Unit, *steps: dict[str, Any]) -> None:
    made = [{"key": f"s{n}", "name": f"第{n}步", **step} for n, step in enumerate(steps, 1)]
    review.publish_flow(
        actor=system(place.pk), flow_code="main", name="试验", definition={"steps": made}, is_default=True
    )


def begun(place: Unit, people: dict[str, User], number: int = 1) -> Run:
    item = make_draft(place, people["author"], title=f"关于第 {number} 件事的建议")
    return review.submit(actor=people["author"].actor, item_uuid=item.uuid, version=item.version)


def task_of(run: Run, user: User) -> Task:
    return Task.objects.filter(run=run, holder=user).latest("pk")


def check(run: Run) -> Run:
    """Return the run as it is now: its history replays, somebody has something to do while it is under way."""
    run = Run.objects.select_related("item").get(pk=run.pk)
    found = replay(Act.objects.filter(run=run).order_by("seq"))
    assert (found.state, found.step, found.round) == (run.state, run.step, run.round)
    tasks = Task.objects.filter(run=run)
    assert found.tasks == {str(task.uuid): task.state for task in tasks}
    assert tasks.filter(state=Task.State.OPEN).exists() == (run.state == Run.State.RUNNING)
    return run


def test_two_deciders_at_once(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        run = begun(place, people)
        tasks = {name: task_of(run, people[name]).uuid for name in ("one", "two")}
    found = at_once(
        place,
        lambda: review.decide_pass(actor=actors["one"], task_uuid=tasks["one"]),
        lambda: review.decide_decline(actor=actors["two"], task_uuid=tasks["two"], reason="不属反映范围"),
    )
    [refusal] = refused(found)
    assert "您的操作没有生效" in refusal.message
    assert any(name in refusal.message for name in ("周敏（研究室）", "林岚（研究室）"))
    with place:
        assert Act.objects.filter(run=run).count() == 2
        states = sorted(Task.objects.filter(run=run).values_list("state", flat=True))
        assert states == ["done", "superseded"]
        item = check(run).item
        assert item.state in {State.APPROVED, State.DECLINED}
        assert Event.objects.filter(item_uuid=item.uuid, kind__in=["adopted", "declined"]).count() == 1


def test_a_double_press_decides_once(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        run = begun(place, people)
        task = task_of(run, people["one"]).uuid
    found = at_once(place, *[lambda: review.decide_pass(actor=actors["one"], task_uuid=task)] * 3)
    assert len(refused(found)) == 2
    with place:
        assert Act.objects.filter(run=run, verb="pass").count() == 1


def test_submitting_twice_at_once_starts_one_run(place: Unit, people: dict[str, User]) -> None:
    with place:
        actor = people["author"].actor
        item = make_draft(place, people["author"])
    work = [lambda: review.submit(actor=actor, item_uuid=item.uuid, version=item.version)] * 2
    found = at_once(place, *work)
    assert len(refused(found)) == 1
    with place:
        assert Run.objects.count() == 1


def test_recall_against_a_decision(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        run = begun(place, people)
        task, uuid = task_of(run, people["one"]).uuid, run.item.uuid
    found = at_once(
        place,
        lambda: review.recall(actor=actors["author"], item_uuid=uuid, reason="写错了"),
        lambda: review.decide_keep(actor=actors["one"], task_uuid=task, reason="留存备用"),
    )
    [refusal] = refused(found)
    assert "撤回" in refusal.message  # either "cannot recall any more", or "was recalled by"
    with place:
        assert check(run).state in {Run.State.RECALLED, Run.State.KEPT}


def test_recall_against_a_pass(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        publish(place, {"posts": ["research"]}, {"posts": ["secretary"]})
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            task, uuid = task_of(run, people["one"]).uuid, run.item.uuid
        found = at_once(
            place,
            lambda uuid=uuid: review.recall(actor=actors["author"], item_uuid=uuid, reason="写错了"),
            lambda task=task: review.decide_pass(actor=actors["one"], task_uuid=task),
        )
        assert len(refused(found)) == 1
        with place:
            recalled = check(run).state == Run.State.RECALLED
            assert recalled == isinstance(found[1], Refusal)
            assert Task.objects.filter(run=run, holder=people["next"]).exists() != recalled


def test_a_pass_against_being_reassigned(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            task, whom = task_of(run, people["one"]).uuid, people["other"].uuid
        found = at_once(
            place,
            lambda task=task: review.decide_pass(actor=actors["one"], task_uuid=task),
            lambda task=task, whom=whom: review.reassign_task(
                actor=actors["admin"], task_uuid=task, who=whom, reason="出差"
            ),
        )
        assert len(refused(found)) == 1
        with place:
            passed = check(run).state == Run.State.PASSED
            assert passed == isinstance(found[1], Refusal)
            assert Task.objects.filter(run=run, holder=people["other"]).exists() != passed


def test_taking_back_against_the_next_pass(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        publish(place, {"posts": ["research"]}, {"posts": ["secretary"]})
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            review.decide_pass(actor=actors["one"], task_uuid=task_of(run, people["one"]).uuid)
            task = task_of(run, people["next"]).uuid
        found = at_once(
            place,
            lambda run=run: review.take_back(actor=actors["one"], run_uuid=run.uuid, reason="点错了"),
            lambda task=task: review.decide_pass(actor=actors["next"], task_uuid=task),
        )
        [refusal] = refused(found)
        assert any(words in refusal.message for words in ("何静已于", "周敏（研究室）于"))
        with place:
            ended = check(run).state == Run.State.PASSED
            assert ended == isinstance(found[0], Refusal)
            assert Event.objects.filter(item_uuid=run.item.uuid, kind="adopted").exists() == ended


def test_a_post_changes_hands_against_a_pass(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        publish(place, {"posts": ["secretary"]}, {"posts": ["research"]})
        runs = [begun(place, people, number) for number in range(6)]
        tasks = [task_of(run, people["next"]).uuid for run in runs]
    found = at_once(
        place,
        lambda: review.replace_holder(
            actor=actors["admin"], position_code="secretary", old=people["next"], new=people["other"]
        ),
        lambda: review.decide_many(actor=actors["next"], verb="pass", task_uuids=tasks, reason=""),
    )
    assert not refused(found)
    answers = found[1]
    with place:
        for run, answer in zip(runs, answers, strict=True):
            task = Task.objects.get(run=run, step=0)
            decided = answer.refusal is None
            assert (task.state == Task.State.DONE) == decided
            assert task.holder == (people["next"] if decided else people["other"])
            assert decided or "转给孙越" in answer.refusal.message
            check(run)


def test_the_last_two_votes_at_once(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        publish(place, {"posts": ["research", "secretary"], "mode": "n_of_m", "n": 3})
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            review.decide_pass(actor=actors["next"], task_uuid=task_of(run, people["next"]).uuid)
            tasks = {name: task_of(run, people[name]).uuid for name in ("one", "two")}
        found = at_once(
            place,
            lambda tasks=tasks: review.decide_pass(actor=actors["one"], task_uuid=tasks["one"]),
            lambda tasks=tasks: review.decide_pass(actor=actors["two"], task_uuid=tasks["two"]),
        )
        assert not refused(found)
        with place:
            assert check(run).state == Run.State.PASSED
            assert Event.objects.filter(item_uuid=run.item.uuid, kind="adopted").count() == 1


def test_a_vote_won_and_lost_at_once(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        publish(place, {"posts": ["research"], "mode": "n_of_m", "n": 1})
        run = begun(place, people)
        tasks = {name: task_of(run, people[name]).uuid for name in ("one", "two")}
    found = at_once(
        place,
        lambda: review.decide_pass(actor=actors["one"], task_uuid=tasks["one"]),
        lambda: review.decide_object(actor=actors["two"], task_uuid=tasks["two"], reason="数据不实"),
    )
    with place:
        assert check(run).state == Run.State.PASSED  # one vote is enough, whether the other came before it or not
        assert len(refused(found)) == (Task.objects.get(run=run, holder=people["two"]).state == Task.State.SUPERSEDED)


def test_answers_of_two_signers_at_once(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            whom = [people["other"].uuid, people["third"].uuid]
            asking = task_of(run, people["one"])
            review.add_before(actor=actors["one"], task_uuid=asking.uuid, who=whom, reason="请把关")
            tasks = {name: task_of(run, people[name]).uuid for name in ("other", "third")}
        found = at_once(
            place,
            *[
                lambda name=name, tasks=tasks: review.answer(actor=actors[name], task_uuid=tasks[name], words="属实")
                for name in tasks
            ],
        )
        assert not refused(found)
        with place:
            check(run)
            asking.refresh_from_db()
            assert asking.state == Task.State.OPEN


def test_a_signer_answers_while_being_removed(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            asking = task_of(run, people["one"])
            review.add_before(actor=actors["one"], task_uuid=asking.uuid, who=[people["other"].uuid], reason="请把关")
            task = task_of(run, people["other"]).uuid
        found = at_once(
            place,
            lambda task=task: review.answer(actor=actors["other"], task_uuid=task, words="属实"),
            lambda task=task: review.remove_signer(actor=actors["one"], task_uuid=task, reason="不用了"),
        )
        assert len(refused(found)) == 1
        with place:
            check(run)
            asking.refresh_from_db()
            assert asking.state == Task.State.OPEN


def test_a_batch_against_single_decisions(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        runs = [begun(place, people, number) for number in range(6)]
        mine = [task_of(run, people["one"]).uuid for run in runs]
        theirs = [task_of(run, people["two"]).uuid for run in runs]

    def keep(uuid: UUID) -> Refusal | None:
        try:
            review.decide_keep(actor=actors["two"], task_uuid=uuid, reason="留存备用")
        except WrongState as refusal:
            return refusal
        return None

    answers, refusals = at_once(
        place,
        lambda: review.decide_many(actor=actors["one"], verb="pass", task_uuids=mine, reason="同意"),
        lambda: [keep(uuid) for uuid in reversed(theirs)][::-1],
    )
    with place:
        for run, answer, refusal in zip(runs, answers, refusals, strict=True):
            assert (answer.refusal is None) == (refusal is not None)
            assert refusal is None or "周敏（研究室）于" in refusal.message
            assert check(run).state == (Run.State.PASSED if refusal else Run.State.KEPT)


def test_two_batches_from_either_end(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        runs = [begun(place, people, number) for number in range(10)]
        mine = [task_of(run, people["one"]).uuid for run in runs]
        theirs = [task_of(run, people["two"]).uuid for run in runs]
    passed, kept = at_once(
        place,
        lambda: review.decide_many(actor=actors["one"], verb="pass", task_uuids=mine, reason="同意"),
        lambda: review.decide_many(actor=actors["two"], verb="keep", task_uuids=theirs[::-1], reason="留存备用"),
    )
    with place:
        for run, one, other in zip(runs, passed, kept[::-1], strict=True):
            assert (one.refusal is None) != (other.refusal is None)
            refusal = one.refusal or other.refusal
            assert "您的操作没有生效" in refusal.message
            assert check(run).state == (Run.State.KEPT if one.refusal else Run.State.PASSED)
            assert Act.objects.filter(run=run, verb__in=["pass", "keep"]).count() == 1


def test_two_bulk_handovers_crossing(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        publish(place, {"posts": ["research", "secretary"], "mode": "all"})
        runs = [begun(place, people, number) for number in range(12)]
    found = at_once(
        place,
        lambda: review.replace_holder(
            actor=actors["admin"], position_code="research", old=people["one"], new=people["other"]
        ),
        lambda: review.replace_holder(
            actor=actors["admin"], position_code="secretary", old=people["next"], new=people["third"]
        ),
    )
    assert found == [12, 12]
    with place:
        for run in runs:
            check(run)
            holders = set(
                Task.objects.filter(run=run, state=Task.State.OPEN).values_list("holder__username", flat=True)
            )
            assert holders == {"sun", "lin", "ou"}


def test_an_account_is_closed_while_its_holder_decides(
    place: Unit, people: dict[str, User], actors: dict[str, Actor]
) -> None:
    with place:
        runs = [begun(place, people, number) for number in range(6)]
        tasks = [task_of(run, people["one"]).uuid for run in runs]
    found = at_once(
        place,
        lambda: accounts.deactivate_user(actor=system(place.pk), user=people["one"]),
        lambda: review.decide_many(actor=actors["one"], verb="pass", task_uuids=tasks, reason=""),
    )
    assert not refused(found)
    with place:
        for run, answer in zip(runs, found[1], strict=True):
            passed = answer.refusal is None
            assert check(run).state == (Run.State.PASSED if passed else Run.State.RUNNING)
            assert not Task.objects.filter(run=run, holder=people["one"], state=Task.State.OPEN).exists()


def test_taking_back_against_sending(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    with place:
        to = destinations(place, clock.today())[0].key
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            review.decide_pass(actor=actors["one"], task_uuid=task_of(run, people["one"]).uuid)
            item = Item.objects.get(pk=run.item_id)
        found = at_once(
            place,
            lambda run=run: review.take_back(actor=actors["one"], run_uuid=run.uuid, reason="点错了"),
            lambda item=item: desk.send(actor=actors["two"], item_uuid=item.uuid, version=item.version, to=[to]),
        )
        assert len(refused(found)) == 1
        with place:
            sent = Dispatch.objects.filter(item_uuid=item.uuid).exists()
            assert sent == isinstance(found[0], Refusal)
            assert (check(run).state == Run.State.PASSED) == sent


def test_handing_in_again_against_being_ended(place: Unit, people: dict[str, User], actors: dict[str, Actor]) -> None:
    for number in range(ROUNDS):
        with place:
            run = begun(place, people, number)
            review.decide_return(actor=actors["one"], task_uuid=task_of(run, people["one"]).uuid, reason="请补数据")
            item = Item.objects.get(pk=run.item_id)
        found = at_once(
            place,
            lambda item=item: review.submit(actor=actors["author"], item_uuid=item.uuid, version=item.version),
            lambda run=run: review.end_run(actor=actors["admin"], run_uuid=run.uuid, as_verb="keep", reason="已过时"),
        )
        with place:
            assert check(run).state == Run.State.KEPT  # ended at once, or right after it was handed in
            assert not isinstance(found[1], Refusal)
