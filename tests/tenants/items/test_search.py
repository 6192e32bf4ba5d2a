"""The consumer: a submitted item gets its search document, a draft none."""

from decimal import Decimal
from typing import Any

from search.backend import Query, Reader, backend
from search.documents import REPORT, unit_grant, user_grant
from search.models import SearchDocument
from tenants.items import operations
from tests.factories import make_draft, make_user
from tests.platform.ranking.histories import outcome, publish, send_up
from zhitong.core.operations import system
from zhitong.exchange import operations as exchange
from zhitong.ranking.tasks import refresh_standings
from zhitong.units.models import Unit


def test_a_submitted_item_is_found_by_those_who_may(unit: Unit, stranger: Unit, drain: Any) -> None:
    author = make_user(unit, "liang", name="梁晓岚")
    draft, item = make_draft(unit, author, title="草稿里的无人机"), make_draft(unit, author, title="关于无人机的建议")
    with unit:
        operations.register_submission(actor=author.actor, item=item)
    drain()

    def found(grant: str) -> list[str]:
        results = backend().search(Query(text="无人机"), Reader(frozenset({grant})))
        return [str(hit.document.object_uuid) for hit in results.hits]

    assert found(unit_grant(unit.pk)) == [str(item.uuid)]
    assert found(user_grant(author.uuid)) == [str(item.uuid)]
    assert found(unit_grant(stranger.pk)) == []
    assert draft.uuid != item.uuid


def test_what_an_item_earns_follows_the_ledger(unit: Unit, city: Unit, province: Unit, drain: Any) -> None:
    publish(province)
    author = make_user(unit, "liang", name="梁晓岚")
    items = [make_draft(unit, author, title=f"关于无人机的建议{number}") for number in range(2)]
    with unit:
        for item in items:
            operations.register_submission(actor=author.actor, item=item)
    drain()

    def earned() -> list[Decimal]:
        rows = SearchDocument.objects.filter(kind=REPORT).order_by("title")
        return [row.points for row in rows if row.unit_id == unit.pk]

    assert earned() == [0, 0]
    outcome(unit, items[1].uuid)
    at_city = send_up(unit, items[1].uuid, city, "佛〔2026〕1号")
    outcome(city, at_city)
    adopted = outcome(province, send_up(city, at_city, province, "粤〔2026〕1号"))
    drain()
    refresh_standings()
    drain()
    found = earned()
    assert found[0] == 0
    assert found[1] > 0
    with province:
        exchange.reverse(actor=system(province.pk), event_uuid=adopted.uuid, reason="登记错了")
    drain()
    refresh_standings()
    drain()
    assert earned()[1] < found[1]
