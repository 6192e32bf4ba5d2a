"""Ranking and province pages: who sees what, and at what cost."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_user
from tests.platform.ranking.histories import TITLE, full_way, new_item, publish, recompute
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db


def test_pages_without_rules_say_what_to_do(unit: Unit, client_for: Any) -> None:
    reader = client_for(make_user(unit, "ld", roles=["leader"]), unit)
    assert "还没有计分规则" in reader.get("/ranking/").content.decode()


def test_who_may_read_what(unit: Unit, city: Unit, province: Unit, stranger: Unit, client_for: Any) -> None:
    rules = publish(province)
    item, _ = full_way(unit, city, province)
    recompute(rules)
    clerk = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    peer = client_for(make_user(stranger, "peer", roles=["clerk"]), stranger)
    author = client_for(make_user(unit, "author"), unit)
    office = client_for(make_user(province, "office", roles=["province_office"]), province)
    ledger, listed = f"/ranking/unit/{unit.uuid}/", f"/ranking/counts/{unit.uuid}/?what=sent"
    expected = {
        "/ranking/": (200, 200, 403, 200),
        ledger: (200, 200, 404, 200),
        f"/ranking/unit/{city.uuid}/": (404, 404, 404, 200),
        listed: (200, 404, 404, 200),
        f"/ranking/item/{item}/": (200, 404, 404, 404),
        "/province/": (403, 403, 403, 200),
        "/province/units/": (403, 403, 403, 200),
    }
    for url, statuses in expected.items():
        assert tuple(c.get(url).status_code for c in (clerk, peer, author, office)) == statuses, url
    assert TITLE in clerk.get(ledger).content.decode()
    for other in (peer, office):
        page = other.get(ledger).content.decode()
        assert "南〔2026〕1号" in page
        assert TITLE not in page
    drawer = clerk.get(ledger, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in drawer
    assert 'role="dialog"' in drawer


def test_pages_cost_the_same_with_more_items(
    unit: Unit, city: Unit, province: Unit, stranger: Unit, client_for: Any
) -> None:
    rules = publish(province)
    full_way(unit, city, province)
    recompute(rules)
    office = client_for(make_user(province, "office", roles=["province_office"]), province)
    urls = ["/province/", "/ranking/", f"/ranking/unit/{unit.uuid}/", f"/ranking/counts/{unit.uuid}/?what=received"]
    costs = []
    for _ in range(2):
        found = []
        for url in urls:
            office.get(url)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert office.get(url).status_code == 200
            found.append(len(captured))
        costs.append(found)
        for number in range(3):
            new_item(unit, f"南〔2026〕{number + 5}号")
            new_item(stranger, f"禅〔2026〕{number + 5}号")
        recompute(rules)
    assert costs[0] == costs[1]
