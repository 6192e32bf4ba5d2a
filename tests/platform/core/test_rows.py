"""Many questions and many rows by one statement."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from zhitong.core import rows
from zhitong.core.models import OutboxMessage, WorkdayOverride
from zhitong.exchange.models import Matter, Packet
from zhitong.units.models import Unit

MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def message(topic: str = "tests.topic", **values: object) -> rows.Row:
    given = {"topic": topic, "payload": {"n": 1, "字": ["甲"]}, "created_at": MOMENT, "available_at": MOMENT}
    return rows.Row(OutboxMessage, {**given, **values})


@pytest.mark.django_db
def test_a_row_takes_the_models_defaults_for_what_is_not_given() -> None:
    rows.insert(message(unit_id=None))
    written = OutboxMessage.objects.get(topic="tests.topic")
    assert (written.unit_id, written.payload, written.created_at) == (None, {"n": 1, "字": ["甲"]}, MOMENT)
    assert (written.attempts, written.last_error, written.done_at) == (0, "", None)


@pytest.mark.django_db
def test_a_default_that_is_made_for_each_row_must_be_given(unit: Unit) -> None:
    with pytest.raises(TypeError, match="exchange_packet needs its uuid"):
        rows.insert(rows.Row(Packet, {"sender_id": unit.pk}))


@pytest.mark.django_db
def test_rows_that_point_at_one_another_are_written_by_one_statement(unit: Unit) -> None:
    matter_key, packet_key = rows.ask({}, *rows.new_keys(Matter, Packet))
    packet = {"id": packet_key, "uuid": uuid4(), "sender_id": unit.pk, "item_uuid": uuid4(), "matter_id": matter_key}
    with (
        CaptureQueriesContext(
            connection,
        ) as said,
        rows.together(),
    ):
        rows.insert(rows.Row(Packet, {**packet, "content": {}, "sha256": "", "created_at": MOMENT}))
        rows.insert(Matter(id=matter_key, created_at=MOMENT), message("tests.first"))
        with rows.together():
            rows.insert(message("tests.second"), message("tests.third"))
        assert not OutboxMessage.objects.filter(topic__startswith="tests.").exists()
    assert len(said) == 2  # the look above, and all rows
    assert Packet.objects.get(pk=packet_key).matter_id == matter_key
    assert OutboxMessage.objects.filter(topic__startswith="tests.").count() == 3


@pytest.mark.django_db
def test_a_block_that_fails_writes_nothing_and_leaves_no_trace_for_the_next() -> None:
    followed: list[str] = []

    @rows.together()
    def fail() -> None:
        rows.insert(message("tests.lost"), then=lambda: followed.append("lost"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    rows.insert(message("tests.kept"), then=lambda: followed.append("kept"))
    assert list(OutboxMessage.objects.filter(topic__startswith="tests.").values_list("topic", flat=True)) == [
        "tests.kept"
    ]
    assert followed == ["kept"]


@pytest.mark.django_db
def test_what_follows_comes_once_and_after_the_rows() -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(OutboxMessage.objects.filter(topic="tests.topic").count())

    with rows.together():
        rows.insert(message(), then=look)
        rows.insert(message(), then=look)
    assert seen == [2]


def test_a_broken_constraint_is_known_by_its_name(committed: None) -> None:
    key = uuid4()
    rows.insert(Matter(uuid=key, created_at=MOMENT))
    with pytest.raises(IntegrityError) as caught:
        rows.insert(Matter(uuid=key, created_at=MOMENT))
    assert rows.broke(caught.value, "exchange_matter_uuid_key")
    assert not rows.broke(caught.value, "dispatch_once")


@pytest.mark.django_db
def test_questions_are_answered_by_one_statement() -> None:
    WorkdayOverride.objects.create(day="2026-03-07", is_working=True, reason="调休")
    with CaptureQueriesContext(connection) as said:
        number, days, nothing = rows.ask(
            {"n": 7},
            "%(n)s + 1",
            rows.many("SELECT day, is_working FROM public.core_workdayoverride WHERE extract(month FROM day) = 3"),
            rows.many("SELECT 1 WHERE %(n)s = 8"),
        )
    assert (number, days, nothing) == (8, [{"day": "2026-03-07", "is_working": True}], [])
    assert len(said) == 1


@pytest.mark.django_db
def test_a_statement_said_often_is_prepared() -> None:
    for _ in range(6):
        rows.ask({"n": 1}, "%(n)s + 4711")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%4711%%'")
        assert cursor.fetchone() == (1,)
