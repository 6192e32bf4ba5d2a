"""Own keys for programs: made and shown once, seen without their secret, ended; nobody else's and no other unit's."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tenants.accounts import operations
from tenants.accounts.models import ApiToken, User
from tests.factories import client_for, make_user, public_client
from zhitong.core import clock
from zhitong.core.errors import WrongState
from zhitong.core.models import AuditEntry
from zhitong.units.models import Unit

KEYS = "/accounts/keys/"
ITEMS = "/api/v1/items/"


@pytest.fixture
def author(unit: Unit) -> User:
    return make_user(unit, "chen", name="陈一鸣")


def make(client: Client, label: str = "数据中心取数", days: str = "90") -> str:
    """Make a key on the page and return its plain form."""
    answer = client.post(KEYS, {"label": label, "days": days})
    assert answer.status_code == 200, answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r'id="key" value="([\w-]{43})"', answer.content.decode())
    assert found
    return found[1]


def call(plain: str, unit: Unit) -> Any:
    client = Client(SERVER_NAME=unit.get_primary_domain().domain, headers={"authorization": f"Bearer {plain}"})
    return client.get(ITEMS)


def test_a_key_is_made_used_seen_and_ended(unit: Unit, author: User) -> None:
    client = client_for(author, unit)
    assert "还没有密钥" in client.get(KEYS).content.decode()
    plain = make(client)
    assert "没有用过" in client.get(KEYS).content.decode()
    assert call(plain, unit).status_code == 200
    page = client.get(KEYS).content.decode()
    assert "没有用过" not in page
    assert plain not in page
    with unit:
        key = ApiToken.objects.get()
        assert key.digest not in page
        assert (key.expires_at - key.created_at) == timedelta(days=90)
    assert f"{KEYS}{key.pk}/revoke/" in page
    assert client.post(f"{KEYS}{key.pk}/revoke/", follow=True).redirect_chain == [(KEYS, 302)]
    ended = client.get(KEYS).content.decode()
    assert "已停用" in ended
    assert f"{KEYS}{key.pk}/revoke/" not in ended
    refused = call(plain, unit)
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["detail"] == "密钥不对、已过期或已停用。"
    with unit:
        trail = AuditEntry.objects.filter(action__startswith="accounts.token.").order_by("pk")
        assert [entry.action for entry in trail] == ["accounts.token.created", "accounts.token.revoked"]
        assert all("数据中心取数" in entry.content for entry in trail)
        assert plain not in str(list(trail.values()))


def test_a_key_out_of_date_says_so_and_opens_nothing(unit: Unit, author: User) -> None:
    client = client_for(author, unit)
    plain = make(client, days="30")
    with clock.at(clock.now() + timedelta(days=20)):
        assert "快到期" in client_for(author, unit).get(KEYS).content.decode()
    with clock.at(clock.now() + timedelta(days=30, seconds=1)):
        page = client_for(author, unit).get(KEYS).content.decode()
        assert "已到期" in page
        assert "/revoke/" not in page
        assert call(plain, unit).status_code == 401
        make(client_for(author, unit))  # the label is free again


def test_what_cannot_be_is_named_and_keeps_what_was_typed(unit: Unit, author: User) -> None:
    client = client_for(author, unit)
    make(client)
    for form, words in (
        ({"label": "", "days": "30"}, "请填写用途"),
        ({"label": " 数据中心取数 ", "days": "30"}, "已有同样用途的密钥在用"),
        ({"label": "另一个", "days": "3650"}, "有效期"),
        ({"label": "另一个"}, "请填写有效期"),
        ({"label": "长" * 61, "days": "30"}, "60"),
    ):
        answer = client.post(KEYS, form)
        assert answer.status_code == 422, form
        page = answer.content.decode()
        assert re.search(words.replace("请填写有", "请(填写|选择)有"), page), form
        assert f'value="{form["label"]}"' in page or not form["label"]
    with unit:
        assert ApiToken.objects.count() == 1


def test_nobody_has_more_than_ten(unit: Unit, author: User) -> None:
    client = client_for(author, unit)
    for number in range(10):
        make(client, f"程序{number}")
    answer = client.post(KEYS, {"label": "再一个", "days": "30"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "在用的密钥已有 10 个" in page
    assert 'value="再一个"' in page
    with unit, pytest.raises(WrongState):
        operations.create_api_token(actor=author.actor, user=author, label="又一个", days=1)


def test_keys_of_others_do_not_exist(unit: Unit, stranger: Unit, author: User) -> None:
    plain = make(client_for(author, unit))
    with unit:
        key = ApiToken.objects.get()
    boss = make_user(unit, "boss", roles=["administrator"])
    neighbour = make_user(stranger, "wang")
    for client in (client_for(boss, unit), client_for(neighbour, stranger)):
        assert "数据中心取数" not in client.get(KEYS).content.decode()
        absent = client.post(f"{KEYS}{2**40}/revoke/")
        hidden = client.post(f"{KEYS}{key.pk}/revoke/")
        assert (absent.status_code, hidden.status_code) == (404, 404)
    assert call(plain, stranger).status_code == 401
    assert call(plain, unit).status_code == 200
    assert client_for(None, unit).get(KEYS).status_code == 302
    assert public_client().get(KEYS).status_code == 404


def test_the_menu_leads_there_on_a_units_host_alone(unit: Unit, author: User) -> None:
    assert f'href="{KEYS}"' in client_for(author, unit).get("/items/").content.decode()
