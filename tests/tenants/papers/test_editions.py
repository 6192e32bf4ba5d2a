"""A circular that was passed on points to its corrected edition: the copy of it that came to the reader's unit."""

from typing import Any

import pytest
from django.test import Client

from tests.tenants.papers.conftest import Network
from zhitong.exchange import operations as exchange
from zhitong.exchange.models import Delivery, Paper, PaperKind
from zhitong.units.models import Unit

pytestmark = pytest.mark.django_db
FIRST, SECOND = "一月工作通报", "一月工作通报改订"
CIRCULAR: dict[str, Any] = {"kind": PaperKind.CIRCULAR, "due_on": None}


@pytest.fixture
def first(network: Network) -> Paper:
    """A circular of 广东, which 佛山 passed on to 南海 and 禅城, whose people read it."""
    issued = network.publish(network.province, network.city.unit, title=FIRST, **CIRCULAR)
    return passed_on(network, issued, network.county.unit, network.neighbour.unit)


@pytest.fixture
def second(network: Network, first: Paper) -> Paper:
    """Its corrected edition, which has come to 佛山."""
    assert first.parent is not None
    replaces = first.parent.paper.uuid
    return network.publish(network.province, network.city.unit, title=SECOND, replaces=replaces, **CIRCULAR)


def passed_on(network: Network, paper: Paper, *units: Unit) -> Paper:
    delivery = Delivery.objects.get(paper=paper, receiver=network.city.unit)
    return network.publish(
        network.city, *units, parent=delivery.uuid, title=paper.title, open_to_members=True, **CIRCULAR
    )


def inbox(paper: Paper, unit: Unit) -> str:
    return f"/papers/in/{Delivery.objects.get(paper=paper, receiver=unit).uuid}/"


def said(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_nothing_is_said_before_there_is_a_correction(network: Network, first: Paper, client_for: Any) -> None:
    county = client_for(network.county.clerk, network.county.unit)
    assert "已有更正版" not in said(county, inbox(first, network.county.unit))


def test_the_copy_below_points_to_the_copy_that_came(
    network: Network, first: Paper, second: Paper, client_for: Any
) -> None:
    copy, where = passed_on(network, second, network.county.unit), network.county.unit
    county, author = (client_for(user, where) for user in (network.county.clerk, network.county.author))
    old = said(county, inbox(first, where))
    assert "已有更正版" in old
    assert SECOND in old
    assert f'href="{inbox(copy, where)}"' in old or f'href="/papers/{copy.uuid}/"' in old
    new = said(county, inbox(copy, where))
    assert "代替" in new
    assert f'href="/papers/{first.uuid}/"' in new or f'href="{inbox(first, where)}"' in new
    # Those for whom the copy is open read the same of it.
    assert f'href="/papers/{copy.uuid}/"' in said(author, f"/papers/{first.uuid}/")
    assert f'href="/papers/{first.uuid}/"' in said(author, f"/papers/{copy.uuid}/")


def test_where_the_correction_has_not_come_only_that_it_exists_is_told(
    network: Network, first: Paper, second: Paper, client_for: Any
) -> None:
    passed_on(network, second, network.county.unit)
    where = network.neighbour.unit
    for user, path in (
        (network.neighbour.clerk, inbox(first, where)), (network.neighbour.author, f"/papers/{first.uuid}/"),
    ):  # fmt: skip
        page = said(client_for(user, where), path)
        assert "广东省政协" in page
        assert "还没有转到本单位" in page
        assert SECOND not in page


def test_who_passed_the_first_one_on_is_led_to_the_correction(
    network: Network, first: Paper, second: Paper, client_for: Any
) -> None:
    city, where = client_for(network.city.clerk, network.city.unit), network.city.unit
    assert first.parent is not None
    received = inbox(second, where)
    assert f'href="{received}"' in said(city, f"/papers/out/{first.uuid}/")
    assert f'href="{received}"' in said(city, inbox(first.parent.paper, where))
    copy = passed_on(network, second, network.county.unit)
    assert f'href="/papers/out/{copy.uuid}/"' in said(city, f"/papers/out/{first.uuid}/")


def test_a_copy_that_was_withdrawn_is_not_pointed_to(
    network: Network, first: Paper, second: Paper, client_for: Any
) -> None:
    copy, where = passed_on(network, second, network.county.unit), network.county.unit
    with network.city.unit:
        exchange.withdraw_paper(actor=network.city.clerk.actor, paper_uuid=copy.uuid, reason="发错了")
    page = said(client_for(network.county.clerk, where), inbox(first, where))
    assert "还没有转到本单位" in page
    assert SECOND not in page
