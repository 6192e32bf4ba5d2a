"""Units: created whole or not at all, quickly; closed, imported, listed, found by host."""

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from openpyxl import Workbook

from tests.factories import client_for, make_user, public_client
from zhitong.core import audit, clock
from zhitong.core.errors import InvalidInput, WrongState
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.units import importing, queries
from zhitong.units.models import ChangeKind, Host, Level, Lifecycle, Unit, UnitKind
from zhitong.units.operations import NewUnit, create_unit, end_unit

TABLE = """code,name,kind,level,parent
440607,政协佛山市三水区委员会,政协委员会,区县级,政协佛山市委员会
440800,政协湛江市委员会,committee,city,政协广东省委员会
440802,政协湛江市赤坎区委员会,committee,county,政协湛江市委员会
,政协无代码委员会,committee,county,政协湛江市委员会
440803,政协无上级委员会,committee,county,政协月球委员会
440804,政协错类别委员会,museum,county,政协湛江市委员会
440811,政协湛江市委员会,committee,city,政协广东省委员会
440812,政协甲委员会,committee,county,政协乙委员会
440813,政协乙委员会,committee,city,政协甲委员会
"""


def new(host: str = "sanshui", name: str = "政协佛山市三水区委员会", **changes: object) -> NewUnit:
    given = {"short_name": name[-12:], "kind": UnitKind.COMMITTEE, "level": Level.COUNTY} | changes
    return NewUnit(host=host, name=name, **given)  # type: ignore[arg-type]


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%%'")
        return {row[0] for row in cursor.fetchall()}


def test_a_unit_has_row_host_schema_and_audit(city: Unit) -> None:
    before = schemas()
    unit = create_unit(actor=system(None), new=new(parent=city))
    assert schemas() - before == {unit.schema_name}
    assert queries.unit_at("sanshui") == queries.unit_at("SanShui.localhost") == unit
    make_user(unit, "first")
    assert AuditEntry.objects.filter(action="units.unit.created", object_id=str(unit.uuid)).exists()


def test_a_failure_half_way_leaves_nothing(committed: None) -> None:
    before = schemas()
    entries = AuditEntry.objects.count()
    with connection.cursor() as cursor:  # a template that cannot be copied: a rule of its own forbids it
        cursor.execute("CREATE TABLE template_unit.zz_trap (id int); INSERT INTO template_unit.zz_trap VALUES (1)")
        cursor.execute(
            "CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands() "
            "WHERE object_identity LIKE 't\\_%.zz_trap') THEN RAISE EXCEPTION 'no'; END IF; END $$"
        )
        cursor.execute("CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION public.refuse()")
    with pytest.raises(DatabaseError):
        create_unit(actor=system(None), new=new())
    assert schemas() == before
    assert not Unit.objects.filter(name="政协佛山市三水区委员会").exists()
    assert not Host.objects.filter(domain="sanshui.localhost").exists()
    assert AuditEntry.objects.count() == entries
    with connection.cursor() as cursor:
        cursor.execute("DROP EVENT TRIGGER refuse")
    assert create_unit(actor=system(None), new=new()).is_open


def test_two_at_once_with_one_host_make_one(committed: None) -> None:
    before = schemas()
    outcomes: list[str] = []

    def make(number: int) -> None:
        try:
            create_unit(actor=system(None), new=new(name=f"政协第{number}委员会"))
            outcomes.append("made")
        except InvalidInput:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=make, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "taken", "taken"]
    assert len(schemas() - before) == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("host", {"host": "San Shui"}),
        ("host", {"host": "-x"}),
        ("host", {"host": ""}),
        ("name", {"name": " "}),
        ("name", {"name": "政" * 101, "short_name": "政"}),
        ("name", {"name": "政\x00协"}),
        ("short_name", {"short_name": ""}),
        ("level", {"level": Level.NATIONAL}),
        ("division_code", {"division_code": "4" * 13}),
    ],
)
def test_wrong_words_are_named(db: None, field: str, changes: dict[str, object]) -> None:
    before = Unit.objects.count()
    with pytest.raises(InvalidInput) as refused:
        create_unit(actor=system(None), new=new(**changes))  # type: ignore[arg-type]
    assert field in refused.value.fields
    assert Unit.objects.count() == before


def test_lines_must_fit(unit: Unit, city: Unit, party: Unit) -> None:
    for changes in ({"parent": party}, {"participates_in": party}, {"parent": unit, "level": Level.CITY}):
        with pytest.raises(InvalidInput):
            create_unit(actor=system(None), new=new(**changes))  # type: ignore[arg-type]


def test_a_closed_unit_stays_readable_and_receives_nothing(unit: Unit, city: Unit) -> None:
    other = create_unit(actor=system(None), new=new(level=Level.CITY))

    def end(**changes: Any) -> None:
        given = {"kind": ChangeKind.MERGED, "effective_on": clock.today(), "basis": "区划调整", "successor": other}
        end_unit(actor=system(None), unit=city, **(given | changes))

    for wrong in (
        {"basis": " "},
        {"successor": None},
        {"successor": city},
        {"kind": ChangeKind.SPLIT},
        {"effective_on": clock.today() + timedelta(days=1)},
    ):
        with pytest.raises(InvalidInput):
            end(**wrong)
    with pytest.raises(WrongState, match="挂在佛山市政协下面"):
        end(kind=ChangeKind.CLOSED, successor=None)
    end()
    with pytest.raises(WrongState, match="已经撤销"):
        end()
    assert client_for(None, city).get("/accounts/login/").status_code == 200
    unit.refresh_from_db()
    names = {entry.name for entry in queries.destinations(unit, clock.today())}
    assert "佛山市政协" not in names
    assert other.short_name in names


def test_unknown_hosts_get_a_plain_page_without_names(unit: Unit) -> None:
    preparing = create_unit(actor=system(None), new=new())
    Unit.objects.filter(pk=preparing.pk).update(lifecycle=Lifecycle.PREPARING)
    for host in ("nowhere.localhost", "sanshui.localhost", "nanhai.localhost.evil.example", "xn--.localhost"):
        answer = public_client().get("/", headers={"host": host})
        assert answer.status_code == 404, host
        assert "南海" not in answer.content.decode()


def test_a_table_enters_row_by_row_and_only_once(unit: Unit, tmp_path: Path) -> None:
    table = tmp_path / "units.csv"
    table.write_text(TABLE, encoding="utf-8-sig")
    report = importing.import_units(actor=system(None), rows=importing.read_table(table))
    assert [made.name for made in report.created] == [
        "政协佛山市三水区委员会",
        "政协湛江市委员会",
        "政协湛江市赤坎区委员会",
    ]
    assert [line for line, _ in report.wrong] == [5, 6, 7, 8, 9, 10]
    reasons = dict(report.wrong)
    assert "no host" in reasons[5]
    assert "政协月球委员会" in reasons[6]
    assert "museum" in reasons[7]
    assert "line 3" in reasons[8]
    assert "ring" in reasons[9]
    chikan = Unit.objects.get(name="政协湛江市赤坎区委员会")
    assert (chikan.parent.name, chikan.division_code) == ("政协湛江市委员会", "440802")
    assert queries.unit_at("zx440802") == chikan
    again = importing.import_units(actor=system(None), rows=importing.read_table(table))
    assert (again.created, again.present, len(again.wrong)) == ([], 3, 6)


def test_tables_come_as_excel_and_in_old_encodings(db: None, tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_bytes("代码,名称,类别,层级,上级\n440607,三水区,政协委员会,区县级,\n".encode("gb18030"))
    book = Workbook()
    for line in (
        ["代码", "名称", "类别", "层级", "上级"],
        [440607, "三水区", "政协委员会", "区县级", None],
        [None] * 5,
    ):
        book.active.append(line)  # type: ignore[union-attr]
    book.save(tmp_path / "units.xlsx")
    for name in ("old.csv", "units.xlsx"):
        rows = importing.read_table(tmp_path / name)
        assert [(row.line, row.get("code"), row.get("name")) for row in rows] == [(2, "440607", "三水区")]
    for name, raw in (("a.txt", b""), ("a.csv", b"name\nx\n"), ("a.csv", b"\xff\xfe\x00"), ("a.xlsx", b"PK")):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(importing.TableError):
            importing.read_table(tmp_path / name)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_commands_create_list_and_verify(unit: Unit, tmp_path: Path) -> None:
    words = ["--name", "民盟三水总支", "--short-name", "民盟三水", "--kind", "party", "--level", "county"]
    made = run("unit_create", "--host", "mm-sanshui", *words, "--parent", "mm-foshan", "--participates-in", "nanhai")
    assert "mm-sanshui.localhost" in made
    assert Unit.objects.get(short_name="民盟三水").participates_in == unit
    assert "mm-sanshui.localhost" in run("unit_list")
    table = tmp_path / "units.csv"
    table.write_text(TABLE, encoding="utf-8")
    with pytest.raises(CommandError):
        run("unit_import", str(table))
    assert Unit.objects.filter(name="政协湛江市委员会").exists()
    with pytest.raises(CommandError):
        run("unit_import", str(tmp_path / "missing.csv"))
    make_user(unit, "limei")
    assert "hold" in run("audit_verify")
    assert "1 chain(s) hold" in run("audit_verify", "--unit", "nanhai")
    assert "empty" in run("outbox_status") or "waiting" in run("outbox_status")
    assert "0 message(s)" in run("outbox_retry")


def test_a_forged_entry_breaks_the_chain(unit: Unit) -> None:
    make_user(unit, "limei")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE core_auditentry SET content = replace(content, 'limei', 'x') || ' ' WHERE seq = 1")
        cursor.execute("ALTER TABLE core_auditentry ENABLE TRIGGER USER")
    assert list(audit.verify(unit.pk))
    with pytest.raises(CommandError):
        run("audit_verify", "--unit", "nanhai")
