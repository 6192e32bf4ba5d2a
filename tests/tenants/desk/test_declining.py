"""Why a report is not adopted: by the unit's own list, with words to it; who keeps the list."""

import html
from typing import Any

import pytest

from tenants.desk.declining import PRESETS, decline_for, decline_reasons, set_decline_reasons
from tenants.review import operations as review
from tests.factories import make_user
from tests.tenants.desk.conftest import Office
from zhitong.core.errors import InvalidInput, NotAllowed
from zhitong.core.models import AuditEntry
from zhitong.core.operations import system
from zhitong.exchange.models import Dispatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def arrived(office: Office, city_office: Office) -> Dispatch:
    """A report that waits in the city."""
    for one in (office, city_office):
        with one.unit:
            review.ensure_default_flow(actor=system(one.unit.pk))
    [dispatch] = office.send(office.approved(), "佛山市政协")
    return dispatch


@pytest.fixture
def boss(city_office: Office) -> Any:
    """The city's administrator."""
    return make_user(city_office.unit, "boss", name="管理员", roles=["administrator"])


def test_a_reason_of_the_list_is_enough_and_reaches_the_sender(
    arrived: Dispatch, office: Office, city_office: Office, client_for: Any
) -> None:
    clerk = client_for(city_office.clerk, city_office.unit)
    page = html.unescape(clerk.get(f"/inbox/{arrived.uuid}/?decide=decline").content.decode())
    for reason in PRESETS:
        assert f">{reason}</option>" in page
    assert "</option>" not in clerk.get(f"/inbox/{arrived.uuid}/?decide=keep").content.decode()
    act = {"verb": "decline", "why": PRESETS[4], "reason": "见佛〔2026〕9号"}
    assert clerk.post(f"/inbox/{arrived.uuid}/act/", act).status_code == 302
    arrived.refresh_from_db()
    assert (arrived.state, arrived.reason) == (Dispatch.State.DECLINED, f"{PRESETS[4]}。见佛〔2026〕9号")
    below = client_for(office.author, office.unit).get(f"/items/{arrived.item_uuid}/journey/").content.decode()
    assert f"{PRESETS[4]}。见佛〔2026〕9号" in below


def test_what_is_in_no_list_needs_words_and_an_old_reason_is_refused_with_what_was_typed(
    arrived: Dispatch, city_office: Office, client_for: Any
) -> None:
    clerk = client_for(city_office.clerk, city_office.unit)
    answer = clerk.post(f"/inbox/{arrived.uuid}/act/", {"verb": "decline", "why": "", "reason": " "})
    assert answer.status_code == 422
    assert "请选一条或写明理由" in answer.content.decode()
    answer = clerk.post(f"/inbox/{arrived.uuid}/act/", {"verb": "decline", "why": "没有的", "reason": "写了很久"})
    assert answer.status_code == 422
    assert "不在本单位的清单里" in answer.content.decode()
    assert "写了很久" in answer.content.decode()
    with city_office.unit:
        decline_for(actor=city_office.clerk.actor, dispatch_uuid=arrived.uuid, why=PRESETS[0], words="")
    arrived.refresh_from_db()
    assert arrived.reason == PRESETS[0]


def test_the_administrator_keeps_the_list(city_office: Office, office: Office, boss: Any, client_for: Any) -> None:
    client = client_for(boss, city_office.unit)
    path = "/settings/decline-reasons/"
    assert PRESETS[0] in html.unescape(client.get(path).content.decode())
    assert client.post(path, {"words": "甲类\n\n  乙类  \n甲类"}).status_code == 302
    with city_office.unit:
        assert decline_reasons() == ["甲类", "乙类"]
        assert AuditEntry.objects.filter(action="desk.decline_reasons.set").count() == 1
    with office.unit:
        assert decline_reasons() == list(PRESETS)
    refused = client.post(path, {"words": "长" * 61})
    assert refused.status_code == 422
    assert "每条最多 60 字" in refused.content.decode()
    assert client.post(path, {"words": ""}).status_code == 302
    with city_office.unit:
        assert decline_reasons() == list(PRESETS)
        with pytest.raises(InvalidInput, match="最多 30 条"):
            set_decline_reasons(actor=boss.actor, reasons=[f"第{n}条" for n in range(31)])
        with pytest.raises(NotAllowed):
            set_decline_reasons(actor=city_office.clerk.actor, reasons=["甲类"])
    assert client_for(city_office.clerk, city_office.unit).get(path).status_code == 403
