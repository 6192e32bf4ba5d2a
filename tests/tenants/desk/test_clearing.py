"""Sign-off before sending: the page says what is missing, asks for it, and shows where it stands."""

import html
from typing import Any

import pytest

from tenants.items.models import Item
from tenants.review import operations as review
from tenants.review.models import Run, Task
from tests.factories import make_user
from tests.tenants.desk.conftest import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(office: Office) -> Item:
    """An approved item of a unit whose chairman signs what goes to the city."""
    city = [{"field": "destination", "in": ["city"]}]
    steps = [
        {"key": "research", "name": "研究室编审", "posts": ["research"]},
        {"key": "chair", "name": "主席签批", "posts": ["chair"], "when": city},
    ]
    office.reviews_by("重要信息", steps)
    return office.approved()


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_what_must_be_signed_off_is_locked_and_asked_for(office: Office, item: Item, client_for: Any) -> None:
    browser = client_for(office.clerk, office.unit)
    url = f"/items/{item.uuid}/send/"
    page = said(browser.get(url))
    for words in ("发起报送审签", "报市级：佛山市政协", "按“重要信息”流程第 2 版，要先审签"):
        assert words in page, words
    assert 'aria-disabled="true" data-refused="要先审签' in page
    assert browser.post(f"/items/{item.uuid}/clearance/", {"destinations": ["moon"]}).status_code == 422
    assert browser.post(f"/items/{item.uuid}/clearance/", {}).status_code == 422
    asked = browser.post(f"/items/{item.uuid}/clearance/", {"destinations": ["city"]}, follow=True)
    assert "正在审签：主席签批，等陈立" in said(asked)
    assert browser.post(f"/items/{item.uuid}/clearance/", {"destinations": ["city"]}).status_code == 409
    with office.unit:
        run = Run.objects.get(item=item, purpose="clearance")
        task = Task.objects.get(run=run)
        assert browser.get(f"/review/runs/{run.uuid}/").status_code == 200
        signing = client_for(office.leader, office.unit).get(f"/review/tasks/{task.uuid}/")
        assert "通过后可以报送" in said(signing)
        assert "采用方式" not in said(
            client_for(office.leader, office.unit).get(f"/review/tasks/{task.uuid}/?decide=pass")
        )
        review.decide_pass(actor=office.leader.actor, task_uuid=task.uuid)
    page = said(browser.get(url))
    assert "发起报送审签" not in page
    assert "要先审签" not in page
    assert len(office.send(item, "佛山市政协")) == 1


def test_a_refused_sign_off_says_why(office: Office, item: Item, client_for: Any) -> None:
    browser = client_for(office.clerk, office.unit)
    browser.post(f"/items/{item.uuid}/clearance/", {"destinations": ["city"]})
    with office.unit:
        task = Task.objects.get(run__item=item, run__purpose="clearance")
        review.decide_decline(actor=office.leader.actor, task_uuid=task.uuid, reason="先在本区办")
    page = said(browser.get(f"/items/{item.uuid}/send/"))
    assert "上次审签不采用：先在本区办" in page
    assert "发起报送审签" in page


def test_who_may_not_send_asks_for_nothing(office: Office, item: Item, client_for: Any) -> None:
    reviewer = make_user(office.unit, "rev", roles=["reviewer"])
    url = f"/items/{item.uuid}/clearance/"
    assert client_for(reviewer, office.unit).post(url, {"destinations": ["city"]}).status_code == 403
    assert client_for(office.clerk, office.unit).get(url).status_code == 405
    assert client_for(None, office.unit).post(url).status_code == 302
