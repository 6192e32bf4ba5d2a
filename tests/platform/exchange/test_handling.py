"""Handling: passing on, receipt, refusal, extension, answers, urging and satisfaction, on public rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from tests.platform.exchange.test_sending import CONTENT, register, up
from zhitong.core import clock, links
from zhitong.core.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, WrongState
from zhitong.core.links import LinkGone
from zhitong.core.models import AuditEntry, OneTimeLink
from zhitong.core.operations import Actor, system
from zhitong.documents.storage import StoredFile
from zhitong.exchange import operations, packets
from zhitong.exchange.models import (
    Assignment,
    Event,
    EventKind,
    Handling,
    HandlingFile,
    HandlingStep,
    Visibility,
)
from zhitong.exchange.operations import handling
from zhitong.exchange.operations.handling import Handler
from zhitong.exchange.operations.handling.common import PURPOSE
from zhitong.exchange.queries import faults, journey
from zhitong.exchange.queries.handling import file_of, outcomes_of
from zhitong.units.models import BodyKind, Level, Unit

pytestmark = pytest.mark.django_db
Step = HandlingStep
BUREAU = Handler(department="区住建局")


@pytest.fixture
def item(unit: Unit) -> UUID:
    return register(unit)  # type: ignore[return-value]


@pytest.fixture
def assign(unit: Unit, item: UUID) -> Callable[..., Handling]:
    """A function that lets 南海 pass its item to handlers, within twenty working days."""

    def work(*, lead: Handler = BUREAU, **changes: Any) -> Handling:
        given = {"request": "请研究办理", "days": 20, **changes}
        with unit:
            return handling.assign(actor=system(unit.pk), item_uuid=item, content=CONTENT, lead=lead, **given)

    return work


def only(found: Handling) -> Assignment:
    return found.assignments.get()


def state_of(assignment: Assignment) -> tuple[str, int]:
    now = Assignment.objects.get(pk=assignment.pk)
    return now.state, now.steps_count


def kinds(assignment: Assignment) -> list[str]:
    return list(assignment.steps.values_list("kind", flat=True))


def test_what_is_passed_on_is_frozen_and_names_no_author(
    unit: Unit, item: UUID, assign: Callable[..., Handling], party: Unit
) -> None:
    found = assign(lead=Handler(unit=party), co=[BUREAU])
    content = found.packet.content
    assert (content["title"], content["authors"]) == (CONTENT["title"], [])
    assert found.packet.sha256 == packets.digest(content)
    assert "梁晓岚" not in str(content)
    event = Event.objects.get(kind=EventKind.ASSIGNED)
    assert (event.unit, event.item_uuid, event.reason) == (unit, item, "承办：民盟南海总支；会办：区住建局")
    lead, co = found.assignments.order_by("pk")
    assert [(one.role, one.name, one.level) for one in (lead, co)] == [
        ("lead", "民盟南海总支", "county"),
        ("co", "区住建局", "county"),
    ]
    assert kinds(lead) == ["assigned"]
    assert lead.receipt_due_at < lead.due_at
    assert list(faults()) == []


def test_the_same_is_passed_on_once_until_it_is_taken_back(unit: Unit, assign: Callable[..., Handling]) -> None:
    first = assign()
    with pytest.raises(WrongState, match="没有重复转办"):
        assign()
    with unit:
        handling.take_back(actor=system(unit.pk), assignment_uuid=only(first).uuid, seen=1, reason="转错了")
    assert Handling.objects.get(pk=first.pk).ended_at
    assert assign().pk != first.pk
    assert list(faults()) == []


def test_nobody_is_asked_twice_or_asked_who_is_closed(unit: Unit, assign: Callable[..., Handling]) -> None:
    for wrong in ({"co": [BUREAU]}, {"lead": Handler(unit=unit)}, {"lead": Handler()}, {"days": 0}, {"request": " "}):
        with pytest.raises(InvalidInput):
            assign(**wrong)
    assert not Handling.objects.exists()


def test_an_instruction_is_passed_with_its_words_only_when_they_may_go_on(
    unit: Unit, city: Unit, item: UUID, assign: Callable[..., Handling]
) -> None:
    with unit:
        [sent] = operations.send(actor=system(unit.pk), item_uuid=item, content=CONTENT, to=up(unit))
    above = uuid4()
    with city:
        operations.register_item(
            actor=system(city.pk), item_uuid=above, number_label="佛〔2026〕1号", submitted_at=clock.now(), authors=[],
            dispatch=sent,
        )  # fmt: skip
        operations.accept(actor=system(city.pk), dispatch_uuid=sent.uuid, item_uuid=above)
        kept, open_ = (
            operations.record(
                actor=system(city.pk), item_uuid=above, kind=EventKind.INSTRUCTION, leader="某市长", leader_rank="city",
                words="请认真研究", visibility=visibility,
            )
            for visibility in (Visibility.FACT, Visibility.FULL)
        )  # fmt: skip
    with pytest.raises(WrongState, match="没有对本单位开放"):
        assign(instruction_uuid=kept.uuid, passes_words=True)
    first = assign(instruction_uuid=kept.uuid)
    assert (first.leader, first.words) == ("市级领导", "")
    second = assign(instruction_uuid=open_.uuid, passes_words=True)
    assert (second.leader, second.words) == ("某市长", "请认真研究")
    with pytest.raises(NotFound):
        assign(instruction_uuid=uuid4())


def test_a_unit_receipts_answers_and_the_journey_knows_it(
    unit: Unit, item: UUID, party: Unit, assign: Callable[..., Handling]
) -> None:
    found = only(assign(lead=Handler(unit=party)))
    file = StoredFile("a" * 64, 12, "application/pdf", "方案.pdf")
    with party:
        handling.receive_assignment(actor=system(party.pk), assignment_uuid=found.uuid)
        handling.receive_assignment(actor=system(party.pk), assignment_uuid=found.uuid)
        assert state_of(found) == ("working", 2)
        handling.interim(actor=system(party.pk), assignment_uuid=found.uuid, seen=2, words="正在调研", files=[file])
        with pytest.raises(StaleVersion):
            handling.interim(actor=system(party.pk), assignment_uuid=found.uuid, seen=2, words="正在调研")
        with pytest.raises(InvalidInput) as refused:
            handling.answer(actor=system(party.pk), assignment_uuid=found.uuid, seen=3, words="已办结")
        assert list(refused.value.fields) == ["result"]
        handling.answer(actor=system(party.pk), assignment_uuid=found.uuid, seen=3, words="已办结", result="A")
    assert kinds(found) == ["assigned", "received", "interim", "answered"]
    assert state_of(found)[0] == "answered"
    event = Event.objects.get(kind=EventKind.REPLIED)
    assert (event.unit, event.item_uuid, event.by, event.words, event.visibility) == (
        unit, item, "民盟南海总支", "已办结", "fact",
    )  # fmt: skip
    assert (event.level, event.body_kind) == ("county", "party")
    kept = HandlingFile.objects.get()
    assert kept.owner == party
    assert file_of(unit.pk, kept.uuid) == file_of(party.pk, kept.uuid) == kept
    way = journey(unit.pk, item, for_the_office=True)
    assert way
    told = [line for step in way.steps for line in step.events]
    assert ("答复", "民盟南海总支，办理结果 A 已经解决或采纳", "已办结") in {(t.what, t.detail, t.quote) for t in told}
    assert list(faults()) == []


def test_a_department_counts_as_one_at_its_level(assign: Callable[..., Handling], unit: Unit) -> None:
    found = only(assign(lead=Handler(department="市生态环境局", level=Level.CITY)))
    with unit:
        handling.answer(actor=system(unit.pk), assignment_uuid=found.uuid, seen=1, words="已办结", result="B")
    event = Event.objects.get(kind=EventKind.REPLIED)
    assert (event.level, event.body_kind) == ("city", BodyKind.BUREAU)
    assert Step.objects.get(kind="answered").by == "市生态环境局（系统登记）"  # who entered it stands beside
    with unit, pytest.raises(WrongState, match="不能冲正"):
        operations.reverse(actor=system(unit.pk), event_uuid=event.uuid, reason="错")


def test_a_refusal_is_granted_to_another_or_refused(unit: Unit, party: Unit, assign: Callable[..., Handling]) -> None:
    found = only(assign(lead=Handler(unit=party)))
    with party:
        handling.ask_refusal(
            actor=system(party.pk), assignment_uuid=found.uuid, seen=1, reason="职能不符", proposal="区城管局"
        )
        with pytest.raises(WrongState, match="正在等交办单位答复"):
            handling.ask_refusal(actor=system(party.pk), assignment_uuid=found.uuid, seen=2, reason="职能不符")
        with pytest.raises(WrongState):
            handling.answer(actor=system(party.pk), assignment_uuid=found.uuid, seen=2, words="办结", result="A")
    with unit:
        handling.refuse_refusal(actor=system(unit.pk), assignment_uuid=found.uuid, seen=2, reason="请按职责办理")
    assert state_of(found)[0] == "working"
    with party:
        seen = state_of(found)[1]
        handling.ask_refusal(actor=system(party.pk), assignment_uuid=found.uuid, seen=seen, reason="确实不符")
    with unit:
        seen = state_of(found)[1]
        other = handling.reassign(
            actor=system(unit.pk), assignment_uuid=found.uuid, seen=seen, to=Handler(department="区城管局"), days=10
        )
    assert state_of(found)[0] == "given_back"
    assert (other.role, other.after, other.name) == ("lead", found, "区城管局")
    with party, pytest.raises(WrongState):
        handling.receive_assignment(actor=system(party.pk), assignment_uuid=found.uuid)
    assert list(faults()) == []


def test_an_extension_moves_the_limit_when_it_is_granted(
    unit: Unit, party: Unit, assign: Callable[..., Handling]
) -> None:
    found = only(assign(lead=Handler(unit=party)))
    last = clock.local_date(found.due_at)
    with party:
        with pytest.raises(InvalidInput) as refused:
            handling.ask_extension(
                actor=system(party.pk), assignment_uuid=found.uuid, seen=1, reason="要实地测量", until=last
            )
        assert list(refused.value.fields) == ["until"]
        later = last + timedelta(days=14)
        handling.ask_extension(
            actor=system(party.pk), assignment_uuid=found.uuid, seen=1, reason="要实地测量", until=later
        )
        with pytest.raises(WrongState, match="已经申请延期"):
            handling.ask_extension(
                actor=system(party.pk), assignment_uuid=found.uuid, seen=3, reason="再延", until=later
            )
    with unit:
        handling.refuse_extension(actor=system(unit.pk), assignment_uuid=found.uuid, seen=3, reason="请抓紧")
        with pytest.raises(WrongState, match="没有申请延期"):
            handling.extend(actor=system(unit.pk), assignment_uuid=found.uuid, seen=4, until=later)
    with party:
        handling.ask_extension(
            actor=system(party.pk), assignment_uuid=found.uuid, seen=4, reason="仍要测量", until=later
        )
    with unit:
        handling.extend(actor=system(unit.pk), assignment_uuid=found.uuid, seen=5, until=later)
    found.refresh_from_db()
    assert (clock.local_date(found.due_at), found.extension_asked_at) == (later, None)
    assert list(faults()) == []


def test_urging_is_once_a_day(unit: Unit, assign: Callable[..., Handling]) -> None:
    found = only(assign())
    with unit:
        handling.urge(actor=system(unit.pk), assignment_uuid=found.uuid, seen=1)
        with pytest.raises(WrongState, match="刚催办过"):
            handling.urge(actor=system(unit.pk), assignment_uuid=found.uuid, seen=2)
        with clock.at(clock.now() + timedelta(days=1, minutes=1)):
            handling.urge(actor=system(unit.pk), assignment_uuid=found.uuid, seen=2)
    assert kinds(found) == ["assigned", "urged", "urged"]


def test_authors_rate_an_opened_answer_once_and_a_second_round_follows(
    unit: Unit, item: UUID, party: Unit, assign: Callable[..., Handling]
) -> None:
    found = assign(lead=Handler(unit=party), co=[BUREAU])
    lead = found.assignments.get(role="lead")
    with party:
        handling.answer(actor=system(party.pk), assignment_uuid=lead.uuid, seen=1, words="暂不具备条件", result="C")
    rating = {"actor": system(unit.pk), "handling_uuid": found.uuid, "item_uuid": item}
    with unit:
        [told] = outcomes_of(unit.pk, item)
        assert (told.is_open, told.awaits_rating) == (False, False)
        with pytest.raises(NotFound):
            handling.rate(**rating, rating="satisfied")
        with pytest.raises(WrongState, match="没有评价不满意"):
            handling.second_round(actor=system(unit.pk), handling_uuid=found.uuid, request="请再办", days=10)
        handling.release_answer(actor=system(unit.pk), handling_uuid=found.uuid)
        [told] = outcomes_of(unit.pk, item)
        assert (told.is_open, told.awaits_rating) == (True, True)
        with pytest.raises(InvalidInput):
            handling.rate(**rating, rating="unsatisfied")
        handling.rate(**rating, rating="unsatisfied", words="没有说明原因")
        with pytest.raises(WrongState, match="已经评价过"):
            handling.rate(**rating, rating="satisfied")
        again = handling.second_round(actor=system(unit.pk), handling_uuid=found.uuid, request="请说明原因", days=10)
        with pytest.raises(WrongState, match="已经要求再次办理"):
            handling.second_round(actor=system(unit.pk), handling_uuid=found.uuid, request="请说明原因", days=10)
    assert (again.round, again.follows, again.packet) == (2, found, found.packet)
    assert [(one.role, one.name) for one in again.assignments.all()] == [("lead", "民盟南海总支")]
    rated = Event.objects.get(kind=EventKind.RATED)
    assert (rated.reason, rated.words, rated.visibility) == ("不满意", "没有说明原因", "fact")
    assert list(faults()) == []


def test_only_an_item_below_is_rated(unit: Unit, city: Unit, item: UUID, assign: Callable[..., Handling]) -> None:
    found = assign(releases_answer=True)
    with unit:
        handling.answer(actor=system(unit.pk), assignment_uuid=only(found).uuid, seen=1, words="已办结", result="A")
    other = register(city)
    with city, pytest.raises(NotFound):
        handling.rate(actor=system(city.pk), handling_uuid=found.uuid, item_uuid=other, rating="satisfied")  # type: ignore[arg-type]


def test_a_link_lives_until_the_final_answer(unit: Unit, assign: Callable[..., Handling]) -> None:
    found = only(assign())
    other = only(assign_another(unit))
    holder = Actor(unit_id=unit.pk, label="区住建局 王建国")
    with unit:
        issued = links.issue(actor=system(unit.pk), purpose=PURPOSE, object_uuid=found.uuid, days=30)
        handling.interim(actor=holder, assignment_uuid=found.uuid, seen=1, words="正在办理", link=issued.link)
        with pytest.raises(LinkGone):
            handling.interim(actor=holder, assignment_uuid=other.uuid, seen=1, words="串门", link=issued.link)
        with pytest.raises(StaleVersion):
            handling.answer(
                actor=holder, assignment_uuid=found.uuid, seen=1, words="已办", result="A", link=issued.link
            )
        handling.answer(actor=holder, assignment_uuid=found.uuid, seen=3, words="已办", result="A", link=issued.link)
        with pytest.raises(LinkGone):
            handling.answer(
                actor=holder, assignment_uuid=found.uuid, seen=4, words="再办", result="A", link=issued.link
            )
    assert links.standing(OneTimeLink.objects.get()) == "used"
    assert Step.objects.get(kind="answered").by == "区住建局 王建国"
    assert list(faults()) == []


def assign_another(unit: Unit) -> Handling:
    item = register(unit)
    with unit:
        return handling.assign(
            actor=system(unit.pk),
            item_uuid=item,
            content=CONTENT,
            lead=BUREAU,
            request="请办理",
            days=5,  # type: ignore[arg-type]
        )


def test_a_link_ends_with_its_assignment(unit: Unit, assign: Callable[..., Handling]) -> None:
    found = only(assign())
    with unit:
        issued = links.issue(actor=system(unit.pk), purpose=PURPOSE, object_uuid=found.uuid)
        handling.take_back(actor=system(unit.pk), assignment_uuid=found.uuid, seen=1, reason="转错了")
        with pytest.raises(LinkGone):
            handling.receive_assignment(actor=system(unit.pk), assignment_uuid=found.uuid, link=issued.link)
    assert links.standing(OneTimeLink.objects.get()) == "revoked"


def test_rights_and_walls(unit: Unit, party: Unit, stranger: Unit, assign: Callable[..., Handling]) -> None:
    inside = only(assign(lead=Handler(unit=party)))
    nobody = Actor(unit_id=party.pk, label="无权", granted=frozenset())
    with party, pytest.raises(NotAllowed):
        handling.receive_assignment(actor=nobody, assignment_uuid=inside.uuid)
    for outsider in (stranger, unit):
        with outsider, pytest.raises(NotFound):
            handling.receive_assignment(actor=system(outsider.pk), assignment_uuid=inside.uuid)
    for outsider in (stranger, party):
        with outsider:
            for call in (handling.urge, handling.take_back, handling.refuse_refusal, handling.refuse_extension):
                more = {} if call is handling.urge else {"reason": "不"}
                with pytest.raises(NotFound):
                    call(actor=system(outsider.pk), assignment_uuid=inside.uuid, seen=1, **more)
            with pytest.raises(NotFound):
                handling.release_answer(actor=system(outsider.pk), handling_uuid=inside.handling.uuid)
    mine = AuditEntry.objects.filter(action__startswith="exchange.handling")
    assert set(mine.values_list("unit_key", flat=True)) == {unit.pk}


def test_steps_are_append_only(assign: Callable[..., Handling]) -> None:
    assign()
    for statement in ("UPDATE public.exchange_handlingstep SET words = ''", "DELETE FROM public.exchange_handlingstep"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


SPOILT = {
    "is taken_back, but its events say sent": "UPDATE public.exchange_assignment SET state = 'taken_back'",
    "whose limit is not the one last set": "UPDATE public.exchange_assignment SET due_at = due_at + interval '1 day'",
    "whose steps are not as many": "UPDATE public.exchange_assignment SET steps_count = 7",
    "whose request for more time": "UPDATE public.exchange_assignment SET extension_asked_at = now()",
    "whose time of receipt": "UPDATE public.exchange_assignment SET received_at = now()",
    "whose end and state": "UPDATE public.exchange_assignment SET closed_at = now()",
    "whose end and handlers": "UPDATE public.exchange_handling SET ended_at = now()",
    "whose packet is of another": "UPDATE public.exchange_handling SET item_uuid = gen_random_uuid()",
    "whose event is not that of its beginning": "UPDATE public.exchange_handling SET event_id = "
    "(SELECT id FROM public.exchange_event WHERE kind = 'submitted' LIMIT 1)",
}  # fmt: skip


@pytest.mark.parametrize("reason", SPOILT)
def test_contradictions_are_named(reason: str, assign: Callable[..., Handling]) -> None:
    assign()
    with connection.cursor() as cursor:
        cursor.execute(SPOILT[reason])
    assert any(reason in fault.reason for fault in faults())
