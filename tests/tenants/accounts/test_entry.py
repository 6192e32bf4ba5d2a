"""Ways in and out: sign in, lock-out, invitation, password, sessions between units."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from tenants.accounts import operations
from tenants.accounts.models import Invitation, User
from tests.factories import PASSWORD, client_for, make_user, public_client
from zhitong.core import clock
from zhitong.core.errors import InvalidInput
from zhitong.core.operations import system
from zhitong.units.models import Unit

NEW = "Xin-mi-ma-2027"


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post("/accounts/login/", {"username": username, "password": password, **more})


@pytest.mark.parametrize("typed", ["limei", "LiMei ", "ｌｉｍｅｉ", "13800138000", "+86 138-0013-8000"])
def test_name_and_mobile_open_the_unit(unit: Unit, typed: str) -> None:
    make_user(unit, "limei", mobile="13800138000")
    client = client_for(None, unit)
    answer = sign_in(client, typed)
    assert (answer.status_code, answer.url) == (302, "/")
    with unit:
        assert client.session["unit_id"] == unit.pk


def test_a_wrong_name_looks_like_a_wrong_password(unit: Unit) -> None:
    make_user(unit, "limei", mobile="13800138000")
    gone = make_user(unit, "gone")
    with unit:
        User.objects.filter(pk=gone.pk).update(is_active=False)
    client = client_for(None, unit)
    pages = set()
    for name, password in [("limei", "x"), ("nobody", "x"), ("13800138000", "x"), ("gone", PASSWORD), ("a\x00b", "x")]:
        answer = sign_in(client, name, password)
        assert answer.status_code == 422
        pages.add(re.sub(r"(csrf\S*|value)=\"[^\"]*\"|content=\"\w{64}\"", "", answer.content.decode()))
    # The forbidden sign is refused by the form itself; every other answer is the same.
    assert len(pages) == 2
    assert all("登录名（手机号）或密码不对" in page or "a" in page for page in pages)


def test_the_session_key_changes_at_login_and_ends_at_logout(unit: Unit) -> None:
    make_user(unit, "limei")
    client = client_for(None, unit)
    with unit:
        session = client.session
        session["before"] = 1
        session.save()
        before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    sign_in(client, "limei")
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    client.cookies[settings.SESSION_COOKIE_NAME] = after
    assert client.get("/accounts/password/").status_code == 302


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_login_leads_to_this_host_alone(unit: Unit, wanted: str) -> None:
    make_user(unit, "limei")
    assert sign_in(client_for(None, unit), "limei", next=wanted).url == "/"
    assert sign_in(client_for(None, unit), "limei", next="/notices/").url == "/notices/"


def test_five_failures_lock_a_user_of_one_unit_by_either_name(unit: Unit, stranger: Unit) -> None:
    make_user(unit, "limei", mobile="13800138000")
    make_user(unit, "other")
    make_user(stranger, "limei", mobile="13800138000")
    client = client_for(None, unit)
    for name in ("limei", "13800138000", "LIMEI", "13800138000"):
        assert sign_in(client, name, "wrong").status_code == 422
    locked = sign_in(client, "limei", "wrong")
    assert locked.status_code == 429
    until = (clock.now() + timedelta(minutes=15)).astimezone(clock.SHANGHAI)
    assert (
        f"{until:%H:%M}" in locked.content.decode()
        or f"{until - timedelta(minutes=1):%H:%M}" in locked.content.decode()
    )
    assert sign_in(client, "13800138000").status_code == 429  # the right password, too
    assert sign_in(client_for(None, stranger), "limei").status_code == 302
    assert sign_in(client_for(None, unit), "other").status_code == 302


def test_success_forgets_the_failures(unit: Unit) -> None:
    make_user(unit, "limei", mobile="13800138000")
    client = client_for(None, unit)
    for _ in range(2):
        for _ in range(4):
            assert sign_in(client, "limei", "wrong").status_code == 422
        assert sign_in(client, "13800138000").status_code == 302
        client.post("/accounts/logout/")


def test_a_session_of_one_unit_is_nothing_in_another(unit: Unit, stranger: Unit) -> None:
    user = make_user(unit, "limei", roles=["administrator"])
    twin = make_user(stranger, "limei", roles=["administrator"])
    client = client_for(user, unit)
    assert client.get("/accounts/people/").status_code == 200
    elsewhere = client_for(None, stranger)
    elsewhere.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert elsewhere.get("/accounts/people/").status_code == 302
    # Even a session row that lies in the other schema is bound to its unit.
    forged = client_for(twin, stranger)
    with stranger:
        session = forged.session
        session["unit_id"] = unit.pk
        session.save()
    assert forged.get("/accounts/people/").status_code == 302
    bare = public_client()
    bare.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert bare.get("/operators/").status_code == 302


def test_an_invitation_sets_the_first_password_once(unit: Unit, stranger: Unit) -> None:
    with unit:
        user = operations.create_user(actor=system(unit.pk), username="limei", name="李梅", roles=["author"])
        path = operations.invite(actor=system(unit.pk), user=user)
        token = path.split("/")[-2]
        assert path == f"/accounts/invite/{token}/"
        assert token not in Invitation.objects.get().digest
    assert client_for(None, stranger).get(path).status_code == 404
    client = client_for(None, unit)
    shown = client.get(path)
    assert "李梅" in shown.content.decode()
    # The token stands in the address: no other host may read it. "no-referrer" would hide the own origin from the
    # own server as well, which then refuses the form of every browser.
    assert shown.headers["Referrer-Policy"] == "same-origin"
    weak = client.post(path, {"password": "limei12345", "again": "limei12345"})
    assert weak.status_code == 422
    assert "至少要有三类" in weak.content.decode()
    assert client.post(path, {"password": NEW, "again": "other"}).status_code == 422
    assert client.post(path, {"password": NEW, "again": NEW}).url == "/"
    again = client_for(None, unit)
    for answer in (again.get(path), again.post(path, {"password": NEW, "again": NEW})):
        assert answer.status_code == 404
        assert "邀请链接不能用了" in answer.content.decode()
    assert sign_in(again, "limei", NEW).status_code == 302


def test_an_invitation_expires_and_a_new_one_ends_the_old(unit: Unit) -> None:
    with unit:
        user = operations.create_user(actor=system(unit.pk), username="limei", name="李梅")
        first = operations.invite(actor=system(unit.pk), user=user).split("/")[-2]
        second = operations.invite(actor=system(unit.pk), user=user).split("/")[-2]
        with pytest.raises(operations.InvitationGone):
            operations.accept_invitation(token=first, password=NEW)
        with (
            clock.at(clock.now() + timedelta(hours=72, seconds=1)),
            pytest.raises(operations.InvitationGone),
        ):
            operations.accept_invitation(token=second, password=NEW)
        assert operations.accept_invitation(token=second, password=NEW).check_password(NEW)


def test_of_two_who_use_an_invitation_at_once_one_wins(committed: None) -> None:
    unit = Unit.objects.get(short_name="南海区政协")
    with unit:
        user = operations.create_user(actor=system(unit.pk), username="limei", name="李梅")
        token = operations.invite(actor=system(unit.pk), user=user).split("/")[-2]

    def accept(password: str) -> str:
        try:
            with Unit.objects.get(pk=unit.pk):
                operations.accept_invitation(token=token, password=password)
        except operations.InvitationGone:
            return "gone"
        finally:
            connection.close()
        return password

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(accept, [f"{NEW}-{number}" for number in range(4)]))
    won = [outcome for outcome in outcomes if outcome != "gone"]
    assert len(won) == 1
    with unit:
        assert User.objects.get(pk=user.pk).check_password(won[0])


def test_changing_the_password_ends_other_sessions(unit: Unit) -> None:
    user = make_user(unit, "limei")
    here, there = client_for(None, unit), client_for(None, unit)
    sign_in(here, "limei")
    sign_in(there, "limei")
    for old, new, again in [
        ("wrong", NEW, NEW),
        (PASSWORD, PASSWORD, PASSWORD),
        (PASSWORD, NEW, "x"),
        (PASSWORD, "a", "a"),
    ]:
        answer = here.post("/accounts/password/", {"old": old, "password": new, "again": again})
        assert answer.status_code == 422
    assert here.post("/accounts/password/", {"old": PASSWORD, "password": NEW, "again": NEW}).status_code == 302
    assert here.get("/accounts/password/").status_code == 200
    assert there.get("/accounts/password/").status_code == 302
    with unit:
        assert User.objects.get(pk=user.pk).check_password(NEW)


def test_an_old_password_opens_nothing_but_its_change(unit: Unit) -> None:
    user = make_user(unit, "limei", roles=["administrator"])
    with unit:
        past = clock.now() - timedelta(days=settings.PASSWORD_MAX_AGE_DAYS + 1)
        User.objects.filter(pk=user.pk).update(password_changed_at=past)
    client = client_for(None, unit)
    assert sign_in(client, "limei", next="/accounts/people/").url == "/accounts/password/"
    assert client.get("/accounts/people/").url == "/accounts/password/"
    assert "密码已到期" in client.get("/accounts/password/").content.decode()
    client.post("/accounts/password/", {"old": PASSWORD, "password": NEW, "again": NEW})
    assert client.get("/accounts/people/").status_code == 200


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("Abcdefgh12", True),
        ("abcdefg-12", True),
        ("ABCDEFG-12", True),
        ("abcdefgh12", False),
        ("Abcdefghij", False),
        ("1234567890", False),
        ("Ab1-", False),
    ],
)
def test_three_of_four_kinds(password: str, good: bool) -> None:
    if good:
        validate_password(password)
        return
    with pytest.raises(ValidationError):
        validate_password(password)


def test_a_password_is_bounded_and_readable(unit: Unit) -> None:
    with unit:
        user = operations.create_user(actor=system(unit.pk), username="limei", name="李梅")
        token = operations.invite(actor=system(unit.pk), user=user).split("/")[-2]
        for wrong, words in (
            ("Ab1-" * 33, "最多 128 个字符"),
            ("Abcdef-123\x00", "控制字符"),
            ("Abcdef-123\ud800", "控制字符"),
            ("Abcdef-123\ufffd", "损坏"),
            ("Ab1-", "密码至少要有 10 个字符。"),
        ):
            with pytest.raises(InvalidInput) as refused:
                operations.accept_invitation(token=token, password=wrong)
            assert words in refused.value.fields["password"][0]
