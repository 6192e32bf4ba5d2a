"""The audit trail: writers of one unit do not wait for each other, and what is done to the rows by hand is found."""

import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection, transaction

from zhitong.core import audit
from zhitong.core.models import AuditEntry, AuditHead
from zhitong.core.operations import system

UNIT = 4711  # the trail knows a unit by its number alone


def record(word: str = "wrote") -> None:
    audit.record(actor=system(UNIT), action=f"tests.act.{word}", object_kind="act", object_id=word)


def in_thread(work: object) -> threading.Thread:
    """Run `work` on a connection of its own."""

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def by_hand(statement: str) -> None:
    """Do to the trail what its triggers would not let happen."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE core_auditentry ENABLE TRIGGER USER")


def places() -> list[tuple[int, int]]:
    return list(AuditEntry.objects.filter(unit_key=UNIT).order_by("strand", "seq").values_list("strand", "seq"))


def test_a_second_writer_does_not_wait_for_the_commit_of_the_first(committed: None) -> None:
    with transaction.atomic():
        record("first")
        in_thread(lambda: record("second")).join(timeout=30)
        assert AuditEntry.objects.filter(action="tests.act.second").exists()
        record("third")
    assert places() == [(0, 1), (0, 2), (1, 1)]
    assert list(audit.verify(UNIT)) == []


def test_one_writer_after_the_other_makes_one_strand(committed: None) -> None:
    for word in ("first", "second", "third"):
        record(word)
    assert places() == [(0, 1), (0, 2), (0, 3)]


def test_a_writer_waits_only_when_all_strands_are_held(committed: None) -> None:
    held, release = threading.Barrier(9), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            record()
            held.wait(timeout=30)
            release.wait(timeout=30)

    holders = [in_thread(hold) for _ in range(8)]
    held.wait(timeout=30)
    ninth = in_thread(record)
    with connection.cursor() as cursor:
        waiting = 0
        while not waiting:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            [waiting] = cursor.fetchone()
    assert AuditEntry.objects.filter(unit_key=UNIT).count() == 0
    release.set()
    for thread in (*holders, ninth):
        thread.join(timeout=30)
    close_old_connections()
    assert len(places()) == 9
    assert {strand for strand, _ in places()} == set(range(8))
    assert list(audit.verify(UNIT)) == []


def test_a_refused_act_leaves_no_gap(committed: None) -> None:
    record("first")
    with transaction.atomic():
        record("undone")
        transaction.set_rollback(True)
    record("second")
    assert places() == [(0, 1), (0, 2)]
    assert list(audit.verify(UNIT)) == []


def test_rows_inserted_by_hand_hang_on_the_trail_like_others(committed: None) -> None:
    record("first")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_auditentry (unit_key, at, action, actor_label, object_kind, object_id, content)"
            " SELECT unit_key, at, action, actor_label, object_kind, object_id, content FROM core_auditentry"
            " WHERE unit_key = %s",
            [UNIT],
        )
    assert places() == [(0, 1), (0, 2)]
    assert list(audit.verify(UNIT)) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE core_auditentry SET content = content || ' ' WHERE {row}", (1, 1, "content was changed")),
        ("UPDATE core_auditentry SET actor_label = '别人' WHERE {row}", (1, 1, "columns do not say")),
        ("DELETE FROM core_auditentry WHERE {row}", (1, 2, "expected entry 1")),
        ("DELETE FROM core_auditentry WHERE unit_key = 4711 AND strand = 0 AND seq = 2", (0, 2, "the end of the str")),
        ("DELETE FROM core_auditentry WHERE unit_key = 4711 AND strand = 1", (1, 2, "all entries of the strand")),
        ("UPDATE core_auditentry SET strand = 2 WHERE unit_key = 4711 AND strand = 1", (2, 2, "the end of the strand")),
        ("DELETE FROM core_audithead WHERE unit_key = 4711 AND strand = 1", (1, 2, "the end of the strand")),
    ],
)
def test_what_was_done_by_hand_is_found(committed: None, statement: str, found: tuple[int, int, str]) -> None:
    with transaction.atomic():
        record("first")
        in_thread(lambda: [record("second"), record("third")]).join(timeout=30)
        record("fourth")
    assert places() == [(0, 1), (0, 2), (1, 1), (1, 2)]
    by_hand(statement.format(row="unit_key = 4711 AND strand = 1 AND seq = 1"))
    strand, seq, reason = found
    breaks = list(audit.verify(UNIT))
    assert any((each.strand, each.seq) == (strand, seq) and reason in each.reason for each in breaks), breaks


def test_the_command_names_strand_and_entry(committed: None) -> None:
    audit.record(actor=system(None), action="tests.act.wrote", object_kind="act", object_id="1")
    last = AuditHead.objects.get(unit_key=0).seq
    by_hand(f"UPDATE core_auditentry SET content = content || ' ' WHERE unit_key = 0 AND seq = {last}")
    said = StringIO()
    with pytest.raises(CommandError, match="break"):
        call_command("audit_verify", stdout=StringIO(), stderr=said)
    assert f"platform: strand 0, entry {last}: content was changed" in said.getvalue()


def test_a_trail_is_counted_over_its_strands(committed: None) -> None:
    with transaction.atomic():
        record("first")
        in_thread(lambda: [record("second"), record("third")]).join(timeout=30)
    assert [head.entries for head in audit.trails().filter(unit_key=UNIT)] == [3]
