"""Exports: at once when small, by a worker when large, for the asker alone and with the rights of the moment."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from openpyxl import load_workbook

from tenants.accounts import operations as accounts
from tenants.accounts.models import User
from tests.factories import client_for, make_user
from tests.platform.exports.numbers import KIND, Numbers
from zhitong.core import clock
from zhitong.core.errors import NotFound, WrongState
from zhitong.core.models import AuditEntry
from zhitong.core.operations import Actor, system
from zhitong.exports import operations
from zhitong.exports.models import Export
from zhitong.exports.operations import AT_ONCE, MOST_UNFINISHED
from zhitong.exports.running import MOST_ATTEMPTS
from zhitong.exports.tasks import drop_expired_exports, run_exports
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
LARGE = AT_ONCE + 1


@pytest.fixture
def clerk(unit: Unit) -> User:
    return make_user(unit, "zhou", name="周敏", roles=["clerk"])


def own(user: User, unit: Unit) -> Client:
    return client_for(user, unit)


def content_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer.streaming_content)


def sheet_of(content: bytes) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[0].rows]


def large(numbers: Numbers, ask: Any, user: User, unit: Unit, query: str = "", wanted: str = "xlsx") -> Export:
    numbers.size = LARGE
    answer = ask(user, unit, query, wanted)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/exports/")
    return Export.objects.order_by("-pk")[0]


# --- small lists ------------------------------------------------------------------------------------------------------


def test_a_small_list_comes_at_once(numbers: Numbers, ask: Any, clerk: User, unit: Unit) -> None:
    answer = ask(clerk, unit, "word=%3D1%2B1")
    rows = sheet_of(content_of(answer))
    assert rows[0] == ["序号", "词", "四分之一"]
    assert rows[1:3] == [[0, "=1+10", 0], [1, "=1+11", 0.25]]
    assert len(rows) == 11
    text = content_of(ask(clerk, unit, "word=%3D1%2B1", "csv")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[2] == ["1", "'=1+11", "0.25"]
    assert not Export.objects.exists()
    with unit:
        entries = AuditEntry.objects.filter(action="documents.file.downloaded", object_kind=KIND)
        assert [entry.actor_label for entry in entries] == ["周敏", "周敏"]


def test_broken_words_of_a_query_do_no_harm(numbers: Numbers, ask: Any, clerk: User, unit: Unit) -> None:
    rows = sheet_of(content_of(ask(clerk, unit, "word=%00%01%ff%ed%a0%80<b>%E2%80%AE好")))
    assert rows[1][1] == "<b>好0"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"kind": "tests.nothing", "format": "xlsx"}, 404),
        ({"kind": KIND, "format": "pdf"}, 422),
        ({"kind": KIND, "format": "xlsx", "query": "q=" + "长" * 4001}, 422),
        ({}, 404),
    ],
)
def test_what_cannot_be_asked_for(numbers: Numbers, form: dict[str, str], status: int, clerk: User, unit: Unit) -> None:
    assert own(clerk, unit).post("/exports/ask/", form).status_code == status
    assert not numbers.readers


def test_without_the_right_nothing_is_read(numbers: Numbers, ask: Any, unit: Unit) -> None:
    answer = ask(make_user(unit, "liang"), unit)
    assert answer.status_code == 403
    assert "管理员" in answer.content.decode()
    assert not numbers.readers


# --- large lists ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["xlsx", "csv"])
def test_a_large_list_is_made_by_a_worker(numbers: Numbers, ask: Any, clerk: User, unit: Unit, wanted: str) -> None:
    export = large(numbers, ask, clerk, unit, "word=桥", wanted)
    page = own(clerk, unit).get("/exports/").content.decode()
    assert "等待导出" in page
    assert 'hx-trigger="every 2s"' in page
    assert own(clerk, unit).get(f"/exports/{export.uuid}/file/").status_code == 409
    assert run_exports() == 1
    export.refresh_from_db()
    assert (export.state, export.rows_done, export.rows_total) == ("done", LARGE, LARGE)
    page = own(clerk, unit).get("/exports/").content.decode()
    assert "可以下载" in page
    assert "hx-trigger" not in page.split('id="zt-exports"')[1]
    answer = own(clerk, unit).get(f"/exports/{export.uuid}/file/")
    content = content_of(answer)
    assert f"{export.title} {clock.today()}.{wanted}" == export.file_name
    assert export.title == "南海区政协数字桥"
    assert len(content) == export.size
    rows = sheet_of(content) if wanted == "xlsx" else list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == LARGE + 1
    assert rows[-1][1] == f"桥{LARGE - 1}"
    assert Decimal(rows[-1][2]) == Decimal(LARGE - 1) / 4
    with unit:
        actions = AuditEntry.objects.filter(object_kind="export", object_id=str(export.uuid))
        assert sorted(actions.values_list("action", flat=True)) == ["documents.file.downloaded", "exports.export.asked"]


def test_it_runs_as_the_asker_with_the_rights_of_now(numbers: Numbers, ask: Any, clerk: User, unit: Unit) -> None:
    export = large(numbers, ask, clerk, unit)
    run_exports()
    first, then = numbers.readers
    assert (then.user_uuid, then.unit_id, then.granted) == (clerk.uuid, unit.pk, first.granted)
    again = large(numbers, ask, clerk, unit)
    assert again.pk != export.pk
    make_user(unit, "chief", roles=["administrator"])
    with unit:
        accounts.set_roles(actor=system(unit.pk), user=clerk, roles=["author"])
    run_exports()
    again.refresh_from_db()
    assert again.state == "refused"
    assert again.reason == "您没有“查看本单位全部信息”的权限。本单位管理员可以在“人员”里调整您的角色。"
    assert len(numbers.readers) == 3  # it was not even begun
    assert again.reason in own(clerk, unit).get("/exports/").content.decode()
    # What was made before is not handed out any more either.
    assert own(clerk, unit).get(f"/exports/{export.uuid}/file/").status_code == 403


def test_an_account_out_of_use_gets_nothing(numbers: Numbers, ask: Any, clerk: User, unit: Unit) -> None:
    export = large(numbers, ask, clerk, unit)
    with unit:
        User.objects.filter(pk=clerk.pk).update(is_active=False)
    run_exports()
    export.refresh_from_db()
    assert (export.state, numbers.readers[1:]) == ("refused", [])


def test_the_same_list_is_not_made_twice_and_not_many_at_once(
    numbers: Numbers, ask: Any, clerk: User, unit: Unit
) -> None:
    assert large(numbers, ask, clerk, unit, "word=a").pk == large(numbers, ask, clerk, unit, "word=a").pk
    for word in range(MOST_UNFINISHED - 1):
        large(numbers, ask, clerk, unit, f"word={word}")
    answer = ask(clerk, unit, "word=more")
    assert answer.status_code == 409
    assert "我的导出" in answer.content.decode()
    assert Export.objects.count() == MOST_UNFINISHED
    colleague = make_user(unit, "lin", roles=["clerk"])
    assert large(numbers, ask, colleague, unit).user_uuid == colleague.uuid


# --- taking back, throwing away ---------------------------------------------------------------------------------------


def test_a_cancelled_export_is_not_made(numbers: Numbers, ask: Any, clerk: User, unit: Unit) -> None:
    export = large(numbers, ask, clerk, unit)
    assert own(clerk, unit).post(f"/exports/{export.uuid}/act/", {"do": "cancel"}).status_code == 302
    assert run_exports() == 0
    export.refresh_from_db()
    assert (export.state, len(numbers.readers)) == ("cancelled", 1)
    assert own(clerk, unit).post(f"/exports/{export.uuid}/act/", {"do": "cancel"}).status_code == 409


@pytest.mark.parametrize("act", ["cancel", "delete"])
def test_one_that_runs_stops_when_it_is_taken_back(
    numbers: Numbers, ask: Any, clerk: User, unit: Unit, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = large(numbers, ask, clerk, unit)
    monkeypatch.setattr("zhitong.exports.running._EVERY", 0.0)
    seen: list[int] = []

    def take_back(number: int) -> None:
        seen.append(number)
        if number == 5:
            with unit:
                if act == "cancel":
                    operations.cancel_export(actor=clerk.actor, export_uuid=export.uuid)
                else:
                    operations.delete_export(actor=clerk.actor, export_uuid=export.uuid)

    numbers.at_row = take_back
    run_exports()
    assert seen == list(range(6))
    left = Export.objects.filter(pk=export.pk).values_list("state", "sha256")
    assert list(left) == ([("cancelled", "")] if act == "cancel" else [])


def test_deleting_takes_the_file_along(
    numbers: Numbers, ask: Any, clerk: User, unit: Unit, django_capture_on_commit_callbacks: Any
) -> None:
    export = large(numbers, ask, clerk, unit)
    run_exports()
    export.refresh_from_db()
    path = f"units/{unit.uuid}/made/{export.file}"
    assert default_storage.exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        own(clerk, unit).post(f"/exports/{export.uuid}/act/", {"do": "delete"})
    assert not default_storage.exists(path)
    assert not Export.objects.exists()


def test_after_a_week_it_is_gone(
    numbers: Numbers, ask: Any, clerk: User, unit: Unit, django_capture_on_commit_callbacks: Any
) -> None:
    export = large(numbers, ask, clerk, unit)
    run_exports()
    export.refresh_from_db()
    path = f"units/{unit.uuid}/made/{export.file}"
    assert drop_expired_exports() == 0
    with clock.at(clock.now() + timedelta(days=7, seconds=1)):
        assert own(clerk, unit).get(f"/exports/{export.uuid}/file/").status_code == 404
        with django_capture_on_commit_callbacks(execute=True):
            assert drop_expired_exports() == 1
    assert not default_storage.exists(path)
    assert not Export.objects.exists()


# --- what breaks ------------------------------------------------------------------------------------------------------


def test_what_breaks_off_is_tried_again_and_given_up_with_a_reason(
    numbers: Numbers, ask: Any, clerk: User, unit: Unit
) -> None:
    export = large(numbers, ask, clerk, unit)

    def break_off(number: int) -> None:
        if number == 3:
            raise RuntimeError("the list broke")

    numbers.at_row = break_off
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert run_exports() == 0
        export.refresh_from_db()
        assert (export.state, export.attempts) == ("running", attempt)
    run_exports()
    export.refresh_from_db()
    assert export.state == "failed"
    assert "联系平台运维" in own(clerk, unit).get("/exports/").content.decode()


# --- walls ------------------------------------------------------------------------------------------------------------


def test_nobody_meets_an_export_of_somebody_else(
    numbers: Numbers, ask: Any, clerk: User, unit: Unit, stranger: Unit
) -> None:
    export = large(numbers, ask, clerk, unit, "word=秘密")
    run_exports()
    strangers = [
        (make_user(unit, "lin", roles=["clerk"]), unit),
        (make_user(unit, "chief", roles=["administrator"]), unit),
        (make_user(stranger, "zhou", roles=["clerk", "administrator"]), stranger),
    ]
    with stranger:  # even the same key in another unit
        User.objects.filter(username="zhou").update(uuid=clerk.uuid)
    for user, where in strangers:
        client = client_for(user, where)
        assert "秘密" not in client.get("/exports/").content.decode()
        assert client.get(f"/exports/{export.uuid}/file/").status_code == 404
        for act in ("cancel", "delete"):
            assert client.post(f"/exports/{export.uuid}/act/", {"do": act}).status_code == 404
    with stranger:
        thief = Actor(unit_id=stranger.pk, label="另一个单位", user_uuid=clerk.uuid, granted=frozenset())
        with pytest.raises(NotFound):
            operations.delete_export(actor=thief, export_uuid=export.uuid)
    export.refresh_from_db()
    assert export.state == "done"
    assert client_for(None, unit).get(f"/exports/{export.uuid}/file/").status_code == 302


def test_a_finished_one_cannot_be_cancelled(numbers: Numbers, ask: Any, clerk: User, unit: Unit) -> None:
    export = large(numbers, ask, clerk, unit)
    run_exports()
    with unit, pytest.raises(WrongState):
        operations.cancel_export(actor=clerk.actor, export_uuid=export.uuid)
