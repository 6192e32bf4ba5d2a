"""The figures for monitoring: what they say, and who may read them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from search.models import Upkeep
from tenants.accounts.models import User
from tests.factories import client_for, make_user, public_client
from zhitong.core import clock, metrics
from zhitong.core.metrics import Gauge
from zhitong.core.models import OutboxMessage
from zhitong.exports.models import Export
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
TOKEN = "t" * 32


def figures(client: Client, **extra: Any) -> dict[str, float]:
    """Return the figures by name and label."""
    answer = client.get("/metrics", **extra)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        assert family.documentation
        for sample in family.samples:
            found[" ".join([sample.name, *sample.labels.values()])] = sample.value
    return found


def test_what_is_measured(unit: Unit) -> None:
    quiet = figures(public_client())
    assert quiet["zhitong_search_engine_up"] == 1
    assert quiet["zhitong_search_index_bytes"] > 0
    assert [quiet[name] for name in ("zhitong_search_lag_seconds", "zhitong_outbox_messages due")] == [0, 0]
    assert "zhitong_search_sweep_age_seconds" not in quiet
    moment = clock.now() - timedelta(seconds=90)
    due = timezone.now() - timedelta(seconds=90)  # the outbox goes by the real time
    message = {"topic": "x", "payload": {}, "created_at": due, "available_at": due}
    OutboxMessage.objects.create(**message)
    OutboxMessage.objects.create(**message, dead_at=due)
    swept = {"checked": 9, "missing": 2, "outdated": 1, "surplus": 0, "units": []}
    Upkeep.objects.create(
        kind="sweep", state="done", asked_by="系统", asked_at=moment, finished_at=moment, found={"documents": swept}
    )
    export = {"unit": unit, "user_uuid": unit.uuid, "asked_at": moment, "expires_at": clock.now(), "format": "csv"}
    Export.objects.create(**export)
    Export.objects.create(**export, state="cancelled")
    busy = figures(public_client())
    assert [busy[f"zhitong_outbox_messages {state}"] for state in ("due", "dead")] == [1, 1]
    assert busy["zhitong_exports_waiting"] == 1
    assert busy["zhitong_search_sweep_differences"] == 3
    for name in ("zhitong_search_lag_seconds", "zhitong_outbox_lag_seconds", "zhitong_search_sweep_age_seconds"):
        assert 90 <= busy[name] < 300, name


def test_one_source_that_fails_hides_no_other(db: None) -> None:
    def fails() -> list[Gauge]:
        raise RuntimeError("no answer")

    metrics.register("test", fails)
    try:
        assert "zhitong_exports_waiting" in figures(public_client())
    finally:
        del metrics._sources["test"]


def test_who_may_read_them(unit: Unit, settings: Any) -> None:
    far = {"REMOTE_ADDR": "203.0.113.7"}
    assert public_client().get("/metrics", **far).status_code == 404
    for token in ("", "Bearer ", "Bearer None", TOKEN, f"Bearer {TOKEN}"):
        answer = public_client().get("/metrics", **far, headers={"Authorization": token})
        assert answer.status_code == 404, token
    settings.METRICS_TOKEN = TOKEN
    assert "zhitong_exports_waiting" in figures(public_client(), **far, headers={"Authorization": f"Bearer {TOKEN}"})
    for token in ("", "Bearer ", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer 密"):
        answer = public_client().get("/metrics", **far, headers={"Authorization": token})
        assert answer.status_code == 404, token
    settings.PRODUCTION = True
    assert public_client().get("/metrics", secure=True).status_code == 404
    chief = make_user(unit, "chief", roles=["administrator"])
    assert client_for(chief, unit).get("/metrics", secure=True).status_code == 404
    assert public_client().post("/metrics", **far, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_an_operator_who_is_signed_in_reads_them(db: None, settings: Any) -> None:
    from django.core.management import call_command

    settings.PRODUCTION = True
    call_command("operator_create", "--username", "ops", "--name", "运维甲")
    client = public_client()
    client.force_login(User.objects.get(username="ops"))
    session = client.session
    session["unit_id"] = None
    session.save()
    assert "zhitong_outbox_lag_seconds" in figures(client, REMOTE_ADDR="203.0.113.7")
