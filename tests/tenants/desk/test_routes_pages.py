"""Pages between two units: routes and their terms, what is locked, returns, requests for recall, a pseudonym."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.desk import operations as desk
from tenants.items.models import Item
from tests.factories import TEXT, make_user
from tests.tenants.desk.conftest import Office
from zhitong.core import clock
from zhitong.core.operations import system
from zhitong.exchange.models import Dispatch
from zhitong.units.models import Route, RouteTerms, Unit
from zhitong.units.operations import limit_sender, name_senders

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(city_office: Office, client_for: Any) -> Any:
    """A client of 佛山's administrator."""
    return client_for(make_user(city_office.unit, "boss", roles=["administrator"]), city_office.unit)


@pytest.fixture
def clerk(office: Office, client_for: Any) -> Any:
    """A client of 南海's clerk."""
    return client_for(office.clerk, office.unit)


@pytest.fixture
def city_clerk(city_office: Office, client_for: Any) -> Any:
    """A client of 佛山's clerk."""
    return client_for(city_office.clerk, city_office.unit)


def page(client: Any, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def test_both_sides_read_the_terms_that_the_receiver_set(office: Office, boss: Any, clerk: Any) -> None:
    where = reverse("desk:route_terms", args=[office.unit.uuid])
    wrong = boss.post(where, {"quota": "3"})
    assert wrong.status_code == 422
    assert 'value="3"' in wrong.content.decode()
    assert boss.post(where, {"quota": "3", "quota_period": "month", "only_signed": "on"}).status_code == 302
    assert RouteTerms.objects.get().quota == 3
    assert "每月 3 篇" in page(boss, "desk:routes")
    assert 'value="3"' in page(boss, "desk:route_terms", office.unit.uuid)
    theirs = page(clerk, "desk:routes")
    assert "每月 3 篇，已报 0 篇" in theirs
    assert "只收经领导签发的" in theirs
    assert reverse("desk:route_open") not in theirs
    assert clerk.get(where).status_code == 403


def test_an_administrator_opens_and_ends_a_route(office: Office, province: Unit, client_for: Any, clerk: Any) -> None:
    admin = client_for(make_user(province, "pboss", roles=["administrator"]), province)
    form = {"sender": "没有的单位", "kind": "agreement", "valid_from": f"{clock.today()}", "basis": "共建协议"}
    answer = admin.post(reverse("desk:route_open"), form)
    assert answer.status_code == 422
    assert "没有这个名称的单位" in answer.content.decode()
    form["sender"] = "南海区政协"
    assert "约定须写明到哪一天为止" in admin.post(reverse("desk:route_open"), form).content.decode()
    form["valid_to"] = f"{clock.today().year + 1}-12-31"
    assert admin.post(reverse("desk:route_open"), form).status_code == 302
    route = Route.objects.get()
    for client in (admin, clerk):
        assert "共建协议" in page(client, "desk:routes")
    assert "广东省政协" in page(clerk, "desk:send", office.approved().uuid)
    end = reverse("desk:route_end", args=[route.pk])
    assert clerk.get(end).status_code == 403
    assert admin.post(end, {"reason": ""}).status_code == 422
    assert admin.post(end, {"reason": "协议到期"}).status_code == 302
    route.refresh_from_db()
    assert (route.valid_to, route.basis) == (clock.today(), "协议到期")


def test_what_cannot_go_is_locked_and_says_who_can_change_it(office: Office, city_office: Office, clerk: Any) -> None:
    item = office.approved()
    with office.unit:
        name_senders(actor=system(office.unit.pk), receiver=city_office.unit, posts=["secretary"])
    shown = page(clerk, "desk:send", item.uuid)
    assert "须由秘书长办理，本单位管理员可以调整" in shown
    to = {"to": f"u:{city_office.unit.uuid}", "version": item.version}
    refused = clerk.post(reverse("desk:send", args=[item.uuid]), to)
    assert refused.status_code == 403
    assert "本单位渠道规定" in refused.content.decode()
    with office.unit:
        name_senders(actor=system(office.unit.pk), receiver=city_office.unit, posts=[])
    with city_office.unit:
        limit_sender(actor=system(city_office.unit.pk), sender=office.unit, quota=1, quota_period="year")
    office.send(office.approved(problem="另一件。"), "佛山市政协")
    assert "限额已满：每年 1 篇，已报 1 篇，佛山市政协可以调整" in page(clerk, "desk:send", item.uuid)
    refused = clerk.post(reverse("desk:send", args=[item.uuid]), to)
    assert refused.status_code == 409
    assert "佛山市政协的管理员可以在“渠道”里调整" in refused.content.decode()


def test_a_return_is_corrected_on_its_page_and_sent_anew(office: Office, clerk: Any, city_clerk: Any) -> None:
    item = office.approved()
    [sent] = office.send(item, "佛山市政协")
    correct = reverse("desk:correct", args=[item.uuid])
    assert clerk.get(correct).status_code == 409
    act = reverse("desk:act", args=[sent.uuid])
    city_clerk.post(act, {"verb": "return", "reason": "请补数据来源"})
    listed = clerk.get(reverse("desk:send_list"), {"tab": "back"}).content.decode()
    assert "请补数据来源" in listed
    assert "请补数据来源" in page(clerk, "desk:correct", item.uuid)
    form = {**TEXT, "version": item.version, "problem": ""}
    assert clerk.post(correct, form).status_code == 422
    form["problem"] = f"{TEXT['problem']}数据来自消防救援大队。"
    assert clerk.post(correct, form).status_code == 302
    with office.unit:
        version = Item.objects.get(pk=item.pk).version
        to = f"u:{office.unit.parent.uuid}"
    assert clerk.post(reverse("desk:send", args=[item.uuid]), {"to": to, "version": version}).status_code == 302
    second = Dispatch.objects.get(attempt=2)
    shown = page(city_clerk, "desk:dispatch", second.uuid)
    assert "第 2 次报送" in shown
    assert "请补数据来源" in shown
    assert "<ins>数据来自消防救援大队。</ins>" in shown


def test_not_ours_keeps_what_was_typed(office: Office, clerk: Any, city_clerk: Any) -> None:
    item = office.approved()
    [sent] = office.send(item, "佛山市政协")
    act = reverse("desk:act", args=[sent.uuid])
    wrong = city_clerk.post(act, {"verb": "refer", "reason": "", "proposal": "禅城区政协"})
    assert wrong.status_code == 422
    assert 'value="禅城区政协"' in wrong.content.decode()
    assert city_clerk.post(act, {"verb": "refer", "reason": "属地不同", "proposal": "禅城区政协"}).status_code == 302
    shown = page(clerk, "desk:send", item.uuid)
    assert "建议报送禅城区政协" in shown
    settle = reverse("desk:settle", args=[sent.uuid])
    assert settle in shown
    assert clerk.post(settle).status_code == 302
    assert settle not in page(clerk, "desk:send", item.uuid)


def test_a_request_for_recall_is_asked_and_answered_on_pages(office: Office, clerk: Any, city_clerk: Any) -> None:
    item = office.approved()
    [sent] = office.send(item, "佛山市政协")
    act, ask = reverse("desk:act", args=[sent.uuid]), reverse("desk:ask_recall", args=[sent.uuid])
    city_clerk.post(act, {"verb": "accept"})
    assert ask in page(clerk, "desk:send", item.uuid)
    assert clerk.post(ask, {"reason": " "}).status_code == 422
    assert clerk.post(ask, {"reason": "数据有误"}).status_code == 302
    assert clerk.post(ask, {"reason": "再请"}).status_code == 409
    assert "已请求撤回，等对方答复" in page(clerk, "desk:send", item.uuid)
    assert sent.title in city_clerk.get(reverse("desk:inbox"), {"tab": "asked"}).content.decode()
    shown = page(city_clerk, "desk:dispatch", sent.uuid)
    assert "数据有误" in shown
    assert "同意撤回" in shown
    assert city_clerk.post(act, {"verb": "refuse_recall", "reason": ""}).status_code == 422
    assert city_clerk.post(act, {"verb": "refuse_recall", "reason": "已送领导阅"}).status_code == 302
    clerk.post(ask, {"reason": "确需撤回"})
    assert city_clerk.post(act, {"verb": "grant_recall"}).status_code == 302
    sent.refresh_from_db()
    assert sent.state == Dispatch.State.RECALLED
    assert "报送单位已撤回这一篇" in page(city_clerk, "desk:dispatch", sent.uuid)


def test_a_name_under_a_pseudonym_stands_on_no_page_of_the_receiver(
    office: Office, city_office: Office, clerk: Any, city_clerk: Any, drain: Any
) -> None:
    """The receiver's own author is called otherwise, so that the name could come from the sender alone."""
    make_user(city_office.unit, "qita", name="区家豪")
    with city_office.unit:
        type(city_office.author).objects.filter(pk=city_office.author.pk).update(name="区家豪")
    item = office.approved()
    assert "梁晓岚" in page(clerk, "desk:send", item.uuid)
    preview = clerk.get(reverse("desk:send", args=[item.uuid]), {"preview": "1", "under_pseudonym": "1"})
    assert "梁晓岚" not in preview.content.decode()
    form = {"to": f"u:{city_office.unit.uuid}", "version": item.version, "under_pseudonym": "1"}
    assert clerk.post(reverse("desk:send", args=[item.uuid]), form).status_code == 302
    sent = Dispatch.objects.get()
    drain()
    pages = [reverse("desk:inbox"), reverse("desk:dispatch", args=[sent.uuid])]
    with city_office.unit:
        own = desk.accept(actor=city_office.clerk.actor, dispatch_uuid=sent.uuid)
        city_office.pass_through(own)
    drain()
    pages += [reverse(name, args=[own.uuid]) for name in ("desk:item", "desk:journey", "desk:send", "desk:outcome")] + [
        "/items/all/",
        "/review/?tab=all",
        "/",
        "/notices/",
        f"/search/?q={TEXT['title']}",
        "/search/?q=梁晓岚",
    ]
    for path in pages:
        answer = city_clerk.get(path)
        assert answer.status_code == 200, path
        assert "梁晓岚" not in answer.content.decode().replace('value="梁晓岚"', ""), path
    assert "化名" in page(city_clerk, "desk:dispatch", sent.uuid)
    mine = page(clerk, "desk:send", item.uuid)
    assert 'name="under_pseudonym" value="1" checked' in mine
    assert "梁晓岚" in page(clerk, "desk:item", item.uuid)


def test_the_list_of_routes_costs_the_same_with_many_senders(city_office: Office, boss: Any) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as said:
            assert "南海区政协" in page(boss, "desk:routes")
        return len(said)

    count()
    few = count()
    for host in ("nanhai", "chancheng"):
        sender = Unit.objects.get(domains__domain__startswith=f"{host}.")
        with city_office.unit:
            limit_sender(actor=system(city_office.unit.pk), sender=sender, quota=9, quota_period="month")
    assert count() == few


def test_a_member_sees_no_routes(office: Office, client_for: Any) -> None:
    refused = client_for(office.author, office.unit).get(reverse("desk:routes"))
    assert refused.status_code == 403
