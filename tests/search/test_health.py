"""How search is doing: what an operator sees, sweeps and rebuilds in a worker, what the engine refused tried again."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from search import health, upkeep
from search.backend import backend
from search.elastic.backend import engine
from search.elastic.pushing import MOST_ATTEMPTS, push
from search.models import Build, Push, SearchDocument, Upkeep
from search.tasks import run_upkeep, sweep
from tests.factories import PASSWORD, public_client
from tests.search.node import Node
from tests.search.test_contract import document
from zhitong.core import clock
from zhitong.core.models import AuditEntry, OutboxMessage
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
Arrive = Callable[[], None]
PAGE, ACT = "/operators/search/", "/operators/search/act/"


@pytest.fixture
def operator(db: None, capsys: pytest.CaptureFixture[str]) -> Client:
    call_command("operator_create", "--username", "ops", "--name", "运维甲")
    path = re.search(r"/operators/invite/\S+", capsys.readouterr().out)
    assert path is not None
    client = public_client()
    assert client.post(path[0], {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    return client


def see(operator: Client) -> str:
    """Return the words of the page, without its markup."""
    answer = operator.get(PAGE)
    assert answer.status_code == 200
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(words))


def test_a_sweep_is_asked_for_made_by_a_worker_and_told(operator: Client, unit: Unit) -> None:
    backend().index([document(unit, "没有这篇稿件的文档")])
    assert "上次核对 还没有过" in see(operator)
    for _ in range(2):  # one that waits is not asked for twice
        assert operator.post(ACT, {"do": "sweep"}).status_code == 302
    assert Upkeep.objects.count() == 1
    assert "等待" in see(operator)
    assert 'hx-trigger="every 2s"' in operator.get(PAGE).content.decode()
    assert run_upkeep() == 1
    assert not SearchDocument.objects.exists()
    told = see(operator)
    assert "上次核对 完成" in told
    assert "运维甲" in told
    assert "多 1 篇，已补齐（南海区政协）" in told
    assert "没有这篇稿件" not in told
    entries = AuditEntry.objects.filter(unit_key=0, action="search.sweep.asked")
    assert [entry.actor_label for entry in entries] == ["运维甲", "运维甲"]
    operator.post(ACT, {"do": "sweep"})
    run_upkeep()
    assert upkeep.found(Upkeep.objects.latest("pk"), "documents").is_clean


def test_a_rebuild_says_how_far_and_how_fast(arrive: Arrive, operator: Client, unit: Unit) -> None:
    backend().index([document(unit, f"充电{n}") for n in range(12)])
    arrive()
    operator.post(ACT, {"do": "rebuild"})
    assert run_upkeep() == 1
    one = Upkeep.objects.get()
    assert (one.state, one.done, one.total) == ("done", 12, 12)
    assert one.rate > 0
    assert "12 / 12 篇" in see(operator)


def test_the_night_and_the_commands_leave_their_sweeps_too(operator: Client, unit: Unit) -> None:
    sweep()
    assert run_upkeep() == 1
    assert Upkeep.objects.get().asked_by == "系统"
    backend().index([document(unit, "多出来的")])
    with pytest.raises(CommandError):
        call_command("search_sweep")
    assert upkeep.found(Upkeep.objects.latest("pk"), "documents").surplus == 1
    call_command("search_sweep", "--unit", "nanhai")
    assert Upkeep.objects.count() == 2  # a part of the whole is no sweep of it
    call_command("search_rebuild")
    assert Upkeep.objects.latest("pk").asked_by == "zhitong search rebuild"


def test_what_a_dead_worker_left_is_taken_up_and_given_up_in_the_end(operator: Client) -> None:
    left = Upkeep.objects.create(
        kind="sweep", state="running", asked_by="运维甲", asked_at=clock.now(), started_at=clock.now(), attempts=1
    )
    assert run_upkeep() == 1
    left.refresh_from_db()
    assert (left.state, left.attempts) == ("done", 2)
    Upkeep.objects.filter(pk=left.pk).update(state="running", attempts=upkeep.MOST_ATTEMPTS)
    assert run_upkeep() == 0
    assert "没有完成" in see(operator)
    assert "几次都中断了" in see(operator)


def test_what_the_engine_refused_is_shown_without_a_word_of_it_and_tried_again(
    elastic: Arrive, operator: Client, unit: Unit
) -> None:
    backend().index([document(unit, "涉及某某的秘密标题"), document(unit, "别的")])
    error = "{'type': 'document_parsing_exception', 'reason': \"Preview of field's value: '秘密标题'\"}"
    late = timezone.now() - timedelta(minutes=5)
    Push.objects.update(error=error, attempts=MOST_ATTEMPTS, since=late)
    told = see(operator)
    assert "2 处改动进不了索引" in told
    assert "内容不合索引的格式（document_parsing_exception）" in told
    assert "南海区政协" in told
    assert "秘密" not in told
    assert health.backlog().lag >= 300
    first = Push.objects.earliest("pk")
    operator.post(ACT, {"do": "retry", "push": str(first.pk)})
    assert push() == 1
    operator.post(ACT, {"do": "retry"})
    elastic()
    assert health.backlog() == health.Backlog(0, 0, 0, 0, 0.0)
    found = health.engine_in_use()
    assert (found.documents, found.is_up) == (2, True)
    assert found.size is not None
    assert found.size > 0
    assert found.index == Build.objects.get(state="in_use").index


def test_an_engine_that_is_down_is_said_to_be(
    elastic: Arrive, node: Node, operator: Client, settings: Any, unit: Unit
) -> None:
    backend().index([document(unit, "充电")])
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"  # nobody listens there
    engine.cache_clear()
    try:
        assert "引擎没有回答" in see(operator)
        operator.post(ACT, {"do": "sweep"})
        run_upkeep()
        assert Upkeep.objects.get().reason == "检索引擎没有回答，恢复以后请再来一次。"
    finally:
        settings.ELASTICSEARCH_URL = node.url
        engine.cache_clear()


def test_messages_that_wait_count_as_lag(operator: Client) -> None:
    moment = timezone.now() - timedelta(seconds=90)
    late, dead, later = (
        OutboxMessage(topic="items.item.changed", payload={}, created_at=moment, available_at=moment) for _ in range(3)
    )
    dead.dead_at, later.available_at = moment, timezone.now() + timedelta(hours=1)
    OutboxMessage.objects.bulk_create([late, dead, later])
    found = health.backlog()
    assert (found.messages, 90 <= found.lag < 150) == (1, True)
    assert "索引落后" in see(operator)


@pytest.mark.parametrize("form", [{}, {"do": "drop"}, {"do": "retry", "push": "x"}, {"do": "retry", "push": "9" * 30}])
def test_nothing_else_can_be_done_there(operator: Client, form: dict[str, str]) -> None:
    assert operator.post(ACT, form).status_code == 404
    assert operator.get(ACT).status_code == 405
    assert public_client().get(PAGE).status_code == 302
    assert public_client().post(ACT, {"do": "sweep"}).status_code == 302
    assert not Upkeep.objects.exists()
