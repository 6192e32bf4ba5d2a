"""Pages of administration: who may open them, what they show and do, how many queries they take."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from tenants.accounts import operations, urls
from tenants.accounts.models import Holding, Role, User
from tests.factories import client_for, make_user
from zhitong.core.operations import system
from zhitong.units.models import Unit

WORDS = {
    "name": "李梅",
    "username": "limei",
    "mobile": "13800138000",
    "member_kind": "member",
    "party": "民盟",
    "duty": "教师",
    "rank": "county",
    "roles": ["author"],
}


def addresses() -> list[str]:
    found = []
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = (
            str(pattern.pattern)
            .replace("<uuid:uuid>", str(uuid4()))
            .replace("<int:holding_id>", "1")
            .replace("<int:key_id>", "1")
            .replace("<int:group_id>", "1")
        )
        if not route.startswith(("login", "invite", "logout")):
            found.append(f"/accounts/{route}")
    return found


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_sign_in(unit: Unit, method: str) -> None:
    client = client_for(None, unit)
    for address in addresses():
        answer = getattr(client, method)(address)
        assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={address}"), address


def test_only_who_manages_people_opens_them(unit: Unit) -> None:
    client = client_for(make_user(unit, "clerk", roles=["clerk"]), unit)
    for address in addresses():
        # Everybody has a password, keys and perhaps accounts elsewhere.
        if not address.startswith(("/accounts/password/", "/accounts/keys/", "/accounts/joined/")):
            assert client.get(address).status_code in {403, 405}, address
            assert client.post(address).status_code in {403, 405}, address


def test_unknown_people_are_not_found(unit: Unit, stranger: Unit) -> None:
    boss = make_user(unit, "boss", roles=["administrator"])
    neighbour = make_user(stranger, "neighbour", name="邻居")
    client = client_for(boss, unit)
    assert client.get(f"/accounts/people/{neighbour.uuid}/").status_code == 404
    assert client.post(f"/accounts/people/{neighbour.uuid}/invite/").status_code == 404
    assert "邻居" not in client.get("/accounts/people/?q=邻居").content.decode().replace('value="邻居"', "")


def test_a_person_is_added_invited_changed_and_taken_out_of_use(unit: Unit) -> None:
    boss = make_user(unit, "boss", roles=["administrator"])
    client = client_for(boss, unit)
    wrong = client.post("/accounts/people/new/", WORDS | {"username": "123"})
    assert wrong.status_code == 422
    assert "不能全是数字" in wrong.content.decode()
    assert 'value="李梅"' in wrong.content.decode()
    made = client.post("/accounts/people/new/", WORDS)
    with unit:
        user = User.objects.get(username="limei")
    assert made.url == f"/accounts/people/{user.uuid}/"
    page = client.get(made.url).content.decode()
    assert "未设密码" in page
    assert "李梅" in page
    invited = client.post(f"{made.url}invite/").content.decode()
    assert "http://nanhai.localhost/accounts/invite/" in invited
    changed = client.post(made.url, WORDS | {"duty": "校长", "roles": ["author", "reviewer"]})
    assert changed.status_code == 302
    with unit:
        user = User.objects.get(username="limei")
        assert user.duty == "校长"
        assert set(user.roles.values_list("code", flat=True)) == {"author", "reviewer"}
    assert client.post(f"{made.url}deactivate/").status_code == 302
    assert "已停用" in client.get("/accounts/people/").content.decode()
    assert client.post(f"{made.url}deactivate/").status_code == 409
    assert client.post(f"{made.url}reactivate/").status_code == 302


def test_a_refused_part_leaves_the_whole_form_unsaved(unit: Unit) -> None:
    boss = make_user(unit, "boss", name="主任", roles=["administrator"])
    client = client_for(boss, unit)
    answer = client.post(f"/accounts/people/{boss.uuid}/", WORDS | {"username": "boss", "roles": ["author"]})
    assert answer.status_code == 409
    assert "最后一名管理员" in answer.content.decode()
    with unit:
        assert User.objects.get(pk=boss.pk).name == "主任"


def test_roles_of_platform_and_province_are_not_offered(unit: Unit, province: Unit) -> None:
    client = client_for(make_user(unit, "boss", roles=["administrator"]), unit)
    page = client.get("/accounts/people/new/").content.decode()
    assert "平台运维" not in page
    assert "全省统计" not in page
    forged = client.post("/accounts/people/new/", WORDS | {"roles": ["operator"]})
    assert forged.status_code == 422
    office = client_for(make_user(province, "boss", roles=["administrator"]), province)
    assert "全省统计" in office.get("/accounts/people/new/").content.decode()


def test_posts_are_given_and_ended(unit: Unit) -> None:
    boss = make_user(unit, "boss", roles=["administrator"])
    client = client_for(boss, unit)
    with unit:
        operations.ensure_position(actor=system(unit.pk), code="test-desk", name="试岗")
    address = f"/accounts/people/{boss.uuid}/posts/"
    assert client.post(address, {"position": "none", "held_from": "2024-01-01"}).status_code == 422
    assert client.post(address, {"position": "test-desk", "held_from": "2024-13-01"}).status_code == 422
    assert client.post(address, {"position": "test-desk", "held_from": "2024-01-01"}).status_code == 302
    overlap = client.post(address, {"position": "test-desk", "held_from": "2024-06-01"})
    assert overlap.status_code == 422
    assert "重叠" in overlap.content.decode()
    assert "boss" in client.get("/accounts/positions/").content.decode()
    with unit:
        holding = Holding.objects.get()
    assert client.post(f"{address}{holding.pk}/end/").status_code == 302
    assert client.post(f"{address}{holding.pk}/end/").status_code == 409
    assert client.post(f"/accounts/people/{uuid4()}/posts/{holding.pk}/end/").status_code == 404


def test_roles_circles_and_posts_are_set_up(unit: Unit) -> None:
    client = client_for(make_user(unit, "boss", roles=["administrator"]), unit)
    role = {"code": "chief", "name": "总编", "permissions": ["items.read_all"]}
    assert client.post("/accounts/roles/", role).status_code == 302
    assert client.post("/accounts/roles/", role | {"permissions": ["platform.operate"]}).status_code == 422
    assert client.post("/accounts/roles/", role | {"code": "author"}).status_code == 409
    assert client.post("/accounts/groups/", {"kind": "sector", "name": "教育界"}).status_code == 302
    assert client.post("/accounts/groups/", {"kind": "club", "name": "棋社"}).status_code == 422
    assert client.post("/accounts/positions/", {"code": "new-desk", "name": "新岗"}).status_code == 302
    for address, form, words in (
        ("groups", {"kind": "sector", "name": " 教育界 "}, "已有界别“教育界”"),
        ("positions", {"code": "other-desk", "name": "新岗"}, "已有这个岗位，代号是“new-desk”"),
        ("positions", {"code": "new-desk", "name": "别的岗"}, "已是岗位“新岗”的代号"),
    ):
        again = client.post(f"/accounts/{address}/", form)
        assert again.status_code == 422
        assert words in again.content.decode()
        assert form["name"].strip() in again.content.decode()
    for address, words in [("roles", "总编"), ("groups", "教育界"), ("positions", "新岗")]:
        assert words in client.get(f"/accounts/{address}/").content.decode()
    with unit:
        assert Role.objects.get(code="chief").permissions == ["items.read_all"]


def test_the_list_pages_by_keyset_with_a_constant_number_of_queries(unit: Unit) -> None:
    client = client_for(make_user(unit, "boss", name="啊", roles=["administrator"]), unit)
    for number in range(2):
        make_user(unit, f"p{number}", name=f"委员{number:02}", groups=[("sector", "教育界")])
    client.get("/accounts/people/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/accounts/people/")
    for number in range(2, 45):
        make_user(unit, f"p{number}", name=f"委员{number:02}", groups=[("sector", "教育界")])
    with CaptureQueriesContext(connection) as many:
        page = client.get("/accounts/people/")
    assert len(many) == len(few)
    seen: list[str] = []
    while True:
        seen += [row.name for row in page.context["rows"]]
        cursor = page.context["page"].next_cursor
        if not cursor:
            break
        page = client.get("/accounts/people/", {"after": cursor})
    assert len(seen) == len(set(seen)) == 46
    back = client.get("/accounts/people/", {"before": page.context["page"].prev_cursor})
    assert [row.name for row in back.context["rows"]] == seen[20:40]
    for forged in ("x", "bnVsbA==", "WzEsMl0=", "WyJ4IiwieCIsIngiXQ==", "é"):
        assert client.get("/accounts/people/", {"after": forged}).status_code == 200
