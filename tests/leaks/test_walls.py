"""The walls themselves, tried one by one: no unit, no token, no right, no policy, no second history."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test import Client

import tenants
import zhitong
from tenants.accounts.models import User
from tenants.items import operations as items
from tenants.items.models import Attachment, Edition, Item
from tenants.notices.models import Notice
from tenants.notices.operations import notify
from tenants.review.models import Act, Run, Task
from tests.factories import client_for, make_draft, make_user
from tests.leaks.world import LISTS, World, addresses, build, counts, dispatch_to_city
from tests.platform.ranking.histories import new_item, send_up
from zhitong.core import audit
from zhitong.core.errors import NotAllowed, NoUnitError
from zhitong.core.operations import Actor, system
from zhitong.core.tasks import UnitTask
from zhitong.exchange.models import Dispatch, Event
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
_ROWS = (Item, Edition, Attachment, Run, Task, Act, Notice)


@pytest.fixture
def world(unit: Unit, city: Unit, province: Unit, stranger: Unit) -> World:
    return build(unit, city, province, stranger)


# --- no unit ------------------------------------------------------------------------------------------------------


def models_of_units() -> list[Any]:
    """Return the models whose tables exist in the units' schemas alone."""
    alone = [entry for entry in settings.TENANT_APPS if entry not in settings.SHARED_APPS]
    configs = [config for config in apps.get_app_configs() if f"{config.name}.".startswith(("tenants.", "api."))]
    return [
        model
        for config in configs
        if any(entry.startswith(f"{config.name}.") for entry in alone)
        for model in config.get_models()
    ]


@pytest.mark.parametrize("model", models_of_units(), ids=lambda model: model._meta.label)
def test_a_units_table_is_not_there_without_the_unit(model: Any) -> None:
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    with pytest.raises(ProgrammingError), transaction.atomic():
        model._base_manager.exists()


def test_tasks_and_notices_refuse_to_run_without_a_unit(unit: Unit) -> None:
    reader = make_user(unit, "liang")
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    task = UnitTask()
    task.name = "some.task"
    with pytest.raises(NoUnitError):
        task()
    with pytest.raises(NoUnitError):
        notify(actor=system(unit.pk), reader=reader, key="k", kind="event", title="通知")


def test_an_actor_of_one_unit_acts_in_no_other(unit: Unit, stranger: Unit) -> None:
    reader = make_user(unit, "liang")
    with stranger, pytest.raises(NoUnitError):
        notify(actor=system(unit.pk), reader=reader, key="k", kind="event", title="通知")


# --- no right -----------------------------------------------------------------------------------------------------


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".operations" in found.name:
            yield importlib.import_module(found.name)


def guarded() -> dict[str, tuple[Callable[..., Any], str]]:
    """Return every operation that names a right, with the right."""
    found = {}
    for module in (*modules(zhitong), *modules(tenants)):
        for function in vars(module).values():
            if not inspect.isfunction(function) or not hasattr(function, "__wrapped__"):
                continue
            permission = inspect.getclosurevars(function).nonlocals.get("permission")
            if permission:
                found[f"{function.__module__}.{function.__qualname__}"] = (function, str(permission))
    return found


GUARDED = guarded()


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_an_operation_refuses_who_lacks_its_right(unit: Unit, name: str) -> None:
    operation, permission = GUARDED[name]
    every = frozenset(right for _function, right in GUARDED.values())
    lacking = Actor(unit_id=unit.pk, label="无权的人", user_uuid=uuid4(), granted=every - {permission})
    given = dict.fromkeys(inspect.signature(operation).parameters)
    with unit, pytest.raises(NotAllowed):
        operation(**(given | {"actor": lacking}))


def test_there_are_operations_to_try() -> None:
    assert len(GUARDED) > 40
    named = {right for _function, right in GUARDED.values()}
    assert {"items.write", "exchange.send", "exchange.receive", "accounts.manage", "units.settings"} <= named


# --- no token, no policy ------------------------------------------------------------------------------------------


def test_nothing_changes_without_the_token_of_the_page(world: World) -> None:
    dispatch_to_city(world)
    before = counts(world.unit, *_ROWS), Dispatch.objects.count(), Event.objects.count()
    for user in (world.author, world.clerk):
        client = Client(SERVER_NAME=world.unit.get_primary_domain().domain, enforce_csrf_checks=True)
        client.cookies = client_for(user, world.unit).cookies
        for path in addresses(world.rows):
            if path.startswith("/notices/mail/stop/"):  # a mail program has no page: the signed link is the token
                assert client.post(path).status_code == 404
                continue
            answer = client.post(path, {"action": "submit", "version": "1", "verb": "pass", "reason": "理由"})
            refused = {403, 405, 415} if path.startswith("/api/") else {403, 405}
            assert answer.status_code in refused, (user.username, path)
    assert (counts(world.unit, *_ROWS), Dispatch.objects.count(), Event.objects.count()) == before


def test_every_answer_carries_the_policy(world: World) -> None:
    dispatch_to_city(world)
    client = client_for(world.clerk, world.unit)
    for path in [*addresses(world.rows), *LISTS, "/nothing/here/"]:
        answer = client.get(path)
        rules = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
        if answer.get("Content-Disposition", "").startswith("attachment"):
            assert "sandbox" in rules, path  # a file: it may do nothing at all
            continue
        assert rules["default-src"] == "'none'", path
        assert rules["script-src"] == rules["style-src"] == "'self'", path
        assert rules["frame-ancestors"] == "'none'", path
        assert answer["X-Content-Type-Options"] == "nosniff", path


def test_markup_in_words_stays_words(unit: Unit, client_for: Any) -> None:
    user = make_user(unit, "liang", name="<b>梁</b>晓岚")
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    item = make_draft(unit, user, title=f"关于{evil}的建议"[:100], problem=evil, remark=evil)
    with unit:
        items.register_submission(actor=user.actor, item=item)
    client = client_for(user, unit)
    paths = ("/", "/items/", f"/items/{item.uuid}/", f"/items/{item.uuid}/texts/", f"/items/{item.uuid}/journey/")
    for path in paths:
        page = client.get(path).content.decode()
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "<b>梁" not in page, path


# --- no second history --------------------------------------------------------------------------------------------


def test_what_happened_cannot_be_changed_in_the_database(unit: Unit, city: Unit) -> None:
    send_up(unit, new_item(unit, "南〔2026〕1号"), city, "佛〔2026〕1号")
    for table in ("exchange_event", "exchange_packet", "core_auditentry"):
        for verb in ("UPDATE public.{} SET id = id", "DELETE FROM public.{}"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(verb.format(table))


_TRAIL = "core_auditentry"
_FORGERIES = {
    "a word changed": f"UPDATE {_TRAIL} SET content = replace(content, 'user', 'uses') WHERE unit_key = %(unit)s",
    "a line removed": f"DELETE FROM {_TRAIL} WHERE unit_key = %(unit)s AND seq = 1",
    "the last line removed": (
        f"DELETE FROM {_TRAIL} WHERE unit_key = %(unit)s"
        f" AND seq = (SELECT max(seq) FROM {_TRAIL} WHERE unit_key = %(unit)s)"
    ),
    "an act renamed": f"UPDATE {_TRAIL} SET action = 'nothing.happened' WHERE unit_key = %(unit)s AND seq = 1",
    "somebody else named": f"UPDATE {_TRAIL} SET actor_label = '别人' WHERE unit_key = %(unit)s AND seq = 1",
    "a line slipped in": (
        f"INSERT INTO {_TRAIL} (unit_key, strand, seq, at, action, actor_label, actor_uuid, object_kind, object_id,"
        " content, prev_hash, hash) SELECT unit_key, strand, seq + 1, at, action, actor_label, actor_uuid, object_kind,"
        f" object_id, content, hash, hash FROM {_TRAIL} WHERE unit_key = %(unit)s ORDER BY seq DESC LIMIT 1"
    ),
}


@pytest.mark.parametrize("forgery", sorted(_FORGERIES))
def test_a_forged_trail_does_not_hold(unit: Unit, forgery: str) -> None:
    make_user(unit, "liang")
    make_user(unit, "feng")
    assert list(audit.verify(unit.pk)) == []
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {_TRAIL} DISABLE TRIGGER USER")
        cursor.execute(_FORGERIES[forgery], {"unit": unit.pk})
        assert cursor.rowcount > 0
        cursor.execute(f"ALTER TABLE {_TRAIL} ENABLE TRIGGER USER")
    assert list(audit.verify(unit.pk))


def test_rights_end_with_the_role_and_not_with_the_session(unit: Unit) -> None:
    user = make_user(unit, "zhou", roles=["clerk"])
    client = client_for(user, unit)
    assert client.get("/items/all/").status_code == 200
    with unit:
        User.objects.get(pk=user.pk).roles.clear()
    assert client.get("/items/all/").status_code == 403
