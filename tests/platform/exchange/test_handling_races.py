"""Races of handling: what is passed on, answered or given back at the same moment happens once."""

from collections.abc import Callable
from uuid import UUID

from tests.platform.exchange.test_races import at_once, unit_of
from tests.platform.exchange.test_sending import CONTENT, register
from zhitong.core import audit, links
from zhitong.core.errors import Refusal
from zhitong.core.operations import Actor, system
from zhitong.exchange.models import Assignment, Event, EventKind, Handling, HandlingStep
from zhitong.exchange.operations import handling
from zhitong.exchange.operations.handling import Handler
from zhitong.exchange.operations.handling.common import PURPOSE
from zhitong.exchange.queries import faults


def _assign(item: UUID) -> Handling:
    unit = unit_of("nanhai")
    with unit:
        return handling.assign(
            actor=system(unit.pk),
            item_uuid=item,
            content=CONTENT,
            lead=Handler(department="区住建局"),
            request="请办理",
            days=10,
        )


def _all_but_one_are_refused(count: int, work: Callable[[int], None]) -> None:
    raised = at_once(count, work)
    assert len(raised) == count - 1
    assert all(isinstance(error, Refusal) for error in raised), raised
    assert list(faults()) == []
    assert list(audit.verify(unit_of("nanhai").pk)) == []


def test_eight_clerks_pass_the_same_item_on_and_it_goes_once(committed: None) -> None:
    item: UUID = register(unit_of("nanhai"))  # type: ignore[assignment]
    _all_but_one_are_refused(8, lambda _: _assign(item) and None)
    assert Handling.objects.count() == Assignment.objects.count() == HandlingStep.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.ASSIGNED).count() == 1


def test_six_answers_by_one_link_are_one(committed: None) -> None:
    unit = unit_of("nanhai")
    found = _assign(register(unit)).assignments.get()  # type: ignore[arg-type]
    with unit:
        link = links.issue(actor=system(unit.pk), purpose=PURPOSE, object_uuid=found.uuid).link

    def answer(_: int) -> None:
        mine = unit_of("nanhai")
        with mine:
            handling.answer(
                actor=Actor(unit_id=mine.pk, label="区住建局 王建国"),
                assignment_uuid=found.uuid,
                seen=1,
                words="已办结",
                result="A",
                link=link,
            )

    _all_but_one_are_refused(6, answer)
    assert HandlingStep.objects.filter(kind="answered").count() == 1
    assert Event.objects.filter(kind=EventKind.REPLIED).count() == 1


def test_granting_refusing_and_taking_back_at_once(committed: None) -> None:
    unit = unit_of("nanhai")
    found = _assign(register(unit)).assignments.get()  # type: ignore[arg-type]
    with unit:
        handling.ask_refusal(actor=system(unit.pk), assignment_uuid=found.uuid, seen=1, reason="职能不符")

    def decide(number: int) -> None:
        mine = unit_of("nanhai")
        seen = {"actor": system(mine.pk), "assignment_uuid": found.uuid, "seen": 2}
        with mine:
            if number % 3 == 0:
                handling.reassign(**seen, to=Handler(department="区城管局"), days=5)
            elif number % 3 == 1:
                handling.refuse_refusal(**seen, reason="请办理")
            else:
                handling.take_back(**seen, reason="转错了")

    _all_but_one_are_refused(6, decide)
    leads = Assignment.objects.filter(role="lead").exclude(state__in=["given_back", "taken_back"])
    assert leads.count() == (0 if Handling.objects.get().ended_at else 1)
